/* The message part of a Postfix line: queue id, rules, derived facts. */
#ifndef LOGFMT_POSTFIX_H
#define LOGFMT_POSTFIX_H

#include "base/strbuf.h"
#include "event/event.h"
#include "pattern/pattern_set.h"

/* Takes `QUEUEID: ` or `NOQUEUE: ` off the front of *message. *queue_id is empty for NOQUEUE. True
 * when a queue id was taken. Short ids are upper-case hex, long ones base 52 without vowels
 * (Postfix src/global/mail_queue.h); neither has a fixed length. */
bool postfix_take_queue_id(struct span *message, struct span *queue_id);

/* Tries the rules of a list on a message and fills the event. The rule, or NULL. scratch holds
 * joined reply texts and must live as long as the event. */
const struct pattern_rule *postfix_parse(struct pattern_set *set, struct pattern_list *list,
                                         struct span message, struct strbuf *scratch,
                                         struct event *event);

/* Takes `message repeated N times: [ MSG]` (rsyslog) apart. False when the message is none. */
bool syslog_take_repeated(struct span *message, uint32_t *times);

#endif
