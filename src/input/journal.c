/* The systemd journal as a stream of log lines. Of its entries only those are asked for that a mail
 * server may have written: by facility, program or unit. */
#include "input/journal.h"
#include "base/diagnostic.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/civil_time.h"
#include "base/strbuf.h"
#include "input/journal_library.h"

static const char library_is_missing[] = N_("cannot be read: libsystemd is missing");

#ifndef HAVE_LIBSYSTEMD

struct journal {
    int none;
};

bool journal_is_supported(void)
{
    return false;
}

enum smtplog_status journal_open(const struct journal_range *range, struct journal **journal,
                                 const char **why)
{
    (void)range;
    (void)journal;
    *why = library_is_missing;
    return SMTPLOG_USAGE;
}

void journal_close(struct journal *journal)
{
    (void)journal;
}

size_t journal_read(struct journal *journal, char *bytes, size_t capacity, const char **damage)
{
    (void)journal;
    (void)bytes;
    (void)capacity;
    (void)damage;
    return 0;
}

#else

#define MICROSECONDS ((uint64_t)1000000)
#define NAMES_ASKED  4096            /* programs and units that are asked for */
#define FIELD_KEPT   ((size_t)256)   /* of a name */
#define MESSAGE_KEPT ((size_t)65536) /* of a message */
#define LINE_LENGTH  (MESSAGE_KEPT + 4 * FIELD_KEPT)

struct journal {
    struct journal_library library;
    sd_journal *handle;
    uint64_t until; /* microseconds since 1970 */
    bool ended;
    struct strbuf line; /* being given, from `given` on */
    size_t given;
};

bool journal_is_supported(void)
{
    struct journal_library library;
    bool loaded = journal_library_load(&library);
    journal_library_release(&library);
    return loaded;
}

void journal_close(struct journal *journal)
{
    if (journal != NULL) {
        if (journal->handle != NULL) {
            journal->library.close(journal->handle);
        }
        journal_library_release(&journal->library);
        strbuf_free(&journal->line);
        free(journal);
    }
}

/* ---- which entries --------------------------------------------------------------------------- */

/* `postfix/smtpd`, `postfix-out/qmgr`, `exim4`; units `postfix@-.service`, `exim4-base.service`. */
static bool is_mail_name(struct span name)
{
    return span_starts(name, SPAN_LITERAL("postfix")) || span_starts(name, SPAN_LITERAL("exim"));
}

/* Asks for every value of a field that is a mail server's name. The journal knows no patterns, only
 * values. */
static int match_mail_names(const struct journal *journal, const char *field)
{
    const void *data = NULL;
    size_t length = 0;
    size_t names = 0;
    size_t prefix = strlen(field) + 1;
    int result = journal->library.query_unique(journal->handle, field);
    while (result >= 0 && names < NAMES_ASKED) {
        result = journal->library.enumerate_unique(journal->handle, &data, &length);
        if (result <= 0) {
            break;
        }
        if (length > prefix && is_mail_name(span_from(span_of(data, length), prefix))) {
            result = journal->library.add_match(journal->handle, data, length);
            names++;
        }
    }
    return result < 0 ? result : journal->library.add_disjunction(journal->handle);
}

static int match_mail(const struct journal *journal)
{
    int result = match_mail_names(journal, "SYSLOG_IDENTIFIER");
    if (result >= 0) {
        result = match_mail_names(journal, "_SYSTEMD_UNIT");
    }
    /* LOG_MAIL */
    return result < 0 ? result
                      : journal->library.add_match(journal->handle, "SYSLOG_FACILITY=2", 0);
}

/* ---- opening --------------------------------------------------------------------------------- */

static int open_place(struct journal *journal, const char *place)
{
    struct stat st;
    if (place == NULL) {
        return journal->library.open(&journal->handle, SD_JOURNAL_LOCAL_ONLY);
    }
    if (stat(place, &st) != 0) {
        return -errno;
    }
    if (S_ISDIR(st.st_mode)) {
        return journal->library.open_directory(&journal->handle, place, 0);
    }
    const char *files[] = {place, NULL};
    return journal->library.open_files(&journal->handle, files, 0);
}

static int seek_since(const struct journal *journal, int64_t since)
{
    return since <= 0 ? journal->library.seek_head(journal->handle)
                      : journal->library.seek_realtime_usec(journal->handle,
                                                            (uint64_t)since * MICROSECONDS);
}

static const char *reason_of(int error)
{
    switch (error) {
    case -EBADMSG:
    case -ENODATA:
        return N_("is no journal, or a damaged one");
    case -EPROTONOSUPPORT:
        return N_("is a journal of a newer systemd");
    default:
        return diagnostic_error(-error);
    }
}

enum smtplog_status journal_open(const struct journal_range *range, struct journal **journal,
                                 const char **why)
{
    uint64_t bytes = 0;
    struct journal *made = calloc(1, sizeof *made);
    if (made == NULL) {
        *why = N_("out of memory");
        return SMTPLOG_NO_MEMORY;
    }
    strbuf_init(&made->line, LINE_LENGTH);
    if (!journal_library_load(&made->library)) {
        *why = library_is_missing;
        journal_close(made);
        return SMTPLOG_USAGE;
    }
    made->until = range->until <= 0 || range->until > INT64_MAX / (int64_t)MICROSECONDS
                      ? UINT64_MAX
                      : (uint64_t)range->until * MICROSECONDS;
    int result = open_place(made, range->place);
    if (result >= 0) {
        result = made->library.get_usage(made->handle, &bytes);
    }
    if (result >= 0 && bytes == 0) {
        *why = N_("holds no journal that you may read (the groups adm and systemd-journal may)");
        journal_close(made);
        return SMTPLOG_IO;
    }
    if (result >= 0) {
        result = match_mail(made);
    }
    if (result >= 0) {
        result = seek_since(made, range->since);
    }
    if (result < 0) {
        *why = reason_of(result);
        journal_close(made);
        return result == -ENOMEM ? SMTPLOG_NO_MEMORY : SMTPLOG_IO;
    }
    *journal = made;
    return SMTPLOG_OK;
}

/* ---- entries as lines ------------------------------------------------------------------------ */

/* The value of a field of the current entry, empty when it has none. Valid until the next call. */
static struct span field_value(const struct journal *journal, const char *field)
{
    const void *data = NULL;
    size_t length = 0;
    if (journal->library.get_data(journal->handle, field, &data, &length) < 0) {
        return SPAN_EMPTY;
    }
    return span_from(span_of(data, length), strlen(field) + 1);
}

/* A name with nothing in it that would be taken for something else in front of a message. */
static bool add_name(struct strbuf *line, struct span name)
{
    size_t n = name.n < FIELD_KEPT ? name.n : FIELD_KEPT;
    for (size_t i = 0; i < n; i++) {
        bool plain = (unsigned char)name.p[i] > ' ' && memchr(":[]", name.p[i], 3) == NULL;
        strbuf_add_byte(line, plain ? name.p[i] : '_');
    }
    return n > 0;
}

/* Line ends inside a message become blanks. */
static void add_message(struct strbuf *line, struct span message)
{
    size_t n = message.n < MESSAGE_KEPT ? message.n : MESSAGE_KEPT;
    while (n > 0 && (message.p[n - 1] == '\n' || message.p[n - 1] == '\r')) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        strbuf_add_byte(line, message.p[i] == '\n' ? ' ' : message.p[i]);
    }
    strbuf_add_byte(line, '\n');
}

static void add_stamp(struct strbuf *line, uint64_t microseconds)
{
    struct instant instant = {.seconds = (int64_t)(microseconds / MICROSECONDS),
                              .nanosecond = (int32_t)(microseconds % MICROSECONDS) * 1000,
                              .digits = 6};
    instant_add(line, &instant);
    strbuf_add_byte(line, ' ');
}

static void add_entry(struct journal *journal, uint64_t microseconds)
{
    struct strbuf *line = &journal->line;
    strbuf_clear(line);
    journal->given = 0;
    add_stamp(line, microseconds);
    if (add_name(line, field_value(journal, "_HOSTNAME"))) {
        strbuf_add_byte(line, ' ');
    }
    if (!add_name(line, field_value(journal, "SYSLOG_IDENTIFIER")) &&
        !add_name(line, field_value(journal, "_COMM"))) {
        strbuf_add_byte(line, '-');
    }
    struct span pid = field_value(journal, "_PID");
    pid = pid.n > 0 ? pid : field_value(journal, "SYSLOG_PID");
    if (pid.n > 0) {
        strbuf_add_byte(line, '[');
        (void)add_name(line, pid);
        strbuf_add_byte(line, ']');
    }
    strbuf_add_cstr(line, ": ");
    add_message(line, field_value(journal, "MESSAGE"));
}

/* The next entry as a line; false at the end. */
static bool next_line(struct journal *journal, const char **damage)
{
    uint64_t time = 0;
    if (journal->ended) {
        return false;
    }
    int result = journal->library.next(journal->handle);
    if (result > 0) {
        result = journal->library.get_realtime_usec(journal->handle, &time);
        result = result < 0 ? result : 1;
    }
    if (result > 0 && time < journal->until) {
        add_entry(journal, time);
        if (strbuf_status(&journal->line) == SMTPLOG_OK) {
            return true;
        }
        *damage = N_("out of memory");
    } else if (result < 0) {
        *damage = N_("the journal is damaged");
    }
    journal->ended = true;
    return false;
}

size_t journal_read(struct journal *journal, char *bytes, size_t capacity, const char **damage)
{
    size_t got = 0;
    while (got < capacity) {
        size_t left = journal->line.length - journal->given;
        if (left == 0) {
            if (!next_line(journal, damage)) {
                /* Nothing of an unfinished or the last line is to be given again. */
                journal->given = journal->line.length;
                break;
            }
            continue;
        }
        size_t n = left < capacity - got ? left : capacity - got;
        memcpy(bytes + got, journal->line.bytes + journal->given, n);
        journal->given += n;
        got += n;
    }
    return got;
}

#endif
