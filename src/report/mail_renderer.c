/* A report as a complete mail. Both parts are quoted-printable, so that no line is too long for
 * SMTP and no byte is not ASCII, whatever the log held. Lines end with a line feed, as sendmail
 * wants them. */
#include "report/mail_renderer.h"

#include "report/escape.h"

#define LINE 76
/* Quoted-printable text never holds "=_", so that the boundary cannot occur in a part. */
#define BOUNDARY "=_smtplog_report"

/* ---- addresses ---- */

static bool is_address(struct span address)
{
    size_t at = SIZE_MAX;
    for (size_t i = 0; i < address.n; i++) {
        unsigned char c = (unsigned char)address.p[i];
        if (c <= ' ' || c >= 0x7f || memchr("()<>[]:;,\\\"", c, 11) != NULL) {
            return false;
        }
        if (c == '@') {
            if (at != SIZE_MAX) {
                return false;
            }
            at = i;
        }
    }
    return at != SIZE_MAX && at > 0 && at + 1 < address.n;
}

bool mail_address_is_good(struct span to)
{
    struct span address = SPAN_EMPTY;
    if (to.n == 0) {
        return false;
    }
    while (span_next_piece(&to, ',', &address)) {
        if (!is_address(span_trim(address))) {
            return false;
        }
    }
    return true;
}

/* ---- parts ---- */

static void add_quoted_line(struct strbuf *out, struct span line)
{
    size_t used = 0;
    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char)line.p[i];
        bool last = i + 1 == line.n;
        bool plain = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !last);
        size_t needs = plain ? 1 : 3;
        if (used + needs > LINE - 1 && !(last && used + needs <= LINE)) {
            strbuf_add_cstr(out, "=\n");
            used = 0;
        }
        /* A lone dot or "From " at the start of a line is for others to stumble over. */
        bool risky = used == 0 && (c == '.' || c == 'F');
        if (plain && !risky) {
            strbuf_add_byte(out, (char)c);
            used++;
        } else {
            strbuf_addf(out, "=%02X", c);
            used += 3;
        }
    }
    strbuf_add_byte(out, '\n');
}

static void add_part(struct strbuf *out, const char *type, struct span text)
{
    struct span line = SPAN_EMPTY;
    strbuf_addf(out,
                "--" BOUNDARY "\nContent-Type: %s; charset=utf-8\n"
                "Content-Transfer-Encoding: quoted-printable\n\n",
                type);
    while (text.n > 0 && span_next_piece(&text, '\n', &line)) {
        add_quoted_line(out, line);
    }
    strbuf_add_byte(out, '\n');
}

/* RFC 5322: "Sun, 22 Nov 2026 13:14:42 +0000". */
static void add_date(struct strbuf *out, const struct instant *date)
{
    static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c;
    int64_t local = date->seconds + date->offset;
    civil_from_seconds(local, &c);
    int64_t day = (local >= 0 ? local : local - CIVIL_DAY + 1) / CIVIL_DAY % 7;
    int minutes = date->offset / 60;
    int size = minutes < 0 ? -minutes : minutes;
    strbuf_addf(out, "Date: %s, %d %s %04d %02d:%02d:%02d %c%02d%02d\n", days[(day + 7) % 7], c.day,
                months[c.month - 1], c.year, c.hour, c.minute, c.second, minutes < 0 ? '-' : '+',
                size / 60, size % 60);
}

void mail_render(const struct mail *mail, struct strbuf *out)
{
    strbuf_addf(out, "To: %.*s\nSubject: ", SPAN_ARGS(mail->to));
    escape_header(out, mail->subject);
    strbuf_add_byte(out, '\n');
    add_date(out, &mail->date);
    strbuf_addf(out, "Content-Language: %.*s\n", SPAN_ARGS(mail->language));
    strbuf_add_cstr(out, "MIME-Version: 1.0\nAuto-Submitted: auto-generated\n"
                         "Content-Type: multipart/alternative; boundary=\"" BOUNDARY "\"\n\n");
    add_part(out, "text/plain", mail->text);
    add_part(out, "text/html", mail->html);
    strbuf_add_cstr(out, "--" BOUNDARY "--\n");
}
