/* A temporary file for kept events that have grown old. Trust: only this process can write it. */
#include "track/kept_file.h"

#include <errno.h>
#include <unistd.h>

#include "input/spool.h"

void kept_file_open(struct kept_file *file, const char *directory)
{
    *file = (struct kept_file){.descriptor = spool_open_unnamed(directory)};
    file->failed = file->descriptor < 0;
}

void kept_file_close(struct kept_file *file)
{
    if (file->descriptor >= 0) {
        close(file->descriptor);
    }
    file->descriptor = -1;
}

static bool write_at(const struct kept_file *file, uint64_t at, struct span bytes)
{
    while (bytes.n > 0) {
        ssize_t done = pwrite(file->descriptor, bytes.p, bytes.n, (off_t)at);
        if (done < 0 && errno != EINTR) {
            return false;
        }
        size_t written = done > 0 ? (size_t)done : 0;
        at += written;
        bytes = span_from(bytes, written);
    }
    return true;
}

bool kept_file_add(struct kept_file *file, struct span bytes)
{
    bool written = !file->failed && write_at(file, file->length, bytes);
    file->failed = !written;
    file->length += written ? bytes.n : 0;
    return written;
}

enum smtplog_status kept_file_read(const struct kept_file *file, uint64_t at, char *bytes,
                                   size_t length)
{
    while (length > 0) {
        ssize_t got = pread(file->descriptor, bytes, length, (off_t)at);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return SMTPLOG_IO;
        }
        size_t taken = got > 0 ? (size_t)got : 0;
        bytes += taken;
        at += taken;
        length -= taken;
    }
    return SMTPLOG_OK;
}

enum smtplog_status kept_file_write(const struct kept_file *file, uint64_t at, struct span bytes)
{
    return write_at(file, at, bytes) ? SMTPLOG_OK : SMTPLOG_IO;
}
