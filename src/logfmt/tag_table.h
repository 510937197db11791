/* The programs that write a log, by the tag in the header of their lines: whose they are, and which
 * rules their messages are tried against. One table a parser. Trust: tags are written by anybody;
 * TAGS_MAXIMUM of them are remembered. */
#ifndef LOGFMT_TAG_TABLE_H
#define LOGFMT_TAG_TABLE_H

#include "base/arena.h"
#include "base/hashmap.h"
#include "event/event.h"
#include "logfmt/header.h"
#include "pattern/pattern_set.h"

#define TAGS_MAXIMUM 8192 /* distinct programs remembered; more are judged anew each time */
#define TAGS_RECENT  64   /* slots of tags seen lately; a power of two */

/* What is known of a program by its tag. */
struct tag {
    struct span text;
    struct span service;
    struct span daemon;
    enum event_mta mta;
    bool greylister;  /* its lines are read as evidence only */
    bool daemon_lost; /* RFC 5424 cut the name: the message tells the daemon */
    struct pattern_list *list;
};

struct tag_table {
    struct pattern_set *postfix;     /* borrowed */
    struct pattern_set *greylister;  /* borrowed; NULL without its rules */
    bool knows_exim;                 /* lines of Exim are read */
    uint64_t seed;                   /* of hashes */
    struct hashmap map;              /* of struct tag */
    struct tag *recent[TAGS_RECENT]; /* some of them, by tag_slot */
    struct arena arena;
    struct tag spare; /* for tags beyond TAGS_MAXIMUM */
};

/* What is not given here is set before the first look-up. Free with tag_table_free. */
void tag_table_init(struct tag_table *table, struct pattern_set *postfix, uint64_t seed);
void tag_table_free(struct tag_table *table);

/* tag_table_find for a tag that lines just before did not have. */
const struct tag *tag_table_search(struct tag_table *table, const struct header *header);

/* The program of a line, whose tag is not empty; NULL without memory. */
static inline const struct tag *tag_table_find(struct tag_table *table, const struct header *header)
{
    return header->name != NULL && header->name->meaning != NULL ? header->name->meaning
                                                                 : tag_table_search(table, header);
}

#endif
