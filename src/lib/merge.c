/* Snapshots put together: reads the files, merges their parts. Trust: files may be anybody's; one
 * that cannot be used is said and passed over. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "lib/daily.h"
#include "lib/merge.h"
#include "lib/rule_set.h"
#include "lib/snapshot.h"

#define READ_BLOCK ((size_t)256 * 1024)

static enum smtplog_status read_all(int fd, struct strbuf *bytes)
{
    char *block = malloc(READ_BLOCK);
    ssize_t got = 1;
    while (block != NULL && got > 0) {
        got = read(fd, block, READ_BLOCK);
        if (got > 0) {
            strbuf_add(bytes, block, (size_t)got);
        }
        got = got < 0 && errno == EINTR ? 1 : got;
    }
    free(block);
    if (block == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    return got < 0 ? SMTPLOG_IO : strbuf_status(bytes);
}

enum smtplog_status merge_read_file(struct smtplog_analyzer *a, const char *path, bool context)
{
    struct snapshot_set *set = snapshot_set_of(a);
    struct strbuf bytes;
    struct stat st = {.st_mode = 0};
    const char *why = NULL;
    if (set == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "%s: %s", path,
                       diagnostic_text(&a->diagnostic, diagnostic_error(fd < 0 ? errno : EISDIR)));
        a->snapshots_bad++;
        return fd < 0 || close(fd) == 0 ? SMTPLOG_OK : SMTPLOG_IO;
    }
    strbuf_init(&bytes, SNAPSHOT_FILE);
    if (S_ISREG(st.st_mode) && st.st_size > 0 && (uint64_t)st.st_size < SNAPSHOT_FILE) {
        (void)strbuf_room(&bytes, (size_t)st.st_size); /* at once */
    }
    enum smtplog_status status = read_all(fd, &bytes);
    if (status == SMTPLOG_OK) {
        status = snapshot_read(set, strbuf_span(&bytes), context, &why);
    }
    strbuf_free(&bytes);
    if (!standard) {
        close(fd);
    }
    if (status == SMTPLOG_NO_MEMORY || status == SMTPLOG_OK) {
        return status;
    }
    diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "%s: %s; passed over", path,
                   diagnostic_text(&a->diagnostic, why != NULL ? why
                                                   : status == SMTPLOG_LIMIT
                                                       ? N_("too large")
                                                       : diagnostic_error(errno)));
    a->snapshots_bad++;
    return SMTPLOG_OK;
}

enum smtplog_status smtplog_analyzer_keep(struct smtplog_analyzer *a)
{
    return a->held != NULL ? SMTPLOG_OK : held_new(&a->held);
}

enum smtplog_status smtplog_analyzer_add_run(struct smtplog_analyzer *a,
                                             struct smtplog_analyzer *finished)
{
    if (finished->held != NULL) {
        TRY(snapshot_make(finished, true));
    }
    return snapshot_move(a, finished);
}

enum smtplog_status smtplog_analyzer_merge(struct smtplog_analyzer *a)
{
    TRY(analyzer_prepare(a));
    TRY(rule_set_check(a));
    for (size_t i = 0; i < a->given_count; i++) {
        TRY(merge_read_file(a, a->given[i].path, false));
    }
    TRY(daily_read_contexts(a));
    TRY(snapshot_merge(a));
    a->finished = true;
    TRY(daily_compare(a));
    return knowledge_status(&a->knowledge);
}
