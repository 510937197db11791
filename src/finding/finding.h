/* What to act on: findings, worst first, each with its evidence and the way out. Texts are whole
 * sentences; samples are texts from the log and are escaped on their way out like all others. */
#ifndef FINDING_FINDING_H
#define FINDING_FINDING_H

#include "base/arena.h"
#include "base/civil_time.h"

enum finding_severity {
    FINDING_INFO,
    FINDING_WARNING,
    FINDING_ERROR
};

struct finding {
    struct span id;
    struct span place; /* provider or domain, when the rule looks at each by itself */
    enum finding_severity severity;
    struct span title;    /* one sentence without full stop */
    struct span evidence; /* counts with their unit and denominator */
    struct span who;      /* who must act */
    struct span fix;
    struct span sample; /* a text of the log, empty when there is none */
    uint64_t count;     /* what `evidence` begins with */
    double share;       /* 0..1 of what `evidence` names */
    bool has_since;
    struct instant since;
    bool has_until; /* it ended before the log did */
    struct instant until;
};

struct finding_list {
    struct arena arena;    /* holds all texts */
    struct finding *items; /* in the arena; worst first */
    size_t count;
};

void finding_list_init(struct finding_list *list);
void finding_list_free(struct finding_list *list);

/* "info", "warning", "error". */
const char *finding_severity_name(enum finding_severity severity);

#endif
