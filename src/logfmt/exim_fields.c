/* The regular parts of an Exim line. */
#include "logfmt/exim_fields.h"

#include "base/byte_scan.h"
#include "base/status.h"

#define KEY_LONGEST 12

static inline struct span up_to(struct span text, char end)
{
    return span_of(text.p, byte_scan(text, end, end, end));
}

/* ---- the other side ------------------------------------------------------------------------ */

/* `[ip]`, `[ip]:port`, both with a star behind them when the connection was used before. */
static void take_address(struct span *text, struct event *event)
{
    struct span inside = up_to(span_from(*text, 1), ']');
    *text = span_from(*text, inside.n + 2);
    event_set_text(event, EVENT_PEER_IP, inside);
    event_clear_field(event, EVENT_PEER_PORT);
    size_t digits = 1;
    while (digits < text->n && byte_is_digit(text->p[digits])) {
        digits++;
    }
    if (text->n > 0 && text->p[0] == ':' && digits > 1) {
        event_set_text(event, EVENT_PEER_PORT, span_of(text->p + 1, digits - 1));
        *text = span_from(*text, digits);
    }
    if (text->n > 0 && text->p[0] == '*') {
        *text = span_from(*text, 1);
    }
}

/* `(helo)`. The name is the client's word and may hold parentheses: the one before ` [` ends it. */
static void take_helo(struct span *text, struct event *event)
{
    struct span rest = span_from(*text, 1);
    size_t end = span_find(rest, SPAN_LITERAL(") ["));
    end = end == SIZE_MAX ? up_to(rest, ')').n : end;
    event_set_text(event, EVENT_HELO, span_of(rest.p, end));
    *text = span_from(rest, end + 1);
}

void exim_read_host(struct span *text, struct event *event)
{
    struct span name = up_to(*text, ' ');
    if (name.n > 0 && name.p[0] != '(' && name.p[0] != '[') {
        if (name.p[name.n - 1] == ':') {
            name.n--;
        }
        event_set_text(event, EVENT_PEER, name);
        *text = span_from(*text, name.n);
    }
    for (;;) {
        struct span next = span_skip_blanks(*text);
        if (next.n > 0 && next.p[0] == '(') {
            take_helo(&next, event);
        } else if (next.n > 0 && next.p[0] == '[') {
            take_address(&next, event);
        } else if (next.n > 3 && memcmp(next.p, "DS ", 3) == 0) {
            next = span_from(next, 2);
        } else {
            return;
        }
        *text = next;
    }
}

/* ---- KEY=value ------------------------------------------------------------------------------ */

enum tail_use {
    USE_NOTHING,
    USE_HOST,
    USE_FIELD,   /* goes into a field as it stands */
    USE_ADDRESS, /* <address> */
    USE_TLS,     /* TLS1.3:CIPHER:256 */
    USE_LOGIN,   /* authenticator:user:sender */
    USE_CONFIRMATION,
    USE_QUEUE_TIME,
    USE_DELIVERY_TIME
};

struct tail_key {
    char key[3];
    unsigned kinds;
    enum tail_use use;
    enum event_field field;
};

/* By the first letter, which none share. Keys that are not here are skipped with their value. */
static const struct tail_key tail_keys[128] = {
    ['H'] = {"H", EXIM_ARRIVAL | EXIM_DELIVERY | EXIM_PEER, USE_HOST, EVENT_PEER},
    ['F'] = {"F", EXIM_DELIVERY | EXIM_PEER, USE_ADDRESS, EVENT_SENDER},
    ['S'] = {"S", EXIM_ARRIVAL, USE_FIELD, EVENT_SIZE},
    ['P'] = {"P", EXIM_ARRIVAL, USE_FIELD, EVENT_PROTO},
    ['i'] = {"id", EXIM_ARRIVAL, USE_FIELD, EVENT_MESSAGE_ID},
    ['R'] = {"R", EXIM_ARRIVAL, USE_FIELD, EVENT_LINKED_ID},
    ['X'] = {"X", EXIM_ARRIVAL | EXIM_DELIVERY | EXIM_PEER, USE_TLS, EVENT_TLS},
    ['A'] = {"A", EXIM_ARRIVAL | EXIM_PEER, USE_LOGIN, EVENT_SASL_USER},
    ['C'] = {"C", EXIM_DELIVERY, USE_CONFIRMATION, EVENT_REPLY},
    ['T'] = {"T", EXIM_DELIVERY, USE_FIELD, EVENT_TRANSPORT},
    ['U'] = {"U", EXIM_ARRIVAL, USE_FIELD, EVENT_LOCAL_USER},
    ['D'] = {"DT", EXIM_DELIVERY, USE_DELIVERY_TIME, EVENT_DELIVERY_TIME},
    ['Q'] = {"QT", EXIM_DELIVERY, USE_QUEUE_TIME, EVENT_DELAY},
};

static inline bool is_key_byte(char c)
{
    return byte_is_alpha(c) || byte_is_digit(c);
}

/* Length of `KEY` when `KEY=` stands at the front, else 0. */
static inline size_t key_length(struct span text)
{
    if (text.n > 1 && text.p[1] == '=' && is_key_byte(text.p[0])) {
        return 1; /* most */
    }
    size_t n = 0;
    while (n < text.n && n <= KEY_LONGEST && is_key_byte(text.p[n])) {
        n++;
    }
    return n > 0 && n <= KEY_LONGEST && n < text.n && text.p[n] == '=' ? n : 0;
}

static inline const struct tail_key *find_key(struct span name, enum exim_tail kind)
{
    const struct tail_key *key = &tail_keys[(unsigned char)name.p[0] & 127];
    char second = name.n > 1 ? name.p[1] : '\0';
    bool same = name.n <= 2 && key->key[0] == name.p[0] && key->key[1] == second;
    return same && (key->kinds & (unsigned)kind) != 0 ? key : NULL;
}

/* What stands between quotes; *text moves behind the closing one. A backslash protects what follows
 * it. */
static struct span take_quoted(struct span *text)
{
    size_t end = 1;
    for (;;) {
        end += up_to(span_from(*text, end), '"').n;
        size_t slashes = 0;
        while (end - slashes > 1 && text->p[end - slashes - 1] == '\\') {
            slashes++;
        }
        if (end >= text->n || slashes % 2 == 0) {
            break;
        }
        end++;
    }
    struct span inside = span_of(text->p + 1, end - 1);
    *text = span_from(*text, end + 1);
    return inside;
}

/* `<address>`: up to the > that a blank, a colon or the end follows. */
static struct span take_angle(struct span *text)
{
    size_t end = 1;
    while (end < text->n &&
           !(text->p[end] == '>' && (end + 1 == text->n || text->p[end + 1] == ' ' ||
                                     text->p[end + 1] == ':' || text->p[end + 1] == ')'))) {
        end++;
    }
    struct span inside = span_of(text->p + 1, end - 1);
    *text = span_from(*text, end + 1);
    return inside;
}

/* Up to a blank; a colon at the end of the word belongs to what follows the fields. */
static struct span take_word(struct span *text)
{
    struct span word = up_to(*text, ' ');
    if (word.n > 0 && word.p[word.n - 1] == ':') {
        word.n--;
    }
    *text = span_from(*text, word.n);
    return word;
}

static struct span take_value(struct span *text)
{
    if (text->n > 0 && text->p[0] == '"') {
        return take_quoted(text);
    }
    if (text->n > 0 && text->p[0] == '<') {
        return take_angle(text);
    }
    return take_word(text);
}

/* `TLS1.3:TLS_AES_256_GCM_SHA384:256`, `TLSv1.2:...`; GnuTLS leaves the v out. */
static void set_tls(struct event *event, struct span value)
{
    static const char *const versions[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
    struct span version = up_to(value, ':');
    event_set_text(event, EVENT_CIPHER, span_from(value, version.n + 1));
    if (version.n == 6 && span_starts(version, SPAN_LITERAL("TLS1.")) && version.p[5] >= '0' &&
        version.p[5] <= '3') {
        version = span_cstr(versions[version.p[5] - '0']);
    }
    event_set_text(event, EVENT_TLS, version);
}

static void set_login(struct event *event, struct span value)
{
    struct span method = up_to(value, ':');
    struct span user = up_to(span_from(value, method.n + 1), ':');
    event_set_text(event, EVENT_METHOD, method);
    if (user.n > 0) {
        event_set_text(event, EVENT_SASL_USER, user);
    }
}

static void use_value(const struct tail_key *key, struct span value, struct event *event,
                      struct exim_found *found)
{
    switch (key->use) {
    case USE_FIELD:
    case USE_ADDRESS:
        event_set_text(event, key->field, value);
        break;
    case USE_TLS:
        set_tls(event, value);
        break;
    case USE_LOGIN:
        set_login(event, value);
        break;
    case USE_CONFIRMATION:
        found->confirmation = value;
        break;
    case USE_QUEUE_TIME:
        found->queue_time = value;
        break;
    case USE_DELIVERY_TIME:
        found->delivery_time = value;
        break;
    case USE_HOST:
    case USE_NOTHING:
        break;
    }
}

/* One `KEY=value` at the front of *text. */
static void take_field(enum exim_tail kind, size_t length, struct span *text, struct event *event,
                       struct exim_found *found)
{
    const struct tail_key *key = find_key(span_of(text->p, length), kind);
    *text = span_from(*text, length + 1);
    if (key != NULL && key->use == USE_HOST) {
        found->has_host = true;
        exim_read_host(text, event);
        return;
    }
    struct span value = take_value(text);
    if (key != NULL) {
        use_value(key, value, event, found);
    }
}

/* Addresses of a `for` list; a quoted local part may hold blanks. */
static unsigned count_addresses(struct span text)
{
    unsigned n = 0;
    for (text = span_skip_blanks(text); text.n > 0; text = span_skip_blanks(text)) {
        if (text.p[0] == '"') {
            (void)take_quoted(&text);
        }
        text = span_from(text, up_to(text, ' ').n);
        n++;
    }
    return n;
}

/* A word that is no field: `L`, `K`, `PRDR`, `from <a>`, `for a b`, `defer (-44)`. False when the
 * fields end. */
static bool take_other(enum exim_tail kind, struct span *text, struct exim_found *found)
{
    struct span word = up_to(*text, ' ');
    if (kind == EXIM_PEER) {
        return false;
    }
    if (kind == EXIM_ARRIVAL && span_is(word, "for")) {
        found->recipients = count_addresses(span_from(*text, word.n));
        *text = SPAN_EMPTY;
        return true;
    }
    if (word.p[0] == '<') {
        (void)take_angle(text);
    } else if (word.p[0] == ':') {
        *text = span_from(*text, 1);
    } else {
        (void)take_word(text);
    }
    return true;
}

void exim_read_tail(enum exim_tail kind, struct span text, struct event *event,
                    struct exim_found *found)
{
    *found = (struct exim_found){.rest = SPAN_EMPTY,
                                 .confirmation = SPAN_EMPTY,
                                 .queue_time = SPAN_EMPTY,
                                 .delivery_time = SPAN_EMPTY};
    for (;;) {
        /* The colon that ends the fields stands at the end of a word, never alone. */
        if (text.n > 0 && text.p[0] == ':' && kind != EXIM_ARRIVAL) {
            found->rest = span_skip_blanks(span_from(text, 1));
            return;
        }
        text = span_skip_blanks(text);
        if (text.n == 0) {
            return;
        }
        size_t length = key_length(text);
        if (length > 0) {
            take_field(kind, length, &text, event, found);
        } else if (!take_other(kind, &text, found)) {
            found->rest = text;
            return;
        }
    }
}

/* ---- recipients ------------------------------------------------------------------------------ */

static bool is_address(struct span text)
{
    bool place = text.n == 0 || text.p[0] == '/' || text.p[0] == '|' || text.p[0] == '>' ||
                 text.p[0] == ':';
    return !place && memchr(text.p, '@', text.n) != NULL;
}

/* What may stand behind a recipient: its parents, a field, `routing defer (-51)`. */
static bool ends_recipient(struct span text)
{
    return text.n == 0 || text.p[0] == '<' || text.p[0] == '(' || key_length(text) > 0 ||
           span_starts(text, SPAN_LITERAL("routing ")) ||
           span_starts(text, SPAN_LITERAL("defer ("));
}

/* Length of the first address, with a colon right behind it. The local part may hold blanks, also
 * without the quotes it had (`** john doe@x.example <"john doe"@x.example>: ...`), as may a command
 * or a file's name. */
static size_t first_length(struct span text)
{
    size_t n = 0;
    for (;;) {
        struct span word = up_to(span_from(text, n), ' ');
        n += word.n;
        bool place = text.p[0] == '|' || text.p[0] == '/' || text.p[0] == '>';
        bool address = !place && memchr(word.p, '@', word.n) != NULL;
        bool colon = word.n > 1 && word.p[word.n - 1] == ':' && text.p[0] != ':';
        if (n >= text.n || address || (colon && !place) || ends_recipient(span_from(text, n + 1))) {
            return n;
        }
        n++;
    }
}

void exim_read_recipient(struct span *text, struct event *event)
{
    struct span first = span_of(text->p, text->n > 0 ? first_length(*text) : 0);
    struct span parent = SPAN_EMPTY;
    struct span top = SPAN_EMPTY;
    bool colon = first.n > 1 && first.n < text->n && first.p[first.n - 1] == ':' &&
                 first.p[0] != ':';
    first.n -= colon;
    *text = span_from(*text, first.n);
    if (text->n > 2 && text->p[0] == ' ' && text->p[1] == '(') {
        parent = up_to(span_from(*text, 2), ')');
        *text = span_from(*text, parent.n + 3);
        parent = up_to(parent, ',');
    }
    if (text->n > 2 && text->p[0] == ' ' && text->p[1] == '<') {
        *text = span_from(*text, 1);
        top = take_angle(text);
    }
    bool unquoted = first.n > 0 && first.p[0] != '"' && memchr(first.p, ' ', first.n) != NULL;
    struct span recipient = is_address(first) && !unquoted ? first : parent.n > 0 ? parent : top;
    if (recipient.n == 0) {
        recipient = first;
    }
    event_set_text(event, EVENT_RECIPIENT, recipient);
    if (top.n > 0 && !span_equal(top, recipient)) {
        event_set_text(event, EVENT_ORIG_RECIPIENT, top);
    }
}
