/* The passes of a trace. Most lines concern nobody: they are told apart by their bytes alone, and
 * only what may matter is parsed. */
#include "lib/trace.h"

#include <stdlib.h>

#include "lib/option.h"

#define PROGRESS_LINES   65536
#define REPEATED_LONGEST 160 /* bytes of `last message repeated N times` with its header */

void trace_free(struct trace *t)
{
    if (t == NULL) {
        return;
    }
    free(t->words);
    trace_set_free(&t->ids);
    trace_set_free(&t->mails);
    trace_set_free(&t->processes);
    trace_set_free(&t->clients);
    trail_chains_free(&t->chains);
    trace_cut_free(&t->cut);
    trail_free(t->trail);
    header_reader_free(&t->reader);
    free(t->files);
    free(t);
}

static enum smtplog_status read_words(struct trace *t, const char *const *what, size_t count)
{
    const struct diagnostic *to = &t->analyzer->diagnostic;
    bool grew = false;
    if (count == 0 || count > TRACE_WORDS) {
        diagnostic_say(to, SMTPLOG_ERROR, "trace takes 1 to %d things to look for", TRACE_WORDS);
        return SMTPLOG_USAGE;
    }
    for (size_t i = 0; i < count; i++) {
        struct trace_word *word = &t->words[t->word_count++];
        if (!trace_word_read(span_cstr(what[i]), word)) {
            diagnostic_say(to, SMTPLOG_ERROR, "nothing can be looked for by \"%s\"", what[i]);
            return SMTPLOG_USAGE;
        }
        if (word->kind == WORD_ID) {
            TRY(trace_set_add(&t->ids, span_of(word->text, word->length), &grew));
        }
    }
    return SMTPLOG_OK;
}

enum smtplog_status trace_new(struct smtplog_analyzer *analyzer, const char *const *what,
                              size_t count, struct trace **trace)
{
    struct trace *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->analyzer = analyzer;
    trace_set_init(&made->ids, TRACE_FOLLOWED);
    trace_set_init(&made->mails, TRACE_FOLLOWED);
    trace_set_init(&made->processes, TRACE_FOLLOWED);
    trace_set_init(&made->clients, TRACE_FOLLOWED);
    header_reader_init(&made->reader);
    trace_cut_init(&made->cut);
    made->words = calloc(count + 1, sizeof *made->words);
    enum smtplog_status status = made->words != NULL ? read_words(made, what, count)
                                                     : SMTPLOG_NO_MEMORY;
    if (status != SMTPLOG_OK) {
        trace_free(made);
        return status;
    }
    *trace = made;
    return SMTPLOG_OK;
}

/* ---- lines told apart by their bytes --------------------------------------------------------- */

/* `message-id=<...>` of Postfix, ` id=...` of Exim. */
static bool names_followed_mail(const struct trace *t, struct span line)
{
    struct span rest = line;
    size_t at = 0;
    while ((at = span_find(rest, SPAN_LITERAL("id="))) != SIZE_MAX) {
        rest = span_from(rest, at + 3);
        size_t skip = rest.n > 0 && rest.p[0] == '<' ? 1 : 0;
        size_t n = skip;
        while (n < rest.n && rest.p[n] != ' ' && rest.p[n] != '>') {
            n++;
        }
        if (trace_set_has(&t->mails, span_of(rest.p + skip, n - skip))) {
            return true;
        }
    }
    return false;
}

static bool names_followed_id(const struct trace *t, struct span line)
{
    struct span rest = line;
    struct span word;
    while (trace_next_id(&rest, &word)) {
        if (trace_set_has(&t->ids, word)) {
            return true;
        }
    }
    return false;
}

/* `[192.0.2.1]:40000` */
static bool names_followed_client(const struct trace *t, struct span line)
{
    struct span rest = line;
    size_t at = 0;
    while ((at = span_find(rest, SPAN_LITERAL("["))) != SIZE_MAX) {
        rest = span_from(rest, at + 1);
        size_t n = 0;
        while (n < rest.n && (byte_is_digit(rest.p[n]) || byte_is_alpha(rest.p[n]) ||
                              rest.p[n] == '.' || rest.p[n] == ':')) {
            n++;
        }
        size_t end = n + 2;
        while (end < rest.n && byte_is_digit(rest.p[end])) {
            end++;
        }
        if (end <= rest.n && n + 2 < end && trace_set_has(&t->clients, span_of(rest.p, end))) {
            return true;
        }
    }
    return false;
}

static bool text_may_concern(const struct trace *t, struct span line)
{
    for (size_t i = 0; i < t->word_count; i++) {
        if (trace_word_may_be_in(&t->words[i], line)) {
            return true;
        }
    }
    return (t->ids.map.count > 0 && names_followed_id(t, line)) ||
           (t->mails.map.count > 0 && names_followed_mail(t, line)) ||
           (t->clients.map.count > 0 && names_followed_client(t, line));
}

static bool header_may_concern(const struct trace *t, const struct header *header)
{
    char buffer[TRACE_PROCESS_MAXIMUM];
    unsigned number = 0;
    struct span text;
    return trace_cut_is_piece(header, &number, &text) ||
           trace_set_has(&t->processes, trace_process_key(header->host, header->pid, buffer));
}

static bool may_concern(const struct trace *t, const struct stream_line *line)
{
    struct span text = line->line->text;
    const struct trace_file *file = &t->files[line->file];
    if (json_line_begins(text) || t->analyzer->inputs[line->file].mail_lines == 0 ||
        (file->kept > 0 && file->kept + 1 == line->line->number) || text_may_concern(t, text)) {
        return true;
    }
    return text.n < REPEATED_LONGEST && line->line->previous.n > 0 &&
           span_find(text, SPAN_LITERAL("repeated")) != SIZE_MAX &&
           text_may_concern(t, line->line->previous);
}

/* Lines of a second have one stamp: it is read once. */
static bool has_new_stamp(struct trace_file *file, struct span text)
{
    size_t n = text.n < TRACE_STAMP ? text.n : TRACE_STAMP;
    size_t seconds = n < 16 ? n : n > 4 && text.p[4] == '-' ? (n < 32 ? n : 32) : 16;
    if (seconds == file->stamp_length && memcmp(file->stamp, text.p, seconds) == 0) {
        return false;
    }
    memcpy(file->stamp, text.p, seconds);
    file->stamp_length = seconds;
    return true;
}

/* ---- passes ---------------------------------------------------------------------------------- */

/* Follows the clock over a line that is not parsed. */
static void follow_time(struct trace *t, const struct stream_line *line,
                        const struct header *header, bool *taken_back)
{
    struct instant time;
    clock_resolve(line->clock, &header->stamp, &time);
    *taken_back = line_stream_take_back(t->analyzer->stream, &time);
}

/* The header of a line, of Exim's own log its stamp alone. */
static bool read_front(struct trace *t, const struct stream_line *line, struct header *header)
{
    struct span text = line->line->text;
    size_t length = 0;
    bool own = t->analyzer->inputs[line->file].mta == MTA_EXIM && !t->files[line->file].cut_records;
    if (!own || text.n < 11 || text.p[10] != ' ') {
        return header_reader_read(&t->reader, text, header);
    }
    *header = (struct header){.host = SPAN_EMPTY, .tag = SPAN_EMPTY, .pid = SPAN_EMPTY};
    header->message = SPAN_EMPTY;
    if (!stamp_parse(text, &header->stamp, &length)) {
        return false;
    }
    struct span rest = span_from(text, length);
    size_t digits = 1;
    while (digits < rest.n && byte_is_digit(rest.p[digits])) {
        digits++;
    }
    if (digits > 1 && digits < rest.n && rest.p[0] == '[' && rest.p[digits] == ']') {
        header->pid = span_of(rest.p + 1, digits - 1);
    }
    return true;
}

static enum smtplog_status read_line(struct trace *t, const struct stream_line *line)
{
    struct smtplog_analyzer *a = t->analyzer;
    struct event *event = NULL;
    enum line_bin bin = BIN_FOREIGN;
    struct header header;
    bool concerns = may_concern(t, line);
    if (!concerns) {
        bool processes = t->processes.map.count > 0;
        bool stamp = has_new_stamp(&t->files[line->file], line->line->text);
        if (!processes && !stamp && !t->files[line->file].cut_records) {
            return SMTPLOG_OK;
        }
        if (!read_front(t, line, &header)) {
            return SMTPLOG_OK;
        }
        bool taken_back = false;
        follow_time(t, line, &header, &taken_back);
        if (taken_back || !header_may_concern(t, &header)) {
            return SMTPLOG_OK;
        }
    }
    TRY(analyzer_parse(a, line, &event, &bin));
    if (event->has_time && line_stream_take_back(a->stream, &event->time)) {
        return SMTPLOG_OK;
    }
    if (event->mta != MTA_NONE) {
        a->inputs[line->file].mail_lines++;
        a->inputs[line->file].mta = event->mta;
        t->files[line->file].cut_records |= event->mta == MTA_EXIM && event_has(event, EVENT_HOST);
    }
    event->file = (uint32_t)line->file;
    return trace_take(t, line, event, bin);
}

static enum smtplog_status read_lines(struct trace *t)
{
    struct smtplog_analyzer *a = t->analyzer;
    struct stream_line line;
    uint64_t lines = 0;
    for (;;) {
        enum smtplog_status status = line_stream_next(a->stream, &line);
        if (status == SMTPLOG_END) {
            return SMTPLOG_OK;
        }
        TRY(status);
        a->inputs[line.file].lines = line.line->number;
        TRY(read_line(t, &line));
        if (a->progress != NULL && ++lines % PROGRESS_LINES == 0) {
            a->progress(a->progress_context, line_stream_bytes_done(a->stream), a->plan.bytes);
        }
    }
}

/* Message ids and linked queue ids of what is wanted by now: the next pass looks for them. */
static enum smtplog_status follow_wanted(struct trace *t)
{
    struct trail *trail = t->trail;
    TRY(trail_resolve(trail));
    for (size_t i = 0; i < trail->node_count; i++) {
        if (trail->nodes[i]->wanted) {
            TRY(trace_set_add(&t->mails, trail->nodes[i]->message_id, &t->grew));
        }
    }
    for (size_t i = 0; i < trail->link_count; i++) {
        if (trail->links[i].from->wanted) {
            TRY(trace_set_add(&t->ids, trail->links[i].id, &t->grew));
        }
    }
    return SMTPLOG_OK;
}

/* Lets go of what the pass before had of the inputs. */
static void close_inputs(struct smtplog_analyzer *a)
{
    line_stream_free(a->stream);
    a->stream = NULL;
    plan_free(&a->plan);
    transcript_feed_free(a->transcripts);
    a->transcripts = NULL;
    free(a->inputs);
    a->inputs = NULL;
    parser_free(a->parser);
    a->parser = NULL;
}

static enum smtplog_status run_pass(struct trace *t)
{
    struct smtplog_analyzer *a = t->analyzer;
    trail_free(t->trail);
    t->trail = NULL;
    free(t->files);
    t->files = NULL;
    t->grew = false;
    close_inputs(a);
    TRY(parser_new(a->knowledge.postfix, 0, &a->parser));
    TRY(parser_set_exim(a->parser, a->knowledge.exim));
    TRY(analyzer_open(a));
    t->files = calloc(a->plan.count + 1, sizeof *t->files);
    if (t->files == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    TRY(trail_new(&t->trail));
    enum smtplog_status status = read_lines(t);
    trace_cut_clear(&t->cut, t->trail);
    return status == SMTPLOG_OK ? follow_wanted(t) : status;
}

/* What other lines of a message tell of each of its events. */
static void describe_message(const struct trail_node *node, const struct trail_story *story,
                             struct filter_message *message)
{
    *message = (struct filter_message){.has_sender = story->has_sender,
                                       .sender = story->sender,
                                       .message_id = node->message_id,
                                       .client = SPAN_EMPTY,
                                       .client_ip = SPAN_EMPTY,
                                       .user = SPAN_EMPTY};
    if (story->arrival != NULL) {
        const struct event *arrival = &story->arrival->event;
        message->client = event_text(arrival, EVENT_PEER);
        message->client_ip = event_text(arrival, EVENT_PEER_IP);
        message->user = event_text(arrival, EVENT_SASL_USER);
    }
}

/* Under a filter a message is shown when one of its events in the range passes. */
static enum smtplog_status filter_node(const struct trace *t, struct trail_node *node)
{
    struct smtplog_analyzer *a = t->analyzer;
    struct filter_message message;
    struct trail_story story;
    TRY(trail_story_make(t->trail, node, &story));
    describe_message(node, &story, &message);
    node->in_range = false;
    for (size_t i = 0; i < node->count; i++) {
        const struct trail_line *line = node->lines[i];
        bool passes = line->bin == BIN_EVENT && trace_in_range(a, &line->event) &&
                      filter_event(a->selection.filter, &line->event,
                                   node->kind == TRAIL_MESSAGE ? &message : NULL);
        node->in_range = node->in_range || passes;
    }
    trail_story_free(&story);
    return SMTPLOG_OK;
}

static enum smtplog_status apply_filter(const struct trace *t)
{
    for (size_t i = 0; t->analyzer->selection.filter != NULL && i < t->trail->node_count; i++) {
        TRY(t->trail->nodes[i]->wanted ? filter_node(t, t->trail->nodes[i]) : SMTPLOG_OK);
    }
    selection_say(t->analyzer);
    return SMTPLOG_OK;
}

static void say_limits(const struct trace *t)
{
    const struct diagnostic *to = &t->analyzer->diagnostic;
    if (!t->complete) {
        diagnostic_say(to, SMTPLOG_WARNING,
                       "after %d passes links still lead to messages earlier in the log: there "
                       "is more to this story",
                       TRACE_PASSES);
    }
    if (t->trail->dropped > 0) {
        diagnostic_say(to, SMTPLOG_WARNING,
                       "more than %d lines are concerned: the first ones are shown; ask for less, "
                       "or use --since and --until",
                       TRAIL_LINES);
    }
    if (t->ids.overflown || t->mails.overflown || t->processes.overflown || t->clients.overflown) {
        diagnostic_say(to, SMTPLOG_WARNING,
                       "more than %d messages or sessions are concerned: not all are followed",
                       TRACE_FOLLOWED);
    }
}

static uint64_t inputs_lost(const struct smtplog_analyzer *a)
{
    struct smtplog_outcome outcome;
    smtplog_analyzer_outcome(a, &outcome);
    return outcome.files_unreadable + outcome.files_damaged;
}

/* What went wrong with inputs that could be read before. */
static void say_lost(const struct smtplog_analyzer *a)
{
    for (size_t i = 0; i < a->plan.count; i++) {
        if (!a->plan.files[i].readable) {
            diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "%s: %s", a->plan.files[i].path,
                           diagnostic_text(&a->diagnostic, N_("cannot be read")));
        }
    }
    if (a->stream != NULL) {
        analyzer_report_damage(a);
    }
}

enum smtplog_status trace_run(struct trace *t)
{
    struct smtplog_analyzer *a = t->analyzer;
    struct diagnostic diagnostic = a->diagnostic;
    enum smtplog_status status = SMTPLOG_OK;
    uint64_t lost = UINT64_MAX; /* before the first pass, which says it */
    while (status == SMTPLOG_OK && !t->complete && t->passes < TRACE_PASSES) {
        status = run_pass(t);
        t->passes++;
        t->complete = !t->grew;
        if (t->passes == 1 && a->stream != NULL) {
            analyzer_report_damage(a);
            lost = inputs_lost(a);
        }
        a->diagnostic = (struct diagnostic){.function = NULL}; /* what is to say was said */
    }
    a->diagnostic = diagnostic;
    if (inputs_lost(a) > lost) {
        say_lost(a);
    }
    if (status == SMTPLOG_OK) {
        say_limits(t);
        status = apply_filter(t);
    }
    if (status == SMTPLOG_OK) {
        status = trail_make_chains(t->trail, &t->chains);
    }
    return status;
}
