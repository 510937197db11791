/* The formats of a report: JSON straight from the figures, all others from the document. */
#include "report/csv_renderer.h"
#include "report/html_report.h"
#include "report/mail_renderer.h"
#include "report/markdown_renderer.h"
#include "report/prometheus_renderer.h"
#include "report/report_build.h"
#include "report/text_renderer.h"

#define MAIL_WIDTH   75 /* no line is broken by the encoding */
#define PART_MAXIMUM ((size_t)64 * 1024 * 1024)

static enum smtplog_status render_text(const struct report *report, const struct document *document,
                                       struct strbuf *out)
{
    struct text_style style = {report->width, report->color, report->bars};
    return text_render(document, &style, out);
}

static enum smtplog_status render_html(const struct report *report, struct document *document,
                                       struct strbuf *out)
{
    return html_write(document, report->catalog, "page/title", &report->generated, out);
}

static enum smtplog_status write_text(const struct report *report, struct strbuf *out)
{
    struct document document;
    report_build(report, &document);
    enum smtplog_status status = render_text(report, &document, out);
    document_free(&document);
    return status;
}

static enum smtplog_status write_markdown(const struct report *report, struct strbuf *out)
{
    struct document document;
    report_build(report, &document);
    enum smtplog_status status = markdown_render(&document, out);
    document_free(&document);
    return status;
}

static enum smtplog_status write_csv(const struct report *report, struct strbuf *out)
{
    struct document document;
    report_build(report, &document);
    enum smtplog_status status = csv_render(&document, report->table, out);
    document_free(&document);
    return status;
}

static enum smtplog_status write_tables(const struct report *report, struct strbuf *out)
{
    struct document document;
    report_build(report, &document);
    enum smtplog_status status = csv_table_names(&document, out);
    document_free(&document);
    return status;
}

static enum smtplog_status write_prometheus(const struct report *report, struct strbuf *out)
{
    struct document document;
    struct phrases phrases = {report->catalog};
    report_build(report, &document);
    enum smtplog_status status = prometheus_render(&document, &phrases, out);
    document_free(&document);
    return status;
}

static enum smtplog_status write_mail(const struct report *report, struct strbuf *out)
{
    struct document document;
    struct strbuf text;
    struct strbuf html;
    struct strbuf subject;
    struct phrases phrases = {report->catalog};
    struct report plain = *report;
    plain.color = false;
    plain.bars = true; /* the mail says that it is UTF-8 */
    plain.width = MAIL_WIDTH;
    strbuf_init(&text, PART_MAXIMUM);
    strbuf_init(&html, PART_MAXIMUM);
    strbuf_init(&subject, 65536);
    report_build(&plain, &document);
    enum smtplog_status status = render_text(&plain, &document, &text);
    status = status != SMTPLOG_OK ? status : render_html(&plain, &document, &html);
    PHRASE_ADD(&phrases, &subject, "mail/subject", phrase_words("verdict", document.verdict));
    if (status == SMTPLOG_OK) {
        struct mail mail = {
            report->mail_to,   strbuf_span(&subject), html_language(&document, report->catalog),
            report->generated, strbuf_span(&text),    strbuf_span(&html)};
        mail_render(&mail, out);
        status = strbuf_status(out);
    }
    document_free(&document);
    strbuf_inherit(out, &subject);
    strbuf_free(&subject);
    strbuf_inherit(out, &html);
    strbuf_free(&html);
    strbuf_inherit(out, &text);
    strbuf_free(&text);
    return status;
}

static const struct report_format formats[] = {
    {"text", false, true, write_text},         {"json", true, false, report_write_json},
    {"csv", true, false, write_csv},           {"html", false, false, report_write_html},
    {"markdown", false, true, write_markdown}, {"prometheus", true, false, write_prometheus},
    {"mail", false, true, write_mail},         {"tables", true, false, write_tables},
};

const struct report_format *report_format_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        if (strcmp(formats[i].name, name) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

void report_format_add_names(struct strbuf *out)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        strbuf_add_cstr(out, i == 0 ? "" : ", ");
        strbuf_add_cstr(out, formats[i].name);
    }
}

enum smtplog_status report_write(const struct report *report, const struct report_format *format,
                                 struct strbuf *out)
{
    struct report copy = *report;
    copy.data = format->data;
    copy.calm = format->calm && report->detail == REPORT_NORMAL && report->sections.n == 0;
    return format->write(&copy, out);
}
