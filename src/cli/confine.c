/* What a command may still touch once its arguments are known. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/sandbox.h"

#define MADE_PATHS  (CLI_OUTPUTS * 2 + 16)
#define PATH_LENGTH 4096

/* Paths that are made up here live until the sandbox is entered. */
struct made_paths {
    char paths[MADE_PATHS][PATH_LENGTH];
    size_t count;
};

/* The first n bytes of a, then b; a path that is too long is none that could be opened. */
static const char *joined(struct made_paths *made, const char *a, size_t n, const char *b)
{
    if (made->count == MADE_PATHS || n + strlen(b) >= PATH_LENGTH) {
        return "";
    }
    char *path = made->paths[made->count++];
    snprintf(path, PATH_LENGTH, "%.*s%s", (int)n, a, b);
    return path;
}

/* The folder that a file lies in or is to lie in. */
static const char *folder_of(struct made_paths *made, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return ".";
    }
    return slash == path ? "/" : joined(made, path, (size_t)(slash - path), "");
}

/* Pattern files of the host and the user, zones, and what the C library asks of the machine. */
static void allow_always(struct sandbox *sandbox, struct made_paths *made)
{
    static const char *const always[] = {"/etc/smtplog", "/usr/share/zoneinfo", "/etc/localtime",
                                         "/sys/devices/system/cpu"};
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    const char *zone = getenv("TZ");
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        sandbox_read(sandbox, always[i]);
    }
    if (config != NULL && config[0] == '/') {
        sandbox_read(sandbox, joined(made, config, strlen(config), "/smtplog"));
    } else if (home != NULL && home[0] == '/') {
        sandbox_read(sandbox, joined(made, home, strlen(home), "/.config/smtplog"));
    }
    zone = zone != NULL && zone[0] == ':' ? zone + 1 : zone;
    if (zone != NULL && zone[0] == '/') {
        sandbox_read(sandbox, zone);
    }
}

/* Without a file named all of /var/log may be meant. libsystemd loads what decompresses fields. */
static void allow_inputs(struct sandbox *sandbox, const struct cli_arguments *arguments)
{
    static const char *const of_journal[] = {"/var/log/journal", "/run/log/journal",
                                             "/etc/machine-id",  "/proc/sys/kernel/random",
                                             "/usr/lib",         "/lib",
                                             "/lib64",           "/etc/ld.so.cache"};
    bool any = arguments->file_count == 0;
    if (any) {
        sandbox_read(sandbox, "/var/log");
    }
    for (size_t i = 0; i < arguments->file_count; i++) {
        sandbox_read(sandbox, arguments->files[i]);
    }
    for (size_t i = 0; (any || arguments->journal) && i < sizeof of_journal / sizeof of_journal[0];
         i++) {
        sandbox_read(sandbox, of_journal[i]);
    }
    if (arguments->journal_place != NULL) {
        sandbox_read(sandbox, arguments->journal_place);
    }
    for (size_t i = 0; i < arguments->library_count; i++) {
        const char *name = arguments->library[i].name;
        if (strcmp(name, "patterns") == 0 || strcmp(name, "redact-key") == 0) {
            sandbox_read(sandbox, arguments->library[i].value);
        }
    }
}

/* Files are written beside their place, then renamed. */
static void allow_outputs(struct sandbox *sandbox, struct made_paths *made,
                          const struct cli_arguments *arguments)
{
    struct stat st;
    for (size_t i = 0; i < arguments->output_count; i++) {
        const char *path = arguments->outputs[i];
        bool is_folder = path[0] != '\0' && path[strlen(path) - 1] == '/';
        if (stat(path, &st) == 0 && (is_folder || !S_ISREG(st.st_mode))) {
            sandbox_write(sandbox, path);
        } else {
            sandbox_write(sandbox, is_folder ? folder_of(made, folder_of(made, path))
                                             : folder_of(made, path));
        }
    }
    bool standard_input = arguments->file_count == 0;
    for (size_t i = 0; i < arguments->file_count; i++) {
        standard_input = standard_input || strcmp(arguments->files[i], "-") == 0;
    }
    if (arguments->command == CLI_TRACE && standard_input) { /* kept there, to be read again */
        const char *temporary = getenv("TMPDIR");
        sandbox_write(sandbox, temporary != NULL && temporary[0] == '/' ? temporary : "/tmp");
    }
}

/* Logs are rotated in their folders while they are watched. */
static void allow_watching(struct sandbox *sandbox, struct made_paths *made,
                           const struct cli_arguments *arguments)
{
    /* What the terminal can do; which characters its locale has, and how they are converted. */
    static const char *const of_terminals[] = {
        "/usr/share/terminfo", "/lib/terminfo", "/etc/terminfo", "/dev/tty",
        "/usr/share/locale",   "/usr/lib",      "/usr/lib64"};
    const char *home = getenv("HOME");
    const char *terminfo = getenv("TERMINFO");
    for (size_t i = 0; i < arguments->file_count && made->count + 1 < MADE_PATHS; i++) {
        sandbox_read(sandbox, folder_of(made, arguments->files[i]));
    }
    for (size_t i = 0; i < sizeof of_terminals / sizeof of_terminals[0]; i++) {
        sandbox_read(sandbox, of_terminals[i]);
    }
    if (home != NULL && home[0] == '/') {
        sandbox_read(sandbox, joined(made, home, strlen(home), "/.terminfo"));
    }
    if (terminfo != NULL && terminfo[0] == '/') {
        sandbox_read(sandbox, terminfo);
    }
}

void cli_confine(const struct cli_arguments *arguments, const char *folder)
{
    struct sandbox sandbox;
    struct made_paths made;
    if (arguments->no_sandbox) {
        return;
    }
    sandbox_init(&sandbox);
    made.count = 0;
    allow_always(&sandbox, &made);
    if ((arguments->command & (CLI_EXPLAIN | CLI_COMPARE)) == 0) {
        allow_inputs(&sandbox, arguments);
    }
    allow_outputs(&sandbox, &made, arguments);
    if (folder != NULL) {
        sandbox_write(&sandbox, folder);
    }
    if (arguments->command == CLI_WATCH) {
        allow_watching(&sandbox, &made, arguments);
    }
    sandbox_enter(&sandbox);
    sandbox_free(&sandbox);
}
