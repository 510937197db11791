/* Kept events: those whose owners are there come back in order and whole, from memory, from a file,
 * and from a file that had to be cleared up; without a place for a file all stay in memory. */
#include "track/kept.h"

#include <stdlib.h>

#include "tap.h"

#define OWNERS 300
#define EVENTS 600000

struct owners {
    uint32_t lives[OWNERS];
};

static bool is_there(const void *context, uint32_t owner, uint32_t life)
{
    return ((const struct owners *)context)->lives[owner] == life;
}

static uint32_t next_number(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

/* What was added, to compare with. */
struct memory {
    uint32_t owner, life, size;
};

struct run {
    struct owners owners;
    struct kept_log log;
    struct memory *added;
    uint64_t live[OWNERS];
    uint64_t all_live;
    char text[200 * 1024];
};

static bool add(struct run *run, uint64_t order, uint64_t *state)
{
    bool stays = next_number(state) % 256 == 0; /* four outlive all, and have few events */
    uint32_t owner = stays ? next_number(state) % 4 : 4 + next_number(state) % (OWNERS - 4);
    if (!stays && next_number(state) % 20 == 0) {
        run->owners.lives[owner]++;
        run->all_live -= run->live[owner];
        run->live[owner] = 0;
    }
    struct event event = {.time = {.seconds = (int64_t)order}, .repeat = 1, .domain = SPAN_EMPTY};
    bool large = order % 50000 == 49999;
    size_t n = large ? sizeof run->text - 200 * (order % 7) : next_number(state) % 200;
    event_set_text(&event, EVENT_RECIPIENT, span_of(run->text, n));
    struct kept head = {.order = order, .owner = owner, .life = run->owners.lives[owner]};
    size_t size = 0;
    if (kept_log_add(&run->log, &head, KEPT_MESSAGE, &event, (size_t)run->all_live, &size) !=
        SMTPLOG_OK) {
        return false;
    }
    run->added[order] = (struct memory){owner, head.life, (uint32_t)n};
    run->live[owner] += size;
    run->all_live += size;
    return true;
}

/* True when exactly the events of those that are there come back. */
static bool reads_back(const struct run *run, size_t count)
{
    struct kept_cursor cursor = {.at = 0};
    const struct kept *kept = NULL;
    bool good = true;
    size_t at = 0;
    while (good) {
        while (at < count && !is_there(&run->owners, run->added[at].owner, run->added[at].life)) {
            at++;
        }
        good = kept_log_next(&run->log, &cursor, &kept) == SMTPLOG_OK;
        if (kept == NULL || at == count) {
            break;
        }
        size_t size = run->added[at].size;
        good = good && kept->order == at && kept->owner == run->added[at].owner &&
               kept->size > size && kept->size < size + 32;
        at++;
    }
    kept_cursor_free(&cursor);
    return good && kept == NULL && at == count;
}

static void check(const char *directory, const char *what, bool has_file, bool has_place)
{
    struct run *run = calloc(1, sizeof *run);
    uint64_t state = 450;
    bool good = run != NULL;
    run->added = calloc(EVENTS, sizeof *run->added);
    memset(run->text, 'x', sizeof run->text);
    good = good && run->added != NULL &&
           kept_log_init(&run->log, is_there, &run->owners) == SMTPLOG_OK;
    kept_log_allow_file(&run->log, directory);
    for (uint64_t order = 0; good && order < EVENTS; order++) {
        good = add(run, order, &state);
        good = good && (order % 100000 != 5000 || reads_back(run, (size_t)order + 1));
    }
    tap_ok(good && reads_back(run, EVENTS), what);
    tap_ok((run->log.file.descriptor >= 0) == has_file, "%s: a file is %s", what,
           has_file ? "made" : "not made");
    tap_ok(kept_log_has_place(&run->log) == has_place, "%s: and that is known", what);
    tap_ok(!has_file || run->log.file.length < 64u * 1024 * 1024, "%s: it stays small", what);
    kept_log_free(&run->log);
    free(run->added);
    free(run);
}

int main(void)
{
    check(NULL, "in memory", false, false);
    check("/tmp", "in a file", true, true);
    check("/nowhere", "where no file can be", false, false);
    return tap_end();
}
