/* A log line that is one JSON object: an entry of the journal, or a line that a container wrote. */
#include "logfmt/json_line.h"

#include <stdio.h>

#include "base/civil_time.h"

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

#define MICROSECONDS 1000000
/* Times beyond the year 9999 are no times. */
#define LATEST_MICROSECOND ((uint64_t)253402300799 * MICROSECONDS)

void json_line_init(struct json_line *json)
{
    *json = (struct json_line){.inner = SPAN_EMPTY};
    strbuf_init(&json->text, JSON_LINE_MAXIMUM);
}

#ifndef HAVE_JANSSON

void json_line_free(struct json_line *json)
{
    strbuf_free(&json->text);
}

bool json_line_is_supported(void)
{
    return false;
}

bool json_line_read(struct json_line *json, struct span line, struct header *header)
{
    (void)json;
    (void)line;
    (void)header;
    return false;
}

#else

static void forget_document(struct json_line *json)
{
    json_decref(json->document);
    json->document = NULL;
}

void json_line_free(struct json_line *json)
{
    forget_document(json);
    strbuf_free(&json->text);
}

bool json_line_is_supported(void)
{
    return true;
}

/* No log line is long or deeply nested; a hostile one would only cost memory. */
static bool is_modest(struct span line)
{
    int depth = 0;
    bool quoted = false;
    if (line.n > JSON_LINE_MAXIMUM) {
        return false;
    }
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
            if (depth > JSON_LINE_NESTING) {
                return false;
            }
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return true;
}

static json_t *parse_document(struct json_line *json, struct span line)
{
    json_error_t error;
    json->status = SMTPLOG_OK;
    json->inner = SPAN_EMPTY;
    strbuf_clear(&json->text);
    forget_document(json);
    if (!is_modest(line)) {
        return NULL;
    }
    json->document = json_loadb(line.p, line.n, JSON_ALLOW_NUL, &error);
    if (json->document == NULL && json_error_code(&error) == json_error_out_of_memory) {
        json->status = SMTPLOG_NO_MEMORY;
    }
    return json->document;
}

/* ---- values ---------------------------------------------------------------------------------- */

static struct span string_value(const json_t *value)
{
    return json_is_string(value) ? span_of(json_string_value(value), json_string_length(value))
                                 : SPAN_EMPTY;
}

/* A field of the journal. One that an entry has more than once is an array; the first counts. */
static json_t *entry_field(const json_t *entry, const char *name)
{
    json_t *value = json_object_get(entry, name);
    json_t *first = json_array_get(value, 0);
    return first != NULL && !json_is_integer(first) ? first : value;
}

static struct span entry_text(const json_t *entry, const char *name, const char *otherwise)
{
    struct span text = string_value(entry_field(entry, name));
    return text.n > 0 || otherwise == NULL ? text : string_value(entry_field(entry, otherwise));
}

/* journalctl writes a message that is not UTF-8 as an array of its bytes. */
static bool add_bytes(struct strbuf *text, const json_t *array)
{
    size_t count = json_array_size(array);
    for (size_t i = 0; i < count; i++) {
        const json_t *byte = json_array_get(array, i);
        json_int_t value = json_integer_value(byte);
        if (!json_is_integer(byte) || value < 0 || value > 255) {
            return false;
        }
        strbuf_add_byte(text, (char)value);
    }
    return true;
}

/* Text as one line: without the line end, a blank for each one inside. */
static struct span one_line(struct strbuf *scratch, struct span text)
{
    while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r')) {
        text.n--;
    }
    if (text.n == 0 || memchr(text.p, '\n', text.n) == NULL) {
        return text;
    }
    if (text.p != scratch->bytes) {
        strbuf_clear(scratch);
        strbuf_add_span(scratch, text);
        if (strbuf_status(scratch) != SMTPLOG_OK) {
            return SPAN_EMPTY;
        }
    }
    for (size_t i = 0; i < text.n; i++) {
        scratch->bytes[i] = scratch->bytes[i] == '\n' ? ' ' : scratch->bytes[i];
    }
    return span_of(scratch->bytes, text.n);
}

/* ---- entries of the journal ------------------------------------------------------------------ */

/* Microseconds since 1970, as a string or a number. */
static bool entry_stamp(const json_t *entry, struct stamp *stamp)
{
    const json_t *value = entry_field(entry, "__REALTIME_TIMESTAMP");
    uint64_t time = 0;
    struct civil c;
    if (value == NULL) {
        value = entry_field(entry, "_SOURCE_REALTIME_TIMESTAMP");
    }
    if (json_is_integer(value) && json_integer_value(value) > 0) {
        time = (uint64_t)json_integer_value(value);
    } else if (!span_to_u64(string_value(value), LATEST_MICROSECOND, &time)) {
        return false;
    }
    if (time > LATEST_MICROSECOND) {
        return false;
    }
    civil_from_seconds((int64_t)(time / MICROSECONDS), &c);
    *stamp = (struct stamp){.year = c.year,
                            .month = c.month,
                            .day = c.day,
                            .second_of_day = c.hour * 3600 + c.minute * 60 + c.second,
                            .nanosecond = (int32_t)(time % MICROSECONDS) * 1000,
                            .digits = 6,
                            .zone = STAMP_OFFSET,
                            .abbreviation = SPAN_EMPTY};
    return true;
}

static struct span entry_pid(struct json_line *json, const json_t *entry)
{
    static const char *const names[] = {"_PID", "SYSLOG_PID"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const json_t *value = entry_field(entry, names[i]);
        if (json_is_integer(value)) {
            int n = snprintf(json->pid, sizeof json->pid, "%" JSON_INTEGER_FORMAT,
                             json_integer_value(value));
            return span_of(json->pid, (size_t)n);
        }
        if (string_value(value).n > 0) {
            return string_value(value);
        }
    }
    return SPAN_EMPTY;
}

static bool read_entry(struct json_line *json, const json_t *entry, struct header *header)
{
    const json_t *message = entry_field(entry, "MESSAGE");
    struct span text = string_value(message);
    if (!entry_stamp(entry, &header->stamp)) {
        return false;
    }
    header->host = entry_text(entry, "_HOSTNAME", NULL);
    header->tag = entry_text(entry, "SYSLOG_IDENTIFIER", "_COMM");
    header->pid = entry_pid(json, entry);
    if (json_is_array(message)) {
        if (!add_bytes(&json->text, message)) {
            return false;
        }
        text = strbuf_span(&json->text);
    }
    header->message = one_line(&json->text, text);
    return true;
}

/* ---- lines of a container -------------------------------------------------------------------- */

/* The container's own stamp counts when it is complete; else the time at which docker took the
 * line. */
static bool read_wrapped(struct json_line *json, const json_t *wrapped, struct header *header)
{
    struct stamp taken = {.year = 0};
    struct span time = string_value(json_object_get(wrapped, "time"));
    size_t length = 0;
    bool timed = stamp_parse(time, &taken, &length) && taken.zone == STAMP_OFFSET;
    json->inner = one_line(&json->text, string_value(json_object_get(wrapped, "log")));
    if (!header_parse(json->inner, header)) {
        header->message = json->inner;
        header->stamp = taken;
        return timed;
    }
    if (timed && (header->stamp.year == 0 || header->stamp.zone == STAMP_LOCAL)) {
        header->stamp = taken;
    }
    return true;
}

bool json_line_read(struct json_line *json, struct span line, struct header *header)
{
    const json_t *document = parse_document(json, line);
    header_clear(header);
    bool wrapped = json_is_string(json_object_get(document, "log"));
    bool read = document != NULL && (wrapped ? read_wrapped(json, document, header)
                                             : read_entry(json, document, header));
    if (strbuf_status(&json->text) != SMTPLOG_OK) {
        json->status = strbuf_status(&json->text);
        return false;
    }
    return read;
}

#endif
