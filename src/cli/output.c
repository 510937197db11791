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
        } else if (output->file == NULL) {
            int error = errno;
            close(fd);
            unlink(output->temporary);
            errno = error;
        }
    }
    if (output->file == NULL) {
        cli_complain("%s: %s", path, strerror(errno));
        return false;
    }
    return true;
}

static int write_error; /* why cli_write failed; errno is another's by the time it is asked for */

int cli_write(void *file, const char *bytes, size_t length)
{
    if (fwrite(bytes, 1, length, file) == length) {
        return 0;
    }
    write_error = write_error != 0 ? write_error : errno;
    return 1;
}

/* Writes what is left in the buffer. False with *error when not all could be written. */
static bool flush(FILE *file, int *error)
{
    bool whole = ferror(file) == 0;
    *error = write_error;
    if (fflush(file) != 0) {
        *error = *error != 0 ? *error : errno;
        whole = false;
    }
    return whole;
}

/* Standard output that nobody reads any more is an ordinary end; it is said once otherwise. */
static bool finish_standard_output(void)
{
    int error = 0;
    bool written = flush(stdout, &error) || error == EPIPE;
    if (!written) {
        cli_complain("standard output: %s", strerror(error));
    }
    clearerr(stdout);
    return written;
}

int output_last(int exit_status)
{
    bool written = finish_standard_output();
    return written || exit_status != CLI_DONE ? exit_status : CLI_PARTLY;
}

bool output_finish(struct output *output, bool keep)
{
    int error = 0;
    if (output->path == NULL) {
        return finish_standard_output();
    }
    bool written = flush(output->file, &error);
    if (written && output->temporary[0] != '\0' && fsync(fileno(output->file)) != 0) {
        error = errno;
        written = false;
    }
    if (fclose(output->file) != 0 && written) {
        error = errno;
        written = false;
    }
    if (output->temporary[0] != '\0') {
        if (keep && written && rename(output->temporary, output->path) == 0) {
            return true;
        }
        error = written ? errno : error;
        unlink(output->temporary);
    }
    bool failed = output->temporary[0] != '\0' ? keep || !written : !written && error != EPIPE;
    if (failed) {
        cli_complain("%s: %s", output->path, strerror(error));
    }
    return !failed;
}
