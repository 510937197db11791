/* Which message or session a line of a trace belongs to. */
#include "lib/trace.h"

#define VISIT_GAP \
    60 /* seconds between lines of a client that are one visit, without a process id */

/* What the program wrote: the log's own host in front of it is not what anybody asks for. *header
 * is empty when there is none. */
static struct span message_part(struct trace *t, const struct stream_line *line,
                                const struct event *event, struct header *header)
{
    bool own_file = event->mta == MTA_EXIM && !event_has(event, EVENT_HOST);
    if (own_file || !header_reader_read(&t->reader, line->line->text, header)) {
        *header = (struct header){
            .host = SPAN_EMPTY, .tag = SPAN_EMPTY, .pid = SPAN_EMPTY, .message = SPAN_EMPTY};
        return line->line->text;
    }
    return header->repeated > 0 ? line->line->previous : header->message;
}

static bool is_asked_for(const struct trace *t, struct span text)
{
    for (size_t i = 0; i < t->word_count; i++) {
        if (trace_word_is_in(&t->words[i], text)) {
            return true;
        }
    }
    return false;
}

static bool is_past(const struct smtplog_analyzer *a, const struct event *event)
{
    return a->has_until && event->has_time && instant_compare(&event->time, &a->until) >= 0;
}

bool trace_in_range(const struct smtplog_analyzer *a, const struct event *event)
{
    return !a->has_since || !event->has_time || instant_compare(&event->time, &a->since) >= 0;
}

/* The line as it is kept, once for all who own it. */
static enum smtplog_status keep(struct trace *t, const struct stream_line *line,
                                const struct event *event, enum line_bin bin, bool matched,
                                struct trail_line **kept)
{
    if (*kept != NULL) {
        return SMTPLOG_OK;
    }
    TRY(trail_keep(t->trail, event, line->line->text, kept));
    if (*kept != NULL) {
        (*kept)->bin = bin;
        (*kept)->matched = matched;
        (*kept)->file = span_cstr(t->analyzer->plan.files[line->file].path);
    }
    return SMTPLOG_OK;
}

static enum smtplog_status add(struct trace *t, const struct stream_line *line,
                               struct trail_node *node, struct trail_line *kept)
{
    if (kept == NULL) {
        return SMTPLOG_OK;
    }
    node->wanted |= kept->matched;
    node->in_range |= trace_in_range(t->analyzer, &kept->event);
    t->files[line->file].kept = line->line->number;
    t->files[line->file].node = node;
    return trail_add(t->trail, node, kept);
}

/* ---- messages -------------------------------------------------------------------------------- */

/* A queue id that is followed, in the text of a line that is none of its message's own: a milter's
 * or another program's. */
static struct trail_node *mentioned(const struct trace *t, struct span host, struct span text)
{
    struct span rest = text;
    struct span word;
    while (trace_next_id(&rest, &word)) {
        if (trace_set_has(&t->ids, word)) {
            struct trail_node *node = trail_find_message(t->trail, host, word);
            if (node != NULL) {
                return node;
            }
        }
    }
    return NULL;
}

static enum smtplog_status message_of(struct trace *t, const struct event *event, bool matched,
                                      struct trail_node **node)
{
    struct span own = event_text(event, EVENT_QUEUE_ID);
    bool linked = trace_set_has(&t->ids, event_text(event, EVENT_LINKED_ID)) ||
                  trace_set_has(&t->ids, event_text(event, EVENT_ORIG_QUEUE_ID));
    struct trace_member *mail = trace_set_find(&t->mails, event_text(event, EVENT_MESSAGE_ID));
    bool same_mail = mail != NULL && mail->uses < TRACE_SAME_MAIL && !trace_set_has(&t->ids, own);
    *node = NULL;
    if (same_mail) {
        mail->uses++;
    }
    if (matched || linked || same_mail) {
        TRY(trace_set_add(&t->ids, own, &t->grew));
    }
    return trace_set_has(&t->ids, own) ? trail_message(t->trail, event, own, node) : SMTPLOG_OK;
}

/* ---- sessions -------------------------------------------------------------------------------- */

static bool is_daemon(const struct event *event, const char *name)
{
    return span_is(event_text(event, EVENT_DAEMON), name);
}

/* postscreen is one process for all clients: a client's port tells its sessions apart. Written as
 * in its lines, `192.0.2.1]:40000`. */
static struct span postscreen_client(const struct event *event, char buffer[TRACE_PROCESS_MAXIMUM])
{
    struct span ip = event_text(event, EVENT_PEER_IP);
    struct span port = event_text(event, EVENT_PEER_PORT);
    if (ip.n == 0 || port.n == 0 || ip.n + port.n + 2 > TRACE_PROCESS_MAXIMUM) {
        return ip;
    }
    memcpy(buffer, ip.p, ip.n);
    memcpy(buffer + ip.n, "]:", 2);
    memcpy(buffer + ip.n + 2, port.p, port.n);
    return span_of(buffer, ip.n + 2 + port.n);
}

/* Whether all lines of the process between connect and disconnect are one client's. */
static bool has_process(const struct event *event)
{
    bool exim = event->mta == MTA_EXIM && event_value(event, EVENT_FACT) != FACT_CONNECT;
    return event_text(event, EVENT_PID).n > 0 && (is_daemon(event, "smtpd") || exim);
}

/* The session a line without queue id belongs to, NULL for none that is followed. */
static enum smtplog_status session_of(struct trace *t, const struct event *event, bool matched,
                                      struct trail_node **node)
{
    char buffer[TRACE_PROCESS_MAXIMUM];
    struct span process = event_text(event, EVENT_PID);
    *node = NULL;
    if (has_process(event)) {
        struct span key = trace_process_key(event_text(event, EVENT_HOST), process, buffer);
        if (matched) {
            TRY(trace_set_add(&t->processes, key, &t->grew));
        }
        return trace_set_has(&t->processes, key) ? trail_session(t->trail, event, process, node)
                                                 : SMTPLOG_OK;
    }
    struct span client = event_text(event, EVENT_PEER_IP);
    if (is_daemon(event, "postscreen")) {
        client = postscreen_client(event, buffer);
        TRY(matched ? trace_set_add(&t->clients, client, &t->grew) : SMTPLOG_OK);
        matched = trace_set_has(&t->clients, client);
    }
    if (!matched) {
        return SMTPLOG_OK;
    }
    bool inbound = event_value(event, EVENT_DIRECTION) == DIRECTION_INBOUND ||
                   event_value(event, EVENT_FACT) == FACT_POSTSCREEN ||
                   event_value(event, EVENT_FACT) == FACT_DISCONNECT;
    if (client.n == 0 || !inbound) {
        return SMTPLOG_OK;
    }
    TRY(trail_session(t->trail, event, client, node));
    bool late = (*node)->has_time && event->time.seconds - (*node)->last.seconds > VISIT_GAP;
    if (late && event->mta == MTA_EXIM) {
        trail_end_session(t->trail, *node);
        TRY(trail_session(t->trail, event, client, node));
    }
    return SMTPLOG_OK;
}

/* ---- a line ---------------------------------------------------------------------------------- */

/* A line that goes on with the one before it: a header that Exim's rejectlog dumps. */
static struct trail_node *goes_on(const struct trace *t, const struct stream_line *line,
                                  const struct event *event)
{
    const struct trace_file *file = &t->files[line->file];
    bool behind = file->kept > 0 && file->kept + 1 == line->line->number;
    return behind && event->mta == MTA_EXIM && !event->has_time ? file->node : NULL;
}

/* A line of a mail server. *taken: somebody has it, or nobody needs it. */
static enum smtplog_status take_own_line(struct trace *t, const struct stream_line *line,
                                         const struct event *event, enum line_bin bin, bool matched,
                                         bool *taken)
{
    struct trail_node *message = NULL;
    struct trail_node *session = NULL;
    struct trail_line *kept = NULL;
    bool own = event_text(event, EVENT_QUEUE_ID).n > 0;
    TRY(own ? message_of(t, event, matched, &message) : SMTPLOG_OK);
    TRY(session_of(t, event, matched && !own, &session));
    *taken = own || session != NULL;
    if (message == NULL && session == NULL) {
        return SMTPLOG_OK;
    }
    TRY(keep(t, line, event, bin, matched, &kept));
    if (message != NULL && kept != NULL) {
        TRY(add(t, line, message, kept));
    }
    if (session != NULL && kept != NULL) {
        bool wanted = session->wanted;
        TRY(add(t, line, session, kept));
        session->wanted = wanted || (matched && !own);
        if (event_value(event, EVENT_FACT) == FACT_DISCONNECT) {
            trail_end_session(t->trail, session);
        }
    }
    return SMTPLOG_OK;
}

/* ---- records in pieces ----------------------------------------------------------------------- */

/* The pieces before the one that completed the record go where it went. */
static enum smtplog_status add_pieces(struct trace *t, const struct stream_line *line,
                                      struct trace_cut_record *record)
{
    const struct trace_file *file = &t->files[line->file];
    record->node = file->kept == line->line->number ? file->node : NULL;
    size_t count = record->count;
    enum smtplog_status status = SMTPLOG_OK;
    record->count = 0; /* they are the node's now */
    for (size_t i = 0; i < count; i++) {
        if (record->node != NULL && status == SMTPLOG_OK) {
            status = trail_add(t->trail, record->node, record->lines[i]);
        } else {
            trail_discard(t->trail, record->lines[i]);
        }
    }
    return status;
}

/* A piece that does not complete its record. */
static enum smtplog_status keep_piece(struct trace *t, const struct stream_line *line,
                                      const struct event *event, struct trace_cut_record *record)
{
    struct trail_line *kept = NULL;
    if (record->node == NULL && record->count == TRACE_CUT_PIECES) {
        return SMTPLOG_OK;
    }
    TRY(keep(t, line, event, BIN_CONTEXT, false, &kept));
    if (kept == NULL) {
        return SMTPLOG_OK;
    }
    if (record->node != NULL) {
        return trail_add(t->trail, record->node, kept);
    }
    record->lines[record->count++] = kept;
    return SMTPLOG_OK;
}

/* A line that is no piece of a record, or the whole record when its last piece is here. */
static enum smtplog_status take_record(struct trace *t, const struct stream_line *line,
                                       struct event *event, enum line_bin bin, struct span host,
                                       struct span text)
{
    struct trail_node *node = NULL;
    struct trail_line *kept = NULL;
    bool taken = false;
    bool matched = is_asked_for(t, text);
    if (bin == BIN_EVENT) {
        analyzer_add_knowledge(t->analyzer, event);
    }
    if (bin != BIN_FOREIGN && bin != BIN_MALFORMED && event->mta != MTA_NONE && event->has_time) {
        TRY(take_own_line(t, line, event, bin, matched, &taken));
    }
    if (taken) {
        return SMTPLOG_OK;
    }
    node = goes_on(t, line, event);
    if (node == NULL) {
        node = mentioned(t, host, text);
    }
    if (node == NULL && matched) {
        TRY(trail_other(t->trail, &node));
    }
    if (node == NULL) {
        return SMTPLOG_OK;
    }
    TRY(keep(t, line, event, bin, matched, &kept));
    return kept != NULL ? add(t, line, node, kept) : SMTPLOG_OK;
}

enum smtplog_status trace_take(struct trace *t, const struct stream_line *line, struct event *event,
                               enum line_bin bin)
{
    struct header header;
    if (line->duplicate || event->duplicate || is_past(t->analyzer, event)) {
        return SMTPLOG_OK;
    }
    struct span text = message_part(t, line, event, &header);
    struct trace_cut_record *record = NULL;
    char buffer[TRACE_PROCESS_MAXIMUM];
    unsigned number = 0;
    struct span piece;
    if (event->mta == MTA_EXIM && trace_cut_is_piece(&header, &number, &piece)) {
        struct span process = trace_process_key(header.host, header.pid, buffer);
        record = trace_cut_piece(&t->cut, t->trail, process, number, piece);
    }
    if (record == NULL) {
        return take_record(t, line, event, bin, header.host, text);
    }
    if (event->rule.n == 0 && bin != BIN_UNKNOWN) {
        return keep_piece(t, line, event, record);
    }
    TRY(take_record(t, line, event, bin, header.host, strbuf_span(&record->text)));
    return add_pieces(t, line, record);
}
