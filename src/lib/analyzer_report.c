/* The report of a finished run: hands figures and inputs to the report floor and its text to the
 * writer. */
#include "finding/finding_build.h"
#include "lib/daily.h"
#include "lib/report_option.h"
#include "lib/snapshot.h"

enum smtplog_status analyzer_describe_inputs(struct smtplog_analyzer *a,
                                             struct report_input **inputs, size_t *count)
{
    *count = a->plan.count;
    if (a->stream == NULL) {
        return a->snapshots != NULL ? snapshot_inputs(a, inputs, count) : SMTPLOG_OK;
    }
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
            .compression = file->info.compression != NULL ? file->info.compression : "",
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

static enum smtplog_status refuse_format(struct smtplog_analyzer *a, const char *format)
{
    struct strbuf names;
    strbuf_init(&names, 4096);
    report_format_add_names(&names);
    diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--format: \"%s\" is none of %s", format,
                   strbuf_cstr(&names));
    strbuf_free(&names);
    return SMTPLOG_USAGE;
}

int smtplog_is_format(const char *format)
{
    return report_format_find(format) != NULL || strcmp(format, "snapshot") == 0;
}

/* One table; when there is none of that name, what there is. */
static enum smtplog_status write_table(struct smtplog_analyzer *a, const struct report *report,
                                       const struct report_format *csv)
{
    enum smtplog_status status = report_write(report, csv, &a->out);
    if (status == SMTPLOG_USAGE) {
        strbuf_clear(&a->out);
        TRY(report_write(report, report_format_find("tables"), &a->out));
        for (size_t i = 0; i + 1 < a->out.length; i++) {
            a->out.bytes[i] = a->out.bytes[i] == '\n' ? ' ' : a->out.bytes[i];
        }
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--table: \"%.*s\" is none of %.*s",
                       SPAN_ARGS(report->table), (int)a->out.length - 1, strbuf_cstr(&a->out));
    }
    return status;
}

/* What was merged as it came, or what a run kept. */
static enum smtplog_status write_snapshot(struct smtplog_analyzer *a)
{
    if (a->held != NULL) {
        TRY(snapshot_make(a, false));
    }
    if (a->snapshots == NULL) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "this run kept nothing for a snapshot");
        return SMTPLOG_USAGE;
    }
    return snapshot_write(a, &a->out);
}

enum smtplog_status analyzer_check_finished(const struct smtplog_analyzer *a)
{
    if (a->summary == NULL || !a->finished) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "there is no finished run to report");
        return SMTPLOG_USAGE;
    }
    return SMTPLOG_OK;
}

enum smtplog_status smtplog_analyzer_report(struct smtplog_analyzer *a, const char *format,
                                            smtplog_writer writer, void *context)
{
    struct report report = {.summary = a->summary,
                            .catalog = a->knowledge.catalog,
                            .classifier = a->knowledge.classifier};
    TRY(analyzer_check_finished(a));
    const struct report_format *report_format = report_format_find(format);
    if (report_format == NULL && strcmp(format, "snapshot") != 0) {
        return refuse_format(a, format);
    }
    TRY(report_option_read(a, &report));
    if (strcmp(format, "mail") == 0 && report.mail_to.n == 0) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--format mail needs --mail-to");
        return SMTPLOG_USAGE;
    }
    report.generated.seconds = a->now;
    report.generated.offset = zone_offset(a->zone, a->now);
    TRY(describe_filter(a, &report));
    report.against = a->daily != NULL && a->daily->found_count > 0 ? &a->daily->against : NULL;
    struct report_input *inputs = NULL;
    TRY(analyzer_describe_inputs(a, &inputs, &report.input_count));
    TRY(redaction_status(a));
    report.inputs = inputs;
    strbuf_clear(&a->out);
    struct finding_list findings;
    enum smtplog_status status = finding_build(&a->finding_rules, a->summary, &findings);
    report.findings = &findings;
    if (status != SMTPLOG_OK) {
        /* nothing to write */
    } else if (strcmp(format, "snapshot") == 0) {
        status = write_snapshot(a);
    } else if (report.table.n > 0 && strcmp(format, "csv") == 0) {
        status = write_table(a, &report, report_format);
    } else {
        status = report_write(&report, report_format, &a->out);
    }
    finding_list_free(&findings);
    TRY(status);
    TRY(pattern_engine_status(a->finding_rules.engine));
    a->writer = writer;
    a->writer_context = context;
    return analyzer_write_out(a);
}
