/* A day beside the days before it. */
#include "report/report_against.h"

#include <math.h>
#include <stdlib.h>

#include "report/report_build.h"
#include "report/report_change.h"
#include "report/section.h"

static const struct main_figure {
    const char *name, *label;
} main_figures[] = {
    {"messages.received", "against/received"},
    {"recipients.total", "against/recipients"},
    {"recipients.delivered", "against/delivered"},
    {"recipients.deferred", "against/deferred"},
    {"recipients.expired", "against/expired"},
    {"hard_share", "against/hard-share"},
    {"greylisting_share", "against/greylisting-share"},
    {"greylisting.lost", "against/lost"},
    {"greylisting.wait.p50", "against/wait"},
    {"rejects.total", "against/rejects"},
    {"auth.failed", "against/auth"},
};

static double value_of(const struct figure_list *figures, struct span name)
{
    double value = 0;
    (void)!figure_list_find(figures, name, &value);
    return value;
}

static void find_usual(struct span name, const struct against_day *days, size_t count,
                       struct usual *usual)
{
    double values[AGAINST_DAYS];
    double weekdays[AGAINST_DAYS];
    size_t same = 0;
    count = count < AGAINST_DAYS ? count : AGAINST_DAYS;
    for (size_t i = 0; i < count; i++) {
        values[i] = value_of(days[i].figures, name);
        if (days[i].same_weekday) {
            weekdays[same++] = values[i];
        }
    }
    usual_find(values, count, weekdays, same, usual);
}

static bool is_kind(struct span name)
{
    static const char *const heads[] = {"code.", "class.", "provider."};
    size_t dots = 0;
    bool named = false;
    for (size_t i = 0; i < name.n; i++) {
        dots += name.p[i] == '.';
    }
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        named = named || span_starts(name, span_cstr(heads[i]));
    }
    /* code.550, class.greylisting; of providers the attempts. */
    return named &&
           (dots == 1 || (dots == 2 && span_find(name, SPAN_LITERAL(".attempts")) != SIZE_MAX));
}

static size_t days_with(struct span name, const struct against_day *days, size_t count)
{
    size_t with = 0;
    for (size_t i = 0; i < count; i++) {
        with += value_of(days[i].figures, name) > 0;
    }
    return with;
}

static void find_fresh(const struct figure_list *figures, const struct against_day *days,
                       size_t count, struct against *against)
{
    for (size_t i = 0; i < figures->count && against->fresh_count < AGAINST_NAMES; i++) {
        const struct figure *figure = &figures->items[i];
        if (is_kind(figure->name) && figure->value > 0 &&
            days_with(figure->name, days, count) == 0) {
            against->fresh[against->fresh_count++] = figure->name;
        }
    }
}

static bool is_said(const struct against *against, struct span name)
{
    for (size_t i = 0; i < against->gone_count; i++) {
        if (span_equal(against->gone[i], name)) {
            return true;
        }
    }
    return false;
}

static void find_gone(const struct figure_list *figures, const struct against_day *days,
                      size_t count, struct against *against)
{
    for (size_t d = 0; d < count; d++) {
        for (size_t i = 0; i < days[d].figures->count; i++) {
            struct span name = days[d].figures->items[i].name;
            bool gone = against->gone_count < AGAINST_NAMES && is_kind(name) &&
                        value_of(figures, name) <= 0 && !is_said(against, name) &&
                        days_with(name, days, count) * 2 > count;
            if (gone) {
                against->gone[against->gone_count++] = name;
            }
        }
    }
}

void against_find(const struct figure_list *figures, const struct against_day *days, size_t count,
                  struct against *against)
{
    *against = (struct against){.days = count};
    for (size_t i = 0; i < COUNT_OF(main_figures) && count > 0; i++) {
        struct against_row *row = &against->rows[against->row_count++];
        row->name = span_cstr(main_figures[i].name);
        row->label = main_figures[i].label;
        row->unit = figure_unit_of(row->name);
        row->value = value_of(figures, row->name);
        find_usual(row->name, days, count, &row->usual);
        row->deviation = usual_judge(&row->usual, row->value, row->unit == FIGURE_SHARE);
    }
    if (count >= USUAL_FEWEST) {
        find_fresh(figures, days, count, against);
        find_gone(figures, days, count, against);
    }
    for (size_t i = 0; i < count && i < AGAINST_DAYS; i++) {
        if (value_of(days[i].figures, SPAN_LITERAL("events")) <= 0) {
            against->silent[against->silent_count++] = days[i].day;
        }
    }
}

enum smtplog_status against_usual(const struct figure_list *figures, const struct against_day *days,
                                  size_t count, struct figure_list *usual)
{
    usual->catalog = figures->catalog;
    usual->items = calloc(figures->count + 1, sizeof *usual->items);
    if (usual->items == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < figures->count; i++) {
        struct usual found;
        struct figure *figure = &usual->items[usual->count];
        if (!arena_copy(&usual->arena, figures->items[i].name, &figure->name)) {
            return SMTPLOG_NO_MEMORY;
        }
        find_usual(figure->name, days, count, &found);
        figure->unit = figures->items[i].unit;
        figure->value = found.median;
        usual->count++;
    }
    return SMTPLOG_OK;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void add_names(struct json_writer *json, const char *key, const struct span *names,
                      size_t count)
{
    json_array(json, key);
    for (size_t i = 0; i < count; i++) {
        json_text(json, NULL, names[i]);
    }
    json_end(json, ']');
}

void against_json(const struct against *against, struct json_writer *json)
{
    static const char *const words[] = {"too few days", "as usual", "more", "less"};
    json_object(json, "against");
    json_u64(json, "days", against->days);
    json_array(json, "figures");
    for (size_t i = 0; i < against->row_count; i++) {
        const struct against_row *row = &against->rows[i];
        json_object(json, NULL);
        json_text(json, "name", row->name);
        json_number(json, "value", row->value);
        json_number(json, "usual", row->usual.median);
        json_number(json, "spread", row->usual.spread);
        if (row->usual.has_weekday) {
            json_number(json, "same_weekday", row->usual.weekday);
        }
        json_text(json, "says", span_cstr(words[row->deviation]));
        json_end(json, '}');
    }
    json_end(json, ']');
    add_names(json, "new", against->fresh, against->fresh_count);
    add_names(json, "gone", against->gone, against->gone_count);
    add_names(json, "silent_days", against->silent, against->silent_count);
    report_changes_json(&against->changes, json);
    json_end(json, '}');
}

/* ---- the section ----------------------------------------------------------------------------- */

static struct cell figure_cell(enum figure_unit unit, double value)
{
    switch (unit) {
    case FIGURE_SHARE:
        return cell_number(CELL_SHARE, value);
    case FIGURE_SECONDS:
        return cell_number(CELL_SECONDS, value);
    case FIGURE_BYTES:
        return cell_bytes((uint64_t)value);
    default:
        return cell_count((uint64_t)(value + 0.5));
    }
}

/* "four times the usual", "less than half of the usual". */
static struct span judgement(struct report_builder *b, const struct against_row *row)
{
    double times = row->usual.median > 0 ? row->value / row->usual.median : 0;
    if (row->deviation == DEVIATION_TOO_FEW) {
        return builder_words(b, "against/too-few");
    }
    if (row->deviation == DEVIATION_NONE) {
        return builder_words(b, "against/as-usual");
    }
    if (row->usual.median <= 0) {
        return builder_words(b, "against/usually-none");
    }
    if (row->deviation == DEVIATION_MORE) {
        uint64_t whole = (uint64_t)(times + 0.5);
        return whole >= 2 ? WORDS(b, "against/times", phrase_count("times", whole))
                          : builder_words(b, "against/more");
    }
    if (row->value <= 0) {
        return builder_words(b, "against/none");
    }
    return builder_words(b, times < 0.5 ? "against/less-than-half" : "against/less");
}

static struct span join_names(struct report_builder *b, const struct span *names, size_t count)
{
    struct span joined = SPAN_EMPTY;
    for (size_t i = 0; i < count; i++) {
        joined = builder_join(b, joined, names[i]);
    }
    return joined;
}

void build_against(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "figure", .audience = COLUMN_DATA},
        {.key = "label", .label = "column/figure", .audience = COLUMN_PEOPLE},
        {.key = "value", .label = "column/this-day", .right = true},
        {.key = "usual", .label = "column/usual", .right = true},
        {.key = "weekday", .label = "column/weekday", .right = true},
        {.key = "says", .label = "column/judgement", .wraps = true}};
    const struct against *against = b->report->against;
    if (against == NULL || against->days == 0) {
        return;
    }
    struct section *section = builder_section(
        b, "against", WORDS(b, "against/days", phrase_count("days", against->days)));
    struct table *table = TABLE(b, section, "against", columns);
    for (size_t i = 0; i < against->row_count; i++) {
        const struct against_row *row = &against->rows[i];
        struct cell *cells = table_row(b->document, table);
        if (cells == NULL) {
            return;
        }
        cells[0] = cell_text(CELL_WORDS, row->name);
        cells[1] = cell_text(CELL_WORDS, builder_words(b, row->label));
        cells[2] = figure_cell(row->unit, row->value);
        cells[3] = figure_cell(row->unit, row->usual.median);
        if (row->usual.has_weekday) {
            cells[4] = figure_cell(row->unit, row->usual.weekday);
        }
        cells[5] = cell_text(CELL_WORDS, judgement(b, row));
    }
    if (against->fresh_count > 0) {
        SAY(b, "against/new",
            phrase_words("names", join_names(b, against->fresh, against->fresh_count)));
    }
    if (against->gone_count > 0) {
        SAY(b, "against/gone",
            phrase_words("names", join_names(b, against->gone, against->gone_count)));
    }
    if (against->silent_count > 0) {
        SAY(b, "against/silent",
            phrase_words("days", join_names(b, against->silent, against->silent_count)));
    }
    builder_paragraph(b, section);
    report_changes_add(b, section, &against->changes);
    builder_paragraph(b, section);
}
