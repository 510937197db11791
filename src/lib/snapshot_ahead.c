/* Parts of snapshots opened ahead of their turn. Trust: as snapshots; a thread touches its part and
 * the figures of it alone. */
#include "lib/snapshot_ahead.h"

#include <signal.h>

static void open_part(struct snapshot_opening *opening)
{
    if (snapshot_part_waits(opening->part)) {
        return;
    }
    opening->status = opening->part->context ? SMTPLOG_OK : summary_new(&opening->figures);
    if (opening->status == SMTPLOG_OK) {
        opening->status = snapshot_part_open(opening->part, opening->figures);
    }
}

static void *thread_main(void *opening)
{
    open_part(opening);
    return NULL;
}

void snapshot_opening_begin(struct snapshot_opening *opening, struct snapshot_part *part,
                            bool alone)
{
    sigset_t all;
    sigset_t before;
    *opening = (struct snapshot_opening){.part = part};
    if (!alone && !snapshot_part_waits(part)) {
        sigfillset(&all); /* signals are for the thread that began */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        opening->has_thread = pthread_create(&opening->thread, NULL, thread_main, opening) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (!opening->has_thread) {
        open_part(opening);
    }
}

enum smtplog_status snapshot_opening_end(struct snapshot_opening *opening, struct summary **figures)
{
    if (opening->has_thread) {
        pthread_join(opening->thread, NULL);
    }
    *figures = opening->figures;
    return opening->status;
}
