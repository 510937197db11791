/* Mail servers whose logs are not read, told by a line of such a log. */
#include "catalog/other_server.h"

#include <stdlib.h>

#include "catalog/catalog_pattern.h"

#define SERVERS_MAXIMUM 128

struct other_server {
    const struct catalog_entry *entry;
    struct pattern *pattern; /* owned */
};

struct other_servers {
    struct pattern_engine *engine;
    struct arena arena;
    const struct diagnostic *diagnostic;
    bool check;
    bool broken;
    struct other_server server[SERVERS_MAXIMUM];
    size_t count;
};

static enum smtplog_status add_server(void *context, const struct catalog_entry *entry)
{
    struct other_servers *servers = context;
    if (servers->count == SERVERS_MAXIMUM) {
        return SMTPLOG_LIMIT;
    }
    struct other_server *server = &servers->server[servers->count];
    server->entry = entry;
    enum smtplog_status status = catalog_pattern(entry, "regex", &servers->arena, servers->check,
                                                 servers->diagnostic, &server->pattern);
    servers->count += server->pattern != NULL;
    if (status == SMTPLOG_FORMAT) { /* said; the other entries are looked at too */
        servers->broken = true;
        return SMTPLOG_OK;
    }
    return status;
}

enum smtplog_status other_servers_new(const struct catalog *catalog, bool check,
                                      const struct diagnostic *diagnostic,
                                      struct other_servers **servers)
{
    struct other_servers *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->check = check;
    made->diagnostic = diagnostic;
    arena_init(&made->arena);
    enum smtplog_status status = pattern_engine_new(&made->engine);
    if (status == SMTPLOG_OK) {
        status = catalog_each(catalog, "server", add_server, made);
    }
    if (status == SMTPLOG_OK && made->broken) {
        status = SMTPLOG_FORMAT;
    }
    if (status != SMTPLOG_OK) {
        other_servers_free(made);
        return status;
    }
    *servers = made;
    return SMTPLOG_OK;
}

void other_servers_free(struct other_servers *servers)
{
    if (servers == NULL) {
        return;
    }
    for (size_t i = 0; i < servers->count; i++) {
        pattern_free(servers->server[i].pattern);
    }
    pattern_engine_free(servers->engine);
    arena_free(&servers->arena);
    free(servers);
}

/* Whether one of the literals of `need` occurs: most lines fail here, and nothing is compiled for
 * them. */
static bool has_needed(const struct other_server *server, struct span line)
{
    struct span list = catalog_text(server->entry, "need");
    struct span word;
    while (span_next_piece(&list, '|', &word)) {
        if (span_find(line, word) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

const struct catalog_entry *other_servers_find(struct other_servers *servers, struct span line)
{
    struct pattern_capture captures[PATTERN_CAPTURES];
    size_t count = 0;
    for (size_t i = 0; i < servers->count; i++) {
        struct other_server *server = &servers->server[i];
        if (has_needed(server, line) &&
            pattern_match(server->pattern, servers->engine, line, captures, &count)) {
            return server->entry;
        }
    }
    return NULL;
}

void other_servers_test(struct other_servers *servers, const struct diagnostic *diagnostic,
                        uint64_t *passed, uint64_t *failed)
{
    for (size_t i = 0; i < servers->count; i++) {
        const struct catalog_entry *entry = servers->server[i].entry;
        for (size_t k = 0; k < entry->record->pair_count; k++) {
            const struct record_pair *pair = &entry->texts[k];
            bool sample = span_starts(pair->key, SPAN_LITERAL("sample"));
            bool nomatch = span_starts(pair->key, SPAN_LITERAL("nomatch"));
            if (!sample && !nomatch) {
                continue;
            }
            bool found = other_servers_find(servers, pair->value) == entry;
            *passed += found == sample;
            *failed += found != sample;
            if (found != sample) {
                (void)record_complain(entry->file, pair->line, diagnostic,
                                      sample ? "the sample is not recognised"
                                             : "is recognised, but must not be",
                                      pair->value);
            }
        }
    }
}
