/* smtplog watch: a log while it grows, on a terminal as a screen, elsewhere as plain lines. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/watch_screen.h"

#define STEP_LINES   20000 /* read between two looks at the keyboard */
#define IDLE_MS      200
#define REFUSALS     256
#define PLAIN_PERIOD 60.0

static const char *const usual_logs[] = {"/var/log/mail.log", "/var/log/maillog",
                                         "/var/log/exim4/mainlog", "/var/log/exim/main.log"};

struct watching {
    struct cli_run run;
    struct smtplog_watch *watch;
    struct watch_screen *screen; /* NULL: plain lines */
    struct cli_arguments arguments;
};

static void note(void *context, enum smtplog_severity severity, const char *text)
{
    struct watching *w = context;
    if (w->screen != NULL) {
        watch_screen_note(w->screen, text);
    } else {
        cli_diagnostic(NULL, severity, text);
    }
}

/* ---- plain lines ----------------------------------------------------------------------------- */

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void print_refusal(const struct smtplog_watch_refusal *r)
{
    char code[16] = "---";
    if (r->code > 0) {
        snprintf(code, sizeof code, "%d", r->code);
    }
    printf("%s %s%s %s %s %s", r->time, code, r->implied ? "+" : "",
           r->direction[0] != '\0' ? r->direction : "-", r->stage[0] != '\0' ? r->stage : "-",
           r->class_name[0] != '\0' ? r->class_name : "-");
    const char *const parts[] = {r->status, r->queue_id, r->name, r->peer};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        printf(" %s", parts[i][0] != '\0' ? parts[i] : "-");
    }
    printf(" \"%s\"\n", r->text);
}

/* The refusals since the last call, oldest first. */
static void print_refusals(const struct watching *w, struct smtplog_watch_refusal *refusals,
                           uint64_t *last)
{
    size_t count = smtplog_watch_refusals(w->watch, NULL, *last, refusals, REFUSALS);
    for (size_t i = count; i > 0; i--) {
        print_refusal(&refusals[i - 1]);
    }
    *last = count > 0 ? refusals[0].number : *last;
}

/* words: "the last hour:" */
static void print_rates(const struct watching *w, unsigned seconds, const char *words)
{
    static const char *const names[] = {N_("delivered"), N_("deferred"),   N_("bounced"),
                                        N_("rejected"),  N_("greylisted"), N_("received")};
    struct smtplog_watch_state state;
    smtplog_watch_look(w->watch, &state);
    printf("%s %s", state.time, cli_translate(words));
    for (int s = SMTPLOG_WATCH_DELIVERED; s <= SMTPLOG_WATCH_RECEIVED; s++) {
        printf(
            " %s %llu", cli_translate(names[s]),
            (unsigned long long)smtplog_watch_sum(w->watch, (enum smtplog_watch_series)s, seconds));
    }
    printf("\n");
}

static void wait_a_moment(void)
{
    struct timespec moment = {0, IDLE_MS * 1000000L};
    nanosleep(&moment, NULL);
}

static enum smtplog_status watch_plainly(struct watching *w)
{
    struct smtplog_watch_state state;
    uint64_t last = 0;
    int idle = 0;
    bool begun = false;
    double printed = seconds_now();
    enum smtplog_status status = SMTPLOG_OK;
    struct smtplog_watch_refusal *refusals = calloc(REFUSALS, sizeof *refusals);
    if (refusals == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    while (status == SMTPLOG_OK && !ferror(stdout)) {
        /* Few lines at a time once it is live, so that the ring of refusals is not outrun. */
        status = smtplog_watch_step(w->watch, begun ? REFUSALS : STEP_LINES, &idle);
        smtplog_watch_look(w->watch, &state);
        if (!begun && (state.caught_up || status == SMTPLOG_END)) {
            begun = true;
            printf(cli_translate(N_("%s read %llu lines, %llu events; new refusals and failures "
                                    "follow\n")),
                   state.time, (unsigned long long)state.lines, (unsigned long long)state.events);
            print_rates(w, 3600, N_("the last hour:"));
            if (smtplog_watch_refusals(w->watch, NULL, 0, refusals, 1) > 0) {
                last = refusals[0].number;
            }
        } else if (begun) {
            print_refusals(w, refusals, &last);
        }
        if (begun && seconds_now() - printed >= PLAIN_PERIOD) {
            printed = seconds_now();
            print_rates(w, 60, N_("the last minute:"));
        }
        fflush(stdout);
        if (idle && status == SMTPLOG_OK) {
            wait_a_moment();
        }
    }
    free(refusals);
    return status == SMTPLOG_END ? SMTPLOG_OK : status;
}

/* ---- the screen ------------------------------------------------------------------------------ */

struct text_sink {
    char *bytes;
    size_t length, capacity;
};

static int collect(void *context, const char *bytes, size_t length)
{
    struct text_sink *sink = context;
    if (sink->length + length + 1 > sink->capacity) {
        size_t wanted = 2 * (sink->length + length + 1);
        char *grown = wanted < (size_t)16 * 1024 * 1024 ? realloc(sink->bytes, wanted) : NULL;
        if (grown == NULL) {
            return 1;
        }
        sink->bytes = grown;
        sink->capacity = wanted;
    }
    memcpy(sink->bytes + sink->length, bytes, length);
    sink->length += length;
    sink->bytes[sink->length] = '\0';
    return 0;
}

static bool is_standard_input(const struct watching *w)
{
    return w->arguments.file_count == 1 && strcmp(w->arguments.files[0], "-") == 0;
}

static void explain(struct watching *w)
{
    struct text_sink sink = {NULL, 0, 0};
    const char *subject = watch_screen_subject(w->screen);
    size_t columns = watch_screen_columns(w->screen);
    if (subject[0] == '\0') {
        watch_screen_note(w->screen, cli_translate(N_("nothing to explain here")));
        return;
    }
    enum smtplog_status status = smtplog_explain(&subject, 1, "text", columns < 72 ? 72 : columns,
                                                 cli_language(), collect, &sink, note, w);
    if (status == SMTPLOG_OK && sink.bytes != NULL) {
        watch_screen_show(w->screen, subject, sink.bytes);
    }
    free(sink.bytes);
}

/* The story of the row's message, from the files as they are now. */
static void trace(struct watching *w)
{
    struct text_sink sink = {NULL, 0, 0};
    struct cli_run run;
    int exit_status = CLI_DONE;
    const char *subject = watch_screen_subject(w->screen);
    if (subject[0] == '\0' || is_standard_input(w)) {
        watch_screen_note(w->screen, subject[0] == '\0'
                                         ? cli_translate(N_("nothing to trace here"))
                                         : cli_translate(N_("standard input cannot be traced: it "
                                                            "is not kept")));
        return;
    }
    if (!cli_run_begin(&run, &w->arguments, &exit_status)) {
        return;
    }
    smtplog_analyzer_set_diagnostic(run.analyzer, note, w);
    if (smtplog_analyzer_trace(run.analyzer, &subject, 1, "text", collect, &sink) == SMTPLOG_OK &&
        sink.bytes != NULL) {
        watch_screen_show(w->screen, subject, sink.bytes);
    } else {
        watch_screen_note(w->screen,
                          cli_translate(N_("nothing found in the files as they are now")));
    }
    cli_run_end(&run);
    free(sink.bytes);
}

static enum smtplog_status watch_on_screen(struct watching *w)
{
    int idle = 0;
    enum smtplog_status status = SMTPLOG_OK;
    bool ended = false;
    for (;;) {
        if (!ended) {
            status = smtplog_watch_step(w->watch, STEP_LINES, &idle);
            ended = status == SMTPLOG_END; /* the screen stays until it is closed */
            if (status != SMTPLOG_OK && !ended) {
                return status;
            }
        }
        switch (watch_screen_turn(w->screen, w->watch, idle || ended ? IDLE_MS : 0)) {
        case WATCH_QUIT:
            return SMTPLOG_OK;
        case WATCH_EXPLAIN:
            explain(w);
            break;
        case WATCH_TRACE:
            trace(w);
            break;
        case WATCH_NOTHING:
            break;
        }
    }
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool is_pipe(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

/* Without a name: standard input when it is a pipe, else the host's logs that are there. */
static bool choose_files(struct watching *w, const char **files)
{
    size_t count = 0;
    if (w->arguments.file_count > 0) {
        return true;
    }
    if (is_pipe(STDIN_FILENO)) {
        files[count++] = "-";
    }
    for (size_t i = 0; count == 0 && i < sizeof usual_logs / sizeof usual_logs[0]; i++) {
        if (access(usual_logs[i], F_OK) == 0) {
            files[count++] = usual_logs[i];
        }
    }
    w->arguments.files = files;
    w->arguments.file_count = count;
    if (count == 0) {
        cli_complain("no file named and no mail log in /var/log; name a file, or\n"
                     "  journalctl -f -u 'postfix*' -o short-iso-precise | smtplog watch -");
    }
    return count > 0;
}

static void title_of(const struct watching *w, char *title, size_t size)
{
    const char *path = w->arguments.files[0];
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    if (strcmp(path, "-") == 0) {
        name = cli_translate(N_("standard input"));
    }
    if (w->arguments.file_count > 1) {
        unsigned long long more = w->arguments.file_count - 1;
        snprintf(title, size, cli_translate_count("%s and %llu more", "%s and %llu more", more),
                 name, more);
    } else {
        snprintf(title, size, "%s", name);
    }
}

static int watch_it(struct watching *w)
{
    char raw[200], title[601];
    bool plain = w->arguments.plain || !watch_screen_is_there() || isatty(STDOUT_FILENO) != 1;
    enum smtplog_status status = smtplog_watch_new(w->run.analyzer, w->arguments.from_start,
                                                   &w->watch);
    if (status == SMTPLOG_IO) {
        return CLI_UNREADABLE;
    }
    if (status == SMTPLOG_OK && !plain) {
        title_of(w, raw, sizeof raw);
        smtplog_clean(raw, title, sizeof title);
        w->screen = watch_screen_open(title);
    }
    if (status == SMTPLOG_OK) {
        status = w->screen != NULL ? watch_on_screen(w) : watch_plainly(w);
    }
    watch_screen_close(w->screen);
    w->screen = NULL;
    smtplog_watch_free(w->watch);
    return cli_exit_status(&w->run, status);
}

int cmd_watch(const struct cli_arguments *arguments)
{
    const char *files[1];
    struct watching w = {.arguments = *arguments};
    int exit_status = CLI_USAGE;
    w.arguments.progress = "never";
    if (!choose_files(&w, files) || !cli_run_begin(&w.run, &w.arguments, &exit_status)) {
        return exit_status;
    }
    smtplog_analyzer_set_diagnostic(w.run.analyzer, note, &w);
    exit_status = watch_it(&w);
    cli_run_end(&w.run);
    return exit_status;
}
