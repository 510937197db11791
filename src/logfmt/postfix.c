/* The message part of a Postfix line. */
#include "logfmt/postfix.h"

#include "base/byte_scan.h"
#include "event/reply.h"

#define QUEUE_ID_SHORT 5
#define QUEUE_ID_LONG  10
#define QUEUE_ID_MOST  24

/* Bytes of queue ids. Bit 0: upper-case hex digit; bit 1: base 52 without vowels. */
static const uint8_t id_class[256] = {
    ['0'] = 3, ['1'] = 3, ['2'] = 3, ['3'] = 3, ['4'] = 3, ['5'] = 3, ['6'] = 3, ['7'] = 3,
    ['8'] = 3, ['9'] = 3, ['A'] = 1, ['B'] = 3, ['C'] = 3, ['D'] = 3, ['E'] = 1, ['F'] = 3,
    ['G'] = 2, ['H'] = 2, ['J'] = 2, ['K'] = 2, ['L'] = 2, ['M'] = 2, ['N'] = 2, ['P'] = 2,
    ['Q'] = 2, ['R'] = 2, ['S'] = 2, ['T'] = 2, ['V'] = 2, ['W'] = 2, ['X'] = 2, ['Y'] = 2,
    ['Z'] = 2, ['b'] = 2, ['c'] = 2, ['d'] = 2, ['f'] = 2, ['g'] = 2, ['h'] = 2, ['j'] = 2,
    ['k'] = 2, ['l'] = 2, ['m'] = 2, ['n'] = 2, ['p'] = 2, ['q'] = 2, ['r'] = 2, ['s'] = 2,
    ['t'] = 2, ['v'] = 2, ['w'] = 2, ['x'] = 2, ['y'] = 2, ['z'] = 2,
};

/* Bytes in front of the colon of a queue id that is one by its bytes and long enough, else 0. */
APART static size_t id_length(struct span message)
{
    size_t n = 0;
    uint8_t both = 3;
    size_t most = message.n < QUEUE_ID_MOST ? message.n : QUEUE_ID_MOST;
    while (n < most && message.p[n] != ':' && both != 0) {
        both &= id_class[(unsigned char)message.p[n++]];
    }
    bool long_enough = ((both & 1) != 0 && n >= QUEUE_ID_SHORT) || n >= QUEUE_ID_LONG;
    return both != 0 && long_enough && n < message.n && message.p[n] == ':' ? n : 0;
}

#ifdef BYTE_SCAN_WIDE
/* Bit i: byte i may stand in a long id: a digit, or a letter that is no vowel. */
static inline unsigned consonants(__m128i x)
{
    __m128i lower = _mm_or_si128(x, _mm_set1_epi8(0x20));
    unsigned letters = bytes_mask_between(lower, 'a', 'z');
    unsigned vowels = bytes_mask_of_two(lower, 'a', 'e') | bytes_mask_of_two(lower, 'i', 'o') |
                      bytes_mask_of(lower, 'u');
    return bytes_mask_between(x, '0', '9') | (letters & ~vowels);
}
#endif

/* The same with the colon among the first sixteen bytes, as nearly all ids are; 0 says nothing. */
static inline size_t near_length(struct span message)
{
#ifdef BYTE_SCAN_WIDE
    if (message.n >= BYTE_SCAN_WIDE) {
        __m128i x = bytes_load16(message.p);
        unsigned hex = bytes_mask_between(x, '0', '9') | bytes_mask_between(x, 'A', 'F');
        size_t n = (size_t)__builtin_ctz(~hex);
        if (n >= QUEUE_ID_SHORT && n < BYTE_SCAN_WIDE && message.p[n] == ':') {
            return n;
        }
        n = (size_t)__builtin_ctz(~consonants(x));
        return n >= QUEUE_ID_LONG && n < BYTE_SCAN_WIDE && message.p[n] == ':' ? n : 0;
    }
#endif
    (void)message;
    return 0;
}

static inline bool take_queue_id(struct span *message, struct span *queue_id)
{
    size_t n = near_length(*message);
    n = n > 0 ? n : id_length(*message);
    if (n == 0 || n + 1 >= message->n || message->p[n + 1] != ' ') {
        *queue_id = SPAN_EMPTY;
        if (n == 0 && span_starts(*message, SPAN_LITERAL("NOQUEUE: "))) {
            *message = span_from(*message, 9);
        }
        return false;
    }
    *queue_id = span_of(message->p, n);
    *message = span_of(message->p + n + 2, message->n - n - 2);
    return true;
}

bool postfix_take_queue_id(struct span *message, struct span *queue_id)
{
    return take_queue_id(message, queue_id);
}

#define RAW_FIELDS                                                      \
    ((uint64_t)1 << EVENT_REPLY | (uint64_t)1 << EVENT_ENHANCED_REPLY | \
     (uint64_t)1 << EVENT_STAGE_WORD | (uint64_t)1 << EVENT_STATUS_WORD)

/* Facts that follow from the raw captures. */
APART static void derive_fields(struct event *event, struct strbuf *scratch)
{
    struct reply reply;
    if (event_has(event, EVENT_REPLY)) {
        if (reply_parse(event->text[EVENT_REPLY], scratch, &reply)) {
            event_set_value(event, EVENT_CODE, reply.code);
            event_set_text(event, EVENT_TEXT, reply.text);
            if (reply.enhanced.n > 0) {
                event_set_text(event, EVENT_ENHANCED, reply.enhanced);
            }
        }
        event_clear_field(event, EVENT_REPLY);
    }
    if (event_has(event, EVENT_ENHANCED_REPLY)) {
        if (reply_parse_enhanced(event->text[EVENT_ENHANCED_REPLY], &reply)) {
            event_set_text(event, EVENT_ENHANCED, reply.enhanced);
            event_set_text(event, EVENT_TEXT, reply.text);
        }
        event_clear_field(event, EVENT_ENHANCED_REPLY);
    }
    if (event_has(event, EVENT_STAGE_WORD)) {
        event_set_value(event, EVENT_STAGE,
                        (int)event_stage_from_words(event->text[EVENT_STAGE_WORD]));
        event_clear_field(event, EVENT_STAGE_WORD);
    }
    if (event_has(event, EVENT_STATUS_WORD)) {
        enum event_outcome outcome = event_outcome_from_word(event->text[EVENT_STATUS_WORD]);
        if (outcome != OUTCOME_NONE && !event_has(event, EVENT_STATUS)) {
            event_set_value(event, EVENT_STATUS, (int)outcome);
        }
        event_clear_field(event, EVENT_STATUS_WORD);
    }
}

const struct pattern_rule *postfix_parse(struct pattern_set *set, struct pattern_list *list,
                                         struct span message, struct strbuf *scratch,
                                         struct event *event)
{
    struct span queue_id;
    bool has_queue_id = take_queue_id(&message, &queue_id);
    struct pattern_fields fields = {event->text, event->value, EVENT_TEXTS, &event->set};
    const struct pattern_rule *rule = pattern_set_match(set, list, message, has_queue_id, &fields);
    if (rule == NULL) {
        return NULL;
    }
    if (has_queue_id) {
        event_set_text(event, EVENT_QUEUE_ID, queue_id);
    }
    event->rule = rule->name;
    event->mta = MTA_POSTFIX;
    if ((event->set & RAW_FIELDS) != 0) {
        derive_fields(event, scratch);
    }
    return rule;
}

bool syslog_take_repeated(struct span *message, uint32_t *times)
{
    struct span head = SPAN_LITERAL("message repeated ");
    struct span middle = SPAN_LITERAL(" times: [");
    if (!span_starts(*message, head)) {
        return false;
    }
    struct span rest = span_from(*message, head.n);
    size_t digits = 0;
    while (digits < rest.n && byte_is_digit(rest.p[digits])) {
        digits++;
    }
    uint64_t n = 0;
    if (!span_to_u64(span_of(rest.p, digits), 1000000, &n) || n == 0 ||
        !span_starts(span_from(rest, digits), middle)) {
        return false;
    }
    rest = span_from(rest, digits + middle.n);
    while (rest.n > 0 && byte_is_blank(rest.p[0])) {
        rest = span_from(rest, 1);
    }
    /* The bracket is gone when the line was cut. */
    if (rest.n > 0 && rest.p[rest.n - 1] == ']') {
        rest.n--;
    }
    *times = (uint32_t)n;
    *message = rest;
    return true;
}
