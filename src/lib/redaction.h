/* Pseudonyms in everything that leaves a run, when they were asked for: events and stories on their
 * way into the figures and records, lines quoted, names of files, dialogues. Figures then never
 * hold a real name, so no renderer can show one. */
#ifndef LIB_REDACTION_H
#define LIB_REDACTION_H

#include "filter/redact.h"
#include "logfmt/transcript.h"
#include "track/message.h"
#include "track/trail.h"

struct smtplog_analyzer;

/* Reads the options redact and redact-key. Leaves analyzer->redactor NULL when nobody asks. */
MUST_USE enum smtplog_status redaction_prepare(struct smtplog_analyzer *analyzer);

/* The listener of the tracker: hands stories on to the figures. */
struct track_listener redaction_listener(struct smtplog_analyzer *analyzer);

/* Appends a line of a log as it may be shown; event is what was understood of it. */
void redaction_line(struct smtplog_analyzer *analyzer, const struct event *event, struct span line,
                    struct strbuf *out);

/* Text as it may be shown: itself, or with pseudonyms and then in the analyzer's arena. Empty when
 * memory is short; redaction_status says so then. */
struct span redaction_text(struct smtplog_analyzer *analyzer, struct span text);
struct span redaction_path(struct smtplog_analyzer *analyzer, const char *path);

/* What a transcript keeps for its dialogues. To be called once, when it is complete. */
void redaction_transcript(struct smtplog_analyzer *analyzer, const struct transcript *transcript);

/* Whether memory was short for any of the above: what it was to show is not to be shown then. */
MUST_USE enum smtplog_status redaction_status(const struct smtplog_analyzer *analyzer);

/* All that a trace is written from. To be called once, when it is complete. */
MUST_USE enum smtplog_status redaction_trail(struct smtplog_analyzer *analyzer,
                                             struct trail *trail);

#endif
