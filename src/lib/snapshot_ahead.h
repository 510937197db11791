/* Parts of snapshots opened ahead of their turn by threads of their own: unpacking takes longer
 * than putting together. The result does not depend on them. */
#ifndef LIB_SNAPSHOT_AHEAD_H
#define LIB_SNAPSHOT_AHEAD_H

#include <pthread.h>

#include "lib/snapshot.h"

#define SNAPSHOT_AHEAD 3 /* parts that are open at once, the one whose turn it is included */

struct snapshot_opening {
    struct snapshot_part *part;
    struct summary *figures; /* owned; NULL: they are not wanted */
    enum smtplog_status status;
    pthread_t thread;
    bool has_thread;
};

/* Begins to open a part; alone: without a thread. */
void snapshot_opening_begin(struct snapshot_opening *opening, struct snapshot_part *part,
                            bool alone);

/* Waits until it is open. The figures are the caller's then. */
MUST_USE enum smtplog_status snapshot_opening_end(struct snapshot_opening *opening,
                                                  struct summary **figures);

#endif
