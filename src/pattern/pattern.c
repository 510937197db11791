/* One regular expression and what its captures mean. */
#include "pattern/pattern.h"

#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "pattern/expression.h"

/* Bytes of heap a match without JIT may use, in KiB (pcre2_set_heap_limit). */
#define PATTERN_HEAP_LIMIT 4096
#define PATTERN_BARE       65536 /* bytes of an expression without captures */

/* A match has one place to begin, and most that are tried match: no look ahead for the last letter
 * that must be there, which goes byte by byte. */
#define ANCHORED (PCRE2_ANCHORED | PCRE2_NO_START_OPTIMIZE)

struct pattern_group {
    uint16_t number;
    uint16_t field;
};

/* An expression as it is run. */
struct compiled {
    pcre2_code *code; /* owned */
    bool prepared;    /* compiled, for JIT too where there is one */
    bool jit;
    bool whole; /* its literal beginning is all of it, */
    bool ends;  /* and the subject must end there */
};

struct pattern {
    struct compiled full;
    struct compiled bare; /* matches the same and captures nothing */
    bool no_bare;         /* cannot be had */
    bool anchored;
    uint8_t group_count;
    int16_t sought; /* a byte that every subject has, or -1 */
    uint32_t minimum;
    struct expression_head head; /* what every subject of an anchored match begins with */
    uint8_t first[32];
    struct pattern_group groups[PATTERN_CAPTURES]; /* by number */
    struct span regex;
    pattern_resolve resolve;
    enum {
        PATTERN_RAW,
        PATTERN_COMPILED,
        PATTERN_UNUSABLE
    } state;
};

struct pattern_engine {
    pcre2_match_context *context;
    pcre2_match_data *data;
    const size_t *ovector; /* of data */
    pcre2_jit_stack *stack;
    uint64_t limits_hit;
    bool starved; /* an expression could not be compiled for want of memory: answers may be wrong */
};

enum smtplog_status pattern_engine_new(struct pattern_engine **engine)
{
    struct pattern_engine *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->context = pcre2_match_context_create(NULL);
    made->data = pcre2_match_data_create(PATTERN_CAPTURES + 1, NULL);
    made->stack = pcre2_jit_stack_create((size_t)32 * 1024, (size_t)512 * 1024, NULL);
    if (made->context == NULL || made->data == NULL) {
        pattern_engine_free(made);
        return SMTPLOG_NO_MEMORY;
    }
    made->ovector = pcre2_get_ovector_pointer(made->data);
    pcre2_set_match_limit(made->context, PATTERN_MATCH_LIMIT);
    pcre2_set_heap_limit(made->context, PATTERN_HEAP_LIMIT);
    if (made->stack != NULL) {
        pcre2_jit_stack_assign(made->context, NULL, made->stack);
    }
    *engine = made;
    return SMTPLOG_OK;
}

void pattern_engine_free(struct pattern_engine *engine)
{
    if (engine != NULL) {
        pcre2_match_data_free(engine->data);
        pcre2_match_context_free(engine->context);
        pcre2_jit_stack_free(engine->stack);
        free(engine);
    }
}

enum smtplog_status pattern_engine_status(const struct pattern_engine *engine)
{
    return engine->starved ? SMTPLOG_NO_MEMORY : SMTPLOG_OK;
}

const uint64_t *pattern_engine_limits_hit(const struct pattern_engine *engine)
{
    return &engine->limits_hit;
}

enum smtplog_status pattern_new(struct span regex, bool anchored, pattern_resolve resolve,
                                struct pattern **pattern)
{
    struct pattern *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->regex = regex;
    made->anchored = anchored;
    made->no_bare = !anchored;
    made->sought = -1;
    made->resolve = resolve;
    *pattern = made;
    return SMTPLOG_OK;
}

void pattern_free(struct pattern *pattern)
{
    if (pattern != NULL) {
        pcre2_code_free(pattern->full.code);
        pcre2_code_free(pattern->bare.code);
        free(pattern);
    }
}

/* A subject is a line, so that "." may match anything: to the end of a line is then one step. */
static pcre2_code *compile_code(struct span regex, uint32_t options, int *error, size_t *offset)
{
    return pcre2_compile((PCRE2_SPTR)regex.p, regex.n,
                         options | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_CAPTURE |
                             PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF,
                         error, offset, NULL);
}

/* ---- what a match begins with --------------------------------------------------------------- */

/* The bytes that an expression begins with literally: most rules are told apart by them, and
 * comparing them is cheaper than a call into a compiled expression. */
static void study_beginning(struct pattern *pattern)
{
    expression_read_head(pattern->regex, &pattern->head);
    pattern->sought = (int16_t)expression_sought_byte(pattern->regex);
    pattern->full.whole = pattern->head.whole;
    pattern->full.ends = pattern->head.ends;
}

static void add_first_byte(struct pattern *pattern, unsigned char byte)
{
    pattern->first[byte >> 3] |= (uint8_t)(1u << (byte & 7));
}

/* First bytes and minimum length, of the literal beginning if there is one. PCRE2 works them out
 * for unanchored code only, so that otherwise a second, unanchored compile is asked. */
static void study_first_bytes(struct pattern *pattern)
{
    int error = 0;
    size_t offset = 0;
    if (pattern->head.length > 0) {
        memset(pattern->first, 0, sizeof pattern->first);
        add_first_byte(pattern, (unsigned char)pattern->head.bytes[0]);
        pattern->minimum = (uint32_t)pattern->head.length;
        return;
    }
    pcre2_code *code = pattern->anchored ? compile_code(pattern->regex, 0, &error, &offset)
                                         : pattern->full.code;
    memset(pattern->first, 0xff, sizeof pattern->first);
    if (code == NULL) {
        return;
    }
    uint32_t type = 0;
    uint32_t unit = 0;
    const uint8_t *map = NULL;
    pcre2_pattern_info(code, PCRE2_INFO_FIRSTCODETYPE, &type);
    pcre2_pattern_info(code, PCRE2_INFO_MINLENGTH, &pattern->minimum);
    if (type == 1) {
        pcre2_pattern_info(code, PCRE2_INFO_FIRSTCODEUNIT, &unit);
        memset(pattern->first, 0, sizeof pattern->first);
        char lower = byte_lower((char)unit);
        /* Either case: a caseless first letter is reported without saying so. */
        add_first_byte(pattern, (unsigned char)lower);
        add_first_byte(pattern, (unsigned char)(lower >= 'a' && lower <= 'z' ? lower - 32 : lower));
    } else if (pcre2_pattern_info(code, PCRE2_INFO_FIRSTBITMAP, &map) == 0 && map != NULL) {
        memcpy(pattern->first, map, sizeof pattern->first);
    }
    if (code != pattern->full.code) {
        pcre2_code_free(code);
    }
}

/* ---- compiling ------------------------------------------------------------------------------ */

/* Keeps the groups in order of their numbers. */
static void add_group(struct pattern *pattern, uint16_t number, uint16_t field)
{
    size_t at = pattern->group_count++;
    for (; at > 0 && pattern->groups[at - 1].number > number; at--) {
        pattern->groups[at] = pattern->groups[at - 1];
    }
    pattern->groups[at] = (struct pattern_group){number, field};
}

static enum smtplog_status resolve_groups(struct pattern *pattern, char *error, size_t size)
{
    uint32_t count = 0;
    uint32_t entry_size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(pattern->full.code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(pattern->full.code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
    pcre2_pattern_info(pattern->full.code, PCRE2_INFO_NAMETABLE, &table);
    if (count > PATTERN_CAPTURES) {
        snprintf(error, size, "more than %d named groups", PATTERN_CAPTURES);
        return SMTPLOG_FORMAT;
    }
    for (uint32_t i = 0; i < count; i++, table += entry_size) {
        const char *name = (const char *)(table + 2);
        size_t field = pattern->resolve(span_cstr(name));
        if (field > UINT16_MAX) {
            snprintf(error, size, "unknown field \"%.64s\"", name);
            return SMTPLOG_FORMAT;
        }
        add_group(pattern, (uint16_t)(table[0] << 8 | table[1]), (uint16_t)field);
    }
    return SMTPLOG_OK;
}

enum smtplog_status pattern_compile(struct pattern *pattern, char *error, size_t size)
{
    if (pattern->state == PATTERN_COMPILED) {
        return SMTPLOG_OK;
    }
    int number = 0;
    size_t offset = 0;
    pattern->state = PATTERN_UNUSABLE;
    pattern->group_count = 0;
    pcre2_code_free(pattern->full.code);
    pattern->full.code = compile_code(pattern->regex, pattern->anchored ? ANCHORED : 0, &number,
                                      &offset);
    if (pattern->full.code == NULL) {
        char message[96] = "";
        if (number == PCRE2_ERROR_NOMEMORY || number == PCRE2_ERROR_HEAP_FAILED) {
            pattern->state = PATTERN_RAW;
            snprintf(error, size, "out of memory");
            return SMTPLOG_NO_MEMORY;
        }
        pcre2_get_error_message(number, (PCRE2_UCHAR *)message, sizeof message);
        snprintf(error, size, "%s at offset %zu", message, offset);
        return SMTPLOG_FORMAT;
    }
    TRY(resolve_groups(pattern, error, size));
    if (pattern->anchored) {
        study_beginning(pattern);
    }
    study_first_bytes(pattern);
    pattern->state = PATTERN_COMPILED;
    return SMTPLOG_OK;
}

static bool pattern_ready(struct pattern *pattern)
{
    if (pattern->state == PATTERN_RAW) {
        char error[128];
        return pattern_compile(pattern, error, sizeof error) == SMTPLOG_OK;
    }
    return pattern->state == PATTERN_COMPILED;
}

enum smtplog_status pattern_first_bytes(struct pattern *pattern, uint8_t map[32], size_t *minimum)
{
    char error[128];
    TRY(pattern_compile(pattern, error, sizeof error));
    for (size_t i = 0; i < 32; i++) {
        map[i] |= pattern->first[i];
    }
    if (pattern->minimum < *minimum) {
        *minimum = pattern->minimum;
    }
    return SMTPLOG_OK;
}

static inline int run_match(const struct compiled *compiled, struct pattern_engine *engine,
                            struct span subject)
{
    int result = PCRE2_ERROR_JIT_STACKLIMIT;
    if (compiled->jit) {
        result = pcre2_jit_match(compiled->code, (PCRE2_SPTR)subject.p, subject.n, 0, 0,
                                 engine->data, engine->context);
    }
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
        result = pcre2_match(compiled->code, (PCRE2_SPTR)subject.p, subject.n, 0, PCRE2_NO_JIT,
                             engine->data, engine->context);
    }
    return result;
}

static bool begins_with(const struct pattern *pattern, unsigned char byte)
{
    return (pattern->first[byte >> 3] >> (byte & 7) & 1) != 0;
}

bool pattern_may_begin(struct pattern *pattern, unsigned char byte)
{
    if (!pattern_ready(pattern)) {
        return pattern->state == PATTERN_RAW; /* not known for want of memory */
    }
    return begins_with(pattern, byte);
}

/* What can be told without the expression. */
static inline bool may_match(const struct pattern *pattern, struct span subject)
{
    if (subject.n < pattern->minimum) {
        return false;
    }
    if (!pattern->anchored || subject.n == 0) {
        return true;
    }
    bool begins = pattern->head.length > 0
                      ? bytes_equal(subject.p, pattern->head.bytes, pattern->head.length)
                      : begins_with(pattern, (unsigned char)subject.p[0]);
    return begins && (pattern->sought < 0 || memchr(subject.p, pattern->sought, subject.n) != NULL);
}

/* The expression without captures. Only where JIT runs it, which counts the steps of a match alike
 * for both. */
static void make_bare(struct pattern *pattern)
{
    struct strbuf regex;
    struct compiled *bare = &pattern->bare;
    struct expression_head head = {.length = 0};
    int error = 0;
    size_t offset = 0;
    strbuf_init(&regex, PATTERN_BARE);
    if (expression_make_bare(pattern->regex, &regex)) {
        bare->code = compile_code(strbuf_span(&regex), ANCHORED, &error, &offset);
        expression_read_head(strbuf_span(&regex), &head);
    }
    strbuf_free(&regex);
    bare->whole = bare->code != NULL && head.whole;
    bare->ends = head.ends;
}

/* At the first match. Returns what to run: all of the expression where the bare one cannot be. */
APART static struct compiled *prepare_match(struct pattern *pattern, struct compiled *compiled)
{
    bool bare = compiled == &pattern->bare;
    if (bare) {
        make_bare(pattern);
    }
    compiled->jit = compiled->code != NULL && !compiled->whole &&
                    pcre2_jit_compile(compiled->code, PCRE2_JIT_COMPLETE) == 0;
    compiled->prepared = true;
    if (!bare || compiled->jit || compiled->whole) {
        return compiled;
    }
    pattern->no_bare = true;
    return pattern->full.prepared ? &pattern->full : prepare_match(pattern, &pattern->full);
}

/* Runs an expression of the pattern; returns one more than the highest group that took part, 0 for
 * no match. */
__attribute__((always_inline)) static inline uint32_t find_match(struct pattern *pattern,
                                                                 struct compiled *compiled,
                                                                 struct pattern_engine *engine,
                                                                 struct span subject)
{
    if (!compiled->prepared && !pattern_ready(pattern)) {
        engine->starved = engine->starved || pattern->state == PATTERN_RAW;
        return 0;
    }
    if (!may_match(pattern, subject)) {
        return 0;
    }
    if (!compiled->prepared) {
        compiled = prepare_match(pattern, compiled);
    }
    if (compiled->whole) {
        return !compiled->ends || subject.n == pattern->head.length;
    }
    int result = run_match(compiled, engine, subject);
    if (result < 0) {
        engine->limits_hit += result != PCRE2_ERROR_NOMATCH;
        return 0;
    }
    return (uint32_t)result;
}

bool pattern_match(struct pattern *pattern, struct pattern_engine *engine, struct span subject,
                   struct pattern_capture *captures, size_t *count)
{
    uint32_t groups = find_match(pattern, &pattern->full, engine, subject);
    size_t found = 0;
    for (size_t i = 0; i < pattern->group_count && pattern->groups[i].number < groups; i++) {
        const struct pattern_group *group = &pattern->groups[i];
        const size_t *pair = engine->ovector + 2 * group->number;
        if (pair[0] != PCRE2_UNSET) {
            captures[found++] = (struct pattern_capture){
                group->field, span_of(subject.p + pair[0], pair[1] - pair[0])};
        }
    }
    *count = found;
    return groups > 0;
}

bool pattern_match_into(struct pattern *pattern, struct pattern_engine *engine, struct span subject,
                        const struct pattern_target *target)
{
    uint32_t groups = find_match(pattern, &pattern->full, engine, subject);
    if (groups == 0) {
        return false;
    }
    const size_t *ovector = engine->ovector;
    const struct pattern_group *group = pattern->groups;
    const struct pattern_group *end = group + pattern->group_count;
    uint64_t set = *target->set;
    for (; group < end && group->number < groups; group++) {
        const size_t *pair = ovector + 2 * (size_t)group->number;
        if (pair[0] != PCRE2_UNSET && group->field < target->texts) {
            target->text[group->field] = span_of(subject.p + pair[0], pair[1] - pair[0]);
            set |= (uint64_t)1 << group->field;
        }
    }
    *target->set = set;
    return true;
}

bool pattern_recognizes(struct pattern *pattern, struct pattern_engine *engine, struct span subject)
{
    struct compiled *compiled = pattern->no_bare ? &pattern->full : &pattern->bare;
    return find_match(pattern, compiled, engine, subject) > 0;
}
