/* The screen of smtplog watch. Trust: texts come from the library, which has made them safe for a
 * terminal. */
#define _XOPEN_SOURCE 700 /* wcwidth */
#include "cli/watch_screen.h"

#include <stdlib.h>

#ifndef HAVE_NCURSESW

bool watch_screen_is_there(void)
{
    return false;
}

struct watch_screen *watch_screen_open(const char *title)
{
    (void)title;
    return NULL;
}

void watch_screen_close(struct watch_screen *screen)
{
    (void)screen;
}

void watch_screen_note(struct watch_screen *screen, const char *text)
{
    (void)screen;
    (void)text;
}

enum watch_wish watch_screen_turn(struct watch_screen *screen, struct smtplog_watch *watch,
                                  int milliseconds)
{
    (void)screen;
    (void)watch;
    (void)milliseconds;
    return WATCH_QUIT;
}

const char *watch_screen_subject(const struct watch_screen *screen)
{
    (void)screen;
    return "";
}

void watch_screen_show(struct watch_screen *screen, const char *title, const char *text)
{
    (void)screen;
    (void)title;
    (void)text;
}

size_t watch_screen_columns(const struct watch_screen *screen)
{
    (void)screen;
    return 80;
}

#else

#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define ROWS         200
#define COLUMNS      400 /* widest timeline */
#define FINDINGS     8
#define LEAST_WIDTH  40
#define LEAST_HEIGHT 8
#define HEAD_LINES   7 /* title, rates, timeline, findings, tabs; see draw_head */
#define BAR_LINES    3
#define PAGE_TITLE   128
#define CTRL_C       3
#define CTRL_L       12
#define ESCAPE       27

enum view {
    VIEW_REFUSALS = SMTPLOG_WATCH_TABLES,
    VIEW_FINDINGS,
    VIEWS
};

static const char *const view_names[VIEWS] = {
    [SMTPLOG_WATCH_CODES] = "codes",     [SMTPLOG_WATCH_CLASSES] = "reasons",
    [SMTPLOG_WATCH_DOMAINS] = "domains", [SMTPLOG_WATCH_PROVIDERS] = "providers",
    [SMTPLOG_WATCH_SERVERS] = "hosts",   [SMTPLOG_WATCH_CLIENTS] = "clients",
    [VIEW_REFUSALS] = "refusals",        [VIEW_FINDINGS] = "findings"};

static const unsigned windows[] = {1, 5, 15, 60, 0};
static const char *const window_names[] = {"1 min", "5 min", "15 min", "1 h", "all"};
static const unsigned column_seconds[] = {1, 10, 60};
static const char *const sort_names[] = {"count", "refused", "total", "name"};

static const char help_text[] =
    "smtplog watch reads the log while it grows.\n"
    "\n"
    "  1 to 8, Tab     codes, reasons, domains, providers, hosts, clients,\n"
    "                  newest refusals, findings\n"
    "  up, down, PgUp, PgDn, Home, End\n"
    "                  choose a row (k and j too)\n"
    "  Enter, e        explain the row: what the code or reason means, what to do\n"
    "  t               trace the row's last message: every line of it, and its story\n"
    "  f, /            show only rows that hold a text; empty shows all again\n"
    "  w               what is counted: last 1, 5, 15 minutes, hour, all that was read\n"
    "  s               sort by count, refused, total, name\n"
    "  z               columns of the timeline: 1 s, 10 s, 1 min\n"
    "  p, blank        pause: the screen stands still, reading goes on\n"
    "  q, Esc          back, quit\n"
    "\n"
    "refused counts refusals and failures, retries included. A + behind a code: the\n"
    "log does not show it, what was sent follows from the server's source. The\n"
    "timeline shows attempts and refusals we gave; below it, of these, what was\n"
    "deferred, bounced or rejected. Times are the log's own.\n";

/* What the panes show; stands still while paused. */
struct shown {
    struct smtplog_watch_state state;
    uint64_t minute[6]; /* sums of the last minute by series */
    uint64_t all[COLUMNS], refused[COLUMNS];
    size_t columns;
    struct smtplog_watch_row rows[ROWS];
    struct smtplog_watch_refusal refusals[ROWS];
    struct smtplog_watch_finding findings[FINDINGS];
    size_t row_count, finding_count;
};

struct watch_screen {
    SCREEN *terminal;
    FILE *keyboard; /* when standard input is the log */
    char title[200];
    char note[300];
    int view;
    size_t window, zoom;
    enum smtplog_watch_sort sort;
    size_t selected, top;
    bool paused, typing;
    char filter[64], typed[64];
    bool utf8;
    char subject[600];
    struct shown shown;
    /* a text shown over the panes */
    char *page; /* owned; NULL: none */
    char page_title[PAGE_TITLE];
    size_t page_top, page_lines;
    uint64_t drawn_lines; /* state when it was drawn last */
    char drawn_time[16];
    bool stale;
};

bool watch_screen_is_there(void)
{
    return true;
}

struct watch_screen *watch_screen_open(const char *title)
{
    struct watch_screen *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return NULL;
    }
    /* For the width of characters and line drawing; numbers keep the C locale. */
    setlocale(LC_CTYPE, "");
    s->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    s->keyboard = isatty(STDIN_FILENO) == 1 ? stdin : fopen("/dev/tty", "r");
    s->terminal = s->keyboard != NULL ? newterm(NULL, stdout, s->keyboard) : NULL;
    if (s->terminal == NULL) {
        watch_screen_close(s);
        return NULL;
    }
    snprintf(s->title, sizeof s->title, "%s", title);
    s->view = SMTPLOG_WATCH_CODES;
    s->window = 2;
    s->zoom = 1;
    s->stale = true;
    cbreak();
    raw(); /* Ctrl-C comes as a key, so that the terminal is given back */
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    set_escdelay(50);
    start_color();
    use_default_colors();
    init_pair(1, COLOR_RED, -1);
    init_pair(2, COLOR_YELLOW, -1);
    init_pair(3, COLOR_GREEN, -1);
    init_pair(4, COLOR_CYAN, -1);
    return s;
}

void watch_screen_close(struct watch_screen *s)
{
    if (s == NULL) {
        return;
    }
    if (s->terminal != NULL) {
        endwin();
        delscreen(s->terminal);
    }
    if (s->keyboard != NULL && s->keyboard != stdin) {
        fclose(s->keyboard);
    }
    free(s->page);
    free(s);
}

void watch_screen_note(struct watch_screen *s, const char *text)
{
    snprintf(s->note, sizeof s->note, "%s", text);
    s->stale = true;
}

size_t watch_screen_columns(const struct watch_screen *s)
{
    (void)s;
    return (size_t)COLS;
}

const char *watch_screen_subject(const struct watch_screen *s)
{
    return s->subject;
}

/* ---- gathering ------------------------------------------------------------------------------- */

static size_t body_lines(void)
{
    int lines = LINES - HEAD_LINES - BAR_LINES - 2;
    return lines > 0 ? (size_t)lines : 0;
}

static void gather_timeline(struct watch_screen *s, struct smtplog_watch *watch)
{
    struct shown *shown = &s->shown;
    uint64_t counts[COLUMNS];
    unsigned seconds = column_seconds[s->zoom];
    size_t columns = COLS > 12 ? (size_t)COLS - 12 : 1;
    shown->columns = columns < COLUMNS ? columns : COLUMNS;
    memset(shown->all, 0, sizeof shown->all);
    memset(shown->refused, 0, sizeof shown->refused);
    for (int series = SMTPLOG_WATCH_DELIVERED; series <= SMTPLOG_WATCH_REJECTED; series++) {
        smtplog_watch_series(watch, (enum smtplog_watch_series)series, seconds, shown->columns,
                             counts);
        for (size_t i = 0; i < shown->columns; i++) {
            shown->all[i] += counts[i];
            shown->refused[i] += series != SMTPLOG_WATCH_DELIVERED ? counts[i] : 0;
        }
    }
}

static void gather(struct watch_screen *s, struct smtplog_watch *watch)
{
    struct shown *shown = &s->shown;
    const char *filter = s->filter[0] != '\0' ? s->filter : NULL;
    smtplog_watch_state(watch, &shown->state);
    for (int series = SMTPLOG_WATCH_DELIVERED; series <= SMTPLOG_WATCH_RECEIVED; series++) {
        shown->minute[series] = smtplog_watch_sum(watch, (enum smtplog_watch_series)series, 60);
    }
    gather_timeline(s, watch);
    shown->finding_count = smtplog_watch_findings(watch, shown->findings, FINDINGS);
    if (s->view == VIEW_REFUSALS) {
        shown->row_count = smtplog_watch_refusals(watch, filter, 0, shown->refusals, ROWS);
    } else if (s->view == VIEW_FINDINGS) {
        shown->row_count = shown->finding_count;
    } else {
        struct smtplog_watch_choice choice = {windows[s->window], filter, s->sort};
        shown->row_count = smtplog_watch_rows(watch, (enum smtplog_watch_table)s->view, &choice,
                                              shown->rows, ROWS);
    }
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* Text cut at the right edge or at a length in bytes; wide characters are never cut in two. Where
 * the terminal has no UTF-8, other characters are shown as question marks. */
static void put_part(int line, int column, const char *text, size_t length)
{
    mbstate_t state;
    memset(&state, 0, sizeof state);
    if (line >= LINES) {
        return;
    }
    for (size_t i = 0; i < length && column < COLS;) {
        wchar_t wide = L'?';
        size_t n = mbrtowc(&wide, text + i, length - i, &state);
        bool valid = n > 0 && n <= length - i;
        int columns = valid ? wcwidth(wide) : 1;
        if (!valid) {
            memset(&state, 0, sizeof state);
            n = 1;
        }
        if (columns < 0 || column + columns > COLS) {
            break;
        }
        if (valid) {
            mvaddnstr(line, column, text + i, (int)n);
        } else {
            mvaddch(line, column, '?');
        }
        column += columns;
        i += n;
    }
}

static void put(int line, int column, const char *text)
{
    put_part(line, column, text, strlen(text));
}

static void put_bar(int line, const char *text, int attribute)
{
    attron(attribute);
    mvhline(line, 0, ' ', COLS);
    put(line, 0, text);
    attroff(attribute);
}

static void draw_title(const struct watch_screen *s)
{
    char text[600], state[160] = "";
    const struct smtplog_watch_state *now = &s->shown.state;
    if (!now->caught_up) {
        snprintf(state, sizeof state, "  reading, %.0f MB to go", (double)now->bytes_behind / 1e6);
    } else if (now->files_open == 0 && strcmp(s->title, "standard input") != 0) {
        snprintf(state, sizeof state, "  waiting for the file");
    }
    snprintf(text, sizeof text, " smtplog watch  %s  %s  %llu lines%s%s", s->title, now->time,
             (unsigned long long)now->lines, state, s->paused ? "  PAUSED" : "");
    put_bar(0, text, A_REVERSE);
}

static void draw_rates(const struct watch_screen *s)
{
    const uint64_t *m = s->shown.minute;
    char text[300];
    snprintf(text, sizeof text,
             "1 min: received %llu delivered %llu deferred %llu bounced %llu rejected %llu "
             "greylisted %llu",
             (unsigned long long)m[SMTPLOG_WATCH_RECEIVED],
             (unsigned long long)m[SMTPLOG_WATCH_DELIVERED],
             (unsigned long long)m[SMTPLOG_WATCH_DEFERRED],
             (unsigned long long)m[SMTPLOG_WATCH_BOUNCED],
             (unsigned long long)m[SMTPLOG_WATCH_REJECTED],
             (unsigned long long)m[SMTPLOG_WATCH_GREYLISTED]);
    put(1, 0, text);
}

/* One column of a bar `lines` high from the bottom line on; eighths of a cell where the terminal
 * has the characters. */
static void draw_column(const struct watch_screen *s, int bottom, int lines, int column,
                        uint64_t count, uint64_t most)
{
    static const char *const eighths[] = {" ",      "\u2581", "\u2582", "\u2583", "\u2584",
                                          "\u2585", "\u2586", "\u2587", "\u2588"};
    uint64_t height = most > 0 ? (count * (uint64_t)lines * 8 + most - 1) / most : 0;
    for (int i = 0; i < lines; i++) {
        uint64_t cell = height > 8 ? 8 : height;
        height -= cell;
        put(bottom - i, column, s->utf8 ? eighths[cell] : cell >= 4 ? "#" : cell > 0 ? "." : " ");
    }
}

static void draw_timeline(const struct watch_screen *s)
{
    const struct shown *shown = &s->shown;
    uint64_t most = 0;
    char text[32];
    int bottom = 1 + BAR_LINES;
    for (size_t i = 0; i < shown->columns; i++) {
        most = shown->all[i] > most ? shown->all[i] : most;
    }
    for (size_t i = 0; i < shown->columns; i++) {
        int column = 11 + (int)i;
        draw_column(s, bottom, BAR_LINES, column, shown->all[i], most);
        attron(COLOR_PAIR(1));
        draw_column(s, bottom + 1, 1, column, shown->refused[i], most);
        attroff(COLOR_PAIR(1));
    }
    snprintf(text, sizeof text, "%7llu ", (unsigned long long)most);
    put(2, 0, text);
    snprintf(text, sizeof text, "/%u s", column_seconds[s->zoom]);
    put(3, 4, text);
    put(bottom, 0, "attempts");
    put(bottom + 1, 0, "refused");
}

static void draw_finding(const struct watch_screen *s)
{
    const struct shown *shown = &s->shown;
    char text[700];
    int line = BAR_LINES + 3;
    if (shown->finding_count == 0) {
        put(line, 0, shown->state.caught_up ? "no problems found" : "");
        return;
    }
    const struct smtplog_watch_finding *worst = &shown->findings[0];
    int color = COLOR_PAIR(worst->severity == SMTPLOG_ERROR ? 1 : 2) | A_BOLD;
    snprintf(text, sizeof text, "%s%s%s%s", worst->title, worst->since[0] != '\0' ? ", since " : "",
             worst->since, shown->finding_count > 1 ? "  (8: more)" : "");
    attron(color);
    put(line, 0, text);
    attroff(color);
}

static void draw_tabs(const struct watch_screen *s)
{
    char text[300] = "";
    int line = BAR_LINES + 4;
    int column = 0;
    mvhline(line, 0, ' ', COLS);
    for (int view = 0; view < VIEWS; view++) {
        snprintf(text, sizeof text, "%d %s", view + 1, view_names[view]);
        attron(view == s->view ? A_REVERSE | A_BOLD : A_DIM);
        put(line, column, text);
        attroff(view == s->view ? A_REVERSE | A_BOLD : A_DIM);
        column += (int)strlen(text) + 1;
    }
}

static void draw_table_head(const struct watch_screen *s)
{
    char text[300];
    int line = BAR_LINES + 5;
    attron(A_UNDERLINE);
    mvhline(line, 0, ' ', COLS);
    if (s->view == VIEW_REFUSALS) {
        put(line, 0, "time     code reason           recipient, server, text");
    } else if (s->view == VIEW_FINDINGS) {
        put(line, 0, "what to act on, worst first");
    } else {
        snprintf(text, sizeof text, "%10s %10s %6s %10s  %s", "count", "refused", "share", "total",
                 view_names[s->view]);
        put(line, 0, text);
        snprintf(text, sizeof text, "%s, by %s", window_names[s->window], sort_names[s->sort]);
        put(line, COLS - (int)strlen(text) - 1, text);
    }
    attroff(A_UNDERLINE);
}

static void row_text(const struct watch_screen *s, size_t index, char *text, size_t size)
{
    if (s->view == VIEW_REFUSALS) {
        const struct smtplog_watch_refusal *r = &s->shown.refusals[index];
        char code[16] = "";
        if (r->code > 0) {
            snprintf(code, sizeof code, "%d%s", r->code, r->implied ? "+" : "");
        }
        snprintf(text, size, "%s %-4s %-16s %s  %s  \"%s\"", r->time, code, r->class_name, r->name,
                 r->peer, r->text);
    } else if (s->view == VIEW_FINDINGS) {
        const struct smtplog_watch_finding *f = &s->shown.findings[index];
        snprintf(text, size, "%s%s%s: %s", f->title, f->since[0] != '\0' ? ", since " : "",
                 f->since, f->evidence);
    } else {
        const struct smtplog_watch_row *r = &s->shown.rows[index];
        double share = r->count > 0 ? 100.0 * (double)r->refused / (double)r->count : 0;
        snprintf(text, size, "%10llu %10llu %4.0f %% %10llu  %s%s%s", (unsigned long long)r->count,
                 (unsigned long long)r->refused, share, (unsigned long long)r->total, r->name,
                 r->meaning[0] != '\0' ? "  " : "", r->meaning);
    }
}

static void draw_rows(struct watch_screen *s)
{
    char text[1500];
    size_t lines = body_lines();
    size_t count = s->shown.row_count;
    s->selected = count == 0 ? 0 : s->selected < count ? s->selected : count - 1;
    s->top = s->selected < s->top ? s->selected : s->top;
    s->top = lines > 0 && s->selected >= s->top + lines ? s->selected - lines + 1 : s->top;
    for (size_t i = 0; i < lines; i++) {
        int line = HEAD_LINES + BAR_LINES - 1 + (int)i;
        if (s->top + i >= count) {
            continue;
        }
        row_text(s, s->top + i, text, sizeof text);
        bool here = s->top + i == s->selected;
        attron(here ? A_REVERSE : 0);
        if (here) {
            mvhline(line, 0, ' ', COLS);
        }
        put(line, 0, text);
        attroff(here ? A_REVERSE : 0);
    }
    if (count == 0) {
        put(HEAD_LINES + BAR_LINES - 1, 2,
            s->filter[0] != '\0' ? "no row holds this text" : "nothing yet");
    }
}

static void draw_foot(const struct watch_screen *s)
{
    char text[300];
    if (s->typing) {
        snprintf(text, sizeof text, "show rows that hold: %s_", s->typed);
    } else if (s->note[0] != '\0') {
        snprintf(text, sizeof text, "%s", s->note);
    } else if (s->filter[0] != '\0') {
        snprintf(text, sizeof text, "only rows that hold \"%s\" (f changes)", s->filter);
    } else {
        text[0] = '\0';
    }
    attron(COLOR_PAIR(4));
    put(LINES - 2, 0, text);
    attroff(COLOR_PAIR(4));
    put_bar(LINES - 1,
            " Enter explain  t trace  f filter  w window  s sort  p pause  ? help  q quit",
            A_REVERSE);
}

/* ---- a text over the panes ------------------------------------------------------------------- */

void watch_screen_show(struct watch_screen *s, const char *title, const char *text)
{
    free(s->page);
    s->page = strdup(text);
    s->page_top = 0;
    s->page_lines = 0;
    snprintf(s->page_title, sizeof s->page_title, "%s", title);
    for (const char *c = text; *c != '\0'; c++) {
        s->page_lines += *c == '\n';
    }
    s->stale = true;
}

static void draw_page(struct watch_screen *s)
{
    char title[PAGE_TITLE + 40];
    const char *line = s->page;
    size_t lines = LINES > 2 ? (size_t)LINES - 2 : 0;
    size_t last = s->page_lines > lines ? s->page_lines - lines : 0;
    s->page_top = s->page_top < last ? s->page_top : last;
    snprintf(title, sizeof title, " %s", s->page_title);
    put_bar(0, title, A_REVERSE);
    for (size_t i = 0; line != NULL && *line != '\0' && i < s->page_top + lines; i++) {
        const char *end = strchr(line, '\n');
        size_t length = end != NULL ? (size_t)(end - line) : strlen(line);
        if (i >= s->page_top) {
            put_part(1 + (int)(i - s->page_top), 0, line, length);
        }
        line = end != NULL ? end + 1 : NULL;
    }
    put_bar(LINES - 1, " up, down: scroll  q, Esc: back", A_REVERSE);
}

static void draw(struct watch_screen *s)
{
    erase();
    if (COLS < LEAST_WIDTH || LINES < LEAST_HEIGHT) {
        put(0, 0, "smtplog watch: window too small");
        put(1, 0, "q quits");
    } else if (s->page != NULL) {
        draw_page(s);
    } else {
        draw_title(s);
        draw_rates(s);
        draw_timeline(s);
        draw_finding(s);
        draw_tabs(s);
        draw_table_head(s);
        draw_rows(s);
        draw_foot(s);
    }
    refresh();
    s->stale = false;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void move_by(struct watch_screen *s, long step)
{
    size_t *place = s->page != NULL ? &s->page_top : &s->selected;
    size_t back = step < 0 ? (size_t)-step : 0;
    *place = step < 0 ? (*place > back ? *place - back : 0) : *place + (size_t)step;
}

/* True when the key moves the selection or the page. */
static bool move_key(struct watch_screen *s, int key)
{
    long page = (long)(s->page != NULL ? (size_t)LINES - 2 : body_lines());
    switch (key) {
    case KEY_UP:
    case 'k':
        move_by(s, -1);
        return true;
    case KEY_DOWN:
    case 'j':
        move_by(s, 1);
        return true;
    case KEY_PPAGE:
        move_by(s, -page);
        return true;
    case KEY_NPAGE:
        move_by(s, page);
        return true;
    case KEY_HOME:
        move_by(s, -1000000);
        return true;
    case KEY_END:
        move_by(s, 1000000);
        return true;
    default:
        return false;
    }
}

static void type_key(struct watch_screen *s, int key)
{
    size_t length = strlen(s->typed);
    if (key == '\n' || key == '\r' || key == KEY_ENTER) {
        snprintf(s->filter, sizeof s->filter, "%s", s->typed);
        s->typing = false;
        s->note[0] = '\0';
    } else if (key == ESCAPE || key == CTRL_C) {
        s->typing = false;
    } else if ((key == KEY_BACKSPACE || key == 127 || key == 8) && length > 0) {
        s->typed[length - 1] = '\0';
    } else if (key >= ' ' && key < 256 && key != 127 && length + 1 < sizeof s->typed) {
        s->typed[length] = (char)key;
        s->typed[length + 1] = '\0';
    }
}

/* What the selected row is about, for explaining or tracing it. */
static enum watch_wish choose_subject(struct watch_screen *s, enum watch_wish wish)
{
    s->subject[0] = '\0';
    if (s->selected >= s->shown.row_count) {
        return wish;
    }
    if (s->view == VIEW_FINDINGS) {
        const struct smtplog_watch_finding *f = &s->shown.findings[s->selected];
        char text[1200];
        snprintf(text, sizeof text, "%s\n\n%s\n\nWhat to do: %s\n", f->title, f->evidence, f->fix);
        watch_screen_show(s, "finding", text);
        return WATCH_NOTHING;
    }
    const struct smtplog_watch_row *row = &s->shown.rows[s->selected];
    const struct smtplog_watch_refusal *refusal = &s->shown.refusals[s->selected];
    bool list = s->view == VIEW_REFUSALS;
    if (wish == WATCH_TRACE) {
        const char *id = list ? refusal->queue_id : row->queue_id;
        const char *name = list ? refusal->peer : row->name;
        snprintf(s->subject, sizeof s->subject, "%s", id[0] != '\0' ? id : name);
    } else if (list && refusal->code > 0) {
        snprintf(s->subject, sizeof s->subject, "%d %s", refusal->code, refusal->text);
    } else if (list) {
        snprintf(s->subject, sizeof s->subject, "%s", refusal->class_name);
    } else if (s->view <= SMTPLOG_WATCH_CLASSES || s->view == SMTPLOG_WATCH_PROVIDERS) {
        snprintf(s->subject, sizeof s->subject, "%s", row->name);
    }
    return wish;
}

static void choose_view(struct watch_screen *s, int view)
{
    s->view = view;
    s->selected = s->top = 0;
}

/* Keys that change what is shown. */
static void view_key(struct watch_screen *s, int key)
{
    if (key >= '1' && key < '1' + VIEWS) {
        choose_view(s, key - '1');
    }
    switch (key) {
    case '\t':
        choose_view(s, (s->view + 1) % VIEWS);
        break;
    case KEY_BTAB:
        choose_view(s, (s->view + VIEWS - 1) % VIEWS);
        break;
    case 'w':
        s->window = (s->window + 1) % (sizeof windows / sizeof windows[0]);
        break;
    case 's':
        s->sort = (enum smtplog_watch_sort)((s->sort + 1) % 4);
        break;
    case 'z':
        s->zoom = (s->zoom + 1) % (sizeof column_seconds / sizeof column_seconds[0]);
        break;
    case 'f':
    case '/':
        s->typing = true;
        snprintf(s->typed, sizeof s->typed, "%s", s->filter);
        break;
    case 'p':
    case ' ':
        s->paused = !s->paused;
        break;
    case '?':
    case 'h':
        watch_screen_show(s, "keys", help_text);
        break;
    case CTRL_L:
        clearok(stdscr, TRUE);
        break;
    default:
        break;
    }
}

static enum watch_wish act(struct watch_screen *s, int key)
{
    bool back = key == 'q' || key == ESCAPE;
    s->stale = true;
    if (s->typing) {
        type_key(s, key);
        return WATCH_NOTHING;
    }
    if (key == CTRL_C || (back && s->page == NULL)) {
        return WATCH_QUIT;
    }
    if (back) {
        free(s->page);
        s->page = NULL;
        return WATCH_NOTHING;
    }
    if (move_key(s, key) || s->page != NULL) {
        return WATCH_NOTHING;
    }
    if (key == '\n' || key == '\r' || key == KEY_ENTER || key == 'e') {
        return choose_subject(s, WATCH_EXPLAIN);
    }
    if (key == 't') {
        return choose_subject(s, WATCH_TRACE);
    }
    view_key(s, key);
    return WATCH_NOTHING;
}

/* A terminal that went away gives no key and no error but this. */
static bool terminal_is_gone(const struct watch_screen *s)
{
    struct pollfd keyboard = {.fd = fileno(s->keyboard), .events = POLLIN};
    return poll(&keyboard, 1, 0) > 0 && (keyboard.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

enum watch_wish watch_screen_turn(struct watch_screen *s, struct smtplog_watch *watch,
                                  int milliseconds)
{
    struct smtplog_watch_state state;
    smtplog_watch_state(watch, &state);
    bool moved = state.lines != s->drawn_lines || strcmp(state.time, s->drawn_time) != 0;
    if ((moved && !s->paused) || s->stale) {
        if (!s->paused || s->drawn_lines == 0) {
            gather(s, watch);
        }
        s->drawn_lines = state.lines;
        snprintf(s->drawn_time, sizeof s->drawn_time, "%s", state.time);
        draw(s);
    }
    timeout(milliseconds);
    int key = getch();
    if (key == ERR) {
        return terminal_is_gone(s) ? WATCH_QUIT : WATCH_NOTHING;
    }
    return act(s, key);
}

#endif
