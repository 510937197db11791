/* One event kept in memory. Trust: texts in it come from logs. */
#include "track/kept.h"

#include <stdlib.h>

void kept_free(struct kept *kept)
{
    while (kept != NULL) {
        struct kept *next = kept->next;
        free(kept);
        kept = next;
    }
}

/* What is behind is raw. */
#define KEPT_TEXTS (((uint64_t)1 << EVENT_REPLY) - 1)

enum smtplog_status kept_make(enum kept_use use, const struct event *event, uint64_t order,
                              struct kept **kept)
{
    struct span texts[EVENT_TEXTS + 2];
    size_t count = 0;
    size_t size = 0;
    for (uint64_t left = event->set & KEPT_TEXTS; left != 0; left &= left - 1) {
        texts[count++] = event->text[__builtin_ctzll(left)];
    }
    texts[count++] = event->domain;
    bool refused = use == KEPT_REFUSAL || use == KEPT_TRIPLET;
    texts[count++] = refused ? event->reason_class : SPAN_EMPTY;
    for (size_t i = 0; i < count; i++) {
        size += sizeof(uint32_t) + texts[i].n;
    }
    struct kept *made = malloc(sizeof *made + size);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    *made = (struct kept){.order = order,
                          .set = event->set,
                          .line = event->line,
                          .time = event->time,
                          .file = event->file,
                          .repeat = event->repeat,
                          .size = (uint32_t)size,
                          .use = (uint8_t)use,
                          .mta = (uint8_t)event->mta,
                          .possible_greylisting = event->possible_greylisting};
    for (size_t i = 0; i < COUNT_OF(made->value); i++) {
        made->value[i] = (int16_t)event->value[i];
    }
    char *to = (char *)&made->lengths[count];
    for (size_t i = 0; i < count; i++) {
        made->lengths[i] = (uint32_t)texts[i].n;
        if (texts[i].n > 0) {
            memcpy(to, texts[i].p, texts[i].n);
        }
        to += texts[i].n;
    }
    *kept = made;
    return SMTPLOG_OK;
}

void kept_pack(const struct kept *kept, struct strbuf *out)
{
    struct event event = {.set = kept->set,
                          .mta = (enum event_mta)kept->mta,
                          .time = kept->time,
                          .has_time = true,
                          .file = kept->file,
                          .line = kept->line,
                          .repeat = kept->repeat,
                          .possible_greylisting = kept->possible_greylisting};
    size_t count = (size_t)__builtin_popcountll(kept->set & KEPT_TEXTS);
    const char *from = (const char *)&kept->lengths[count + 2];
    size_t at = 0;
    for (uint64_t left = kept->set & KEPT_TEXTS; left != 0; left &= left - 1) {
        event.text[__builtin_ctzll(left)] = span_of(from, kept->lengths[at]);
        from += kept->lengths[at++];
    }
    event.domain = span_of(from, kept->lengths[at]);
    event.reason_class = span_of(from + kept->lengths[at], kept->lengths[at + 1]);
    for (size_t i = 0; i < COUNT_OF(kept->value); i++) {
        event.value[i] = kept->value[i];
    }
    event_pack((enum kept_use)kept->use, &event, out);
}
