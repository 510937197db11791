/* Options that say how a report looks and how much of it is shown. Trust: values come from the
 * command line of whoever runs the program. */
#include "lib/report_option.h"

#include "report/mail_renderer.h"

/* Names of sections, all of which must be known. */
static enum smtplog_status read_sections(struct smtplog_analyzer *a, struct report *report)
{
    struct span name = SPAN_EMPTY;
    struct span rest = a->option[OPTION_SECTION] != NULL ? span_cstr(a->option[OPTION_SECTION])
                                                         : SPAN_EMPTY;
    report->sections = rest;
    while (rest.n > 0 && span_next_piece(&rest, ',', &name)) {
        name = span_trim(name);
        if (!report_has_section(name)) {
            struct strbuf names;
            strbuf_init(&names, 4096);
            report_add_section_names(&names, ", ");
            diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--section: \"%.*s\" is none of %s",
                           SPAN_ARGS(name), strbuf_cstr(&names));
            strbuf_free(&names);
            return SMTPLOG_USAGE;
        }
    }
    return SMTPLOG_OK;
}

static enum smtplog_status read_mail_to(struct smtplog_analyzer *a, struct report *report)
{
    report->mail_to = a->option[OPTION_MAIL_TO] != NULL ? span_cstr(a->option[OPTION_MAIL_TO])
                                                        : SPAN_EMPTY;
    if (a->option[OPTION_MAIL_TO] != NULL && !mail_address_is_good(report->mail_to)) {
        return option_refuse(a, OPTION_MAIL_TO, "an address or a list a@b.example,c@d.example");
    }
    return SMTPLOG_OK;
}

static bool is_yes(const struct smtplog_analyzer *a, enum option option)
{
    return a->option[option] != NULL && strcmp(a->option[option], "yes") == 0;
}

enum smtplog_status report_option_read(struct smtplog_analyzer *a, struct report *report)
{
    static const char *const details[] = {"brief", "normal", "full", NULL};
    static const char *const explains[] = {"none", "short", "full", NULL};
    unsigned detail = REPORT_NORMAL;
    unsigned explain = REPORT_EXPLAIN_SHORT;
    uint64_t top = 10;
    uint64_t width = 80;
    TRY(option_number(a, OPTION_TOP, 0, 1000000, &top));
    TRY(option_number(a, OPTION_WIDTH, 72, 1000, &width));
    TRY(option_word(a, OPTION_DETAIL, details, "brief, normal or full", &detail));
    TRY(option_word(a, OPTION_EXPLAIN, explains, "none, short or full", &explain));
    report->top = (size_t)top;
    report->width = (size_t)width;
    report->detail = (enum report_detail)detail;
    report->explain = (enum report_explain)explain;
    report->color = is_yes(a, OPTION_COLOR);
    report->bars = is_yes(a, OPTION_BARS);
    TRY(read_mail_to(a, report));
    report->table = a->option[OPTION_TABLE] != NULL ? span_cstr(a->option[OPTION_TABLE])
                                                    : SPAN_EMPTY;
    return read_sections(a, report);
}

enum smtplog_status smtplog_sections(smtplog_writer writer, void *context)
{
    struct strbuf names;
    strbuf_init(&names, 4096);
    report_add_section_names(&names, "\n");
    strbuf_add_byte(&names, '\n');
    enum smtplog_status status = strbuf_status(&names);
    if (status == SMTPLOG_OK && writer(context, names.bytes, names.length) != 0) {
        status = SMTPLOG_STOPPED;
    }
    strbuf_free(&names);
    return status;
}
