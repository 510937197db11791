/* The report of a finished run: hands figures and inputs to the report floor and its text to the
 * writer. */
#include "finding/finding_build.h"
#include "lib/report_option.h"

enum smtplog_status analyzer_describe_inputs(struct smtplog_analyzer *a,
                                             struct report_input **inputs)
{
    struct report_input *list = arena_alloc(&a->arena, (a->plan.count + 1) * sizeof *list);
    if (list == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < a->plan.count; i++) {
        const struct plan_file *file = &a->plan.files[i];
        const struct input_figures *figures = &a->inputs[i];
        const char *damage = line_stream_damage(a->stream, i);
        list[i] = (struct report_input){
            .path = redaction_path(a, file->path),
            .mta = span_cstr(event_mta_name(figures->mta)),
            .bytes = file->info.stored_size,
            .lines = figures->lines,
            .gzip = file->info.is_gzip,
            .readable = file->readable,
            .damage = damage != NULL ? span_cstr(damage) : SPAN_EMPTY,
            .has_period = figures->has_period,
            .first = figures->first,
            .last = figures->last,
            .transcript = transcript_feed_transcript(a->transcripts, i),
        };
    }
    *inputs = list;
    return SMTPLOG_OK;
}

static enum smtplog_status describe_filter(struct smtplog_analyzer *a, struct report *report)
{
    struct strbuf text;
    if (a->selection.filter == NULL) {
        return SMTPLOG_OK;
    }
    strbuf_init(&text, 65536);
    filter_describe(a->selection.filter, &text);
    report->events_seen = filter_seen(a->selection.filter);
    report->events_shown = filter_shown(a->selection.filter);
    bool copied = strbuf_status(&text) == SMTPLOG_OK &&
                  arena_copy(&a->arena, strbuf_span(&text), &report->filter);
    report->filter = redaction_text(a, report->filter);
    strbuf_free(&text);
    return copied ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

enum smtplog_status smtplog_analyzer_report(struct smtplog_analyzer *a, const char *format,
                                            smtplog_writer writer, void *context)
{
    struct report report = {.summary = a->summary,
                            .catalog = a->knowledge.catalog,
                            .classifier = a->knowledge.classifier};
    if (a->summary == NULL || a->stream == NULL) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "there is no finished run to report");
        return SMTPLOG_USAGE;
    }
    TRY(report_option_read(a, &report));
    report.generated.seconds = a->now;
    report.generated.offset = zone_offset(a->zone, a->now);
    TRY(describe_filter(a, &report));
    report.input_count = a->plan.count;
    struct report_input *inputs = NULL;
    TRY(analyzer_describe_inputs(a, &inputs));
    report.inputs = inputs;
    strbuf_clear(&a->out);
    struct finding_list findings;
    enum smtplog_status status = finding_build(&a->finding_rules, a->summary, &findings);
    report.findings = &findings;
    if (status != SMTPLOG_OK) {
        /* nothing to write */
    } else if (strcmp(format, "json") == 0) {
        status = report_write_json(&report, &a->out);
    } else if (strcmp(format, "text") == 0) {
        status = report_write_text(&report, &a->out);
    } else if (strcmp(format, "html") == 0) {
        status = report_write_html(&report, &a->out);
    } else {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--format: \"%s\" is not text, json or html",
                       format);
        status = SMTPLOG_USAGE;
    }
    finding_list_free(&findings);
    TRY(status);
    a->writer = writer;
    a->writer_context = context;
    return analyzer_write_out(a);
}
