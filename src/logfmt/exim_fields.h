/* The regular parts of an Exim line: who the other side was, the recipient with its parents, and
 * the tail of `KEY=value` fields that log_selector puts together, in any order:
 *
 *   H=mail.a.example (helo) [192.0.2.10]:40000 I=[192.0.2.1]:25 P=esmtpsa X=TLS1.3:... S=2048
 * id=a1@a.example bob <list@x.example> F=<ann@a.example> R=local_user T=mail_spool DT=0s: text of
 * the outcome
 *
 * A scanner, not a matcher: it knows nothing of the words around. Trust: HELO names, addresses and
 * quoted replies are written by strangers; nothing is copied, everything borrows from the line. */
#ifndef LOGFMT_EXIM_FIELDS_H
#define LOGFMT_EXIM_FIELDS_H

#include "event/event.h"

/* Whose fields: the same key means different things. */
enum exim_tail {
    EXIM_ARRIVAL = 1,  /* behind `<= sender` */
    EXIM_DELIVERY = 2, /* behind the recipient of `=>`, `==`, `**` */
    EXIM_PEER = 4      /* behind `H=` at the front of a line */
};

/* What a tail says beside the fields of the event. */
struct exim_found {
    struct span confirmation;  /* C="...", still with its backslashes */
    struct span queue_time;    /* QT=, such as 10m1s */
    struct span delivery_time; /* DT= */
    struct span rest;          /* what stands behind the fields; without the `: ` in front of it */
    bool has_host;             /* H= was there */
    unsigned recipients;       /* addresses of the `for` list */
};

/* Reads `name (helo) [ip]:port` at the front of *text into the event and takes it off. Of several
 * addresses in brackets the last one is the peer's. */
void exim_read_host(struct span *text, struct event *event);

/* Reads a tail into the event. */
void exim_read_tail(enum exim_tail kind, struct span text, struct event *event,
                    struct exim_found *found);

/* Takes the recipient in front of a delivery's fields: `bob <list@x.example>`, `/var/mail/bob
 * (bob@x) <l@x>`,
 * `|/usr/bin/vacation -d <bob@x.example>`. The first one with an @ is the recipient, the one in
 * angle brackets the address it came from. */
void exim_read_recipient(struct span *text, struct event *event);

#endif
