/* The screen of smtplog watch: drawing. Every line is cut at the right edge; characters are
 * measured as the terminal measures them. */
#define _XOPEN_SOURCE 700 /* wcwidth */
#ifdef HAVE_NCURSESW

#include <string.h>
#include <wchar.h>

#include "cli/watch_screen_part.h"

#define LEAST_WIDTH  40
#define LEAST_HEIGHT 8
#define TABLE_NAME   41 /* behind the figures of a row */

static const char *const view_names[VIEWS] = {
    [SMTPLOG_WATCH_CODES] = N_("codes"),     [SMTPLOG_WATCH_CLASSES] = N_("reasons"),
    [SMTPLOG_WATCH_DOMAINS] = N_("domains"), [SMTPLOG_WATCH_PROVIDERS] = N_("providers"),
    [SMTPLOG_WATCH_SERVERS] = N_("hosts"),   [SMTPLOG_WATCH_CLIENTS] = N_("clients"),
    [VIEW_REFUSALS] = N_("refusals"),        [VIEW_FINDINGS] = N_("findings")};

const unsigned watch_window_minutes[WINDOWS] = {1, 5, 15, 60, 0};
static const char *const window_names[] = {N_("last 1 min"), N_("last 5 min"), N_("last 15 min"),
                                           N_("last 1 h"), N_("all")};
const unsigned watch_zoom_seconds[ZOOMS] = {1, 10, 60};
static const char *const sort_names[] = {N_("by count"), N_("by refused"), N_("by total"),
                                         N_("by name")};

size_t watch_body_lines(void)
{
    int lines = LINES - HEAD_LINES - 2;
    return lines > 0 ? (size_t)lines : 0;
}

/* ---- drawing --------------------------------------------------------------------------------- */

/* Text cut before a column, at the right edge or at a length in bytes; wide characters are never
 * cut in two. Where the terminal has no UTF-8, other characters are shown as question marks.
 * Returns the column behind. */
static int put_part(int line, int column, int end, const char *text, size_t length)
{
    end = end < COLS ? end : COLS;
    mbstate_t state;
    memset(&state, 0, sizeof state);
    if (line >= LINES) {
        return column;
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
    return column;
}

static int put(int line, int column, const char *text)
{
    return put_part(line, column, COLS, text, strlen(text));
}

/* Text in a column of its own; at least one blank stays free behind it. */
static void put_cell(int line, int column, int width, const char *text)
{
    put_part(line, column, column + width - 1, text, strlen(text));
}

static int columns_of(const char *text)
{
    return (int)smtplog_columns(text, strlen(text));
}

/* Text that ends before a column. */
static void put_right(int line, int column, int width, const char *text)
{
    int used = columns_of(text);
    int first = used < width ? width - used : 0;
    put_part(line, column + first, column + width, text, strlen(text));
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
    char text[600], lines[80], state[160] = "";
    const struct smtplog_watch_state *now = &s->shown.state;
    unsigned long long read = now->lines;
    if (!now->caught_up) {
        snprintf(state, sizeof state, cli_translate(N_("reading, %.0f MB to go")),
                 (double)now->bytes_behind / 1e6);
    } else if (now->files_open == 0 && strcmp(s->title, cli_translate("standard input")) != 0) {
        snprintf(state, sizeof state, "%s", cli_translate(N_("waiting for the file")));
    }
    snprintf(lines, sizeof lines, cli_translate_count("%llu line", "%llu lines", read), read);
    snprintf(text, sizeof text, " smtplog watch  %s  %s  %s%s%s%s%s", s->title, now->time, lines,
             state[0] != '\0' ? "  " : "", state, s->paused ? "  " : "",
             s->paused ? cli_translate(N_("PAUSED")) : "");
    put_bar(0, text, A_REVERSE);
}

static void draw_rates(const struct watch_screen *s)
{
    const uint64_t *m = s->shown.minute;
    static const struct {
        enum smtplog_watch_series series;
        const char *name, *brief;
    } rates[] = {
        {SMTPLOG_WATCH_RECEIVED, N_("received"), N_("recv")},
        {SMTPLOG_WATCH_DELIVERED, N_("delivered"), N_("dlvd")},
        {SMTPLOG_WATCH_DEFERRED, N_("deferred"), N_("defer")},
        {SMTPLOG_WATCH_BOUNCED, N_("bounced"), N_("bounce")},
        {SMTPLOG_WATCH_REJECTED, N_("rejected"), N_("reject")},
        {SMTPLOG_WATCH_GREYLISTED, N_("greylisted"), N_("grey")},
    };
    char text[1000] = "";
    for (int brief = 0; brief < 2 && (brief == 0 || columns_of(text) > COLS); brief++) {
        int used = snprintf(text, sizeof text, "%s", cli_translate(N_("1 min:")));
        for (size_t i = 0; i < sizeof rates / sizeof rates[0] && (size_t)used < sizeof text; i++) {
            used += snprintf(text + used, sizeof text - (size_t)used, " %s %llu",
                             cli_translate(brief ? rates[i].brief : rates[i].name),
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
    put_cell(bottom, 0, 11, cli_translate(N_("attempts")));
    put_cell(bottom + 1, 0, 11, cli_translate(N_("refused")));
}

static void draw_finding(const struct watch_screen *s)
{
    const struct shown *shown = &s->shown;
    char text[700];
    int line = BAR_LINES + 3;
    if (shown->finding_count == 0) {
        put(line, 0, shown->state.caught_up ? cli_translate(N_("no problems found")) : "");
        return;
    }
    const struct smtplog_watch_finding *worst = &shown->findings[0];
    int color = COLOR_PAIR(worst->severity == SMTPLOG_ERROR ? 1 : 2) | A_BOLD;
    watch_finding_head(worst, text, sizeof text);
    attron(color);
    int end = put(line, 0, text);
    if (shown->finding_count > 1) {
        put(line, end + 2, cli_translate(N_("(8: more)")));
    }
    attroff(color);
}

void watch_finding_head(const struct smtplog_watch_finding *finding, char *text, size_t size)
{
    if (finding->since[0] != '\0') {
        snprintf(text, size, cli_translate(N_("%s, since %s")), finding->title, finding->since);
    } else {
        snprintf(text, size, "%s", finding->title);
    }
}

/* Columns that a name may take so that all tabs fit. */
static int tab_columns(void)
{
    int most = COLS;
    for (int used = COLS + 1; used > COLS && most > 1; most--) {
        used = 0;
        for (int view = 0; view < VIEWS; view++) {
            int columns = columns_of(cli_translate(view_names[view]));
            used += 3 + (columns < most ? columns : most);
        }
    }
    return most + 1;
}

static void draw_tabs(const struct watch_screen *s)
{
    char number[16];
    int line = BAR_LINES + 4;
    int column = 0;
    int most = tab_columns();
    mvhline(line, 0, ' ', COLS);
    for (int view = 0; view < VIEWS; view++) {
        const char *name = cli_translate(view_names[view]);
        snprintf(number, sizeof number, "%d ", view + 1);
        attron(view == s->view ? A_REVERSE | A_BOLD : A_DIM);
        column = put(line, column, number);
        column = put_part(line, column, column + most, name, strlen(name)) + 1;
        attroff(view == s->view ? A_REVERSE | A_BOLD : A_DIM);
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
    put_cell(line, 0, 9, cli_translate(N_("time")));
    put_cell(line, 9, 5, cli_translate(N_("code")));
    put_cell(line, 14, REFUSAL_FIXED - 14, cli_translate(N_("reason")));
    put_cell(line, REFUSAL_FIXED, layout.name, cli_translate(N_("recipient or user")));
    put_cell(line, REFUSAL_FIXED + layout.name, layout.peer, cli_translate(N_("other host")));
    put(line, REFUSAL_FIXED + layout.name + layout.peer,
        layout.text ? cli_translate(N_("text")) : "");
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
        put(line, 0, cli_translate(N_("what to act on, worst first")));
    } else {
        put_right(line, 0, 10, cli_translate(N_("count")));
        put_right(line, 11, 10, cli_translate(N_("refused")));
        put_right(line, 22, 6, cli_translate(N_("share")));
        put_right(line, 29, 10, cli_translate(N_("total")));
        int end = put(line, TABLE_NAME, cli_translate(view_names[s->view]));
        snprintf(text, sizeof text, "%s, %s", cli_translate(window_names[s->window]),
                 cli_translate(sort_names[s->sort]));
        int column = COLS - columns_of(text) - 1;
        if (column > end + 1) {
            put(line, column, text);
        }
    }
    attroff(A_UNDERLINE);
}

static void row_text(const struct watch_screen *s, size_t index, char *text, size_t size)
{
    if (s->view == VIEW_FINDINGS) {
        const struct smtplog_watch_finding *f = &s->shown.findings[index];
        char head[700];
        watch_finding_head(f, head, sizeof head);
        snprintf(text, size, "%s: %s", head, f->evidence);
    } else {
        const struct smtplog_watch_row *r = &s->shown.rows[index];
        double percent = r->count > 0 ? 100.0 * (double)r->refused / (double)r->count : 0;
        char share[40];
        snprintf(share, sizeof share, cli_translate(N_("%.0f %%")), percent);
        int blanks = columns_of(share) < 6 ? 6 - columns_of(share) : 0;
        snprintf(text, size, "%10llu %10llu %*s%s %10llu  %s%s%s", (unsigned long long)r->count,
                 (unsigned long long)r->refused, blanks, "", share, (unsigned long long)r->total,
                 r->name, r->meaning[0] != '\0' ? "  " : "", r->meaning);
    }
}

/* Why there is no row. */
static const char *nothing_of(const struct watch_screen *s)
{
    if (s->view == VIEW_FINDINGS) {
        return cli_translate(N_("no problems found"));
    }
    if (s->filter[0] != '\0') {
        return cli_translate(s->view == VIEW_REFUSALS
                                 ? N_("none of the newest refusals holds this text")
                                 : N_("no row holds this text"));
    }
    bool table = s->view < VIEW_REFUSALS;
    return cli_translate(table && watch_window_minutes[s->window] > 0
                             ? N_("nothing in this time (w: longer)")
                             : N_("nothing yet"));
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
        snprintf(text, sizeof text, cli_translate(N_("show rows that hold: %s_")), s->typed);
    } else if (s->filter[0] != '\0' && s->view != VIEW_FINDINGS) {
        int used = snprintf(text, sizeof text,
                            cli_translate(s->inside ? N_("only rows that hold \"%s\" (q: back)")
                                                    : N_("only rows that hold \"%s\" (f changes)")),
                            s->filter);
        if (used > 0 && (size_t)used < sizeof text) {
            snprintf(text + used, sizeof text - (size_t)used, "  %s", s->note);
        }
    } else if (s->note[0] != '\0') {
        snprintf(text, sizeof text, "%s%s%s", s->note_time, s->note_time[0] != '\0' ? " " : "",
                 s->note);
    }
    attron(COLOR_PAIR(4));
    put(LINES - 2, 0, text);
    attroff(COLOR_PAIR(4));
    put_bar(
        LINES - 1,
        cli_translate(N_(" Enter explain  t trace  f filter  w window  s sort  p pause  ? help  "
                         "q quit")),
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
    put_bar(LINES - 1, cli_translate(N_(" up, down: scroll  q, Esc: back")), A_REVERSE);
}

void watch_draw(struct watch_screen *s)
{
    erase();
    if (COLS < LEAST_WIDTH || LINES < LEAST_HEIGHT) {
        put(0, 0, cli_translate(N_("smtplog watch: window too small")));
        put(1, 0, cli_translate(N_("q quits")));
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
