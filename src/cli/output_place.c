/* Whether results can go where they are sent: asked before anything is read. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/output.h"

/* In a list with blanks between. */
static bool is_one_of(const char *word, const char *list)
{
    size_t n = strlen(word);
    for (const char *at = strstr(list, word); at != NULL; at = strstr(at + 1, word)) {
        if (at[n] == '\0' || at[n] == ' ') {
            return true;
        }
    }
    return false;
}

bool output_check_suffix(const struct cli_arguments *arguments, const char *path, const char *known)
{
    struct stat st;
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    bool plain = arguments->format != NULL || dot == NULL || dot == name || is_one_of(dot, known);
    if (plain || (stat(path, &st) == 0 && !S_ISREG(st.st_mode))) {
        return true;
    }
    cli_complain("%s: the suffix %s says no format; these do: %s; or give --format", path, dot,
                 known);
    return false;
}

static bool is_slash(const char *path, size_t length)
{
    return length > 0 && path[length - 1] == '/';
}

/* The directory that a path is in, without the slash behind it. */
static bool find_directory(const char *path, char *directory, size_t room)
{
    size_t n = strlen(path);
    while (n > 1 && is_slash(path, n)) {
        n--; /* one that is to be made */
    }
    while (n > 0 && !is_slash(path, n)) {
        n--;
    }
    if (n >= room) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(directory, n > 0 ? path : ".", n > 0 ? n : 1);
    directory[n > 0 ? n : 1] = '\0';
    return true;
}

/* Whether a file can be made or replaced there; errno says why not. */
static bool can_be_written(const char *path)
{
    struct stat st;
    char directory[4096];
    bool is_directory = is_slash(path, strlen(path));
    if (strcmp(path, "-") == 0) {
        return true;
    }
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return is_directory && access(path, W_OK) == 0;
    }
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        return access(path, W_OK) == 0;
    }
    return find_directory(path, directory, sizeof directory) && access(directory, W_OK) == 0;
}

bool output_check_places(const struct cli_arguments *arguments)
{
    size_t good = 0;
    for (size_t i = 0; i < arguments->output_count; i++) {
        good += can_be_written(arguments->outputs[i]);
    }
    if (good > 0 || arguments->output_count == 0) {
        return true;
    }
    for (size_t i = 0; i < arguments->output_count; i++) {
        (void)can_be_written(arguments->outputs[i]);
        cli_complain("%s: %s", arguments->outputs[i], strerror(errno));
    }
    return false;
}
