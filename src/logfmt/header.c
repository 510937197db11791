/* What stands in front of a syslog message. Hand-written scanners, one a shape; no regular
 * expressions, for every line of a log passes here. */
#include "logfmt/header.h"

#include "base/civil_time.h"
#include "logfmt/header_part.h"

#define HEADER_NESTING 3 /* container prefix, stream prefix, the log's own header */

/* ---- time stamps ---------------------------------------------------------------------------- */

static inline int two_digits(const char *p)
{
    return byte_is_digit(p[0]) && byte_is_digit(p[1]) ? (p[0] - '0') * 10 + (p[1] - '0') : -1;
}

/* `HH:MM:SS[.fraction]` at text[at]. False when it is none. */
bool header_take_clock(struct span text, size_t *at, struct stamp *stamp)
{
    size_t i = *at;
    if (i + 8 > text.n || text.p[i + 2] != ':' || text.p[i + 5] != ':') {
        return false;
    }
    int hour = two_digits(text.p + i);
    int minute = two_digits(text.p + i + 3);
    int second = two_digits(text.p + i + 6);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
        return false;
    }
    stamp->second_of_day = hour * 3600 + minute * 60 + second;
    *at = i + 8;
    header_take_fraction(text, at, stamp);
    return true;
}

/* `Z`, `+01:00`, `+0100`, `+01` at text[at]; nothing there is a local stamp. */
static bool clock_zone(struct span text, size_t *at, struct stamp *stamp)
{
    size_t i = *at;
    stamp->zone = STAMP_LOCAL;
    if (i >= text.n || text.p[i] == ' ') {
        return true;
    }
    if (text.p[i] == 'Z') {
        stamp->zone = STAMP_OFFSET;
        stamp->offset = 0;
        *at = i + 1;
        return true;
    }
    if ((text.p[i] != '+' && text.p[i] != '-') || i + 3 > text.n) {
        return false;
    }
    int hours = two_digits(text.p + i + 1);
    int minutes = 0;
    size_t end = i + 3;
    size_t colon = end < text.n && text.p[end] == ':' ? 1 : 0;
    if (end + colon + 2 <= text.n && two_digits(text.p + end + colon) >= 0) {
        minutes = two_digits(text.p + end + colon);
        end += colon + 2;
    }
    if (hours < 0 || hours > 18 || minutes > 59) {
        return false;
    }
    stamp->zone = STAMP_OFFSET;
    stamp->offset = (hours * 3600 + minutes * 60) * (text.p[i] == '-' ? -1 : 1);
    *at = end;
    return true;
}

/* `2026-11-21` at text[at], with *at moved behind it. */
static bool calendar_date(struct span text, size_t *at, struct stamp *stamp)
{
    size_t i = *at;
    if (i + 10 > text.n || text.p[i + 4] != '-' || text.p[i + 7] != '-') {
        return false;
    }
    int century = two_digits(text.p + i);
    int year = two_digits(text.p + i + 2);
    stamp->month = two_digits(text.p + i + 5);
    stamp->day = two_digits(text.p + i + 8);
    if (century < 0 || year < 0 || stamp->month < 1 || stamp->month > 12 || stamp->day < 1) {
        return false;
    }
    stamp->year = century * 100 + year;
    *at = i + 10;
    return stamp->year > 0;
}

static bool stamp_is_valid(const struct stamp *stamp)
{
    /* Without a year any leap day may be right. */
    struct civil c = {
        .year = stamp->year > 0 ? stamp->year : 2024, .month = stamp->month, .day = stamp->day};
    return civil_is_valid(&c);
}

/* RFC 3339 and its relatives: `2026-11-21T06:00:01+01:00`, `2026-11-21 06:00:01.123 +0100`. */
static bool stamp_iso(struct span text, size_t *at, struct stamp *stamp)
{
    if (!calendar_date(text, at, stamp) || *at >= text.n ||
        (text.p[*at] != 'T' && text.p[*at] != ' ' && text.p[*at] != 't')) {
        return false;
    }
    ++*at;
    if (!header_take_clock(text, at, stamp) || !clock_zone(text, at, stamp)) {
        return false;
    }
    /* Exim and others set the offset apart: ` +0100`. */
    if (stamp->zone == STAMP_LOCAL && *at + 5 < text.n && text.p[*at] == ' ' &&
        (text.p[*at + 1] == '+' || text.p[*at + 1] == '-') && byte_is_digit(text.p[*at + 2])) {
        size_t behind = *at + 1;
        if (clock_zone(text, &behind, stamp)) {
            *at = behind;
        }
    }
    return true;
}

/* `Nov 21 06:00:01`, `Nov  1 ...`, `Nov 01 ...`, at text[at]. */
static bool stamp_traditional(struct span text, size_t *at, struct stamp *stamp)
{
    size_t i = *at;
    if (i + 15 > text.n || text.p[i + 3] != ' ') {
        return false;
    }
    stamp->month = civil_month(text.p + i);
    i += 4;
    if (text.p[i] == ' ') {
        i++;
    }
    int day = two_digits(text.p + i);
    if (day < 0 && byte_is_digit(text.p[i])) {
        day = text.p[i] - '0';
        i++;
    } else {
        i += 2;
    }
    if (stamp->month == 0 || day < 1 || i >= text.n || text.p[i] != ' ') {
        return false;
    }
    stamp->day = day;
    stamp->zone = STAMP_LOCAL;
    *at = i + 1;
    return header_take_clock(text, at, stamp);
}

/* `Sat 2026-11-21 06:00:01 CET`: a weekday in front, the zone as a word. */
static bool stamp_weekday(struct span text, size_t *at, struct stamp *stamp)
{
    *at += 4;
    if (!calendar_date(text, at, stamp) || *at >= text.n || text.p[*at] != ' ') {
        return false;
    }
    ++*at;
    if (!header_take_clock(text, at, stamp)) {
        return false;
    }
    stamp->zone = STAMP_LOCAL;
    size_t i = *at + 1;
    if (i < text.n && (text.p[i] == '+' || text.p[i] == '-')) {
        *at = i;
        return clock_zone(text, at, stamp);
    }
    while (i < text.n && text.p[i] >= 'A' && text.p[i] <= 'Z') {
        i++;
    }
    if (i > *at + 1 && i < text.n && text.p[i] == ' ') {
        stamp->zone = STAMP_ABBREVIATION;
        stamp->abbreviation = span_of(text.p + *at + 1, i - *at - 1);
        *at = i;
    }
    return true;
}

bool stamp_parse(struct span text, struct stamp *stamp, size_t *length)
{
    size_t at = 0;
    bool found = false;
    stamp->year = 0;
    if (text.n < 15) {
        return false;
    }
    if (byte_is_digit(text.p[0])) {
        if (text.p[4] == ' ' && byte_is_alpha(text.p[5])) {
            int century = two_digits(text.p);
            int year = two_digits(text.p + 2);
            at = 5;
            found = century >= 0 && year >= 0 && stamp_traditional(text, &at, stamp);
            stamp->year = century * 100 + year;
        } else {
            found = stamp_iso(text, &at, stamp);
        }
    } else if (byte_is_alpha(text.p[0]) && text.p[3] == ' ' && byte_is_digit(text.p[4]) &&
               byte_is_digit(text.p[5]) && byte_is_digit(text.p[6])) {
        found = stamp_weekday(text, &at, stamp);
    } else {
        found = stamp_traditional(text, &at, stamp);
    }
    if (!found || !stamp_is_valid(stamp) || (at < text.n && text.p[at] != ' ')) {
        return false;
    }
    *length = at < text.n ? at + 1 : at;
    return true;
}

/* ---- host, program, message --------------------------------------------------------------- */

/* The word at the front of text, up to a blank. */
static struct span first_word(struct span text)
{
    const char *blank = text.n > 0 ? memchr(text.p, ' ', text.n) : NULL;
    return span_of(text.p, blank == NULL ? text.n : (size_t)(blank - text.p));
}

static struct span behind(struct span text, struct span word)
{
    return span_skip_blanks(span_from(text, word.n));
}

/* `info`, `mail.info`: a level written by syslog-ng in front of the program. */
static bool is_level_word(struct span word)
{
    static const struct span levels[] = {SPAN_CONSTANT("debug"),  SPAN_CONSTANT("info"),
                                         SPAN_CONSTANT("notice"), SPAN_CONSTANT("warning"),
                                         SPAN_CONSTANT("warn"),   SPAN_CONSTANT("err"),
                                         SPAN_CONSTANT("error"),  SPAN_CONSTANT("crit"),
                                         SPAN_CONSTANT("alert"),  SPAN_CONSTANT("emerg")};
    struct span facility = SPAN_LITERAL("mail.");
    if (span_starts(word, facility)) {
        word = span_from(word, facility.n);
    }
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (span_equal(word, levels[i])) {
            return true;
        }
    }
    return false;
}

/* `<mail.info>` of FreeBSD's verbose syslogd, in front of the host. */
static bool is_bracketed_level(struct span word)
{
    return word.n >= 2 && word.p[0] == '<' && word.p[word.n - 1] == '>';
}

/* `name[pid]:` or `name:`; the colon may be missing behind a pid. */
bool header_take_tag(struct span text, struct header *header)
{
    size_t i = byte_scan(text, ':', '[', ' ');
    if (i == 0 || i == text.n || text.p[i] == ' ') {
        return false;
    }
    header->tag = span_of(text.p, i);
    if (text.p[i] == '[') {
        size_t start = ++i;
        i += byte_scan(span_from(text, i), ']', ' ', ' ');
        if (i >= text.n || text.p[i] != ']') {
            return false;
        }
        header->pid = span_of(text.p + start, i - start);
        i++;
    }
    if (i < text.n && text.p[i] == ':') {
        i++;
    } else if (header->pid.n == 0) {
        return false;
    }
    if (i < text.n && text.p[i] != ' ') {
        return false;
    }
    header->message = span_skip_blanks(span_from(text, i));
    return true;
}

/* "last message repeated 3 times", written by syslogd without a program. */
static bool take_repeated(struct span text, struct header *header)
{
    struct span head = SPAN_LITERAL("last message repeated ");
    uint64_t n = 0;
    if (!span_starts(text, head)) {
        return false;
    }
    struct span number = first_word(span_from(text, head.n));
    if (!span_to_u64(number, 1000000, &n) || n == 0) {
        return false;
    }
    header->repeated = (unsigned)n;
    header->message = text;
    return true;
}

/* `[ID 197553 mail.info] MSG` of Solaris. */
void header_strip_solaris_id(struct header *header)
{
    if (span_starts(header->message, SPAN_LITERAL("[ID "))) {
        size_t end = span_find(header->message, SPAN_LITERAL("] "));
        if (end != SIZE_MAX && end < 48) {
            header->message = span_from(header->message, end + 2);
        }
    }
}

/* Host, program and message of everything but RFC 5424. A line without a host begins with the
 * program. */
static void take_rest(struct span text, struct header *header)
{
    text = span_skip_blanks(text);
    header->message = text;
    if (header_take_tag(text, header) || take_repeated(text, header)) {
        header_strip_solaris_id(header);
        return;
    }
    struct span word = first_word(text);
    if (is_bracketed_level(word)) {
        text = behind(text, word);
        word = first_word(text);
    }
    header->host = word;
    text = behind(text, word);
    header->message = text;
    if (!header_take_tag(text, header) && !take_repeated(text, header)) {
        struct span level = first_word(text);
        if (is_level_word(level)) {
            (void)header_take_tag(behind(text, level), header);
        }
    }
    header_strip_solaris_id(header);
}

/* What follows `-` or `[id key="value" ...][...]` (RFC 5424, 6.3); inside quotes a backslash
 * escapes. */
static struct span behind_structured_data(struct span text)
{
    if (text.n > 0 && text.p[0] == '-') {
        return span_from(text, 1);
    }
    while (text.n > 0 && text.p[0] == '[') {
        bool quoted = false;
        size_t i = 1;
        for (; i < text.n && (quoted || text.p[i] != ']'); i++) {
            if (text.p[i] == '\\') {
                i++;
            } else if (text.p[i] == '"') {
                quoted = !quoted;
            }
        }
        text = span_from(text, i + 1);
    }
    return text;
}

/* Behind the stamp of RFC 5424: HOST APP PROCID MSGID SD MSG. "-" is an absent value. */
static bool take_rfc5424(struct span text, struct header *header)
{
    struct span field[4];
    for (size_t i = 0; i < 4; i++) {
        field[i] = first_word(text);
        if (field[i].n == 0) {
            return false;
        }
        text = behind(text, field[i]);
        if (span_is(field[i], "-")) {
            field[i] = SPAN_EMPTY;
        }
    }
    header->host = field[0];
    header->tag = field[1];
    header->pid = field[2];
    header->rfc5424 = true;
    text = span_skip_blanks(behind_structured_data(text));
    if (span_starts(text, SPAN_LITERAL("\xef\xbb\xbf"))) {
        text = span_skip_blanks(span_from(text, 3));
    }
    header->message = text;
    return true;
}

/* ---- prefixes ------------------------------------------------------------------------------- */

/* Length of `<22>`, or 0. */
static size_t priority_length(struct span line)
{
    size_t i = 1;
    while (i < line.n && i < 4 && byte_is_digit(line.p[i])) {
        i++;
    }
    return line.n > 2 && line.p[0] == '<' && i > 1 && i < line.n && line.p[i] == '>' ? i + 1 : 0;
}

/* Length of a container prefix `name-1  | `, or 0. */
static size_t container_length(struct span line)
{
    size_t i = 0;
    while (i < line.n && i < 64 &&
           (byte_is_alpha(line.p[i]) || byte_is_digit(line.p[i]) || line.p[i] == '-' ||
            line.p[i] == '_' || line.p[i] == '.')) {
        i++;
    }
    size_t name = i;
    while (i < line.n && line.p[i] == ' ') {
        i++;
    }
    if (name == 0 || i == name || i + 1 >= line.n || line.p[i] != '|' || line.p[i + 1] != ' ') {
        return 0;
    }
    return i + 2;
}

/* Length of `stdout F ` between a container runtime's stamp and the log's own line, or 0. */
size_t header_stream_length(struct span text)
{
    if (text.n > 9 &&
        (span_starts(text, SPAN_LITERAL("stdout ")) ||
         span_starts(text, SPAN_LITERAL("stderr "))) &&
        text.p[8] == ' ') {
        return 9;
    }
    return 0;
}

static bool parse_nested(struct span line, struct header *header, int depth);

/* A stamp, then a stream prefix or another header: the inner one is the log's own. */
static bool take_inner(struct span text, struct header *header, int depth)
{
    struct header inner = {.tag = SPAN_EMPTY, .host = SPAN_EMPTY, .pid = SPAN_EMPTY};
    if (depth >= HEADER_NESTING || !parse_nested(text, &inner, depth + 1)) {
        return false;
    }
    *header = inner;
    return true;
}

/* What stands behind a stamp: a stream prefix, another header, or the log's own host and program.
 */
static void take_behind_stamp(struct span text, struct header *header, int depth)
{
    size_t stream = header_stream_length(text);
    struct span behind_stream = span_from(text, stream);
    bool may_nest = stream > 0 ||
                    (behind_stream.n > 0 && (behind_stream.p[0] == '<' ||
                                             (behind_stream.n > 15 && behind_stream.p[6] == ' ' &&
                                              civil_month(behind_stream.p) > 0)));
    if (!may_nest || !take_inner(behind_stream, header, depth)) {
        take_rest(behind_stream, header);
    }
}

static bool parse_nested(struct span line, struct header *header, int depth)
{
    size_t length = priority_length(line);
    struct span text = span_from(line, length);
    if (length > 0 && text.n > 2 && text.p[0] == '1' && text.p[1] == ' ') {
        size_t stamp = 0;
        return stamp_parse(span_from(text, 2), &header->stamp, &stamp) &&
               take_rfc5424(span_from(text, 2 + stamp), header);
    }
    if (!stamp_parse(text, &header->stamp, &length)) {
        length = container_length(text);
        return length > 0 && depth < HEADER_NESTING &&
               parse_nested(span_from(text, length), header, depth + 1);
    }
    take_behind_stamp(span_from(text, length), header, depth);
    return true;
}

bool header_parse(struct span line, struct header *header)
{
    header_clear(header);
    return parse_nested(line, header, 0);
}

void header_parse_behind(struct span text, struct header *header)
{
    header_clear(header);
    take_behind_stamp(text, header, 0);
}
