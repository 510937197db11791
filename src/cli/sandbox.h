/* Gives up what a run does not need, before it reads the first line of a log: files but its inputs
 * and the folders of its outputs (Landlock), the network, other programs, other processes
 * (seccomp); and core dumps, since transcripts hold passwords. Works as far as the kernel and the
 * build go, and says nothing where they do not. Trust: what is confined reads texts written by
 * anybody. */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

#include <stdbool.h>

#define SANDBOX_PATHS 8192

/* What may still be touched. */
struct sandbox {
    const char **paths; /* owned array of borrowed paths */
    unsigned char *rights;
    unsigned count, room;
    bool overflow; /* not all could be kept: files are not confined */
};

void sandbox_init(struct sandbox *sandbox);
void sandbox_free(struct sandbox *sandbox);

/* A file, or everything below a directory, may be read. What does not exist is passed over. path
 * must live until sandbox_enter. */
void sandbox_read(struct sandbox *sandbox, const char *path);

/* Files in a directory may be made, written, read, renamed and removed. */
void sandbox_write(struct sandbox *sandbox, const char *directory);

/* From now on, for this process and all its threads. To be called while there is one. */
void sandbox_enter(const struct sandbox *sandbox);

#endif
