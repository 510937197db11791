/* Reading the files of snapshots into an analyzer. */
#ifndef LIB_MERGE_H
#define LIB_MERGE_H

#include "lib/analyzer.h"

/* Adds the parts of a file; one that cannot be used is said, counted and passed over. context: its
 * parts tell what was before only. */
MUST_USE enum smtplog_status merge_read_file(struct smtplog_analyzer *analyzer, const char *path,
                                             bool context);

#endif
