/* A report sent as mail. Nothing of a log reaches the command line. */
#include "cli/mail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

static const char *const programs[] = {"/usr/sbin/sendmail", "/usr/lib/sendmail"};

#define BEGIN 'm'

/* Waits for the word to begin, then becomes sendmail. Runs between fork and exec. */
static void wait_and_become(const char *program, int control, int message)
{
    char *const arguments[] = {"sendmail", "-i", "-t", NULL};
    char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
    char word = 0;
    ssize_t got = 0;
    do {
        got = read(control, &word, 1);
    } while (got < 0 && errno == EINTR);
    if (got == 1 && word == BEGIN && dup2(message, STDIN_FILENO) == STDIN_FILENO) {
        execve(program, arguments, environment);
        _exit(127);
    }
    _exit(0);
}

static bool make_pipe(int ends[2])
{
    return pipe(ends) == 0 && fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

void mail_prepare(struct mail *mail)
{
    int control[2] = {-1, -1};
    int message[2] = {-1, -1};
    size_t i = 0;
    *mail = (struct mail){.control = -1, .message = -1};
    while (i < sizeof programs / sizeof programs[0] && access(programs[i], X_OK) != 0) {
        i++;
    }
    if (i == sizeof programs / sizeof programs[0]) {
        mail->error = ENOENT;
        return;
    }
    if (!make_pipe(control) || !make_pipe(message) || (mail->pid = fork()) < 0) {
        mail->error = errno;
        mail->pid = 0;
    } else if (mail->pid == 0) {
        close(control[1]);
        close(message[1]);
        wait_and_become(programs[i], control[0], message[0]);
    } else {
        mail->control = control[1];
        mail->message = message[1];
        control[1] = message[1] = -1;
    }
    for (size_t k = 0; k < 2; k++) {
        if (control[k] >= 0) {
            close(control[k]);
        }
        if (message[k] >= 0) {
            close(message[k]);
        }
    }
}

static bool end(struct mail *mail, int *status)
{
    pid_t pid = mail->pid;
    mail->pid = 0;
    return pid > 0 && waitpid(pid, status, 0) == pid && WIFEXITED(*status);
}

void mail_cancel(struct mail *mail)
{
    int status = 0;
    if (mail->pid > 0) {
        close(mail->control);
        close(mail->message);
        (void)end(mail, &status);
    }
}

bool mail_send(struct mail *mail, struct smtplog_analyzer *analyzer)
{
    const char begin = BEGIN;
    int status = 0;
    if (mail->pid <= 0) {
        cli_complain("%s: %s; --format mail writes the message without sending it", programs[0],
                     strerror(mail->error));
        return false;
    }
    FILE *message = fdopen(mail->message, "w");
    bool written = message != NULL && write(mail->control, &begin, 1) == 1 &&
                   smtplog_analyzer_report(analyzer, "mail", cli_write, message) == SMTPLOG_OK;
    if (message != NULL) {
        written = fclose(message) == 0 && written;
    } else {
        close(mail->message);
    }
    close(mail->control);
    bool ended = end(mail, &status) && WEXITSTATUS(status) == 0;
    if (!written || !ended) {
        cli_complain("the report could not be handed to sendmail (exit status %d)",
                     WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
    return written && ended;
}
