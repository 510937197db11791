/* The one format of pattern and catalogue files: records `[type name]` with lines `key = value`.
 *
 *   # a comment, only at the start of a line
 *   [file]
 *   format = 1
 *   [event delivery]
 *   regex = ^to=<...>
 *    continued: a line that begins with a blank belongs to the value above
 *
 * The value is the rest of the line as it stands; nothing is escaped. Not a general configuration
 * language. Trust: built-in files and files of the administrator; the parser is safe with any
 * bytes. */
#ifndef DATA_RECORD_FILE_H
#define DATA_RECORD_FILE_H

#include "base/arena.h"
#include "base/diagnostic.h"
#include "base/span.h"
#include "base/status.h"

#define RECORD_FILE_MAXIMUM   ((size_t)4 * 1024 * 1024)
#define RECORD_FORMAT_VERSION 1

struct record_pair {
    struct span key;
    struct span value; /* continued lines are joined by LF: see record_regex and record_prose */
    unsigned line;
};

struct record {
    struct span type;
    struct span name; /* may be empty */
    unsigned line;
    struct record_pair *pairs;
    size_t pair_count;
};

struct record_file {
    struct span label; /* file name for messages */
    struct span name;  /* what the [file] record says */
    struct span version;
    const struct record *records; /* the first is the [file] record */
    size_t record_count;
};

/* Parses bytes (which must stay valid) into records that live in the arena. Every mistake is said
 * with label:line, all of them, before SMTPLOG_FORMAT is returned. Duplicate keys in one record and
 * duplicate records of one file are mistakes; unknown types and keys are for the caller to refuse.
 * Records that only tests of the file look at ([sample], [nomatch]), two fifths of all, are passed
 * over unless they are to be kept. */
MUST_USE enum smtplog_status record_file_parse(struct span label, struct span bytes,
                                               bool keep_samples, struct arena *arena,
                                               const struct diagnostic *diagnostic,
                                               struct record_file *file);

/* The pair with that key, or NULL. */
const struct record_pair *record_find(const struct record *record, const char *key);

/* The value of a key, empty when absent. */
struct span record_value(const struct record *record, const char *key);

/* A value as a regular expression: continued lines joined with nothing in between. */
MUST_USE enum smtplog_status record_regex(struct arena *arena, struct span value,
                                          struct span *regex);

/* A value as prose: continued lines joined with one blank. */
MUST_USE enum smtplog_status record_prose(struct arena *arena, struct span value,
                                          struct span *prose);

/* Makes the value prose for good, in its place. It can no longer be read as an expression. */
void record_make_prose(struct record_pair *pair);

/* Says a mistake at a line of a file. Always returns SMTPLOG_FORMAT. */
enum smtplog_status record_complain(const struct record_file *file, unsigned line,
                                    const struct diagnostic *diagnostic, const char *what,
                                    struct span detail);

#endif
