/* Sends the report through the local sendmail (RFC 5322 message on its standard input). The program
 * is not started by the process that reads logs, which has given that right up: a child that was
 * made before waits, and becomes it. Trust: nothing of a log reaches a command line. */
#ifndef CLI_MAIL_H
#define CLI_MAIL_H

#include <stdbool.h>
#include <sys/types.h>

#include "smtplog.h"

/* A child that waits to become sendmail. */
struct mail {
    pid_t pid;            /* 0: there is none */
    int control, message; /* the writing ends */
    int error;            /* why there is none */
};

/* To be called before cli_confine. What fails is said by mail_send. */
void mail_prepare(struct mail *mail);

/* Sends the report in format "mail" and waits for sendmail. False after a message. */
bool mail_send(struct mail *mail, struct smtplog_analyzer *analyzer);

/* Ends a child that has nothing to send; nothing after mail_send. */
void mail_cancel(struct mail *mail);

#endif
