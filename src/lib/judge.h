/* Gives events what the catalogue knows of them: reason and provider. Owns the memory that makes
 * this quick. One judge a thread; judges that share a seed give the same keys. Trust: texts of
 * remote servers; expressions run under the match limit. */
#ifndef LIB_JUDGE_H
#define LIB_JUDGE_H

#include "lib/knowledge.h"

struct judge;

/* The knowledge is borrowed and must outlive the judge. seed: of the keys of reasons, not 0. waits:
 * how long greylisting asks to wait is wanted. Free with judge_free. */
MUST_USE enum smtplog_status judge_new(const struct knowledge *knowledge, uint64_t seed, bool waits,
                                       struct judge **judge);

/* Another one like it, for another thread with knowledge of its own. */
MUST_USE enum smtplog_status judge_share(const struct judge *judge,
                                         const struct knowledge *knowledge, struct judge **second);
void judge_free(struct judge *judge);

/* Sets provider, and for refusals and failures the reason. */
void judge_event(struct judge *judge, struct event *event);

#endif
