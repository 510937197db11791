/* Stable pseudonyms. Trust: texts from anybody. */
#include "filter/redact.h"

#include <stdlib.h>

#include "base/ip_address.h"
#include "filter/redact_part.h"

#define TEXTS_MAXIMUM ((size_t)16 * 1024 * 1024)
#define NAME_LOWERED  512 /* bytes of a name that are lowered before hashing */

static const char *const prefixes[REDACT_KINDS] = {
    [REDACT_NONE] = "",           [REDACT_USER] = "user-",       [REDACT_HOST] = "host-",
    [REDACT_DOMAIN] = "domain-",  [REDACT_IP4] = "ip4-",         [REDACT_IP6] = "ip6-",
    [REDACT_ID] = "id-",          [REDACT_SUBJECT] = "subject-", [REDACT_PATH] = "path-",
    [REDACT_SERVICE] = "service-"};

enum smtplog_status redactor_new(const struct siphash_key *key, bool keep_domains,
                                 struct redactor **redactor)
{
    struct redactor *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->key = *key;
    made->keep_domains = keep_domains;
    strbuf_init(&made->texts, TEXTS_MAXIMUM);
    strbuf_init(&made->own, TEXTS_MAXIMUM);
    *redactor = made;
    return SMTPLOG_OK;
}

void redactor_free(struct redactor *redactor)
{
    if (redactor != NULL) {
        strbuf_free(&redactor->texts);
        strbuf_free(&redactor->own);
        free(redactor);
    }
}

struct siphash_key redactor_key(struct span bytes)
{
    static const struct siphash_key halves[2] = {{"smtplog redact 0"}, {"smtplog redact 1"}};
    struct siphash_key key;
    for (size_t h = 0; h < 2; h++) {
        uint64_t half = siphash(&halves[h], bytes.p, bytes.n);
        memcpy(key.bytes + 8 * h, &half, 8);
    }
    return key;
}

/* ---- pseudonyms ------------------------------------------------------------------------------ */

/* Two digits, so that it is no word of a language, and six letters or digits. */
void redact_add_pseudonym(struct redactor *redactor, enum redact_kind kind, struct span text,
                          bool lower, struct strbuf *out)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    char lowered[NAME_LOWERED];
    uint64_t hash = 0;
    if (lower && text.n <= sizeof lowered) {
        bytes_lower(lowered, text.p, text.n);
        hash = siphash(&redactor->key, lowered, text.n);
    } else {
        hash = siphash(&redactor->key, text.p, text.n);
    }
    char name[9] = {0};
    name[0] = (char)('0' + hash % 10);
    name[1] = (char)('0' + hash / 10 % 10);
    hash /= 100;
    for (size_t i = 2; i < 8; i++, hash /= 32) {
        name[i] = letters[hash % 32];
    }
    strbuf_add_cstr(out, prefixes[kind]);
    strbuf_add_cstr(out, name);
}

static bool is_loopback(const struct ip_network *address)
{
    static const unsigned char six[16] = {[15] = 1};
    return address->size == 4 ? address->bytes[0] == 127
                              : memcmp(address->bytes, six, sizeof six) == 0;
}

bool redact_add_ip(struct redactor *redactor, struct span text, struct strbuf *out)
{
    struct ip_network network;
    if (!ip_read_network(text, &network)) {
        return false;
    }
    enum redact_kind kind = network.size == 4 ? REDACT_IP4 : REDACT_IP6;
    if (is_loopback(&network)) {
        strbuf_add_cstr(out, prefixes[kind]);
        strbuf_add_cstr(out, "loopback");
    } else {
        redact_add_pseudonym(redactor, kind, span_of((const char *)network.bytes, network.size),
                             false, out);
    }
    if (network.bits < 8 * network.size) {
        strbuf_addf(out, "/%u", network.bits);
    }
    return true;
}

static size_t label_count(struct span name)
{
    size_t dots = 0;
    for (size_t i = 0; i < name.n; i++) {
        dots += name.p[i] == '.';
    }
    return dots + 1;
}

/* The last two labels of a name; three under what countries use like a top level (`co.uk`). */
static struct span registered_part(struct span name)
{
    static const char *const seconds[] = {"co",  "com", "org", "net", "ac",
                                          "gov", "edu", "or",  "ne"};
    size_t start[3] = {0, 0, 0}; /* of the last label, the one before, and the one before that */
    size_t found = 0;
    for (size_t i = name.n; i > 0 && found < 3; i--) {
        if (name.p[i - 1] == '.') {
            start[found++] = i;
        }
    }
    if (found < 2) {
        return name;
    }
    struct span second = span_of(name.p + start[1], start[0] - 1 - start[1]);
    bool country = false;
    for (size_t i = 0; i < COUNT_OF(seconds) && name.n - start[0] == 2; i++) {
        country = country || span_equal_nocase(second, span_cstr(seconds[i]));
    }
    return span_from(name, country ? start[2] : start[1]);
}

static struct span without_final_dot(struct span name)
{
    return name.n > 1 && name.p[name.n - 1] == '.' ? span_of(name.p, name.n - 1) : name;
}

void redact_name(struct redactor *redactor, struct span name, struct strbuf *out)
{
    name = without_final_dot(name);
    size_t labels = label_count(name);
    if (name.n == 0 || span_equal_nocase(name, SPAN_LITERAL("unknown"))) {
        strbuf_add_span(out, name);
    } else if (span_equal_nocase(name, SPAN_LITERAL("localhost")) ||
               span_equal_nocase(name, SPAN_LITERAL("localhost.localdomain"))) {
        strbuf_add_cstr(out, "host-loopback");
    } else if (redact_add_ip(redactor, name, out)) {
        return;
    } else if (redactor->keep_domains && labels > 1) {
        struct span kept = registered_part(name);
        if (kept.n < name.n) {
            redact_add_pseudonym(redactor, REDACT_HOST, name, true, out);
            strbuf_add_byte(out, '.');
        }
        strbuf_add_span(out, kept);
    } else {
        redact_add_pseudonym(redactor, labels == 2 ? REDACT_DOMAIN : REDACT_HOST, name, true, out);
        strbuf_add_cstr(out, labels > 1 ? ".example" : "");
    }
}

void redact_domain(struct redactor *redactor, struct span domain, struct strbuf *out)
{
    if (redactor->keep_domains && redact_is_name(domain)) {
        strbuf_add_span(out, domain);
    } else {
        redact_name(redactor, domain, out);
    }
}

void redact_user(struct redactor *redactor, struct span user, struct strbuf *out)
{
    if (user.n > 0 && memchr(user.p, '@', user.n) != NULL) {
        redact_address(redactor, user, out);
    } else if (user.n > 0) {
        redact_add_pseudonym(redactor, REDACT_USER, user, false, out);
    }
}

void redact_address(struct redactor *redactor, struct span address, struct strbuf *out)
{
    size_t at = address.n;
    while (at > 0 && address.p[at - 1] != '@') {
        at--;
    }
    if (at == 0) {
        redact_user(redactor, address, out);
        return;
    }
    if (at > 1) {
        redact_add_pseudonym(redactor, REDACT_USER, span_of(address.p, at - 1), false, out);
    }
    strbuf_add_byte(out, '@');
    redact_domain(redactor, span_from(address, at), out);
}

void redact_id(struct redactor *redactor, struct span id, struct strbuf *out)
{
    if (id.n > 0) {
        redact_add_pseudonym(redactor, REDACT_ID, id, false, out);
    }
}

static void redact_message_id(struct redactor *redactor, struct span id, struct strbuf *out)
{
    size_t at = span_find(id, SPAN_LITERAL("@"));
    struct span domain = at == SIZE_MAX ? SPAN_EMPTY : span_from(id, at + 1);
    redact_id(redactor, span_of(id.p, at == SIZE_MAX ? id.n : at), out);
    if (domain.n > 0) {
        strbuf_add_byte(out, '@');
        redact_domain(redactor, domain, out);
    }
}

void redact_peer(struct redactor *redactor, struct span peer, struct strbuf *out)
{
    bool is_path = peer.n > 0 && memchr(peer.p, '/', peer.n) != NULL;
    bool dressed = peer.n > 0 && memchr(peer.p, '[', peer.n) != NULL;
    if (is_path) {
        redact_path(redactor, peer, out);
    } else if (dressed) {
        redact_text(redactor, peer, out);
    } else {
        redact_name(redactor, peer, out);
    }
}

/* ---- names to be found in free text ---------------------------------------------------------- */

static uint64_t word_hash(const struct redactor *redactor, struct span word)
{
    char lowered[NAME_LOWERED];
    size_t n = word.n < sizeof lowered ? word.n : sizeof lowered;
    bytes_lower(lowered, word.p, n);
    uint64_t hash = siphash(&redactor->key, lowered, n);
    return hash == 0 ? 1 : hash;
}

static size_t learned_slot(const struct redactor *redactor, uint64_t hash)
{
    size_t i = (size_t)(hash % (2 * REDACT_LEARNED));
    while (redactor->learned[i].hash != 0 && redactor->learned[i].hash != hash) {
        i = (i + 1) % (2 * REDACT_LEARNED);
    }
    return i;
}

/* A name without dots that is to be found again in any text. */
static void learn(struct redactor *redactor, enum redact_kind kind, struct span word)
{
    if (word.n < 2 || redactor->learned_count == REDACT_LEARNED || redact_is_common(word)) {
        return;
    }
    uint64_t hash = word_hash(redactor, word);
    size_t slot = learned_slot(redactor, hash);
    if (redactor->learned[slot].hash == 0) {
        redactor->learned[slot].hash = hash;
        redactor->learned[slot].kind = kind;
        redactor->learned_count++;
    }
}

/* A word that is to be found in the texts of this event only: there are too many of them. */
static void note_own(struct redactor *redactor, enum redact_kind kind, struct span word)
{
    if (word.n < 2 || redactor->word_count == REDACT_OWN || redact_is_common(word)) {
        return;
    }
    redactor->words[redactor->word_count].at = redactor->own.length;
    redactor->words[redactor->word_count].length = word.n;
    redactor->words[redactor->word_count++].kind = kind;
    strbuf_add_span(&redactor->own, word);
}

enum redact_kind redact_known(const struct redactor *redactor, struct span word)
{
    for (size_t i = 0; i < redactor->word_count; i++) {
        struct span own = span_of(redactor->own.bytes + redactor->words[i].at,
                                  redactor->words[i].length);
        if (span_equal_nocase(own, word)) {
            return redactor->words[i].kind;
        }
    }
    size_t slot = learned_slot(redactor, word_hash(redactor, word));
    return redactor->learned[slot].hash != 0 ? redactor->learned[slot].kind : REDACT_NONE;
}

static void note_address(struct redactor *redactor, struct span address)
{
    size_t at = span_find(address, SPAN_LITERAL("@"));
    struct span local = span_of(address.p, at == SIZE_MAX ? address.n : at);
    size_t plus = span_find(local, SPAN_LITERAL("+"));
    note_own(redactor, REDACT_USER, local);
    if (plus != SIZE_MAX) {
        note_own(redactor, REDACT_USER, span_of(local.p, plus));
    }
}

/* ---- events ---------------------------------------------------------------------------------- */

/* How the text of a field is replaced; what is not named here is free text. */
enum field_redaction {
    FIELD_TEXT,
    FIELD_KEPT,
    FIELD_NAME,
    FIELD_PEER,
    FIELD_ADDRESS,
    FIELD_USER,
    FIELD_ID,
    FIELD_MESSAGE_ID,
    FIELD_SERVICE
};

static const uint8_t field_redactions[EVENT_TEXTS] = {
    [EVENT_HOST] = FIELD_NAME,
    [EVENT_SERVICE] = FIELD_SERVICE,
    [EVENT_DAEMON] = FIELD_KEPT,
    [EVENT_PID] = FIELD_KEPT,
    [EVENT_ENHANCED] = FIELD_KEPT,
    [EVENT_DSN] = FIELD_KEPT,
    [EVENT_QUEUE_ID] = FIELD_ID,
    [EVENT_MESSAGE_ID] = FIELD_MESSAGE_ID,
    [EVENT_SENDER] = FIELD_ADDRESS,
    [EVENT_RECIPIENT] = FIELD_ADDRESS,
    [EVENT_ORIG_RECIPIENT] = FIELD_ADDRESS,
    [EVENT_PEER] = FIELD_PEER,
    [EVENT_PEER_IP] = FIELD_PEER,
    [EVENT_PEER_PORT] = FIELD_KEPT,
    [EVENT_HELO] = FIELD_PEER,
    [EVENT_SASL_USER] = FIELD_USER,
    [EVENT_TLS] = FIELD_KEPT,
    [EVENT_DELAY] = FIELD_KEPT,
    [EVENT_DELAYS] = FIELD_KEPT,
    [EVENT_LINKED_ID] = FIELD_ID,
    [EVENT_ORIG_QUEUE_ID] = FIELD_ID,
    [EVENT_PROTO] = FIELD_KEPT,
    [EVENT_CLIENT] = FIELD_PEER,
    [EVENT_SIZE] = FIELD_KEPT,
    [EVENT_NRCPT] = FIELD_KEPT,
    [EVENT_COUNTERS] = FIELD_KEPT,
    [EVENT_SEVERITY] = FIELD_KEPT,
    [EVENT_ACTION] = FIELD_KEPT,
    [EVENT_METHOD] = FIELD_KEPT,
    [EVENT_CIPHER] = FIELD_KEPT,
    [EVENT_LEVEL] = FIELD_KEPT,
    [EVENT_COUNT] = FIELD_KEPT,
    [EVENT_TRANSPORT] = FIELD_KEPT,
    [EVENT_LOCAL_USER] = FIELD_USER,
    [EVENT_DELIVERY_TIME] = FIELD_KEPT,
};

/* `postfix/submission/smtpd`: the words of the servers stay, an instance's own name does not. */
static bool is_service_word(struct span word)
{
    static const char *const words[] = {"postfix",     "exim",  "exim4",    "submission",
                                        "submissions", "smtps", "smtp",     "smtpd",
                                        "lmtp",        "relay", "sendmail", "dovecot"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (span_is(word, words[i])) {
            return true;
        }
    }
    return false;
}

static void redact_service(struct redactor *redactor, struct span service, struct strbuf *out)
{
    struct span piece;
    for (const char *gap = ""; span_next_piece(&service, '/', &piece); gap = "/") {
        strbuf_add_cstr(out, gap);
        if (is_service_word(piece)) {
            strbuf_add_span(out, piece);
        } else {
            redact_add_pseudonym(redactor, REDACT_SERVICE, piece, false, out);
        }
    }
}

static void learn_from(struct redactor *redactor, const struct event *event)
{
    static const enum event_field names[] = {EVENT_HOST, EVENT_HELO, EVENT_PEER};
    static const enum event_field users[] = {EVENT_SASL_USER, EVENT_LOCAL_USER};
    static const enum event_field addresses[] = {EVENT_RECIPIENT, EVENT_ORIG_RECIPIENT,
                                                 EVENT_SENDER};
    struct span service = event_text(event, EVENT_SERVICE);
    struct span piece;
    redactor->word_count = 0;
    strbuf_clear(&redactor->own);
    while (service.n > 0 && span_next_piece(&service, '/', &piece)) {
        if (!is_service_word(piece)) {
            learn(redactor, REDACT_SERVICE, piece);
        }
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct span name = event_text(event, names[i]);
        if (name.n > 0 && memchr(name.p, '.', name.n) == NULL) {
            learn(redactor, REDACT_HOST, name);
        }
    }
    for (size_t i = 0; i < COUNT_OF(users); i++) {
        learn(redactor, REDACT_USER, event_text(event, users[i]));
    }
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        note_address(redactor, event_text(event, addresses[i]));
    }
    note_own(redactor, REDACT_ID, event_text(event, EVENT_QUEUE_ID));
    note_own(redactor, REDACT_ID, event_text(event, EVENT_LINKED_ID));
    note_own(redactor, REDACT_ID, event_text(event, EVENT_ORIG_QUEUE_ID));
}

static void redact_field(struct redactor *redactor, enum field_redaction how, struct span text,
                         struct strbuf *out)
{
    switch (how) {
    case FIELD_NAME:
        redact_name(redactor, text, out);
        break;
    case FIELD_PEER:
        redact_peer(redactor, text, out);
        break;
    case FIELD_ADDRESS:
        redact_address(redactor, text, out);
        break;
    case FIELD_USER:
        redact_user(redactor, text, out);
        break;
    case FIELD_ID:
        redact_id(redactor, text, out);
        break;
    case FIELD_MESSAGE_ID:
        redact_message_id(redactor, text, out);
        break;
    case FIELD_SERVICE:
        redact_service(redactor, text, out);
        break;
    default:
        redact_text(redactor, text, out);
        break;
    }
}

enum smtplog_status redact_event(struct redactor *redactor, struct event *event)
{
    size_t at[EVENT_TEXTS + 1];
    struct strbuf *out = &redactor->texts;
    learn_from(redactor, event);
    strbuf_clear(out);
    for (int f = 0; f < EVENT_TEXTS; f++) {
        at[f] = out->length;
        if (event_has(event, (enum event_field)f) && field_redactions[f] != FIELD_KEPT) {
            redact_field(redactor, field_redactions[f], event->text[f], out);
        }
    }
    at[EVENT_TEXTS] = out->length;
    redact_domain(redactor, event->domain, out);
    TRY(strbuf_status(out));
    for (int f = 0; f < EVENT_TEXTS; f++) {
        if (event_has(event, (enum event_field)f) && field_redactions[f] != FIELD_KEPT) {
            event->text[f] = at[f + 1] > at[f] ? span_of(out->bytes + at[f], at[f + 1] - at[f])
                                               : SPAN_EMPTY;
        }
    }
    event->domain = event->domain.n > 0
                        ? span_of(out->bytes + at[EVENT_TEXTS], out->length - at[EVENT_TEXTS])
                        : SPAN_EMPTY;
    return SMTPLOG_OK;
}
