/* The directory where daily keeps its snapshots. Trust: it may be somebody else's, or hold what
 * others put there; names in it are never followed through links. */
#ifndef CLI_STATE_H
#define CLI_STATE_H

#include <stdbool.h>
#include <stddef.h>

#define STATE_PATH 4096

/* What may be done in the directory. */
enum state_use {
    STATE_USABLE,
    STATE_READ_ONLY, /* nothing can be written there */
    STATE_UNUSABLE,  /* it cannot be opened, or somebody else could put anything there */
    STATE_BUSY       /* another run is at work */
};

struct state {
    int directory; /* descriptor, -1: none */
    int lock;      /* descriptor, -1: none */
    char path[STATE_PATH];
    char host[64];
};

/* Opens the directory (NULL: the usual one), makes it when it is missing, and locks it against a
 * second run. Anything but STATE_USABLE comes after a message. */
enum state_use state_open(struct state *state, const char *path);
void state_close(struct state *state);

/* The path of a day's snapshot. False when it does not fit. */
bool state_day_path(const struct state *state, const char *day, char path[STATE_PATH]);

/* True when the day has one. */
bool state_has_day(const struct state *state, const char *day);

/* A new file beside it, closed to others; state_keep puts it in its place, whole or not at all,
 * state_drop removes it after an error. -1, or false, after a message. */
int state_create(const struct state *state, const char *day);
bool state_keep(const struct state *state, const char *day, int fd);
void state_drop(const struct state *state, const char *day, int fd, int error);

/* Removes snapshots of days before `oldest`, and what killed runs left. */
void state_clean(const struct state *state, const char *oldest);

#endif
