/* What a rule looks at, gathered from the figures of a run: rows of one place (or of the log)
 * summed up, set against all attempts of that place, with the change inside the log. */
#ifndef FINDING_EVIDENCE_H
#define FINDING_EVIDENCE_H

#include "aggregate/summary.h"
#include "finding/change.h"
#include "finding/finding_rule.h"

struct evidence {
    struct span place; /* provider or domain; the busiest client; empty for the whole log */
    uint64_t count;    /* lines, repeats included */
    uint64_t attempts; /* what the share is of */
    uint64_t delivered, waiting;
    uint64_t clients; /* rows of clients among them */
    uint64_t tried;   /* names or addresses that the busiest client tried */
    uint64_t worst;   /* lines of the largest row */
    struct span sample;
    bool has_time;
    struct instant first, last;
    struct series series; /* owned */
    bool began;
    struct change change; /* when began */
};

struct evidence_list {
    struct evidence *items; /* owned */
    size_t count, capacity;
};

/* Gathers what a rule looks at: one item for each place, or one in all. A rule without rows of its
 * own (it has only figures in its conditions) gets one empty item. */
MUST_USE enum smtplog_status evidence_gather(const struct finding_rules *set,
                                             const struct finding_rule *rule,
                                             struct summary *summary, struct evidence_list *list);
void evidence_free(struct evidence_list *list);

/* The value of a name in conditions and sentences: of the evidence (`count`, `share`, `attempts`,
 * `delivered`, `waiting`, `clients`, `tried`, `worst`, `minutes`, `began`, `ended`, `before`,
 * `during`) or of the whole run (`recipients.total`). False for an unknown name. */
bool evidence_value(const struct evidence *evidence, const struct summary *summary,
                    struct span name, double *value);

/* Whether names are known: for the check of rule files. */
bool evidence_name_is_known(struct span name);

#endif
