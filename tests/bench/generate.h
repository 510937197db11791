/* The log generator of the benchmark: what its parts share. A world is simulated (sessions,
 * messages, queue runs), a writer turns what happens in it into lines, and the truth counts what
 * was written. Input is the command line alone. */
#ifndef GENERATE_H
#define GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Every text of a pool is followed by this many readable bytes, so that copying one is a copy of
 * fixed length. */
#define TEXT_PAD        64
#define RECIPIENT_LIMIT 8
#define CODE_LIMIT      600
#define WAIT_LIMIT      86400
#define WHEEL           65536u /* seconds an event may lie ahead */
#define HOST_LIMIT      9

struct text {
    const char *at;
    uint32_t length;
};

/* The stamps. The first two are syslog's, with a host behind them; the others are Exim's own. */
enum style {
    STYLE_BSD,      /* Nov  2 00:00:00 */
    STYLE_ISO,      /* 2026-11-02T00:00:00.000001+00:00 */
    STYLE_PLAIN,    /* 2026-11-02 00:00:00 */
    STYLE_MILLISEC, /* 2026-11-02 00:00:00.001 */
    STYLE_ZONE,     /* 2026-11-02 00:00:00 +0000 */
    STYLE_FULL,     /* 2026-11-02 00:00:00.001 +0000 */
    STYLE_COUNT,    /* also: none, as transcripts have it */
};

enum direction {
    OUTBOUND,
    INBOUND,
};

struct options {
    uint64_t seed;
    uint64_t size;
    enum style style;
    bool long_queue_id;
    bool high_cardinality;
    bool leave_open; /* no `removed` lines */
    bool cut;        /* end in the middle of everything */
    bool hostile;
    bool rich;      /* Exim's log_selector: what it can be told to log beyond its default */
    uint32_t noise; /* per cent of lines */
    uint32_t retry; /* first retry interval of the queue, seconds */
    uint32_t host_count;
    double rate; /* sessions a second, mean */
    const char *mta;
    const char *log_path;
    const char *truth_path;
};

/* --- what is in the log: addresses, clients, messages --- */

/* Local when the top bit of `domain` is set; a numbered user ("n123") when the top bit of `user`
 * is. */
#define TOP_BIT 0x80000000u
struct address {
    uint32_t user;
    uint32_t domain;
};

struct client {
    struct text text; /* mail.a.example[192.0.2.10] */
    struct text ip;
    struct text helo;
};

enum stage {
    STAGE_CONNECT,
    STAGE_MAIL,
    STAGE_RCPT,
    STAGE_COUNT,
};

/* Where an outcome comes from; the writer knows the words for each. */
enum form {
    FORM_SENT,         /* 250 of another server after the final dot */
    FORM_SAID,         /* a reply to one of our commands */
    FORM_REFUSED,      /* a reply instead of the greeting */
    FORM_CONNECT,      /* no connection, hence no reply */
    FORM_LOST,         /* the connection broke, no reply */
    FORM_NO_HOST,      /* the name does not exist */
    FORM_VIRTUAL,      /* stored by us */
    FORM_LOCAL,        /* stored by us, aliases expanded */
    FORM_PIPE,         /* given to a program */
    FORM_UNKNOWN_USER, /* refused by our own local delivery */
    FORM_FORWARD,      /* a new message was made of it */
    FORM_DISCARD,      /* thrown away on purpose */
};

enum status {
    STATUS_NONE,
    STATUS_DELIVERED,
    STATUS_FORWARDED,
    STATUS_DISCARDED,
    STATUS_UNKNOWN,
    STATUS_DEFERRED,
    STATUS_EXPIRED,
    STATUS_BOUNCED, /* the order is that of a message's state: the worst of its recipients */
    STATUS_COUNT,
};

enum wording {
    WORDING_OTHER,
    WORDING_GREYLISTING,
    WORDING_POSSIBLE,
};

/* One way a delivery attempt ends. `text` is a template, see put_template. */
struct outcome {
    enum form form;
    enum status status;
    uint16_t code; /* 0: no reply */
    enum wording wording;
    const char *dsn;
    const char *text;
    const char *phrase; /* what the reply answered */
};

/* What becomes of a recipient: deferred in the way of `first` between `low` and `high` times, then
 * `last`. */
struct plan {
    uint16_t weight; /* of 1000 */
    uint8_t first;   /* enum group */
    uint8_t low, high;
    uint8_t last;
    bool stale;    /* the second attempt only repeats the failure of the first */
    bool other_mx; /* one MX refuses, the next takes it */
};

enum group {
    GROUP_NONE,
    GROUP_SENT,
    GROUP_GREYLISTED,
    GROUP_POSSIBLE,
    GROUP_DEFERRED,      /* with or without reply */
    GROUP_DEFERRED_CODE, /* with a reply */
    GROUP_DEFERRED_HOST, /* the host is down: what later lines repeat as stale */
    GROUP_OTHER_MX,
    GROUP_HARD,
    GROUP_NO_HOST,
    GROUP_LMTP,
    GROUP_LMTP_DEFERRED,
    GROUP_LMTP_HARD,
    GROUP_VIRTUAL,
    GROUP_LOCAL,
    GROUP_UNKNOWN_USER,
    GROUP_PIPE,
    GROUP_FORWARD,
    GROUP_DISCARD,
    GROUP_COUNT,
};

struct group_table {
    const struct outcome *outcome;
    uint32_t count;
};

extern const struct group_table group_tables[GROUP_COUNT];
const struct plan *plan_remote(uint32_t draw);
const struct plan *plan_local(uint32_t draw);

/* One way our server refuses: Postfix's words, and Exim's. Where Exim's text has no code, its verb
 * implies one. */
struct refusal {
    uint16_t code;
    enum stage stage;
    const char *text;
    uint16_t exim_code, exim_implied;
    const char *exim_text;
};

extern const struct refusal refusals_greylisting[2];
extern const struct refusal refusal_second_recipient;
const struct refusal *refusal_of_session(uint32_t draw);
const struct refusal *refusal_of_screen(uint32_t draw);

#define RECIPIENT_DEFERRED     1u /* by an attempt of its own, greylisting aside */
#define RECIPIENT_REFUSED      2u
#define RECIPIENT_GREYLISTED   4u
#define RECIPIENT_GREYLIST_450 8u
#define RECIPIENT_LAST_GREY    16u /* the last reply was greylisting */
#define RECIPIENT_POSSIBLE     32u
#define RECIPIENT_BEHAVES      64u /* possible greylisting was its first refusal */
#define RECIPIENT_RUNNING      128u

struct recipient {
    struct address address;
    struct address alias; /* orig_to */
    const struct plan *plan;
    const struct outcome *first, *last;
    int64_t greylisted_at; /* microseconds */
    uint16_t bounce_code;
    uint8_t deferrals; /* still to come in the way of `first`; 255: for ever */
    uint8_t attempts;
    uint8_t flags;
    uint8_t state; /* enum status */
    bool has_alias;
};

enum flow {
    FLOW_INBOUND,
    FLOW_SUBMISSION,
    FLOW_RELAY,
    FLOW_PICKUP,
    FLOW_SPAM,
    FLOW_GREYLIST,
    FLOW_SCREEN,
    FLOW_LOGIN,
    FLOW_LOST,
    FLOW_BOUNCE,
    FLOW_FORWARD,
};

/* A session, the message it brings, or both in turn. */
struct message {
    struct recipient recipient[RECIPIENT_LIMIT];
    struct address sender;
    const struct client *client;
    int64_t arrival; /* second */
    uint32_t index;
    uint32_t client_index;
    uint32_t size;
    uint32_t pid;
    uint32_t backoff;
    uint32_t triplet;
    char queue_id[24];
    uint8_t queue_id_length;
    uint8_t recipient_count;
    uint8_t running;
    uint8_t flow;
    uint8_t host;
    uint8_t tries;   /* of a greylisted client still refused; of a login */
    uint8_t variant; /* the writer's choice of words */
    bool in_use;
    bool queued; /* the queue manager has it: recipients are known */
    bool null_sender;
    bool encrypted;
    bool screened;
    bool returned; /* a greylisted client that came back */
};

/* --- truth --- */

struct tally {
    uint64_t count, outbound, inbound;
};

struct truth {
    uint64_t line_event, line_context, line_foreign;
    uint64_t duplicate; /* of the lines of context */
    uint64_t word[3];   /* sent, deferred, bounced, as grep sees them */
    struct tally code[CODE_LIMIT];
    uint64_t attempts, attempt[STATUS_COUNT];
    uint64_t recipients, recipient[STATUS_COUNT];
    uint64_t null_recipients, null_recipient[STATUS_COUNT];
    uint64_t first_try, after_greylisting, after_deferral;
    uint64_t refused_recipients, refusal_lines;
    uint64_t grey_lines, grey_code[CODE_LIMIT];
    uint64_t grey_recipients, grey_450_recipients, grey_recovered, grey_refused, grey_lost,
        grey_waiting, grey_other;
    uint64_t null_grey_recipients;
    uint64_t possible_lines, possible_recipients, behaved_like;
    uint64_t hard_lines, hard_code[CODE_LIMIT];
    uint64_t hard_recipients, hard_recipient_code[CODE_LIMIT], hard_null_recipients,
        bounced_without_reply;
    uint64_t grey_and_hard_550;
    uint64_t rejects, reject_code[CODE_LIMIT], reject_implied[CODE_LIMIT],
        reject_stage[STAGE_COUNT];
    uint64_t triplets, grey_triplets, grey_450_triplets, hard_550_triplets,
        hard_550_implied_triplets;
    uint64_t grey_reject_lines, grey_450_reject_lines;
    uint64_t triplet_recovered, triplet_waiting, triplet_never;
    uint64_t login_ok, login_failed;
    uint64_t received, message[STATUS_COUNT], bytes_delivered;
    uint64_t hostile;
    uint32_t wait[WAIT_LIMIT];
    uint64_t open_peak;
};

/* --- the world --- */

struct names {
    struct text *user;
    uint32_t user_count, local_user_count;
    struct text *domain;
    struct text *relay; /* mx1.a.example[192.0.2.9] */
    uint32_t domain_count;
    struct text local_domain[8];
    uint32_t local_domain_count;
    struct client *client;
    uint32_t client_count;
    char *arena;
    size_t arena_used, arena_size;
};

struct node {
    uint32_t next;
    uint32_t message;
    uint8_t action;
    uint8_t recipient;
};

struct world;

/* One log format: the words for what happens. Every function writes whole lines and counts lines
 * and codes of the truth. */
struct writer {
    const char *name;
    bool exim;           /* refuses in Exim's words; aliases are expanded within a message */
    bool tells_logins;   /* the end of a session tells how many logins failed in it */
    bool dialogues_only; /* transcripts: replies, but no messages and recipients */
    void (*noise)(struct world *world);
    void (*screen)(struct world *world, struct message *message, const struct refusal *refusal);
    void (*connect)(struct world *world, struct message *message);
    void (*refuse)(struct world *world, struct message *message, const struct refusal *refusal,
                   const struct address *sender, const struct address *recipient);
    void (*login_failed)(struct world *world, struct message *message);
    void (*lost)(struct world *world, struct message *message);
    void (*disconnect)(struct world *world, struct message *message, uint32_t logins_failed);
    void (*accept)(struct world *world, struct message *message);
    void (*enqueue)(struct world *world, struct message *message);
    void (*activate)(struct world *world, struct message *message);
    void (*tried)(struct world *world, struct message *message, struct recipient *recipient,
                  const struct outcome *outcome);
    void (*deliver)(struct world *world, struct message *message, struct recipient *recipient,
                    const struct outcome *outcome, bool stale, struct message *next);
    void (*expire)(struct world *world, struct message *message);
    void (*notify)(struct world *world, struct message *message, struct message *notice);
    void (*remove)(struct world *world, struct message *message);
    void (*queue_id)(struct world *world, struct message *message);
    void (*hostile)(struct world *world);
};

extern const char *const style_names[STYLE_COUNT + 1];
extern const struct writer writer_postfix, writer_exim, writer_transcript;

#define MESSAGE_BLOCK 1024u

struct world {
    struct options option;
    const struct writer *writer;
    bool recipients_named; /* a log tells a message's recipients before it tries them */
    uint64_t random;
    /* clock */
    int64_t second;
    uint32_t micro, micro_step;
    int64_t first_stamp, last_stamp; /* of lines written, seconds */
    char stamp[TEXT_PAD];
    uint32_t stamp_length;
    /* output */
    char *at, *buffer, *flush_at;
    uint64_t flushed;
    int descriptor;
    /* things */
    struct names names;
    struct text host[HOST_LIMIT];
    struct message **block;
    uint32_t message_count, message_live;
    uint32_t *message_free;
    uint32_t message_free_count;
    struct node *node;
    uint32_t node_count, node_size, node_free, node_live;
    uint32_t *head, *tail;
    uint32_t *pid_free;
    uint32_t pid_free_count, pid_count;
    uint32_t queue_id_count;
    char recent_id[64][24];
    uint8_t recent_id_length[64], recent_id_host[64];
    uint32_t triplet_count;
    uint32_t spam_pool;
    uint8_t *spam_seen;
    int64_t
        *triplet_time; /* first refusal of each greylisted triplet; negative when it came back */
    uint32_t triplet_size;
    double arrivals_due, noise_due;
    uint64_t lines_seen;
    struct truth truth;
};

void flow_run(struct world *world);
void code_count(struct world *world, uint32_t code, enum direction direction);
void refusal_count(struct world *world, const struct refusal *refusal);
void spam_count(struct world *world, uint32_t triplet, const struct refusal *refusal);
void second_recipient_count(struct world *world, const struct refusal *refusal);
void greylist_count(struct world *world, struct message *message, const struct refusal *refusal);
void greylist_recover(struct world *world, struct message *message);
void greylist_close(struct world *world);
void outcome_count(struct world *world, struct recipient *recipient, const struct outcome *outcome,
                   bool stale);
void message_close(struct world *world, struct message *message);
void truth_write(struct world *world);
void world_flush(struct world *world);
void clock_advance(struct world *world);
void world_fail(const char *what);
void *world_grow(void *memory, size_t count, size_t size);

static inline struct message *message_at(const struct world *world, uint32_t index)
{
    return &world->block[index / MESSAGE_BLOCK][index % MESSAGE_BLOCK];
}

static inline uint64_t world_written(const struct world *world)
{
    return world->flushed + (uint64_t)(world->at - world->buffer);
}

static inline bool style_has_fraction(enum style style)
{
    return style == STYLE_ISO || style == STYLE_MILLISEC || style == STYLE_FULL;
}

static inline bool style_is_syslog(enum style style)
{
    return style == STYLE_BSD || style == STYLE_ISO;
}

/* The time as the log shows it, in microseconds. */
static inline int64_t world_now(const struct world *world)
{
    return world->second * 1000000 + (style_has_fraction(world->option.style) ? world->micro : 0);
}

/* --- chance (splitmix64) --- */

static inline uint64_t chance(struct world *world)
{
    uint64_t z = world->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint32_t chance_below(struct world *world, uint32_t limit)
{
    return (uint32_t)(((chance(world) >> 32) * limit) >> 32);
}

/* The lower, the likelier: the square of an even draw. */
static inline uint32_t chance_skewed(struct world *world, uint32_t limit)
{
    uint64_t draw = chance(world) >> 32;
    return (uint32_t)((((draw * draw) >> 32) * limit) >> 32);
}

/* --- putting text together: each takes the place to write to and returns the place behind --- */

#define PUT(at, literal) \
    ((char *)memcpy((at), (literal), sizeof(literal) - 1) + (sizeof(literal) - 1))

static inline char *put_text(char *at, struct text text)
{
    memcpy(at, text.at, TEXT_PAD);
    return at + text.length;
}

static inline char *put_string(char *at, const char *string)
{
    size_t length = strlen(string);
    memcpy(at, string, length);
    return at + length;
}

static inline char *put_number(char *at, uint64_t number)
{
    char digit[20];
    uint32_t count = 0;
    do {
        digit[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count != 0) {
        *at++ = digit[--count];
    }
    return at;
}

/* `count` digits, leading zeros included. */
static inline char *put_digits(char *at, uint32_t number, uint32_t count)
{
    for (uint32_t i = count; i-- != 0;) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + count;
}

static inline char *put_hex(char *at, uint64_t number, uint32_t count)
{
    for (uint32_t i = count; i-- != 0;) {
        at[i] = "0123456789ABCDEF"[number & 15];
        number >>= 4;
    }
    return at + count;
}

static inline char *put_user(const struct world *world, char *at, uint32_t user)
{
    if ((user & TOP_BIT) != 0) {
        *at = 'n';
        return put_number(at + 1, user & ~TOP_BIT);
    }
    return put_text(at, world->names.user[user]);
}

static inline char *put_domain(const struct world *world, char *at, uint32_t domain)
{
    bool local = (domain & TOP_BIT) != 0;
    return put_text(at, local ? world->names.local_domain[domain & ~TOP_BIT]
                              : world->names.domain[domain]);
}

static inline char *put_address(const struct world *world, char *at, struct address address)
{
    at = put_user(world, at, address.user);
    *at++ = '@';
    return put_domain(world, at, address.domain);
}

/* --- lines --- */

static inline char *line_stamp(struct world *world, uint32_t host)
{
    char *at = world->at;
    memcpy(at, world->stamp, TEXT_PAD);
    if (style_has_fraction(world->option.style)) {
        uint32_t step = world->micro_step;
        uint32_t micro = world->micro + 1 + (uint32_t)(world->lines_seen * 7919 % step);
        world->micro = micro > 999999 ? 999999 : micro;
        if (world->option.style == STYLE_ISO) {
            put_digits(at + 20, world->micro, 6);
        } else {
            put_digits(at + 20, world->micro / 1000, 3);
        }
    }
    at += world->stamp_length;
    return style_is_syslog(world->option.style) ? put_text(at, world->host[host]) : at;
}

static inline void line_end(struct world *world, char *at, uint64_t *bin)
{
    *at++ = '\n';
    world->at = at;
    ++*bin;
    world->lines_seen++;
    if (world->first_stamp < 0) {
        world->first_stamp = world->second;
    }
    world->last_stamp = world->second;
    if (at >= world->flush_at) {
        world_flush(world);
    }
}

char *put_iso(char *at, int64_t second);
char *put_long_id(char *at, uint64_t second, uint32_t micro, uint32_t inode);
char *put_template(struct world *world, char *at, const char *text, const struct message *message,
                   const struct address *sender, const struct address *recipient);
void noise_line(struct world *world);

#endif
