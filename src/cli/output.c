/* Where a command's result goes. */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

bool output_open(struct output *output, const char *path)
{
    struct stat st;
    *output = (struct output){.path = path, .file = stdout};
    if (path == NULL || strcmp(path, "-") == 0) {
        output->path = NULL;
        return true;
    }
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        output->file = fopen(path, "w"); /* a device or pipe is written, not replaced */
    } else {
        int n = snprintf(output->temporary, sizeof output->temporary, "%s.XXXXXX", path);
        bool fits = n > 0 && (size_t)n < sizeof output->temporary;
        int fd = fits ? mkstemp(output->temporary) : -1;
        if (!fits) {
            errno = ENAMETOOLONG;
        }
        output->file = fd >= 0 && fchmod(fd, 0640) == 0 ? fdopen(fd, "w") : NULL;
        if (fd < 0) {
            output->temporary[0] = '\0';
        }
    }
    if (output->file == NULL) {
        cli_complain("%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

bool output_finish(struct output *output, bool keep)
{
    bool written = fflush(output->file) == 0 && ferror(output->file) == 0;
    int error = errno;
    if (output->path == NULL) {
        if (!written && error != EPIPE) {
            cli_complain("standard output: %s", strerror(error));
        }
        return written || error == EPIPE;
    }
    if (output->temporary[0] != '\0') {
        written = written && fsync(fileno(output->file)) == 0;
    }
    written = fclose(output->file) == 0 && written;
    if (output->temporary[0] == '\0') {
        return written;
    }
    if (keep && written && rename(output->temporary, output->path) == 0) {
        return true;
    }
    if (keep) {
        cli_complain("%s: %s", output->path, strerror(errno));
    }
    unlink(output->temporary);
    return !keep;
}
