/* One regular expression and what its captures mean. Compiled and run by PCRE2 with JIT where there
 * is one. Trust: subjects are written by strangers, so every match runs under PATTERN_MATCH_LIMIT;
 * the expressions come from pattern files. Not a general regex wrapper: bytes, no UTF, only named
 * captures.
 *
 * A pattern belongs to the thread that uses it: compiling is delayed until the first use. */
#ifndef PATTERN_PATTERN_H
#define PATTERN_PATTERN_H

#include "base/span.h"
#include "base/status.h"

/* Steps a match may take. Ordinary lines need tens; a rule that runs into the limit has not matched
 * and is counted. (PCRE2's JIT honours it.) */
#define PATTERN_MATCH_LIMIT 1000
#define PATTERN_CAPTURES    32

struct pattern;

/* Shared by the patterns of one thread: match memory, limits, JIT stack. */
struct pattern_engine;

MUST_USE enum smtplog_status pattern_engine_new(struct pattern_engine **engine);
void pattern_engine_free(struct pattern_engine *engine);
/* SMTPLOG_NO_MEMORY once an expression could not be compiled for want of it. */
MUST_USE enum smtplog_status pattern_engine_status(const struct pattern_engine *engine);
/* The counter of matches that ran into a limit; lives as long as the engine. */
const uint64_t *pattern_engine_limits_hit(const struct pattern_engine *engine);

/* Which field a capture name stands for; SIZE_MAX for a name that does not exist. */
typedef size_t (*pattern_resolve)(struct span name);

/* Keeps a copy of nothing: regex must live as long as the pattern. anchored: matches at the start
 * of the subject only. */
MUST_USE enum smtplog_status pattern_new(struct span regex, bool anchored, pattern_resolve resolve,
                                         struct pattern **pattern);
void pattern_free(struct pattern *pattern);

/* Compiles now. On SMTPLOG_FORMAT error (at least 128 bytes) says what is wrong and where. */
MUST_USE enum smtplog_status pattern_compile(struct pattern *pattern, char *error, size_t size);

/* ORs the first bytes that a match can begin with into map[32] (a bit a byte), and lowers *minimum
 * to the shortest subject that can match. Compiles if needed. */
MUST_USE enum smtplog_status pattern_first_bytes(struct pattern *pattern, uint8_t map[32],
                                                 size_t *minimum);

/* Whether an anchored pattern can match subjects that begin with a byte. Compiles if needed. */
bool pattern_may_begin(struct pattern *pattern, unsigned char byte);

struct pattern_capture {
    size_t field;
    struct span text;
};

/* Matches subject. True on a match, with the captures that took part (also empty ones) and *count
 * of them. captures has room for PATTERN_CAPTURES. A pattern that cannot be compiled never matches.
 */
bool pattern_match(struct pattern *pattern, struct pattern_engine *engine, struct span subject,
                   struct pattern_capture *captures, size_t *count);

/* Where captures go: texts by field, and a bit for each field. */
struct pattern_target {
    struct span *text;
    size_t texts; /* captures of fields from here on are dropped */
    uint64_t *set;
};

/* As pattern_match, with the captures put into target. */
bool pattern_match_into(struct pattern *pattern, struct pattern_engine *engine, struct span subject,
                        const struct pattern_target *target);

/* Whether pattern_match would say true, for less: by an expression that captures nothing. */
bool pattern_recognizes(struct pattern *pattern, struct pattern_engine *engine,
                        struct span subject);

#endif
