/* The programs that write a log. */
#include "logfmt/tag_table.h"

void tag_table_init(struct tag_table *table, struct pattern_set *postfix, uint64_t seed)
{
    *table = (struct tag_table){.postfix = postfix, .seed = seed};
    hashmap_init(&table->map);
    arena_init(&table->arena);
}

void tag_table_free(struct tag_table *table)
{
    hashmap_free(&table->map);
    arena_free(&table->arena);
}

static bool tag_same(const void *item, const void *key)
{
    const struct tag *tag = item;
    const struct tag *wanted = key;
    return tag->daemon_lost == wanted->daemon_lost && span_equal(tag->text, wanted->text);
}

/* `postfix/submission/smtpd`: the last part is the daemon, the rest the service. A name without a
 * slash is Postfix's only when RFC 5424 cut it. */
static void judge_tag(struct tag_table *table, struct tag *tag)
{
    struct span text = tag->text;
    size_t slash = text.n;
    while (slash > 0 && text.p[slash - 1] != '/') {
        slash--;
    }
    bool says_postfix = span_starts(text, SPAN_LITERAL("postfix"));
    if (slash == 0) {
        tag->service = text;
        if (tag->daemon_lost && says_postfix) {
            tag->mta = MTA_POSTFIX;
            tag->list = pattern_set_list(table->postfix, SPAN_LITERAL("*"));
        } else {
            tag->daemon = text;
            tag->service = SPAN_EMPTY;
            if (table->knows_exim && span_starts(text, SPAN_LITERAL("exim"))) {
                tag->mta = MTA_EXIM;
            } else if (table->greylister != NULL) {
                tag->list = pattern_set_list(table->greylister, text);
                tag->greylister = tag->list != NULL;
            }
        }
        return;
    }
    tag->daemon_lost = false;
    tag->service = span_of(text.p, slash - 1);
    tag->daemon = span_from(text, slash);
    tag->list = pattern_set_list(table->postfix, tag->daemon);
    if (tag->list == NULL && says_postfix) {
        tag->list = pattern_set_list(table->postfix, SPAN_EMPTY);
    }
    if (tag->list != NULL) {
        tag->mta = MTA_POSTFIX;
    }
}

static struct tag *look_up_tag(struct tag_table *table, const struct header *header)
{
    struct tag wanted = {.text = header->tag,
                         .daemon_lost = header->rfc5424 || span_is(header->tag, "postfix")};
    uint64_t hash = hash_span(table->seed, header->tag);
    struct tag *tag = hashmap_find(&table->map, hash, tag_same, &wanted);
    if (tag != NULL) {
        return tag;
    }
    if (table->map.count >= TAGS_MAXIMUM) {
        table->spare = wanted;
        judge_tag(table, &table->spare);
        return &table->spare;
    }
    tag = arena_alloc(&table->arena, sizeof *tag);
    if (tag == NULL) {
        return NULL;
    }
    *tag = wanted;
    if (!arena_copy(&table->arena, header->tag, &tag->text)) {
        return NULL;
    }
    bool lost = tag->daemon_lost;
    judge_tag(table, tag);
    tag->daemon_lost = lost; /* part of the key */
    return hashmap_add(&table->map, hash, tag) == SMTPLOG_OK ? tag : NULL;
}

static size_t tag_slot(struct span text)
{
    size_t last = (unsigned char)text.p[text.n - 1];
    size_t middle = (unsigned char)text.p[text.n / 2];
    return (text.n * 7 + last * 5 + middle) % TAGS_RECENT;
}

/* In front of the look-up: a few programs write nearly all lines. */
const struct tag *tag_table_search(struct tag_table *table, const struct header *header)
{
    struct tag **slot = &table->recent[tag_slot(header->tag)];
    bool found = *slot != NULL && !header->rfc5424 && span_equal((*slot)->text, header->tag);
    struct tag *tag = found ? *slot : look_up_tag(table, header);
    if (tag != NULL && !header->rfc5424 && tag != &table->spare) {
        *slot = tag;
        if (header->name != NULL) {
            header->name->meaning = tag;
        }
    }
    return tag;
}
