/* Which events are shown. Trust: conditions from the command line, events from logs. */
#include "filter/filter.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/ip_address.h"
#include "base/spelling.h"
#include "filter/condition_text.h"

#define CONDITION_MAXIMUM 4096 /* of one kind */

/* How the values of a kind are compared. */
enum comparison {
    COMPARE_CODE,
    COMPARE_WORD,    /* one of a few words */
    COMPARE_NAME,    /* a host or domain */
    COMPARE_PEER,    /* a host, an address or a network */
    COMPARE_ADDRESS, /* a mail address */
    COMPARE_TEXT,    /* a glob, case ignored */
    COMPARE_ID       /* a glob, case matters */
};

struct kind {
    const char *name;
    enum comparison comparison;
    enum event_field field; /* EVENT_FIELDS: see value_of */
    bool of_line;           /* lines that give no record have it too */
};

static const struct kind kinds[FILTERS] = {
    [FILTER_CODE] = {"code", COMPARE_CODE, EVENT_FIELDS, false},
    [FILTER_ENHANCED] = {"enhanced", COMPARE_TEXT, EVENT_ENHANCED, false},
    [FILTER_DSN] = {"dsn", COMPARE_TEXT, EVENT_DSN, false},
    [FILTER_CLASS] = {"class", COMPARE_TEXT, EVENT_FIELDS, false},
    [FILTER_STAGE] = {"stage", COMPARE_WORD, EVENT_STAGE, false},
    [FILTER_DIRECTION] = {"direction", COMPARE_WORD, EVENT_DIRECTION, false},
    [FILTER_KIND] = {"kind", COMPARE_WORD, EVENT_KIND, false},
    [FILTER_STATUS] = {"status", COMPARE_WORD, EVENT_STATUS, false},
    [FILTER_DOMAIN] = {"domain", COMPARE_NAME, EVENT_FIELDS, false},
    [FILTER_PROVIDER] = {"provider", COMPARE_TEXT, EVENT_FIELDS, false},
    [FILTER_PEER] = {"peer", COMPARE_PEER, EVENT_PEER, false},
    [FILTER_CLIENT] = {"client", COMPARE_PEER, EVENT_FIELDS, false},
    [FILTER_SENDER] = {"sender", COMPARE_ADDRESS, EVENT_SENDER, false},
    [FILTER_RECIPIENT] = {"recipient", COMPARE_ADDRESS, EVENT_RECIPIENT, false},
    [FILTER_USER] = {"sasl-user", COMPARE_TEXT, EVENT_SASL_USER, false},
    [FILTER_QUEUE_ID] = {"queue-id", COMPARE_ID, EVENT_QUEUE_ID, false},
    [FILTER_MESSAGE_ID] = {"message-id", COMPARE_ID, EVENT_MESSAGE_ID, false},
    [FILTER_HOST] = {"host", COMPARE_NAME, EVENT_HOST, true},
    [FILTER_SERVICE] = {"service", COMPARE_TEXT, EVENT_SERVICE, true},
    [FILTER_DAEMON] = {"daemon", COMPARE_TEXT, EVENT_DAEMON, true},
    [FILTER_MTA] = {"mta", COMPARE_TEXT, EVENT_FIELDS, true},
};

struct condition {
    bool negated;
    bool is_network;
    struct ip_network network;
    struct span text;
};

struct condition_list {
    struct condition *items; /* owned */
    size_t count, positive;
    uint64_t passed; /* events that pass this kind, whatever the others say */
};

struct filter {
    struct arena arena;
    struct condition_list lists[FILTERS];
    uint64_t seen, shown;
    const struct diagnostic *words; /* borrowed; NULL: English */
};

enum smtplog_status filter_new(struct filter **filter)
{
    struct filter *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    arena_init(&made->arena);
    *filter = made;
    return SMTPLOG_OK;
}

void filter_speak(struct filter *filter, const struct diagnostic *words)
{
    filter->words = words;
}

void filter_free(struct filter *filter)
{
    if (filter == NULL) {
        return;
    }
    for (size_t k = 0; k < FILTERS; k++) {
        free(filter->lists[k].items);
    }
    arena_free(&filter->arena);
    free(filter);
}

const char *filter_name(enum filter_kind kind)
{
    return kinds[kind].name;
}

enum filter_kind filter_find(struct span name)
{
    for (size_t k = 0; k < FILTERS; k++) {
        if (span_is(name, kinds[k].name)) {
            return (enum filter_kind)k;
        }
    }
    return FILTERS;
}

/* ---- conditions ------------------------------------------------------------------------------ */

/* Whether one of the names that exist is meant; what is near otherwise. */
static bool is_known(struct span text, const struct span *known, size_t count,
                     struct strbuf *near_by)
{
    bool found = count == 0;
    for (size_t i = 0; i < count && !found; i++) {
        found = glob_matches(text, known[i], true);
    }
    for (size_t i = 0; i < count && !found; i++) {
        spelling_suggest(near_by, text, known[i]);
    }
    return found;
}

/* All words of a field that has few of them. */
static size_t words_of(enum event_field field, struct span *words, size_t maximum)
{
    size_t count = 0;
    for (int value = 1; count < maximum; value++) {
        const char *word = event_value_name(field, value);
        if (word == NULL) {
            break;
        }
        words[count++] = span_cstr(word);
    }
    return count;
}

static enum smtplog_status refuse_word(const struct filter *filter, enum filter_kind kind,
                                       struct span text, const struct span *known, size_t count,
                                       const struct strbuf *near_by, struct strbuf *problem)
{
    struct strbuf names;
    strbuf_init(&names, 4096);
    for (size_t i = 0; i < count && count <= STAGES; i++) {
        strbuf_add_cstr(&names, i > 0 ? ", " : "");
        strbuf_add_span(&names, known[i]);
    }
    if (near_by->length > 0) {
        strbuf_addf(
            problem,
            diagnostic_text(filter->words, N_("--%s: there is no \"%.*s\"; did you mean %s?")),
            kinds[kind].name, SPAN_ARGS(text), strbuf_cstr(near_by));
    } else if (names.length > 0) {
        strbuf_addf(problem,
                    diagnostic_text(filter->words, N_("--%s: there is no \"%.*s\"; there are %s")),
                    kinds[kind].name, SPAN_ARGS(text), strbuf_cstr(&names));
    } else {
        strbuf_addf(problem, diagnostic_text(filter->words, N_("--%s: there is no \"%.*s\"")),
                    kinds[kind].name, SPAN_ARGS(text));
    }
    strbuf_inherit(problem, &names);
    strbuf_free(&names);
    return SMTPLOG_USAGE;
}

/* A condition that begins like an address must be one: 192.0.2.300 is no host name. */
static enum smtplog_status read_peer(const struct filter *filter, enum filter_kind kind,
                                     struct condition *condition, struct strbuf *problem)
{
    struct span text = condition->text;
    size_t numeric = 0;
    while (numeric < text.n && (byte_is_digit(text.p[numeric]) || text.p[numeric] == '.')) {
        numeric++;
    }
    condition->is_network = ip_read_network(text, &condition->network);
    bool looks_like = numeric == text.n || memchr(text.p, '/', text.n) != NULL;
    if (condition->is_network || !looks_like) {
        return SMTPLOG_OK;
    }
    strbuf_addf(problem,
                diagnostic_text(filter->words,
                                N_("--%s: \"%.*s\" is not an address (192.0.2.1), a network "
                                   "(192.0.2.0/24, 2001:db8::/32) or a name (mx.example.org, "
                                   "*.example.org)")),
                kinds[kind].name, SPAN_ARGS(text));
    return SMTPLOG_USAGE;
}

static enum smtplog_status check_condition(const struct filter *filter, enum filter_kind kind,
                                           struct condition *condition, const struct span *known,
                                           size_t count, struct strbuf *problem)
{
    struct span words[STAGES];
    struct strbuf near_by;
    struct span text = condition->text;
    if (kinds[kind].comparison == COMPARE_CODE && !code_condition_is_valid(text)) {
        strbuf_addf(problem,
                    diagnostic_text(filter->words,
                                    N_("--%s: \"%.*s\" is not a reply code (450), a pattern (45x, "
                                       "4xx) or a range (400-459)")),
                    kinds[kind].name, SPAN_ARGS(text));
        return SMTPLOG_USAGE;
    }
    if (kinds[kind].comparison == COMPARE_PEER) {
        return read_peer(filter, kind, condition, problem);
    }
    if (kinds[kind].comparison == COMPARE_WORD) {
        count = words_of(kinds[kind].field, words, COUNT_OF(words));
        known = words;
    }
    if (kind == FILTER_MTA) {
        count = 0;
        for (int mta = MTA_POSTFIX; mta <= MTA_TRANSCRIPT; mta++) {
            words[count++] = span_cstr(event_mta_name((enum event_mta)mta));
        }
        known = words;
    }
    strbuf_init(&near_by, 4096);
    enum smtplog_status status = SMTPLOG_OK;
    if (!is_known(text, known, count, &near_by)) {
        status = refuse_word(filter, kind, text, known, count, &near_by, problem);
    }
    strbuf_inherit(problem, &near_by);
    strbuf_free(&near_by);
    return status;
}

static enum smtplog_status add_condition(struct condition_list *list,
                                         const struct condition *condition)
{
    if (list->count == CONDITION_MAXIMUM) {
        return SMTPLOG_LIMIT;
    }
    struct condition *grown = realloc(list->items, (list->count + 1) * sizeof *grown);
    if (grown == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    list->items = grown;
    list->items[list->count++] = *condition;
    list->positive += !condition->negated;
    return SMTPLOG_OK;
}

/* A message id and an address may be given as a log shows them, in angle brackets. */
static struct span without_brackets(enum filter_kind kind, struct span text)
{
    bool dressed = text.n > 2 && text.p[0] == '<' && text.p[text.n - 1] == '>';
    bool is_address = kinds[kind].comparison == COMPARE_ADDRESS || kind == FILTER_MESSAGE_ID;
    return dressed && is_address ? span_of(text.p + 1, text.n - 2) : text;
}

enum smtplog_status filter_add(struct filter *filter, enum filter_kind kind, struct span list,
                               const struct span *known, size_t known_count, struct strbuf *problem)
{
    struct span rest = list;
    struct span piece;
    while (span_next_piece(&rest, ',', &piece)) {
        struct condition condition = {0};
        piece = span_trim(piece);
        condition.negated = piece.n > 0 && piece.p[0] == '!';
        piece = without_brackets(kind, span_trim(span_from(piece, condition.negated)));
        if (piece.n == 0) {
            bool address = kinds[kind].comparison == COMPARE_ADDRESS;
            strbuf_addf(problem,
                        diagnostic_text(filter->words,
                                        address ? N_("--%s: \"%.*s\" has an empty value; the empty "
                                                     "address is <>")
                                                : N_("--%s: \"%.*s\" has an empty value")),
                        kinds[kind].name, SPAN_ARGS(list));
            return SMTPLOG_USAGE;
        }
        if (!arena_copy(&filter->arena, piece, &condition.text)) {
            return SMTPLOG_NO_MEMORY;
        }
        TRY(check_condition(filter, kind, &condition, known, known_count, problem));
        TRY(add_condition(&filter->lists[kind], &condition));
    }
    return SMTPLOG_OK;
}

bool filter_is_set(const struct filter *filter)
{
    for (size_t k = 0; k < FILTERS; k++) {
        if (filter->lists[k].count > 0) {
            return true;
        }
    }
    return false;
}

bool filter_needs_message(const struct filter *filter)
{
    static const enum filter_kind joined[] = {FILTER_CLIENT, FILTER_SENDER, FILTER_USER,
                                              FILTER_MESSAGE_ID};
    for (size_t i = 0; i < COUNT_OF(joined); i++) {
        if (filter->lists[joined[i]].count > 0) {
            return true;
        }
    }
    return false;
}

/* ---- values of an event ---------------------------------------------------------------------- */

/* What a kind looks at: up to two texts, of which one must match. */
struct values {
    struct span text[2];
    size_t count;
};

static void add_value(struct values *values, struct span text)
{
    if (text.n > 0) {
        values->text[values->count++] = text;
    }
}

/* The empty sender is a value too. */
static void add_sender(struct values *values, const struct event *event,
                       const struct filter_message *message)
{
    if (event_has(event, EVENT_SENDER)) {
        values->text[values->count++] = event->text[EVENT_SENDER];
    } else if (message != NULL && message->has_sender) {
        values->text[values->count++] = message->sender;
    }
}

/* The own line's fact before that of the message. */
static void add_own_or(struct values *values, struct span own, struct span joined)
{
    add_value(values, own.n > 0 ? own : joined);
}

static void add_word(struct values *values, const struct event *event, enum event_field field)
{
    const char *word = event_value_name(field, event_value(event, field));
    if (word != NULL) {
        add_value(values, span_cstr(word));
    }
}

/* The client of a mail we took is the peer; of one we send on, who brought it. */
static void add_client(struct values *values, const struct event *event,
                       const struct filter_message *message)
{
    if (event_value(event, EVENT_DIRECTION) == DIRECTION_INBOUND) {
        add_value(values, event_text(event, EVENT_PEER));
        add_value(values, event_text(event, EVENT_PEER_IP));
    } else if (message != NULL) {
        add_value(values, message->client);
        add_value(values, message->client_ip);
    }
}

static struct values values_of(enum filter_kind kind, const struct event *event,
                               const struct filter_message *message)
{
    struct values values = {.count = 0};
    struct filter_message none = {.has_sender = false};
    const struct filter_message *m = message != NULL ? message : &none;
    switch (kind) {
    case FILTER_STAGE:
    case FILTER_DIRECTION:
    case FILTER_KIND:
    case FILTER_STATUS:
        add_word(&values, event, kinds[kind].field);
        break;
    case FILTER_CLASS:
        add_value(&values, event->reason_class);
        break;
    case FILTER_DOMAIN:
        add_value(&values, event->domain);
        break;
    case FILTER_PROVIDER:
        add_value(&values, event->provider);
        break;
    case FILTER_MTA:
        add_value(&values, span_cstr(event_mta_name(event->mta)));
        break;
    case FILTER_PEER:
        add_value(&values, event_text(event, EVENT_PEER));
        add_value(&values, event_text(event, EVENT_PEER_IP));
        break;
    case FILTER_CLIENT:
        add_client(&values, event, message);
        break;
    case FILTER_SENDER:
        add_sender(&values, event, message);
        break;
    case FILTER_RECIPIENT:
        add_value(&values, event_text(event, EVENT_RECIPIENT));
        add_value(&values, event_text(event, EVENT_ORIG_RECIPIENT));
        break;
    case FILTER_USER:
        add_own_or(&values, event_text(event, EVENT_SASL_USER), m->user);
        break;
    case FILTER_MESSAGE_ID:
        add_own_or(&values, event_text(event, EVENT_MESSAGE_ID), m->message_id);
        break;
    default:
        add_value(&values, event_text(event, kinds[kind].field));
        break;
    }
    return values;
}

/* ---- matching -------------------------------------------------------------------------------- */

static bool peer_matches(const struct condition *condition, struct span text)
{
    struct ip_network address;
    if (!condition->is_network) {
        return name_matches(condition->text, text);
    }
    return ip_read(text, &address) && ip_is_within(&address, &condition->network);
}

/* Message ids stand in logs with and without angle brackets. */
static struct span bare_id(struct span id)
{
    return id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>' ? span_of(id.p + 1, id.n - 2) : id;
}

static bool text_matches(enum comparison comparison, const struct condition *condition,
                         struct span text)
{
    switch (comparison) {
    case COMPARE_NAME:
        return name_matches(condition->text, text);
    case COMPARE_PEER:
        return peer_matches(condition, text);
    case COMPARE_ADDRESS:
        return address_matches(condition->text, text);
    case COMPARE_ID:
        return glob_matches(condition->text, bare_id(text), false);
    default:
        return glob_matches(condition->text, text, true);
    }
}

static bool condition_holds(enum filter_kind kind, const struct condition *condition,
                            const struct event *event, const struct values *values)
{
    if (kind == FILTER_CODE) {
        int code = event_any_code(event);
        return code > 0 && code_matches(condition->text, code);
    }
    for (size_t i = 0; i < values->count; i++) {
        if (text_matches(kinds[kind].comparison, condition, values->text[i])) {
            return true;
        }
    }
    return false;
}

static bool kind_passes(const struct filter *filter, enum filter_kind kind,
                        const struct event *event, const struct filter_message *message)
{
    const struct condition_list *list = &filter->lists[kind];
    struct values values = values_of(kind, event, message);
    bool wanted = list->positive == 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct condition *condition = &list->items[i];
        if (condition->negated || !wanted) {
            bool holds = condition_holds(kind, condition, event, &values);
            if (holds && condition->negated) {
                return false;
            }
            wanted |= holds;
        }
    }
    return wanted;
}

bool filter_event(struct filter *filter, const struct event *event,
                  const struct filter_message *message)
{
    bool shown = true;
    for (size_t k = 0; k < FILTERS; k++) {
        if (filter->lists[k].count > 0) {
            bool passes = kind_passes(filter, (enum filter_kind)k, event, message);
            filter->lists[k].passed += passes ? event->repeat : 0;
            shown &= passes;
        }
    }
    filter->seen += event->repeat;
    filter->shown += shown ? event->repeat : 0;
    return shown;
}

bool filter_line(const struct filter *filter, const struct event *line)
{
    for (size_t k = 0; k < FILTERS; k++) {
        if (filter->lists[k].count > 0 &&
            (!kinds[k].of_line || !kind_passes(filter, (enum filter_kind)k, line, NULL))) {
            return false;
        }
    }
    return true;
}

/* ---- what it did ----------------------------------------------------------------------------- */

uint64_t filter_seen(const struct filter *filter)
{
    return filter->seen;
}

uint64_t filter_shown(const struct filter *filter)
{
    return filter->shown;
}

static void describe_kind(const struct filter *filter, size_t kind, struct strbuf *out)
{
    const struct condition_list *list = &filter->lists[kind];
    strbuf_addf(out, "--%s ", kinds[kind].name);
    for (size_t i = 0; i < list->count; i++) {
        strbuf_add_cstr(out, i > 0 ? "," : "");
        strbuf_add_cstr(out, list->items[i].negated ? "!" : "");
        strbuf_add_span(out, list->items[i].text);
    }
}

void filter_describe(const struct filter *filter, struct strbuf *out)
{
    const char *gap = "";
    for (size_t k = 0; k < FILTERS; k++) {
        if (filter->lists[k].count > 0) {
            strbuf_add_cstr(out, gap);
            describe_kind(filter, k, out);
            gap = " ";
        }
    }
}

void filter_explain_nothing(const struct filter *filter, struct strbuf *out)
{
    struct strbuf alone; /* kinds that no event passes, and how many pass each of the others */
    struct strbuf others;
    size_t hiding = 0;
    if (filter->shown > 0 || filter->seen == 0) {
        return;
    }
    strbuf_init(&alone, 65536);
    strbuf_init(&others, 65536);
    for (size_t k = 0; k < FILTERS; k++) {
        const struct condition_list *list = &filter->lists[k];
        if (list->count > 0 && list->passed == 0) {
            strbuf_add_cstr(&alone, hiding++ > 0 ? ", " : "");
            describe_kind(filter, k, &alone);
        } else if (list->count > 0) {
            strbuf_add_cstr(&others, others.length > 0 ? ", " : "");
            describe_kind(filter, k, &others);
            strbuf_addf(&others, " (%llu)", (unsigned long long)list->passed);
        }
    }
    if (hiding > 0) {
        strbuf_addf(out,
                    diagnostic_text(filter->words,
                                    N_("none of the %llu events is shown: nothing matches %s")),
                    (unsigned long long)filter->seen, strbuf_cstr(&alone));
    } else {
        strbuf_addf(out,
                    diagnostic_text(filter->words,
                                    N_("none of the %llu events is shown: each of these matches "
                                       "some, but no event matches all: %s")),
                    (unsigned long long)filter->seen, strbuf_cstr(&others));
    }
    strbuf_inherit(out, &alone);
    strbuf_free(&alone);
    strbuf_inherit(out, &others);
    strbuf_free(&others);
}
