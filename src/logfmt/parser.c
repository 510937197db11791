/* From a line to an event. */
#include "logfmt/parser.h"

#include <stdlib.h>

#include "base/byte_scan.h"
#include "base/strbuf.h"
#include "logfmt/exim_input.h"
#include "logfmt/header_reader.h"
#include "logfmt/postfix.h"
#include "logfmt/tag_table.h"

#define DOMAIN_MAXIMUM 255
#define REPLY_MAXIMUM  (LINE_KEPT + 1)

struct parser {
    struct pattern_set *postfix;
    struct pattern_set *greylister; /* NULL without its rules */
    struct exim_input *exim;        /* owned; NULL without Exim's rules */
    struct header_reader headers;
    struct header_reader previous; /* for the line before, which may be dressed alike */
    struct tag_table tags;
    uint64_t seed;
    enum parser_wish wish;
    struct strbuf scratch;
    struct header header;            /* of the line that is read */
    const struct clock *own_file;    /* the input whose last line was of Exim's own log */
    const uint64_t *limits_hit;      /* matches of Postfix's rules that ran into the match limit, */
    const uint64_t *exim_limits_hit; /* and of Exim's */
    char domain[DOMAIN_MAXIMUM + 1];
};

const char *line_bin_name(enum line_bin bin)
{
    static const char *const names[LINE_BINS] = {"event",   "context",   "foreign",
                                                 "unknown", "malformed", "outside"};
    return names[bin];
}

enum smtplog_status parser_new(struct pattern_set *postfix, uint64_t seed, struct parser **parser)
{
    struct parser *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    static const uint64_t none = 0;
    made->postfix = postfix;
    made->limits_hit = pattern_set_limits_hit(postfix);
    made->exim_limits_hit = &none;
    made->seed = seed != 0 ? seed : hash_random_seed() | 1;
    header_reader_init(&made->headers);
    header_reader_init(&made->previous);
    tag_table_init(&made->tags, postfix, made->seed);
    strbuf_init(&made->scratch, REPLY_MAXIMUM);
    *parser = made;
    return SMTPLOG_OK;
}

enum smtplog_status parser_set_exim(struct parser *parser, struct pattern_set *exim)
{
    parser->tags.knows_exim = true;
    parser->exim_limits_hit = pattern_set_limits_hit(exim);
    return exim_input_new(exim, parser->seed, &parser->exim);
}

void parser_set_greylister(struct parser *parser, struct pattern_set *greylister)
{
    parser->greylister = parser->tags.greylister = greylister;
}

void parser_want(struct parser *parser, enum parser_wish wish)
{
    parser->wish = wish;
    pattern_set_want_records(parser->postfix, wish == PARSER_WANTS_RECORDS);
    if (parser->greylister != NULL) {
        pattern_set_want_records(parser->greylister, wish == PARSER_WANTS_RECORDS);
    }
}

enum parser_wish parser_wanted(const struct parser *parser)
{
    return parser->wish;
}

uint64_t parser_seed(const struct parser *parser)
{
    return parser->seed;
}

void parser_free(struct parser *parser)
{
    if (parser != NULL) {
        header_reader_free(&parser->headers);
        header_reader_free(&parser->previous);
        tag_table_free(&parser->tags);
        strbuf_free(&parser->scratch);
        exim_input_free(parser->exim);
        free(parser);
    }
}

/* ---- messages ------------------------------------------------------------------------------ */

/* Lower-case part behind the last @: the recipient's domain, for mail we receive the sender's. */
static void derive_domain(struct parser *parser, struct event *event)
{
    int direction = event_value(event, EVENT_DIRECTION);
    struct span address = event_text(event, direction == DIRECTION_INBOUND ? EVENT_SENDER
                                                                           : EVENT_RECIPIENT);
    size_t at = byte_scan_back(address, '@');
    struct span domain = span_from(address, at);
    event->domain = SPAN_EMPTY;
    if (direction == DIRECTION_NONE || at == 0 || domain.n == 0 || domain.n > DOMAIN_MAXIMUM) {
        return;
    }
    bytes_lower(parser->domain, domain.p, domain.n);
    event->domain = span_of(parser->domain, domain.n);
}

static inline void event_reset(struct event *event)
{
    event->set = 0;
    event->mta = MTA_NONE;
    event->repeat = 1;
    event->rule = SPAN_EMPTY;
    event->reason_class = SPAN_EMPTY;
    event->reason = SPAN_EMPTY;
    event->provider = SPAN_EMPTY;
    event->domain = SPAN_EMPTY;
    event->possible_greylisting = false;
    event->asked_wait = 0;
    event->duplicate = event->is_bracketed = false;
    event->reason_key = 0;
    event->has_time = false;
}

/* The daemon that a rule is for, when the tag does not tell. */
APART static void set_daemon_of_rule(struct event *event, const struct pattern_rule *rule)
{
    struct span daemons = rule->daemons;
    struct span daemon = SPAN_EMPTY;
    (void)span_next_word(&daemons, &daemon);
    if (daemon.n > 0 && !span_is(rule->daemons, "*")) {
        event_set_text(event, EVENT_DAEMON, daemon);
    }
}

/* Fields of the header, behind the rule so that they do not stand in its way. */
static inline void set_header_fields(struct event *event, const struct header *header,
                                     const struct tag *tag, const struct pattern_rule *rule)
{
    if (header->host.n > 0) {
        event_set_text(event, EVENT_HOST, header->host);
    }
    if (tag->service.n > 0) {
        event_set_text(event, EVENT_SERVICE, tag->service);
    }
    if (tag->daemon.n > 0) {
        event_set_text(event, EVENT_DAEMON, tag->daemon);
    } else if (rule != NULL) {
        set_daemon_of_rule(event, rule);
    }
    if (header->pid.n > 0) {
        event_set_text(event, EVENT_PID, header->pid);
    }
}

static enum line_bin bin_of_rule(const struct pattern_rule *rule)
{
    return rule == NULL ? BIN_UNKNOWN : rule->kind.n > 0 ? BIN_EVENT : BIN_CONTEXT;
}

/* "last message repeated N times" means the line before, of whatever program. */
APART static bool replace_by_previous(struct parser *parser, const struct line *line,
                                      struct header *header, uint32_t *times)
{
    struct header previous;
    *times = header->repeated;
    if (line->previous.n == 0 ||
        !header_reader_read(&parser->previous, line->previous, &previous) ||
        previous.repeated > 0 || !span_equal(previous.host, header->host)) {
        return false;
    }
    header->name = NULL;
    header->tag = previous.tag;
    header->pid = previous.pid;
    header->message = previous.message;
    header->rfc5424 = previous.rfc5424;
    return true;
}

/* False when the line is not Exim's. */
static bool take_exim_result(struct parser *parser, enum exim_result result, struct event *event,
                             enum line_bin *bin)
{
    static const enum line_bin bins[] = {BIN_FOREIGN, BIN_EVENT, BIN_CONTEXT, BIN_UNKNOWN};
    *bin = bins[result];
    if (*bin == BIN_EVENT) {
        derive_domain(parser, event);
    }
    return result != EXIM_FOREIGN;
}

/* What no rule knows is another program's line like any other. */
APART static enum line_bin parse_greylister(struct parser *parser, const struct tag *tag,
                                            const struct header *header, struct event *event)
{
    struct pattern_fields fields = {event->text, event->value, EVENT_TEXTS, &event->set};
    const struct pattern_rule *rule = pattern_set_match(parser->greylister, tag->list,
                                                        header->message, false, &fields);
    if (rule == NULL) {
        event->set = 0;
        return BIN_FOREIGN;
    }
    event->rule = rule->name;
    set_header_fields(event, header, tag, rule);
    return BIN_CONTEXT;
}

/* A line of Exim that came by syslog; line is NULL while its place is not known. */
APART static void parse_exim_syslog(struct parser *parser, const struct line *line,
                                    const struct header *header, struct event *event,
                                    struct parse_note *note)
{
    enum exim_result result = exim_input_read_syslog(parser->exim, header, event, &note->exim);
    note->unread = note->exim.pieced && line == NULL;
    if (note->exim.pieced && line != NULL) {
        result = exim_input_join(parser->exim, line, header, event, &note->exim);
    }
    note->is_exim = true;
    (void)take_exim_result(parser, result, event, &note->bin);
}

/* < and > in front of what client and server say, behind a bracket of the system's log. */
static inline bool is_bracketed(struct span message)
{
    return message.n > 0 && (message.p[0] == '<' || message.p[0] == '>' || message.p[0] == '[');
}

static inline void parse_postfix(struct parser *parser, const struct tag *tag,
                                 const struct line *line, const struct header *header,
                                 struct event *event, enum line_bin *bin)
{
    const struct pattern_rule *rule = postfix_parse(parser->postfix, tag->list, header->message,
                                                    &parser->scratch, event);
    set_header_fields(event, header, tag, rule);
    event->mta = tag->mta;
    *bin = bin_of_rule(rule);
    if (*bin == BIN_UNKNOWN && line->overlong) {
        *bin = BIN_MALFORMED;
    }
    if (*bin == BIN_EVENT) {
        derive_domain(parser, event);
    }
}

/* A line with its header read. placed: its time is known. */
__attribute__((always_inline)) static inline enum smtplog_status
parse_behind_header(struct parser *parser, const struct line *line, bool placed,
                    struct header *header, struct event *event, struct parse_note *note)
{
    note->bin = BIN_FOREIGN;
    if (header->repeated > 0 && !replace_by_previous(parser, line, header, &event->repeat)) {
        return SMTPLOG_OK;
    }
    if (header->tag.n == 0) {
        return SMTPLOG_OK;
    }
    const struct tag *tag = tag_table_find(&parser->tags, header);
    if (tag == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (tag->mta == MTA_NONE) {
        if (tag->greylister) {
            note->bin = parse_greylister(parser, tag, header, event);
        }
        return SMTPLOG_OK;
    }
    event->is_bracketed = tag->mta == MTA_POSTFIX && is_bracketed(header->message);
    if (span_starts(header->message, SPAN_LITERAL("message r"))) {
        (void)syslog_take_repeated(&header->message, &event->repeat);
    }
    if (tag->mta == MTA_EXIM) {
        parse_exim_syslog(parser, placed ? line : NULL, header, event, note);
        set_header_fields(event, header, tag, NULL);
    } else {
        parse_postfix(parser, tag, line, header, event, &note->bin);
    }
    return SMTPLOG_OK;
}

/* The same for the few whose time had to be known first. */
APART static enum smtplog_status parse_placed(struct parser *parser, const struct line *line,
                                              struct header *header, struct event *event,
                                              struct parse_note *note)
{
    return parse_behind_header(parser, line, true, header, event, note);
}

/* A line of Exim's own log: in a file, or written by a container. */
APART static bool parse_exim_file(struct parser *parser, struct span line, bool own,
                                  struct event *event, struct parse_note *note)
{
    struct header *header = &parser->header;
    enum exim_result result = exim_input_read_file(parser->exim, line, own, header, event,
                                                   &note->exim);
    if (!take_exim_result(parser, result, event, &note->bin)) {
        return false;
    }
    note->has_stamp = true;
    note->stamp = header->stamp;
    return true;
}

/* Whether a line may be of Exim's own log; nearly all others are told by this. */
static inline bool may_be_exim_file(const struct parser *parser, struct span line)
{
    return parser->exim != NULL && exim_looks_stamped(line);
}

static inline void reset(struct event *event, const struct line *line, struct parse_note *note)
{
    event_reset(event);
    event->line = event->line_end = line->number;
    note->bin = BIN_MALFORMED;
    note->has_stamp = note->unread = note->is_exim = note->own_next = note->changed = false;
    note->is_plain = false;
    note->exim = (struct exim_note){.undated = true};
}

static uint64_t limits_hit(const struct parser *parser)
{
    return *parser->limits_hit + *parser->exim_limits_hit;
}

static inline enum smtplog_status read_line(struct parser *parser, const struct line *line,
                                            bool own, struct event *event, struct parse_note *note)
{
    struct header *header = &parser->header;
    if (json_line_begins(line->text)) {
        note->unread = true;
        return SMTPLOG_OK;
    }
    note->exim.own_assumed = own;
    if (may_be_exim_file(parser, line->text) &&
        parse_exim_file(parser, line->text, own, event, note)) {
        note->own_next = true;
        return SMTPLOG_OK;
    }
    note->has_stamp = header_parse_next(&parser->headers.memory, line->text, header);
    note->own_next = own && !(note->exim.undated && note->has_stamp);
    if (!note->has_stamp) {
        bool nothing = span_trim(line->text).n == 0;
        bool remark = span_starts(line->text, SPAN_LITERAL("-- "));
        note->bin = nothing ? BIN_CONTEXT : remark ? BIN_FOREIGN : BIN_MALFORMED;
        return SMTPLOG_OK;
    }
    note->stamp = header->stamp;
    TRY(parse_behind_header(parser, line, false, header, event, note));
    note->is_plain = !note->is_exim && !note->exim.unsure;
    return SMTPLOG_OK;
}

static inline enum smtplog_status read_alone(struct parser *parser, const struct line *line,
                                             bool own, struct event *event, struct parse_note *note)
{
    uint64_t before = limits_hit(parser);
    reset(event, line, note);
    enum smtplog_status status = read_line(parser, line, own, event, note);
    note->limits_hit = (unsigned)(limits_hit(parser) - before);
    return status;
}

enum smtplog_status parser_read(struct parser *parser, const struct line *line, bool own,
                                struct event *event, struct parse_note *note)
{
    return read_alone(parser, line, own, event, note);
}

/* ---- in order -------------------------------------------------------------------------------- */

static void place_exim(struct parser *parser, const struct clock *clock, struct event *event,
                       struct parse_note *note)
{
    if (note->exim.own_line) {
        parser->own_file = clock;
    }
    if (!exim_input_place(parser->exim, clock, event->line, &note->exim, event)) {
        note->bin = BIN_CONTEXT;
    }
}

/* An undated line that continues an entry of Exim's own file; one with another header ends that. */
static bool place_undated(struct parser *parser, const struct clock *clock, bool has_header,
                          struct event *event, struct parse_note *note)
{
    if (!note->exim.undated || parser->own_file != clock) {
        return false;
    }
    if (has_header) {
        parser->own_file = NULL;
        return false;
    }
    uint64_t line = event->line;
    event_reset(event);
    event->line = event->line_end = line;
    event->mta = MTA_EXIM;
    note->bin = BIN_CONTEXT;
    return true;
}

/* An entry of the journal, or a line that a container wrote. */
static enum smtplog_status place_json(struct parser *parser, struct clock *clock,
                                      const struct line *line, struct event *event,
                                      struct parse_note *note)
{
    struct header header;
    if (!header_reader_read(&parser->headers, line->text, &header)) {
        return header_reader_status(&parser->headers);
    }
    struct span inner = parser->headers.json.inner;
    bool own = parser->own_file == clock;
    if (may_be_exim_file(parser, inner) && parse_exim_file(parser, inner, own, event, note)) {
        clock_resolve(clock, &note->stamp, &event->time);
        event->has_time = true;
        place_exim(parser, clock, event, note);
        clock_resolve(clock, &header.stamp, &event->time);
        return SMTPLOG_OK;
    }
    struct header front;
    if (inner.n > 0 && place_undated(parser, clock, header_parse(inner, &front), event, note)) {
        return SMTPLOG_OK;
    }
    clock_resolve(clock, &header.stamp, &event->time);
    event->has_time = true;
    TRY(parse_placed(parser, line, &header, event, note));
    if (note->is_exim) {
        place_exim(parser, clock, event, note);
    }
    return SMTPLOG_OK;
}

/* A line that could not be read by itself. */
static enum smtplog_status place_unread(struct parser *parser, struct clock *clock,
                                        const struct line *line, struct event *event,
                                        struct parse_note *note)
{
    struct header header;
    bool is_json = json_line_begins(line->text);
    if (!is_json) {
        (void)place_undated(parser, clock, true, event, note);
    }
    reset(event, line, note);
    note->changed = note->unread = true;
    if (is_json) {
        return place_json(parser, clock, line, event, note);
    }
    if (header_reader_read(&parser->headers, line->text, &header)) {
        clock_resolve(clock, &header.stamp, &event->time);
        event->has_time = true;
        TRY(parse_placed(parser, line, &header, event, note));
        place_exim(parser, clock, event, note);
    }
    return SMTPLOG_OK;
}

/* A line whose place tells more than its time. */
APART static enum smtplog_status place_line(struct parser *parser, struct clock *clock,
                                            const struct line *line, struct event *event,
                                            struct parse_note *note)
{
    bool own = parser->own_file == clock;
    if (note->exim.unsure && note->exim.own_assumed != own) {
        TRY(parser_read(parser, line, own, event, note));
        note->changed = true;
    }
    if (note->unread) {
        uint64_t before = limits_hit(parser);
        enum smtplog_status status = place_unread(parser, clock, line, event, note);
        note->limits_hit = (unsigned)(limits_hit(parser) - before);
        return status;
    }
    if (place_undated(parser, clock, note->has_stamp, event, note)) {
        return SMTPLOG_OK;
    }
    if (note->has_stamp) {
        clock_resolve(clock, &note->stamp, &event->time);
        event->has_time = true;
    }
    if (note->exim.own_line || note->is_exim) {
        place_exim(parser, clock, event, note);
    }
    return SMTPLOG_OK;
}

/* Whether a line is what it was read as, wherever it stands. own: the line before was of a file of
 * Exim's own. */
static inline bool is_settled(const struct parse_note *note, bool own)
{
    const struct exim_note *exim = &note->exim;
    return note->is_plain
               ? !own
               : exim->own_line && !note->unread && (!exim->unsure || exim->own_assumed == own);
}

static inline enum smtplog_status place(struct parser *parser, struct clock *clock,
                                        const struct line *line, struct event *event,
                                        struct parse_note *note)
{
    bool own = parser->own_file == clock;
    event->line = event->line_end = line->number;
    if (!is_settled(note, own)) {
        return place_line(parser, clock, line, event, note);
    }
    clock_resolve(clock, &note->stamp, &event->time);
    event->has_time = true;
    if (note->exim.own_line) {
        place_exim(parser, clock, event, note);
    }
    return SMTPLOG_OK;
}

enum smtplog_status parser_place(struct parser *parser, struct clock *clock,
                                 const struct line *line, struct event *event,
                                 struct parse_note *note)
{
    return place(parser, clock, line, event, note);
}

enum smtplog_status parser_line(struct parser *parser, struct clock *clock, const struct line *line,
                                struct event *event, struct parse_note *note)
{
    TRY(read_alone(parser, line, parser->own_file == clock, event, note));
    return place(parser, clock, line, event, note);
}

bool parser_postfix_message(struct parser *parser, struct span daemon, struct span message,
                            struct event *event)
{
    event_reset(event);
    struct pattern_list *list = pattern_set_list(parser->postfix, daemon);
    if (list == NULL) {
        list = pattern_set_list(parser->postfix, SPAN_EMPTY);
    }
    return postfix_parse(parser->postfix, list, message, &parser->scratch, event) != NULL;
}

bool parser_greylister_message(struct parser *parser, struct span daemon, struct span message,
                               struct event *event)
{
    event_reset(event);
    struct pattern_list *list = pattern_set_list(parser->greylister, daemon);
    struct pattern_fields fields = {event->text, event->value, EVENT_TEXTS, &event->set};
    const struct pattern_rule *rule = list != NULL ? pattern_set_match(parser->greylister, list,
                                                                       message, false, &fields)
                                                   : NULL;
    event->rule = rule != NULL ? rule->name : SPAN_EMPTY;
    return rule != NULL;
}

bool parser_exim_message(struct parser *parser, struct span daemon, struct span message,
                         struct event *event)
{
    (void)daemon;
    event_reset(event);
    return parser->exim != NULL && exim_input_message(parser->exim, message, event);
}
