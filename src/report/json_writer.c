/* Writes JSON, member by member. */
#include "report/json_writer.h"

#include "report/escape.h"

void json_begin(struct json_writer *json, struct strbuf *out, bool indent)
{
    *json = (struct json_writer){.out = out, .indent = indent, .first = true};
}

static void tell(const struct json_writer *json, enum json_part part, struct span key,
                 double number, struct span text)
{
    if (json->listener != NULL) {
        json->listener->hear(json->listener->context, part, key, number, text);
    }
}

static struct span key_of(const char *key)
{
    return key != NULL ? span_cstr(key) : (struct span){NULL, 0};
}

static void json_line(struct json_writer *json)
{
    if (json->indent && json->depth > 0) {
        strbuf_add_byte(json->out, '\n');
        strbuf_add_repeat(json->out, "  ", (size_t)json->depth);
    }
}

static void json_next(struct json_writer *json)
{
    if (!json->first) {
        strbuf_add_byte(json->out, ',');
    }
    json->first = false;
    json_line(json);
}

void json_key_span(struct json_writer *json, struct span key)
{
    json_next(json);
    escape_json(json->out, key);
    strbuf_add_cstr(json->out, json->indent ? ": " : ":");
}

static void json_key(struct json_writer *json, const char *key)
{
    if (key != NULL) {
        json_key_span(json, span_cstr(key));
    } else {
        json_next(json);
    }
}

void json_object(struct json_writer *json, const char *key)
{
    tell(json, JSON_OPEN, key_of(key), 0, SPAN_EMPTY);
    json_key(json, key);
    strbuf_add_byte(json->out, '{');
    json->depth++;
    json->first = true;
}

void json_array(struct json_writer *json, const char *key)
{
    tell(json, JSON_OPEN, key_of(key), 0, SPAN_EMPTY);
    json_key(json, key);
    strbuf_add_byte(json->out, '[');
    json->depth++;
    json->first = true;
}

void json_end(struct json_writer *json, char bracket)
{
    tell(json, JSON_CLOSE, SPAN_EMPTY, 0, SPAN_EMPTY);
    json->depth--;
    if (!json->first && json->indent) {
        strbuf_add_byte(json->out, '\n');
        strbuf_add_repeat(json->out, "  ", (size_t)json->depth);
    }
    strbuf_add_byte(json->out, bracket);
    json->first = false;
}

void json_text(struct json_writer *json, const char *key, struct span text)
{
    tell(json, JSON_TEXT, key_of(key), 0, text);
    json_key(json, key);
    escape_json(json->out, text);
}

void json_bool(struct json_writer *json, const char *key, bool value)
{
    json_key(json, key);
    strbuf_add_cstr(json->out, value ? "true" : "false");
}

void json_u64(struct json_writer *json, const char *key, uint64_t value)
{
    tell(json, JSON_NUMBER, key_of(key), (double)value, SPAN_EMPTY);
    json_key(json, key);
    strbuf_add_u64(json->out, value);
}

void json_u64_at(struct json_writer *json, struct span key, uint64_t value)
{
    tell(json, JSON_NUMBER, key, (double)value, SPAN_EMPTY);
    json_key_span(json, key);
    strbuf_add_u64(json->out, value);
}

void json_add_number(struct strbuf *out, double value)
{
    char digits[64];
    struct strbuf text;
    strbuf_init(&text, sizeof digits);
    strbuf_addf(&text, "%.6f", value);
    size_t n = text.length;
    while (n > 0 && text.bytes[n - 1] == '0') {
        n--;
    }
    n -= n > 0 && text.bytes[n - 1] == '.';
    strbuf_add(out, n > 0 ? text.bytes : "0", n > 0 ? n : 1);
    strbuf_inherit(out, &text);
    strbuf_free(&text);
}

void json_number(struct json_writer *json, const char *key, double value)
{
    tell(json, JSON_NUMBER, key_of(key), value, SPAN_EMPTY);
    json_key(json, key);
    json_add_number(json->out, value);
}

void json_share(struct json_writer *json, const char *key, uint64_t part, uint64_t whole)
{
    json_number(json, key, whole > 0 ? (double)part / (double)whole : 0);
}

void json_instant(struct json_writer *json, const char *key, const struct instant *instant)
{
    json_key(json, key);
    strbuf_add_byte(json->out, '"');
    instant_add(json->out, instant);
    strbuf_add_byte(json->out, '"');
}

void json_first_last(struct json_writer *json, const struct instant *first,
                     const struct instant *last)
{
    json_instant(json, "first", first);
    json_instant(json, "last", last);
}
