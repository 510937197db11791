/* Every named figure of a report with its value: the names are the paths in the JSON, so that no
 * figure can be missing or be named otherwise; `code.550` and `class.user-unknown` stand for the
 * rows of codes[] and classes[]. */
#ifndef REPORT_FIGURE_LIST_H
#define REPORT_FIGURE_LIST_H

#include "base/arena.h"
#include "base/pack.h"
#include "report/report.h"

enum figure_unit {
    FIGURE_COUNT,
    FIGURE_SHARE, /* 0..1 */
    FIGURE_SECONDS,
    FIGURE_BYTES
};

struct figure {
    struct span name;
    double value;
    enum figure_unit unit;
};

struct figure_list {
    struct arena arena;   /* holds the names */
    struct figure *items; /* owned; by name */
    size_t count;
    struct span *families; /* owned; by name: objects whose members depend on the log */
    size_t family_count;
    const struct catalog *catalog; /* borrowed: names of classes */
};

void figure_list_init(struct figure_list *list);
void figure_list_free(struct figure_list *list);

/* Fills an empty list. */
MUST_USE enum smtplog_status figure_list_build(const struct report *report,
                                               struct figure_list *list);

/* As bytes, and back into an empty list: of what was, not of what may be, since the objects whose
 * members depend on the log are left out. */
void figure_list_pack(const struct figure_list *list, struct strbuf *out);
MUST_USE enum smtplog_status figure_list_unpack(struct unpacker *in, const struct catalog *catalog,
                                                struct figure_list *list);

/* The value of a name. A code, stage or class that this log did not have is 0; false when there is
 * no figure of that name. */
bool figure_list_find(const struct figure_list *list, struct span name, double *value);

/* Appends up to three names that are near to one that does not exist, comma between. */
void figure_list_suggest(const struct figure_list *list, struct span name, struct strbuf *out);

/* "count", "share", "seconds", "bytes". */
const char *figure_unit_name(enum figure_unit unit);

enum figure_unit figure_unit_of(struct span name);

/* All of them: a line each, or an object. */
MUST_USE enum smtplog_status figure_list_write_text(const struct figure_list *list,
                                                    const struct figure_style *style,
                                                    struct strbuf *out);
MUST_USE enum smtplog_status figure_list_write_json(const struct figure_list *list,
                                                    const struct instant *generated,
                                                    struct strbuf *out);

#endif
