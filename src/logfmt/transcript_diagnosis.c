/* What a finished session shows. */
#include "logfmt/transcript_diagnosis.h"

static const char *const names[DIAGNOSES] = {
    [DIAGNOSIS_ACCEPTED] = "accepted",
    [DIAGNOSIS_PARTLY] = "partly",
    [DIAGNOSIS_NO_MAIL] = "no-mail",
    [DIAGNOSIS_SILENT] = "silent",
    [DIAGNOSIS_GREETING_REFUSED] = "greeting-refused",
    [DIAGNOSIS_GREETING_LATER] = "greeting-later",
    [DIAGNOSIS_TLS_REFUSED] = "tls-refused",
    [DIAGNOSIS_TLS_NEEDED] = "tls-needed",
    [DIAGNOSIS_AUTH_NEEDED] = "auth-needed",
    [DIAGNOSIS_AUTH_AFTER_TLS] = "auth-after-tls",
    [DIAGNOSIS_AUTH_NOT_OFFERED] = "auth-not-offered",
    [DIAGNOSIS_AUTH_REFUSED] = "auth-refused",
    [DIAGNOSIS_AUTH_LATER] = "auth-later",
    [DIAGNOSIS_SENDER_REFUSED] = "sender-refused",
    [DIAGNOSIS_SENDER_LATER] = "sender-later",
    [DIAGNOSIS_ADDRESS] = "address",
    [DIAGNOSIS_RCPT_POLICY] = "rcpt-policy",
    [DIAGNOSIS_GREYLISTED] = "greylisted",
    [DIAGNOSIS_RCPT_LATER] = "rcpt-later",
    [DIAGNOSIS_DATA_REFUSED] = "data-refused",
    [DIAGNOSIS_MESSAGE_REFUSED] = "message-refused",
    [DIAGNOSIS_MESSAGE_LATER] = "message-later",
    [DIAGNOSIS_SEQUENCE] = "sequence",
    [DIAGNOSIS_COMMAND] = "command",
    [DIAGNOSIS_CLOSED] = "closed",
    [DIAGNOSIS_NO_REPLY] = "no-reply",
    [DIAGNOSIS_AFTER_421] = "after-421",
    [DIAGNOSIS_UNFINISHED] = "unfinished",
    [DIAGNOSIS_CUT] = "cut",
};

const char *diagnosis_name(enum diagnosis diagnosis)
{
    return names[diagnosis];
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

/* Where no RCPT command was seen, those who were answered for after the dot are counted (with PRDR
 * one more reply comes there, for the message). */
static void count_recipients(const struct dialogue *s, struct dialogue_diagnosis *d)
{
    size_t after_dot = 0;
    for (size_t i = 0; i < s->exchange_count; i++) {
        const struct dialogue_exchange *x = &s->exchanges[i];
        bool answered = x->stage == STAGE_RCPT && x->code != 0;
        bool of_recipient = is_of_recipient(s, x) && x->code != 0;
        after_dot += of_recipient;
        d->recipients += answered;
        d->refused += (answered || of_recipient) && x->code >= 400;
    }
    d->recipients = d->recipients == 0 ? after_dot : d->recipients;
    d->recipients = d->recipients < d->refused ? d->refused : d->recipients;
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
