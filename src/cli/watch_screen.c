/* The screen of smtplog watch: opening, gathering, keys. Trust: texts come from the library, which
 * has made them safe for a terminal. */
#ifdef HAVE_NCURSESW

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/watch_screen_part.h"

#define CTRL_C 3
#define CTRL_L 12
#define ESCAPE 27

static const char help_text[] = N_(
    "smtplog watch reads the log while it grows.\n"
    "\n"
    "  1 to 8, Tab     codes, reasons, domains, providers, hosts, clients,\n"
    "                  newest refusals, findings\n"
    "  up, down, PgUp, PgDn, Home, End\n"
    "                  choose a row (k and j too); it stays chosen when others move\n"
    "  Enter, e        explain the row: what the code or reason means, what to do; of\n"
    "                  a domain, host or client its refusals\n"
    "  t               trace the row's last message: its steps and its story\n"
    "  f, /            show only rows that hold a text; empty shows all again\n"
    "  w               what is counted: last 1, 5, 15 minutes, hour, all\n"
    "  s               sort by count, refused, total, name\n"
    "  z               columns of the timeline: 1 s, 10 s, 1 min\n"
    "  p, blank        pause: the screen stands still until a key asks for other\n"
    "                  rows; reading goes on\n"
    "  q, Esc          back, quit\n"
    "\n"
    "count is of the last minutes (w), total of all that was read. refused: of the\n"
    "count, refusals and failures, retries included. A + behind a code: the log does\n"
    "not show it, what was sent follows from the server's source. The timeline shows\n"
    "attempts and refusals we gave; below it, of these, what was deferred, bounced\n"
    "or rejected. Times are the log's own.\n");

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
    snprintf(s->note_time, sizeof s->note_time, "%s", s->drawn_time);
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

static void gather_timeline(struct watch_screen *s, struct smtplog_watch *watch)
{
    struct shown *shown = &s->shown;
    uint64_t counts[COLUMNS];
    unsigned seconds = watch_zoom_seconds[s->zoom];
    size_t columns = COLS > 12 ? (size_t)COLS - 12 : 1;
    shown->columns = columns < COLUMNS ? columns : COLUMNS;
    memset(shown->all, 0, sizeof shown->all);
    memset(shown->refused, 0, sizeof shown->refused);
    for (int series = SMTPLOG_WATCH_DELIVERED; series <= SMTPLOG_WATCH_REJECTED; series++) {
        smtplog_watch_columns(watch, (enum smtplog_watch_series)series, seconds, shown->columns,
                              counts);
        for (size_t i = 0; i < shown->columns; i++) {
            shown->all[i] += counts[i];
            shown->refused[i] += series != SMTPLOG_WATCH_DELIVERED ? counts[i] : 0;
        }
    }
}

/* The chosen row, to find it again among newer ones. The first is none: it shows what is first. */
struct chosen_row {
    char name[sizeof((struct smtplog_watch_row *)0)->name];
    uint64_t number;
    bool any;
};

static struct chosen_row chosen_row(const struct watch_screen *s)
{
    struct chosen_row chosen = {.any = s->selected > 0 && s->selected < s->shown.row_count &&
                                       s->view != VIEW_FINDINGS};
    if (chosen.any && s->view == VIEW_REFUSALS) {
        chosen.number = s->shown.refusals[s->selected].number;
    } else if (chosen.any) {
        snprintf(chosen.name, sizeof chosen.name, "%s", s->shown.rows[s->selected].name);
    }
    return chosen;
}

static void choose_again(struct watch_screen *s, const struct chosen_row *chosen)
{
    for (size_t i = 0; chosen->any && i < s->shown.row_count; i++) {
        bool same = s->view == VIEW_REFUSALS ? s->shown.refusals[i].number == chosen->number
                                             : strcmp(s->shown.rows[i].name, chosen->name) == 0;
        if (same) {
            s->selected = i;
            return;
        }
    }
}

static void gather(struct watch_screen *s, struct smtplog_watch *watch)
{
    struct chosen_row chosen = chosen_row(s);
    struct shown *shown = &s->shown;
    const char *filter = s->filter[0] != '\0' ? s->filter : NULL;
    smtplog_watch_look(watch, &shown->state);
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
        struct smtplog_watch_choice choice = {watch_window_minutes[s->window], filter, s->sort};
        shown->row_count = smtplog_watch_rows(watch, (enum smtplog_watch_table)s->view, &choice,
                                              shown->rows, ROWS);
    }
    choose_again(s, &chosen);
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
    long page = (long)(s->page != NULL ? (size_t)LINES - 2 : watch_body_lines());
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
        s->chosen = true;
    } else if (key == ESCAPE || key == CTRL_C) {
        s->typing = false;
    } else if ((key == KEY_BACKSPACE || key == 127 || key == 8) && length > 0) {
        do { /* all bytes of a character in UTF-8 */
            length--;
        } while (length > 0 && ((unsigned char)s->typed[length] & 0xc0) == 0x80);
        s->typed[length] = '\0';
    } else if (key >= ' ' && key < 256 && key != 127 && length + 1 < sizeof s->typed) {
        s->typed[length] = (char)key;
        s->typed[length + 1] = '\0';
    }
}

static void choose_view(struct watch_screen *s, int view)
{
    if (s->inside) {
        s->filter[0] = '\0';
        s->inside = false;
    }
    s->view = view;
    s->selected = s->top = 0;
    s->chosen = true;
}

/* Rows that are explained by their refusals. */
static bool shows_inside(int view)
{
    return view == SMTPLOG_WATCH_DOMAINS || view == SMTPLOG_WATCH_SERVERS ||
           view == SMTPLOG_WATCH_CLIENTS;
}

/* The refusals that hold a name, until a key goes back. */
static void look_inside(struct watch_screen *s, const char *name)
{
    int view = s->view;
    choose_view(s, VIEW_REFUSALS);
    snprintf(s->filter, sizeof s->filter, "%s", name);
    s->inside = true;
    s->outside = view;
}

/* Makes lines no longer than so many columns, between words where there are any. */
static void wrap(char *text, size_t columns)
{
    char *begin = text;
    char *blank = NULL;
    for (char *c = text; *c != '\0'; c++) {
        blank = *c == ' ' ? c : blank;
        if (*c == '\n') {
            begin = c + 1;
            blank = NULL;
        } else if (blank != NULL && smtplog_columns(begin, (size_t)(c - begin)) >= columns) {
            *blank = '\n';
            begin = blank + 1;
            blank = NULL;
        }
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
        char head[700], fix[1500], text[3000];
        watch_finding_head(f, head, sizeof head);
        snprintf(fix, sizeof fix, cli_translate(N_("What to do: %s")), f->fix);
        snprintf(text, sizeof text, "%s\n\n%s\n\n%s\n", head, f->evidence, fix);
        wrap(text, (size_t)COLS);
        watch_screen_show(s, cli_translate(N_("finding")), text);
        return WATCH_NOTHING;
    }
    const struct smtplog_watch_row *row = &s->shown.rows[s->selected];
    const struct smtplog_watch_refusal *refusal = &s->shown.refusals[s->selected];
    bool list = s->view == VIEW_REFUSALS;
    if (wish == WATCH_EXPLAIN && shows_inside(s->view)) {
        look_inside(s, row->name);
        return WATCH_NOTHING;
    }
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
        s->window = (s->window + 1) % (WINDOWS);
        s->chosen = true;
        break;
    case 's':
        s->sort = (enum smtplog_watch_sort)((s->sort + 1) % SORTS);
        s->chosen = true;
        break;
    case 'z':
        s->zoom = (s->zoom + 1) % ZOOMS;
        s->chosen = true;
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
        watch_screen_show(s, cli_translate(N_("keys")), cli_translate(help_text));
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
    if (back && s->inside && !s->typing && s->page == NULL) {
        choose_view(s, s->outside);
        return WATCH_NOTHING;
    }
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
    smtplog_watch_look(watch, &state);
    bool moved = state.lines != s->drawn_lines || strcmp(state.time, s->drawn_time) != 0;
    if ((moved && !s->paused) || s->stale) {
        if (!s->paused || s->chosen || s->drawn_lines == 0) {
            gather(s, watch);
        }
        s->chosen = false;
        s->drawn_lines = state.lines;
        snprintf(s->drawn_time, sizeof s->drawn_time, "%s", state.time);
        watch_draw(s);
    }
    timeout(milliseconds);
    int key = getch();
    if (key == ERR) {
        return terminal_is_gone(s) ? WATCH_QUIT : WATCH_NOTHING;
    }
    return act(s, key);
}

#else
typedef int watch_screen_is_elsewhere; /* see watch_screen_none.c */
#endif
