/* The analyzer behind the public handle. Wires the pipeline: lines, events, stories, figures.
 * Trust: inputs are anybody's; every failure of one input is said and the others are still read. */
#include "lib/analyzer.h"

#include <stdlib.h>
#include <unistd.h>

#include "aggregate/summary_memory.h"
#include "lib/daily.h"
#include "lib/report_option.h"
#include "lib/rule_set.h"
#include "lib/snapshot.h"

#define OUTPUT_MAXIMUM  ((size_t)64 * 1024 * 1024)
#define PROGRESS_LINES  65536
#define THREADS_UNASKED 8 /* the figures are added up by one thread, which feeds no more */
#define JOURNAL_BEFORE \
    (2 * CIVIL_DAY)         /* read of it before --since: who sent what is delivered then */
#define UNDERSTOOD_PART 200 /* one line in so many may be not understood: 0.5 % */

struct smtplog_analyzer *smtplog_analyzer_new(void)
{
    struct smtplog_analyzer *a = calloc(1, sizeof *a);
    if (a != NULL) {
        arena_init(&a->arena);
        strbuf_init(&a->out, OUTPUT_MAXIMUM);
    }
    return a;
}

void smtplog_analyzer_free(struct smtplog_analyzer *a)
{
    if (a == NULL) {
        return;
    }
    for (size_t i = 0; i < a->given_count; i++) {
        free(a->given[i].path);
        free((char *)a->given[i].range.place);
    }
    free(a->given);
    spool_close(&a->spool);
    for (size_t i = 0; i < ANALYZER_OPTIONS; i++) {
        free(a->option[i]);
    }
    event_writer_free(a->event_writer);
    line_stream_free(a->stream);
    parse_ahead_free(a->threads);
    plan_free(&a->plan);
    transcript_feed_free(a->transcripts);
    parser_free(a->parser);
    tracker_free(a->tracker);
    inbound_free(a->inbound);
    inbound_free(a->greylisters);
    session_table_free(a->sessions);
    summary_free(a->summary);
    selection_free(&a->selection);
    redactor_free(a->redactor);
    free(a->inputs);
    judge_free(a->judge);
    rule_set_free(a->rules);
    finding_rules_free(&a->finding_rules);
    held_free(a->held);
    snapshot_set_free(a->snapshots);
    daily_free(a->daily);
    if (a->knowledge_loaded) {
        knowledge_free(&a->knowledge);
    }
    zone_free(a->zone);
    strbuf_free(&a->out);
    arena_free(&a->arena);
    free(a);
}

void smtplog_analyzer_set_diagnostic(struct smtplog_analyzer *a, smtplog_diagnostic function,
                                     void *context)
{
    a->diagnostic.function = function;
    a->diagnostic.context = context;
}

void smtplog_analyzer_set_progress(struct smtplog_analyzer *a, smtplog_progress function,
                                   void *context)
{
    a->progress = function;
    a->progress_context = context;
}

void smtplog_analyzer_set_language(struct smtplog_analyzer *a,
                                   const struct smtplog_language *language)
{
    a->language = language;
    language_set_diagnostic(&a->diagnostic, language);
}

static enum smtplog_status add_input(struct smtplog_analyzer *a, const char *path, bool is_journal,
                                     const char *place)
{
    if (a->given_count == ANALYZER_FILES) {
        return SMTPLOG_LIMIT;
    }
    struct plan_input *given = realloc(a->given, (a->given_count + 1) * sizeof *given);
    if (given == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    a->given = given;
    struct plan_input *input = &given[a->given_count++];
    *input = (struct plan_input){.path = strdup(path), .is_journal = is_journal};
    input->range.place = place != NULL ? strdup(place) : NULL;
    bool copied = input->path != NULL && (place == NULL || input->range.place != NULL);
    return copied ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

enum smtplog_status smtplog_analyzer_add_file(struct smtplog_analyzer *a, const char *path)
{
    return add_input(a, path, false, NULL);
}

enum smtplog_status smtplog_analyzer_add_journal(struct smtplog_analyzer *a, const char *place)
{
    if (!journal_is_supported()) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR,
                       "the journal cannot be read because libsystemd is missing: "
                       "journalctl -o short-iso-precise | smtplog analyze");
        return SMTPLOG_USAGE;
    }
    return add_input(a, "journal", true, place);
}

static enum smtplog_status load_knowledge(struct smtplog_analyzer *a)
{
    struct knowledge_source source = {.built_in = true,
                                      .system = true,
                                      .directory = a->option[OPTION_PATTERNS],
                                      .translation = language_translation(a->language)};
    a->knowledge_loaded = true;
    TRY(knowledge_load(&a->knowledge, &source, &a->diagnostic));
    return finding_rules_load(&a->finding_rules, a->knowledge.catalog, a->option[OPTION_THRESHOLD],
                              false, &a->diagnostic);
}

/* Entries of the journal far outside the range asked for need not be read. */
static void limit_journals(struct smtplog_analyzer *a)
{
    for (size_t i = 0; i < a->given_count; i++) {
        struct journal_range *range = &a->given[i].range;
        range->since = a->has_since ? a->since.seconds - JOURNAL_BEFORE : INT64_MIN;
        range->until = a->has_until ? a->until.seconds + 1 : INT64_MAX;
    }
}

/* How --memory is shared out. */
#define MEMORY_SHARES   32
#define MEMORY_MESSAGES 13
#define MEMORY_KEYS     5
#define MEMORY_TRIPLETS 1 /* of greylisters' lines */
#define MEMORY_TABLES   13

enum smtplog_status analyzer_make_tables(struct smtplog_analyzer *a)
{
    uint64_t memory = 0;
    TRY(option_memory(a, &memory));
    size_t share = (size_t)(memory / MEMORY_SHARES);
    TRY(summary_new(&a->summary));
    summary_set_memory(a->summary, MEMORY_TABLES * share);
    a->summary->memory = memory;
    struct track_listener listener = redaction_listener(a);
    TRY(tracker_new(&listener, MEMORY_MESSAGES * share, &a->tracker));
    TRY(inbound_new(&a->inbound));
    TRY(inbound_new(&a->greylisters));
    inbound_set_memory(a->inbound, MEMORY_KEYS * share);
    inbound_set_memory(a->greylisters, MEMORY_TRIPLETS * share);
    inbound_set_listener(a->inbound, greylist_sender_ended, &a->summary->greylist_detail);
    return session_table_new(&a->sessions);
}

enum smtplog_status analyzer_prepare(struct smtplog_analyzer *a)
{
    if (a->started) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "an analyzer runs once");
        return SMTPLOG_USAGE;
    }
    a->started = true;
    struct report look;
    TRY(option_read_all(a));
    TRY(report_option_read(a, &look)); /* mistakes are said before hours of reading */
    TRY(load_knowledge(a));
    TRY(redaction_prepare(a));
    TRY(analyzer_make_tables(a));
    TRY(parser_new(a->knowledge.postfix, 0, &a->parser));
    TRY(parser_set_exim(a->parser, a->knowledge.exim));
    parser_set_greylister(a->parser, a->knowledge.greylister);
    TRY(selection_prepare(a, a->join));
    if (!analyzer_tells_context(a)) {
        parser_want(a->parser, PARSER_WANTS_RECORDS);
    }
    return judge_new(&a->knowledge, parser_seed(a->parser), a->event_writer == NULL, &a->judge);
}

enum smtplog_status analyzer_prepare_inputs(struct smtplog_analyzer *a)
{
    a->inputs = calloc(a->plan.count + 1, sizeof *a->inputs);
    if (a->inputs == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    return transcript_feed_new(a->knowledge.dialects, a->plan.count, &a->transcripts);
}

enum smtplog_status analyzer_open(struct smtplog_analyzer *a)
{
    uint64_t year = 0;
    TRY(option_number(a, OPTION_YEAR, 1970, 9999, &year));
    limit_journals(a);
    TRY(plan_make(a->given, a->given_count, a->zone, (int)year, a->now, &a->diagnostic, &a->plan));
    if (a->held != NULL && a->has_since && a->has_until) {
        plan_limit(&a->plan, a->since.seconds, a->until.seconds);
    }
    TRY(analyzer_prepare_inputs(a));
    return line_stream_new(&a->plan, a->zone, &a->diagnostic, &a->stream);
}

/* Threads help where there are processors for them, or as many as asked for. */
static enum smtplog_status use_threads(struct smtplog_analyzer *a)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t threads = processors < 1 ? 1 : (uint64_t)processors;
    threads = threads < THREADS_UNASKED ? threads : THREADS_UNASKED;
    TRY(option_number(a, OPTION_JOBS, 1, UINT32_MAX, &threads));
    threads = threads < AHEAD_THREADS ? threads : AHEAD_THREADS;
    if (threads < 2) {
        return SMTPLOG_OK;
    }
    TRY(parse_ahead_new((size_t)threads, &a->knowledge, a->parser, a->judge, &a->threads));
    line_stream_set_ahead(a->stream, a->threads);
    return SMTPLOG_OK;
}

enum smtplog_status analyzer_write_out(struct smtplog_analyzer *a)
{
    TRY(strbuf_status(&a->out));
    int stop = a->out.length > 0 ? a->writer(a->writer_context, strbuf_cstr(&a->out), a->out.length)
                                 : 0;
    strbuf_clear(&a->out);
    return stop == 0 ? SMTPLOG_OK : SMTPLOG_STOPPED;
}

/* ---- a run ----------------------------------------------------------------------------------- */

void analyzer_report_damage(const struct smtplog_analyzer *a)
{
    for (size_t i = 0; i < a->plan.count; i++) {
        const char *damage = line_stream_damage(a->stream, i);
        if (damage != NULL) {
            diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "%s:%llu: %s; read up to there",
                           a->plan.files[i].path, (unsigned long long)a->inputs[i].lines,
                           diagnostic_text(&a->diagnostic, damage));
        }
        if (a->plan.files[i].info.is_journal && a->inputs[i].lines == 0) {
            diagnostic_say(&a->diagnostic, SMTPLOG_INFO,
                           "journal: no entry of a mail server in it that you may read (the groups "
                           "adm and systemd-journal may read all)");
        }
        other_log_say(&a->inputs[i].other, &a->diagnostic, a->plan.files[i].path,
                      a->inputs[i].lines, a->inputs[i].mail_lines);
    }
}

static void report_not_understood(const struct smtplog_analyzer *a)
{
    struct smtplog_outcome outcome;
    smtplog_analyzer_outcome(a, &outcome);
    if (!outcome.too_little_understood) {
        return;
    }
    const struct summary *summary = a->summary;
    if (a->first_unknown.n > 0) {
        diagnostic_say(&a->diagnostic, SMTPLOG_WARNING,
                       "lines of mail daemons that match no pattern: %llu, the first: %.*s",
                       (unsigned long long)summary->bin[BIN_UNKNOWN], SPAN_ARGS(a->first_unknown));
    }
    if (a->first_malformed.n > 0) {
        diagnostic_say(
            &a->diagnostic, SMTPLOG_WARNING, "lines without a log header: %llu, the first: %.*s",
            (unsigned long long)summary->bin[BIN_MALFORMED], SPAN_ARGS(a->first_malformed));
    }
}

static enum smtplog_status read_lines(struct smtplog_analyzer *a)
{
    struct stream_line line;
    struct event *event = NULL;
    enum line_bin bin = BIN_FOREIGN;
    uint64_t lines = 0;
    bool skipped = false;
    for (;;) {
        enum smtplog_status status = line_stream_next(a->stream, &line);
        if (status == SMTPLOG_END) {
            return SMTPLOG_OK;
        }
        TRY(status);
        TRY(analyzer_parse(a, &line, &event, &bin));
        if (event->has_time && line_stream_take_back(a->stream, &event->time)) {
            continue;
        }
        /* A snapshot holds the lines of its range only; one without time goes with those before. */
        skipped = a->held != NULL && (event->has_time ? analyzer_is_outside(a, event) : skipped);
        if (skipped) {
            continue;
        }
        TRY(analyzer_process(a, &line, event, bin));
        if (a->progress != NULL && ++lines % PROGRESS_LINES == 0) {
            a->progress(a->progress_context, line_stream_bytes_done(a->stream), a->plan.bytes);
        }
    }
}

/* What a filter hides cannot be put together with the figures of other logs. */
static enum smtplog_status check_keeping(const struct smtplog_analyzer *a)
{
    if (a->held != NULL && a->option[OPTION_TEMPORARY] != NULL) {
        held_allow_file(a->held, a->option[OPTION_TEMPORARY]);
    }
    if (a->held == NULL || (a->selection.filter == NULL && a->redactor == NULL)) {
        return SMTPLOG_OK;
    }
    diagnostic_say(
        &a->diagnostic, SMTPLOG_ERROR,
        "a snapshot holds all of a log: it is made without filters and without --redact");
    return SMTPLOG_USAGE;
}

static enum smtplog_status run(struct smtplog_analyzer *a)
{
    TRY(analyzer_prepare(a));
    TRY(rule_set_check(a));
    TRY(check_keeping(a));
    TRY(analyzer_open(a));
    TRY(use_threads(a));
    TRY(read_lines(a));
    for (size_t i = 0; i < a->plan.count; i++) {
        TRY(analyzer_finish_transcript(a, i));
        redaction_transcript(a, transcript_feed_transcript(a->transcripts, i));
    }
    TRY(tracker_finish(a->tracker));
    inbound_finish(a->inbound, a->summary->last.seconds, &a->summary->inbound_ends);
    analyzer_finish_greylisters(a);
    a->summary->evicted = tracker_evicted(a->tracker) + inbound_evicted(a->inbound) +
                          inbound_evicted(a->greylisters);
    a->summary->limits_hit = a->limits_hit;
    analyzer_report_damage(a);
    report_not_understood(a);
    TRY(knowledge_status(&a->knowledge));
    TRY(redaction_status(a));
    selection_say(a);
    a->finished = true;
    return SMTPLOG_OK;
}

enum smtplog_status smtplog_analyzer_run(struct smtplog_analyzer *a)
{
    return run(a);
}

enum smtplog_status smtplog_analyzer_events(struct smtplog_analyzer *a, const char *format,
                                            smtplog_writer writer, void *context)
{
    static const char *const formats[] = {
        [EVENT_NDJSON] = "ndjson", [EVENT_TSV] = "tsv", [EVENT_LINES] = "text"};
    size_t chosen = 0;
    while (chosen < COUNT_OF(formats) && strcmp(format, formats[chosen]) != 0) {
        chosen++;
    }
    a->join = a->option[OPTION_JOIN] != NULL;
    struct span unknown = SPAN_EMPTY;
    if (chosen == COUNT_OF(formats)) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--format: events are ndjson, tsv or text");
        return SMTPLOG_USAGE;
    }
    const char *fields = a->option[OPTION_FIELDS] != NULL ? a->option[OPTION_FIELDS] : "";
    enum smtplog_status status = event_writer_new((enum event_format)chosen, a->join,
                                                  span_cstr(fields), &a->event_writer, &unknown);
    if (status == SMTPLOG_USAGE) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--fields: there is no field \"%.*s\"",
                       SPAN_ARGS(unknown));
    }
    TRY(status);
    a->writer = writer;
    a->writer_context = context;
    event_writer_header(a->event_writer, &a->out);
    status = run(a);
    enum smtplog_status written = status == SMTPLOG_OK ? analyzer_write_out(a) : status;
    return written;
}

void smtplog_analyzer_outcome(const struct smtplog_analyzer *a, struct smtplog_outcome *outcome)
{
    *outcome = (struct smtplog_outcome){.files_given = a->given_count, .traced = a->traced};
    for (size_t i = 0; i < a->plan.count && a->stream != NULL; i++) {
        outcome->files_unreadable += !a->plan.files[i].readable;
        outcome->files_damaged += line_stream_damage(a->stream, i) != NULL ||
                                  line_stream_is_unsure(a->stream, i);
        outcome->files_failed += line_stream_failed(a->stream, i);
        outcome->files_not_mail += a->inputs[i].lines > 0 && a->inputs[i].mail_lines == 0;
    }
    outcome->files_unreadable += a->snapshots_bad;
    if (a->summary != NULL) {
        uint64_t bad = a->summary->bin[BIN_UNKNOWN] + a->summary->bin[BIN_MALFORMED];
        outcome->lines_read = a->summary->lines_read;
        outcome->lines_not_understood = bad;
        outcome->too_little_understood = bad * UNDERSTOOD_PART > a->summary->lines_read;
    }
}
