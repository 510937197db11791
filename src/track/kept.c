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

enum smtplog_status kept_make(struct kept_room *room, enum kept_use use, const struct event *event,
                              uint64_t order, struct kept **kept)
{
    size_t most = event_pack_room(event);
    if (most > room->size) {
        char *bytes = realloc(room->bytes, most * 2);
        if (bytes == NULL) {
            return SMTPLOG_NO_MEMORY;
        }
        room->bytes = bytes;
        room->size = most * 2;
    }
    size_t size = event_pack(use, event, room->bytes);
    struct kept *made = malloc(sizeof *made + size);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    *made = (struct kept){.order = order, .size = (uint32_t)size};
    memcpy(made->bytes, room->bytes, size);
    *kept = made;
    return SMTPLOG_OK;
}
