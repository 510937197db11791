/* What the two halves of the screen share: watch_screen.c opens it, gathers what is shown and acts
 * on keys, watch_draw.c draws. For these two only. */
#ifndef CLI_WATCH_SCREEN_PART_H
#define CLI_WATCH_SCREEN_PART_H

#include <ncurses.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/watch_screen.h"

#define ROWS       200
#define COLUMNS    400 /* widest timeline */
#define FINDINGS   8
#define BAR_LINES  3
#define HEAD_LINES (BAR_LINES + 6) /* title, rates, timeline, findings, tabs, head of the table */
#define PAGE_TITLE 128

enum view {
    VIEW_REFUSALS = SMTPLOG_WATCH_TABLES,
    VIEW_FINDINGS,
    VIEWS
};

#define WINDOWS 5
#define ZOOMS   3
#define SORTS   4

extern const unsigned watch_window_minutes[WINDOWS]; /* 0: all */
extern const unsigned watch_zoom_seconds[ZOOMS];

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
    char note_time[16]; /* of the log when it was noted */
    int view;
    size_t window, zoom;
    enum smtplog_watch_sort sort;
    size_t selected, top;
    bool paused, typing;
    bool chosen; /* a key asked for other rows */
    bool inside; /* the refusals of a row of the view `outside` */
    int outside;
    char filter[128], typed[128];
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

/* Lines that the rows may take. */
size_t watch_body_lines(void);

/* A finding's title and since when it holds. */
void watch_finding_head(const struct smtplog_watch_finding *finding, char *text, size_t size);

/* Draws everything; brings the selection into what there is. */
void watch_draw(struct watch_screen *screen);

#endif
