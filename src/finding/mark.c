/* What a day is known by: made from its figures, as bytes and back. */
#include "finding/mark.h"

#include <stdlib.h>

#define MARK_SEED    0x6d61726bu /* stands in files: hashes of days are compared */
#define MARKS_MOST   65536
#define HASH_BYTES   8
#define CODE_LARGEST 999

void mark_list_init(struct mark_list *list)
{
    *list = (struct mark_list){.count = 0};
    arena_init(&list->arena);
}

void mark_list_free(struct mark_list *list)
{
    arena_free(&list->arena);
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t hash_of(const struct mark *mark)
{
    uint64_t hash = hash_mix(hash_lasting(MARK_SEED, mark->name), (uint64_t)mark->kind);
    return hash_mix(hash, hash_lasting(MARK_SEED, mark->place));
}

bool mark_list_has(const struct mark_list *list, uint64_t hash)
{
    return list->hash_count > 0 && bsearch(&hash, list->hashes, list->hash_count,
                                           sizeof *list->hashes, compare_hashes) != NULL;
}

/* ---- making ---------------------------------------------------------------------------------- */

static bool add_finding(struct mark_list *list, const struct finding *finding)
{
    struct mark *mark = &list->items[list->count++];
    *mark = (struct mark){.kind = MARK_FINDING,
                          .count = finding->count,
                          .first = finding->since,
                          .has_first = finding->has_since};
    return arena_copy(&list->arena, finding->id, &mark->name) &&
           arena_copy(&list->arena, finding->place, &mark->place);
}

static bool add_text(struct mark_list *list, const struct topk_row *row)
{
    const struct template_row *text = row->value;
    struct mark *mark = &list->items[list->count++];
    *mark = (struct mark){.kind = MARK_TEXT,
                          .code = text->code,
                          .count = row->count,
                          .first = text->first,
                          .has_first = text->first.seconds != 0};
    return arena_copy(&list->arena, row->key, &mark->name) &&
           arena_copy(&list->arena, span_cstr(text->class_name), &mark->class_name);
}

static void finish(struct mark_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        list->items[i].hash = hash_of(&list->items[i]);
        list->hashes[list->hash_count++] = list->items[i].hash;
    }
    qsort(list->hashes, list->hash_count, sizeof *list->hashes, compare_hashes);
}

enum smtplog_status mark_list_build(struct mark_list *list, const struct summary *summary,
                                    const struct finding_list *findings)
{
    struct topk_row **rows = NULL;
    size_t count = 0;
    TRY(topk_sorted(&summary->templates, 0, &rows, &count));
    list->items = arena_alloc(&list->arena, (findings->count + count + 1) * sizeof *list->items);
    list->hashes = arena_alloc(&list->arena, (findings->count + count + 1) * sizeof *list->hashes);
    bool good = list->items != NULL && list->hashes != NULL;
    for (size_t i = 0; i < findings->count && good; i++) {
        good = add_finding(list, &findings->items[i]);
    }
    for (size_t i = 0; i < count && good; i++) {
        good = add_text(list, rows[i]);
    }
    free(rows);
    list->texts_lost = summary->templates.replaced > 0;
    if (good) {
        finish(list);
    }
    return good ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static void pack_mark(const struct mark *mark, struct strbuf *out)
{
    pack_u64(out, (uint64_t)mark->kind);
    pack_text(out, mark->name);
    pack_text(out, mark->place);
    pack_text(out, mark->class_name);
    pack_u64(out, (uint64_t)mark->code);
    pack_u64(out, mark->count);
    pack_u64(out, mark->has_first);
    pack_instant(out, &mark->first);
}

/* Findings and the most frequent texts. */
static size_t count_kept(const struct mark_list *list)
{
    size_t kept = 0;
    size_t texts = 0;
    while (kept < list->count && texts < MARKS_WITH_TEXT) {
        texts += list->items[kept++].kind == MARK_TEXT;
    }
    return kept;
}

void mark_list_pack(const struct mark_list *list, struct strbuf *out)
{
    size_t kept = count_kept(list);
    pack_u64(out, list->texts_lost);
    pack_u64(out, kept);
    for (size_t i = 0; i < kept; i++) {
        pack_mark(&list->items[i], out);
    }
    pack_u64(out, list->count - kept);
    for (size_t i = kept; i < list->count; i++) {
        for (size_t shift = 0; shift < HASH_BYTES * 8; shift += 8) {
            strbuf_add_byte(out, (char)(list->items[i].hash >> shift));
        }
    }
}

static bool unpack_mark(struct unpacker *in, struct mark_list *list)
{
    struct mark *mark = &list->items[list->count++];
    mark->kind = unpack_count(in, MARK_TEXT) == MARK_TEXT ? MARK_TEXT : MARK_FINDING;
    bool good = arena_copy(&list->arena, unpack_text(in), &mark->name) &&
                arena_copy(&list->arena, unpack_text(in), &mark->place) &&
                arena_copy(&list->arena, unpack_text(in), &mark->class_name);
    mark->code = (int)unpack_count(in, CODE_LARGEST);
    mark->count = unpack_u64(in);
    mark->has_first = unpack_count(in, 1) == 1;
    unpack_instant(in, &mark->first);
    return good;
}

static uint64_t unpack_hash(struct unpacker *in)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        hash |= (uint64_t)(unsigned char)in->rest.p[i] << (8 * i);
    }
    in->rest = span_from(in->rest, HASH_BYTES);
    return hash;
}

enum smtplog_status mark_list_unpack(struct unpacker *in, struct mark_list *list)
{
    list->texts_lost = unpack_count(in, 1) == 1;
    size_t kept = (size_t)unpack_count(in, MARKS_MOST);
    list->items = arena_alloc(&list->arena, (kept + 1) * sizeof *list->items);
    for (size_t i = 0; i < kept && list->items != NULL && !in->damaged; i++) {
        if (!unpack_mark(in, list)) {
            return SMTPLOG_NO_MEMORY;
        }
    }
    size_t others = (size_t)unpack_count(in, MARKS_MOST);
    list->hashes = arena_alloc(&list->arena, (kept + others + 1) * sizeof *list->hashes);
    if (list->items == NULL || list->hashes == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (in->damaged || in->rest.n < others * HASH_BYTES) {
        return SMTPLOG_FORMAT;
    }
    for (size_t i = 0; i < others; i++) {
        list->hashes[list->hash_count++] = unpack_hash(in);
    }
    finish(list);
    return SMTPLOG_OK;
}
