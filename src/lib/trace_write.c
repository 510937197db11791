/* The public call of a trace: runs it and writes what was found. */
#include "lib/option.h"
#include "lib/trace.h"
#include "report/escape.h"
#include "report/html_report.h"
#include "report/markdown_renderer.h"
#include "report/text_renderer.h"
#include "report/trace_report.h"
#include "report/trace_writer.h"

#define DEFAULT_TEMPORARY "/tmp"

/* Standard input can be read once only: it is copied where it must be, which is said. */
static enum smtplog_status spool_input(struct smtplog_analyzer *a)
{
    const char *why = NULL;
    const char *directory = a->option[OPTION_TEMPORARY] != NULL ? a->option[OPTION_TEMPORARY]
                                                                : DEFAULT_TEMPORARY;
    for (size_t i = 0; i < a->given_count; i++) {
        struct plan_input *input = &a->given[i];
        if (input->is_journal || strcmp(input->path, "-") != 0) {
            continue;
        }
        if (spool_needs_copy()) {
            diagnostic_say(&a->diagnostic, SMTPLOG_INFO,
                           "standard input is copied to a private temporary file in %s, because a "
                           "trace reads its input more than once",
                           directory);
        }
        enum smtplog_status status = spool_standard_input(directory, &a->spool, &why);
        if (status != SMTPLOG_OK) {
            diagnostic_say(&a->diagnostic, SMTPLOG_ERROR,
                           "standard input cannot be copied to %s: %s", directory,
                           diagnostic_text(&a->diagnostic, why));
            return status;
        }
        input->spool = &a->spool;
        return SMTPLOG_OK; /* named again, it is at its end */
    }
    return SMTPLOG_OK;
}

static enum smtplog_status write_records(struct trace *t, enum event_format format)
{
    struct smtplog_analyzer *a = t->analyzer;
    struct span unknown;
    TRY(event_writer_new(format, false, SPAN_EMPTY, &a->event_writer, &unknown));
    trace_writer_header(a->event_writer, format, &a->out);
    for (size_t i = 0; i < t->chains.count; i++) {
        trace_writer_add(a->event_writer, format, &t->chains.chains[i], i + 1, &a->out);
        TRY(analyzer_write_out(a));
    }
    return analyzer_write_out(a);
}

static bool says_yes(const struct smtplog_analyzer *a, enum option option)
{
    return a->option[option] != NULL && strcmp(a->option[option], "yes") == 0;
}

/* The lines as they stand, but for what a terminal would obey. */
static enum smtplog_status write_lines(struct smtplog_analyzer *a, const struct trail_chain *chain)
{
    for (size_t i = 0; i < chain->line_count; i++) {
        escape_terminal(&a->out, chain->lines[i]->raw);
        strbuf_add_byte(&a->out, '\n');
        TRY(i % 1000 == 999 ? analyzer_write_out(a) : SMTPLOG_OK);
    }
    return analyzer_write_out(a);
}

static enum smtplog_status write_text(struct trace *t)
{
    struct smtplog_analyzer *a = t->analyzer;
    struct trace_report report = {t->trail, a->knowledge.catalog, says_yes(a, OPTION_LINES), false};
    uint64_t width = 80;
    TRY(option_number(a, OPTION_WIDTH, 72, 1000, &width));
    struct text_style style = {(size_t)width, says_yes(a, OPTION_COLOR), says_yes(a, OPTION_BARS)};
    for (size_t i = 0; i < t->chains.count; i++) {
        struct document document;
        document_init(&document);
        document.figures = catalog_figures(a->knowledge.catalog);
        if (i > 0) {
            strbuf_add_byte(&a->out, '\n');
        }
        if (report.lines) {
            TRY(write_lines(a, &t->chains.chains[i]));
        }
        trace_report_add(&report, &t->chains.chains[i], &document);
        enum smtplog_status status = text_render(&document, &style, &a->out);
        document_free(&document);
        TRY(status);
        TRY(analyzer_write_out(a));
    }
    return SMTPLOG_OK;
}

/* All stories in one document, as a page or for a ticket. */
static enum smtplog_status write_whole(struct trace *t, bool page)
{
    struct smtplog_analyzer *a = t->analyzer;
    struct trace_report report = {t->trail, a->knowledge.catalog, says_yes(a, OPTION_LINES), true};
    struct instant generated = {.seconds = a->now, .offset = zone_offset(a->zone, a->now)};
    struct document document;
    document_init(&document);
    document.figures = catalog_figures(a->knowledge.catalog);
    for (size_t i = 0; i < t->chains.count; i++) {
        trace_report_add(&report, &t->chains.chains[i], &document);
    }
    enum smtplog_status status = page ? html_write(&document, a->knowledge.catalog, "page/traced",
                                                   &generated, &a->out)
                                      : markdown_render(&document, &a->out);
    document_free(&document);
    return status == SMTPLOG_OK ? analyzer_write_out(a) : status;
}

static enum smtplog_status write_trace(struct trace *t, const char *format)
{
    if (strcmp(format, "ndjson") == 0) {
        return write_records(t, EVENT_NDJSON);
    }
    if (strcmp(format, "html") == 0 || strcmp(format, "markdown") == 0) {
        return write_whole(t, strcmp(format, "html") == 0);
    }
    return strcmp(format, "tsv") == 0 ? write_records(t, EVENT_TSV) : write_text(t);
}

enum smtplog_status smtplog_analyzer_trace(struct smtplog_analyzer *a, const char *const *what,
                                           size_t count, const char *format, smtplog_writer writer,
                                           void *context)
{
    static const char *const formats[] = {"text", "ndjson", "tsv", "html", "markdown"};
    struct trace *trace = NULL;
    bool known = false;
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        known = known || strcmp(format, formats[i]) == 0;
    }
    if (!known) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR,
                       "--format: a trace is text, html, markdown, ndjson or tsv");
        return SMTPLOG_USAGE;
    }
    a->writer = writer;
    a->writer_context = context;
    TRY(analyzer_prepare(a));
    TRY(trace_new(a, what, count, &trace));
    enum smtplog_status status = spool_input(a);
    if (status == SMTPLOG_OK) {
        status = trace_run(trace);
    }
    if (status == SMTPLOG_OK) {
        status = knowledge_status(&a->knowledge);
    }
    if (status == SMTPLOG_OK) {
        a->traced = trace->chains.count;
        status = redaction_trail(a, trace->trail);
    }
    if (status == SMTPLOG_OK) {
        status = write_trace(trace, format);
    }
    trace_free(trace);
    return status;
}
