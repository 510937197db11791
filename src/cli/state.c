/* The directory where daily keeps its snapshots. */
#include "cli/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define USUAL     "/var/lib/smtplog"
#define SUFFIX    ".snap"
#define TEMPORARY ".new."
#define DAY       10      /* bytes of 2026-11-21 */
#define LOCK_NAME ".lock" /* hidden, so that DIR followed by a star names snapshots only */

/* ---- the directory --------------------------------------------------------------------------- */

/* root's in /var/lib, anybody else's below the home directory (XDG Base Directory). */
static bool usual_path(char path[STATE_PATH])
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    struct stat st;
    int n = -1;
    if (geteuid() == 0 || (stat(USUAL, &st) == 0 && access(USUAL, W_OK) == 0)) {
        n = snprintf(path, STATE_PATH, "%s", USUAL);
    } else if (state != NULL && state[0] == '/') {
        n = snprintf(path, STATE_PATH, "%s/smtplog", state);
    } else if (home != NULL && home[0] == '/') {
        n = snprintf(path, STATE_PATH, "%s/.local/state/smtplog", home);
    }
    return n > 0 && n < STATE_PATH;
}

/* Makes the directory, and those above it. */
static bool make_directory(const char *path)
{
    char part[STATE_PATH];
    snprintf(part, sizeof part, "%s", path);
    for (char *c = part + 1; *c != '\0'; c++) {
        if (*c == '/') {
            *c = '\0';
            if (mkdir(part, 0755) != 0 && errno != EEXIST && errno != EROFS) {
                return false;
            }
            *c = '/';
        }
    }
    return mkdir(path, 0750) == 0 || errno == EEXIST;
}

/* Whoever else may write here could put anything in the place of our files. */
static bool is_ours(const struct state *state)
{
    struct stat st;
    if (fstat(state->directory, &st) != 0) {
        cli_complain("%s: %s", state->path, strerror(errno));
        return false;
    }
    if (st.st_uid != geteuid() && st.st_uid != 0) {
        cli_complain("%s: belongs to somebody else (user %lu); name another with --state-dir",
                     state->path, (unsigned long)st.st_uid);
        return false;
    }
    if ((st.st_mode & S_IWOTH) != 0 || ((st.st_mode & S_IWGRP) != 0 && geteuid() == 0)) {
        cli_complain("%s: others may write there; chmod go-w it, or name another with --state-dir",
                     state->path);
        return false;
    }
    return true;
}

static bool is_refusal_to_write(int error)
{
    return error == EROFS || error == EACCES || error == EPERM || error == ENOSPC ||
           error == EDQUOT;
}

static enum state_use take_lock(struct state *state)
{
    state->lock = openat(state->directory, LOCK_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                         0640);
    if (state->lock < 0) {
        int error = errno;
        cli_complain("%s/%s: %s", state->path, LOCK_NAME, strerror(error));
        return is_refusal_to_write(error) ? STATE_READ_ONLY : STATE_UNUSABLE;
    }
    if (flock(state->lock, LOCK_EX | LOCK_NB) == 0) {
        return STATE_USABLE;
    }
    if (errno == EWOULDBLOCK) {
        cli_complain("%s: another run is at work", state->path);
        return STATE_BUSY;
    }
    cli_complain("%s/%s: %s", state->path, LOCK_NAME, strerror(errno));
    return STATE_UNUSABLE;
}

/* Of this machine, with nothing in it that a path could be led astray by. */
static void name_host(struct state *state)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') {
        snprintf(name, sizeof name, "localhost");
    }
    size_t n = 0;
    for (size_t i = 0; name[i] != '\0' && n < sizeof state->host - 1; i++) {
        bool plain = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
                     (name[i] >= '0' && name[i] <= '9') || (i > 0 && strchr("-.", name[i]) != NULL);
        state->host[n++] = name[i];
        state->host[n - 1] = plain ? name[i] : '_';
    }
    state->host[n] = '\0';
}

enum state_use state_open(struct state *state, const char *path)
{
    *state = (struct state){.directory = -1, .lock = -1};
    if (path == NULL ? !usual_path(state->path)
                     : (size_t)snprintf(state->path, STATE_PATH, "%s", path) >= STATE_PATH) {
        cli_complain("there is no place for snapshots: name one with --state-dir");
        return STATE_UNUSABLE;
    }
    name_host(state);
    state->directory = open(state->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (state->directory < 0 && errno == ENOENT && make_directory(state->path)) {
        state->directory = open(state->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (state->directory < 0) {
        cli_complain("%s: %s", state->path,
                     errno == ELOOP || errno == ENOTDIR
                         ? cli_translate(N_("not a directory of its own"))
                         : strerror(errno));
        return STATE_UNUSABLE;
    }
    return is_ours(state) ? take_lock(state) : STATE_UNUSABLE;
}

void state_close(struct state *state)
{
    if (state->lock >= 0) {
        close(state->lock);
    }
    if (state->directory >= 0) {
        close(state->directory);
    }
    state->lock = state->directory = -1;
}

/* ---- files ----------------------------------------------------------------------------------- */

static void day_name(const struct state *state, const char *day, char name[256])
{
    snprintf(name, 256, "%.*s_%s" SUFFIX, DAY, day, state->host);
}

static void new_name(const struct state *state, const char *day, char name[256])
{
    snprintf(name, 256, TEMPORARY "%.*s_%s", DAY, day, state->host);
}

bool state_day_path(const struct state *state, const char *day, char path[STATE_PATH])
{
    char name[256];
    day_name(state, day, name);
    int n = snprintf(path, STATE_PATH, "%s/%s", state->path, name);
    return n > 0 && n < STATE_PATH;
}

bool state_has_day(const struct state *state, const char *day)
{
    char name[256];
    struct stat st;
    day_name(state, day, name);
    if (fstatat(state->directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) {
            cli_complain("%s/%s: %s", state->path, name, strerror(errno));
        }
        return false;
    }
    return S_ISREG(st.st_mode);
}

int state_create(const struct state *state, const char *day)
{
    char name[256];
    new_name(state, day, name);
    unlinkat(state->directory, name, 0); /* of a run that was killed: we hold the lock */
    int fd = openat(state->directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    0640);
    if (fd < 0) {
        cli_complain("%s/%s: %s", state->path, name, strerror(errno));
    }
    return fd;
}

bool state_keep(const struct state *state, const char *day, int fd)
{
    char from[256];
    char to[256];
    new_name(state, day, from);
    day_name(state, day, to);
    bool written = fchmod(fd, 0640) == 0 && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    if (written && renameat(state->directory, from, state->directory, to) == 0 &&
        fsync(state->directory) == 0) {
        return true;
    }
    error = written ? errno : error;
    unlinkat(state->directory, from, 0);
    cli_complain("%s/%s: %s", state->path, to, strerror(error));
    return false;
}

void state_drop(const struct state *state, const char *day, int fd, int error)
{
    char name[256];
    char wanted[256];
    new_name(state, day, name);
    day_name(state, day, wanted);
    close(fd);
    unlinkat(state->directory, name, 0);
    cli_complain("%s/%s: %s", state->path, wanted, strerror(error));
}

/* Ours by its name: the day of a snapshot in its first bytes. */
static bool is_snapshot(const struct state *state, const char *name)
{
    char wanted[256];
    if (strlen(name) <= DAY || name[4] != '-' || name[7] != '-') {
        return false;
    }
    day_name(state, name, wanted);
    return strcmp(name, wanted) == 0;
}

void state_clean(const struct state *state, const char *oldest)
{
    int copy = openat(state->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry = NULL;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        bool old = is_snapshot(state, entry->d_name) && strncmp(entry->d_name, oldest, DAY) < 0;
        bool left = strncmp(entry->d_name, TEMPORARY, strlen(TEMPORARY)) == 0;
        if (old || left) {
            unlinkat(state->directory, entry->d_name, 0);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    } else if (copy >= 0) {
        close(copy);
    }
}
