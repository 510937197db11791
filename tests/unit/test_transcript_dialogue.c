/* Which reply belongs to which command, what is remembered of a session, and its diagnosis in
 * words. A case is a dialogue: `> ` a line of the client, `< ` one of the server; what comes of it
 * stands below. */
#include "lib/knowledge.h"
#include "report/dialogue_words.h"

#include "tap.h"

struct dialogue_case {
    const char *name;
    const char *lines;
    const char *stages; /* code and stage of each reply */
    const char *diagnosis;
    const char *words; /* part of the sentences; NULL: not looked at */
};

#define HELLO "< 220 mx.example.org ESMTP\n> EHLO client\n< 250-mx.example.org\n"

static const struct dialogue_case cases[] = {
    {"a message",
     HELLO "< 250 SIZE\n> MAIL FROM:<a@b.example>\n< 250 ok\n> RCPT TO:<c@d.example>\n"
           "< 250 ok\n> DATA\n< 354 go\n> 550 in the body\n> .\n< 250 2.0.0 queued\n"
           "> QUIT\n< 221 bye\n",
     "220 connect 250 ehlo 250 mail 250 rcpt 354 data 250 eod 221 quit", "accepted",
     "accepted (250 2.0.0)"},
    {"pipelining: first in, first out",
     HELLO "< 250 PIPELINING\n> MAIL FROM:<a@b.example>\n> RCPT TO:<c@d.example>\n"
           "> RCPT TO:<e@d.example>\n> DATA\n< 250 ok\n< 550 5.1.1 no\n< 250 ok\n< 354 go\n> .\n"
           "< 250 ok\n",
     "220 connect 250 ehlo 250 mail 550 rcpt 250 rcpt 354 data 250 eod", "partly",
     "not for 1 of 2 recipients: 550 5.1.1 at RCPT"},
    {"334 keeps AUTH open",
     HELLO "< 250 AUTH LOGIN\n> AUTH LOGIN\n< 334 VXNlcm5hbWU6\n> d3Jvbmc=\n"
           "< 334 UGFzc3dvcmQ6\n> Z2VoZWlt\n< 535 5.7.8 no\n> QUIT\n< 221 bye\n",
     "220 connect 250 ehlo 334 auth 334 auth 535 auth 221 quit", "auth-refused",
     "535 5.7.8 at AUTH"},
    {"LMTP: a reply for each accepted recipient",
     "< 220 mx LMTP\n> LHLO c\n< 250 mx\n> MAIL FROM:<a@b.example>\n< 250 ok\n> RCPT "
     "TO:<c@d.example>\n"
     "< 250 ok\n> RCPT TO:<x@d.example>\n< 550 no\n> RCPT TO:<e@d.example>\n< 250 ok\n> DATA\n"
     "< 354 go\n> .\n< 250 one\n< 452 4.2.2 two\n> QUIT\n< 221 bye\n",
     "220 connect 250 ehlo 250 mail 250 rcpt 550 rcpt 250 rcpt 354 data 250 eod 452 eod 221 quit",
     "partly", NULL},
    {"PRDR: 353, one for each, one for the message",
     HELLO
     "< 250 PRDR\n> MAIL FROM:<a@b.example> PRDR\n< 250 ok\n> RCPT TO:<c@d.example>\n< 250 ok\n"
     "> RCPT TO:<e@d.example>\n< 250 ok\n> DATA\n< 354 go\n> .\n< 353 now\n< 250 one\n"
     "< 550 two\n< 250 all\n> QUIT\n< 221 bye\n",
     "220 connect 250 ehlo 250 mail 250 rcpt 250 rcpt 354 data 353 eod 250 eod 550 eod 250 eod "
     "221 quit",
     "partly", "not for 1 of 2 recipients: 550 at the end of the message"},
    {"BDAT",
     HELLO "< 250 CHUNKING\n> MAIL FROM:<a@b.example>\n< 250 ok\n> RCPT TO:<c@d.example>\n"
           "< 250 ok\n> BDAT 5\n< 250 5 bytes\n> BDAT 0 LAST\n< 554 5.7.1 spam\n",
     "220 connect 250 ehlo 250 mail 250 rcpt 250 bdat 554 bdat", "message-refused", NULL},
    {"login needed, offered",
     HELLO "< 250 AUTH PLAIN LOGIN\n> MAIL FROM:<a@b.example>\n"
           "< 530 5.7.0 Authentication required\n",
     "220 connect 250 ehlo 530 mail", "auth-needed",
     "530 5.7.0 because no AUTH was tried, although the server offers PLAIN and LOGIN."},
    {"login needed, only after STARTTLS",
     HELLO "< 250 STARTTLS\n> MAIL FROM:<a@b.example>\n< 530 5.7.0 Authentication required\n",
     "220 connect 250 ehlo 530 mail", "auth-after-tls", "Fix: use STARTTLS"},
    {"TLS needed",
     HELLO "< 250 STARTTLS\n> MAIL FROM:<a@b.example>\n"
           "< 530 5.7.0 Must issue a STARTTLS command first\n",
     "220 connect 250 ehlo 530 mail", "tls-needed", NULL},
    {"the address",
     HELLO "< 250 SIZE\n> MAIL FROM:<a@b.example>\n< 250 ok\n> RCPT TO:<c@d.example>\n"
           "< 550 5.1.1 unknown\n> QUIT\n< 221 bye\n",
     "220 connect 250 ehlo 250 mail 550 rcpt 221 quit", "address",
     "550 5.1.1 at RCPT: the address; the session was otherwise fine."},
    {"greylisted",
     HELLO "< 250 SIZE\n> MAIL FROM:<a@b.example>\n< 250 ok\n> RCPT TO:<c@d.example>\n"
           "< 450 4.2.0 Greylisted\n",
     "220 connect 250 ehlo 250 mail 450 rcpt", "greylisted", NULL},
    {"commands after 421",
     HELLO "< 250 SIZE\n> MAIL FROM:<a@b.example>\n< 421 4.7.0 too many\n"
           "> RCPT TO:<c@d.example>\n",
     "220 connect 250 ehlo 421 mail", "closed", "Commands were sent after 421"},
    {"a refused greeting", "< 554 5.7.1 no service\n> QUIT\n< 221 bye\n", "554 connect 221 quit",
     "greeting-refused", NULL},
    {"no greeting", "> EHLO client\n", "", "silent", "The greeting never came"},
    {"no reply to the last command", HELLO "< 250 SIZE\n> MAIL FROM:<a@b.example>\n",
     "220 connect 250 ehlo", "no-reply", "No reply to MAIL. The transcript ends before"},
    {"a reply that never ends", "< 220 mx ESMTP\n> EHLO c\n< 250-mx\n< 250-SIZE\n",
     "220 connect 250 ehlo", "no-mail", "A reply never ended"},
    {"EHLO refused, HELO went well",
     "< 220 mx\n> EHLO c\n< 502 no\n> HELO c\n< 250 mx\n> QUIT\n< 221 bye\n",
     "220 connect 502 ehlo 250 helo 221 quit", "no-mail", NULL},
    {"commands not shown",
     "< 220 mx ESMTP\n< 250-mx\n< 250 SIZE\n< 250 2.1.0 ok\n< 550 5.1.1 no\n"
     "< 250 2.1.5 ok\n< 354 go\n< 250 2.0.0 queued\n< 221 bye\n",
     "220 connect 250 ehlo 250 mail 550 rcpt 250 rcpt 354 data 250 eod 221 quit", "partly", NULL},
};

static void note_reply(struct strbuf *out, const struct dialogue_reply *reply)
{
    strbuf_addf(out, "%s%d %s", out->length > 0 ? " " : "", reply->code,
                event_value_name(EVENT_STAGE, (int)reply->stage));
}

static void play(const char *lines, struct dialogue *dialogue, struct strbuf *stages)
{
    struct span rest = span_cstr(lines);
    struct span line;
    struct dialogue_reply reply;
    for (uint64_t number = 1; span_next_piece(&rest, '\n', &line); number++) {
        struct span words = span_from(line, 2);
        if (line.n > 0 && line.p[0] == '>') {
            dialogue_client(dialogue, words, number);
        } else if (line.n > 0 && dialogue_server(dialogue, words, number) &&
                   dialogue_close_reply(dialogue, false, &reply)) {
            note_reply(stages, &reply);
        }
    }
    if (dialogue_close_reply(dialogue, true, &reply)) {
        note_reply(stages, &reply);
    }
}

static void run_case(const struct phrases *phrases, const struct dialogue_case *c)
{
    struct dialogue *dialogue = NULL;
    struct dialogue_diagnosis diagnosis;
    struct strbuf stages, words;
    strbuf_init(&stages, 4096);
    strbuf_init(&words, 4096);
    TAP_MUST(dialogue_new(&dialogue));
    play(c->lines, dialogue, &stages);
    tap_span(c->stages, strbuf_span(&stages), "%s: replies and stages", c->name);
    dialogue_diagnose(dialogue, &diagnosis);
    tap_span(c->diagnosis, span_cstr(diagnosis_name(diagnosis.main)), "%s: diagnosis", c->name);
    dialogue_add_diagnosis(phrases, &words, dialogue, &diagnosis);
    if (c->words != NULL && span_find(strbuf_span(&words), span_cstr(c->words)) == SIZE_MAX) {
        tap_span(c->words, strbuf_span(&words), "%s: words", c->name);
    }
    tap_ok(dialogue->status == SMTPLOG_OK, "%s: no failure", c->name);
    dialogue_free(dialogue);
    strbuf_free(&stages);
    strbuf_free(&words);
}

/* ---- credentials ---------------------------------------------------------------------------- */

struct secret_case {
    const char *text;
    bool guess;
    const char *shown;
};

static const struct secret_case secret_cases[] = {
    {"502 unknown: AUTH PLAIN AGFubgBnZWhlaW0=", false,
     "502 unknown: AUTH PLAIN [credentials hidden]"},
    {"authentication failed: VXNlcm5hbWU6", true, "authentication failed: VXNlcm5hbWU6"},
    {"authentication failed: UGFzc3dvcmQ6", true, "authentication failed: UGFzc3dvcmQ6"},
    {"no such user d3Jvbmc=", true, "no such user [credentials hidden]"},
    {"no such user d3Jvbmc=", false, "no such user d3Jvbmc="},
    {"you said cXVhcms, did you", false, "you said [credentials hidden], did you"},
    {"Authentication successful", true, "Authentication successful"},
    {"see https://example.org/why?Ab12Cd34Ef56Gh78", true,
     "see https://example.org/why?Ab12Cd34Ef56Gh78"},
};

static void test_secrets(void)
{
    struct secrets secrets = {.count = 0};
    secrets_add(&secrets, SPAN_LITERAL("cXVhcms"));
    for (size_t i = 0; i < COUNT_OF(secret_cases); i++) {
        struct strbuf out;
        strbuf_init(&out, 1000);
        secret_add_hidden(&out, &secrets, span_cstr(secret_cases[i].text), secret_cases[i].guess);
        tap_span(secret_cases[i].shown, strbuf_span(&out), "hidden: %s", secret_cases[i].text);
        strbuf_free(&out);
    }
}

static void test_no_secret_is_kept(void)
{
    struct dialogue *dialogue = NULL;
    struct strbuf stages;
    strbuf_init(&stages, 4096);
    TAP_MUST(dialogue_new(&dialogue));
    play(HELLO "< 250 AUTH PLAIN LOGIN\n> AUTH PLAIN AGFubgBnZWhlaW0=\n"
               "< 535 5.7.8 failed: AGFubgBnZWhlaW0=\n> AUTH LOGIN\n< 334 VXNlcm5hbWU6\n> YW5u\n"
               "< 334 UGFzc3dvcmQ6\n> Z2VoZWlt\n< 535 5.7.8 YW5u\n> NOOP Z2VoZWlt\n"
               "< 502 what is Z2VoZWlt\n",
         dialogue, &stages);
    static const char *const secrets[] = {"AGFubgBnZWhlaW0=", "YW5u", "Z2VoZWlt"};
    for (size_t i = 0; i < dialogue->exchange_count; i++) {
        for (size_t k = 0; k < COUNT_OF(secrets); k++) {
            const struct dialogue_exchange *x = &dialogue->exchanges[i];
            struct span secret = span_cstr(secrets[k]);
            tap_ok(span_find(x->command, secret) == SIZE_MAX &&
                       span_find(x->text, secret) == SIZE_MAX,
                   "exchange %zu keeps no %s", i, secrets[k]);
        }
    }
    tap_span("AUTH PLAIN [credentials hidden]", dialogue->exchanges[2].command, "AUTH as shown");
    dialogue_free(dialogue);
    strbuf_free(&stages);
}

/* ---- bounds --------------------------------------------------------------------------------- */

static void test_bounds(void)
{
    struct dialogue *dialogue = NULL;
    struct dialogue_reply reply;
    TAP_MUST(dialogue_new(&dialogue));
    char line[64];
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(line, sizeof line, "RCPT TO:<user%u@example.org>", i);
        dialogue_client(dialogue, span_cstr(line), i);
        if (i % 2 == 0 && dialogue_server(dialogue, SPAN_LITERAL("250 ok"), i)) {
            tap_count += !dialogue_close_reply(dialogue, false, &reply);
        }
    }
    tap_number(DIALOGUE_EXCHANGES, (long long)dialogue->exchange_count, "exchanges kept");
    tap_ok(dialogue->exchanges_dropped > 4000, "the others are counted");
    tap_ok(dialogue->pending_count <= DIALOGUE_PENDING, "commands that wait are bounded");
    tap_ok(dialogue->arena.total <= 2 * DIALOGUE_MEMORY, "memory is bounded");
    for (unsigned i = 0; i < 5000; i++) {
        (void)dialogue_server(dialogue, SPAN_LITERAL("250-and so on and so on and so on"), i);
    }
    tap_ok(dialogue_close_reply(dialogue, true, &reply) && reply.text.n <= DIALOGUE_REPLY,
           "a reply without end is bounded");
    tap_ok(dialogue->status == SMTPLOG_OK, "nothing failed");
    dialogue_free(dialogue);
}

static void test_words(const struct phrases *phrases)
{
    for (size_t i = 0; i < DIAGNOSES; i++) {
        char key[64];
        snprintf(key, sizeof key, "diagnosis/%s", diagnosis_name((enum diagnosis)i));
        tap_ok(phrase_text(phrases, key, PHRASE_MANY).n > 0, "%s has its sentence", key);
    }
}

int main(void)
{
    struct knowledge *knowledge = calloc(1, sizeof *knowledge);
    struct knowledge_source built_in = {.built_in = true};
    struct diagnostic nobody = {.function = NULL, .context = NULL};
    if (knowledge == NULL) {
        return 1;
    }
    TAP_MUST(knowledge_load(knowledge, &built_in, &nobody));
    struct phrases phrases = {knowledge->catalog};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        run_case(&phrases, &cases[i]);
    }
    test_words(&phrases);
    knowledge_free(knowledge);
    free(knowledge);
    test_secrets();
    test_no_secret_is_kept();
    test_bounds();
    return tap_end();
}
