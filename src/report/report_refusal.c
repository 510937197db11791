/* Greylisting against hard failure: outbound by recipients, inbound by client network, sender and
 * recipient. */
#include "report/report_chart.h"
#include "report/report_headline.h"
#include "report/section.h"

/* ---- outbound ---- */

static void add_recovery(struct report_builder *b, struct section *section)
{
    struct summary *s = b->summary;
    const struct greylist_counts *g = &s->greylist;
    if (g->recovered > 0) {
        SAY(b, "greylisting/recovery",
            phrase_percent("percent", g->recovered, g->recovered + g->lost),
            phrase_seconds("median", histogram_quantile(&s->wait, 0.5)),
            phrase_seconds("p95", histogram_quantile(&s->wait, 0.95)),
            phrase_seconds("longest", s->wait.maximum));
        builder_paragraph(b, section);
    }
}

static void add_possible(struct report_builder *b, struct section *section)
{
    struct summary *s = b->summary;
    if (s->possible_recipients == 0) {
        return;
    }
    if (s->behaved_like > 0) {
        SAY(b, "greylisting/possible-behaved", phrase_count("recipients", s->possible_recipients),
            phrase_count("behaved", s->behaved_like),
            phrase_seconds("median", histogram_quantile(&s->behaved_wait, 0.5)));
    } else {
        SAY(b, "greylisting/possible", phrase_count("recipients", s->possible_recipients));
    }
    builder_paragraph(b, section);
}

void build_greylisting(struct report_builder *b)
{
    const struct summary *s = b->summary;
    uint64_t all = s->recipients_refused;
    if (!builder_filled(b, all)) {
        return;
    }
    struct section *section = builder_section(
        b, "greylisting", WORDS(b, "aside/recipients-refused", phrase_count("recipients", all)));
    report_chart_greylisting(b, section);
    report_chart_wait(b, section);
    struct table *table = builder_bars(b, section, "greylisting");
    builder_bar(b, table, "greylisted", 0, s->greylisted, all);
    builder_bar(b, table, "greylisted_450", 1, s->greylisted_450, all);
    builder_bar(b, table, "hard_550", 0, s->hard_recipient_code[550], all);
    builder_bar(b, table, "hard", 0, s->hard_recipients, all);
    if (s->bounced_without_reply > 0) {
        builder_bar(b, table, "bounced_without_reply", 0, s->bounced_without_reply, all);
    }
    if (all > 0) {
        report_headline(b);
        builder_paragraph(b, section);
    }
    add_recovery(b, section);
    add_possible(b, section);
}

/* ---- inbound ---- */

static void say_inbound_lines(struct report_builder *b, const struct refusal_lines *lines)
{
    if (lines->rejected_550_implied > 0) {
        SAY(b, "inbound/lines-implied", phrase_count("refusals", lines->refusals),
            phrase_count("greylisting", lines->greylisting),
            phrase_count("by-550", lines->rejected_550),
            phrase_count("implied", lines->rejected_550_implied));
    } else {
        SAY(b, "inbound/lines", phrase_count("refusals", lines->refusals),
            phrase_count("greylisting", lines->greylisting),
            phrase_count("by-550", lines->rejected_550));
    }
}

static void say_inbound_ends(struct report_builder *b)
{
    struct summary *s = b->summary;
    if (s->inbound_greylisted == 0) {
        return;
    }
    if (s->inbound_recovered > 0) {
        SAY(b, "inbound/ends-recovered", phrase_count("recovered", s->inbound_recovered),
            phrase_seconds("median", histogram_quantile(&s->inbound_wait, 0.5)),
            phrase_count("never", s->inbound_ends.never_returned),
            phrase_count("waiting", s->inbound_ends.waiting));
    } else {
        SAY(b, "inbound/ends", phrase_count("never", s->inbound_ends.never_returned),
            phrase_count("waiting", s->inbound_ends.waiting));
    }
}

void build_inbound(struct report_builder *b)
{
    const struct summary *s = b->summary;
    uint64_t all = s->inbound_refused;
    const struct refusal_lines *lines = &s->refusal_lines[DIRECTION_INBOUND];
    if (!builder_filled(b, lines->refusals)) {
        return;
    }
    struct section *section = builder_section(
        b, "inbound", WORDS(b, "aside/triplets", phrase_count("triplets", all)));
    if (builder_filled(b, all)) {
        struct table *table = builder_bars(b, section, "inbound");
        if (builder_filled(b, s->inbound_greylisted)) {
            builder_bar(b, table, "in_greylisted", 0, s->inbound_greylisted, all);
            builder_bar(b, table, "in_greylisted_450", 1, s->inbound_greylisted_450, all);
        }
        if (builder_filled(b, s->inbound_550)) {
            builder_bar(b, table, "in_rejected_550", 0, s->inbound_550, all);
        }
        if (builder_filled(b, s->inbound_550_implied)) {
            builder_bar(b, table, "in_rejected_550_implied", 0, s->inbound_550_implied, all);
        }
    }
    say_inbound_lines(b, lines);
    say_inbound_ends(b);
    builder_paragraph(b, section);
}
