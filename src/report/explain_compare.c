/* Codes side by side. Texts come from the catalogue; sentences that join them are its phrases. */
#include <stdio.h>

#include "event/event.h"
#include "report/explain_report.h"
#include "report/explain_word.h"

/* One of the codes compared. */
struct candidate {
    struct span name;
    const struct catalog_entry *entry;
    char digit[2];       /* "4", or "X" for an enhanced code of any class */
    struct span stages;  /* stage words; empty for enhanced codes */
    uint32_t stage_bits; /* 0: not known */
};

struct comparison {
    const struct explain_source *source;
    struct fact_book *book;
    struct candidate of[SHEET_COLUMNS];
    size_t count;
    struct fact_sheet *sheet;
};

struct span explain_stages(const struct catalog *catalog, struct fact_book *book,
                           struct span stages)
{
    struct strbuf out;
    struct span word;
    strbuf_init(&out, 4096);
    while (span_next_word(&stages, &word)) {
        struct span phrase = catalog_phrase(catalog, "stage", word);
        strbuf_add_cstr(&out, out.length > 0 ? ", " : "");
        strbuf_add_span(&out, phrase.n > 0 ? phrase : word);
    }
    return document_take(&book->document, &out);
}

struct span explain_whose(const struct catalog *catalog, const struct catalog_entry *entry)
{
    struct span name = catalog_text(entry, "class");
    struct span who = catalog_text(catalog_class(catalog, name), "who");
    if (span_is(name, "ok")) {
        return catalog_phrase(catalog, "whose", SPAN_LITERAL("nobody"));
    }
    return span_is(name, "unknown") ? catalog_phrase(catalog, "whose", SPAN_LITERAL("text")) : who;
}

static uint32_t stage_bits(struct span stages)
{
    uint32_t bits = 0;
    struct span word;
    while (span_next_word(&stages, &word)) {
        int stage = event_value_find(EVENT_STAGE, word);
        bits |= span_is(word, "any") ? UINT32_MAX : stage > 0 ? (uint32_t)1 << stage : 0;
    }
    return bits;
}

static bool find_candidate(const struct explain_source *source, struct span name,
                           struct candidate *candidate)
{
    uint64_t code = 0;
    *candidate = (struct candidate){.name = name, .digit = "X"};
    if (span_to_u64(name, 599, &code)) {
        candidate->entry = catalog_reply(source->catalog, (int)code);
        candidate->stages = catalog_text(candidate->entry, "stages");
        candidate->stage_bits = stage_bits(candidate->stages);
        candidate->digit[0] = name.p[0];
    } else {
        candidate->entry = catalog_enhanced(source->catalog, name);
        candidate->stages = SPAN_EMPTY;
        if (name.n > 0 && byte_is_digit(name.p[0])) {
            candidate->digit[0] = name.p[0];
        }
    }
    return candidate->entry != NULL;
}

static struct span phrase(const struct comparison *c, const char *group, const char *name)
{
    return catalog_phrase(c->source->catalog, group, span_cstr(name));
}

/* ---- summary --------------------------------------------------------------------------------- */

static bool same_digit(const struct comparison *c)
{
    for (size_t i = 1; i < c->count; i++) {
        if (c->of[i].digit[0] != c->of[0].digit[0]) {
            return false;
        }
    }
    return c->of[0].digit[0] != 'X';
}

/* 1: all share a stage; -1: two of them never meet; 0: not known. */
static int stages_meet(const struct comparison *c)
{
    uint32_t common = UINT32_MAX;
    for (size_t i = 0; i < c->count; i++) {
        if (c->of[i].stage_bits == 0) {
            return 0;
        }
        common &= c->of[i].stage_bits;
    }
    if (common != 0) {
        return 1;
    }
    return -1;
}

static struct span summarise(struct comparison *c)
{
    struct strbuf out;
    strbuf_init(&out, 8192);
    int meet = stages_meet(c);
    if (meet < 0) {
        strbuf_add_span(&out, phrase(c, "pair", "never"));
        strbuf_add_byte(&out, ' ');
    }
    if (same_digit(c)) {
        strbuf_add_span(&out, phrase(c, "pair/same", c->of[0].digit));
    } else {
        for (size_t i = 0; i < c->count; i++) {
            char key[24];
            snprintf(key, sizeof key, "first-digit/%s", c->of[i].digit);
            strbuf_add_cstr(&out, i > 0 ? " " : "");
            PHRASE_ADD(&c->book->phrases, &out, key, phrase_words("code", c->of[i].name));
        }
    }
    if (meet > 0) {
        strbuf_add_byte(&out, ' ');
        strbuf_add_span(&out, phrase(c, "pair", "both"));
    }
    return document_take(&c->book->document, &out);
}

/* ---- rows ------------------------------------------------------------------------------------ */

typedef struct span (*row_text)(const struct comparison *c, const struct candidate *candidate);

static struct span digit_name(const struct comparison *c, const struct candidate *candidate)
{
    return catalog_text(catalog_find(c->source->catalog, "digit", span_cstr(candidate->digit)),
                        "name");
}

static struct span stage_names(const struct comparison *c, const struct candidate *candidate)
{
    return explain_stages(c->source->catalog, c->book, candidate->stages);
}

static struct span queue_effect(const struct comparison *c, const struct candidate *candidate)
{
    uint32_t login = (uint32_t)1 << STAGE_AUTH | (uint32_t)1 << STAGE_STARTTLS;
    bool only_login = candidate->stage_bits != 0 && (candidate->stage_bits & ~login) == 0;
    return phrase(c, "queue", only_login ? "login" : candidate->digit);
}

static struct span retry_words(const struct comparison *c, const struct candidate *candidate)
{
    struct span retry = catalog_text(candidate->entry, "retry");
    return retry.n > 0 ? catalog_phrase(c->source->catalog, "retry", retry) : SPAN_EMPTY;
}

static struct span whose(const struct comparison *c, const struct candidate *candidate)
{
    return explain_whose(c->source->catalog, candidate->entry);
}

static struct span plain_status(const struct comparison *c, const struct candidate *candidate)
{
    struct span status = catalog_text(candidate->entry, "status");
    return status.n > 0 ? catalog_phrase(c->source->catalog, "status", status) : SPAN_EMPTY;
}

#define ENTRY_TEXT(function, key)                                                              \
    static struct span function(const struct comparison *c, const struct candidate *candidate) \
    {                                                                                          \
        (void)c;                                                                               \
        return catalog_text(candidate->entry, key);                                            \
    }

ENTRY_TEXT(entry_name, "name")
ENTRY_TEXT(entry_meaning, "meaning")
ENTRY_TEXT(entry_fix_sender, "fix sender")
ENTRY_TEXT(entry_fix_receiver, "fix receiver")
ENTRY_TEXT(entry_source, "source")
ENTRY_TEXT(entry_related, "related")

static struct span severity(const struct comparison *c, const struct candidate *candidate)
{
    return catalog_phrase(c->source->catalog, "severity",
                          catalog_text(candidate->entry, "severity"));
}

struct comparison_row {
    const char *key, *label;
    row_text text;
    bool is_difference; /* worth a sentence when it differs */
};

static const struct comparison_row comparison_rows[] = {
    {"name", "compare/name", entry_name, false},
    {"class", "compare/class", digit_name, true},
    {"stages", "compare/answers", stage_names, true},
    {"queue", "compare/queue", queue_effect, true},
    {"retry", "compare/retries", retry_words, true},
    {"who", "compare/whose", whose, true},
    {"severity", "compare/severity", severity, true},
    {"status", "compare/status", plain_status, true},
    {"meaning", "compare/means", entry_meaning, false},
    {"fix_sender", "compare/sender", entry_fix_sender, false},
    {"fix_receiver", "compare/receiver", entry_fix_receiver, false},
    {"source", "compare/source", entry_source, false},
};

static bool row_differs(const struct fact_row *row, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (!span_equal(row->text[0], row->text[i])) {
            return true;
        }
    }
    return false;
}

static void add_difference(struct comparison *c, struct fact_list *list, const struct fact_row *row)
{
    struct span nothing = fact_book_plain(c->book, "compare/nothing");
    struct span all = SPAN_EMPTY;
    for (size_t i = 0; i < c->count; i++) {
        struct span item = fact_book_words(
            c->book, "compare/difference", phrase_words("code", c->of[i].name),
            phrase_words("text", row->text[i].n > 0 ? row->text[i] : nothing));
        all = i == 0 ? item
                     : fact_book_words(c->book, "compare/differences", phrase_words("head", all),
                                       phrase_words("item", item));
    }
    fact_list_add(list,
                  fact_book_words(c->book, "compare/labelled", phrase_words("label", row->label),
                                  phrase_words("text", all)));
}

static void add_comparison_rows(struct comparison *c)
{
    struct fact_list *list = NULL;
    for (size_t i = 0; i < COUNT_OF(comparison_rows); i++) {
        const struct comparison_row *kind = &comparison_rows[i];
        struct fact_row *row = fact_sheet_row(c->sheet, kind->key, kind->label);
        for (size_t k = 0; row != NULL && k < c->count; k++) {
            row->text[k] = kind->text(c, &c->of[k]);
            if (kind->text == severity) {
                row->value[k] = catalog_text(c->of[k].entry, "severity");
            }
        }
        if (row == NULL || !kind->is_difference || !row_differs(row, c->count)) {
            continue;
        }
        if (list == NULL) {
            list = fact_sheet_list(c->book, c->sheet, "differences", "heading/differences");
        }
        add_difference(c, list, row);
    }
}

/* ---- when to expect which -------------------------------------------------------------------- */

static void add_expectations(struct comparison *c)
{
    struct fact_list *list = fact_sheet_list(c->book, c->sheet, "expect", "heading/expect");
    for (size_t i = 0; i < c->count; i++) {
        const struct catalog_entry *entry = c->of[i].entry;
        size_t before = list != NULL ? list->count : 0;
        for (size_t k = 0; k < entry->record->pair_count; k++) {
            struct span key = entry->texts[k].key;
            if (!span_starts(key, SPAN_LITERAL("seen "))) {
                continue;
            }
            struct span stage = catalog_phrase(c->source->catalog, "stage", span_from(key, 5));
            fact_list_add(list, fact_book_words(c->book, "compare/seen",
                                                phrase_words("code", c->of[i].name),
                                                phrase_words("stage", stage),
                                                phrase_words("text", entry->texts[k].value)));
        }
        if (list != NULL && list->count == before) {
            fact_list_add(list,
                          fact_book_label(c->book, c->of[i].name, catalog_text(entry, "meaning")));
        }
    }
}

static void add_sources(struct comparison *c)
{
    struct fact_list *list = fact_sheet_list(c->book, c->sheet, "learn_more", "heading/learn-more");
    for (size_t i = 0; i < c->count; i++) {
        struct span source = entry_source(c, &c->of[i]);
        struct span related = entry_related(c, &c->of[i]);
        struct phrase_value values[] = {phrase_words("code", c->of[i].name),
                                        phrase_words("source", source),
                                        phrase_words("related", related)};
        fact_list_add(list, related.n > 0
                                ? fact_book_say(c->book, "compare/source-related", values, 3)
                                : fact_book_say(c->book, "compare/source-alone", values, 2));
    }
}

bool explain_compare(const struct explain_source *source, struct fact_book *book,
                     const struct span *names, size_t count, size_t *unknown)
{
    struct comparison c = {.source = source, .book = book, .count = count};
    for (size_t i = 0; i < count; i++) {
        if (!find_candidate(source, names[i], &c.of[i])) {
            *unknown = i;
            return false;
        }
    }
    c.sheet = fact_book_sheet(book, "compare");
    if (c.sheet == NULL) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        struct span one = document_printf(&book->document, "%.*s %.*s", SPAN_ARGS(names[i]),
                                          SPAN_ARGS(catalog_text(c.of[i].entry, "name")));
        c.sheet->title = i == 0 ? one
                                : fact_book_words(book, "compare/against",
                                                  phrase_words("first", c.sheet->title),
                                                  phrase_words("second", one));
        c.sheet->heads[i] = names[i];
    }
    c.sheet->columns = count;
    c.sheet->summary = summarise(&c);
    add_comparison_rows(&c);
    add_expectations(&c);
    add_sources(&c);
    return true;
}
