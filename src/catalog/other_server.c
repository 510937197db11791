/* Mail servers whose logs are not read, told by a line of such a log. */
#include "catalog/other_server.h"

#include <stdlib.h>

#include "catalog/catalog_pattern.h"

struct other_servers {
    struct catalog_pattern_list list;
};

enum smtplog_status other_servers_new(const struct catalog *catalog, bool check,
                                      const struct diagnostic *diagnostic,
                                      struct other_servers **servers)
{
    struct other_servers *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    enum smtplog_status status = catalog_pattern_list_load(&made->list, catalog, "server", NULL,
                                                           check, diagnostic);
    if (status != SMTPLOG_OK) {
        other_servers_free(made);
        return status;
    }
    *servers = made;
    return SMTPLOG_OK;
}

enum smtplog_status other_servers_status(const struct other_servers *servers)
{
    return pattern_engine_status(servers->list.engine);
}

void other_servers_free(struct other_servers *servers)
{
    if (servers == NULL) {
        return;
    }
    catalog_pattern_list_free(&servers->list);
    free(servers);
}

/* Whether one of the literals of `need` occurs: most lines fail here, and nothing is compiled for
 * them. */
static bool has_needed(const struct catalog_entry *server, struct span line)
{
    struct span list = catalog_text(server, "need");
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
    for (size_t i = 0; i < servers->list.count; i++) {
        const struct catalog_pattern_item *server = &servers->list.items[i];
        if (has_needed(server->entry, line) &&
            pattern_match(server->pattern, servers->list.engine, line, captures, &count)) {
            return server->entry;
        }
    }
    return NULL;
}

void other_servers_test(struct other_servers *servers, const struct diagnostic *diagnostic,
                        uint64_t *passed, uint64_t *failed)
{
    for (size_t i = 0; i < servers->list.count; i++) {
        const struct catalog_entry *entry = servers->list.items[i].entry;
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
