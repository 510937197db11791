/* Rules for findings: read from catalogue files (patterns/codes/findings.cat), nothing is built in.
 * A rule says which signs of trouble it looks at, under which conditions they are worth somebody's
 * time, and what to do then. Trust: files of the administrator; expressions run on log text under
 * the match limit. */
#ifndef FINDING_FINDING_RULE_H
#define FINDING_FINDING_RULE_H

#include "catalog/catalog.h"
#include "event/event.h"
#include "finding/finding.h"
#include "finding/rule.h"
#include "pattern/pattern.h"

enum finding_group {
    FINDING_PER_LOG,   /* one finding at most */
    FINDING_PER_PLACE, /* one for each provider or domain */
    FINDING_PER_CLIENT /* one for the clients together, each of which must fulfil the condition */
};

struct finding_rule {
    const struct catalog_entry *entry; /* its texts by key */
    enum finding_severity severity;
    double rank; /* order among findings of one severity */
    enum finding_group per;
    enum event_direction direction; /* DIRECTION_NONE: any */
    struct pattern *text;           /* NULL: none; on reply texts */
    struct pattern *warning;        /* NULL: none; on the server's own warnings and notices */
    struct rule when;               /* the condition */
};

struct finding_rules {
    const struct catalog *catalog;
    struct pattern_engine *engine;
    struct arena arena;
    struct finding_rule *rules;
    size_t count, capacity;
    const char *overrides; /* borrowed: `NAME=VALUE,NAME=VALUE`, NULL for none */
    bool check;
    const struct diagnostic *diagnostic;
};

/* Reads the rules of a catalogue. overrides are thresholds set otherwise than in the files. Every
 * mistake is said: SMTPLOG_FORMAT in a file, SMTPLOG_USAGE in overrides. With check, expressions
 * are compiled now. Free with finding_rules_free in any case. */
MUST_USE enum smtplog_status finding_rules_load(struct finding_rules *set,
                                                const struct catalog *catalog,
                                                const char *overrides, bool check,
                                                const struct diagnostic *diagnostic);
void finding_rules_free(struct finding_rules *set);

/* The value of a threshold. */
bool finding_threshold(const struct finding_rules *set, struct span name, double *number);

/* Whether one of the blank-separated words of a list is the word; an empty list has every word. In
 * the list `X.7.1` stands for any class of enhanced code. */
bool finding_has_word(struct span list, struct span word);

#endif
