/* The report in one sentence: what is wrong, or that nothing is. */
#include "report/report_verdict.h"
#include "report/dialogue_report.h"

/* Findings that ask for action, the worst of them first. */
static size_t count_problems(const struct report *report)
{
    size_t count = 0;
    while (report->findings != NULL && count < report->findings->count &&
           report->findings->items[count].severity != FINDING_INFO) {
        count++;
    }
    return count;
}

/* Recipients, bounces left out, and those of them that were given up. */
static uint64_t count_failed(const struct summary *s, uint64_t *recipients)
{
    const uint64_t *all = s->recipients.by_state;
    const uint64_t *bounces = s->null_recipients.by_state;
    *recipients = s->recipients.total - s->null_recipients.total;
    return all[RECIPIENT_BOUNCED] - bounces[RECIPIENT_BOUNCED] + all[RECIPIENT_EXPIRED] -
           bounces[RECIPIENT_EXPIRED];
}

/* One in a hundred that cannot be delivered is what every server has. */
static bool few_failed(const struct summary *s)
{
    uint64_t recipients = 0;
    uint64_t failed = count_failed(s, &recipients);
    return failed == 0 || failed * 100 < recipients;
}

bool report_is_quiet(const struct report *report)
{
    const struct summary *s = report->summary;
    return report->calm && count_problems(report) == 0 && s->recipients.total > 0 &&
           few_failed(s) && dialogue_report_count(report) == 0;
}

static void say_no_problem(struct report_builder *b)
{
    uint64_t recipients = 0;
    uint64_t failed = count_failed(b->summary, &recipients);
    if (few_failed(b->summary)) {
        builder_say_plain(b, "verdict/no-problem");
    } else {
        SAY(b, "verdict/failures", phrase_count("failed", failed),
            phrase_count("recipients", recipients), phrase_percent("percent", failed, recipients));
    }
}

static void say_problem(struct report_builder *b, size_t problems)
{
    const struct finding *worst = &b->report->findings->items[0];
    struct phrase_value title = phrase_words("title", worst->title);
    struct phrase_value since = phrase_instant("since", &worst->since, FORMAT_MINUTE);
    struct phrase_value until = phrase_instant("until", &worst->until, FORMAT_MINUTE);
    bool error = worst->severity == FINDING_ERROR;
    if (worst->has_since && worst->has_until) {
        SAY(b, error ? "verdict/problem-was" : "verdict/warning-was", since, until, title);
    } else if (worst->has_since) {
        SAY(b, error ? "verdict/problem-since" : "verdict/warning-since", since, title);
    } else {
        SAY(b, error ? "verdict/problem" : "verdict/warning", title);
    }
    if (problems > 1) {
        SAY(b, "verdict/more-findings", phrase_count("more", problems - 1));
    }
}

/* Replies that refuse, wherever they are told; without those to log-ins. */
static uint64_t count_refusals(const struct summary *s)
{
    uint64_t refusals = 0;
    for (int code = 400; code < SUMMARY_CODES; code++) {
        uint64_t other = s->code[code].count;
        refusals += other - (s->auth_code[code] < other ? s->auth_code[code] : other);
    }
    return refusals;
}

void report_verdict(struct report_builder *b)
{
    const struct summary *s = b->summary;
    uint64_t sessions = dialogue_report_count(b->report);
    size_t problems = count_problems(b->report);
    uint64_t refusals = count_refusals(s);
    if (s->lines_read == 0) {
        builder_say_plain(b, "head/no-lines");
    } else if (problems > 0) {
        say_problem(b, problems);
    } else if (s->recipients.total > 0 || s->rejects_total > 0) {
        say_no_problem(b);
    } else if (sessions > 0) {
        struct span replies = WORDS(b, "head/replies", phrase_count("replies", s->events));
        SAY(b, "head/sessions", phrase_count("sessions", sessions),
            phrase_words("replies", replies));
    } else if (refusals > 0) {
        SAY(b, "head/refusals-alone", phrase_count("refusals", refusals));
    } else {
        builder_say_plain(b, "head/nothing");
    }
    b->document->verdict = builder_sentences(b);
}
