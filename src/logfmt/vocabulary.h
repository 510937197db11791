/* What the names in pattern files stand for: the fields and values of an event. */
#ifndef LOGFMT_VOCABULARY_H
#define LOGFMT_VOCABULARY_H

#include "event/event.h"
#include "pattern/pattern_set.h"

extern const struct pattern_vocabulary event_vocabulary;

/* Makes a set for one mail server from the parsed pattern files whose [file] record names it. */
MUST_USE enum smtplog_status pattern_set_for_mta(const struct record_file *files, size_t count,
                                                 const char *mta, bool compile_all,
                                                 const struct diagnostic *diagnostic,
                                                 struct pattern_set **set);

#endif
