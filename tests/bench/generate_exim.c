/* The Exim writer: what happens in the world as Exim 4.96 logs it, in its own mainlog or by syslog,
 * with the default log_selector or a rich one. Counts the lines (by bin) and the codes of replies
 * received and of failed logins. Exim refuses in words of its own, mostly without a code. */
#include "generate.h"

#define CIPHER " X=TLS1.3:TLS_AES_256_GCM_SHA384:256"

/* --- lines --- */

static char *line_begin(struct world *world, uint32_t host, uint32_t pid)
{
    char *at = line_stamp(world, host);
    if (style_is_syslog(world->option.style)) {
        return PUT(put_number(PUT(at, " exim["), pid), "]: ");
    }
    return world->option.rich ? PUT(put_number(PUT(at, "["), pid), "] ") : at;
}

static void line_event(struct world *world, char *at)
{
    line_end(world, at, &world->truth.line_event);
}

static void line_context(struct world *world, char *at)
{
    line_end(world, at, &world->truth.line_context);
}

/* What belongs in the rejectlog as well. Into syslog Exim writes it twice. */
static void line_rejected(struct world *world, char *at)
{
    const char *line = world->at;
    size_t length = (size_t)(at - line);
    line_event(world, at);
    if (style_is_syslog(world->option.style)) {
        memmove(world->at, line, length); /* a flush leaves the bytes where they were */
        world->truth.duplicate++;
        line_context(world, world->at + length);
    }
}

static char *put_id(char *at, const struct message *message)
{
    memcpy(at, message->queue_id, sizeof message->queue_id);
    return at + message->queue_id_length;
}

/* A line about a message, by a process of its own. */
static char *message_line(struct world *world, const struct message *message)
{
    uint32_t pid = 20000 + (uint32_t)(world->random >> 17) % 4000;
    return PUT(put_id(line_begin(world, message->host, pid), message), " ");
}

/* --- parts of lines --- */

static char *put_client_address(const struct world *world, char *at, const struct message *message)
{
    at = PUT(put_text(PUT(at, "["), message->client->ip), "]");
    if (world->option.rich) {
        at = put_number(PUT(at, ":"),
                        1024 + (message->variant * 251u + message->client_index) % 60000);
        at = PUT(at, " I=[192.0.2.1]:25");
    }
    return at;
}

/* name (helo) [ip]: the name when it is known, the greeting in parentheses when it is another. */
static char *put_client(const struct world *world, char *at, const struct message *message)
{
    const struct client *client = message->client;
    bool known = client->text.at[0] != 'u';
    at = known ? put_text(at, client->helo) : PUT(put_text(PUT(at, "("), client->helo), ")");
    if (known && (message->variant & 16) != 0) {
        at = PUT(at, " (localhost)");
    }
    return put_client_address(world, PUT(at, " "), message);
}

/* mx1.a.example [192.0.2.9]; the other MX is its neighbour in name only. */
static char *put_server(const struct world *world, char *at, uint32_t domain, bool other_mx)
{
    struct text relay = world->names.relay[domain & ~TOP_BIT];
    size_t name = 4u + world->names.domain[domain & ~TOP_BIT].length;
    put_text(at, relay);
    memmove(at + name + 1, at + name, relay.length - name);
    at[name] = ' ';
    at[2] = other_mx ? '2' : '1';
    at += relay.length + 1;
    return world->option.rich ? PUT(at, ":25") : at;
}

/* 1h5m2s; a fraction where the log has milliseconds. */
static char *put_duration(const struct world *world, char *at, uint64_t seconds, uint32_t fraction)
{
    if (seconds >= 3600) {
        at = PUT(put_number(at, seconds / 3600), "h");
    }
    if (seconds / 60 % 60 != 0) {
        at = PUT(put_number(at, seconds / 60 % 60), "m");
    }
    if (seconds < 60 && style_has_fraction(world->option.style)) {
        return PUT(put_digits(PUT(put_number(at, seconds), "."), fraction % 1000, 3), "s");
    }
    return seconds % 60 != 0 || seconds == 0 ? PUT(put_number(at, seconds % 60), "s") : at;
}

/* A reply: where it has several lines, Exim puts `\n` between them; within quotes `\\n`. */
static char *put_reply(struct world *world, char *at, const struct outcome *outcome,
                       const struct message *message, const struct recipient *recipient)
{
    char *end = put_template(world, at, outcome->text, message, &message->sender,
                             &recipient->address);
    if (outcome->text[0] == '\0' || outcome->text[3] != '-') {
        return end;
    }
    char code[5] = {' ', at[0], at[1], at[2], '\0'};
    *end = '\0';
    for (char *found = at; (found = strstr(found, code)) != NULL; found += 2) {
        if (found[4] == '-' || found[4] == ' ') {
            memmove(found + 2, found + 1, (size_t)(end - found));
            memcpy(found, "\\n", 2);
            end++;
        }
    }
    return end;
}

/* --- sessions --- */

static char *session_line(struct world *world, const struct message *message)
{
    return line_begin(world, message->host, message->pid);
}

static char *put_refusal(struct world *world, char *at, const struct message *message,
                         const struct refusal *refusal, const struct address *sender,
                         const struct address *recipient)
{
    uint32_t code = refusal->exim_code != 0 ? refusal->exim_code : refusal->exim_implied;
    char *text = at;
    switch (refusal->stage) {
    case STAGE_MAIL:
        at = put_client(world,
                        PUT(put_address(world, PUT(at, "rejected MAIL FROM:<"), *sender), "> H="),
                        message);
        return put_template(world, PUT(at, ": "), refusal->exim_text, message, sender, recipient);
    case STAGE_CONNECT:
        at = put_client_address(world, PUT(at, "H="), message);
        at = PUT(at, " rejected connection in \"connect\" ACL: ");
        return put_template(world, at, refusal->exim_text, message, sender, recipient);
    default:
        at = put_client(world, PUT(at, "H="), message);
    }
    at = message->encrypted && world->option.rich ? PUT(at, CIPHER " CV=no") : at;
    at = PUT(put_address(world, PUT(at, " F=<"), *sender), "> ");
    at = code < 500 ? PUT(at, "temporarily rejected RCPT <") : PUT(at, "rejected RCPT <");
    text = at;
    at = put_address(world, at, *recipient);
    if (message->variant % 8 == 0 && *text >= 'a') {
        *text = (char)(*text - 'a' + 'A'); /* case does not matter in a triplet */
    }
    return put_template(world, PUT(at, ">: "), refusal->exim_text, message, sender, recipient);
}

static void exim_refuse(struct world *world, struct message *message, const struct refusal *refusal,
                        const struct address *sender, const struct address *recipient)
{
    char *at = session_line(world, message);
    line_rejected(world, put_refusal(world, at, message, refusal, sender, recipient));
}

/* Exim has no postscreen: such clients are refused at RCPT, or leave without a word. */
static void exim_screen(struct world *world, struct message *message, const struct refusal *refusal)
{
    if (message->flow != FLOW_SCREEN) {
        return;
    }
    char *at = line_begin(world, message->host, 811);
    if (refusal == NULL) {
        at = PUT(at, "unexpected disconnection while reading SMTP command from ");
        at = put_client(world, at, message);
        line_event(world, world->option.rich ? PUT(at, " D=0.450s") : at);
        return;
    }
    line_rejected(world, put_refusal(world, at, message, refusal, &message->sender,
                                     &message->recipient[0].address));
}

static void exim_connect(struct world *world, struct message *message)
{
    if (message->client->text.at[0] == 'u' && message->variant % 4 != 0) {
        char *at = PUT(session_line(world, message), "no host name found for IP address ");
        line_context(world, put_text(at, message->client->ip));
    }
    if (world->option.rich) {
        char *at = PUT(line_begin(world, message->host, 812), "SMTP connection from ");
        at = PUT(put_client_address(world, at, message), " (TCP/IP connection count = ");
        line_context(world, PUT(put_number(at, 1 + message->variant % 9u), ")"));
    }
}

static void exim_login_failed(struct world *world, struct message *message)
{
    char *at = session_line(world, message);
    at = message->variant % 2 == 0 ? PUT(at, "login") : PUT(at, "plain");
    at = put_client(world, PUT(at, " authenticator failed for "), message);
    at = PUT(at, ": 535 Incorrect authentication data (set_id=");
    code_count(world, 535, INBOUND);
    line_rejected(world, PUT(put_address(world, at, message->sender), ")"));
}

static void exim_lost(struct world *world, struct message *message)
{
    char *at = session_line(world, message);
    switch (message->variant % 5) {
    case 0:
        at = put_client(world, PUT(at, "SMTP connection from "), message);
        at = world->option.rich ? PUT(at, " lost D=0.450s") : PUT(at, " lost");
        break;
    case 1:
        at = PUT(at, "unexpected disconnection while reading SMTP command from ");
        at = put_client(world, at, message);
        break;
    case 2:
        at = put_client(world, PUT(at, "SMTP command timeout on connection from "), message);
        break;
    case 3:
        at = PUT(at, "SMTP data timeout (message abandoned) on connection from ");
        at = PUT(put_client(world, at, message), " F=<");
        at = PUT(put_address(world, at, message->sender), ">");
        break;
    default:
        at = PUT(at, "SMTP protocol error in \"AUTH LOGIN\" H=");
        at = PUT(put_client(world, at, message), " AUTH command used when not advertised");
    }
    line_event(world, at);
}

static void exim_disconnect(struct world *world, struct message *message, uint32_t logins_failed)
{
    (void)logins_failed;
    if (world->option.rich && message->flow != FLOW_LOST) {
        char *at = PUT(session_line(world, message), "SMTP connection from ");
        line_context(world, PUT(put_client(world, at, message), " closed by QUIT"));
    }
}

/* --- the queue --- */

static char *put_base62(char *at, uint64_t number, uint32_t count)
{
    for (uint32_t i = count; i-- != 0; number /= 62) {
        at[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[number % 62];
    }
    return at + count;
}

/* 1xV8No-00003C-2D, since 4.97 1xV8No-00000000003C-02Dk. */
static void exim_queue_id(struct world *world, struct message *message)
{
    bool new_style = world->option.long_queue_id;
    uint32_t number = world->queue_id_count++;
    char *at = put_base62(message->queue_id, (uint64_t)world->second, 6);
    at = put_base62(PUT(at, "-"), number, new_style ? 11 : 6);
    at = put_base62(PUT(at, "-"), chance(world) % 2000, new_style ? 4 : 2);
    message->queue_id_length = (uint8_t)(at - message->queue_id);
}

static void exim_accept(struct world *world, struct message *message)
{
    (void)world, (void)message; /* told when all of it is there */
}

static void exim_activate(struct world *world, struct message *message)
{
    (void)world, (void)message; /* a queue run tells nothing of a message */
}

/* The address the client named. */
static struct address address_given(const struct recipient *recipient)
{
    return recipient->has_alias ? recipient->alias : recipient->address;
}

static char *put_arrival_end(struct world *world, char *at, const struct message *message)
{
    at = put_number(PUT(at, " S="), message->size);
    if (!message->null_sender) {
        at = put_hex(PUT(at, " id=20261102."), chance(world), 10);
        at = put_domain(world, PUT(at, "@"), message->sender.domain);
    }
    if (world->option.rich) {
        at = PUT(at, " T=\"Re: 450 <= => \\\"greylisting\\\" for you\" from <");
        at = message->null_sender ? at : put_address(world, at, message->sender);
        at = PUT(at, "> for");
        for (uint32_t i = 0; i < message->recipient_count; i++) {
            at = put_address(world, PUT(at, " "), address_given(&message->recipient[i]));
        }
    }
    return at;
}

static void exim_enqueue(struct world *world, struct message *message)
{
    char *at = PUT(message_line(world, message), "<= ");
    at = put_address(world, at, message->sender);
    if (message->flow == FLOW_PICKUP) {
        at = PUT(put_user(world, PUT(at, " U="), message->sender.user), " P=local");
        line_context(world, put_arrival_end(world, at, message));
        return;
    }
    bool login = message->flow == FLOW_SUBMISSION;
    at = PUT(put_client(world, PUT(at, " H="), message), " P=esmtp");
    if (message->encrypted) {
        at = login ? PUT(at, "sa" CIPHER " CV=no") : PUT(at, "s" CIPHER " CV=no");
    } else {
        at = login ? PUT(at, "a") : at;
    }
    at = login ? put_address(world, PUT(at, " A=plain:"), message->sender) : at;
    line_context(world, put_arrival_end(world, at, message));
}

static void exim_notify(struct world *world, struct message *message, struct message *notice)
{
    char *at = put_id(PUT(message_line(world, notice), "<= <> R="), message);
    at = PUT(at, " U=Debian-exim P=local");
    line_context(world, put_arrival_end(world, at, notice));
    world->truth.received++; /* unlike Postfix's, its arrival is told like any other's */
}

static void exim_expire(struct world *world, struct message *message)
{
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        const struct recipient *recipient = &message->recipient[i];
        if (recipient->state == STATUS_DEFERRED) {
            char *at = put_address(world, PUT(message_line(world, message), "** "),
                                   recipient->address);
            if (recipient->has_alias) {
                at = PUT(put_address(world, PUT(at, " <"), recipient->alias), ">");
            }
            world->truth.word[2]++;
            line_event(world, PUT(at, ": retry timeout exceeded"));
        }
    }
}

static void exim_remove(struct world *world, struct message *message)
{
    if (!world->option.leave_open) {
        char *at = PUT(message_line(world, message), "Completed");
        if (world->option.rich) {
            uint64_t waited = (uint64_t)(world->second - message->arrival);
            at = put_duration(world, PUT(at, " QT="), waited, message->size);
        }
        line_context(world, at);
    }
}

/* --- deliveries --- */

/* The recipient as Exim shows it: what it became, and in angle brackets what was asked for. */
static char *put_recipient(struct world *world, char *at, const struct recipient *recipient,
                           const struct outcome *outcome)
{
    bool mailbox = true;
    switch (outcome->form) {
    case FORM_VIRTUAL:
    case FORM_LOCAL:
        at = outcome->text[13] == 'm' ? put_user(world, at, recipient->address.user)
                                      : PUT(at, "|/usr/bin/procmail -a 450");
        break;
    case FORM_PIPE:
        at = PUT(at, "|/usr/lib/mailman/mail/mailman post \"450 list\"");
        break;
    case FORM_DISCARD:
        at = PUT(at, ":blackhole:");
        break;
    default:
        at = put_address(world, at, recipient->address);
        mailbox = false;
    }
    if (mailbox && recipient->has_alias && world->option.rich) {
        at = PUT(put_address(world, PUT(at, " ("), recipient->address), ")");
    }
    if (mailbox || recipient->has_alias) {
        at = PUT(put_address(world, PUT(at, " <"), address_given(recipient)), ">");
    }
    return at;
}

static char *put_transport(char *at, const struct recipient *recipient,
                           const struct outcome *outcome)
{
    switch (outcome->form) {
    case FORM_VIRTUAL:
    case FORM_LOCAL:
        return outcome->text[13] == 'm' ? PUT(at, " R=local_user T=mail_spool")
                                        : PUT(at, " R=userforward T=address_pipe");
    case FORM_PIPE:
        return PUT(at, " R=mailman_router T=mailman_transport");
    case FORM_DISCARD:
        return PUT(at, " R=system_aliases");
    case FORM_NO_HOST:
    case FORM_UNKNOWN_USER:
        return at;
    default:
        return (recipient->address.domain & TOP_BIT) != 0 ? PUT(at, " R=lmtp T=local_lmtp")
                                                          : PUT(at, " R=dnslookup T=remote_smtp");
    }
}

static char *put_peer(const struct world *world, char *at, const struct recipient *recipient,
                      bool other_mx)
{
    bool local = (recipient->address.domain & TOP_BIT) != 0;
    return local ? PUT(at, "localhost [127.0.0.1]")
                 : put_server(world, at, recipient->address.domain, other_mx);
}

/* `SMTP error from remote mail server after RCPT TO:<a@b.example>: 450 ...` */
static char *put_answer(struct world *world, char *at, const struct message *message,
                        const struct recipient *recipient, const struct outcome *outcome)
{
    bool local = (recipient->address.domain & TOP_BIT) != 0;
    if (outcome->form == FORM_REFUSED) {
        at = PUT(at, "SMTP error from remote mail server after initial connection: ");
    } else if (local) {
        at = PUT(at, "LMTP error after DATA: ");
    } else if (outcome->phrase[0] == 'R') {
        at = PUT(at, "SMTP error from remote mail server after RCPT TO:<");
        at = PUT(put_address(world, at, recipient->address), ">: ");
    } else if (outcome->phrase[0] == 'M') {
        at = PUT(at, "SMTP error from remote mail server after pipelined MAIL FROM:<");
        at = message->null_sender ? at : put_address(world, at, message->sender);
        at = PUT(put_number(PUT(at, "> SIZE="), message->size), ": ");
    } else {
        at = PUT(at, "SMTP error from remote mail server after end of data: ");
    }
    return put_reply(world, at, outcome, message, recipient);
}

static void exim_tried(struct world *world, struct message *message, struct recipient *recipient,
                       const struct outcome *outcome)
{
    char *at = PUT(message_line(world, message), "H=");
    at = PUT(put_peer(world, at, recipient, false), ": ");
    at = put_answer(world, at, message, recipient, outcome);
    code_count(world, outcome->code, OUTBOUND);
    line_event(world, at);
}

/* What stands behind the transport of a delivery that worked. */
static char *put_delivered(struct world *world, char *at, const struct message *message,
                           const struct recipient *recipient, const struct outcome *outcome)
{
    if (outcome->form == FORM_SENT) {
        at = put_peer(world, PUT(at, " H="), recipient, recipient->plan->other_mx);
        bool local = (recipient->address.domain & TOP_BIT) != 0;
        at = !local && (chance(world) & 3) != 0 ? PUT(at, CIPHER " CV=yes") : at;
        at = put_reply(world, PUT(at, " C=\""), outcome, message, recipient);
        at = PUT(at, "\"");
    }
    if (world->option.rich) {
        uint64_t waited = (uint64_t)(world->second - message->arrival);
        at = put_duration(world, PUT(at, " QT="), waited, message->size);
        at = put_duration(world, PUT(at, " DT="), 0, message->size);
    }
    return at;
}

static char *put_deferral(struct world *world, char *at, const struct message *message,
                          const struct recipient *recipient, const struct outcome *outcome)
{
    if (outcome->form == FORM_CONNECT) {
        at = outcome->text[11] == 'r' ? PUT(at, " defer (111): ") : PUT(at, " defer (110): ");
        return put_string(at, outcome->text);
    }
    at = outcome->form != FORM_SAID  ? PUT(at, " defer (-18) H=")
         : outcome->phrase[0] == 'R' ? PUT(at, " defer (-44) H=")
         : outcome->phrase[0] == 'M' ? PUT(at, " defer (-45) H=")
                                     : PUT(at, " defer (-46) H=");
    at = PUT(put_peer(world, at, recipient, false), ": ");
    if (outcome->form == FORM_LOST) {
        return PUT(at, "Remote host closed connection in response to initial connection");
    }
    return put_answer(world, at, message, recipient, outcome);
}

static char *put_failure(struct world *world, char *at, const struct message *message,
                         const struct recipient *recipient, const struct outcome *outcome)
{
    if (outcome->form == FORM_NO_HOST || outcome->form == FORM_UNKNOWN_USER) {
        return PUT(at, ": Unrouteable address");
    }
    at = PUT(put_peer(world, PUT(at, " H="), recipient, false), ": ");
    return put_answer(world, at, message, recipient, outcome);
}

/* It was not even tried. */
static void delivery_wait(struct world *world, struct message *message,
                          const struct recipient *recipient, const struct outcome *outcome)
{
    char *at = PUT(message_line(world, message), "== ");
    at = put_transport(put_recipient(world, at, recipient, outcome), recipient, outcome);
    at = PUT(at, " defer (-53): retry time not reached for any host for '");
    world->truth.word[1]++;
    line_context(world, PUT(put_domain(world, at, recipient->address.domain), "'"));
}

static void exim_deliver(struct world *world, struct message *message, struct recipient *recipient,
                         const struct outcome *outcome, bool stale, struct message *next)
{
    (void)next; /* aliases make no new message */
    if (stale) {
        delivery_wait(world, message, recipient, outcome);
        return;
    }
    if (outcome->form == FORM_CONNECT) {
        char *at = put_peer(world, PUT(message_line(world, message), "H="), recipient, false);
        line_event(world, put_string(PUT(at, " "), outcome->text));
    }
    bool worked = outcome->status < STATUS_DEFERRED;
    bool waits = outcome->status == STATUS_DEFERRED;
    char *at = message_line(world, message);
    at = worked ? PUT(at, "=> ") : waits ? PUT(at, "== ") : PUT(at, "** ");
    world->truth.word[worked ? 0 : waits ? 1 : 2]++;
    at = put_recipient(world, at, recipient, outcome);
    if (world->option.rich && !waits) {
        at = PUT(at, " F=<");
        at = message->null_sender ? at : put_address(world, at, message->sender);
        at = PUT(at, ">");
    }
    at = put_transport(at, recipient, outcome);
    at = worked  ? put_delivered(world, at, message, recipient, outcome)
         : waits ? put_deferral(world, at, message, recipient, outcome)
                 : put_failure(world, at, message, recipient, outcome);
    code_count(world, outcome->code, OUTBOUND);
    line_event(world, at);
}

/* --- other lines --- */

static void exim_noise(struct world *world)
{
    static const char *const texts[] = {
        "Start queue run: pid=%n", "End queue run: pid=%n", "no host name found for IP address %c",
        "cwd=/var/spool/exim4 4 args: /usr/sbin/exim4 -Mc 450 550",
        "H=(%h) [%c] Warning: 450 points from the scanner, 550 with bonus"};
    if (style_is_syslog(world->option.style)) {
        noise_line(world);
        return;
    }
    struct message stranger = {0};
    stranger.client = &world->names.client[chance_below(world, world->names.client_count)];
    struct address address = {0};
    char *at = line_begin(world, 0, 813);
    at = put_template(world, at, texts[chance(world) % (sizeof texts / sizeof texts[0])], &stranger,
                      &address, &address);
    line_context(world, at);
}

static char *put_hostile(char *at, size_t length)
{
    for (char *end = at + length; at < end;) {
        at = PUT(at, "a=a=");
    }
    return at;
}

static void exim_hostile(struct world *world)
{
    uint64_t draw = chance(world);
    size_t length = (draw & 15) == 0 ? 60000 : 4000;
    const struct client *client = &world->names.client[draw >> 32 & 255];
    char *at = line_begin(world, 0, 999);
    world->truth.hostile++;
    switch (draw >> 5 & 3) {
    case 0: /* in a greeting */
        at = PUT(put_hostile(PUT(at, "H=("), length), ") [");
        at = PUT(put_text(at, client->ip),
                 "] F=<s@a.example> rejected RCPT <b@example.org>: 550 no");
        break;
    case 1: /* in the words of a refusal */
        at = PUT(put_text(PUT(at, "H=(x.example) ["), client->ip), "] F=<s@a.example> ");
        at = put_hostile(PUT(at, "rejected RCPT <b@example.org>: 550 "), length);
        break;
    case 2: /* from a remote server */
        at = PUT(at, "1vXbcd-0000Ab-2e H=mx1.a.example [192.0.2.9]: SMTP error from remote mail "
                     "server after RCPT TO:<b@a.example>: 451 ");
        code_count(world, 451, OUTBOUND);
        line_event(world, put_hostile(at, length));
        return;
    default: /* a client that went away */
        at = PUT(put_hostile(PUT(at, "SMTP connection from ("), length), ") [");
        line_event(world, PUT(put_text(at, client->ip), "] lost"));
        return;
    }
    code_count(world, 550, INBOUND);
    world->truth.rejects++;
    world->truth.reject_code[550]++;
    world->truth.reject_stage[STAGE_RCPT]++;
    line_event(world, at);
}

const struct writer writer_exim = {
    .name = "exim",
    .exim = true,
    .noise = exim_noise,
    .screen = exim_screen,
    .connect = exim_connect,
    .refuse = exim_refuse,
    .login_failed = exim_login_failed,
    .lost = exim_lost,
    .disconnect = exim_disconnect,
    .accept = exim_accept,
    .enqueue = exim_enqueue,
    .activate = exim_activate,
    .tried = exim_tried,
    .deliver = exim_deliver,
    .expire = exim_expire,
    .notify = exim_notify,
    .remove = exim_remove,
    .queue_id = exim_queue_id,
    .hostile = exim_hostile,
};
