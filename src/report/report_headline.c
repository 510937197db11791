/* The headline in words: of the recipients that met a refusal, how many were greylisted, how these
 * ended, how many failed for good; log lines beside. */
#include "report/report_headline.h"

static struct span greylist_end(struct report_builder *b, struct span ends, const char *key,
                                uint64_t count)
{
    return count > 0 ? builder_join(b, ends, WORDS(b, key, phrase_count("count", count))) : ends;
}

/* "97 delivered later (median wait 18.5 s), 11 expired" */
static struct span greylist_ends(struct report_builder *b)
{
    const struct greylist_counts *g = &b->summary->greylist;
    struct span ends;
    if (g->recovered > 0) {
        double wait = histogram_quantile(&b->summary->wait, 0.5);
        ends = WORDS(b, "end/recovered", phrase_count("count", g->recovered),
                     phrase_seconds("wait", wait));
    } else {
        ends = builder_words(b, "end/none-recovered");
    }
    ends = greylist_end(b, ends, "end/lost", g->lost);
    ends = greylist_end(b, ends, "end/refused-later", g->refused_later);
    ends = greylist_end(b, ends, "end/waiting", g->waiting);
    return greylist_end(b, ends, "end/other", g->other);
}

static void say_hard(struct report_builder *b)
{
    const struct summary *s = b->summary;
    uint64_t all = s->recipients_refused;
    uint64_t hard_550 = s->hard_recipient_code[550];
    if (s->hard_recipients == 0) {
        builder_say_plain(b, "head/no-hard");
    } else if (s->greylisted_and_hard_550 > 0) {
        SAY(b, "head/hard-and-greylisted", phrase_count("hard", hard_550),
            phrase_percent("percent", hard_550, all), phrase_count("any", s->hard_recipients),
            phrase_percent("any-percent", s->hard_recipients, all),
            phrase_count("both", s->greylisted_and_hard_550));
    } else {
        SAY(b, "head/hard", phrase_count("hard", hard_550),
            phrase_percent("percent", hard_550, all), phrase_count("any", s->hard_recipients),
            phrase_percent("any-percent", s->hard_recipients, all));
    }
}

void report_headline(struct report_builder *b)
{
    const struct summary *s = b->summary;
    const struct refusal_lines *lines = &s->refusal_lines[DIRECTION_OUTBOUND];
    SAY(b, "head/refused", phrase_count("recipients", s->recipients_refused));
    if (s->greylisted > 0) {
        SAY(b, "head/greylisted", phrase_count("greylisted", s->greylisted),
            phrase_percent("percent", s->greylisted, s->recipients_refused),
            phrase_words("ends", greylist_ends(b)));
    } else {
        builder_say_plain(b, "head/none-greylisted");
    }
    say_hard(b);
    SAY(b, "head/lines", phrase_count("refusals", lines->refusals),
        phrase_count("greylisting", lines->greylisting),
        phrase_count("by-450", lines->greylisting_450));
}
