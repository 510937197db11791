/* Steps of a message or session: a row for each line that says something to people. */
#include "report/trace_report.h"

#define OTHER_ROWS 10 /* of lines that belong to no message */

/* `450 4.7.1` */
static struct span codes_of(struct trace_builder *b, const struct event *event)
{
    int code = event_any_code(event);
    struct span enhanced = event_text(event, EVENT_ENHANCED);
    const char *blank = code > 0 && enhanced.n > 0 ? " " : "";
    if (code == 0 && enhanced.n == 0) {
        return SPAN_EMPTY;
    }
    if (code == 0) {
        return enhanced;
    }
    return document_printf(b->words.document, "%d%s%.*s", code, blank, SPAN_ARGS(enhanced));
}

static struct span quoted(struct trace_builder *b, struct span text)
{
    return text.n > 0 ? document_printf(b->words.document, "\"%.*s\"", SPAN_ARGS(text))
                      : SPAN_EMPTY;
}

struct span trace_reply(struct trace_builder *b, const struct event *event)
{
    struct span codes = codes_of(b, event);
    struct span text = quoted(b, event_text(event, EVENT_TEXT));
    if (codes.n == 0 || text.n == 0) {
        return codes.n > 0 ? codes : text.n > 0 ? text : event_text(event, EVENT_DSN);
    }
    return document_printf(b->words.document, "%.*s %.*s", SPAN_ARGS(codes), SPAN_ARGS(text));
}

struct span trace_time(struct trace_builder *b, const struct trail_line *line)
{
    struct strbuf text;
    strbuf_init(&text, 64);
    format_instant(&text, catalog_figures(b->words.phrases.catalog), &line->event.time,
                   b->days ? FORMAT_DAY : FORMAT_TIME);
    if (line->event.time.digits > 0) {
        strbuf_addf(&text, ".%03d", (int)(line->event.time.nanosecond / 1000000));
    }
    return document_take(b->words.document, &text);
}

struct span trace_peer(struct trace_builder *b, const struct event *event)
{
    struct span name = event_text(event, EVENT_PEER);
    struct span ip = event_text(event, EVENT_PEER_IP);
    bool named = name.n > 0 && !span_equal(name, ip) && !span_is(name, "unknown");
    if (named || ip.n == 0) {
        return named ? name : SPAN_EMPTY;
    }
    return document_printf(b->words.document, "[%.*s]", SPAN_ARGS(ip));
}

/* ---- words for a line ------------------------------------------------------------------------ */

static struct span stage_words(const struct trace_builder *b, const struct event *event)
{
    const char *name = event_value_name(EVENT_STAGE, event_value(event, EVENT_STAGE));
    return name != NULL ? catalog_phrase(b->report->catalog, "stage", span_cstr(name)) : SPAN_EMPTY;
}

static struct span class_words(const struct event *event)
{
    return event->reason_class.n > 0 ? event->reason_class : SPAN_LITERAL("unknown");
}

static struct span refusal_words(struct trace_builder *b, const struct event *event)
{
    struct report_builder *w = &b->words;
    struct span codes = codes_of(b, event);
    struct span stage = stage_words(b, event);
    struct span words = quoted(b, event_text(event, EVENT_TEXT));
    struct phrase_value code = phrase_words("code", codes);
    struct phrase_value class = phrase_words("class", class_words(event));
    struct phrase_value text = phrase_words("text", words);
    if (codes.n == 0) {
        return WORDS(w, "step/failure", class, text);
    }
    return stage.n > 0
               ? WORDS(w, "step/refusal-at", code, class, text, phrase_words("stage", stage))
               : WORDS(w, "step/refusal", code, class, text);
}

static struct span delivered_words(struct trace_builder *b, const struct trail_recipient *recipient,
                                   const struct event *event)
{
    struct report_builder *w = &b->words;
    struct span codes = codes_of(b, event);
    struct span status = event_value(event, EVENT_HOP) == HOP_STORE
                             ? builder_words(w, "step/stored")
                             : builder_words(w, "step/delivered");
    if (recipient != NULL && recipient->way == WAY_FILTER) {
        status = WORDS(w, "step/to-filter", phrase_words("id", recipient->next->name));
    }
    return codes.n == 0 ? status
                        : WORDS(w, "step/answer", phrase_words("code", codes),
                                phrase_words("status", status));
}

static const struct trail_recipient *recipient_of(const struct trail_story *story,
                                                  const struct event *event)
{
    for (size_t i = 0; i < story->count; i++) {
        if (span_equal(story->recipients[i].address, event_text(event, EVENT_RECIPIENT))) {
            return &story->recipients[i];
        }
    }
    return NULL;
}

static struct span delivery_words(struct trace_builder *b, const struct trail_story *story,
                                  const struct event *event)
{
    struct report_builder *w = &b->words;
    switch (event_value(event, EVENT_STATUS)) {
    case OUTCOME_DELIVERED:
        return delivered_words(b, recipient_of(story, event), event);
    case OUTCOME_DISCARDED:
        return builder_words(w, "step/discarded");
    case OUTCOME_FORWARDED:
        return WORDS(w, "step/forwarded", phrase_words("id", event_text(event, EVENT_LINKED_ID)));
    case OUTCOME_EXPIRED:
        return builder_words(w, "step/expired");
    default:
        break;
    }
    if (event_value(event, EVENT_STALE) != 0) {
        return WORDS(w, "step/stale", phrase_log("text", event_text(event, EVENT_TEXT)));
    }
    return refusal_words(b, event);
}

static struct span fact_words(struct trace_builder *b, const struct event *event)
{
    struct report_builder *w = &b->words;
    switch (event_value(event, EVENT_FACT)) {
    case FACT_ARRIVAL:
        return builder_words(w, "step/arrived");
    case FACT_CONNECT:
        return builder_words(w, "step/connected");
    case FACT_DISCONNECT:
        return builder_words(w, "step/disconnected");
    case FACT_NOTIFICATION:
        return WORDS(w, "step/notice", phrase_words("id", event_text(event, EVENT_LINKED_ID)));
    case FACT_EXPIRED:
    case FACT_FORCE_EXPIRED:
        return builder_words(w, "step/expired");
    case FACT_HELD:
        return builder_words(w, "step/held");
    case FACT_RELEASED:
        return builder_words(w, "step/released");
    case FACT_REQUEUED:
        return builder_words(w, "step/requeued");
    case FACT_CANCELED:
        return builder_words(w, "step/canceled");
    case FACT_POSTSCREEN:
        return builder_words(w, "step/screened");
    default:
        return SPAN_EMPTY; /* nothing that people need to read */
    }
}

static struct span step_words(struct trace_builder *b, const struct trail_story *story,
                              const struct event *event)
{
    struct report_builder *w = &b->words;
    switch (event_value(event, EVENT_KIND)) {
    case KIND_DELIVERY:
        return delivery_words(b, story, event);
    case KIND_REJECT:
        return WORDS(w, "step/rejected", phrase_words("reply", refusal_words(b, event)));
    case KIND_AUTH:
        return WORDS(w, "step/login", phrase_log("text", event_text(event, EVENT_TEXT)));
    case KIND_REPLY:
        return refusal_words(b, event);
    case KIND_CONNECTION:
        return event_any_code(event) > 0
                   ? refusal_words(b, event)
                   : WORDS(w, "step/broken", phrase_log("text", event_text(event, EVENT_TEXT)));
    default:
        return fact_words(b, event);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

/* Lines as they stand, as rows. */
static void add_rows(struct trace_builder *b, struct trail_line *const *lines, size_t count,
                     struct section *section)
{
    static const struct column columns[] = {{.key = "time"}, {.key = "text", .wraps = true}};
    struct table *table = TABLE(&b->words, section, "trace", columns);
    for (size_t i = 0; i < count; i++) {
        struct cell *cells = table_row(b->words.document, table);
        if (cells == NULL) {
            return;
        }
        cells[0] = cell_text(CELL_WORDS, trace_time(b, lines[i]));
        cells[1] = cell_text(CELL_LOG, lines[i]->raw);
    }
}

void trace_add_lines(struct trace_builder *b, const struct trail_chain *chain,
                     struct section *section)
{
    add_rows(b, chain->lines, chain->line_count, section);
}

/* A row that says the same as the one before, of lines that only tell the server's own steps. */
static bool is_repeated(const struct event *event, struct span words, struct span before)
{
    return event_value(event, EVENT_KIND) == KIND_CONTEXT && span_equal(words, before);
}

void trace_add_steps(struct trace_builder *b, const struct trail_node *node,
                     const struct trail_story *story, struct section *section)
{
    static const struct column columns[] = {
        {.key = "time"}, {.key = "daemon"}, {.key = "peer"}, {.key = "text", .wraps = true}};
    if (node->kind == TRAIL_OTHER) {
        add_rows(b, node->lines, node->count < OTHER_ROWS ? node->count : OTHER_ROWS, section);
        return;
    }
    struct span before = SPAN_EMPTY;
    bool session = node->kind == TRAIL_SESSION;
    struct table *table = TABLE(&b->words, section, "trace", columns);
    for (size_t i = 0; i < node->count && table != NULL; i++) {
        const struct event *event = &node->lines[i]->event;
        bool read = node->lines[i]->bin == BIN_EVENT || node->lines[i]->bin == BIN_CONTEXT;
        struct span words = read ? step_words(b, story, event) : SPAN_EMPTY;
        struct span recipient = event_text(event, EVENT_RECIPIENT);
        bool same = is_repeated(event, words, before);
        struct cell *cells = words.n > 0 && !same ? table_row(b->words.document, table) : NULL;
        before = words.n > 0 ? words : before;
        if (cells == NULL) {
            continue;
        }
        if (recipient.n > 0 && (story->count > 1 || session)) {
            words = WORDS(&b->words, "step/of", phrase_words("recipient", recipient),
                          phrase_words("step", words));
        }
        cells[0] = cell_text(CELL_WORDS, trace_time(b, node->lines[i]));
        cells[1] = cell_text(CELL_NAME, event_text(event, EVENT_DAEMON));
        cells[2] = cell_text(CELL_NAME, session ? SPAN_EMPTY : trace_peer(b, event));
        cells[3] = cell_text(CELL_WORDS, words);
    }
}
