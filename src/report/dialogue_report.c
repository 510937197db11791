/* The annotated dialogue, as document and as JSON. Trust: both sides of a dialogue are anybody's;
 * credentials were replaced before they came here. */
#include "report/dialogue_report.h"

#include "logfmt/transcript.h"
#include "report/dialogue_words.h"
#include "report/section.h"

#define TEXT_SHOWN 400 /* bytes of a command or reply */

/* What the catalogue says of a refusal in a dialogue. */
struct annotation {
    struct classifier_verdict verdict;
    struct span meaning, fix;
};

static bool is_refusal(const struct dialogue_exchange *exchange)
{
    return exchange->code >= 400;
}

static void annotate(const struct report *report, const struct dialogue_exchange *exchange,
                     struct annotation *annotation)
{
    struct classifier_input input = {exchange->code, exchange->enhanced, exchange->stage,
                                     SPAN_EMPTY, exchange->text};
    *annotation = (struct annotation){.meaning = SPAN_EMPTY, .fix = SPAN_EMPTY};
    classifier_judge(report->classifier, &input, &annotation->verdict);
    const struct catalog_entry *class_entry = catalog_class(report->catalog,
                                                            annotation->verdict.class_name);
    const struct catalog_entry *code_entry = catalog_reply(report->catalog, exchange->code);
    if (span_is(annotation->verdict.class_name, "unknown")) {
        class_entry = NULL;
    }
    annotation->meaning = catalog_text(class_entry, "short");
    annotation->fix = catalog_text(class_entry, "action");
    if (annotation->meaning.n == 0) {
        annotation->meaning = catalog_text(code_entry, "short");
    }
    if (annotation->fix.n == 0) {
        annotation->fix = catalog_text(code_entry, "action");
    }
}

static struct span cut(struct span text)
{
    return span_of(text.p, text.n < TEXT_SHOWN ? text.n : TEXT_SHOWN);
}

/* ---- sessions of a report -------------------------------------------------------------------- */

typedef void (*session_visit)(const struct report *report, const struct report_input *input,
                              const struct dialogue *session, void *context);

static void each_session(const struct report *report, session_visit visit, void *context)
{
    for (size_t i = 0; i < report->input_count; i++) {
        const struct transcript *transcript = report->inputs[i].transcript;
        size_t count = transcript != NULL ? transcript_session_count(transcript) : 0;
        for (size_t k = 0; k < count; k++) {
            visit(report, &report->inputs[i], transcript_session(transcript, k), context);
        }
    }
}

size_t dialogue_report_count(const struct report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->input_count; i++) {
        const struct transcript *transcript = report->inputs[i].transcript;
        count += transcript != NULL ? transcript_session_count(transcript) : 0;
    }
    return count;
}

/* ---- document -------------------------------------------------------------------------------- */

static struct span command_words(struct document *document,
                                 const struct dialogue_exchange *exchange)
{
    if (exchange->command.n > 0) {
        return document_text(document, cut(exchange->command));
    }
    const char *stage = event_value_name(EVENT_STAGE, (int)exchange->stage);
    return stage != NULL ? span_cstr(stage) : SPAN_EMPTY;
}

static void add_exchange(struct report_builder *b, struct table *table,
                         const struct dialogue *session, const struct dialogue_exchange *exchange)
{
    const struct report *report = b->report;
    struct document *document = b->document;
    struct cell *cells = table_row(document, table);
    struct annotation annotation;
    struct strbuf words;
    if (cells == NULL) {
        return;
    }
    strbuf_init(&words, 4096);
    cells[0] = cell_text(CELL_NAME, command_words(document, exchange));
    if (exchange->code == 0) {
        cells[1] = cell_text(CELL_WORDS, builder_words(b, "session/no-reply"));
    } else if (is_refusal(exchange)) {
        annotate(report, exchange, &annotation);
        struct span text = cut(exchange->text);
        cells[1] = cell_text(CELL_NAME,
                             document_printf(document, "%d%s%.*s %.*s", exchange->code,
                                             exchange->enhanced.n > 0 ? " " : "",
                                             SPAN_ARGS(exchange->enhanced), SPAN_ARGS(text)));
        cells[2] = cell_text(CELL_WORDS,
                             WORDS(b, "session/refused",
                                   phrase_words("mark", span_cstr(report->bars ? "✗" : "!")),
                                   phrase_words("meaning", annotation.meaning),
                                   phrase_words("todo", annotation.fix)));
    } else {
        dialogue_add_reply(&b->phrases, &words, session, exchange);
        cells[1] = cell_text(CELL_NAME, document_take(document, &words));
        cells[2] = cell_text(CELL_WORDS,
                             catalog_text(catalog_reply(report->catalog, exchange->code), "short"));
    }
    strbuf_free(&words);
}

static void add_session(const struct report *report, const struct report_input *input,
                        const struct dialogue *session, void *context)
{
    static const struct column columns[] = {
        {.key = "command", .label = "column/command", .wraps = true},
        {.key = "reply", .label = "column/reply", .wraps = true},
        {.key = "meaning", .label = "column/meaning", .wraps = true}};
    struct report_builder *b = context;
    struct dialogue_diagnosis diagnosis;
    struct strbuf words;
    (void)report;
    strbuf_init(&words, 8192);
    const char *direction = event_value_name(EVENT_DIRECTION, (int)session->direction);
    struct section *section = builder_section(
        b, "session",
        document_printf(b->document, "%.*s:%llu, %.*s, %s", SPAN_ARGS(input->path),
                        (unsigned long long)session->first_line, SPAN_ARGS(session->dialect),
                        direction != NULL ? direction
                                          : builder_words(b, "session/no-direction").p));
    struct table *table = TABLE(b, section, "session", columns);
    for (size_t i = 0; i < session->exchange_count; i++) {
        add_exchange(b, table, session, &session->exchanges[i]);
    }
    dialogue_diagnose(session, &diagnosis);
    dialogue_add_diagnosis(&b->phrases, &words, session, &diagnosis);
    strbuf_inherit(&b->text, &words);
    SAY(b, "session/diagnosis", phrase_words("diagnosis", strbuf_span(&words)));
    builder_paragraph(b, section);
    if (session->exchanges_dropped > 0) {
        SAY(b, "session/more", phrase_count("exchanges", session->exchanges_dropped));
        builder_paragraph(b, section);
    }
    strbuf_free(&words);
}

void build_sessions(struct report_builder *b)
{
    each_session(b->report, add_session, b);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_exchange(const struct report *report, struct json_writer *json,
                          const struct dialogue_exchange *exchange)
{
    struct annotation annotation;
    const char *stage = event_value_name(EVENT_STAGE, (int)exchange->stage);
    json_object(json, NULL);
    if (exchange->command.n > 0) {
        json_text(json, "command", exchange->command);
    }
    if (stage != NULL) {
        json_text(json, "stage", span_cstr(stage));
    }
    if (exchange->code > 0) {
        json_u64(json, "code", (uint64_t)exchange->code);
        json_u64(json, "line", exchange->line);
    }
    if (exchange->enhanced.n > 0) {
        json_text(json, "enhanced", exchange->enhanced);
    }
    if (exchange->text.n > 0) {
        json_text(json, "text", exchange->text);
    }
    if (is_refusal(exchange)) {
        annotate(report, exchange, &annotation);
        json_text(json, "class", annotation.verdict.class_name);
        json_text(json, "meaning", annotation.meaning);
        json_text(json, "fix", annotation.fix);
    }
    json_end(json, '}');
}

static void json_session(const struct report *report, const struct report_input *input,
                         const struct dialogue *session, void *context)
{
    struct json_writer *json = context;
    struct dialogue_diagnosis diagnosis;
    struct strbuf words;
    const char *direction = event_value_name(EVENT_DIRECTION, (int)session->direction);
    strbuf_init(&words, 8192);
    dialogue_diagnose(session, &diagnosis);
    dialogue_add_diagnosis(&(struct phrases){report->catalog}, &words, session, &diagnosis);
    json_object(json, NULL);
    json_text(json, "file", input->path);
    json_u64(json, "line", session->first_line);
    json_text(json, "dialect", session->dialect);
    if (direction != NULL) {
        json_text(json, "direction", span_cstr(direction));
    }
    if (session->peer.n > 0) {
        json_text(json, "peer", session->peer);
    }
    json_text(json, "diagnosis", span_cstr(diagnosis_name(diagnosis.main)));
    json_text(json, "diagnosis_text", strbuf_span(&words));
    json_array(json, "exchanges");
    for (size_t i = 0; i < session->exchange_count; i++) {
        json_exchange(report, json, &session->exchanges[i]);
    }
    json_end(json, ']');
    json_end(json, '}');
    strbuf_free(&words);
}

void dialogue_report_json(const struct report *report, struct json_writer *json)
{
    json_array(json, "sessions");
    each_session(report, json_session, json);
    json_end(json, ']');
}
