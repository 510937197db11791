/* Lines of other programs in the same log: what an analyzer must pass over quickly. Several hold
 * what looks like a reply. */
#include "generate.h"

#include <string.h>

struct noise {
    const char *tag; /* ends before the process number; none when it ends in a colon */
    const char *text;
};

static const struct noise noises[] = {
    {" dovecot: ", "imap-login: Login: user=<%r>, method=PLAIN, rip=%c, lip=192.0.2.1, mpid=%n, "
                   "TLS, session=<%q>"},
    {" dovecot: ", "lmtp(%r)<%n><%x>: sieve: msgid=<%x@%d>: stored mail into mailbox 'INBOX'"},
    {" dovecot: ", "imap(%r)<%n><%x>: Disconnected: Logged out in=450 out=%n deleted=0 expunged=0 "
                   "trashed=0 hdr_count=5 hdr_bytes=550 body_count=1 body_bytes=%n"},
    {" amavis[", "(%n-16) Passed CLEAN {RelayedInbound}, [%c]:45012 <%r> -> <%r>, Queue-ID: %q, "
                 "Message-ID: <%x@%d>, mail_id: %q, Hits: -1.9, size: %n, queued_as: %q, 450 ms"},
    {" amavis[", "(%n-04) TIMING [total 450 ms, cpu 421 ms] - SMTP greeting: 1.2 (0%%)0, SMTP "
                 "EHLO: 0.5 (0%%)0, SMTP pre-MAIL: 0.4 (0%%)0, mkdir tempdir: 0.0 (0%%)1"},
    {" sshd[", "Failed password for invalid user admin from %c port 45022 ssh2"},
    {" sshd[", "Disconnected from authenticating user root %c port 55000 [preauth]"},
    {" opendkim[", "%q: DKIM verification successful (s=mail d=%d, 2048-bit key)"},
    {" opendkim[", "%q: DKIM-Signature field added (s=mail, d=%d)"},
    {" rspamd[", "<%x>; task; rspamd_task_write_log: id: <%x@%d>, qid: <%q>, ip: %c, from: <%r>, "
                 "(default: F (no action): [-2.10/15.00] "
                 "[DMARC_POLICY_ALLOW(-0.50){%d;none},R_SPF_ALLOW(-0.20){+ip4:%c}]), len: %n, "
                 "time: 450.2ms, dns req: 21"},
    {" postgrey[", "action=greylist, reason=new, client_name=unknown, client_address=%c, "
                   "sender=%r, recipient=%r"},
    {" CRON[", "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"},
    {" kernel: ", "[450421.552550] nf_conntrack: table usage 450 of 65536"},
    {" systemd[", "Started logrotate.service - Rotate log files."},
};

void noise_line(struct world *world)
{
    uint64_t draw = chance(world);
    const struct noise *noise = &noises[(draw & 0xffff) % (sizeof noises / sizeof noises[0])];
    struct message stranger = {0};
    stranger.client = &world->names.client[chance_below(world, world->names.client_count)];
    struct address address = {chance_skewed(world, world->names.user_count),
                              chance_skewed(world, world->names.domain_count)};
    char *at = line_stamp(world, (uint32_t)(draw >> 60) % world->option.host_count);
    at = put_string(at, noise->tag);
    if (at[-1] == '[') {
        at = PUT(put_number(at, 400 + (draw >> 20 & 4095)), "]: ");
    }
    at = put_template(world, at, noise->text, &stranger, &address, &address);
    /* A greylister's decision is read as evidence. */
    bool evidence = strncmp(noise->tag, " postgrey", 9) == 0;
    line_end(world, at, evidence ? &world->truth.line_context : &world->truth.line_foreign);
}
