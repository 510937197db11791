/* Stable pseudonyms for what identifies people and machines: addresses, hosts, IP addresses, user
 * names, ids, subjects, so that a report can be shown to strangers. The same text under the same
 * key has the same pseudonym; without the key nobody finds the text by trying. Pseudonyms look like
 * what they stand for: user-27k3xq5a@domain-91bmz4tr.example, host-40hw2c7d.example, ip4-13vq6e2s,
 * id-77xkd3ma. Loopback addresses and `localhost` name nobody and get fixed words.
 *
 * Free text is read word by word; what looks like a name, an address, an id, a path or a URL is
 * replaced, and so is each name that was learned from the fields of events. A bare word that
 * nothing marks as a name stays. Trust: texts from anybody. */
#ifndef FILTER_REDACT_H
#define FILTER_REDACT_H

#include "base/siphash.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "event/event.h"

struct redactor;

/* keep_domains: mail domains and the last labels of host names stay. Free with redactor_free. */
MUST_USE enum smtplog_status redactor_new(const struct siphash_key *key, bool keep_domains,
                                          struct redactor **redactor);
void redactor_free(struct redactor *redactor);

/* A key made of any bytes, such as a key file's. */
struct siphash_key redactor_key(struct span bytes);

/* Puts pseudonyms into an event. Its texts then borrow from the redactor until the next event. */
MUST_USE enum smtplog_status redact_event(struct redactor *redactor, struct event *event);

/* Appends free text with everything replaced that identifies. The names of the last event are
 * known. */
void redact_text(struct redactor *redactor, struct span text, struct strbuf *out);

/* One thing of a known kind. Nothing for empty text. */
void redact_name(struct redactor *redactor, struct span name, struct strbuf *out);
void redact_domain(struct redactor *redactor, struct span domain, struct strbuf *out);
void redact_address(struct redactor *redactor, struct span address, struct strbuf *out);
void redact_peer(struct redactor *redactor, struct span peer, struct strbuf *out);
void redact_user(struct redactor *redactor, struct span user, struct strbuf *out);
void redact_id(struct redactor *redactor, struct span id, struct strbuf *out);

/* The name of a file: directories and log names that every host has stay. */
void redact_path(struct redactor *redactor, struct span path, struct strbuf *out);

#endif
