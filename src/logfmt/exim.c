/* The message part of an Exim line. */
#include "logfmt/exim.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/byte_scan.h"
#include "base/strbuf.h"
#include "event/reply.h"
#include "logfmt/exim_fields.h"

#define TEXT_MAXIMUM ((size_t)65536 + 1)
#define STAMP_LENGTH 19 /* 2026-11-21 06:00:01 */

struct exim {
    struct pattern_set *set;           /* borrowed */
    struct pattern_list *lines;        /* rules for whole messages */
    struct pattern_list *peers;        /* rules for what follows `H=host (helo) [ip]` */
    struct strbuf plain;               /* a reply without its backslashes */
    struct strbuf joined;              /* a reply's lines in one */
    bool quoted;                       /* the reply stood in quotes: C="..." */
    char number[32];                   /* a delay or a count made here */
    char delivery_time[32];            /* and how long the delivery itself took */
    char stamp_text[STAMP_LENGTH + 1]; /* the last stamp read, when it ends with a blank here, */
    struct stamp stamp;                /* and what it means */
    size_t stamp_length;               /* of the last line, with the blank behind it */
};

enum smtplog_status exim_new(struct pattern_set *set, struct exim **exim)
{
    struct exim *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->set = set;
    made->lines = pattern_set_list(set, SPAN_LITERAL("exim"));
    made->peers = pattern_set_list(set, SPAN_LITERAL("peer"));
    strbuf_init(&made->plain, TEXT_MAXIMUM);
    strbuf_init(&made->joined, TEXT_MAXIMUM);
    *exim = made;
    return SMTPLOG_OK;
}

void exim_free(struct exim *exim)
{
    if (exim != NULL) {
        strbuf_free(&exim->plain);
        strbuf_free(&exim->joined);
        free(exim);
    }
}

/* ---- the front of a line --------------------------------------------------------------------- */

/* Which bytes of a message id are its hyphens: `xxxxxx-` + middle + `-` + last. */
#define ID_SHORT         16 /* 1xV5CS-00000t-0P */
#define ID_SHORT_HYPHENS (1u << 6 | 1u << 13)
#define ID_LONG          23 /* since 4.97: 1vMPaa-00000000001-0001 */
#define ID_LONG_HYPHENS  (1u << 6 | 1u << 18)

static bool is_id(const char *p, unsigned n, unsigned hyphens)
{
    bool fits = true;
    for (unsigned i = 0; i < n; i++) {
        fits &= (hyphens >> i & 1) != 0 ? p[i] == '-' : byte_is_digit(p[i]) || byte_is_alpha(p[i]);
    }
    return fits;
}

/* The same for the first sixteen bytes. */
static inline bool begins_id(const char *p, unsigned hyphens)
{
#ifdef BYTE_SCAN_WIDE
    __m128i x = bytes_load16(p);
    __m128i lower = _mm_or_si128(x, _mm_set1_epi8(0x20));
    unsigned letters = bytes_mask_between(x, '0', '9') | bytes_mask_between(lower, 'a', 'z');
    unsigned expected = hyphens & 0xffff;
    return bytes_mask_of(x, '-') == expected && letters == (expected ^ 0xffff);
#else
    return is_id(p, ID_SHORT, hyphens);
#endif
}

/* Length of the message id at the front of text, with an end behind it, else 0. */
static inline size_t id_length(struct span text)
{
    if (text.n < ID_SHORT) {
        return 0;
    }
    bool ends = text.n == ID_SHORT || text.p[ID_SHORT] == ' ';
    if (ends && begins_id(text.p, ID_SHORT_HYPHENS)) {
        return ID_SHORT;
    }
    bool may_be_long = text.n == ID_LONG || (text.n > ID_LONG && text.p[ID_LONG] == ' ');
    return may_be_long && begins_id(text.p, ID_LONG_HYPHENS) &&
                   is_id(text.p, ID_LONG, ID_LONG_HYPHENS)
               ? ID_LONG
               : 0;
}

/* Takes a message id (`1xV5CS-00000t-0P`, since 4.97 `1vMPaa-00000000001-0001`) and the blank
 * behind it off the front of *message. */
static inline bool take_message_id(struct span *message, struct span *id)
{
    size_t n = id_length(*message);
    if (n == 0) {
        *id = SPAN_EMPTY;
        return false;
    }
    *id = span_of(message->p, n);
    *message = span_from(*message, n + 1);
    return true;
}

/* `[123] ` */
static inline bool take_process_id(struct span *text, struct span *pid)
{
    size_t n = 1;
    if (text->n == 0 || text->p[0] != '[') {
        return false;
    }
    while (n < text->n && byte_is_digit(text->p[n])) {
        n++;
    }
    if (n < 2 || n + 1 >= text->n || text->p[n] != ']' || text->p[n + 1] != ' ') {
        return false;
    }
    *pid = span_of(text->p + 1, n - 1);
    *text = span_from(*text, n + 2);
    return true;
}

/* Whether a line has the stamp of the one before, without fraction and zone. Its length, with the
 * blank behind it, or 0. */
static inline size_t same_stamp(const struct exim *exim, struct span line)
{
    return line.n > STAMP_LENGTH + 1 && bytes_equal(line.p, exim->stamp_text, STAMP_LENGTH + 1) &&
                   line.p[STAMP_LENGTH + 1] != '+' && line.p[STAMP_LENGTH + 1] != '-'
               ? STAMP_LENGTH + 1
               : 0;
}

/* Any other stamp. Its length, or 0. */
APART static size_t new_stamp(struct exim *exim, struct span line)
{
    size_t length = 0;
    struct stamp stamp;
    memset(exim->stamp_text, 0, sizeof exim->stamp_text); /* which no line of that shape has */
    if (!stamp_parse(line, &stamp, &length)) {
        return 0;
    }
    if (length == STAMP_LENGTH + 1) {
        memcpy(exim->stamp_text, line.p, STAMP_LENGTH + 1);
    }
    exim->stamp = stamp;
    return length;
}

enum exim_front exim_read_front(struct exim *exim, struct span line, struct header *header,
                                struct span *id)
{
    size_t length = 0;
    if (exim_looks_stamped(line)) {
        length = same_stamp(exim, line);
        length = length > 0 ? length : new_stamp(exim, line);
    }
    if (length == 0) {
        return EXIM_NONE;
    }
    exim->stamp_length = length;
    header->stamp = exim->stamp;
    header_clear(header);
    header->message = span_from(line, length);
    bool has_pid = take_process_id(&header->message, &header->pid);
    return take_message_id(&header->message, id) || has_pid ? EXIM_SURE : EXIM_MAYBE;
}

struct span exim_behind_stamp(const struct exim *exim, struct span line)
{
    return span_from(line, exim->stamp_length);
}

void exim_strip_front(struct span *message, struct span *pid, struct span *id)
{
    struct stamp stamp;
    size_t length = 0;
    if (exim_looks_stamped(*message) && stamp_parse(*message, &stamp, &length)) {
        *message = span_from(*message, length);
    }
    (void)take_process_id(message, pid);
    (void)take_message_id(message, id);
}

/* ---- replies --------------------------------------------------------------------------------- */

/* A reply as it came over the wire from how it is logged. Line ends are a backslash and an n (two
 * backslashes within C="..."), which become blanks; within quotes a backslash protects a quote. */
static struct span plain_reply(struct exim *exim, struct span text)
{
    if (text.n == 0 || memchr(text.p, '\\', text.n) == NULL) {
        return text;
    }
    strbuf_clear(&exim->plain);
    for (size_t i = 0; i < text.n; i++) {
        size_t slashes = 0;
        while (i + slashes < text.n && text.p[i + slashes] == '\\' && slashes < 2) {
            slashes++;
        }
        char next = i + slashes < text.n ? text.p[i + slashes] : '\0';
        if (slashes > 0 && next == 'n') {
            strbuf_add_byte(&exim->plain, ' ');
            i += slashes;
        } else if (exim->quoted && slashes == 1 && next == '"') {
            strbuf_add_byte(&exim->plain, '"');
            i++;
        } else {
            strbuf_add_byte(&exim->plain, text.p[i]);
        }
    }
    return strbuf_status(&exim->plain) == SMTPLOG_OK ? strbuf_span(&exim->plain) : text;
}

static void set_reply(struct exim *exim, struct span text, struct event *event)
{
    struct reply reply;
    if (!reply_parse(plain_reply(exim, text), &exim->joined, &reply)) {
        return;
    }
    event_set_value(event, EVENT_CODE, reply.code);
    event_set_text(event, EVENT_TEXT, reply.text);
    event_clear_field(event, EVENT_IMPLIED_CODE); /* what is seen needs no guess */
    event_clear_field(event, EVENT_ENHANCED);
    if (reply.enhanced.n > 0) {
        event_set_text(event, EVENT_ENHANCED, reply.enhanced);
    }
}

/* ---- deliveries ------------------------------------------------------------------------------ */

/* `10m1s`, `0.123s`, `2d3h` as seconds. */
static void set_seconds(struct span text, enum event_field field, char made[32],
                        struct event *event)
{
    if (text.n == 0) {
        return;
    }
    static const struct {
        char unit;
        unsigned seconds;
    } units[] = {{'w', 604800}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    struct span fraction = SPAN_EMPTY;
    uint64_t total = 0;
    for (size_t at = 0; at < text.n;) {
        size_t n = 0;
        uint64_t number = 0;
        while (at + n < text.n && byte_is_digit(text.p[at + n])) {
            n++;
        }
        if (!span_to_u64(span_of(text.p + at, n), 1000000000, &number) || at + n >= text.n) {
            return;
        }
        if (text.p[at + n] == '.') {
            size_t end = at + n + 1;
            while (end < text.n && byte_is_digit(text.p[end])) {
                end++;
            }
            fraction = span_of(text.p + at + n, end - at - n < 10 ? end - at - n : 10);
            n = end - at;
        }
        unsigned seconds = 0;
        for (size_t i = 0; i < COUNT_OF(units); i++) {
            seconds = at + n < text.n && text.p[at + n] == units[i].unit ? units[i].seconds
                                                                         : seconds;
        }
        if (seconds == 0) {
            return;
        }
        total += number * seconds;
        at += n + 1;
    }
    int n = snprintf(made, 32, "%llu%.*s", (unsigned long long)total, SPAN_ARGS(fraction));
    if (n > 0 && n < 32) {
        event_set_text(event, field, span_of(made, (size_t)n));
    }
}

/* `defer (111): Connection refused H=mx.z.example [192.0.2.50] DT=0s`: the system's words stand
 * before the host, what Exim adds behind it. */
static struct span split_errno(struct span text, struct event *event, struct exim_found *found)
{
    size_t host = span_find(text, SPAN_LITERAL(" H="));
    size_t colon = span_find(text, SPAN_LITERAL(": "));
    if (host == SIZE_MAX || colon < host) {
        return text;
    }
    exim_read_tail(EXIM_DELIVERY, span_from(text, host), event, found);
    return found->rest.n > 0 ? found->rest : span_of(text.p, host);
}

/* ` DT=0.046s`, which `**` lines have behind the words. */
static struct span without_time(struct span text)
{
    size_t n = text.n;
    while (n > 0 && text.p[n - 1] != ' ') {
        n--;
    }
    struct span last = span_from(text, n);
    bool time = span_starts(last, SPAN_LITERAL("DT=")) && text.p[text.n - 1] == 's' && last.n > 4 &&
                byte_is_digit(last.p[3]);
    return time ? span_trim(span_of(text.p, n)) : text;
}

static bool is_loopback(struct span ip)
{
    return span_starts(ip, SPAN_LITERAL("127.")) || span_is(ip, "::1");
}

/* A hop into a mailbox: delivered without another host, or LMTP to this one. */
static bool is_store(const struct event *event, const struct exim_found *found)
{
    if (!found->has_host) {
        return event_value(event, EVENT_STATUS) == OUTCOME_DELIVERED;
    }
    struct span transport = event_text(event, EVENT_TRANSPORT);
    return is_loopback(event_text(event, EVENT_PEER_IP)) &&
           (span_find(transport, SPAN_LITERAL("lmtp")) != SIZE_MAX ||
            span_find(transport, SPAN_LITERAL("LMTP")) != SIZE_MAX);
}

APART static void read_delivery(struct exim *exim, struct event *event)
{
    struct span text = event->text[EVENT_RELAY];
    struct exim_found found;
    struct exim_found again = {.has_host = false};
    exim_read_recipient(&text, event);
    exim_read_tail(EXIM_DELIVERY, text, event, &found);
    struct span words = found.rest;
    if (!found.has_host && words.n > 0) {
        words = split_errno(words, event, &again);
        found.has_host = !span_equal(words, found.rest) && again.has_host;
    }
    if (words.n > 0) {
        event_set_text(event, EVENT_TEXT, without_time(words));
    }
    if (found.has_host) {
        event_set_value(event, EVENT_DIRECTION, DIRECTION_OUTBOUND);
    }
    if (is_store(event, &found)) {
        event_set_value(event, EVENT_HOP, HOP_STORE);
    }
    if (found.confirmation.n > 0) {
        event_set_text(event, EVENT_REPLY, found.confirmation);
        exim->quoted = true;
        event_set_value(event, EVENT_STAGE, STAGE_EOD);
    }
    set_seconds(found.queue_time, EVENT_DELAY, exim->number, event);
    set_seconds(found.delivery_time, EVENT_DELIVERY_TIME, exim->delivery_time, event);
    event_clear_field(event, EVENT_RELAY);
}

/* ---- arrivals and peers ---------------------------------------------------------------------- */

/* The number of recipients as digits, for EVENT_NRCPT. */
static void set_recipients(struct exim *exim, unsigned count, struct event *event)
{
    int n = count > 0 ? snprintf(exim->number, sizeof exim->number, "%u", count) : 0;
    if (n > 0) {
        event_set_text(event, EVENT_NRCPT, span_of(exim->number, (size_t)n));
    }
}

APART static void read_arrival(struct exim *exim, struct event *event)
{
    struct span text = event->text[EVENT_CLIENT];
    struct span sender = text;
    const char *blank = text.n > 0 ? memchr(text.p, ' ', text.n) : NULL;
    sender.n = blank == NULL ? text.n : (size_t)(blank - text.p);
    if (sender.n > 0 && sender.p[0] == '"') {
        size_t at = span_find(text, SPAN_LITERAL("\"@"));
        struct span domain = span_from(text, at == SIZE_MAX ? text.n : at);
        blank = domain.n > 0 ? memchr(domain.p, ' ', domain.n) : NULL;
        sender.n = blank == NULL ? text.n : (size_t)(blank - text.p);
    }
    struct exim_found found;
    exim_read_tail(EXIM_ARRIVAL, span_from(text, sender.n), event, &found);
    event_set_text(event, EVENT_SENDER, span_is(sender, "<>") ? SPAN_EMPTY : sender);
    set_recipients(exim, found.recipients, event);
    event_clear_field(event, EVENT_CLIENT);
}

/* `host (helo) [ip]:port I=[ip]:port ...` that a rule found within a line. */
APART static void read_client(struct event *event)
{
    struct span text = event->text[EVENT_CLIENT];
    struct exim_found found;
    if (span_starts(text, SPAN_LITERAL("H="))) {
        text = span_from(text, 2);
    }
    exim_read_host(&text, event);
    exim_read_tail(EXIM_PEER, text, event, &found);
    event_clear_field(event, EVENT_CLIENT);
}

/* ---- messages -------------------------------------------------------------------------------- */

#define RAW_FIELDS                                                      \
    ((uint64_t)1 << EVENT_REPLY | (uint64_t)1 << EVENT_ENHANCED_REPLY | \
     (uint64_t)1 << EVENT_STAGE_WORD | (uint64_t)1 << EVENT_STATUS_WORD)

APART static void derive_fields(struct exim *exim, struct event *event)
{
    if (event_has(event, EVENT_REPLY)) {
        set_reply(exim, event->text[EVENT_REPLY], event);
        event_clear_field(event, EVENT_REPLY);
    }
    struct reply reply;
    if (event_has(event, EVENT_ENHANCED_REPLY)) {
        if (reply_parse_enhanced(event->text[EVENT_ENHANCED_REPLY], &reply)) {
            event_set_text(event, EVENT_ENHANCED, reply.enhanced);
            event_set_text(event, EVENT_TEXT, reply.text);
        }
        event_clear_field(event, EVENT_ENHANCED_REPLY);
    }
    if (event_has(event, EVENT_STAGE_WORD)) {
        if (!event_has(event, EVENT_STAGE)) {
            event_set_value(event, EVENT_STAGE,
                            (int)event_stage_from_words(event->text[EVENT_STAGE_WORD]));
        }
        event_clear_field(event, EVENT_STAGE_WORD);
    }
    event_clear_field(event, EVENT_STATUS_WORD);
}

static inline bool begins_with_peer(struct span message)
{
    return span_starts(message, SPAN_LITERAL("F=")) || span_starts(message, SPAN_LITERAL("H="));
}

/* Takes `H=host (helo) [ip]:port KEY=value ...` off the front; what follows has rules of its own.
 */
APART static struct pattern_list *take_peer(struct exim *exim, struct span *message,
                                            struct event *event)
{
    struct exim_found found;
    exim_read_tail(EXIM_PEER, *message, event, &found);
    *message = found.rest;
    return exim->peers;
}

static void read_fields(struct exim *exim, const struct pattern_rule *rule, struct event *event)
{
    struct pattern_fields fields = {event->text, event->value, EVENT_TEXTS, &event->set};
    if (event_has(event, EVENT_RELAY)) {
        read_delivery(exim, event);
        pattern_set_refine(exim->set, rule, &fields);
    } else if (event_has(event, EVENT_CLIENT)) {
        if (event_value(event, EVENT_FACT) == FACT_ARRIVAL) {
            read_arrival(exim, event);
        } else {
            read_client(event);
        }
    }
}

/* A client's line that tells what another server said: of the client nothing stays. */
static void forget_client(struct event *event, struct span client)
{
    if (event_value(event, EVENT_DIRECTION) == DIRECTION_OUTBOUND && client.n > 0 &&
        event->text[EVENT_PEER_IP].p != client.p) {
        event_clear_field(event, EVENT_HELO);
        event_clear_field(event, EVENT_PEER_PORT);
        event_clear_field(event, EVENT_SASL_USER);
        event_clear_field(event, EVENT_TLS);
        event_clear_field(event, EVENT_CIPHER);
    }
}

const struct pattern_rule *exim_parse(struct exim *exim, struct span message, struct span id,
                                      struct event *event)
{
    exim->quoted = false;
    struct pattern_list *list = begins_with_peer(message) ? take_peer(exim, &message, event)
                                                          : exim->lines;
    struct span client = event_text(event, EVENT_PEER_IP);
    struct pattern_fields fields = {event->text, event->value, EVENT_TEXTS, &event->set};
    const struct pattern_rule *rule = list == NULL ? NULL
                                                   : pattern_set_match(exim->set, list, message,
                                                                       id.n > 0, &fields);
    if (rule == NULL) {
        event->set = 0;
        return NULL;
    }
    forget_client(event, client);
    read_fields(exim, rule, event);
    if ((event->set & RAW_FIELDS) != 0) {
        derive_fields(exim, event);
    }
    if (id.n > 0 && !event_has(event, EVENT_QUEUE_ID)) {
        event_set_text(event, EVENT_QUEUE_ID, id);
    }
    event->rule = rule->name;
    event->mta = MTA_EXIM;
    return rule;
}
