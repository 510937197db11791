/* Files of a directory as bytes. */
#include "data/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_FILES 256
#define PATH_LENGTH     1024

struct directory_reader {
    const char *suffixes;
    size_t maximum;
    struct arena *arena;
    const struct diagnostic *diagnostic;
    struct directory_file *files; /* DIRECTORY_FILES of them, in the arena */
    size_t count;
};

enum smtplog_status directory_read_file(const char *path, size_t maximum, struct arena *arena,
                                        const struct diagnostic *diagnostic,
                                        struct directory_file *file)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "%s: %s", path,
                       diagnostic_text(diagnostic, fd < 0 ? diagnostic_error(errno)
                                                          : N_("is no regular file")));
        if (fd >= 0) {
            close(fd);
        }
        return SMTPLOG_IO;
    }
    size_t size = (size_t)st.st_size;
    char *bytes = size <= maximum ? arena_alloc(arena, size + 1) : NULL;
    size_t n = 0;
    ssize_t got = 1;
    while (bytes != NULL && n < size && got > 0) {
        got = read(fd, bytes + n, size - n);
        got = got < 0 && errno == EINTR ? 1 : got;
        n += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    if (size > maximum) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "%s: larger than %zu bytes", path, maximum);
        return SMTPLOG_LIMIT;
    }
    if (bytes == NULL || !arena_copy(arena, span_cstr(path), &file->path)) {
        return SMTPLOG_NO_MEMORY;
    }
    if (got < 0) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "%s: %s", path,
                       diagnostic_text(diagnostic, diagnostic_error(errno)));
        return SMTPLOG_IO;
    }
    file->bytes = span_of(bytes, n);
    return SMTPLOG_OK;
}

static bool has_suffix(struct span name, const char *suffixes)
{
    struct span list = span_cstr(suffixes);
    struct span suffix;
    while (span_next_word(&list, &suffix)) {
        if (name.n > suffix.n && span_equal(span_from(name, name.n - suffix.n), suffix)) {
            return true;
        }
    }
    return false;
}

static enum smtplog_status read_entries(struct directory_reader *reader, const char *path,
                                        bool deeper);

static enum smtplog_status read_entry(struct directory_reader *reader, const char *directory,
                                      const char *name, bool deeper)
{
    char path[PATH_LENGTH];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (name[0] == '.' || n < 0 || (size_t)n >= sizeof path || stat(path, &st) != 0) {
        return SMTPLOG_OK;
    }
    if (S_ISDIR(st.st_mode)) {
        return deeper ? read_entries(reader, path, false) : SMTPLOG_OK;
    }
    if (!S_ISREG(st.st_mode) || !has_suffix(span_cstr(name), reader->suffixes)) {
        return SMTPLOG_OK;
    }
    if (reader->count == DIRECTORY_FILES) {
        diagnostic_say(reader->diagnostic, SMTPLOG_ERROR, "%s: too many files", directory);
        return SMTPLOG_LIMIT;
    }
    TRY(directory_read_file(path, reader->maximum, reader->arena, reader->diagnostic,
                            &reader->files[reader->count]));
    reader->count++;
    return SMTPLOG_OK;
}

static enum smtplog_status read_entries(struct directory_reader *reader, const char *path,
                                        bool deeper)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return SMTPLOG_END;
    }
    enum smtplog_status status = SMTPLOG_OK;
    struct dirent *entry;
    while (status == SMTPLOG_OK && (entry = readdir(dir)) != NULL) {
        status = read_entry(reader, path, entry->d_name, deeper);
        status = status == SMTPLOG_END ? SMTPLOG_OK : status;
    }
    closedir(dir);
    return status;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct directory_file *)a)->path.p,
                  ((const struct directory_file *)b)->path.p);
}

enum smtplog_status directory_read(const char *path, const char *suffixes, bool required,
                                   size_t maximum, struct arena *arena,
                                   const struct diagnostic *diagnostic,
                                   struct directory_file **files, size_t *count)
{
    struct directory_reader reader = {
        .suffixes = suffixes, .maximum = maximum, .arena = arena, .diagnostic = diagnostic};
    reader.files = arena_alloc(arena, DIRECTORY_FILES * sizeof *reader.files);
    if (reader.files == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    enum smtplog_status status = read_entries(&reader, path, true);
    if (status == SMTPLOG_END && required) {
        diagnostic_say(diagnostic, SMTPLOG_ERROR, "%s: %s", path,
                       diagnostic_text(diagnostic, diagnostic_error(errno)));
        return SMTPLOG_IO;
    }
    if (status != SMTPLOG_OK && status != SMTPLOG_END) {
        return status;
    }
    qsort(reader.files, reader.count, sizeof *reader.files, compare_paths);
    *files = reader.files;
    *count = reader.count;
    return SMTPLOG_OK;
}
