/* What a finished session shows, in plain words. The sentences stand in one table; %c is the code
 * with its enhanced code, %s the stage, %m the mechanisms offered, %r and %n how many of how many
 * recipients. */
#include "logfmt/transcript_diagnosis.h"

#include <stdio.h>

struct diagnosis_words {
    const char *name;
    const char *what;
    const char *fix; /* NULL: nothing to do */
};

static const struct diagnosis_words words[DIAGNOSES] = {
    [DIAGNOSIS_ACCEPTED] = {"accepted", "The message was accepted (%c).", NULL},
    [DIAGNOSIS_PARTLY] = {"partly",
                          "The message was accepted, but not for %r of %n recipients: %c "
                          "at %s.",
                          "correct or drop the refused addresses."},
    [DIAGNOSIS_NO_MAIL] = {"no-mail", "Nothing was refused, and no message was sent.", NULL},
    [DIAGNOSIS_SILENT] = {"silent", "The greeting never came: the server did not say a word.",
                          "check host and port, and whether a firewall or a provider blocks port "
                          "25; a port for TLS from the start (465) says nothing in the clear."},
    [DIAGNOSIS_GREETING_REFUSED] = {"greeting-refused",
                                    "%c instead of a greeting: the server refuses this client, "
                                    "whatever the message.",
                                    "ask the server's operator, or look at block lists for your "
                                    "address."},
    [DIAGNOSIS_GREETING_LATER] = {"greeting-later",
                                  "%c instead of a greeting: the server takes no more connections "
                                  "for now.",
                                  "try again later, with fewer connections at a time."},
    [DIAGNOSIS_TLS_REFUSED] = {"tls-refused",
                               "%c to STARTTLS: the server offers TLS but cannot "
                               "start it.",
                               "the server's operator must look at its certificate and key."},
    [DIAGNOSIS_TLS_NEEDED] = {"tls-needed", "%c at %s because TLS was not started.",
                              "send STARTTLS first, then EHLO again."},
    [DIAGNOSIS_AUTH_NEEDED] = {"auth-needed",
                               "%c because no AUTH was tried, although the server offers %m.",
                               "log in with the account's user name and password."},
    [DIAGNOSIS_AUTH_AFTER_TLS] = {"auth-after-tls",
                                  "%c because no AUTH was tried. The server offers STARTTLS, and "
                                  "no AUTH before it.",
                                  "use STARTTLS (port 587), then log in with the account's user "
                                  "name and password."},
    [DIAGNOSIS_AUTH_NOT_OFFERED] = {"auth-not-offered",
                                    "%c because no AUTH was tried, but the server offers none "
                                    "here.",
                                    "use the submission port, 587 or 465."},
    [DIAGNOSIS_AUTH_REFUSED] = {"auth-refused",
                                "%c at AUTH: the login was refused; the session was "
                                "otherwise fine.",
                                "check user name and password, and whether the account needs an "
                                "app password."},
    [DIAGNOSIS_AUTH_LATER] = {"auth-later", "%c at AUTH: the server cannot check logins now.",
                              "try again later."},
    [DIAGNOSIS_SENDER_REFUSED] = {"sender-refused", "%c at MAIL: the sender's address was refused.",
                                  "use an address that this account or host may send from."},
    [DIAGNOSIS_SENDER_LATER] = {"sender-later", "%c at MAIL: not now.", "try again later."},
    [DIAGNOSIS_ADDRESS] = {"address", "%c at %s: the address; the session was otherwise fine.",
                           "check the address."},
    [DIAGNOSIS_RCPT_POLICY] = {"rcpt-policy", "%c at %s: the server's rules, not the address.",
                               "read the reply's text: login missing, relaying not allowed, or "
                               "the client's address is blocked."},
    [DIAGNOSIS_GREYLISTED] = {"greylisted", "%c at %s: greylisted.",
                              "nothing; the same message again in some minutes is accepted."},
    [DIAGNOSIS_RCPT_LATER] = {"rcpt-later", "%c at %s: not now.",
                              "try again later; a mail server does so by itself."},
    [DIAGNOSIS_DATA_REFUSED] = {"data-refused", "%c at DATA: the message was not even begun.",
                                "read the reply's text."},
    [DIAGNOSIS_MESSAGE_REFUSED] = {"message-refused",
                                   "%c after the message: its content or the "
                                   "server's rules; the addresses were fine.",
                                   "read the reply's text."},
    [DIAGNOSIS_MESSAGE_LATER] = {"message-later",
                                 "%c after the message: not now; the addresses were "
                                 "fine.",
                                 "try again later; a mail server does so by itself."},
    [DIAGNOSIS_SEQUENCE] = {"sequence", "%c at %s: the command came at the wrong place.",
                            "send EHLO, MAIL, RCPT, DATA in this order, each once the one before "
                            "was accepted."},
    [DIAGNOSIS_COMMAND] = {"command", "%c: the server does not know or allow the command.",
                           "check its spelling, and whether the answer to EHLO names it."},
    [DIAGNOSIS_CLOSED] = {"closed", "%c at %s: the server closed the session.",
                          "try again later; read the reply's text for a limit you passed."},
    [DIAGNOSIS_NO_REPLY] = {"no-reply", "No reply to %s.",
                            "see whether the connection broke, or whether the transcript was cut."},
    [DIAGNOSIS_AFTER_421] = {"after-421",
                             "Commands were sent after 421, when nobody listened any "
                             "more.",
                             NULL},
    [DIAGNOSIS_UNFINISHED] = {"unfinished", "A reply never ended: its last line is missing.", NULL},
    [DIAGNOSIS_CUT] = {"cut", "The transcript ends before the session does.", NULL},
};

const char *diagnosis_name(enum diagnosis diagnosis)
{
    return words[diagnosis].name;
}

/* ---- finding ------------------------------------------------------------------------------- */

static bool holds_nocase(struct span text, const char *lower)
{
    struct span word = span_cstr(lower);
    for (size_t i = 0; i + word.n <= text.n; i++) {
        if (span_equal_nocase(span_of(text.p + i, word.n), word)) {
            return true;
        }
    }
    return false;
}

static bool subject_is(const struct dialogue_exchange *exchange, char subject)
{
    return exchange->enhanced.n > 3 && exchange->enhanced.p[2] == subject &&
           exchange->enhanced.p[3] == '.';
}

static bool wants_login(const struct dialogue_exchange *x)
{
    return x->code == 530 || holds_nocase(x->text, "authentication required") ||
           holds_nocase(x->text, "authentication is required") ||
           holds_nocase(x->text, "must be authenticated");
}

static enum diagnosis diagnose_login(const struct dialogue *s, const struct dialogue_exchange *x)
{
    if (holds_nocase(x->text, "starttls") || (!s->tls && holds_nocase(x->text, "tls"))) {
        return DIAGNOSIS_TLS_NEEDED;
    }
    if (s->auth_mechanisms.n > 0) {
        return DIAGNOSIS_AUTH_NEEDED;
    }
    return s->starttls_offered && !s->tls ? DIAGNOSIS_AUTH_AFTER_TLS : DIAGNOSIS_AUTH_NOT_OFFERED;
}

static enum diagnosis diagnose_rcpt(const struct dialogue_exchange *x)
{
    if (x->code < 500) {
        return holds_nocase(x->text, "greylist") || holds_nocase(x->text, "graylist")
                   ? DIAGNOSIS_GREYLISTED
                   : DIAGNOSIS_RCPT_LATER;
    }
    bool rules = subject_is(x, '7') || x->code == 554 || holds_nocase(x->text, "relay") ||
                 holds_nocase(x->text, "block");
    return rules ? DIAGNOSIS_RCPT_POLICY : DIAGNOSIS_ADDRESS;
}

struct stage_diagnosis {
    enum event_stage stage;
    enum diagnosis permanent, temporary;
};

static const struct stage_diagnosis by_stage[] = {
    {STAGE_CONNECT, DIAGNOSIS_GREETING_REFUSED, DIAGNOSIS_GREETING_LATER},
    {STAGE_STARTTLS, DIAGNOSIS_TLS_REFUSED, DIAGNOSIS_TLS_REFUSED},
    {STAGE_AUTH, DIAGNOSIS_AUTH_REFUSED, DIAGNOSIS_AUTH_LATER},
    {STAGE_MAIL, DIAGNOSIS_SENDER_REFUSED, DIAGNOSIS_SENDER_LATER},
    {STAGE_DATA, DIAGNOSIS_DATA_REFUSED, DIAGNOSIS_DATA_REFUSED},
    {STAGE_BDAT, DIAGNOSIS_MESSAGE_REFUSED, DIAGNOSIS_MESSAGE_LATER},
    {STAGE_EOD, DIAGNOSIS_MESSAGE_REFUSED, DIAGNOSIS_MESSAGE_LATER},
};

static enum diagnosis diagnose_exchange(const struct dialogue *s, const struct dialogue_exchange *x)
{
    if (x->stage != STAGE_CONNECT && x->stage != STAGE_AUTH && !s->auth_ok && wants_login(x) &&
        x->code >= 500 && !s->auth_tried) {
        return diagnose_login(s, x);
    }
    if (x->stage != STAGE_CONNECT && x->code == 421) {
        return DIAGNOSIS_CLOSED;
    }
    if (x->code == 503) {
        return DIAGNOSIS_SEQUENCE;
    }
    if (x->code >= 500 && x->code <= 502 && x->stage != STAGE_MAIL && x->stage != STAGE_RCPT) {
        return DIAGNOSIS_COMMAND;
    }
    if (x->stage == STAGE_RCPT) {
        return diagnose_rcpt(x);
    }
    for (size_t i = 0; i < COUNT_OF(by_stage); i++) {
        if (by_stage[i].stage == x->stage) {
            return x->code >= 500 ? by_stage[i].permanent : by_stage[i].temporary;
        }
    }
    return DIAGNOSIS_COMMAND;
}

/* Refusals that cost nothing: EHLO where HELO went well, side commands. */
static bool is_harmless(const struct dialogue *s, const struct dialogue_exchange *x)
{
    bool side = x->stage == STAGE_VRFY || x->stage == STAGE_EXPN || x->stage == STAGE_NOOP ||
                x->stage == STAGE_OTHER || x->stage == STAGE_QUIT || x->stage == STAGE_EHLO;
    return side && x->code != 421 && (s->message_accepted || x->stage == STAGE_EHLO);
}

/* A message that was sent for somebody and then refused: that weighs more than a recipient refused
 * before. */
static const struct dialogue_exchange *find_lost_message(const struct dialogue *s)
{
    bool somebody = false;
    for (size_t i = 0; i < s->exchange_count && !s->message_accepted; i++) {
        const struct dialogue_exchange *x = &s->exchanges[i];
        somebody = somebody || (x->stage == STAGE_RCPT && x->code / 100 == 2);
        if (somebody && x->stage == STAGE_EOD && x->code >= 400) {
            return x;
        }
    }
    return NULL;
}

/* The refusal that decided: of a message accepted in part the first, else the first that something
 * followed from. An AUTH that failed is forgotten once another one went well. */
static const struct dialogue_exchange *find_failure(const struct dialogue *s)
{
    const struct dialogue_exchange *weak = find_lost_message(s);
    if (weak != NULL) {
        return weak;
    }
    for (size_t i = 0; i < s->exchange_count; i++) {
        const struct dialogue_exchange *x = &s->exchanges[i];
        bool failed = x->code >= 400 && !(x->stage == STAGE_AUTH && s->auth_ok);
        if (!failed || is_harmless(s, x)) {
            continue;
        }
        bool minor = x->stage == STAGE_OTHER || x->stage == STAGE_VRFY || x->stage == STAGE_EXPN;
        if (!minor) {
            return x;
        }
        weak = weak == NULL ? x : weak;
    }
    return weak;
}

static const struct dialogue_exchange *find_unanswered(const struct dialogue *s)
{
    for (size_t i = 0; i < s->exchange_count; i++) {
        if (s->exchanges[i].code == 0 && s->exchanges[i].stage != STAGE_QUIT) {
            return &s->exchanges[i];
        }
    }
    return NULL;
}

static const struct dialogue_exchange *find_acceptance(const struct dialogue *s)
{
    for (size_t i = s->exchange_count; i > 0; i--) {
        const struct dialogue_exchange *x = &s->exchanges[i - 1];
        if ((x->stage == STAGE_EOD || x->stage == STAGE_BDAT) && x->code / 100 == 2) {
            return x;
        }
    }
    return NULL;
}

static void add_further(struct dialogue_diagnosis *d, enum diagnosis further)
{
    if (d->further_count < DIAGNOSIS_FURTHER) {
        d->further[d->further_count++] = further;
    }
}

static void find_further(const struct dialogue *s, struct dialogue_diagnosis *d)
{
    bool after_421 = false;
    bool unfinished = false;
    for (size_t i = 0; i < s->exchange_count; i++) {
        after_421 = after_421 || (s->exchanges[i].after_421 && s->exchanges[i].stage != STAGE_QUIT);
        unfinished = unfinished || s->exchanges[i].unfinished;
    }
    if (after_421) {
        add_further(d, DIAGNOSIS_AFTER_421);
    }
    if (unfinished) {
        add_further(d, DIAGNOSIS_UNFINISHED);
    }
    if (s->end == DIALOGUE_OPEN && (s->in_data || find_unanswered(s) != NULL) && !s->said_421) {
        add_further(d, DIAGNOSIS_CUT);
    }
}

/* A reply to the dot that is about one recipient alone (LMTP, PRDR). */
static bool is_of_recipient(const struct dialogue *s, const struct dialogue_exchange *x)
{
    return (x->stage == STAGE_EOD || x->stage == STAGE_BDAT) && (s->lmtp || x->command.n == 0);
}

static void count_recipients(const struct dialogue *s, struct dialogue_diagnosis *d)
{
    for (size_t i = 0; i < s->exchange_count; i++) {
        bool answered = s->exchanges[i].stage == STAGE_RCPT && s->exchanges[i].code != 0;
        d->recipients += answered;
        d->refused += (answered || is_of_recipient(s, &s->exchanges[i])) &&
                      s->exchanges[i].code >= 400;
    }
}

void dialogue_diagnose(const struct dialogue *session, struct dialogue_diagnosis *diagnosis)
{
    struct dialogue_diagnosis *d = diagnosis;
    const struct dialogue_exchange *unanswered = find_unanswered(session);
    *d = (struct dialogue_diagnosis){.about = find_failure(session)};
    count_recipients(session, d);
    find_further(session, d);
    if (session->replies == 0) {
        d->main = DIAGNOSIS_SILENT;
        d->about = NULL;
    } else if (session->message_accepted && (d->about == NULL || d->about->stage == STAGE_RCPT ||
                                             is_of_recipient(session, d->about))) {
        d->main = d->about != NULL ? DIAGNOSIS_PARTLY : DIAGNOSIS_ACCEPTED;
        d->about = d->about != NULL ? d->about : find_acceptance(session);
    } else if (d->about != NULL) {
        d->main = diagnose_exchange(session, d->about);
    } else if (unanswered != NULL) {
        d->main = DIAGNOSIS_NO_REPLY;
        d->about = unanswered;
    } else {
        d->main = DIAGNOSIS_NO_MAIL;
    }
}

/* ---- words --------------------------------------------------------------------------------- */

/* `PLAIN LOGIN` as "PLAIN and LOGIN". */
static void add_list(struct strbuf *out, struct span list)
{
    struct span word;
    struct span rest = list;
    size_t count = 0;
    while (span_next_word(&rest, &word)) {
        struct span next = span_trim(rest);
        if (count++ > 0) {
            strbuf_add_cstr(out, next.n > 0 ? ", " : " and ");
        }
        strbuf_add_span(out, word);
    }
}

static void add_stage(struct strbuf *out, enum event_stage stage)
{
    if (stage == STAGE_EOD) {
        strbuf_add_cstr(out, "the end of the message");
        return;
    }
    const char *name = event_value_name(EVENT_STAGE, (int)stage);
    for (const char *c = name != NULL ? name : "another command"; *c != '\0'; c++) {
        strbuf_add_byte(out, name != NULL && *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c);
    }
}

static void add_sentence(struct strbuf *out, const char *format, const struct dialogue *session,
                         const struct dialogue_diagnosis *d)
{
    static const struct dialogue_exchange none = {.stage = STAGE_NONE};
    const struct dialogue_exchange *x = d->about != NULL ? d->about : &none;
    for (const char *c = format; *c != '\0'; c++) {
        if (*c != '%' || c[1] == '\0') {
            strbuf_add_byte(out, *c);
            continue;
        }
        switch (*++c) {
        case 'c':
            strbuf_addf(out, "%d", x->code);
            if (x->enhanced.n > 0) {
                strbuf_add_byte(out, ' ');
                strbuf_add_span(out, x->enhanced);
            }
            break;
        case 's':
            add_stage(out, x->stage);
            break;
        case 'm':
            add_list(out, session->auth_mechanisms);
            break;
        case 'r':
            strbuf_add_u64(out, d->refused);
            break;
        default:
            strbuf_add_u64(out, d->recipients);
            break;
        }
    }
}

void dialogue_add_diagnosis(struct strbuf *out, const struct dialogue *session,
                            const struct dialogue_diagnosis *diagnosis)
{
    add_sentence(out, words[diagnosis->main].what, session, diagnosis);
    for (size_t i = 0; i < diagnosis->further_count; i++) {
        strbuf_add_byte(out, ' ');
        add_sentence(out, words[diagnosis->further[i]].what, session, diagnosis);
    }
    if (words[diagnosis->main].fix != NULL) {
        strbuf_add_cstr(out, " Fix: ");
        add_sentence(out, words[diagnosis->main].fix, session, diagnosis);
    }
}

void dialogue_add_reply(struct strbuf *out, const struct dialogue *session,
                        const struct dialogue_exchange *exchange)
{
    if (exchange->code == 0) {
        strbuf_add_cstr(out, "no reply");
        return;
    }
    strbuf_addf(out, "%d ", exchange->code);
    if (exchange->enhanced.n > 0) {
        strbuf_add_span(out, exchange->enhanced);
        strbuf_add_byte(out, ' ');
    }
    bool last_hello = exchange->stage == STAGE_EHLO && exchange->code == 250;
    for (const struct dialogue_exchange *x = exchange + 1;
         last_hello && x < session->exchanges + session->exchange_count; x++) {
        last_hello = x->stage != STAGE_EHLO; /* the session knows the last answer only */
    }
    if (!last_hello || session->extension_count == 0) {
        strbuf_add_span(out, exchange->text);
        return;
    }
    strbuf_addf(out, "%zu extension%s:", session->extension_count,
                session->extension_count == 1 ? "" : "s");
    for (size_t i = 0; i < session->extension_count; i++) {
        struct span rest = session->extensions[i];
        struct span word = SPAN_EMPTY;
        (void)span_next_word(&rest, &word);
        strbuf_add_byte(out, ' ');
        strbuf_add_span(out, word);
    }
}
