/* Which message or session a line of a trace belongs to. */
#include "lib/trace.h"

#define VISIT_GAP \
    60 /* seconds between lines of a client that are one visit, without a process id */

/* What the program wrote: the log's own host in front of it is not what anybody asks for. */
static struct span message_part(struct trace *t, const struct stream_line *line,
                                const struct event *event, struct span *host)
{
    struct header header;
    *host = event_text(event, EVENT_HOST);
    bool own_file = event->mta == MTA_EXIM && !event_has(event, EVENT_HOST);
    if (own_file || !header_reader_read(&t->reader, line->line.text, &header)) {
        return line->line.text;
    }
    *host = header.host; /* also of another program's line */
    return header.repeated > 0 ? line->line.previous : header.message;
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
    TRY(trail_keep(t->trail, event, line->line.text, kept));
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
    t->files[line->file].kept = line->line.number;
    t->files[line->file].node = node;
    return trail_add(t->trail, node, kept);
}

/* ---- messages ---------------------------------------------------------------------------------
 */

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

/* ---- sessions ---------------------------------------------------------------------------------
 */

static bool is_daemon(const struct event *event, const char *name)
{
    return span_is(event_text(event, EVENT_DAEMON), name);
}

/* postscreen is one process for all clients: a client's port tells its sessions apart. */
static struct span postscreen_client(const struct event *event, char buffer[TRACE_PROCESS_MAXIMUM])
{
    struct span ip = event_text(event, EVENT_PEER_IP);
    struct span port = event_text(event, EVENT_PEER_PORT);
    if (ip.n == 0 || ip.n + port.n + 1 > TRACE_PROCESS_MAXIMUM) {
        return SPAN_EMPTY;
    }
    return trace_process_key(ip, port.n > 0 ? port : SPAN_LITERAL("-"), buffer);
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
    if (!matched) {
        return SMTPLOG_OK;
    }
    struct span client = is_daemon(event, "postscreen") ? postscreen_client(event, buffer)
                                                        : event_text(event, EVENT_PEER_IP);
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

/* ---- a line -----------------------------------------------------------------------------------
 */

/* A line that goes on with the one before it: a header that Exim's rejectlog dumps. */
static struct trail_node *goes_on(const struct trace *t, const struct stream_line *line,
                                  const struct event *event)
{
    const struct trace_file *file = &t->files[line->file];
    bool behind = file->kept > 0 && file->kept + 1 == line->line.number;
    return behind && event->mta == MTA_EXIM && !event->has_time ? file->node : NULL;
}

static enum smtplog_status take_own_line(struct trace *t, const struct stream_line *line,
                                         const struct event *event, enum line_bin bin, bool matched)
{
    struct trail_node *message = NULL;
    struct trail_node *session = NULL;
    struct trail_line *kept = NULL;
    bool own = event_text(event, EVENT_QUEUE_ID).n > 0;
    TRY(own ? message_of(t, event, matched, &message) : SMTPLOG_OK);
    TRY(session_of(t, event, matched && !own, &session));
    if (message != NULL || session != NULL) {
        TRY(keep(t, line, event, bin, matched, &kept));
    }
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

enum smtplog_status trace_take(struct trace *t, const struct stream_line *line, struct event *event,
                               enum line_bin bin)
{
    struct trail_node *node = NULL;
    struct trail_line *kept = NULL;
    if (line->duplicate || event->duplicate || is_past(t->analyzer, event)) {
        return SMTPLOG_OK;
    }
    struct span host = SPAN_EMPTY;
    struct span text = message_part(t, line, event, &host);
    bool matched = is_asked_for(t, text);
    bool understood = bin == BIN_EVENT || bin == BIN_CONTEXT;
    if (bin == BIN_EVENT) {
        analyzer_add_knowledge(t->analyzer, event);
    }
    if (understood && event->mta != MTA_NONE && event->has_time) {
        bool own = event_text(event, EVENT_QUEUE_ID).n > 0;
        bool process = has_process(event);
        if (own || process || event_text(event, EVENT_PEER_IP).n > 0) {
            uint64_t before = t->trail->order;
            TRY(take_own_line(t, line, event, bin, matched));
            if (t->trail->order > before || own) {
                return SMTPLOG_OK;
            }
        }
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
