/* The dialects of SMTP transcripts: loading, recognising, and running the samples of their files.
 */
#include "logfmt/transcript_dialect.h"

#include <stdlib.h>

#include "pattern/pattern.h"
#include "pattern/pattern_check.h"

#define DIALECTS_MAXIMUM 64
#define LINES_MAXIMUM    256
#define LINE_WORDS       (LINES_MAXIMUM / 64)
#define STRETCHED        2000 /* bytes to which a sample's text is stretched */

struct dialect_line {
    struct span name;
    struct transcript_dialect *dialect;
    enum transcript_role role;
    enum transcript_effect effect;
    struct pattern *pattern; /* owned by the set */
    const struct record_file *file;
    unsigned number;
    const struct record *first_sample; /* records behind it up to sample_end */
    const struct record *sample_end;
};

struct transcript_dialects {
    struct arena arena;
    struct pattern_engine *engine;
    struct transcript_dialect dialects[DIALECTS_MAXIMUM];
    size_t dialect_count;
    struct dialect_line lines[LINES_MAXIMUM];
    size_t line_count;
    /* by the byte that a text begins with: a bit for each line that it may be; once it was met */
    uint64_t begins[256][LINE_WORDS];
    bool begins_known[256];
};

static const char *const capture_names[CAPTURES] = {
    [CAPTURE_LINE] = "line",     [CAPTURE_STAMP] = "stamp",     [CAPTURE_KEY] = "key",
    [CAPTURE_PEER] = "peer",     [CAPTURE_PEER_IP] = "peer_ip", [CAPTURE_PEER_PORT] = "peer_port",
    [CAPTURE_TLS] = "tls",       [CAPTURE_CODE] = "code",       [CAPTURE_TEXT] = "text",
    [CAPTURE_OFFSET] = "offset", [CAPTURE_SIZE] = "size"};

static const char *const role_names[ROLES] = {[ROLE_NONE] = "",
                                              [ROLE_SERVER] = "server",
                                              [ROLE_CLIENT] = "client",
                                              [ROLE_MORE] = "more",
                                              [ROLE_FOLD] = "fold",
                                              [ROLE_REPEAT] = "repeat",
                                              [ROLE_FRAME] = "frame",
                                              [ROLE_NOTE] = "note",
                                              [ROLE_CHUNK_SERVER] = "chunk-server",
                                              [ROLE_CHUNK_CLIENT] = "chunk-client",
                                              [ROLE_CHUNK_BODY] = "chunk-body",
                                              [ROLE_PIECE] = "piece"};

static const char *const effect_names[EFFECTS] = {"none", "begin", "end", "broken",
                                                  "tls",  "auth",  "body"};
static const char *const bare_names[] = {"no", "replies", "both"};
static const char *const direction_names[] = {"", "outbound", "inbound"};
static const char *const proof_names[] = {"dialogue", "markers"};
static const char *const zone_names[] = {"local", "utc"};
static const char *const body_names[] = {"marked", "framed"};
static const char *const beside_names[] = {"other", "repeated", "notification"};
static const char *const quoted_names[] = {"plain", "quoted"};

/* ---- loading ------------------------------------------------------------------------------ */

struct dialect_loader {
    struct transcript_dialects *set;
    const struct record_file *file;
    const struct diagnostic *diagnostic;
    enum smtplog_status status;
};

static void complain(struct dialect_loader *loader, unsigned line, const char *what,
                     struct span detail)
{
    enum smtplog_status status = record_complain(loader->file, line, loader->diagnostic, what,
                                                 detail);
    if (loader->status == SMTPLOG_OK) {
        loader->status = status;
    }
}

static size_t capture_number(struct span name)
{
    for (size_t i = 0; i < CAPTURES; i++) {
        if (span_is(name, capture_names[i])) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* The place of a word in a table; fallback when the key is absent. */
static int word_value(struct dialect_loader *loader, const struct record *record, const char *key,
                      const char *const *words, size_t count, int fallback)
{
    const struct record_pair *pair = record_find(record, key);
    if (pair == NULL) {
        return fallback;
    }
    for (size_t i = 0; i < count; i++) {
        if (span_is(pair->value, words[i])) {
            return (int)i;
        }
    }
    complain(loader, pair->line, N_("unknown word"), pair->value);
    return fallback;
}

static void check_keys(struct dialect_loader *loader, const struct record *record,
                       const char *const *keys)
{
    for (size_t i = 0; i < record->pair_count; i++) {
        bool known = false;
        for (const char *const *key = keys; *key != NULL && !known; key++) {
            known = span_is(record->pairs[i].key, *key);
        }
        if (!known) {
            complain(loader, record->pairs[i].line, N_("unknown key"), record->pairs[i].key);
        }
    }
}

static struct transcript_dialect *find_dialect(struct transcript_dialects *set, struct span name)
{
    for (size_t i = 0; i < set->dialect_count; i++) {
        if (span_equal(set->dialects[i].name, name)) {
            return &set->dialects[i];
        }
    }
    return NULL;
}

static void load_dialect(struct dialect_loader *loader, const struct record *record)
{
    static const char *const keys[] = {"direction", "bare",   "proof",  "zone", "body",
                                       "words",     "daemon", "beside", NULL};
    struct transcript_dialects *set = loader->set;
    check_keys(loader, record, keys);
    struct transcript_dialect *dialect = find_dialect(set, record->name);
    if (dialect == NULL) {
        if (set->dialect_count == DIALECTS_MAXIMUM) {
            complain(loader, record->line, N_("too many dialects"), record->name);
            return;
        }
        dialect = &set->dialects[set->dialect_count++];
    }
    *dialect = (struct transcript_dialect){.name = record->name};
    dialect->direction = (enum event_direction)word_value(
        loader, record, "direction", direction_names, COUNT_OF(direction_names), 1);
    dialect->bare = (enum transcript_bare)word_value(loader, record, "bare", bare_names,
                                                     COUNT_OF(bare_names), BARE_NO);
    dialect->proof = word_value(loader, record, "proof", proof_names, 2, 0) == 1;
    dialect->utc = word_value(loader, record, "zone", zone_names, 2, 0) == 1;
    dialect->body_framed = word_value(loader, record, "body", body_names, 2, 0) == 1;
    dialect->quoted = word_value(loader, record, "words", quoted_names, 2, 0) == 1;
    int beside = word_value(loader, record, "beside", beside_names, COUNT_OF(beside_names), 0);
    dialect->alone = beside == 1;
    dialect->in_mail = beside == 2;
    dialect->daemons = record_value(record, "daemon");
}

static void compile_line(struct dialect_loader *loader, const struct record *record,
                         struct dialect_line *line, bool check)
{
    struct span regex;
    enum smtplog_status status = record_regex(&loader->set->arena, record_value(record, "regex"),
                                              &regex);
    if (status == SMTPLOG_OK) {
        status = pattern_new(regex, true, capture_number, &line->pattern);
    }
    if (status != SMTPLOG_OK) {
        loader->status = status;
        return;
    }
    if (check && loader->status != SMTPLOG_NO_MEMORY &&
        pattern_check(line->pattern, regex, loader->file, record->line, loader->diagnostic,
                      record->name) != SMTPLOG_OK) {
        loader->status = SMTPLOG_FORMAT;
    }
}

/* A line of the same name in a later file takes the earlier one's place. */
static struct dialect_line *place_for_line(struct transcript_dialects *set, struct span name)
{
    for (size_t i = 0; i < set->line_count; i++) {
        if (span_equal(set->lines[i].name, name)) {
            pattern_free(set->lines[i].pattern);
            return &set->lines[i];
        }
    }
    return set->line_count < LINES_MAXIMUM ? &set->lines[set->line_count++] : NULL;
}

static struct dialect_line *load_line(struct dialect_loader *loader, const struct record *record,
                                      bool check)
{
    static const char *const keys[] = {"role", "regex", "effect", NULL};
    struct transcript_dialects *set = loader->set;
    check_keys(loader, record, keys);
    struct span rest = record->name;
    struct span owner;
    (void)span_next_piece(&rest, '/', &owner);
    struct transcript_dialect *dialect = find_dialect(set, owner);
    if (dialect == NULL) {
        complain(loader, record->line, N_("no such dialect above"), record->name);
        return NULL;
    }
    struct dialect_line *line = place_for_line(set, record->name);
    if (line == NULL) {
        complain(loader, record->line, N_("too many lines"), record->name);
        return NULL;
    }
    *line = (struct dialect_line){.name = record->name,
                                  .dialect = dialect,
                                  .file = loader->file,
                                  .number = record->line,
                                  .first_sample = record + 1,
                                  .sample_end = record + 1};
    line->role = (enum transcript_role)word_value(loader, record, "role", role_names, ROLES,
                                                  ROLE_NOTE);
    line->effect = (enum transcript_effect)word_value(loader, record, "effect", effect_names,
                                                      EFFECTS, EFFECT_NONE);
    dialect->folds = dialect->folds || line->role == ROLE_FOLD;
    compile_line(loader, record, line, check);
    return line;
}

static void load_file(struct dialect_loader *loader, bool check)
{
    struct dialect_line *line = NULL;
    const struct record_file *file = loader->file;
    for (size_t i = 1; i < file->record_count && loader->status != SMTPLOG_NO_MEMORY; i++) {
        const struct record *record = &file->records[i];
        bool sample = span_is(record->type, "sample") || span_is(record->type, "nomatch");
        if (sample && line == NULL) {
            complain(loader, record->line, N_("a sample needs a line above"), record->name);
        } else if (sample) {
            line->sample_end = record + 1;
        } else if (span_is(record->type, "dialect")) {
            load_dialect(loader, record);
            line = NULL;
        } else if (span_is(record->type, "line")) {
            line = load_line(loader, record, check);
        } else {
            complain(loader, record->line, N_("unknown record type"), record->type);
        }
    }
}

enum smtplog_status transcript_dialects_new(const struct record_file *files, size_t count,
                                            bool check, const struct diagnostic *diagnostic,
                                            struct transcript_dialects **set)
{
    struct transcript_dialects *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    arena_init(&made->arena);
    struct dialect_loader loader = {.set = made, .diagnostic = diagnostic};
    loader.status = pattern_engine_new(&made->engine);
    for (size_t i = 0; i < count && loader.status != SMTPLOG_NO_MEMORY; i++) {
        if (span_is(record_value(&files[i].records[0], "mta"), "transcript")) {
            loader.file = &files[i];
            load_file(&loader, check);
        }
    }
    if (loader.status != SMTPLOG_OK) {
        transcript_dialects_free(made);
        return loader.status;
    }
    *set = made;
    return SMTPLOG_OK;
}

enum smtplog_status transcript_dialects_status(const struct transcript_dialects *set)
{
    return pattern_engine_status(set->engine);
}

void transcript_dialects_free(struct transcript_dialects *set)
{
    if (set != NULL) {
        for (size_t i = 0; i < set->line_count; i++) {
            pattern_free(set->lines[i].pattern);
        }
        pattern_engine_free(set->engine);
        arena_free(&set->arena);
        free(set);
    }
}

const struct transcript_dialect *transcript_dialect_find(const struct transcript_dialects *set,
                                                         const char *name)
{
    for (size_t i = 0; i < set->dialect_count; i++) {
        if (span_is(set->dialects[i].name, name)) {
            return &set->dialects[i];
        }
    }
    return NULL;
}

/* ---- recognising -------------------------------------------------------------------------- */

static bool match_line(struct transcript_dialects *set, const struct dialect_line *line,
                       struct span text, struct transcript_found *found)
{
    struct pattern_capture captures[PATTERN_CAPTURES];
    size_t count = 0;
    if (!pattern_match(line->pattern, set->engine, text, captures, &count)) {
        return false;
    }
    found->dialect = line->dialect;
    found->role = line->role;
    found->effect = line->effect;
    found->captured = 0;
    for (size_t i = 0; i < count; i++) {
        found->capture[captures[i].field] = captures[i].text;
        found->captured |= (uint32_t)1 << captures[i].field;
    }
    return true;
}

static bool daemon_is_listed(struct span daemons, struct span daemon)
{
    struct span word;
    while (span_next_word(&daemons, &word)) {
        if (span_equal(word, daemon)) {
            return true;
        }
    }
    return false;
}

/* The lines that a text may be, by its first byte. */
static const uint64_t *lines_beginning(struct transcript_dialects *set, struct span text)
{
    static const uint64_t all[LINE_WORDS] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    if (text.n == 0) {
        return all;
    }
    unsigned char byte = (unsigned char)text.p[0];
    uint64_t *begins = set->begins[byte];
    if (!set->begins_known[byte]) {
        for (size_t i = 0; i < set->line_count; i++) {
            bool may = pattern_may_begin(set->lines[i].pattern, byte);
            begins[i / 64] |= (uint64_t)may << i % 64;
        }
        set->begins_known[byte] = true;
    }
    return begins;
}

/* The next of them at or behind the place, or the count of all lines. */
static size_t next_line(const struct transcript_dialects *set, const uint64_t *begins, size_t at)
{
    for (; at < set->line_count; at = (at / 64 + 1) * 64) {
        uint64_t rest = begins[at / 64] >> at % 64;
        if (rest != 0) {
            at += (size_t)__builtin_ctzll(rest);
            break;
        }
    }
    return at < set->line_count ? at : set->line_count;
}

bool transcript_recognise_as(struct transcript_dialects *set,
                             const struct transcript_dialect *dialect, struct span line,
                             struct transcript_found *found)
{
    const uint64_t *begins = lines_beginning(set, line);
    for (size_t i = next_line(set, begins, 0); i < set->line_count;
         i = next_line(set, begins, i + 1)) {
        if (set->lines[i].dialect == dialect && match_line(set, &set->lines[i], line, found)) {
            return true;
        }
    }
    return false;
}

bool transcript_recognise(struct transcript_dialects *set,
                          const struct transcript_dialect *preferred, struct span daemon,
                          struct span line, struct transcript_found *found)
{
    if (preferred != NULL && transcript_recognise_as(set, preferred, line, found)) {
        return true;
    }
    const uint64_t *begins = lines_beginning(set, line);
    for (size_t i = next_line(set, begins, 0); i < set->line_count;
         i = next_line(set, begins, i + 1)) {
        const struct transcript_dialect *dialect = set->lines[i].dialect;
        bool applies = daemon.n == 0 ? dialect->daemons.n == 0
                                     : daemon_is_listed(dialect->daemons, daemon);
        bool alone = set->lines[i].role == ROLE_MORE || set->lines[i].role == ROLE_FOLD ||
                     set->lines[i].role == ROLE_PIECE;
        if (applies && !alone && dialect != preferred &&
            match_line(set, &set->lines[i], line, found)) {
            return true;
        }
    }
    return false;
}

/* ---- samples ------------------------------------------------------------------------------ */

struct sample_run {
    struct transcript_dialects *set;
    const struct diagnostic *diagnostic;
    uint64_t passed, failed;
};

/* A `|` in front marks the margin, for lines that begin with blanks. */
static struct span sample_text(const struct record *record)
{
    struct span text = record_value(record, "line");
    return text.n > 0 && text.p[0] == '|' ? span_from(text, 1) : text;
}

static const char *check_wants(const struct record *record, const struct transcript_found *found)
{
    uint32_t wanted = 0;
    for (size_t i = 0; i < record->pair_count; i++) {
        struct span key = record->pairs[i].key;
        if (!span_starts(key, SPAN_LITERAL("want "))) {
            continue;
        }
        size_t which = capture_number(span_trim(span_from(key, 5)));
        if (which == SIZE_MAX) {
            return "want names an unknown field";
        }
        wanted |= (uint32_t)1 << which;
        if (!span_equal(span_trim(found_text(found, (enum transcript_capture)which)),
                        record->pairs[i].value)) {
            return "a field is not as wanted";
        }
    }
    for (size_t i = 0; i < CAPTURES; i++) {
        if ((wanted >> i & 1) == 0 && found_text(found, (enum transcript_capture)i).n > 0) {
            return "a field is there that no want names";
        }
    }
    return NULL;
}

/* The sample with its text made long must still match. */
static bool stretched_matches(struct sample_run *run, const struct dialect_line *line,
                              struct span text)
{
    char longer[STRETCHED + 1];
    struct transcript_found found;
    if (text.n >= sizeof longer) {
        return true;
    }
    memcpy(longer, text.p, text.n);
    memset(longer + text.n, 'x', sizeof longer - text.n);
    if (line->role != ROLE_SERVER && line->role != ROLE_CLIENT) {
        return true;
    }
    return match_line(run->set, line, span_of(longer, sizeof longer), &found) ||
           text.p[text.n - 1] == '\'' || text.p[text.n - 1] == '"';
}

static void run_sample(struct sample_run *run, const struct dialect_line *line,
                       const struct record *record)
{
    struct transcript_found found;
    struct span text = sample_text(record);
    bool must_match = span_is(record->type, "sample");
    const char *wrong = NULL;
    bool matched = match_line(run->set, line, text, &found);
    if (matched != must_match) {
        wrong = must_match ? "the line does not match its sample" : "the line must not match";
    } else if (matched) {
        wrong = check_wants(record, &found);
        if (wrong == NULL && !stretched_matches(run, line, text)) {
            wrong = "the sample no longer matches when its text is long";
        }
    }
    run->passed += wrong == NULL;
    run->failed += wrong != NULL;
    if (wrong != NULL) {
        (void)record_complain(line->file, record->line, run->diagnostic, wrong, record->name);
    }
}

void transcript_dialects_test(struct transcript_dialects *set, const struct diagnostic *diagnostic,
                              uint64_t *passed, uint64_t *failed)
{
    struct sample_run run = {.set = set, .diagnostic = diagnostic};
    for (size_t i = 0; i < set->line_count; i++) {
        const struct dialect_line *line = &set->lines[i];
        if (line->first_sample == line->sample_end) {
            run.failed++;
            (void)record_complain(line->file, line->number, diagnostic, "a line without a sample",
                                  line->name);
        }
        for (const struct record *r = line->first_sample; r < line->sample_end; r++) {
            run_sample(&run, line, r);
        }
    }
    *passed += run.passed;
    *failed += run.failed;
}
