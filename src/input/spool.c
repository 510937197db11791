/* Standard input for those who must read it more than once. */
#define _GNU_SOURCE /* O_TMPFILE */
#include "input/spool.h"
#include "base/diagnostic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPOOL_BLOCK ((size_t)256 * 1024)

bool spool_needs_copy(void)
{
    struct stat st;
    return fstat(STDIN_FILENO, &st) == 0 && !S_ISREG(st.st_mode);
}

int spool_open_unnamed(const char *directory)
{
    char path[4096];
    int unnamed = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (unnamed >= 0) {
        return unnamed;
    }
    int n = snprintf(path, sizeof path, "%s/smtplog-XXXXXX", directory);
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkstemp(path); /* mode 0600 */
    if (fd >= 0 && (unlink(path) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = write(fd, bytes, length);
        if (done < 0 && errno != EINTR) {
            return false;
        }
        bytes += done > 0 ? done : 0;
        length -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static bool copy_input(int fd)
{
    char *block = malloc(SPOOL_BLOCK);
    bool fine = block != NULL;
    while (fine) {
        ssize_t got = read(STDIN_FILENO, block, SPOOL_BLOCK);
        if (got == 0) {
            break;
        }
        fine = got > 0 ? write_all(fd, block, (size_t)got) : errno == EINTR;
    }
    int error = errno;
    free(block);
    errno = error;
    return fine;
}

enum smtplog_status spool_standard_input(const char *directory, struct spool *spool,
                                         const char **why)
{
    *spool = (struct spool){.descriptor = -1};
    if (!spool_needs_copy()) {
        off_t start = lseek(STDIN_FILENO, 0, SEEK_CUR);
        *why = diagnostic_error(errno);
        spool->descriptor = start < 0 ? -1 : STDIN_FILENO;
        spool->start = start < 0 ? 0 : (uint64_t)start;
        return start < 0 ? SMTPLOG_IO : SMTPLOG_OK;
    }
    int fd = spool_open_unnamed(directory);
    if (fd < 0 || !copy_input(fd)) {
        *why = diagnostic_error(errno);
        if (fd >= 0) {
            close(fd);
        }
        return SMTPLOG_IO;
    }
    spool->descriptor = fd;
    spool->is_copy = true;
    return SMTPLOG_OK;
}

void spool_close(struct spool *spool)
{
    if (spool != NULL && spool->is_copy) {
        close(spool->descriptor);
        spool->is_copy = false;
    }
}
