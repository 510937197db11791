/* One line for Nagios. Trust: names and rules are the caller's; a bar in them would end the text.
 */
#include "report/nagios_report.h"

#include "base/utf8.h"
#include "report/json_writer.h"

static const char *const usual[] = {
    "recipients.total", "recipients.delivered", "recipients.deferred", "recipients.bounced",
    "greylisting.lost", "hard_share",           "greylisting_share"};

/* The text ends at the bar and the line at a line feed: neither may stand in it. */
static void add_text(struct strbuf *out, struct span text)
{
    struct strbuf clean;
    strbuf_init(&clean, 3 * text.n + 1);
    utf8_add_clean(&clean, text);
    for (size_t i = 0; i < clean.length; i++) {
        strbuf_add_byte(out, clean.bytes[i] == '|' ? '/' : clean.bytes[i]);
    }
    strbuf_inherit(out, &clean);
    strbuf_free(&clean);
}

static void add_performance(const struct nagios_line *line, struct span name, struct strbuf *out)
{
    static const char *const units[] = {"", "%", "s", "B"};
    double value = 0;
    if (!figure_list_find(line->figures, name, &value)) {
        return;
    }
    enum figure_unit unit = figure_unit_of(name);
    strbuf_add_byte(out, ' ');
    strbuf_add_span(out, name);
    strbuf_add_byte(out, '=');
    json_add_number(out, unit == FIGURE_SHARE ? 100 * value : value);
    strbuf_add_cstr(out, units[unit]);
}

/* Each name once, the usual ones first. */
static void add_all_performance(const struct nagios_line *line, struct strbuf *out)
{
    for (size_t i = 0; i < COUNT_OF(usual); i++) {
        add_performance(line, span_cstr(usual[i]), out);
    }
    for (size_t i = 0; i < line->name_count; i++) {
        bool said = false;
        for (size_t k = 0; k < COUNT_OF(usual) && !said; k++) {
            said = span_is(line->names[i], usual[k]);
        }
        for (size_t k = 0; k < i && !said; k++) {
            said = span_equal(line->names[i], line->names[k]);
        }
        if (!said) {
            add_performance(line, line->names[i], out);
        }
    }
}

enum smtplog_status nagios_write(const struct nagios_line *line, struct strbuf *out)
{
    static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    double recipients = 0;
    double hard = 0;
    strbuf_addf(out, "SMTPLOG %s: ", words[line->state]);
    if (line->said.n > 0) {
        add_text(out, line->said);
    } else {
        (void)!figure_list_find(line->figures, SPAN_LITERAL("recipients.total"), &recipients);
        (void)!figure_list_find(line->figures, SPAN_LITERAL("hard.recipients"), &hard);
        PHRASE_ADD(&line->phrases, out, "nagios/recipients",
                   phrase_count("recipients", (uint64_t)recipients),
                   phrase_count("hard", (uint64_t)hard));
        strbuf_add_cstr(out, "; ");
        PHRASE_ADD(&line->phrases, out, "nagios/rules", phrase_count("rules", line->rules));
    }
    strbuf_add_cstr(out, " |");
    add_all_performance(line, out);
    strbuf_add_byte(out, '\n');
    return strbuf_status(out);
}
