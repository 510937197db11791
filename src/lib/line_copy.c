/* Lines that two inputs hold at the same time. */
#include "lib/line_copy.h"

#include <stdlib.h>

#include "base/hashmap.h"

#define SLOTS   ((size_t)16384) /* a power of two; of the lines of one instant */
#define FULLEST (SLOTS / 4 * 3)

/* How often a text was given at this instant: by one input, or the most that any gave it. */
struct slot {
    uint64_t hash;
    uint64_t epoch; /* of the instant; another one: free */
    uint32_t count;
    uint32_t matched; /* of these, by another input, too */
    size_t file;      /* that gave the last of them */
};

struct copied_input {
    uint64_t alone;    /* lines that no other input gave; not those of the latest instant */
    uint64_t open;     /* those of the latest instant so far */
    uint64_t together; /* epoch of the latest instant */
};

struct line_copies {
    uint64_t seed;
    uint64_t epoch;
    size_t used; /* slots of this epoch */
    struct instant time;
    struct slot slots[SLOTS];
    struct copied_input inputs[];
};

enum smtplog_status line_copies_new(size_t files, struct line_copies **copies)
{
    struct line_copies *made = calloc(1, sizeof *made + files * sizeof made->inputs[0]);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->seed = hash_random_seed();
    *copies = made;
    return SMTPLOG_OK;
}

void line_copies_free(struct line_copies *copies)
{
    free(copies);
}

static struct slot *slot_of(struct line_copies *copies, uint64_t hash)
{
    size_t i = (size_t)hash & (SLOTS - 1);
    while (copies->slots[i].epoch == copies->epoch && copies->slots[i].hash != hash) {
        i = (i + 1) & (SLOTS - 1);
    }
    struct slot *slot = &copies->slots[i];
    if (slot->epoch != copies->epoch) {
        *slot = (struct slot){.hash = hash, .epoch = copies->epoch};
        copies->used++;
    }
    return slot;
}

/* Lines of an earlier instant that found no match will find none. */
static struct copied_input *input_now(struct line_copies *copies, size_t file)
{
    struct copied_input *input = &copies->inputs[file];
    if (input->together != copies->epoch) {
        input->alone += input->open;
        input->open = 0;
        input->together = copies->epoch;
    }
    return input;
}

bool line_copies_note(struct line_copies *copies, size_t file, const struct instant *time,
                      struct span text, size_t *whole)
{
    if (copies->epoch == 0 || instant_compare(time, &copies->time) != 0) {
        copies->epoch++;
        copies->used = 0;
        copies->time = *time;
    }
    struct copied_input *input = input_now(copies, file);
    if (copies->used >= FULLEST) {
        input->open++;
        return false;
    }
    uint64_t hash = hash_span(copies->seed, text);
    uint32_t times = ++slot_of(copies, hash_mix(hash, file + 1))->count;
    struct slot *most = slot_of(copies, hash);
    if (times > most->count) {
        most->count = times;
        most->file = file;
        input->open++;
        return false;
    }
    struct copied_input *owner = input_now(copies, most->file);
    if (times > most->matched) {
        most->matched = times;
        owner->open -= owner->open > 0;
    }
    bool is_part = input->alone + input->open == 0;
    *whole = is_part ? most->file : file;
    return is_part || owner->alone + owner->open == 0;
}
