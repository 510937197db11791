/* Writes JSON, member by member, with commas where they belong. Keys are the program's own; values
 * are escaped. Optional indentation by two blanks. */
#ifndef REPORT_JSON_WRITER_H
#define REPORT_JSON_WRITER_H

#include "base/civil_time.h"
#include "base/strbuf.h"

/* Hears of what is written: figures are named by their paths in the JSON. key is NULL inside an
 * array; a number's value, a text's words or neither is given. */
enum json_part {
    JSON_OPEN, /* of an object or array */
    JSON_CLOSE,
    JSON_NUMBER,
    JSON_TEXT
};
struct json_listener {
    void (*hear)(void *context, enum json_part part, struct span key, double number,
                 struct span text);
    void *context;
};

struct json_writer {
    struct strbuf *out;
    const struct json_listener *listener; /* NULL: nobody listens */
    int depth;
    bool indent;
    bool first; /* no member yet at this depth */
};

void json_begin(struct json_writer *json, struct strbuf *out, bool indent);
/* True when lists for people are wanted: who listens hears figures, and long lists cost time. */
static inline bool json_wants_lists(const struct json_writer *json)
{
    return json->listener == NULL;
}

/* key is NULL inside an array and for the outermost value. */
void json_object(struct json_writer *json, const char *key);
void json_array(struct json_writer *json, const char *key);
void json_end(struct json_writer *json, char bracket);
void json_key_span(struct json_writer *json, struct span key);
void json_text(struct json_writer *json, const char *key, struct span text);
void json_bool(struct json_writer *json, const char *key, bool value);
void json_u64(struct json_writer *json, const char *key, uint64_t value);
/* Decimal with up to six digits behind the point, without trailing zeros. */
void json_number(struct json_writer *json, const char *key, double value);
/* part of whole, 0 to 1; 0 when there is no whole. */
void json_share(struct json_writer *json, const char *key, uint64_t part, uint64_t whole);
void json_instant(struct json_writer *json, const char *key, const struct instant *instant);
/* Members `first` and `last`. */
void json_first_last(struct json_writer *json, const struct instant *first,
                     const struct instant *last);
/* Member with a key from data, such as a code. */
void json_u64_at(struct json_writer *json, struct span key, uint64_t value);

/* The digits of json_number alone. */
void json_add_number(struct strbuf *out, double value);

#endif
