/* What is new, known and gone: a row each. */
#include "report/report_change.h"

#define TITLE_MAXIMUM 1024
#define KINDS         3

/* Machine words, and phrases, by kind of change and kind of mark. */
static const char *const change_words[KINDS] = {"new", "known", "gone"};
static const char *const mark_words[] = {"finding", "text"};
static const char *const labels[KINDS][2] = {{"against/new-finding", "against/new-text"},
                                             {"against/known-finding", "against/known-finding"},
                                             {"against/gone-finding", "against/gone-text"}};

/* The title of a finding, in the words of today's catalogue. */
static struct span title_of(struct report_builder *b, const struct mark *mark)
{
    const struct catalog_entry *entry = catalog_find(b->report->catalog, "finding", mark->name);
    struct span title = catalog_text(entry, "title");
    struct span place = SPAN_LITERAL("{place}");
    struct strbuf out;
    size_t at = 0;
    strbuf_init(&out, TITLE_MAXIMUM);
    while (mark->place.n > 0 && (at = span_find(title, place)) != SIZE_MAX) {
        strbuf_add(&out, title.p, at);
        strbuf_add_span(&out, mark->place);
        title = span_from(title, at + place.n);
    }
    strbuf_add_span(&out, title);
    if (out.length == 0) {
        strbuf_add_span(&out, mark->name);
    }
    return document_take(b->document, &out);
}

static struct span when_of(struct report_builder *b, const struct mark_change *change)
{
    const struct mark *mark = change->mark;
    switch (change->kind) {
    case MARK_NEW:
        return mark->has_first ? WORDS(b, "against/first-seen",
                                       phrase_instant("time", &mark->first, FORMAT_MINUTE))
                               : SPAN_EMPTY;
    case MARK_KNOWN:
        return WORDS(b, "against/known-since", phrase_words("day", change->day),
                     phrase_count("days", change->days));
    default:
        return WORDS(b, "against/last-seen", phrase_words("day", change->day),
                     phrase_count("days", change->days));
    }
}

static void add_row(struct report_builder *b, struct table *table, const struct mark_change *change)
{
    const struct mark *mark = change->mark;
    struct cell *cells = table_row(b->document, table);
    bool is_text = mark->kind == MARK_TEXT;
    if (cells == NULL) {
        return;
    }
    cells[0] = cell_words(change_words[change->kind]);
    cells[1] = cell_words(mark_words[mark->kind]);
    cells[2] = cell_text(is_text ? CELL_LOG : CELL_NAME, mark->name);
    cells[3] = cell_text(CELL_NAME, mark->place);
    cells[4] = cell_text(CELL_WORDS, mark->class_name);
    cells[5] = cell_text(CELL_WORDS, builder_words(b, labels[change->kind][mark->kind]));
    cells[6] = is_text ? cells[2] : cell_text(CELL_WORDS, title_of(b, mark));
    cells[7] = cell_count(mark->count);
    cells[8] = cell_text(CELL_WORDS, when_of(b, change));
    cells[9] = cell_instant(change->kind == MARK_NEW && mark->has_first ? &mark->first : NULL);
    cells[10] = cell_text(CELL_WORDS, change->day);
    cells[11] = cell_count(change->days);
}

/* Findings before texts, new before known before gone. */
static size_t add_kind(struct report_builder *b, struct table *table,
                       const struct mark_changes *changes, enum mark_change_kind kind,
                       enum mark_kind mark)
{
    size_t said = 0;
    for (size_t i = 0; i < changes->count; i++) {
        const struct mark_change *change = &changes->items[i];
        bool wanted = change->kind == kind && change->mark->kind == mark;
        if (wanted && (b->report->top == 0 || said < b->report->top)) {
            add_row(b, table, change);
            said++;
        }
    }
    return said;
}

void report_changes_add(struct report_builder *b, struct section *section,
                        const struct mark_changes *changes)
{
    static const struct column columns[] = {
        {.key = "change", .audience = COLUMN_DATA},
        {.key = "kind", .audience = COLUMN_DATA},
        {.key = "name", .audience = COLUMN_DATA},
        {.key = "place", .audience = COLUMN_DATA},
        {.key = "class", .audience = COLUMN_DATA},
        {.label = "column/change", .audience = COLUMN_PEOPLE},
        {.label = "column/finding-or-text", .audience = COLUMN_PEOPLE, .wraps = true},
        {.key = "count", .label = "column/count", .right = true},
        {.label = "column/when-seen", .audience = COLUMN_PEOPLE},
        {.key = "first", .audience = COLUMN_DATA},
        {.key = "day", .audience = COLUMN_DATA},
        {.key = "days", .audience = COLUMN_DATA}};
    if (!builder_filled(b, changes->count)) {
        return;
    }
    struct table *table = TABLE(b, section, "changes", columns);
    add_kind(b, table, changes, MARK_NEW, MARK_FINDING);
    add_kind(b, table, changes, MARK_KNOWN, MARK_FINDING);
    add_kind(b, table, changes, MARK_GONE, MARK_FINDING);
    size_t said = add_kind(b, table, changes, MARK_NEW, MARK_TEXT);
    add_kind(b, table, changes, MARK_GONE, MARK_TEXT);
    if (changes->new_texts > said) {
        SAY(b, "against/more-texts", phrase_count("texts", changes->new_texts - said));
    }
    if (changes->texts_lost) {
        builder_say_plain(b, "against/texts-lost");
    }
}

void report_changes_json(const struct mark_changes *changes, struct json_writer *json)
{
    if (!json_wants_lists(json)) {
        return;
    }
    json_u64(json, "days_with_texts", changes->days);
    json_bool(json, "texts_complete", !changes->texts_lost);
    json_array(json, "changes");
    for (size_t i = 0; i < changes->count; i++) {
        const struct mark_change *change = &changes->items[i];
        const struct mark *mark = change->mark;
        json_object(json, NULL);
        json_text(json, "change", span_cstr(change_words[change->kind]));
        json_text(json, "kind", span_cstr(mark_words[mark->kind]));
        json_text(json, "name", mark->name);
        if (mark->place.n > 0) {
            json_text(json, "place", mark->place);
        }
        if (mark->kind == MARK_TEXT) {
            json_u64(json, "code", (uint64_t)mark->code);
            json_text(json, "class", mark->class_name);
        }
        json_u64(json, "count", mark->count);
        if (change->kind == MARK_NEW && mark->has_first) {
            json_instant(json, "first", &mark->first);
        }
        if (change->day.n > 0) {
            json_text(json, change->kind == MARK_GONE ? "last_day" : "first_day", change->day);
        }
        json_u64(json, "days", change->days);
        json_end(json, '}');
    }
    json_end(json, ']');
}
