/* The Postfix writer: what happens in the world as Postfix 3.7 logs it. Counts the lines (by bin)
 * and reply codes it writes; what they mean for recipients and messages is counted where it happens
 * (generate_flow.c). */
#include "generate.h"

enum daemon {
    SMTPD,
    SUBMISSION,
    CLEANUP,
    QMGR,
    SMTP,
    LMTP,
    LOCAL,
    VIRTUAL,
    PIPE,
    RETRY,
    DISCARD,
    BOUNCE,
    PICKUP,
    POSTSCREEN,
    DNSBLOG,
    ANVIL,
    SCACHE,
};

#define TAG(word)                                              \
    {                                                          \
        " postfix/" word "[", sizeof(" postfix/" word "[") - 1 \
    }
static const struct {
    char text[32];
    uint32_t length;
} tags[] = {
    [SMTPD] = TAG("smtpd"),     [SUBMISSION] = TAG("submission/smtpd"),
    [CLEANUP] = TAG("cleanup"), [QMGR] = TAG("qmgr"),
    [SMTP] = TAG("smtp"),       [LMTP] = TAG("lmtp"),
    [LOCAL] = TAG("local"),     [VIRTUAL] = TAG("virtual"),
    [PIPE] = TAG("pipe"),       [RETRY] = TAG("retry"),
    [DISCARD] = TAG("discard"), [BOUNCE] = TAG("bounce"),
    [PICKUP] = TAG("pickup"),   [POSTSCREEN] = TAG("postscreen"),
    [DNSBLOG] = TAG("dnsblog"), [ANVIL] = TAG("anvil"),
    [SCACHE] = TAG("scache"),
};

/* --- lines --- */

static char *line_begin(struct world *world, uint32_t host, enum daemon daemon, uint32_t pid)
{
    char *at = line_stamp(world, host);
    memcpy(at, tags[daemon].text, sizeof tags[daemon].text);
    at = put_number(at + tags[daemon].length, pid);
    return PUT(at, "]: ");
}

static void line_event(struct world *world, char *at)
{
    line_end(world, at, &world->truth.line_event);
}

static void line_context(struct world *world, char *at)
{
    line_end(world, at, &world->truth.line_context);
}

/* --- parts of lines --- */

static char *put_id(char *at, const struct message *message)
{
    memcpy(at, message->queue_id, sizeof message->queue_id);
    at += message->queue_id_length;
    return PUT(at, ": ");
}

static char *put_sender(const struct world *world, char *at, const struct message *message)
{
    at = PUT(at, "from=<");
    if (!message->null_sender) {
        at = put_address(world, at, message->sender);
    }
    return PUT(at, ">, ");
}

/* Postfix shows two digits of what is below ten seconds: 0.04, 0.4, 6.1, 12. */
static char *put_delay(char *at, uint64_t hundredths)
{
    if (hundredths >= 1000) {
        return put_number(at, hundredths / 100);
    }
    at = put_number(at, hundredths / 100);
    uint32_t rest = (uint32_t)(hundredths % 100);
    if (hundredths >= 100) {
        rest -= rest % 10;
    }
    if (rest == 0) {
        return at;
    }
    *at++ = '.';
    *at++ = (char)('0' + rest / 10);
    if (rest % 10 != 0) {
        *at++ = (char)('0' + rest % 10);
    }
    return at;
}

static char *put_delays(struct world *world, char *at, const struct message *message)
{
    uint64_t draw = chance(world);
    uint64_t waited = (uint64_t)(world->second - message->arrival) * 100;
    uint32_t before = (uint32_t)(draw & 63);
    uint32_t connect = (uint32_t)(draw >> 8 & 127);
    uint32_t transmit = (uint32_t)(draw >> 16 & 255);
    at = PUT(at, ", delay=");
    at = put_delay(at, waited + before + connect + transmit);
    at = PUT(at, ", delays=");
    at = put_delay(at, waited + before);
    *at++ = '/';
    at = put_delay(at, draw >> 24 & 3);
    *at++ = '/';
    at = put_delay(at, connect);
    *at++ = '/';
    return put_delay(at, transmit);
}

/* mx1.a.example[192.0.2.9]; the other MX is its neighbour in name only. */
static char *put_relay(const struct world *world, char *at, uint32_t domain, bool other_mx)
{
    char *end = put_text(at, world->names.relay[domain & ~TOP_BIT]);
    if (other_mx) {
        at[2] = '2';
    }
    return end;
}

static uint32_t pid_of(struct world *world, uint32_t base, uint32_t mask)
{
    return base + ((uint32_t)(world->random >> 17) & mask);
}

/* --- sessions --- */

static void postfix_screen(struct world *world, struct message *message,
                           const struct refusal *refusal)
{
    uint32_t port = 1024 + (uint32_t)(world->random >> 20) % 60000;
    char peer[96];
    char *peer_end = put_number(PUT(put_text(PUT(peer, "["), message->client->ip), "]:"), port);
    size_t length = (size_t)(peer_end - peer);
    static const uint32_t pid = 811;
    char *at = PUT(line_begin(world, message->host, POSTSCREEN, pid), "CONNECT from ");
    memcpy(at, peer, length);
    line_context(world, PUT(at + length, " to [192.0.2.1]:25"));
    if (message->flow != FLOW_SCREEN) {
        at = line_begin(world, message->host, POSTSCREEN, pid);
        at = message->variant % 4 == 0 ? PUT(at, "PASS NEW ") : PUT(at, "PASS OLD ");
        memcpy(at, peer, length);
        line_context(world, at + length);
        return;
    }
    if (refusal == NULL) {
        at = put_digits(PUT(line_begin(world, message->host, POSTSCREEN, pid), "HANGUP after 0."),
                        port % 100, 2);
        at = PUT(at, " from ");
        memcpy(at, peer, length);
        line_event(world, PUT(at + length, " in tests before SMTP handshake"));
    } else {
        at = put_text(PUT(line_begin(world, message->host, DNSBLOG, 823), "addr "),
                      message->client->ip);
        line_context(world, PUT(at, " listed by domain zen.bl.example as 127.0.0.4"));
        at = PUT(line_begin(world, message->host, POSTSCREEN, pid), "DNSBL rank 5 for ");
        memcpy(at, peer, length);
        line_context(world, at + length);
        const struct recipient *recipient = &message->recipient[0];
        at = PUT(line_begin(world, message->host, POSTSCREEN, pid), "NOQUEUE: reject: RCPT from ");
        memcpy(at, peer, length);
        at = PUT(at + length, ": ");
        at = put_template(world, at, refusal->text, message, &message->sender, &recipient->address);
        at = PUT(put_address(world, PUT(at, "; from=<"), message->sender), ">, to=<");
        at = PUT(put_address(world, at, recipient->address), ">, proto=ESMTP, helo=<");
        line_event(world, PUT(put_text(at, message->client->helo), ">"));
    }
    at = PUT(line_begin(world, message->host, POSTSCREEN, pid), "DISCONNECT ");
    memcpy(at, peer, length);
    line_context(world, at + length);
}

static enum daemon session_daemon(const struct message *message)
{
    return message->flow == FLOW_SUBMISSION || message->flow == FLOW_LOGIN ? SUBMISSION : SMTPD;
}

static char *session_line(struct world *world, const struct message *message)
{
    return line_begin(world, message->host, session_daemon(message), message->pid);
}

static void postfix_connect(struct world *world, struct message *message)
{
    bool unknown = memcmp(message->client->text.at, "unknown[", 8) == 0;
    if (unknown && message->variant % 4 != 0) {
        char *at = PUT(session_line(world, message), "warning: hostname ");
        at = PUT(put_text(at, message->client->helo), " does not resolve to address ");
        line_context(world, put_text(at, message->client->ip));
    }
    char *at = PUT(session_line(world, message), "connect from ");
    line_context(world, put_text(at, message->client->text));
    if (message->encrypted) {
        at = PUT(session_line(world, message), "Anonymous TLS connection established from ");
        at = put_text(at, message->client->text);
        at = PUT(at,
                 ": TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 "
                 "server-signature RSA-PSS (2048 bits) server-digest SHA256");
        line_context(world, at);
    }
}

static void postfix_refuse(struct world *world, struct message *message,
                           const struct refusal *refusal, const struct address *sender,
                           const struct address *recipient)
{
    char *at = session_line(world, message);
    at = message->queue_id_length != 0 ? put_id(at, message) : PUT(at, "NOQUEUE: ");
    at = refusal->stage == STAGE_RCPT   ? PUT(at, "reject: RCPT from ")
         : refusal->stage == STAGE_MAIL ? PUT(at, "reject: MAIL from ")
                                        : PUT(at, "reject: CONNECT from ");
    at = PUT(put_text(at, message->client->text), ": ");
    at = put_template(world, at, refusal->text, message, sender, recipient);
    if (refusal->stage == STAGE_RCPT) {
        at = PUT(put_address(world, PUT(at, "; from=<"), *sender), "> to=<");
        char *user = at;
        at = put_address(world, at, *recipient);
        if (message->variant % 8 == 0 && *user >= 'a') {
            *user = (char)(*user - 'a' + 'A'); /* case does not matter in a triplet */
        }
        at = PUT(put_text(PUT(at, "> proto=ESMTP helo=<"), message->client->helo), ">");
    } else if (refusal->stage == STAGE_MAIL) {
        at = PUT(put_text(PUT(at, "; proto=ESMTP helo=<"), message->client->helo), ">");
    } else {
        at = PUT(at, "; proto=SMTP");
    }
    line_event(world, at);
}

static void postfix_login_failed(struct world *world, struct message *message)
{
    char *at = PUT(session_line(world, message), "warning: ");
    at = put_text(at, message->client->text);
    at = message->variant % 2 == 0
             ? PUT(at, ": SASL LOGIN authentication failed: UGFzc3dvcmQ6")
             : PUT(at, ": SASL PLAIN authentication failed: (reason unavailable)");
    at = PUT(at, ", sasl_username=");
    line_event(world, put_address(world, at, message->sender));
}

static void postfix_lost(struct world *world, struct message *message)
{
    char *at = session_line(world, message);
    switch (message->variant % 5) {
    case 0:
        at = PUT(at, "lost connection after CONNECT from ");
        break;
    case 1:
        at = PUT(at, "lost connection after EHLO from ");
        break;
    case 2:
        at = PUT(at, "lost connection after RCPT from ");
        break;
    case 3:
        at = PUT(at, "timeout after DATA (5120 bytes) from ");
        break;
    default:
        at = PUT(at, "lost connection after DATA (450 bytes) from ");
    }
    line_event(world, put_text(at, message->client->text));
}

static void postfix_disconnect(struct world *world, struct message *message, uint32_t logins_failed)
{
    char *at = PUT(session_line(world, message), "disconnect from ");
    at = put_text(at, message->client->text);
    if (message->flow == FLOW_LOGIN) {
        at = put_number(PUT(at, " ehlo=1 auth=0/"), logins_failed);
        at = put_number(PUT(at, " quit=1 commands=2/"), logins_failed + 2);
    } else if (message->flow == FLOW_LOST) {
        at = PUT(at, " commands=0/0");
    } else if (message->queued || message->queue_id_length != 0) {
        uint32_t count = message->recipient_count;
        bool refused = message->flow == FLOW_INBOUND && message->variant % 16 == 1;
        at = message->encrypted ? PUT(at, " ehlo=2 starttls=1") : PUT(at, " ehlo=1");
        at = message->flow == FLOW_SUBMISSION ? PUT(at, " auth=1 mail=1 rcpt=")
                                              : PUT(at, " mail=1 rcpt=");
        at = put_number(at, count);
        at = refused ? put_number(PUT(at, "/"), count + 1) : at;
        at = PUT(at, " data=1 quit=1 commands=");
        at = put_number(at, count + 4 + 2u * message->encrypted);
        at = refused ? put_number(PUT(at, "/"), count + 5 + 2u * message->encrypted) : at;
    } else {
        at = PUT(at, " ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4");
    }
    line_context(world, at);
}

/* --- the queue --- */

static void postfix_queue_id(struct world *world, struct message *message)
{
    uint32_t number = world->queue_id_count++;
    uint64_t draw = chance(world);
    uint32_t slot = (uint32_t)(draw & 63);
    char *at = message->queue_id;
    if (world->option.long_queue_id) {
        at = put_long_id(at, (uint64_t)world->second, (uint32_t)(draw >> 8) % 1000000,
                         200000 + number);
    } else if ((draw >> 6 & 127) == 0 && world->recent_id_length[slot] != 0 &&
               world->recent_id_host[slot] == message->host) {
        /* Short ids come again once the message before is gone. */
        memcpy(at, world->recent_id[slot], sizeof message->queue_id);
        at += world->recent_id_length[slot];
        world->recent_id_length[slot] = 0;
    } else {
        at = put_hex(at, (draw >> 16) % 1000000, 5);
        at = put_hex(at, 0x100000 + (uint64_t)number * 7919 % 15728640, 6);
    }
    message->queue_id_length = (uint8_t)(at - message->queue_id);
}

static void postfix_accept(struct world *world, struct message *message)
{
    char *at;
    if (message->flow == FLOW_PICKUP) {
        at = put_id(line_begin(world, message->host, PICKUP, 905), message);
        at = put_user(world, PUT(at, "uid=1000 from=<"), message->sender.user);
        line_context(world, PUT(at, ">"));
        return;
    }
    at = put_id(session_line(world, message), message);
    at = put_text(PUT(at, "client="), message->client->text);
    if (message->flow == FLOW_SUBMISSION) {
        at = put_address(world, PUT(at, ", sasl_method=PLAIN, sasl_username="), message->sender);
    }
    line_context(world, at);
}

static void postfix_activate(struct world *world, struct message *message)
{
    char *at = put_id(line_begin(world, message->host, QMGR, 701), message);
    at = put_number(PUT(put_sender(world, at, message), "size="), message->size);
    at = put_number(PUT(at, ", nrcpt="), message->recipient_count);
    line_context(world, PUT(at, " (queue active)"));
}

static void cleanup_line(struct world *world, struct message *message)
{
    char *at = put_id(line_begin(world, message->host, CLEANUP, pid_of(world, 2000, 7)), message);
    at = put_number(PUT(at, "message-id=<20261102"), (uint64_t)world->second % 1000000);
    at = put_hex(PUT(at, "."), chance(world), 10);
    if (message->null_sender) {
        at = PUT(PUT(at, "@"), "mx.example.org>");
    } else {
        at = PUT(put_domain(world, PUT(at, "@"), message->sender.domain), ">");
    }
    line_context(world, at);
}

static void postfix_enqueue(struct world *world, struct message *message)
{
    cleanup_line(world, message);
    postfix_activate(world, message);
}

static void postfix_expire(struct world *world, struct message *message)
{
    char *at = put_id(line_begin(world, message->host, QMGR, 701), message);
    line_context(world, PUT(put_sender(world, at, message), "status=expired, returned to sender"));
}

static void postfix_notify(struct world *world, struct message *message, struct message *notice)
{
    cleanup_line(world, notice);
    char *at = put_id(line_begin(world, message->host, BOUNCE, pid_of(world, 3000, 3)), message);
    at = PUT(at, "sender non-delivery notification: ");
    memcpy(at, notice->queue_id, sizeof notice->queue_id);
    line_context(world, at + notice->queue_id_length);
    postfix_activate(world, notice);
}

static void postfix_remove(struct world *world, struct message *message)
{
    if (!world->option.leave_open) {
        char *at = put_id(line_begin(world, message->host, QMGR, 701), message);
        line_context(world, PUT(at, "removed"));
        uint32_t slot = (uint32_t)(world->random >> 13 & 63);
        memcpy(world->recent_id[slot], message->queue_id, sizeof message->queue_id);
        world->recent_id_length[slot] = message->queue_id_length;
        world->recent_id_host[slot] = message->host;
    }
}

/* --- deliveries --- */

static enum daemon delivery_daemon(const struct recipient *recipient, const struct outcome *outcome,
                                   bool stale)
{
    if (stale) {
        return RETRY;
    }
    switch (outcome->form) {
    case FORM_VIRTUAL:
        return VIRTUAL;
    case FORM_LOCAL:
    case FORM_UNKNOWN_USER:
    case FORM_FORWARD:
        return LOCAL;
    case FORM_PIPE:
        return PIPE;
    case FORM_DISCARD:
        return DISCARD;
    default:
        return (recipient->address.domain & TOP_BIT) != 0 ? LMTP : SMTP;
    }
}

static char *put_delivery_relay(struct world *world, char *at, const struct recipient *recipient,
                                enum daemon daemon, const struct outcome *outcome)
{
    switch (daemon) {
    case VIRTUAL:
        return PUT(at, "relay=virtual");
    case LOCAL:
        return PUT(at, "relay=local");
    case PIPE:
        return PUT(at, "relay=mailman");
    case LMTP:
        return PUT(at, "relay=mx.example.org[private/dovecot-lmtp]");
    case SMTP:
        break;
    default:
        return PUT(at, "relay=none");
    }
    if (outcome->form == FORM_CONNECT || outcome->form == FORM_NO_HOST) {
        return PUT(at, "relay=none");
    }
    at = put_relay(world, PUT(at, "relay="), recipient->address.domain, recipient->plan->other_mx);
    at = PUT(at, ":25");
    if ((chance(world) & 15) == 0) {
        at = PUT(at, ", conn_use=2");
    }
    return at;
}

/* What stands in the parentheses of status=. */
static char *put_reason(struct world *world, char *at, const struct message *message,
                        const struct recipient *recipient, const struct outcome *outcome,
                        const struct message *next)
{
    bool local = (recipient->address.domain & TOP_BIT) != 0;
    bool other_mx = recipient->plan->other_mx && outcome->form == FORM_SENT;
    if (outcome->form == FORM_SAID || outcome->form == FORM_REFUSED) {
        at = PUT(at, "host ");
        at = local ? PUT(at, "mx.example.org[private/dovecot-lmtp]")
                   : put_relay(world, at, recipient->address.domain, other_mx);
        at = outcome->form == FORM_SAID ? PUT(at, " said: ") : PUT(at, " refused to talk to me: ");
    } else if (outcome->form == FORM_CONNECT) {
        at = put_relay(world, PUT(at, "connect to "), recipient->address.domain, false);
        at = PUT(at, ":25: ");
    } else if (outcome->form == FORM_LOST) {
        at = put_relay(world, PUT(at, "lost connection with "), recipient->address.domain, false);
        at = PUT(at, " ");
    }
    at = put_template(world, at, outcome->text, message, &message->sender, &recipient->address);
    if (outcome->form == FORM_SAID) {
        at = PUT(put_string(PUT(at, " (in reply to "), outcome->phrase), ")");
    } else if (outcome->form == FORM_FORWARD) {
        memcpy(at, next->queue_id, sizeof next->queue_id);
        at += next->queue_id_length;
    }
    return at;
}

/* What the smtp client may log before the outcome: its TLS, or the connection that failed. */
static void delivery_prelude(struct world *world, const struct message *message,
                             const struct recipient *recipient, const struct outcome *outcome,
                             uint32_t pid)
{
    uint32_t domain = recipient->address.domain;
    if (outcome->form == FORM_CONNECT) {
        char *at = PUT(line_begin(world, message->host, SMTP, pid), "connect to ");
        at = PUT(put_relay(world, at, domain, false), ":25: ");
        line_event(world, put_string(at, outcome->text));
    } else if ((outcome->form == FORM_SENT || outcome->form == FORM_SAID) && (pid & 3) == 0) {
        char *at = PUT(line_begin(world, message->host, SMTP, pid),
                       "Untrusted TLS connection established to ");
        at = put_relay(world, at, domain, recipient->plan->other_mx);
        at = PUT(at, ":25: TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits)");
        line_context(world, at);
    }
}

static void postfix_tried(struct world *world, struct message *message, struct recipient *recipient,
                          const struct outcome *outcome)
{
    char *at = put_id(line_begin(world, message->host, SMTP, pid_of(world, 4000, 31)), message);
    at = put_reason(world, at, message, recipient, outcome, NULL);
    code_count(world, outcome->code, OUTBOUND);
    line_event(world, at);
}

static void postfix_deliver(struct world *world, struct message *message,
                            struct recipient *recipient, const struct outcome *outcome, bool stale,
                            struct message *next)
{
    if (next != NULL) {
        cleanup_line(world, next);
    }
    enum daemon daemon = delivery_daemon(recipient, outcome, stale);
    uint32_t pid = pid_of(world, 4000, 31);
    if (daemon == SMTP) {
        delivery_prelude(world, message, recipient, outcome, pid);
    }
    char *at = put_id(line_begin(world, message->host, daemon, pid), message);
    at = PUT(put_address(world, PUT(at, "to=<"), recipient->address), ">, ");
    if (recipient->has_alias) {
        at = PUT(put_address(world, PUT(at, "orig_to=<"), recipient->alias), ">, ");
    }
    at = put_delivery_relay(world, at, recipient, daemon, outcome);
    at = put_delays(world, at, message);
    at = put_string(PUT(at, ", dsn="), outcome->dsn);
    if (outcome->status == STATUS_DEFERRED) {
        at = PUT(at, ", status=deferred (");
        world->truth.word[1]++;
    } else if (outcome->status == STATUS_BOUNCED) {
        at = PUT(at, ", status=bounced (");
        world->truth.word[2]++;
    } else {
        at = PUT(at, ", status=sent (");
        world->truth.word[0]++;
    }
    if (stale) {
        at = PUT(at, "delivery temporarily suspended: ");
    }
    at = put_reason(world, at, message, recipient, outcome, next);
    code_count(world, outcome->code, OUTBOUND);
    line_event(world, PUT(at, ")"));
    if (next != NULL) {
        postfix_activate(world, next);
    }
}

/* --- hostile input: 4 KB and 60 KB of what looks like the end of a reject line --- */

static char *put_hostile(char *at, size_t length)
{
    for (char *end = at + length; at < end;) {
        at = PUT(at, "; from=<a");
    }
    return at;
}

static void postfix_hostile(struct world *world)
{
    uint64_t draw = chance(world);
    size_t length = (draw & 15) == 0 ? 60000 : 4000;
    const struct client *client = &world->names.client[draw >> 32 & 255];
    char *at = line_begin(world, 0, (draw >> 5 & 3) == 2 ? SMTP : SMTPD, 999);
    switch (draw >> 5 & 3) {
    case 0: /* the junk in the middle */
        at = PUT(put_text(PUT(at, "NOQUEUE: reject: RCPT from "), client->text),
                 ": 554 5.7.1 <x>: Helo command rejected: ");
        at = put_hostile(at, length);
        at = PUT(at, "; from=<s@a.example> to=<b@example.org> proto=ESMTP helo=<x>");
        break;
    case 1: /* never closed, as syslog cuts it */
        at = PUT(put_text(PUT(at, "NOQUEUE: reject: RCPT from "), client->text), ": 450 4.7.1 ");
        at = put_hostile(at, length);
        break;
    case 2: /* from a remote server */
        at = PUT(PUT(at, "ABCDEF0123: "), "host mx1.a.example[192.0.2.9] said: 451 4.3.0 ");
        at = PUT(put_hostile(at, length), " (in reply to RCPT TO command)");
        break;
    default: /* in a HELO */
        at = PUT(put_text(PUT(at, "NOQUEUE: reject: RCPT from "), client->text), ": 504 5.5.2 <");
        at = PUT(put_hostile(at, length),
                 ">: Helo command rejected: need fully-qualified hostname; from=<s@a.example> "
                 "to=<b@example.org> proto=ESMTP helo=<");
        at = PUT(put_hostile(at, length), ">");
    }
    static const uint16_t codes[] = {554, 450, 451, 504};
    uint16_t code = codes[draw >> 5 & 3];
    code_count(world, code, code == 451 ? OUTBOUND : INBOUND);
    if (code != 451) {
        world->truth.rejects++;
        world->truth.reject_code[code]++;
        world->truth.reject_stage[STAGE_RCPT]++;
    }
    world->truth.hostile++;
    line_event(world, at);
}

const struct writer writer_postfix = {
    .name = "postfix",
    .tells_logins = true,
    .noise = noise_line,
    .screen = postfix_screen,
    .connect = postfix_connect,
    .refuse = postfix_refuse,
    .login_failed = postfix_login_failed,
    .lost = postfix_lost,
    .disconnect = postfix_disconnect,
    .accept = postfix_accept,
    .enqueue = postfix_enqueue,
    .activate = postfix_activate,
    .tried = postfix_tried,
    .deliver = postfix_deliver,
    .expire = postfix_expire,
    .notify = postfix_notify,
    .remove = postfix_remove,
    .queue_id = postfix_queue_id,
    .hostile = postfix_hostile,
};
