/* Lines of Exim as they lie in a file. */
#include "logfmt/exim_input.h"

#include <limits.h>
#include <stdlib.h>

#include "base/hashmap.h"
#include "base/strbuf.h"

#define PIECED_RECORDS 16   /* records under way at a time, one a process */
#define SEEN_KEPT      1024 /* lines remembered */
#define SEEN_BUCKETS   2048 /* a power of two */
#define SEEN_NONE      UINT_MAX
#define MAINLOGS       64 /* told apart; more are treated as if they might be rejectlogs */
#define SEEN_SECONDS   2  /* syslog's two copies are written at once */

/* A record of which not all pieces are here. */
struct pieced {
    uint64_t key; /* of host and process; 0: free */
    uint64_t age;
    unsigned next;
    bool complete; /* its first line is: what follows is context */
    uint64_t first_line, last_line;
    struct instant time;
    struct strbuf text;
};

/* A line that another log may hold as well. */
struct seen {
    uint64_t hash;
    unsigned next; /* of the same bucket, older; SEEN_NONE at the end */
    const struct clock *input;
    uint64_t line;
    int64_t second;
    const struct clock *match_input; /* who repeated it; NULL: nobody yet */
    uint64_t match_line;
};

struct exim_input {
    struct exim *exim;
    uint64_t seed;
    uint64_t age;
    struct pieced pieced[PIECED_RECORDS];
    struct seen seen[SEEN_KEPT]; /* a ring */
    unsigned seen_count;
    unsigned bucket[SEEN_BUCKETS];
    const struct clock *mainlog[MAINLOGS]; /* inputs that hold what only a mainlog does */
    size_t mainlog_count;
};

enum smtplog_status exim_input_new(struct pattern_set *set, uint64_t seed,
                                   struct exim_input **input)
{
    struct exim_input *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    enum smtplog_status status = exim_new(set, &made->exim);
    if (status != SMTPLOG_OK) {
        free(made);
        return status;
    }
    made->seed = seed;
    for (size_t i = 0; i < SEEN_BUCKETS; i++) {
        made->bucket[i] = SEEN_NONE;
    }
    for (size_t i = 0; i < PIECED_RECORDS; i++) {
        strbuf_init(&made->pieced[i].text, LINE_KEPT);
    }
    *input = made;
    return SMTPLOG_OK;
}

void exim_input_free(struct exim_input *input)
{
    if (input != NULL) {
        for (size_t i = 0; i < PIECED_RECORDS; i++) {
            strbuf_free(&input->pieced[i].text);
        }
        exim_free(input->exim);
        free(input);
    }
}

bool exim_input_message(struct exim_input *input, struct span message, struct event *event)
{
    struct span pid;
    struct span id;
    exim_strip_front(&message, &pid, &id);
    return exim_parse(input->exim, message, id, event) != NULL;
}

/* ---- lines that two logs hold ---------------------------------------------------------------- */

static bool is_mainlog(const struct exim_input *in, const struct clock *input)
{
    for (size_t i = 0; i < in->mainlog_count; i++) {
        if (in->mainlog[i] == input) {
            return true;
        }
    }
    return false;
}

/* Arrivals, deliveries and the ends of messages stand in no other log. */
static void note_mainlog(struct exim_input *in, const struct clock *input,
                         const struct event *event)
{
    int fact = event_value(event, EVENT_FACT);
    bool only_there = fact == FACT_ARRIVAL || fact == FACT_REMOVED ||
                      event_value(event, EVENT_STATUS) == OUTCOME_DELIVERED;
    if (only_there && in->mainlog_count < MAINLOGS && !is_mainlog(in, input)) {
        in->mainlog[in->mainlog_count++] = input;
    }
}

/* Puts a line into the place of the oldest one kept: what is forgotten depends on the lines alone.
 */
static void remember(struct exim_input *in, const struct seen *line)
{
    unsigned place = in->seen_count % SEEN_KEPT;
    struct seen *seen = &in->seen[place];
    if (in->seen_count >= SEEN_KEPT) {
        /* The oldest is the last of its bucket. */
        unsigned *link = &in->bucket[seen->hash & (SEEN_BUCKETS - 1)];
        while (*link != place) {
            link = &in->seen[*link].next;
        }
        *link = SEEN_NONE;
    }
    unsigned *bucket = &in->bucket[line->hash & (SEEN_BUCKETS - 1)];
    *seen = *line;
    seen->next = *bucket;
    *bucket = place;
    in->seen_count = in->seen_count + 1 < 2 * SEEN_KEPT ? in->seen_count + 1 : SEEN_KEPT;
}

/* True when the line repeats one that was counted. A line may come again (an input can be put
 * back): then the answer is the same. within_input: the copies stand in one file, close together.
 * Two mainlogs are those of two hosts, which meet the same bots. */
static bool line_is_repeated(struct exim_input *in, const struct seen *line, bool within_input)
{
    unsigned at = in->bucket[line->hash & (SEEN_BUCKETS - 1)];
    struct seen *first = NULL; /* copies answer lines in their order */
    for (; at != SEEN_NONE; at = in->seen[at].next) {
        struct seen *seen = &in->seen[at];
        if (seen->hash != line->hash) {
            continue;
        }
        if (seen->input == line->input && seen->line == line->line) {
            return false;
        }
        if (seen->match_input == line->input && seen->match_line == line->line) {
            return true;
        }
        bool near = line->second - seen->second <= SEEN_SECONDS;
        bool other = seen->input != line->input &&
                     !(is_mainlog(in, seen->input) && is_mainlog(in, line->input));
        if (seen->match_input == NULL && (other || (within_input && near))) {
            first = seen;
        }
    }
    if (first == NULL) {
        remember(in, line);
        return false;
    }
    first->match_input = line->input;
    first->match_line = line->line;
    return true;
}

/* Deliveries that went well and arrivals stand in the mainlog only. */
static bool may_be_repeated(const struct event *event)
{
    return event_value(event, EVENT_KIND) != KIND_CONTEXT &&
           event_value(event, EVENT_STATUS) != OUTCOME_DELIVERED;
}

#define HEADER_FIELDS                                                                         \
    ((uint64_t)1 << EVENT_HOST | (uint64_t)1 << EVENT_SERVICE | (uint64_t)1 << EVENT_DAEMON | \
     (uint64_t)1 << EVENT_PID)

/* A line that another log may hold as well. */
APART static bool place_repeatable(struct exim_input *in, const struct clock *clock, uint64_t line,
                                   const struct exim_note *note, struct event *event)
{
    struct seen seen = {
        .hash = note->hash, .input = clock, .line = line, .second = event->time.seconds};
    if (!line_is_repeated(in, &seen, note->within_input)) {
        return true;
    }
    event->set = note->own_line ? 0 : event->set & HEADER_FIELDS;
    event->rule = event->domain = SPAN_EMPTY;
    event->duplicate = true;
    return false;
}

bool exim_input_place(struct exim_input *in, const struct clock *clock, uint64_t line,
                      const struct exim_note *note, struct event *event)
{
    if (note->own_line) {
        note_mainlog(in, clock, event);
    }
    return !note->repeatable || place_repeatable(in, clock, line, note, event);
}

/* ---- Exim's own files ------------------------------------------------------------------------ */

static enum exim_result result_of(const struct pattern_rule *rule)
{
    return rule == NULL ? EXIM_UNKNOWN : rule->kind.n > 0 ? EXIM_EVENT : EXIM_CONTEXT;
}

/* A host and a program stand behind the stamp: syslog in its ISO dress. */
APART static bool is_syslog(struct span text, bool *surely)
{
    struct header header;
    header_parse_behind(text, &header);
    if (header.tag.n == 0 || memchr(header.tag.p, '=', header.tag.n) != NULL) {
        *surely = false; /* `H=[192.0.2.1] rejected ...` looks like a program with its process id */
        return false;
    }
    *surely = header.pid.n > 0 || memchr(header.tag.p, '/', header.tag.n) != NULL;
    return header.host.n > 0 || *surely;
}

static enum exim_result not_ours(struct event *event)
{
    event->set = 0;
    event->rule = SPAN_EMPTY;
    event->mta = MTA_NONE;
    return EXIM_FOREIGN;
}

enum exim_result exim_input_read_file(struct exim_input *in, struct span line, bool own,
                                      struct header *header, struct event *event,
                                      struct exim_note *note)
{
    struct span id;
    bool surely = false;
    enum exim_front front = exim_read_front(in->exim, line, header, &id);
    *note = (struct exim_note){
        .undated = front == EXIM_NONE, .unsure = front == EXIM_MAYBE, .own_assumed = own};
    if (front == EXIM_NONE) {
        return EXIM_FOREIGN;
    }
    bool known = front == EXIM_SURE || own;
    struct span behind = exim_behind_stamp(in->exim, line);
    if (front == EXIM_MAYBE && is_syslog(behind, &surely) && (surely || !known)) {
        return EXIM_FOREIGN;
    }
    const struct pattern_rule *rule = exim_parse(in->exim, header->message, id, event);
    /* A host may be called `mxhost-europe-10`, like a message. */
    if (rule == NULL && (!known || (is_syslog(behind, &surely) && surely))) {
        return EXIM_FOREIGN;
    }
    if (!known && span_is(event_text(event, EVENT_SEVERITY), "error")) {
        return not_ours(event); /* `error in ...`: anybody may say so */
    }
    event->mta = MTA_EXIM;
    note->own_line = true;
    note->repeatable = rule != NULL && may_be_repeated(event);
    note->hash = note->repeatable ? hash_span(in->seed, line) : 0;
    event_set_text(event, EVENT_DAEMON, SPAN_LITERAL("exim"));
    if (header->pid.n > 0) {
        event_set_text(event, EVENT_PID, header->pid);
    }
    return result_of(rule);
}

/* ---- syslog ---------------------------------------------------------------------------------- */

struct piece {
    unsigned number, total;
    bool ends_line; /* a line end stood behind it */
    struct span text;
};

static size_t take_number(struct span text, size_t at, unsigned *number)
{
    size_t n = at;
    *number = 0;
    while (n < text.n && n < at + 4 && byte_is_digit(text.p[n])) {
        *number = *number * 10 + (unsigned)(text.p[n] - '0');
        n++;
    }
    return n;
}

/* `[2/3] text`, `[2\3] text` */
static bool take_piece(struct span message, struct piece *piece)
{
    if (message.n < 6 || message.p[0] != '[' || !byte_is_digit(message.p[1])) {
        return false;
    }
    size_t at = take_number(message, 1, &piece->number);
    if (at >= message.n || (message.p[at] != '/' && message.p[at] != '\\')) {
        return false;
    }
    piece->ends_line = message.p[at] == '\\';
    at = take_number(message, at + 1, &piece->total);
    if (at + 1 >= message.n || message.p[at] != ']' || message.p[at + 1] != ' ' ||
        piece->number == 0 || piece->total < 2 || piece->number > piece->total) {
        return false;
    }
    piece->text = span_from(message, at + 2);
    return true;
}

static uint64_t process_key(const struct exim_input *in, const struct header *header)
{
    uint64_t key = hash_mix(hash_span(in->seed, header->host), hash_span(in->seed, header->tag));
    return hash_mix(key, hash_span(in->seed, header->pid)) | 1;
}

static struct pieced *find_pieced(struct exim_input *in, uint64_t key)
{
    for (size_t i = 0; i < PIECED_RECORDS; i++) {
        if (in->pieced[i].key == key) {
            return &in->pieced[i];
        }
    }
    return NULL;
}

/* Room for a new record; the oldest one is given up when all is taken. */
static struct pieced *new_pieced(struct exim_input *in, uint64_t key)
{
    struct pieced *chosen = find_pieced(in, key);
    for (size_t i = 0; i < PIECED_RECORDS && chosen == NULL; i++) {
        chosen = in->pieced[i].key == 0 ? &in->pieced[i] : NULL;
    }
    if (chosen == NULL) {
        chosen = &in->pieced[0];
        for (size_t i = 1; i < PIECED_RECORDS; i++) {
            chosen = in->pieced[i].age < chosen->age ? &in->pieced[i] : chosen;
        }
    }
    strbuf_clear(&chosen->text);
    chosen->key = key;
    chosen->age = ++in->age;
    chosen->next = 1;
    chosen->complete = false;
    return chosen;
}

/* Adds a piece. The record whose first line is now complete, or NULL. */
static struct pieced *add_piece(struct exim_input *in, uint64_t key, const struct piece *piece,
                                const struct line *line, const struct event *event)
{
    struct pieced *record = piece->number == 1 ? new_pieced(in, key) : find_pieced(in, key);
    if (record == NULL) {
        return NULL; /* its beginning was not seen */
    }
    if (piece->number == 1) {
        record->first_line = line->number;
        record->time = event->time;
    }
    bool again = piece->number + 1 == record->next && record->last_line == line->number;
    if (record->complete ? !again : (!again && piece->number != record->next)) {
        return NULL;
    }
    if (!again) {
        strbuf_add_span(&record->text, piece->text);
        record->next = piece->number + 1;
        record->last_line = line->number;
    }
    record->complete = piece->ends_line || piece->number == piece->total;
    return record->complete ? record : NULL;
}

static enum exim_result read_message(struct exim_input *in, const struct header *header,
                                     struct span message, struct event *event,
                                     struct exim_note *note)
{
    struct span whole = message;
    struct span pid = SPAN_EMPTY;
    struct span id;
    exim_strip_front(&message, &pid, &id);
    const struct pattern_rule *rule = exim_parse(in->exim, message, id, event);
    note->repeatable = rule != NULL && may_be_repeated(event);
    note->within_input = true;
    if (note->repeatable) {
        note->hash = hash_mix(process_key(in, header), hash_span(in->seed, whole));
    }
    if (pid.n > 0 && header->pid.n == 0) {
        event_set_text(event, EVENT_PID, pid);
    }
    return result_of(rule);
}

enum exim_result exim_input_read_syslog(struct exim_input *in, const struct header *header,
                                        struct event *event, struct exim_note *note)
{
    struct piece piece = {.number = 0};
    note->pieced = take_piece(header->message, &piece);
    event->mta = MTA_EXIM;
    return note->pieced ? EXIM_CONTEXT : read_message(in, header, header->message, event, note);
}

enum exim_result exim_input_join(struct exim_input *in, const struct line *line,
                                 const struct header *header, struct event *event,
                                 struct exim_note *note)
{
    struct piece piece = {.number = 0};
    note->pieced = take_piece(header->message, &piece);
    if (!note->pieced) {
        return EXIM_UNKNOWN; /* asked for pieces only */
    }
    const struct pieced *record = add_piece(in, process_key(in, header), &piece, line, event);
    event->mta = MTA_EXIM;
    if (record == NULL) {
        return EXIM_CONTEXT;
    }
    event->line = record->first_line;
    event->time = record->time;
    return read_message(in, header, strbuf_span(&record->text), event, note);
}
