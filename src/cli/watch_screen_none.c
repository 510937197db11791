/* A build without ncurses: there is no screen, smtplog watch writes plain lines. */
#include "cli/watch_screen.h"

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
typedef int watch_screen_is_elsewhere; /* an empty file is no C */
#endif
