/* What a watched log looks like now: rates, rows of tables, refusals, findings, made harmless for a
 * terminal on their way out. */
#include <stdio.h>
#include <strings.h>

#include "base/utf8.h"
#include "finding/finding_build.h"
#include "lib/watch.h"

#define FINDING_PERIOD 5.0

/* Text of a log as a terminal may be shown it, cut to size. */
static void show(char *out, size_t size, struct span text)
{
    struct strbuf clean;
    strbuf_init(&clean, 4 * SUMMARY_SAMPLE + size);
    utf8_add_clean(&clean, span_of(text.p, text.n < SUMMARY_SAMPLE ? text.n : SUMMARY_SAMPLE));
    struct span all = strbuf_span(&clean);
    size_t n = all.n < size - 1 ? all.n : size - 1;
    while (n > 0 && n < all.n && ((unsigned char)all.p[n] & 0xc0) == 0x80) {
        n--; /* not within a character */
    }
    if (n > 0) {
        memcpy(out, all.p, n);
    }
    out[n] = '\0';
    strbuf_free(&clean);
}

static void show_instant(char *out, size_t size, const struct instant *instant)
{
    struct civil civil;
    civil_from_seconds(instant->seconds + instant->offset, &civil);
    snprintf(out, size, "%02d:%02d:%02d", civil.hour, civil.minute, civil.second);
}

/* The log's own time now: its last stamp, and what has passed since that came. */
static int64_t log_now(const struct smtplog_watch *watch)
{
    if (watch->log_now == 0 || watch->log_now_at <= 0) {
        return watch->log_now;
    }
    double passed = watch_clock() - watch->log_now_at;
    return watch->log_now + (watch->caught_up && passed > 0 ? (int64_t)passed : 0);
}

void smtplog_watch_look(const struct smtplog_watch *watch, struct smtplog_watch_state *state)
{
    const struct summary *summary = watch->analyzer->summary;
    *state = (struct smtplog_watch_state){
        .lines = summary->lines_read,
        .events = summary->events,
        .not_understood = summary->bin[BIN_UNKNOWN] + summary->bin[BIN_MALFORMED],
        .truncated = watch->truncated,
        .files = watch->count,
        .caught_up = watch->caught_up,
    };
    for (size_t i = 0; i < watch->count; i++) {
        const struct follow *follow = watch->files[i].follow;
        if (follow != NULL) {
            state->files_open += follow_is_open(follow);
            state->bytes_behind += follow_behind(follow);
        }
    }
    struct instant now = {.seconds = log_now(watch)};
    now.offset = watch->log_now_at > 0 ? watch->log_now_offset
                                       : zone_offset(watch->analyzer->zone, now.seconds);
    if (watch->log_now > 0) {
        show_instant(state->time, sizeof state->time, &now);
    }
}

static const enum timeline_series series_of[] = {
    [SMTPLOG_WATCH_DELIVERED] = TIMELINE_DELIVERED,   [SMTPLOG_WATCH_DEFERRED] = TIMELINE_DEFERRED,
    [SMTPLOG_WATCH_BOUNCED] = TIMELINE_BOUNCED,       [SMTPLOG_WATCH_REJECTED] = TIMELINE_REJECTED,
    [SMTPLOG_WATCH_GREYLISTED] = TIMELINE_GREYLISTED, [SMTPLOG_WATCH_RECEIVED] = TIMELINE_RECEIVED,
};

void smtplog_watch_columns(const struct smtplog_watch *watch, enum smtplog_watch_series series,
                           unsigned seconds, size_t columns, uint64_t *counts)
{
    /* Columns end on whole multiples of their length, so that bars do not change while they move;
     * the last one is still filling. */
    int64_t length = seconds > 0 ? (int64_t)seconds : 1;
    int64_t end = (log_now(watch) / length + 1) * length - 1;
    for (size_t i = 0; i < columns; i++) {
        int64_t until = end - (int64_t)(columns - 1 - i) * length;
        counts[i] = recent_series_sum(watch->recent, series_of[series], until, length);
    }
}

uint64_t smtplog_watch_sum(const struct smtplog_watch *watch, enum smtplog_watch_series series,
                           unsigned seconds)
{
    return recent_series_sum(watch->recent, series_of[series], log_now(watch), (int64_t)seconds);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool contains(const char *text, const char *part)
{
    struct span whole = span_cstr(text);
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= whole.n; i++) {
        if (strncasecmp(whole.p + i, part, n) == 0) {
            return true;
        }
    }
    return n == 0;
}

/* A few words on a code or class, from the catalogue. */
static struct span meaning_of(const struct smtplog_watch *watch, enum smtplog_watch_table table,
                              struct span key)
{
    const struct catalog *catalog = watch->analyzer->knowledge.catalog;
    uint64_t code = 0;
    if (table == SMTPLOG_WATCH_CODES && span_to_u64(key, 599, &code)) {
        struct span words = catalog_text(catalog_reply(catalog, (int)code), "short");
        return words.n > 0 ? words : catalog_text(catalog_reply(catalog, (int)code), "name");
    }
    return table == SMTPLOG_WATCH_CLASSES ? catalog_text(catalog_class(catalog, key), "short")
                                          : SPAN_EMPTY;
}

static int compare_rows(const struct smtplog_watch_row *a, const struct smtplog_watch_row *b,
                        enum smtplog_watch_sort sort)
{
    uint64_t x = sort == SMTPLOG_WATCH_BY_REFUSED ? a->refused
                 : sort == SMTPLOG_WATCH_BY_TOTAL ? a->total
                                                  : a->count;
    uint64_t y = sort == SMTPLOG_WATCH_BY_REFUSED ? b->refused
                 : sort == SMTPLOG_WATCH_BY_TOTAL ? b->total
                                                  : b->count;
    if (sort != SMTPLOG_WATCH_BY_NAME && x != y) {
        return x > y ? -1 : 1;
    }
    if (sort != SMTPLOG_WATCH_BY_NAME && a->total != b->total) {
        return a->total > b->total ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

/* Keeps the first `capacity` rows in order. */
static void insert_row(struct smtplog_watch_row *rows, size_t *count, size_t capacity,
                       const struct smtplog_watch_row *row, enum smtplog_watch_sort sort)
{
    size_t at = *count;
    while (at > 0 && compare_rows(row, &rows[at - 1], sort) < 0) {
        at--;
    }
    if (at == capacity) {
        return;
    }
    size_t last = *count < capacity ? (*count)++ : capacity - 1;
    memmove(&rows[at + 1], &rows[at], (last - at) * sizeof *rows);
    rows[at] = *row;
}

size_t smtplog_watch_rows(const struct smtplog_watch *watch, enum smtplog_watch_table table,
                          const struct smtplog_watch_choice *choice, struct smtplog_watch_row *rows,
                          size_t capacity)
{
    static const enum recent_table of[] = {
        [SMTPLOG_WATCH_CODES] = RECENT_CODE,     [SMTPLOG_WATCH_CLASSES] = RECENT_CLASS,
        [SMTPLOG_WATCH_DOMAINS] = RECENT_DOMAIN, [SMTPLOG_WATCH_PROVIDERS] = RECENT_PROVIDER,
        [SMTPLOG_WATCH_SERVERS] = RECENT_PEER,   [SMTPLOG_WATCH_CLIENTS] = RECENT_CLIENT,
    };
    const struct topk *from = &watch->recent->table[of[table]];
    int64_t now = log_now(watch);
    size_t count = 0;
    for (size_t i = 0; i < from->count && capacity > 0; i++) {
        const struct recent_row *counts = from->rows[i]->value;
        struct recent_sum sum = {from->rows[i]->count, counts->refused_total};
        struct smtplog_watch_row row = {.total = from->rows[i]->count};
        if (choice->minutes > 0) {
            sum = recent_row_sum(counts, now, (int)choice->minutes);
        }
        row.count = sum.all;
        row.refused = sum.refused;
        show(row.name, sizeof row.name, from->rows[i]->key);
        if ((sum.all == 0 && choice->minutes > 0) ||
            (choice->filter != NULL && !contains(row.name, choice->filter))) {
            continue;
        }
        show(row.queue_id, sizeof row.queue_id, span_cstr(counts->queue_id));
        show(row.meaning, sizeof row.meaning, meaning_of(watch, table, from->rows[i]->key));
        insert_row(rows, &count, capacity, &row, choice->sort);
    }
    return count;
}

static void show_refusal(const struct recent_event *event, struct smtplog_watch_refusal *out)
{
    const char *stage = event_value_name(EVENT_STAGE, (int)event->stage);
    const char *direction = event_value_name(EVENT_DIRECTION, (int)event->direction);
    const char *status = event_value_name(EVENT_STATUS, (int)event->status);
    *out = (struct smtplog_watch_refusal){
        .number = event->number, .code = event->code, .implied = event->implied};
    show_instant(out->time, sizeof out->time, &event->time);
    snprintf(out->stage, sizeof out->stage, "%s", stage != NULL ? stage : "");
    snprintf(out->direction, sizeof out->direction, "%s", direction != NULL ? direction : "");
    snprintf(out->status, sizeof out->status, "%s", status != NULL ? status : "");
    show(out->class_name, sizeof out->class_name, span_cstr(event->class_name));
    show(out->queue_id, sizeof out->queue_id, span_cstr(event->queue_id));
    show(out->name, sizeof out->name, span_cstr(event->name));
    show(out->peer, sizeof out->peer, span_cstr(event->peer));
    show(out->peer_ip, sizeof out->peer_ip, span_cstr(event->peer_ip));
    show(out->domain, sizeof out->domain, span_cstr(event->domain));
    show(out->text, sizeof out->text, span_cstr(event->text));
}

static bool refusal_fits(const struct smtplog_watch_refusal *refusal, const char *filter)
{
    char code[8];
    snprintf(code, sizeof code, "%d", refusal->code);
    return filter == NULL || contains(refusal->name, filter) || contains(refusal->peer, filter) ||
           contains(refusal->text, filter) || contains(refusal->class_name, filter) ||
           contains(refusal->peer_ip, filter) || contains(refusal->domain, filter) ||
           contains(refusal->queue_id, filter) || contains(code, filter);
}

size_t smtplog_watch_refusals(const struct smtplog_watch *watch, const char *filter, uint64_t after,
                              struct smtplog_watch_refusal *refusals, size_t capacity)
{
    size_t count = 0;
    const struct recent_event *event = NULL;
    for (uint64_t back = 0; count < capacity; back++) {
        event = recent_event_at(watch->recent, back);
        if (event == NULL || event->number <= after) {
            break;
        }
        show_refusal(event, &refusals[count]);
        count += refusal_fits(&refusals[count], filter);
    }
    return count;
}

size_t smtplog_watch_findings(struct smtplog_watch *watch, struct smtplog_watch_finding *findings,
                              size_t capacity)
{
    double now = watch_clock();
    if (!watch->has_findings || now - watch->findings_at >= FINDING_PERIOD) {
        finding_list_free(&watch->findings);
        finding_list_init(&watch->findings);
        watch->has_findings = true;
        watch->findings_at = now;
        if (finding_build(&watch->analyzer->finding_rules, watch->analyzer->summary,
                          &watch->findings) != SMTPLOG_OK) {
            return 0;
        }
    }
    size_t count = watch->findings.count < capacity ? watch->findings.count : capacity;
    for (size_t i = 0; i < count; i++) {
        const struct finding *from = &watch->findings.items[i];
        struct smtplog_watch_finding *to = &findings[i];
        to->severity = from->severity == FINDING_ERROR     ? SMTPLOG_ERROR
                       : from->severity == FINDING_WARNING ? SMTPLOG_WARNING
                                                           : SMTPLOG_INFO;
        show(to->title, sizeof to->title, from->title);
        show(to->evidence, sizeof to->evidence, from->evidence);
        show(to->fix, sizeof to->fix, from->fix);
        to->since[0] = '\0';
        if (from->has_since) {
            show_instant(to->since, sizeof to->since, &from->since);
        }
    }
    return count;
}
