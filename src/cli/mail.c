/* A report sent as mail. Nothing of a log reaches the command line. */
#include "cli/mail.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

static const char *const programs[] = {"/usr/sbin/sendmail", "/usr/lib/sendmail"};

static FILE *start(pid_t *pid)
{
    char *const arguments[] = {"sendmail", "-i", "-t", NULL};
    char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    int error = ENOENT;
    if (pipe(ends) != 0) {
        cli_complain("sendmail: %s", strerror(errno));
        return NULL;
    }
    /* Otherwise it would hold the writing end of its own input open. */
    if (fcntl(ends[1], F_SETFD, FD_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0) {
        close(ends[0]);
        close(ends[1]);
        return NULL;
    }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    for (size_t i = 0; i < sizeof programs / sizeof programs[0] && error != 0; i++) {
        error = posix_spawn(pid, programs[i], &actions, NULL, arguments, environment);
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    if (error != 0) {
        cli_complain("%s: %s; --format mail writes the message without sending it", programs[0],
                     strerror(error));
        close(ends[1]);
        return NULL;
    }
    return fdopen(ends[1], "w");
}

bool mail_send(struct smtplog_analyzer *analyzer)
{
    pid_t pid = 0;
    int status = 0;
    FILE *message = start(&pid);
    if (message == NULL) {
        return false;
    }
    bool written = smtplog_analyzer_report(analyzer, "mail", cli_write, message) == SMTPLOG_OK;
    written = fclose(message) == 0 && written;
    bool ended = waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!written || !ended) {
        cli_complain("the report could not be handed to sendmail (exit status %d)",
                     WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
    return written && ended;
}
