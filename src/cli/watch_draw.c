/* The screen of smtplog watch: drawing. Every line is cut at the right edge; characters are
 * measured as the terminal measures them. */
#define _XOPEN_SOURCE 700 /* wcwidth */
#ifdef HAVE_NCURSESW

#include <string.h>
#include <wchar.h>

#include "cli/watch_screen_part.h"

#define LEAST_WIDTH  40
#define LEAST_HEIGHT 8
#define TABLE_FIXED  42 /* the figures of a row */

static const char *const view_names[VIEWS] = {
    [SMTPLOG_WATCH_CODES] = "codes",     [SMTPLOG_WATCH_CLASSES] = "reasons",
    [SMTPLOG_WATCH_DOMAINS] = "domains", [SMTPLOG_WATCH_PROVIDERS] = "providers",
    [SMTPLOG_WATCH_SERVERS] = "hosts",   [SMTPLOG_WATCH_CLIENTS] = "clients",
    [VIEW_REFUSALS] = "refusals",        [VIEW_FINDINGS] = "findings"};

const unsigned watch_window_minutes[WINDOWS] = {1, 5, 15, 60, 0};
static const char *const window_names[] = {"1 min", "5 min", "15 min", "1 h", "all"};
const unsigned watch_zoom_seconds[ZOOMS] = {1, 10, 60};
static const char *const sort_names[] = {"count", "refused", "total", "name"};

size_t watch_body_lines(void)
{
    int lines = LINES - HEAD_LINES - 2;
    return lines > 0 ? (size_t)lines : 0;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* Text cut before a column, at the right edge or at a length in bytes; wide characters are never
 * cut in two. Where the terminal has no UTF-8, other characters are shown as question marks. */
static void put_part(int line, int column, int end, const char *text, size_t length)
{
    end = end < COLS ? end : COLS;
    mbstate_t state;
    memset(&state, 0, sizeof state);
    if (line >= LINES) {
        return;
    }
    for (size_t i = 0; i < length && column < end;) {
        wchar_t wide = L'?';
        size_t n = mbrtowc(&wide, text + i, length - i, &state);
        bool valid = n > 0 && n <= length - i;
        int columns = valid ? wcwidth(wide) : 1;
        if (!valid) {
            memset(&state, 0, sizeof state);
            n = 1;
        }
        if (columns < 0 || column + columns > end) {
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
    put_part(line, column, COLS, text, strlen(text));
}

/* Text in a column of its own; at least one blank stays free behind it. */
static void put_cell(int line, int column, int width, const char *text)
{
    put_part(line, column, column + width - 1, text, strlen(text));
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
    static const struct {
        enum smtplog_watch_series series;
        const char *name, *brief;
    } rates[] = {
        {SMTPLOG_WATCH_RECEIVED, "received", "recv"},
        {SMTPLOG_WATCH_DELIVERED, "delivered", "dlvd"},
        {SMTPLOG_WATCH_DEFERRED, "deferred", "defer"},
        {SMTPLOG_WATCH_BOUNCED, "bounced", "bounce"},
        {SMTPLOG_WATCH_REJECTED, "rejected", "reject"},
        {SMTPLOG_WATCH_GREYLISTED, "greylisted", "grey"},
    };
    char text[300];
    int used = COLS + 1;
    for (int brief = 0; brief < 2 && used > COLS; brief++) {
        used = snprintf(text, sizeof text, "1 min:");
        for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
            used += snprintf(text + used, sizeof text - (size_t)used, " %s %llu",
                             brief ? rates[i].brief : rates[i].name,
                             (unsigned long long)m[rates[i].series]);
        }
    }
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
    snprintf(text, sizeof text, "/%u s", watch_zoom_seconds[s->zoom]);
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

/* ---- the list of refusals -------------------------------------------------------------------- */

#define REFUSAL_FIXED 31 /* time, code, reason */
#define LEAST_TEXT    12

/* Widths of the columns of names, by what is in them. */
struct refusal_layout {
    int name, peer;
    bool text; /* there is room for it */
};

static int fit(size_t longest, int most)
{
    int wanted = longest < 200 ? (int)longest + 2 : 200;
    wanted = wanted < 12 ? 12 : wanted;
    return wanted < most ? wanted : most;
}

static struct refusal_layout refusal_layout(const struct watch_screen *s)
{
    size_t name = 0;
    size_t peer = 0;
    int left = COLS > REFUSAL_FIXED ? COLS - REFUSAL_FIXED : 0;
    for (size_t i = s->top; i < s->shown.row_count && i < s->top + watch_body_lines(); i++) {
        const struct smtplog_watch_refusal *r = &s->shown.refusals[i];
        name = strlen(r->name) > name ? strlen(r->name) : name;
        peer = strlen(r->peer) > peer ? strlen(r->peer) : peer;
    }
    struct refusal_layout layout;
    layout.name = fit(name, left * 3 / 5);
    layout.peer = fit(peer, left - layout.name);
    layout.text = left - layout.name - layout.peer >= LEAST_TEXT;
    return layout;
}

static void draw_refusal_head(const struct watch_screen *s, int line)
{
    struct refusal_layout layout = refusal_layout(s);
    put(line, 0, "time     code reason");
    put_cell(line, REFUSAL_FIXED, layout.name, "recipient or user");
    put_cell(line, REFUSAL_FIXED + layout.name, layout.peer, "other host");
    put(line, REFUSAL_FIXED + layout.name + layout.peer, layout.text ? "text" : "");
}

static void draw_refusal(const struct watch_screen *s, const struct smtplog_watch_refusal *r,
                         int line)
{
    struct refusal_layout layout = refusal_layout(s);
    char text[400];
    char code[16] = "-";
    if (r->code > 0) {
        snprintf(code, sizeof code, "%d%s", r->code, r->implied ? "+" : "");
    }
    snprintf(text, sizeof text, "%s %-4s %s", r->time, code,
             r->class_name[0] != '\0' ? r->class_name : "-");
    put_cell(line, 0, REFUSAL_FIXED, text);
    put_cell(line, REFUSAL_FIXED, layout.name, r->name[0] != '\0' ? r->name : "-");
    put_cell(line, REFUSAL_FIXED + layout.name, layout.peer, r->peer[0] != '\0' ? r->peer : "-");
    snprintf(text, sizeof text, "\"%s\"", r->text);
    put(line, REFUSAL_FIXED + layout.name + layout.peer, layout.text ? text : "");
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void draw_table_head(const struct watch_screen *s)
{
    char text[300];
    int line = BAR_LINES + 5;
    attron(A_UNDERLINE);
    mvhline(line, 0, ' ', COLS);
    if (s->view == VIEW_REFUSALS) {
        draw_refusal_head(s, line);
    } else if (s->view == VIEW_FINDINGS) {
        put(line, 0, "what to act on, worst first");
    } else {
        snprintf(text, sizeof text, "%10s %10s %6s %10s  %s", "count", "refused", "share", "total",
                 view_names[s->view]);
        put(line, 0, text);
        snprintf(text, sizeof text, "%s%s, by %s",
                 watch_window_minutes[s->window] > 0 ? "last " : "", window_names[s->window],
                 sort_names[s->sort]);
        int column = COLS - (int)strlen(text) - 1;
        if (column > TABLE_FIXED + (int)strlen(view_names[s->view])) {
            put(line, column, text);
        }
    }
    attroff(A_UNDERLINE);
}

static void row_text(const struct watch_screen *s, size_t index, char *text, size_t size)
{
    if (s->view == VIEW_FINDINGS) {
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

/* Why there is no row. */
static const char *nothing_of(const struct watch_screen *s)
{
    if (s->view == VIEW_FINDINGS) {
        return "no problems found";
    }
    if (s->filter[0] != '\0') {
        return s->view == VIEW_REFUSALS ? "none of the newest refusals holds this text"
                                        : "no row holds this text";
    }
    bool table = s->view < VIEW_REFUSALS;
    return table && watch_window_minutes[s->window] > 0 ? "nothing in this time (w: longer)"
                                                        : "nothing yet";
}

static void draw_rows(struct watch_screen *s)
{
    char text[1500];
    size_t lines = watch_body_lines();
    size_t count = s->shown.row_count;
    s->selected = count == 0 ? 0 : s->selected < count ? s->selected : count - 1;
    s->top = s->selected < s->top ? s->selected : s->top;
    s->top = lines > 0 && s->selected >= s->top + lines ? s->selected - lines + 1 : s->top;
    for (size_t i = 0; i < lines; i++) {
        int line = HEAD_LINES + (int)i;
        if (s->top + i >= count) {
            continue;
        }
        bool here = s->top + i == s->selected;
        attron(here ? A_REVERSE : 0);
        if (here) {
            mvhline(line, 0, ' ', COLS);
        }
        if (s->view == VIEW_REFUSALS) {
            draw_refusal(s, &s->shown.refusals[s->top + i], line);
        } else {
            row_text(s, s->top + i, text, sizeof text);
            put(line, 0, text);
        }
        attroff(here ? A_REVERSE : 0);
    }
    if (count == 0) {
        put(HEAD_LINES, 2, nothing_of(s));
    }
}

static void draw_foot(const struct watch_screen *s)
{
    char text[500] = "";
    if (s->typing) {
        snprintf(text, sizeof text, "show rows that hold: %s_", s->typed);
    } else if (s->filter[0] != '\0' && s->view != VIEW_FINDINGS) {
        snprintf(text, sizeof text, "only rows that hold \"%s\" (%s)  %s", s->filter,
                 s->inside ? "q: back" : "f changes", s->note);
    } else if (s->note[0] != '\0') {
        snprintf(text, sizeof text, "%s%s%s", s->note_time, s->note_time[0] != '\0' ? " " : "",
                 s->note);
    }
    attron(COLOR_PAIR(4));
    put(LINES - 2, 0, text);
    attroff(COLOR_PAIR(4));
    put_bar(LINES - 1,
            " Enter explain  t trace  f filter  w window  s sort  p pause  ? help  q quit",
            A_REVERSE);
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
            put_part(1 + (int)(i - s->page_top), 0, COLS, line, length);
        }
        line = end != NULL ? end + 1 : NULL;
    }
    put_bar(LINES - 1, " up, down: scroll  q, Esc: back", A_REVERSE);
}

void watch_draw(struct watch_screen *s)
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

#else
typedef int watch_draw_is_elsewhere; /* see watch_screen_none.c */
#endif
