/* Replies quoted in delivery status notifications. */
#include "logfmt/transcript_notice.h"

#include "base/status.h"
#include "event/reply.h"

#define DIAGNOSTIC_MAXIMUM 16384
#define HINT_LINES         150 /* a hint further above belongs to something else */

enum notice_key {
    KEY_NONE,
    KEY_RECIPIENT,
    KEY_STATUS,
    KEY_REMOTE,
    KEY_DIAGNOSTIC,
    KEY_OTHER
};

struct notice_word {
    const char *name;
    enum notice_key key;
};

static const struct notice_word words[] = {
    {"Final-Recipient", KEY_RECIPIENT},
    {"Original-Recipient", KEY_OTHER},
    {"Action", KEY_OTHER},
    {"Status", KEY_STATUS},
    {"Remote-MTA", KEY_REMOTE},
    {"Diagnostic-Code", KEY_DIAGNOSTIC},
    {"Last-Attempt-Date", KEY_OTHER},
    {"Will-Retry-Until", KEY_OTHER},
    {"Reporting-MTA", KEY_OTHER},
    {"Arrival-Date", KEY_OTHER},
    {"Received-From-MTA", KEY_OTHER},
};

void notice_init(struct notice *notice)
{
    *notice = (struct notice){.in_block = false};
    strbuf_init(&notice->diagnostic, DIAGNOSTIC_MAXIMUM);
}

void notice_free(struct notice *notice)
{
    strbuf_free(&notice->diagnostic);
}

static enum notice_key take_key(struct span line, struct span *value)
{
    const char *colon = line.n > 0 ? memchr(line.p, ':', line.n > 24 ? 24 : line.n) : NULL;
    if (colon == NULL) {
        return KEY_NONE;
    }
    struct span name = span_of(line.p, (size_t)(colon - line.p));
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (span_equal_nocase(name, span_cstr(words[i].name))) {
            *value = span_trim(span_from(line, name.n + 1));
            return words[i].key;
        }
    }
    return KEY_NONE;
}

/* The part behind `rfc822;`, `dns;`. */
static struct span behind_type(struct span value)
{
    const char *mark = value.n > 0 ? memchr(value.p, ';', value.n) : NULL;
    return mark == NULL ? value : span_trim(span_from(value, (size_t)(mark - value.p) + 1));
}

static void set_field(struct notice_field *field, struct span text)
{
    field->length = text.n < NOTICE_FIELD ? text.n : NOTICE_FIELD;
    memcpy(field->bytes, text.p, field->length);
}

static struct span field_text(const struct notice_field *field)
{
    return span_of(field->bytes, field->length);
}

/* Only what was said by SMTP; `x-unix; 67` and `X-Postfix; ...` are no replies. */
static bool take_diagnostic(struct notice *notice, struct span value, uint64_t number)
{
    struct span type = SPAN_EMPTY;
    struct span rest = value;
    int code = 0;
    if (!span_next_piece(&rest, ';', &type) || rest.p == NULL ||
        !span_equal_nocase(span_trim(type), SPAN_LITERAL("smtp"))) {
        return false;
    }
    rest = span_trim(rest);
    if (!reply_code(rest, &code)) {
        return false;
    }
    notice->has_diagnostic = notice->diagnostic_open = true;
    notice->line = notice->line_end = number;
    strbuf_clear(&notice->diagnostic);
    strbuf_add_span(&notice->diagnostic, rest);
    return true;
}

static enum event_stage take_hint(struct notice *notice, int code)
{
    for (size_t i = 0; i < notice->hint_count; i++) {
        bool near = notice->hints[i].line + HINT_LINES > notice->line;
        if (near && (notice->hints[i].code == code || notice->hints[i].code == 0)) {
            enum event_stage stage = notice->hints[i].stage;
            notice->hint_count--;
            memmove(&notice->hints[i], &notice->hints[i + 1],
                    (notice->hint_count - i) * sizeof notice->hints[0]);
            return stage;
        }
    }
    return STAGE_NONE;
}

bool notice_end(struct notice *notice, struct notice_reply *reply)
{
    bool found = notice->has_diagnostic;
    if (found) {
        int code = 0;
        reply->reply = strbuf_span(&notice->diagnostic);
        (void)reply_code(reply->reply, &code);
        reply->recipient = field_text(&notice->recipient);
        reply->status = field_text(&notice->status);
        reply->remote = field_text(&notice->remote);
        reply->stage = take_hint(notice, code);
        reply->line = notice->line;
        reply->line_end = notice->line_end;
    }
    notice->has_diagnostic = notice->diagnostic_open = notice->in_block = false;
    return found;
}

static void begin_block(struct notice *notice)
{
    notice->in_block = true;
    notice->recipient.length = notice->status.length = notice->remote.length = 0;
}

/* ---- the words above ----------------------------------------------------------------------- */

static void add_hint(struct notice *notice, int code, enum event_stage stage, uint64_t line)
{
    if (notice->hint_count == NOTICE_HINTS) {
        memmove(notice->hints, notice->hints + 1, (NOTICE_HINTS - 1) * sizeof notice->hints[0]);
        notice->hint_count--;
    }
    notice->hints[notice->hint_count].code = code;
    notice->hints[notice->hint_count].line = line;
    notice->hints[notice->hint_count++].stage = stage;
}

/* Offset of needle where it ends behind `from`, or SIZE_MAX: what ended before was found with the
 * line before. */
static size_t find_behind(struct span text, const char *needle, size_t from)
{
    struct span wanted = span_cstr(needle);
    for (size_t start = 0; start < text.n;) {
        size_t at = span_find(span_from(text, start), wanted);
        if (at == SIZE_MAX) {
            break;
        }
        if (start + at + wanted.n > from) {
            return start + at;
        }
        start += at + wanted.n;
    }
    return SIZE_MAX;
}

/* `host mx said: 550 5.1.1 .. (in reply to RCPT TO command)`: folded anywhere, so that a line is
 * looked at together with the one before. */
static void note_words(struct notice *notice, struct span line, uint64_t number)
{
    char joined[2 * NOTICE_FIELD + 1];
    struct span before = field_text(&notice->before);
    line = span_trim(line);
    if (line.n > NOTICE_FIELD) {
        line.n = NOTICE_FIELD;
    }
    memcpy(joined, before.p, before.n);
    joined[before.n] = ' ';
    memcpy(joined + before.n + 1, line.p, line.n);
    struct span text = span_of(joined, before.n + 1 + line.n);
    size_t said = find_behind(text, " said: ", before.n);
    size_t end = find_behind(text, " command)", before.n);
    size_t after = find_behind(text, " error from remote mail server after ", before.n);
    if (said != SIZE_MAX) {
        notice->said_code = 0;
        (void)reply_code(span_from(text, said + 7), &notice->said_code);
    }
    struct span head = span_of(text.p, end == SIZE_MAX ? 0 : end);
    size_t in_reply = span_find(head, SPAN_LITERAL("(in reply to "));
    if (in_reply != SIZE_MAX) {
        add_hint(notice, notice->said_code, event_stage_from_words(span_from(text, in_reply + 13)),
                 number);
        notice->said_code = 0;
    }
    if (after != SIZE_MAX) {
        add_hint(notice, 0, event_stage_from_words(span_from(text, after + 37)), number);
    }
    set_field(&notice->before, line);
}

bool notice_line(struct notice *notice, struct span line, uint64_t number, bool *taken,
                 bool *starts, struct notice_reply *reply)
{
    *taken = *starts = false;
    struct span value = SPAN_EMPTY;
    bool folded = line.n > 0 && byte_is_blank(line.p[0]) && span_trim(line).n > 0;
    if (notice->in_block && folded && number == notice->last_line + 1) {
        notice->last_line = number;
        *taken = true;
        if (notice->diagnostic_open) {
            notice->line_end = number;
            strbuf_add_byte(&notice->diagnostic, ' ');
            strbuf_add_span(&notice->diagnostic, span_trim(line));
        }
        return false;
    }
    notice->diagnostic_open = false;
    enum notice_key key = take_key(line, &value);
    bool gap = notice->in_block && (key == KEY_NONE || number != notice->last_line + 1);
    bool second = (key == KEY_RECIPIENT && notice->recipient.length > 0) ||
                  (key == KEY_DIAGNOSTIC && notice->has_diagnostic);
    if (notice->in_block && (gap || second) && notice_end(notice, reply)) {
        return true;
    }
    if (key == KEY_NONE) {
        notice->in_block = false;
        note_words(notice, line, number);
        return false;
    }
    if (!notice->in_block || gap || second) {
        begin_block(notice);
    }
    *taken = true;
    notice->last_line = number;
    if (key == KEY_RECIPIENT) {
        set_field(&notice->recipient, behind_type(value));
    } else if (key == KEY_STATUS) {
        set_field(&notice->status, value);
    } else if (key == KEY_REMOTE) {
        set_field(&notice->remote, behind_type(value));
    } else if (key == KEY_DIAGNOSTIC) {
        *starts = take_diagnostic(notice, value, number);
    }
    return false;
}
