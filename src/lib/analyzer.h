/* The analyzer behind the public handle: options, one run, what it found. */
#ifndef LIB_ANALYZER_H
#define LIB_ANALYZER_H

#include "aggregate/recent.h"
#include "aggregate/summary.h"
#include "base/diagnostic.h"
#include "finding/finding_rule.h"
#include "lib/judge.h"
#include "lib/knowledge.h"
#include "lib/language.h"
#include "lib/line_stream.h"
#include "lib/other_log.h"
#include "lib/redaction.h"
#include "lib/selection.h"
#include "lib/transcript_feed.h"
#include "report/event_writer.h"
#include "report/report.h"
#include "track/held.h"
#include "track/session.h"

#define ANALYZER_FILES   65536
#define ANALYZER_OPTIONS 64

/* What is known of one input after the run. */
struct input_figures {
    uint64_t lines;
    uint64_t mail_lines; /* of a mail server, understood or not */
    bool has_period;
    struct instant first, last;
    enum event_mta mta;
    struct other_log other; /* while it has no line of a mail server */
    uint64_t texts;         /* lines without a header that are no part of a dialogue */
    struct span first_text; /* the first of them, with its place */
    struct span path;       /* as records show it; empty until one does */
};

struct rule_set;
struct snapshot_set;
struct daily;

struct smtplog_analyzer {
    struct diagnostic diagnostic;
    const struct smtplog_language *language; /* borrowed; NULL: English */
    smtplog_progress progress;
    void *progress_context;
    struct plan_input *given; /* owned, with its texts */
    size_t given_count;
    struct spool spool;             /* of standard input, when it is read more than once */
    char *option[ANALYZER_OPTIONS]; /* owned; by option_names */
    bool started, knowledge_loaded;
    /* of the run */
    struct knowledge knowledge;
    struct finding_rules finding_rules;
    struct zone *zone;
    int64_t now;
    enum event_mta kind; /* what inputs are taken for; MTA_NONE: told by each line */
    bool has_since, has_until;
    bool last_is_text;           /* the line that came last had no time */
    bool join;                   /* records show what other lines of their message tell */
    bool has_days;               /* earlier days are known: baseline() */
    struct instant since, until; /* until: first instant not meant */
    struct plan plan;
    struct line_stream *stream;
    struct parser *parser;
    struct transcript_feed *transcripts;
    size_t last_file; /* whose line came last */
    struct tracker *tracker;
    struct inbound *inbound;
    struct inbound *greylisters; /* the same by what greylisters log themselves */
    struct session_table *sessions;
    struct summary *summary;
    struct recent *recent; /* borrowed; NULL unless the log is watched */
    struct selection selection;
    struct redactor *redactor;                  /* owned; NULL: names are shown as they are */
    bool redaction_starved;                     /* memory was short for a text to be shown */
    struct judge *judge;                        /* owned */
    struct parse_ahead *threads;                /* owned; NULL: one thread */
    struct ahead_line line;                     /* what the one thread reads */
    uint64_t limits_hit;                        /* matches that ran into the match limit */
    struct rule_set *rules;                     /* owned; NULL: none asked for */
    struct input_figures *inputs;               /* owned; by file of the plan */
    struct signal_set *replayed_signals;        /* borrowed, while kept events are taken up again */
    struct held *held;                          /* owned; NULL: no snapshot is wanted */
    struct snapshot_set *snapshots;             /* owned; what was merged, or is to be kept */
    size_t snapshots_bad;                       /* files that could not be used */
    bool finished;                              /* there is something to report */
    struct daily *daily;                        /* owned; NULL: no other days */
    struct span first_unknown, first_malformed; /* said when too little was understood */
    struct arena arena;
    uint64_t traced; /* messages, sessions and the like that a trace found */
    /* streaming records */
    struct event_writer *event_writer;
    struct strbuf out;
    smtplog_writer writer;
    void *writer_context;
};

/* The parts of a run, for commands that read their inputs in another way: options, knowledge and
 * tables; then, once a->plan is there, what is kept for each input. */
MUST_USE enum smtplog_status analyzer_prepare(struct smtplog_analyzer *analyzer);
MUST_USE enum smtplog_status analyzer_prepare_inputs(struct smtplog_analyzer *analyzer);

/* Which inputs there are, in order, and the stream of their lines. */
MUST_USE enum smtplog_status analyzer_open(struct smtplog_analyzer *analyzer);

/* Says what was wrong with inputs that were read. */
void analyzer_report_damage(const struct smtplog_analyzer *analyzer);

/* One line: to an event, which lives until the next line, then into the figures. After the second
 * the event has its reason, provider and domain. */
MUST_USE enum smtplog_status analyzer_parse(struct smtplog_analyzer *analyzer,
                                            const struct stream_line *line, struct event **event,
                                            enum line_bin *bin);
MUST_USE enum smtplog_status analyzer_process(struct smtplog_analyzer *analyzer,
                                              const struct stream_line *line, struct event *event,
                                              enum line_bin bin);

/* True for an event with a time that lies outside --since and --until. */
bool analyzer_is_beyond(const struct smtplog_analyzer *analyzer, const struct event *event);

/* The same for any event; mostly neither of the two is given. */
static inline bool analyzer_is_outside(const struct smtplog_analyzer *analyzer,
                                       const struct event *event)
{
    return (analyzer->has_since || analyzer->has_until) && event->has_time &&
           analyzer_is_beyond(analyzer, event);
}

/* At the end of an input: text around a transcript is none of ours; without one it is no log. */
MUST_USE enum smtplog_status analyzer_finish_transcript(struct smtplog_analyzer *analyzer,
                                                        size_t file);

/* SMTPLOG_USAGE with a diagnostic as long as there are no figures to speak of. */
MUST_USE enum smtplog_status analyzer_check_finished(const struct smtplog_analyzer *analyzer);

/* The inputs as the report shows them; in the analyzer's arena. */
MUST_USE enum smtplog_status analyzer_describe_inputs(struct smtplog_analyzer *analyzer,
                                                      struct report_input **inputs, size_t *count);

/* Whether lines that give no record tell the run anything: records alone are asked for otherwise,
 * without what other lines of their message know. */
static inline bool analyzer_tells_context(const struct smtplog_analyzer *analyzer)
{
    return analyzer->event_writer == NULL || analyzer->selection.identities != NULL;
}

/* Takes an event or context line that has its reason, provider and domain: to the tracker and into
 * the figures or, as a record, to the writer. */
MUST_USE enum smtplog_status analyzer_take_event(struct smtplog_analyzer *analyzer, size_t file,
                                                 struct event *event, bool in_range);

/* Empty figures, and the tables that events are told to. */
MUST_USE enum smtplog_status analyzer_make_tables(struct smtplog_analyzer *analyzer);

/* Gives an event its reason and provider. */
void analyzer_add_knowledge(struct smtplog_analyzer *analyzer, struct event *event);

/* A refusal we gave; a mail that came back. */
MUST_USE enum smtplog_status analyzer_note_reject(struct smtplog_analyzer *analyzer,
                                                  const struct event *event,
                                                  const struct event *said, bool shown,
                                                  struct inbound_return *back);
MUST_USE enum smtplog_status analyzer_note_return(struct smtplog_analyzer *analyzer,
                                                  const struct inbound_return *back);

/* A greylister's triplet was refused, or came back. */
MUST_USE enum smtplog_status analyzer_note_triplet(struct smtplog_analyzer *analyzer,
                                                   struct event *event,
                                                   enum greylister_decision decision, bool shown);

/* Hands what is in `out` to the writer and empties it. */
MUST_USE enum smtplog_status analyzer_write_out(struct smtplog_analyzer *analyzer);

/* Lines of greylisters. */
#define GREYLISTER_FACTS                                                                          \
    (FACT_SET(FACT_GREYLIST_NEW) | FACT_SET(FACT_GREYLIST_EARLY) | FACT_SET(FACT_GREYLIST_PASS) | \
     FACT_SET(FACT_GREYLIST_EXEMPT))

/* What a greylister's line says, if the event is one: triplets and figures. */
MUST_USE enum smtplog_status analyzer_add_greylister(struct smtplog_analyzer *analyzer,
                                                     struct event *event, bool shown);

/* At the end of the log: triplets that did not come back. */
void analyzer_finish_greylisters(struct smtplog_analyzer *analyzer);

#endif
