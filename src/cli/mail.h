/* A report sent as mail through the sendmail program of this machine. */
#ifndef CLI_MAIL_H
#define CLI_MAIL_H

#include <stdbool.h>

struct smtplog_analyzer;

/* Sends the report of a finished run to whom its option mail-to says. False after a message. */
bool mail_send(struct smtplog_analyzer *analyzer);

#endif
