/* Tests of include/smtplog.h as a stranger uses it: calls in the wrong order, names that do not
 * exist, a writer that stops at any piece. Each ends with the status the header states, a
 * diagnostic where it promises one, and a handle that can be freed. */
#include "smtplog.h"

#include "tap.h"

#define LOG "testdata/postfix-outbound.log"

struct notes {
    size_t count;
    char last[512];
};

struct pieces {
    size_t taken, refuse_at; /* refuse_at: the piece that is refused, 0 for none */
    size_t length;
};

static void note(void *context, enum smtplog_severity severity, const char *text)
{
    struct notes *notes = context;
    notes->count += severity == SMTPLOG_ERROR;
    snprintf(notes->last, sizeof notes->last, "%s", text);
}

static int take(void *context, const char *bytes, size_t length)
{
    struct pieces *pieces = context;
    (void)bytes;
    pieces->length += length;
    return ++pieces->taken == pieces->refuse_at;
}

static struct smtplog_analyzer *analyzer_of(struct notes *notes)
{
    struct smtplog_analyzer *made = smtplog_analyzer_new();
    if (made == NULL) {
        exit(1);
    }
    *notes = (struct notes){0};
    smtplog_analyzer_set_diagnostic(made, note, notes);
    TAP_MUST(smtplog_analyzer_set(made, "tz", "UTC"));
    TAP_MUST(smtplog_analyzer_set(made, "year", "2026"));
    TAP_MUST(smtplog_analyzer_set(made, "now", "2026-11-22T00:00:00Z"));
    TAP_MUST(smtplog_analyzer_add_file(made, LOG));
    return made;
}

static void refused(enum smtplog_status status, const struct notes *notes, const char *words,
                    const char *name)
{
    bool said = notes->count > 0 && strstr(notes->last, words) != NULL;
    tap_ok(status == SMTPLOG_USAGE && said, "%s: SMTPLOG_USAGE, and \"%s\" is said (%d, \"%s\")",
           name, words, (int)status, notes->last);
}

static void test_order(void)
{
    struct notes notes;
    struct pieces pieces = {0};
    struct smtplog_analyzer *a = analyzer_of(&notes);
    size_t held = 0;
    int state = 0;
    refused(smtplog_analyzer_report(a, "text", take, &pieces), &notes, "no finished run",
            "a report before the run");
    TAP_MUST(smtplog_analyzer_add_rule(a, SMTPLOG_FAIL_IF, "hard_share > 1%"));
    notes.count = 0;
    refused(smtplog_analyzer_check_rules(a, &held), &notes, "no finished run",
            "rules before the run");
    notes.count = 0;
    refused(smtplog_analyzer_figures(a, "text", take, &pieces), &notes, "no finished run",
            "figures before the run");
    notes.count = 0;
    refused(smtplog_analyzer_nagios(a, NULL, take, &pieces, &state), &notes, "no finished run",
            "a check of Nagios before the run");
    TAP_MUST(smtplog_analyzer_run(a));
    notes.count = 0;
    refused(smtplog_analyzer_run(a), &notes, "runs once", "a second run");
    notes.count = 0;
    refused(smtplog_analyzer_events(a, "ndjson", take, &pieces), &notes, "runs once",
            "events after a run");
    notes.count = 0;
    refused(smtplog_analyzer_report(a, "snapshot", take, &pieces), &notes, "kept nothing",
            "a snapshot of a run that did not keep");
    notes.count = 0;
    refused(smtplog_analyzer_report(a, "mail", take, &pieces), &notes, "--mail-to",
            "a mail to nobody");
    notes.count = 0;
    refused(smtplog_analyzer_report(a, "pdf", take, &pieces), &notes, "prometheus",
            "a format that is none: the others are named");
    tap_ok(pieces.taken == 0, "nothing was written by any of these");
    TAP_MUST(smtplog_analyzer_report(a, "json", take, &pieces));
    size_t once = pieces.length;
    TAP_MUST(smtplog_analyzer_report(a, "json", take, &pieces));
    tap_ok(once > 1000 && pieces.length == 2 * once,
           "but the run is there, and may be reported again (%zu bytes)", once);
    smtplog_analyzer_free(a);
}

static void test_names(void)
{
    struct notes notes;
    struct smtplog_analyzer *a = analyzer_of(&notes);
    refused(smtplog_analyzer_set(a, "colour", "yes"), &notes, "colour", "an option that is none");
    notes.count = 0;
    refused(smtplog_analyzer_add_rule(a, SMTPLOG_FAIL_IF, "hard_share >"), &notes, "hard_share",
            "a rule that breaks off");
    tap_ok(smtplog_is_format("html") != 0 && smtplog_is_format("pdf") == 0 &&
               smtplog_is_format("") == 0,
           "which formats there are");
    tap_ok(smtplog_has("gopher") == 0, "a feature that is none");
    for (int status = 0; status <= SMTPLOG_STOPPED; status++) {
        tap_ok(smtplog_status_name((enum smtplog_status)status)[0] != '\0', "status %d has a name",
               status);
    }
    smtplog_analyzer_free(a);
    smtplog_analyzer_free(NULL);
    smtplog_watch_free(NULL);
    smtplog_language_free(NULL);
}

/* Refuses the first piece, the second, ... until a run writes fewer. */
static size_t stops(const char *name,
                    enum smtplog_status (*write)(struct smtplog_analyzer *, struct pieces *))
{
    size_t refusals = 0;
    size_t wrong = 0;
    bool stopped = true;
    for (size_t at = 1; stopped && at < 40; at++) {
        struct notes notes;
        struct smtplog_analyzer *a = analyzer_of(&notes);
        struct pieces pieces = {.refuse_at = at};
        enum smtplog_status status = write(a, &pieces);
        stopped = pieces.taken >= at;
        wrong += status != (stopped ? SMTPLOG_STOPPED : SMTPLOG_OK) || pieces.taken > at;
        refusals += stopped;
        smtplog_analyzer_free(a);
    }
    tap_ok(wrong == 0 && refusals > 0, "%s: a writer that stops is asked no more (%zu, %zu wrong)",
           name, refusals, wrong);
    return refusals;
}

static enum smtplog_status write_text(struct smtplog_analyzer *a, struct pieces *pieces)
{
    TAP_MUST(smtplog_analyzer_run(a));
    return smtplog_analyzer_report(a, "text", take, pieces);
}

static enum smtplog_status write_events(struct smtplog_analyzer *a, struct pieces *pieces)
{
    return smtplog_analyzer_events(a, "ndjson", take, pieces);
}

static enum smtplog_status write_snapshot(struct smtplog_analyzer *a, struct pieces *pieces)
{
    TAP_MUST(smtplog_analyzer_keep(a));
    TAP_MUST(smtplog_analyzer_run(a));
    return smtplog_analyzer_report(a, "snapshot", take, pieces);
}

static enum smtplog_status write_figures(struct smtplog_analyzer *a, struct pieces *pieces)
{
    TAP_MUST(smtplog_analyzer_run(a));
    return smtplog_analyzer_figures(a, "json", take, pieces);
}

static enum smtplog_status write_trace(struct smtplog_analyzer *a, struct pieces *pieces)
{
    static const char *const what[] = {"ok.example"};
    return smtplog_analyzer_trace(a, what, 1, "text", take, pieces);
}

static enum smtplog_status write_explanation(struct smtplog_analyzer *a, struct pieces *pieces)
{
    static const char *const what[] = {"450", "550"};
    (void)a;
    return smtplog_explain(what, 2, "text", 80, NULL, take, pieces, NULL, NULL);
}

static enum smtplog_status write_comparison(struct smtplog_analyzer *a, struct pieces *pieces)
{
    static const char *const what[] = {"450", "550"};
    (void)a;
    return smtplog_compare(what, 2, "html", 80, NULL, take, pieces, NULL, NULL);
}

static enum smtplog_status write_rules(struct smtplog_analyzer *a, struct pieces *pieces)
{
    (void)a;
    return smtplog_patterns_list(NULL, 1, take, pieces, NULL, NULL);
}

static enum smtplog_status write_texts(struct smtplog_analyzer *a, struct pieces *pieces)
{
    (void)a;
    return smtplog_patterns_texts(take, pieces, NULL, NULL);
}

static enum smtplog_status write_languages(struct smtplog_analyzer *a, struct pieces *pieces)
{
    (void)a;
    return smtplog_languages(take, pieces);
}

static enum smtplog_status write_sections(struct smtplog_analyzer *a, struct pieces *pieces)
{
    (void)a;
    return smtplog_sections(take, pieces);
}

int main(void)
{
    test_order();
    test_names();
    stops("the report", write_text);
    stops("events", write_events);
    stops("a snapshot", write_snapshot);
    stops("figures", write_figures);
    stops("a trace", write_trace);
    stops("explain", write_explanation);
    stops("compare", write_comparison);
    stops("the list of rules", write_rules);
    stops("the texts of the catalogue", write_texts);
    tap_ok(stops("languages", write_languages) >= 4, "languages come in pieces");
    stops("sections", write_sections);
    return tap_end();
}
