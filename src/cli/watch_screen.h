/* The terminal screen of smtplog watch. Draws what the library says and turns keys into choices;
 * knows nothing of files or lines. There only when the build found ncurses. */
#ifndef CLI_WATCH_SCREEN_H
#define CLI_WATCH_SCREEN_H

#include <stdbool.h>

#include "smtplog.h"

/* What a key asked for that the screen does not do itself. */
enum watch_wish {
    WATCH_NOTHING,
    WATCH_QUIT,
    WATCH_EXPLAIN, /* watch_screen_subject says what */
    WATCH_TRACE
};

struct watch_screen;

/* Takes over the terminal. title: what is watched. NULL when there is no terminal to take. */
struct watch_screen *watch_screen_open(const char *title);

/* Gives the terminal back. */
void watch_screen_close(struct watch_screen *screen);

/* Whether this build has the screen. */
bool watch_screen_is_there(void);

/* A line about what happened to a file; stays until the next one. */
void watch_screen_note(struct watch_screen *screen, const char *text);

/* Draws, waits up to milliseconds for a key, and acts on it. */
enum watch_wish watch_screen_turn(struct watch_screen *screen, struct smtplog_watch *watch,
                                  int milliseconds);

/* What the selected row is about: for WATCH_EXPLAIN a code, class, provider or whole reply, for
 * WATCH_TRACE a queue id, address or host. "" when there is nothing. */
const char *watch_screen_subject(const struct watch_screen *screen);

/* Shows a text to scroll through until a key closes it. Lines are cut at the screen's width. */
void watch_screen_show(struct watch_screen *screen, const char *title, const char *text);

/* Columns of the screen. */
size_t watch_screen_columns(const struct watch_screen *screen);

#endif
