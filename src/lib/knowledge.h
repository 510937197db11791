/* Everything that is read from data files before a log is: pattern sets and catalogue, built in and
 * from outside. */
#ifndef LIB_KNOWLEDGE_H
#define LIB_KNOWLEDGE_H

#include "catalog/asked_wait.h"
#include "catalog/classifier.h"
#include "catalog/other_server.h"
#include "logfmt/parser.h"
#include "logfmt/transcript_dialect.h"

#define KNOWLEDGE_FILES 512

struct knowledge {
    struct arena arena;
    struct record_file files[KNOWLEDGE_FILES];
    size_t file_count;
    struct pattern_set *postfix;
    struct pattern_set *exim;
    struct pattern_set *greylister;
    struct transcript_dialects *dialects;
    struct catalog *catalog;
    struct classifier *classifier;
    struct other_servers *other_servers;
    struct asked_waits *asked_waits;
    bool shares; /* files and catalogue are another's */
};

/* What to load. */
struct knowledge_source {
    bool built_in;
    bool samples;             /* those of the built-in files are kept; of others they always are */
    bool system;              /* /etc/smtplog/patterns and the user's own directory */
    const char *directory;    /* one more, NULL for none */
    const char *const *paths; /* single files */
    size_t path_count;
    const struct translation *translation; /* NULL: English */
    bool check;                            /* compile and check everything now */
};

/* Loads. Every mistake is said; SMTPLOG_FORMAT when there was one. Free with knowledge_free in any
 * case. */
MUST_USE enum smtplog_status knowledge_load(struct knowledge *knowledge,
                                            const struct knowledge_source *source,
                                            const struct diagnostic *diagnostic);
void knowledge_free(struct knowledge *knowledge);

/* For a further thread: what reads lines and judges events (pattern sets, classifier, asked waits)
 * again, with the files and the catalogue of the first, which must outlive it. Free with
 * knowledge_free in any case. */
MUST_USE enum smtplog_status knowledge_share(const struct knowledge *first,
                                             struct knowledge *second);

/* SMTPLOG_NO_MEMORY once anything that was asked may have been answered wrong for want of it:
 * expressions are compiled when they are first needed. */
MUST_USE enum smtplog_status knowledge_status(const struct knowledge *knowledge);

#endif
