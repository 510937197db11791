/* Every named figure of a report: listens while the JSON is written. */
#include "report/figure_list.h"

#include <stdlib.h>

#include "base/edit_distance.h"
#include "report/json_writer.h"

#define PATH_DEPTH   16
#define PATH_LENGTH  256
#define FIGURES_MOST 65536

/* Arrays whose rows are figures, the name of one row, and the member that tells rows apart. Other
 * arrays hold lists for people. */
static const struct row_name {
    const char *array, *row, *label;
} row_names[] = {
    {"codes", "code", "code"},
    {"classes", "class", "class"},
    {"stages", "stage", "stage"},
    {"providers", "provider", "name"},
};

/* Members of the outermost object that describe the report, not the mail. */
static const char *const no_figures[] = {"schema"};

struct walk {
    struct figure_list *list;
    size_t capacity, family_capacity;
    char path[PATH_LENGTH];
    size_t length;
    size_t ends[PATH_DEPTH]; /* length of the path at each depth */
    int depth;
    int muted;                 /* depth at which a part without figures began, 0: none */
    const struct row_name *of; /* rows that are figures, NULL outside */
    int row_depth;
    bool label_awaited; /* the next member names the row */
    enum smtplog_status status;
};

void figure_list_init(struct figure_list *list)
{
    *list = (struct figure_list){0};
    arena_init(&list->arena);
}

void figure_list_free(struct figure_list *list)
{
    free(list->items);
    free(list->families);
    arena_free(&list->arena);
    figure_list_init(list);
}

/* ---- listening ------------------------------------------------------------------------------- */

static bool path_add(struct walk *w, struct span key)
{
    size_t room = PATH_LENGTH - w->length;
    if (key.n + 1 > room) {
        return false;
    }
    if (w->length > 0) {
        w->path[w->length++] = '.';
    }
    for (size_t i = 0; i < key.n; i++) { /* a name has no blanks: postscreen's PASS NEW */
        w->path[w->length++] = byte_is_space(key.p[i]) ? '_' : key.p[i];
    }
    return true;
}

static void add_figure(struct walk *w, double value)
{
    struct figure_list *list = w->list;
    struct span name;
    if (list->count == w->capacity) {
        size_t capacity = w->capacity > 0 ? w->capacity * 2 : 256;
        struct figure *items = capacity > FIGURES_MOST
                                   ? NULL
                                   : realloc(list->items, capacity * sizeof *items);
        if (items == NULL) {
            w->status = SMTPLOG_NO_MEMORY;
            return;
        }
        w->capacity = capacity;
        list->items = items;
    }
    if (!arena_copy(&list->arena, span_of(w->path, w->length), &name)) {
        w->status = SMTPLOG_NO_MEMORY;
        return;
    }
    list->items[list->count++] = (struct figure){name, value, figure_unit_of(name)};
}

static void add_family(struct walk *w)
{
    struct figure_list *list = w->list;
    struct span name;
    if (list->family_count == w->family_capacity) {
        size_t capacity = w->family_capacity > 0 ? w->family_capacity * 2 : 64;
        struct span *families = realloc(list->families, capacity * sizeof *families);
        if (families == NULL) {
            w->status = SMTPLOG_NO_MEMORY;
            return;
        }
        w->family_capacity = capacity;
        list->families = families;
    }
    if (!arena_copy(&list->arena, span_of(w->path, w->length), &name)) {
        w->status = SMTPLOG_NO_MEMORY;
        return;
    }
    list->families[list->family_count++] = name;
}

/* An object in an array: a row of figures, or nothing of ours. */
static void open_element(struct walk *w)
{
    if (w->of == NULL || w->depth != w->row_depth + 1) {
        w->muted = w->depth;
        return;
    }
    w->length = w->ends[w->row_depth - 1];
    w->label_awaited = true;
}

static void open_part(struct walk *w, struct span key)
{
    if (w->depth < PATH_DEPTH) {
        w->ends[w->depth] = w->length;
    }
    w->depth++;
    if (w->muted > 0 || w->depth == 1) {
        return;
    }
    if (w->depth > PATH_DEPTH || !path_add(w, key.p != NULL ? key : SPAN_EMPTY)) {
        w->muted = w->depth;
        return;
    }
    if (key.p == NULL) {
        open_element(w);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(row_names) && w->depth == 2; i++) {
        if (span_is(key, row_names[i].array)) {
            w->of = &row_names[i];
            w->row_depth = w->depth;
            return;
        }
    }
    add_family(w);
}

static void close_part(struct walk *w)
{
    w->depth--;
    w->muted = w->muted > w->depth ? 0 : w->muted;
    if (w->of != NULL && w->depth < w->row_depth) {
        w->of = NULL;
    }
    if (w->depth < PATH_DEPTH) {
        w->length = w->ends[w->depth];
    }
}

/* The first member of a row is its name: codes[]'s 550 makes the path code.550. */
static void name_row(struct walk *w, double number, struct span text)
{
    struct strbuf label;
    strbuf_init(&label, PATH_LENGTH);
    w->label_awaited = false;
    strbuf_add_cstr(&label, w->of->row);
    strbuf_add_byte(&label, '.');
    if (text.n > 0) {
        strbuf_add_span(&label, text);
    } else {
        strbuf_add_u64(&label, (uint64_t)number);
    }
    w->length = 0;
    if (strbuf_status(&label) == SMTPLOG_NO_MEMORY) {
        w->status = SMTPLOG_NO_MEMORY;
    }
    if (strbuf_status(&label) != SMTPLOG_OK || !path_add(w, strbuf_span(&label))) {
        w->muted = w->depth;
    }
    strbuf_free(&label);
}

static void take_number(struct walk *w, struct span key, double number)
{
    size_t before = w->length;
    for (size_t i = 0; i < COUNT_OF(no_figures) && w->depth == 1; i++) {
        if (span_is(key, no_figures[i])) {
            return;
        }
    }
    if (key.p == NULL) {
        return;
    }
    /* The count of a row is the row's own value. */
    bool own = w->of != NULL && w->depth == w->row_depth + 1 && span_is(key, "count");
    if (own || path_add(w, key)) {
        add_figure(w, number);
    }
    w->length = before;
}

static void hear(void *context, enum json_part part, struct span key, double number,
                 struct span text)
{
    struct walk *w = context;
    if (part == JSON_OPEN) {
        open_part(w, key);
    } else if (part == JSON_CLOSE) {
        close_part(w);
    } else if (w->muted == 0 && w->label_awaited) {
        name_row(w, number, text);
    } else if (w->muted == 0 && part == JSON_NUMBER) {
        take_number(w, key, number);
    }
}

/* ---- building -------------------------------------------------------------------------------- */

static int compare_spans(struct span a, struct span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int compare_figures(const void *a, const void *b)
{
    return compare_spans(((const struct figure *)a)->name, ((const struct figure *)b)->name);
}

static int compare_families(const void *a, const void *b)
{
    return compare_spans(*(const struct span *)a, *(const struct span *)b);
}

/* Shares of two figures that stand in different places; both without the empty sender. */
static void add_share(struct walk *w, const char *name, uint64_t part, uint64_t whole)
{
    w->length = 0;
    if (path_add(w, span_cstr(name))) {
        add_figure(w, whole > 0 ? (double)part / (double)whole : 0);
    }
}

enum smtplog_status figure_list_build(const struct report *report, struct figure_list *list)
{
    struct walk walk = {.list = list};
    struct json_listener listener = {hear, &walk};
    const struct summary *s = report->summary;
    list->catalog = report->catalog;
    TRY(report_tell_json(report, &listener));
    uint64_t recipients = s->recipients.total - s->null_recipients.total;
    add_share(&walk, "hard_share", s->hard_recipients - s->null_hard, recipients);
    add_share(&walk, "greylisting_share", s->greylist.recipients - s->null_greylisted, recipients);
    TRY(walk.status);
    qsort(list->items, list->count, sizeof *list->items, compare_figures);
    if (list->family_count > 0) {
        qsort(list->families, list->family_count, sizeof *list->families, compare_families);
    }
    return SMTPLOG_OK;
}

/* ---- look-up --------------------------------------------------------------------------------- */

static bool ends_with(struct span text, const char *end)
{
    struct span tail = span_cstr(end);
    return text.n >= tail.n && span_equal(span_from(text, text.n - tail.n), tail);
}

enum figure_unit figure_unit_of(struct span name)
{
    static const char *const quantiles[] = {".p50", ".p90", ".p95", ".p99", ".max", ".mean"};
    if (span_find(name, SPAN_LITERAL("share")) != SIZE_MAX) {
        return FIGURE_SHARE;
    }
    for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
        if (ends_with(name, quantiles[i])) {
            return span_find(name, SPAN_LITERAL("size")) != SIZE_MAX ? FIGURE_BYTES
                                                                     : FIGURE_SECONDS;
        }
    }
    return span_find(name, SPAN_LITERAL(".bytes_")) != SIZE_MAX ? FIGURE_BYTES : FIGURE_COUNT;
}

const char *figure_unit_name(enum figure_unit unit)
{
    static const char *const names[] = {"count", "share", "seconds", "bytes"};
    return names[unit];
}

static bool is_code(struct span text)
{
    uint64_t code = 0;
    return text.n == 3 && span_to_u64(text, 599, &code) && code >= 200;
}

static bool is_one_of(struct span text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(text, words[i])) {
            return true;
        }
    }
    return false;
}

/* True when a family may have this member: the log just did not show it. */
static bool may_have(const struct figure_list *list, struct span family, struct span member)
{
    static const char *const quantiles[] = {"p50", "p90", "p95", "max",
                                            "mean"}; /* no mean of waits */
    static const char *const of_code[] = {"implied", "share", "outbound", "inbound"};
    static const char *const of_class[] = {"permanent", "temporary", "without_code"};
    static const char *const of_stage[] = {"replies", "ok", "temporary", "permanent"};
    struct span rest = family;
    struct span first;
    if (span_is(family, "code") || ends_with(family, "by_code") ||
        ends_with(family, "by_implied_code")) {
        return is_code(member);
    }
    if (span_is(family, "class") || ends_with(family, "by_class") ||
        ends_with(family, ".classes")) {
        return catalog_class(list->catalog, member) != NULL;
    }
    if (span_is(family, "notices.causes")) {
        return catalog_class(list->catalog, member) != NULL;
    }
    if (ends_with(family, "by_stage") || ends_with(family, ".stages")) {
        return event_value_find(EVENT_STAGE, member) >= 0;
    }
    if (span_is(family, "attempts")) {
        return event_value_find(EVENT_STATUS, member) >= 0;
    }
    if (span_is(family, "sizes") || span_starts(family, SPAN_LITERAL("delays.")) ||
        span_starts(family, SPAN_LITERAL("queue_time."))) {
        return is_one_of(member, quantiles, COUNT_OF(quantiles));
    }
    if (ends_with(family, "wait") || ends_with(family, "delay")) {
        return is_one_of(member, quantiles, COUNT_OF(quantiles) - 1);
    }
    if (span_is(family, "greylisting.null_sender")) {
        return span_is(member, "recovery_share");
    }
    if (!span_next_piece(&rest, '.', &first) || rest.p == NULL) {
        return span_is(family, "actions") || span_is(family, "provider");
    }
    return (span_is(first, "code") && is_code(rest) &&
            is_one_of(member, of_code, COUNT_OF(of_code))) ||
           (span_is(first, "class") && catalog_class(list->catalog, rest) != NULL &&
            is_one_of(member, of_class, COUNT_OF(of_class))) ||
           (span_is(first, "stage") && event_value_find(EVENT_STAGE, rest) >= 0 &&
            is_one_of(member, of_stage, COUNT_OF(of_stage)));
}

static bool has_family(const struct figure_list *list, struct span family)
{
    struct span rest = family;
    struct span first;
    for (size_t i = 0; i < COUNT_OF(row_names); i++) {
        if (span_next_piece(&rest, '.', &first) && span_is(first, row_names[i].row)) {
            return true;
        }
        rest = family;
    }
    return list->family_count > 0 && bsearch(&family, list->families, list->family_count,
                                             sizeof family, compare_families) != NULL;
}

bool figure_list_find(const struct figure_list *list, struct span name, double *value)
{
    struct figure key = {.name = name};
    const struct figure *found = list->count > 0 ? bsearch(&key, list->items, list->count,
                                                           sizeof key, compare_figures)
                                                 : NULL;
    if (found != NULL) {
        *value = found->value;
        return true;
    }
    *value = 0;
    for (size_t dot = name.n; dot > 0; dot--) {
        if (name.p[dot - 1] == '.') {
            struct span family = span_of(name.p, dot - 1);
            return has_family(list, family) && may_have(list, family, span_from(name, dot));
        }
    }
    return false;
}

void figure_list_suggest(const struct figure_list *list, struct span name, struct strbuf *out)
{
    size_t said = 0;
    for (size_t allowed = 1; allowed <= 3 && said == 0; allowed++) {
        for (size_t i = 0; i < list->count && said < 3; i++) {
            struct span other = list->items[i].name;
            bool is_end = name.n >= 4 && other.n > name.n && other.p[other.n - name.n - 1] == '.' &&
                          span_equal(span_from(other, other.n - name.n), name);
            if (edit_distance(name, other) <= allowed || is_end) {
                strbuf_add_cstr(out, said++ > 0 ? ", " : "");
                strbuf_add_span(out, other);
            }
        }
    }
}

/* ---- writing --------------------------------------------------------------------------------- */

enum smtplog_status figure_list_write_text(const struct figure_list *list,
                                           const struct figure_style *style, struct strbuf *out)
{
    static const char *const units[] = {"", "", " s", " B"};
    size_t width = 0;
    for (size_t i = 0; i < list->count; i++) {
        width = list->items[i].name.n > width ? list->items[i].name.n : width;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct figure *figure = &list->items[i];
        strbuf_add_span(out, figure->name);
        strbuf_add_repeat(out, " ", width - figure->name.n + 2);
        json_add_number(out, figure->value);
        strbuf_add_cstr(out, units[figure->unit]);
        if (figure->unit == FIGURE_SHARE) {
            strbuf_add_cstr(out, " (");
            format_percent(out, style, 100 * figure->value, 1);
            strbuf_add_byte(out, ')');
        }
        strbuf_add_byte(out, '\n');
    }
    return strbuf_status(out);
}

enum smtplog_status figure_list_write_json(const struct figure_list *list,
                                           const struct instant *generated, struct strbuf *out)
{
    struct json_writer json;
    json_begin(&json, out, true);
    json_object(&json, NULL);
    json_u64(&json, "schema", 1);
    json_instant(&json, "generated", generated);
    json_array(&json, "figures");
    for (size_t i = 0; i < list->count; i++) {
        const struct figure *figure = &list->items[i];
        json_object(&json, NULL);
        json_text(&json, "name", figure->name);
        json_number(&json, "value", figure->value);
        json_text(&json, "unit", span_cstr(figure_unit_name(figure->unit)));
        json_end(&json, '}');
    }
    json_end(&json, ']');
    json_end(&json, '}');
    strbuf_add_byte(out, '\n');
    return strbuf_status(out);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

void figure_list_pack(const struct figure_list *list, struct strbuf *out)
{
    pack_u64(out, list->count);
    for (size_t i = 0; i < list->count; i++) {
        pack_text(out, list->items[i].name);
        pack_double(out, list->items[i].value);
    }
}

enum smtplog_status figure_list_unpack(struct unpacker *in, const struct catalog *catalog,
                                       struct figure_list *list)
{
    list->catalog = catalog;
    size_t count = (size_t)unpack_count(in, FIGURES_MOST);
    list->items = calloc(count + 1, sizeof *list->items);
    if (list->items == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < count && !in->damaged; i++) {
        struct figure *figure = &list->items[i];
        if (!arena_copy(&list->arena, unpack_text(in), &figure->name)) {
            return SMTPLOG_NO_MEMORY;
        }
        figure->value = unpack_double(in);
        figure->unit = figure_unit_of(figure->name);
        list->count = i + 1;
    }
    qsort(list->items, list->count, sizeof *list->items, compare_figures);
    return in->damaged ? SMTPLOG_FORMAT : SMTPLOG_OK;
}
