/* Everything that is read from data files before a log is. */
#include "lib/knowledge.h"

#include <stdio.h>
#include <stdlib.h>

#include "catalog/provider.h"
#include "data/directory.h"
#include "data/embedded.h"
#include "finding/finding_rule.h"
#include "logfmt/vocabulary.h"

#define SYSTEM_DIRECTORY "/etc/smtplog/patterns"

static enum smtplog_status add_file(struct knowledge *knowledge, struct span label,
                                    struct span bytes, bool keep_samples,
                                    const struct diagnostic *diagnostic)
{
    if (knowledge->file_count == KNOWLEDGE_FILES) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "too many pattern files");
        return SMTPLOG_LIMIT;
    }
    enum smtplog_status status = record_file_parse(label, bytes, keep_samples, &knowledge->arena,
                                                   diagnostic,
                                                   &knowledge->files[knowledge->file_count]);
    if (status == SMTPLOG_OK) {
        knowledge->file_count++;
    }
    return status;
}

static enum smtplog_status add_built_in(struct knowledge *knowledge, bool keep_samples,
                                        const struct diagnostic *diagnostic)
{
    size_t count = 0;
    const struct embedded_file *files = embedded_files(&count);
    for (size_t i = 0; i < count; i++) {
        TRY(add_file(knowledge, span_cstr(files[i].path),
                     span_of((const char *)files[i].bytes, files[i].length), keep_samples,
                     diagnostic));
    }
    return SMTPLOG_OK;
}

static enum smtplog_status add_directory(struct knowledge *knowledge, const char *path,
                                         bool required, const struct diagnostic *diagnostic)
{
    struct directory_file *files = NULL;
    size_t count = 0;
    TRY(directory_read(path, ".pat .cat", required, RECORD_FILE_MAXIMUM, &knowledge->arena,
                       diagnostic, &files, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(add_file(knowledge, files[i].path, files[i].bytes, true, diagnostic));
    }
    return SMTPLOG_OK;
}

static enum smtplog_status add_user_directory(struct knowledge *knowledge,
                                              const struct diagnostic *diagnostic)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    char path[1024];
    int n = -1;
    if (config != NULL && config[0] == '/') {
        n = snprintf(path, sizeof path, "%s/smtplog/patterns", config);
    } else if (home != NULL && home[0] == '/') {
        n = snprintf(path, sizeof path, "%s/.config/smtplog/patterns", home);
    }
    if (n < 0 || (size_t)n >= sizeof path) {
        return SMTPLOG_OK;
    }
    return add_directory(knowledge, path, false, diagnostic);
}

static enum smtplog_status add_paths(struct knowledge *knowledge,
                                     const struct knowledge_source *source,
                                     const struct diagnostic *diagnostic)
{
    for (size_t i = 0; i < source->path_count; i++) {
        struct directory_file file;
        TRY(directory_read_file(source->paths[i], RECORD_FILE_MAXIMUM, &knowledge->arena,
                                diagnostic, &file));
        TRY(add_file(knowledge, file.path, file.bytes, true, diagnostic));
    }
    return SMTPLOG_OK;
}

static bool is_pattern_file(const struct record_file *file)
{
    return record_find(&file->records[0], "mta") != NULL;
}

/* Providers are told apart by `explain` alone, which makes its own set: here they are checked. */
static enum smtplog_status check_providers(const struct knowledge *knowledge,
                                           const struct diagnostic *diagnostic)
{
    struct provider_set *providers = NULL;
    TRY(provider_set_new(knowledge->catalog, true, diagnostic, &providers));
    provider_set_free(providers);
    return SMTPLOG_OK;
}

/* Rules for findings are read when a log is: here they are checked. */
static enum smtplog_status check_rules(const struct knowledge *knowledge,
                                       const struct diagnostic *diagnostic)
{
    struct finding_rules rules;
    enum smtplog_status status = finding_rules_load(&rules, knowledge->catalog, NULL, true,
                                                    diagnostic);
    finding_rules_free(&rules);
    return status;
}

static enum smtplog_status link_catalog(struct knowledge *knowledge, bool check,
                                        const struct diagnostic *diagnostic)
{
    enum smtplog_status worst = SMTPLOG_OK;
    TRY(catalog_new(&knowledge->catalog));
    for (size_t i = 0; i < knowledge->file_count; i++) {
        if (!is_pattern_file(&knowledge->files[i])) {
            enum smtplog_status status = catalog_add(knowledge->catalog, &knowledge->files[i],
                                                     diagnostic);
            worst = status != SMTPLOG_OK ? status : worst;
        }
    }
    if (worst == SMTPLOG_OK && check) {
        worst = catalog_check(knowledge->catalog, diagnostic);
    }
    if (worst != SMTPLOG_OK) {
        return worst;
    }
    worst = other_servers_new(knowledge->catalog, check, diagnostic, &knowledge->other_servers);
    enum smtplog_status waits = asked_waits_new(knowledge->catalog, check, diagnostic,
                                                &knowledge->asked_waits);
    worst = worst != SMTPLOG_OK ? worst : waits;
    enum smtplog_status classifier = classifier_new(knowledge->catalog, check, diagnostic,
                                                    &knowledge->classifier);
    enum smtplog_status providers = check ? check_providers(knowledge, diagnostic) : SMTPLOG_OK;
    enum smtplog_status rules = check ? check_rules(knowledge, diagnostic) : SMTPLOG_OK;
    worst = worst != SMTPLOG_OK ? worst : classifier;
    worst = worst != SMTPLOG_OK ? worst : rules;
    return worst != SMTPLOG_OK ? worst : providers;
}

/* A pattern file must name a mail server that there is a reader for. */
static enum smtplog_status check_servers(const struct knowledge *knowledge,
                                         const struct diagnostic *diagnostic)
{
    static const char *const known[] = {"postfix", "exim", "transcript", "greylister"};
    enum smtplog_status status = SMTPLOG_OK;
    for (size_t i = 0; i < knowledge->file_count; i++) {
        const struct record_file *file = &knowledge->files[i];
        const struct record_pair *mta = record_find(&file->records[0], "mta");
        bool found = mta == NULL;
        for (size_t k = 0; k < COUNT_OF(known) && !found; k++) {
            found = span_is(mta->value, known[k]);
        }
        if (!found) {
            status = record_complain(file, mta->line, diagnostic, "unknown mta", mta->value);
        }
    }
    return status;
}

enum smtplog_status knowledge_load(struct knowledge *knowledge,
                                   const struct knowledge_source *source,
                                   const struct diagnostic *diagnostic)
{
    memset(knowledge, 0, sizeof *knowledge);
    arena_init(&knowledge->arena);
    if (source->built_in) {
        TRY(add_built_in(knowledge, source->samples, diagnostic));
    }
    bool outside = source->directory != NULL || source->path_count > 0;
    if (source->system) {
        size_t before = knowledge->file_count;
        TRY(add_directory(knowledge, SYSTEM_DIRECTORY, false, diagnostic));
        TRY(add_user_directory(knowledge, diagnostic));
        outside = outside || knowledge->file_count > before;
    }
    if (source->directory != NULL) {
        TRY(add_directory(knowledge, source->directory, true, diagnostic));
    }
    TRY(add_paths(knowledge, source, diagnostic));
    bool check = source->check || outside;
    TRY(check_servers(knowledge, diagnostic));
    enum smtplog_status patterns = pattern_set_for_mta(
        knowledge->files, knowledge->file_count, "postfix", check, diagnostic, &knowledge->postfix);
    enum smtplog_status exim = pattern_set_for_mta(knowledge->files, knowledge->file_count, "exim",
                                                   check, diagnostic, &knowledge->exim);
    enum smtplog_status greylister = pattern_set_for_mta(knowledge->files, knowledge->file_count,
                                                         "greylister", check, diagnostic,
                                                         &knowledge->greylister);
    exim = exim != SMTPLOG_OK ? exim : greylister;
    enum smtplog_status dialects = transcript_dialects_new(knowledge->files, knowledge->file_count,
                                                           check, diagnostic, &knowledge->dialects);
    patterns = patterns != SMTPLOG_OK ? patterns : exim != SMTPLOG_OK ? exim : dialects;
    enum smtplog_status catalog = link_catalog(knowledge, check, diagnostic);
    if (catalog == SMTPLOG_OK) {
        catalog = catalog_translate(knowledge->catalog, source->translation);
    }
    return patterns != SMTPLOG_OK ? patterns : catalog;
}

enum smtplog_status knowledge_share(const struct knowledge *first, struct knowledge *second)
{
    static const struct diagnostic nobody = {
        .function = NULL}; /* mistakes were said the first time */
    const struct record_file *files = first->files;
    memset(second, 0, sizeof *second);
    arena_init(&second->arena);
    second->shares = true;
    second->catalog = first->catalog;
    TRY(pattern_set_for_mta(files, first->file_count, "postfix", false, &nobody, &second->postfix));
    TRY(pattern_set_for_mta(files, first->file_count, "exim", false, &nobody, &second->exim));
    TRY(pattern_set_for_mta(files, first->file_count, "greylister", false, &nobody,
                            &second->greylister));
    TRY(asked_waits_new(second->catalog, false, &nobody, &second->asked_waits));
    return classifier_new(second->catalog, false, &nobody, &second->classifier);
}

enum smtplog_status knowledge_status(const struct knowledge *knowledge)
{
    TRY(pattern_set_status(knowledge->postfix));
    TRY(pattern_set_status(knowledge->exim));
    TRY(pattern_set_status(knowledge->greylister));
    TRY(asked_waits_status(knowledge->asked_waits));
    if (!knowledge->shares) {
        TRY(transcript_dialects_status(knowledge->dialects));
        TRY(other_servers_status(knowledge->other_servers));
    }
    return classifier_status(knowledge->classifier);
}

void knowledge_free(struct knowledge *knowledge)
{
    other_servers_free(knowledge->other_servers);
    asked_waits_free(knowledge->asked_waits);
    classifier_free(knowledge->classifier);
    if (!knowledge->shares) {
        catalog_free(knowledge->catalog);
    }
    pattern_set_free(knowledge->postfix);
    pattern_set_free(knowledge->exim);
    pattern_set_free(knowledge->greylister);
    transcript_dialects_free(knowledge->dialects);
    arena_free(&knowledge->arena);
    knowledge->other_servers = NULL;
    knowledge->asked_waits = NULL;
    knowledge->classifier = NULL;
    knowledge->catalog = NULL;
    knowledge->postfix = knowledge->exim = knowledge->greylister = NULL;
    knowledge->dialects = NULL;
}
