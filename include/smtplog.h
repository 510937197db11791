/* smtplog.h - public interface of libsmtplog, the SMTP log analyzer.
 *
 * The library streams mail server logs, recognises every SMTP reply in them, says what it means,
 * and counts what happened to the mail. This header is the whole interface; it needs no other
 * header of the project and compiles as C and as C++.
 *
 * Conventions
 *   - Every handle is opaque: made by a function ending in _new, released by one ending in _free.
 *     _free(NULL) is allowed.
 *   - A function that can fail returns enum smtplog_status; results come through out-parameters.
 *     Ignoring a status is a compiler warning.
 *   - The library never prints, never exits, never changes locale, environment, time zone or
 *     signal handlers. What a person should know arrives through the diagnostic callback.
 *   - Thread rule: a handle belongs to one thread at a time. Different handles are independent.
 *   - Strings given to the library are copied. Strings handed out live as long as stated.
 *   - Log text is written by strangers. What the library hands to a writer is already escaped for
 *     the format asked for; struct smtplog_text is raw.
 */
#ifndef SMTPLOG_H
#define SMTPLOG_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SMTPLOG_VERSION "0.1.0"

#if defined(__GNUC__)
#define SMTPLOG_MUST_USE     __attribute__((warn_unused_result))
#define SMTPLOG_FORMAT_OF(n) __attribute__((format_arg(n)))
#else
#define SMTPLOG_MUST_USE
#define SMTPLOG_FORMAT_OF(n)
#endif

/* Outcome of a call. */
enum smtplog_status {
    SMTPLOG_OK = 0,
    SMTPLOG_NO_MEMORY, /* an allocation failed; the handle may only be freed */
    SMTPLOG_IO,        /* reading or writing failed; a diagnostic says what and where */
    SMTPLOG_FORMAT,    /* a pattern, catalogue or time zone file is not what it should be */
    SMTPLOG_USAGE,     /* an option or argument is unknown, malformed or out of place */
    SMTPLOG_LIMIT,     /* a stated maximum was passed */
    SMTPLOG_END,       /* nothing more to read */
    SMTPLOG_STOPPED    /* the writer refused output, for example because the pipe was closed */
};

/* Name of a status in plain English, never NULL; static storage. */
const char *smtplog_status_name(enum smtplog_status status);

/* Version of the library that is running, such as "0.1.0"; static storage. */
const char *smtplog_version(void);

/* 1 when this build has a feature that depends on a library that was there at build: "journal"
 * (reads the systemd journal; libsystemd has to be there when it is asked for, too: asking loads
 * it), "json" (reads JSON log lines); else 0. */
int smtplog_has(const char *feature);

/* Borrowed bytes, not terminated, valid as long as the function that hands them out says. */
struct smtplog_text {
    const char *bytes;
    size_t length;
};

/* Receives finished output. Return 0 to go on, anything else to stop the run with
 * SMTPLOG_STOPPED. bytes is valid during the call only. */
typedef int (*smtplog_writer)(void *context, const char *bytes, size_t length);

enum smtplog_severity {
    SMTPLOG_INFO,
    SMTPLOG_WARNING,
    SMTPLOG_ERROR
};

/* Receives one diagnostic, a line of English text without a final newline, free of control bytes:
 * safe for a terminal. text is valid during the call only. */
typedef void (*smtplog_diagnostic)(void *context, enum smtplog_severity severity, const char *text);

/* Called now and then while input is read, with the bytes read so far (as stored, before
 * decompression) and the bytes there are (0 when unknown, for example from a pipe). */
typedef void (*smtplog_progress)(void *context, uint64_t bytes_done, uint64_t bytes_total);

/* Copies text as something a terminal can be shown: control characters (but line feeds), characters
 * that turn the direction of text, and invalid UTF-8 become U+FFFD. out needs three times the
 * length and one byte to hold all; it is cut at size and always terminated. Returns the length
 * written. */
size_t smtplog_clean(const char *text, char *out, size_t size);

/* Columns that a terminal takes for a text in UTF-8: none for characters that combine with the one
 * before, two for wide ones of East Asia. */
size_t smtplog_columns(const char *text, size_t length);

/* ---- languages --------------------------------------------------------------------------- */

/* A language of reports, explanations and diagnostics. Read-only: may be shared by threads. Names
 * of codes, classes, JSON keys, columns and rules are the same in all. */
struct smtplog_language;

/* The language of a locale name ("de", "de_DE.UTF-8", "id"). *language is NULL for English ("C",
 * "en_GB", ""), which every function takes. SMTPLOG_USAGE when there is no translation. Free with
 * smtplog_language_free. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_language_new(const char *name,
                                                          struct smtplog_language **language);
void smtplog_language_free(struct smtplog_language *language);

/* Writes the names of all languages there are, a line each. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_languages(smtplog_writer writer, void *context);

/* The translation of one of the program's own English texts or printf formats (same conversions),
 * or the text itself. Lives as long as language and text. */
const char *smtplog_translate(const struct smtplog_language *language, const char *text)
    SMTPLOG_FORMAT_OF(2);

/* The form that the language has for a count; in English one when it is 1, else many. */
const char *smtplog_translate_count(const struct smtplog_language *language, const char *one,
                                    const char *many, unsigned long long count) SMTPLOG_FORMAT_OF(2)
    SMTPLOG_FORMAT_OF(3);

/* ---- analysis of logs ------------------------------------------------------------------- */

/* One run over a set of inputs. */
struct smtplog_analyzer;

/* What a finished run says about its input; the command line derives its exit status from it. */
struct smtplog_outcome {
    uint64_t files_given;          /* inputs asked for */
    uint64_t files_unreadable;     /* of those, not opened or not read at all */
    uint64_t files_damaged;        /* of those, read in part (cut or corrupt gzip, read error) */
    uint64_t files_failed;         /* of these, where reading failed: a later run may read all */
    uint64_t files_not_mail;       /* of those, not empty but without one line of a mail server */
    uint64_t lines_read;           /* physical lines */
    uint64_t lines_not_understood; /* of those, in the bins unknown and malformed */
    int too_little_understood;     /* 1 when more than 0.5 % of the lines were not understood */
    uint64_t traced;               /* stories that a trace found, 0 when nothing was found */
};

/* Makes an analyzer with the built-in patterns and catalogue. NULL when memory is short.
 * The caller frees it with smtplog_analyzer_free. */
struct smtplog_analyzer *smtplog_analyzer_new(void);
void smtplog_analyzer_free(struct smtplog_analyzer *analyzer);

/* Where diagnostics and progress go. Either function may be NULL. */
void smtplog_analyzer_set_diagnostic(struct smtplog_analyzer *analyzer, smtplog_diagnostic function,
                                     void *context);
void smtplog_analyzer_set_progress(struct smtplog_analyzer *analyzer, smtplog_progress function,
                                   void *context);

/* The language of the report and of diagnostics; NULL, as at first, is English. It must outlive the
 * analyzer. To be set before the run. */
void smtplog_analyzer_set_language(struct smtplog_analyzer *analyzer,
                                   const struct smtplog_language *language);

/* Sets an option by the name it has on the command line, without hyphens. Filters (code, enhanced,
 * dsn, class, stage, direction, kind, status, domain, provider, peer, client, sender, recipient,
 * sasl-user, queue-id, message-id, host, service, daemon, mta) take a comma separated list and may
 * be set again for more; redact (yes or keep-domains) and redact-key (a file) show pseudonyms for
 * what identifies; join (any value) makes records show what other lines of their message
 * tell. The others take one value:
 *   since, until   first and last instant shown (yesterday, today, -2h, 2026-11-21, RFC 3339)
 *   year           year of the last line, for stamps without one
 *   tz             time zone of stamps without one (Europe/Berlin, UTC, a TZif file, +01:00)
 *   now            the instant taken as the present (RFC 3339)
 *   input          auto, postfix, exim, transcript
 *   patterns       a directory with pattern and catalogue files that add to built-in ones
 *   top            rows per table, 0 for all (default 10)
 *   detail         brief, normal, full: how many sections a report has
 *   section        names of sections, comma separated: only these; given again, more of them
 *   explain        none, short, full: how much stands beside a code or a reason
 *   table          for csv: the one table to write; empty: all, one after another
 *   mail-to        for mail: addresses, comma separated
 *   fields         for events: comma separated record keys
 *   width          columns of the text report (default 80)
 *   color, bars    yes or no: escape sequences, block characters in the text report
 * SMTPLOG_USAGE with a diagnostic when the name is unknown or the value cannot be read. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_set(struct smtplog_analyzer *analyzer,
                                                          const char *name, const char *value);

/* Adds an input: a path, or "-" for standard input. It is opened when the run begins; a file that
 * cannot be read is reported then and the others are still read. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_add_file(struct smtplog_analyzer *analyzer,
                                                               const char *path);

/* Adds the systemd journal as an input, called "journal" in reports; of its entries those of mail
 * servers are read. place is a directory with journal files or one such file, NULL for this
 * machine's journal. SMTPLOG_USAGE with a diagnostic when it cannot be read: see
 * smtplog_has. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_add_journal(struct smtplog_analyzer *analyzer,
                                                                  const char *place);

/* Reads all inputs in order of time and keeps the figures. May be called once. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_run(struct smtplog_analyzer *analyzer);

/* Reads all inputs in order of time and writes one record per SMTP event while reading.
 * format is "ndjson", "tsv" or "text" (a line to read each). May be called once, instead of
 * smtplog_analyzer_run. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_events(struct smtplog_analyzer *analyzer,
                                                             const char *format,
                                                             smtplog_writer writer, void *context);

/* Writes the report of a finished run. May be called repeatedly, with options set in between.
 * format is one of
 *   text, html, markdown   for people
 *   mail                   a complete mail with both, for sendmail -t; needs the option mail-to
 *   json                   every figure
 *   csv                    the tables, or the one of the option table
 *   prometheus             metrics, for a textfile collector
 *   tables                 the names of the tables, a line each */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_report(struct smtplog_analyzer *analyzer,
                                                             const char *format,
                                                             smtplog_writer writer, void *context);

/* 1 when smtplog_analyzer_report knows the format, else 0. */
int smtplog_is_format(const char *format);

/* Writes the names that the option "section" knows, a line each, in the order of the report. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_sections(smtplog_writer writer, void *context);

/* Writes every named figure of a finished run with its value. format is "text" or "json". */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_figures(struct smtplog_analyzer *analyzer,
                                                              const char *format,
                                                              smtplog_writer writer, void *context);

/* What a rule that holds means. */
enum smtplog_rule {
    SMTPLOG_FAIL_IF, /* told by smtplog_analyzer_check_rules; critical to Nagios */
    SMTPLOG_WARN_IF, /* a warning to Nagios */
    SMTPLOG_CRIT_IF  /* critical to Nagios */
};

/* Adds a rule over named figures, such as "hard_share > 5% and recipients.total > 50".
 * SMTPLOG_USAGE with a diagnostic that tells the place when it cannot be read; a name that is no
 * figure is told when the run begins. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_add_rule(struct smtplog_analyzer *analyzer,
                                                               enum smtplog_rule kind,
                                                               const char *text);

/* After a run: says each SMTPLOG_FAIL_IF rule that holds, with the values, and how many do. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_check_rules(struct smtplog_analyzer *analyzer,
                                                                  size_t *held);

/* After a run: writes one line for Nagios; *state is 0 OK, 1 warning, 2 critical, 3 unknown.
 * unknown: why figures may be wrong, NULL when they are not; a rule that holds counts more. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_nagios(struct smtplog_analyzer *analyzer,
                                                             const char *unknown,
                                                             smtplog_writer writer, void *context,
                                                             int *state);

/* Writes the story of what concerns any of the count things asked for: a queue id, a message id, a
 * mail address ("@example.org": all of a domain), a host, an IP address, any other whole word. All
 * lines of each message, over content filters, forwards, bounces, requeues and relays, and of each
 * session without a queue id. format is "text", "html", "markdown", "ndjson" or "tsv"; the option
 * "lines"
 * ("yes") shows the lines as they stand. Inputs are read more than once: standard input, unless it
 * is a regular file, is copied to an unnamed temporary file below the option "temporary" (default
 * /tmp). May be called once, instead of smtplog_analyzer_run. smtplog_outcome tells whether
 * anything was found.
 */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_trace(struct smtplog_analyzer *analyzer,
                                                            const char *const *what, size_t count,
                                                            const char *format,
                                                            smtplog_writer writer, void *context);

/* Before a run: what it reads is to go into a snapshot (format "snapshot" of
 * smtplog_analyzer_report). Filters cannot be used then, and lines outside since and until are
 * passed over as if they were not there. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_keep(struct smtplog_analyzer *analyzer);

/* Instead of a run: takes the files added as snapshots and puts them together, as if their logs had
 * been read at once. A file that cannot be used is said and passed over. May be called once. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_merge(struct smtplog_analyzer *analyzer);

/* ---- days ---- */

#define SMTPLOG_DAY 12 /* bytes of "2026-11-21" and its end, and one to spare */

/* The day `step` days after date ("2026-11-21"; NULL: the present) in the zone of the option tz.
 * SMTPLOG_USAGE with a diagnostic when date is none. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_day(struct smtplog_analyzer *analyzer,
                                                          const char *date, int step,
                                                          char day[SMTPLOG_DAY]);

/* The first day that the inputs hold from its beginning: the one after that of their first line.
 * SMTPLOG_END when they show no time. Instead of a run. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_first_day(struct smtplog_analyzer *analyzer,
                                                                char day[SMTPLOG_DAY]);

/* Before smtplog_analyzer_merge: what a finished run kept (smtplog_analyzer_keep), or what was
 * added to another analyzer, as if it had been written to a file and that were added. It is taken
 * out of the other one, of which nothing can be reported any more. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_add_run(struct smtplog_analyzer *analyzer,
                                                              struct smtplog_analyzer *finished);

/* Before smtplog_analyzer_merge: a snapshot of the time before, which tells what became of messages
 * that were under way, and whose own figures stay out. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_add_context(struct smtplog_analyzer *analyzer,
                                                                  const char *path);

/* Before smtplog_analyzer_merge: an earlier day to compare with, its snapshot, and that of the day
 * before it (or NULL). With date NULL: earlier days are asked for, though there may be none. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_analyzer_compare(struct smtplog_analyzer *analyzer,
                                                              const char *date, const char *path,
                                                              const char *before, int same_weekday);

/* How the run went. Zeros before a run. */
void smtplog_analyzer_outcome(const struct smtplog_analyzer *analyzer,
                              struct smtplog_outcome *outcome);

/* ---- watching a log that grows ------------------------------------------------------------- */

/* A run over files that grow: what is there is read first, then what comes, whatever rotation does
 * to the files. Memory is bounded. */
struct smtplog_watch;

/* Begins to watch the files added to an analyzer ("-" is standard input), which must outlive the
 * watch and cannot be run besides. Read of what is there: the last 24 hours before the last stamp,
 * at most 64 MiB a file; everything when from_start is not 0; from --since on when that is set. A
 * file need not be there yet. What happens to a file (rotated, truncated, gone) is said through the
 * analyzer's diagnostic callback. SMTPLOG_IO when no file can be watched. Free with
 * smtplog_watch_free. */
SMTPLOG_MUST_USE enum smtplog_status
smtplog_watch_new(struct smtplog_analyzer *analyzer, int from_start, struct smtplog_watch **watch);
void smtplog_watch_free(struct smtplog_watch *watch);

/* Reads up to so many lines of those that are there now; never waits. *idle gets 1 when there was
 * none left: call again after a moment (a fifth of a second is what files are looked at).
 * SMTPLOG_END when standard input has ended and is all that is watched. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_watch_step(struct smtplog_watch *watch, size_t lines,
                                                        int *idle);

/* Where a watch stands. */
struct smtplog_watch_state {
    uint64_t lines, events;  /* read so far */
    uint64_t not_understood; /* lines in the bins unknown and malformed */
    uint64_t truncated;      /* times that a file was cut: lines may be lost */
    uint64_t bytes_behind;   /* there and not yet read */
    size_t files, files_open;
    int caught_up; /* what was there at first has been read */
    char time[16]; /* the log's own time of day now, "" before the first stamp */
};

void smtplog_watch_look(const struct smtplog_watch *watch, struct smtplog_watch_state *state);

enum smtplog_watch_series {
    SMTPLOG_WATCH_DELIVERED, /* attempts that ended so */
    SMTPLOG_WATCH_DEFERRED,
    SMTPLOG_WATCH_BOUNCED,
    SMTPLOG_WATCH_REJECTED,   /* lines of refusals that we gave */
    SMTPLOG_WATCH_GREYLISTED, /* lines of refusals of that class, either direction */
    SMTPLOG_WATCH_RECEIVED    /* messages whose arrival was seen */
};

/* Counts of a series in columns of so many seconds, the last one now. Reaches an hour back. */
void smtplog_watch_columns(const struct smtplog_watch *watch, enum smtplog_watch_series series,
                           unsigned seconds, size_t columns, uint64_t *counts);

/* Sum of a series over the last so many seconds (at most an hour). */
uint64_t smtplog_watch_sum(const struct smtplog_watch *watch, enum smtplog_watch_series series,
                           unsigned seconds);

enum smtplog_watch_table {
    SMTPLOG_WATCH_CODES,     /* reply codes */
    SMTPLOG_WATCH_CLASSES,   /* reasons of refusals and failures */
    SMTPLOG_WATCH_DOMAINS,   /* recipients' of deliveries, senders' of refusals we gave */
    SMTPLOG_WATCH_PROVIDERS, /* of deliveries */
    SMTPLOG_WATCH_SERVERS,   /* that we delivered to */
    SMTPLOG_WATCH_CLIENTS,   /* that we refused */
    SMTPLOG_WATCH_TABLES
};

enum smtplog_watch_sort {
    SMTPLOG_WATCH_BY_COUNT,
    SMTPLOG_WATCH_BY_REFUSED,
    SMTPLOG_WATCH_BY_TOTAL,
    SMTPLOG_WATCH_BY_NAME
};

/* Which rows of a table. */
struct smtplog_watch_choice {
    unsigned minutes;   /* the last so many, at most 60; 0: all that was read */
    const char *filter; /* a part of the name, case ignored; NULL: all */
    enum smtplog_watch_sort sort;
};

/* Texts are UTF-8 and safe for a terminal, terminated and cut to fit. */
struct smtplog_watch_row {
    char name[128];
    uint64_t count, refused; /* in the minutes chosen; refused: refusals and failures of these */
    uint64_t total;          /* of all that was read */
    char queue_id[48];       /* of the last event here, preferably one refused; may be "" */
    char meaning[128];       /* of a code or class */
};

/* Fills rows in order; returns how many there are, at most capacity. */
size_t smtplog_watch_rows(const struct smtplog_watch *watch, enum smtplog_watch_table table,
                          const struct smtplog_watch_choice *choice, struct smtplog_watch_row *rows,
                          size_t capacity);

/* A refusal or failure. */
struct smtplog_watch_refusal {
    uint64_t number; /* counted up from 1 */
    char time[16];
    int code;    /* 0: none */
    int implied; /* the log shows no code; the server's source tells */
    char direction[16], stage[16], status[16], class_name[32];
    char queue_id[48];
    char name[128]; /* recipient or user; may be "" */
    char peer[128];
    char text[400];
    char peer_ip[64];
    char domain[128]; /* as in the table of domains */
};

/* The newest refusals with a number above `after` (0: all that are kept), newest first; of these
 * the ones that hold filter anywhere (NULL: all). */
size_t smtplog_watch_refusals(const struct smtplog_watch *watch, const char *filter, uint64_t after,
                              struct smtplog_watch_refusal *refusals, size_t capacity);

struct smtplog_watch_finding {
    enum smtplog_severity severity;
    char title[300], evidence[600], fix[1200];
    char since[16]; /* time of day, "" when not known */
};

/* What to act on, worst first; worked out anew every few seconds. */
size_t smtplog_watch_findings(struct smtplog_watch *watch, struct smtplog_watch_finding *findings,
                              size_t capacity);

/* ---- knowledge -------------------------------------------------------------------------- */

/* Explains each thing asked for: a reply code ("450"), an enhanced status code ("5.7.26", "X.7.1",
 * "4.7.x" for all of a subject), a whole reply ("550 5.1.1 <bob@example.org>: User unknown"), a
 * reason class, a provider; with count 0 lists all there is. format is "text", "json",
 * "html" or "markdown", width the columns of text (0: 80), language NULL for English. What cannot
 * be explained is said, with near misses, and gives SMTPLOG_USAGE; the others are still explained.
 */
SMTPLOG_MUST_USE enum smtplog_status
smtplog_explain(const char *const *what, size_t count, const char *format, size_t width,
                const struct smtplog_language *language, smtplog_writer writer, void *context,
                smtplog_diagnostic diagnostic, void *diagnostic_context);

/* Compares two to six codes side by side. Parameters and failures as of smtplog_explain. */
SMTPLOG_MUST_USE enum smtplog_status
smtplog_compare(const char *const *what, size_t count, const char *format, size_t width,
                const struct smtplog_language *language, smtplog_writer writer, void *context,
                smtplog_diagnostic diagnostic, void *diagnostic_context);

/* ---- pattern sets ----------------------------------------------------------------------- */

/* Writes the names of the pattern files in force with their versions and number of rules, and,
 * when with_rules is not 0, every rule with its daemons and kind. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_patterns_list(const char *directory, int with_rules,
                                                           smtplog_writer writer, void *context,
                                                           smtplog_diagnostic diagnostic,
                                                           void *diagnostic_context);

/* Writes all texts for people that the catalogue holds as a template for translators (gettext's
 * .pot). */
SMTPLOG_MUST_USE enum smtplog_status smtplog_patterns_texts(smtplog_writer writer, void *context,
                                                            smtplog_diagnostic diagnostic,
                                                            void *diagnostic_context);

/* Runs the samples inside pattern and catalogue files: the built-in ones when count is 0, else
 * the files named. Failures and lint findings are written as lines of text; *failed is how many
 * there were and *passed how many samples held. */
SMTPLOG_MUST_USE enum smtplog_status smtplog_patterns_test(const char *const *files, size_t count,
                                                           smtplog_writer writer, void *context,
                                                           smtplog_diagnostic diagnostic,
                                                           void *diagnostic_context,
                                                           uint64_t *passed, uint64_t *failed);

#ifdef __cplusplus
}
#endif

#endif
