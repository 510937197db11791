/* What is known about SMTP, loaded from catalogue files. */
#include "catalog/catalog.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hashmap.h"

#define SHORT_COLUMNS  48
#define ACTION_COLUMNS 90

struct entry_slot {
    struct span type;
    struct catalog_entry entry;
};

/* One suffix of a provider's hosts or domains. */
struct provider_suffix {
    struct span suffix;
    const struct catalog_entry *provider;
    bool of_peer;
};

struct catalog {
    struct arena arena;
    struct hashmap entries;    /* of struct entry_slot, by type and name */
    struct entry_slot **order; /* owned array; slots in the arena */
    size_t count, capacity;
    struct hashmap suffixes; /* of struct provider_suffix */
    const struct catalog_entry *reply[600];
    const struct translation *translation; /* borrowed; NULL: English */
    struct figure_style figures;           /* decimal is empty: not read */
};

/* A record type: keys it may have; those before the empty string it must have. */
struct entry_type {
    const char *type;
    const char *keys[20];
    const char *prefix;
};

static const struct entry_type entry_types[] = {
    {"reply",
     {"name", "status", "source", "stages", "retry", "severity", "class", "short", "action",
      "meaning", "fix sender", "fix receiver", "", "related"},
     "seen "},
    {"phrase", {"text", "", "one"}, NULL},
    {"threshold", {"value", "meaning"}, NULL},
    {"finding",
     {"severity", "when", "title", "evidence", "who", "fix", "", "rank", "per", "direction",
      "classes", "code", "enhanced", "text", "warning", "also", "covered by"},
     NULL},
    {"digit", {"name", "meaning"}, NULL},
    {"middle", {"name", "meaning"}, NULL},
    {"enhanced",
     {"name", "source", "class", "severity", "short", "action", "meaning", "", "basic",
      "fix sender", "fix receiver", "related"},
     "combined "},
    {"class",
     {"who", "permanence", "severity", "short", "action", "meaning", "fix sender", "fix receiver",
      "", "name"},
     NULL},
    {"reason",
     {"evidence", "", "class", "possible", "code", "enhanced", "stage", "provider", "need",
      "regex"},
     NULL},
    {"sample", {"reply", "", "stage", "provider"}, "want "},
    {"nomatch", {"reply", "", "stage", "provider"}, NULL},
    {"provider",
     {"name", "", "peers", "domains", "text", "source", "short", "action", "meaning", "fix sender",
      "fix receiver", "related"},
     NULL},
    {"server", {"name", "regex", "need", "sample", "", "advice", "nomatch"}, "sample "},
    {"wait", {"regex"}, "sample "},
    {"provider_code",
     {"class", "short", "action", "meaning", "", "enhanced", "wording", "regex", "code", "need",
      "fix sender", "fix receiver", "source", "severity", "related"},
     NULL},
};

enum smtplog_status catalog_new(struct catalog **catalog)
{
    struct catalog *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    arena_init(&made->arena);
    hashmap_init(&made->entries);
    hashmap_init(&made->suffixes);
    *catalog = made;
    return SMTPLOG_OK;
}

void catalog_free(struct catalog *catalog)
{
    if (catalog != NULL) {
        hashmap_free(&catalog->entries);
        hashmap_free(&catalog->suffixes);
        free(catalog->order);
        arena_free(&catalog->arena);
        free(catalog);
    }
}

static bool slot_same(const void *item, const void *key)
{
    const struct entry_slot *a = item;
    const struct entry_slot *b = key;
    return span_equal(a->type, b->type) && span_equal(a->entry.name, b->entry.name);
}

static uint64_t slot_hash(struct span type, struct span name)
{
    return hash_mix(hash_span(0, type), hash_span(0, name));
}

static const struct catalog_entry *find_entry(const struct catalog *catalog, const char *type,
                                              struct span name)
{
    struct entry_slot key = {.type = span_cstr(type), .entry = {.name = name}};
    struct entry_slot *slot = hashmap_find(&catalog->entries, slot_hash(key.type, name), slot_same,
                                           &key);
    return slot != NULL ? &slot->entry : NULL;
}

static const struct entry_type *find_type(struct span type)
{
    for (size_t i = 0; i < COUNT_OF(entry_types); i++) {
        if (span_is(type, entry_types[i].type)) {
            return &entry_types[i];
        }
    }
    return NULL;
}

static enum smtplog_status check_keys(const struct record_file *file, const struct record *record,
                                      const struct entry_type *type,
                                      const struct diagnostic *diagnostic)
{
    enum smtplog_status status = SMTPLOG_OK;
    for (size_t i = 0; i < record->pair_count; i++) {
        struct span key = record->pairs[i].key;
        bool known = type->prefix != NULL && span_starts(key, span_cstr(type->prefix));
        for (size_t k = 0; k < COUNT_OF(type->keys) && type->keys[k] != NULL; k++) {
            known = known || span_is(key, type->keys[k]);
        }
        if (!known) {
            status = record_complain(file, record->pairs[i].line, diagnostic, "unknown key", key);
        }
    }
    for (size_t k = 0; type->keys[k] != NULL && type->keys[k][0] != '\0'; k++) {
        if (record_value(record, type->keys[k]).n == 0) {
            status = record_complain(file, record->line, diagnostic, "missing key",
                                     span_cstr(type->keys[k]));
        }
    }
    return status;
}

/* Whether a value is read as it stands in the file: an expression's line ends count for nothing,
 * those of prose as blanks. */
static bool is_expression(struct span type, struct span key)
{
    static const char *const keys[] = {"regex", "wording", "text", "warning"};
    bool found = false;
    for (size_t i = 0; i < COUNT_OF(keys) && !span_is(type, "phrase"); i++) {
        found = found || span_is(key, keys[i]);
    }
    return found;
}

/* Two thousand records have no expression of several lines: their values are made prose in their
 * place. A dozen have, and get values of their own beside it. */
static enum smtplog_status make_texts(struct catalog *catalog, const struct record *record,
                                      struct record_pair **texts)
{
    *texts = record->pairs;
    for (size_t i = 0; i < record->pair_count; i++) {
        struct record_pair *pair = &record->pairs[i];
        if (memchr(pair->value.p, '\n', pair->value.n) == NULL) {
            continue;
        }
        if (!is_expression(record->type, pair->key)) {
            record_make_prose(pair);
        } else if (*texts == record->pairs) {
            size_t size = record->pair_count * sizeof **texts;
            *texts = arena_alloc(&catalog->arena, size);
            if (*texts == NULL) {
                return SMTPLOG_NO_MEMORY;
            }
            memcpy(*texts, record->pairs, size);
        }
    }
    for (size_t i = 0; *texts != record->pairs && i < record->pair_count; i++) {
        TRY(record_prose(&catalog->arena, record->pairs[i].value, &(*texts)[i].value));
    }
    return SMTPLOG_OK;
}

static enum smtplog_status fill_entry(struct catalog *catalog, const struct record_file *file,
                                      const struct record *record, struct entry_slot *slot)
{
    struct record_pair *texts = NULL;
    TRY(make_texts(catalog, record, &texts));
    slot->type = record->type;
    slot->entry = (struct catalog_entry){record->name, file, record, texts};
    return SMTPLOG_OK;
}

static enum smtplog_status push_slot(struct catalog *catalog, struct entry_slot *slot)
{
    if (catalog->count == catalog->capacity) {
        size_t capacity = catalog->capacity > 0 ? catalog->capacity * 2 : 256;
        struct entry_slot **order = realloc(catalog->order, capacity * sizeof(struct entry_slot *));
        if (order == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        catalog->order = order;
        catalog->capacity = capacity;
    }
    catalog->order[catalog->count++] = slot;
    return SMTPLOG_OK;
}

static bool suffix_same(const void *item, const void *key)
{
    const struct provider_suffix *a = item;
    const struct provider_suffix *b = key;
    return a->of_peer == b->of_peer && span_equal_nocase(a->suffix, b->suffix);
}

static uint64_t suffix_hash(struct span suffix)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < suffix.n; i++) {
        hash = hash * 1099511628211u + (unsigned char)byte_lower(suffix.p[i]);
    }
    return hash_mix(hash, suffix.n);
}

static enum smtplog_status add_suffixes(struct catalog *catalog,
                                        const struct catalog_entry *provider, const char *key,
                                        bool of_peer)
{
    struct span list = catalog_text(provider, key);
    struct span word;
    while (span_next_word(&list, &word)) {
        struct provider_suffix *suffix = arena_alloc(&catalog->arena, sizeof *suffix);
        if (suffix == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        *suffix = (struct provider_suffix){word, provider, of_peer};
        if (hashmap_find(&catalog->suffixes, suffix_hash(word), suffix_same, suffix) == NULL) {
            TRY(hashmap_add(&catalog->suffixes, suffix_hash(word), suffix));
        }
    }
    return SMTPLOG_OK;
}

static enum smtplog_status add_record(struct catalog *catalog, const struct record_file *file,
                                      const struct record *record)
{
    const struct catalog_entry *old = NULL;
    bool is_sample = span_is(record->type, "sample") || span_is(record->type, "nomatch");
    struct entry_slot key = {.type = record->type, .entry = {.name = record->name}};
    uint64_t hash = slot_hash(record->type, record->name);
    struct entry_slot *slot = is_sample ? NULL
                                        : hashmap_find(&catalog->entries, hash, slot_same, &key);
    if (slot == NULL) {
        slot = arena_alloc(&catalog->arena, sizeof *slot);
        if (slot == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        TRY(fill_entry(catalog, file, record, slot));
        TRY(push_slot(catalog, slot));
        if (!is_sample) {
            TRY(hashmap_add(&catalog->entries, hash, slot));
        }
    } else {
        old = &slot->entry;
        TRY(fill_entry(catalog, file, record, slot));
    }
    uint64_t code = 0;
    if (span_is(record->type, "reply") && span_to_u64(record->name, 599, &code)) {
        catalog->reply[code] = &slot->entry;
    }
    if (old == NULL && span_is(record->type, "provider")) {
        TRY(add_suffixes(catalog, &slot->entry, "peers", true));
        TRY(add_suffixes(catalog, &slot->entry, "domains", false));
    }
    return SMTPLOG_OK;
}

enum smtplog_status catalog_add(struct catalog *catalog, const struct record_file *file,
                                const struct diagnostic *diagnostic)
{
    enum smtplog_status status = SMTPLOG_OK;
    for (size_t i = 1; i < file->record_count; i++) {
        const struct record *record = &file->records[i];
        const struct entry_type *type = find_type(record->type);
        if (type == NULL) {
            status = record_complain(file, record->line, diagnostic, "unknown record type",
                                     record->type);
            continue;
        }
        if (check_keys(file, record, type, diagnostic) != SMTPLOG_OK) {
            status = SMTPLOG_FORMAT;
            continue;
        }
        TRY(add_record(catalog, file, record));
    }
    return status;
}

struct span catalog_text(const struct catalog_entry *entry, const char *key)
{
    for (size_t i = 0; entry != NULL && i < entry->record->pair_count; i++) {
        if (span_is(entry->texts[i].key, key)) {
            return entry->texts[i].value;
        }
    }
    return SPAN_EMPTY;
}

const struct catalog_entry *catalog_find(const struct catalog *catalog, const char *type,
                                         struct span name)
{
    return find_entry(catalog, type, name);
}

struct span catalog_phrase(const struct catalog *catalog, const char *group, struct span name)
{
    char key[64];
    int n = snprintf(key, sizeof key, "%s/%.*s", group, (int)(name.n > 32 ? 32 : name.n), name.p);
    return catalog_text(find_entry(catalog, "phrase", span_of(key, (size_t)n)), "text");
}

const struct catalog_entry *catalog_reply(const struct catalog *catalog, int code)
{
    return code > 0 && code < 600 ? catalog->reply[code] : NULL;
}

const struct catalog_entry *catalog_class(const struct catalog *catalog, struct span name)
{
    return find_entry(catalog, "class", name);
}

const struct catalog_entry *catalog_enhanced(const struct catalog *catalog, struct span enhanced)
{
    const struct catalog_entry *exact = find_entry(catalog, "enhanced", enhanced);
    char any[16];
    if (exact != NULL || enhanced.n < 5 || enhanced.n >= sizeof any) {
        return exact;
    }
    memcpy(any, enhanced.p, enhanced.n);
    any[0] = 'X';
    return find_entry(catalog, "enhanced", span_of(any, enhanced.n));
}

/* The longest suffix of a name at a dot. */
static const struct catalog_entry *provider_of(const struct catalog *catalog, struct span name,
                                               bool of_peer)
{
    struct provider_suffix key = {.of_peer = of_peer};
    while (name.n > 0) {
        key.suffix = name;
        const struct provider_suffix *found = hashmap_find(&catalog->suffixes, suffix_hash(name),
                                                           suffix_same, &key);
        if (found != NULL) {
            return found->provider;
        }
        const char *dot = memchr(name.p, '.', name.n);
        if (dot == NULL) {
            break;
        }
        name = span_from(name, (size_t)(dot - name.p) + 1);
    }
    return NULL;
}

const struct catalog_entry *catalog_provider_of_domain(const struct catalog *catalog,
                                                       struct span domain)
{
    return provider_of(catalog, domain, false);
}

const struct catalog_entry *catalog_provider_of_peer(const struct catalog *catalog,
                                                     struct span host)
{
    return provider_of(catalog, host, true);
}

enum smtplog_status catalog_each(const struct catalog *catalog, const char *type,
                                 catalog_visit visit, void *context)
{
    for (size_t i = 0; i < catalog->count; i++) {
        if (span_is(catalog->order[i]->type, type)) {
            TRY(visit(context, &catalog->order[i]->entry));
        }
    }
    return SMTPLOG_OK;
}

/* ---- checks ------------------------------------------------------------------------------- */

struct checker {
    const struct catalog *catalog;
    const struct diagnostic *diagnostic;
    enum smtplog_status status;
};

static void check_complain(struct checker *checker, const struct catalog_entry *entry,
                           const char *what, struct span detail)
{
    checker->status = record_complain(entry->file, entry->record->line, checker->diagnostic, what,
                                      detail);
}

static void check_class(struct checker *checker, const struct catalog_entry *entry)
{
    struct span class = catalog_text(entry, "class");
    if (class.n > 0 && !span_is(class, "ok") && catalog_class(checker->catalog, class) == NULL) {
        check_complain(checker, entry, "no such class", class);
    }
}

static void check_related(struct checker *checker, const struct catalog_entry *entry)
{
    struct span list = catalog_text(entry, "related");
    struct span word;
    while (span_next_word(&list, &word)) {
        uint64_t code = 0;
        bool known = span_to_u64(word, 599, &code)
                         ? catalog_reply(checker->catalog, (int)code) != NULL
                         : catalog_enhanced(checker->catalog, word) != NULL ||
                               catalog_class(checker->catalog, word) != NULL ||
                               find_entry(checker->catalog, "provider", word) != NULL;
        if (!known) {
            check_complain(checker, entry, "related names nothing that is known", word);
        }
    }
}

static void check_lengths(struct checker *checker, const struct catalog_entry *entry)
{
    struct span text = catalog_text(entry, "short");
    if (text.n > SHORT_COLUMNS) {
        check_complain(checker, entry, "short is too long", text);
    }
    text = catalog_text(entry, "action");
    if (text.n > ACTION_COLUMNS) {
        check_complain(checker, entry, "action is too long", text);
    }
}

enum smtplog_status catalog_check(const struct catalog *catalog,
                                  const struct diagnostic *diagnostic)
{
    struct checker checker = {catalog, diagnostic, SMTPLOG_OK};
    for (size_t i = 0; i < catalog->count; i++) {
        const struct catalog_entry *entry = &catalog->order[i]->entry;
        check_class(&checker, entry);
        check_related(&checker, entry);
        check_lengths(&checker, entry);
    }
    return checker.status;
}

enum smtplog_status catalog_each_text(struct catalog *catalog, catalog_visit_text visit,
                                      void *context)
{
    for (size_t i = 0; i < catalog->count; i++) {
        const struct catalog_entry *entry = &catalog->order[i]->entry;
        for (size_t k = 0; k < entry->record->pair_count; k++) {
            TRY(visit(context, entry, &entry->texts[k]));
        }
    }
    return SMTPLOG_OK;
}

void catalog_keep_translation(struct catalog *catalog, const struct translation *translation)
{
    catalog->translation = translation;
}

const struct figure_style *catalog_figures(const struct catalog *catalog)
{
    return catalog != NULL && catalog->figures.decimal.n > 0 ? &catalog->figures : &figure_english;
}

void catalog_read_figures(struct catalog *catalog)
{
    static const struct {
        const char *name;
        size_t offset;
    } texts[] = {
        {"decimal", offsetof(struct figure_style, decimal)},
        {"thousands", offsetof(struct figure_style, thousands)},
        {"percent", offsetof(struct figure_style, percent)},
        {"less", offsetof(struct figure_style, less)},
        {"more", offsetof(struct figure_style, more)},
        {"less-than", offsetof(struct figure_style, less_than)},
        {"seconds", offsetof(struct figure_style, unit[UNIT_SECONDS])},
        {"minutes", offsetof(struct figure_style, unit[UNIT_MINUTES])},
        {"hours", offsetof(struct figure_style, unit[UNIT_HOURS])},
        {"days", offsetof(struct figure_style, unit[UNIT_DAYS])},
        {"bytes", offsetof(struct figure_style, unit[UNIT_BYTES])},
        {"kilobytes", offsetof(struct figure_style, unit[UNIT_KILOBYTES])},
        {"megabytes", offsetof(struct figure_style, unit[UNIT_MEGABYTES])},
        {"gigabytes", offsetof(struct figure_style, unit[UNIT_GIGABYTES])},
        {"terabytes", offsetof(struct figure_style, unit[UNIT_TERABYTES])},
        {"petabytes", offsetof(struct figure_style, unit[UNIT_PETABYTES])},
        {"two", offsetof(struct figure_style, two)},
        {"day", offsetof(struct figure_style, day)},
        {"date", offsetof(struct figure_style, date)},
        {"numbers", offsetof(struct figure_style, numbers)},
        {"moment", offsetof(struct figure_style, moment)},
        {"label", offsetof(struct figure_style, label)},
    };
    catalog->figures = figure_english;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct span text = catalog_phrase(catalog, "figure", span_cstr(texts[i].name));
        if (text.n > 0) {
            memcpy((char *)&catalog->figures + texts[i].offset, &text, sizeof text);
        }
    }
    struct span names = catalog_phrase(catalog, "figure", SPAN_LITERAL("months"));
    struct span month[12];
    size_t count = 0;
    while (count < COUNT_OF(month) && span_next_word(&names, &month[count])) {
        count++;
    }
    if (count == COUNT_OF(month)) {
        memcpy(catalog->figures.month, month, sizeof month);
    }
}

const struct translation *catalog_translation(const struct catalog *catalog)
{
    return catalog->translation;
}
