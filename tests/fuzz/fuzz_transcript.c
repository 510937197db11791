/* Whole SMTP sessions as tools print them, built from the input: a dialect, then steps that are
 * replies, commands, remarks, lines of a message or bytes as they come. Every line is answered
 * once, in order; the answers do not depend on when they are asked for; and what is said of a
 * finished session is fit for a terminal once escaped. */
#include "support.h"

#include <stdio.h>

#include "logfmt/transcript.h"
#include "logfmt/transcript_diagnosis.h"
#include "report/dialogue_words.h"

#define LINES 400

struct dialect {
    const char *server, *client, *end, *notes[4];
};

static const struct dialect dialects[] = {
    {"",
     "",
     "",
     {"Connected to mx.example.org.", "Escape character is '^]'.",
      "Connection closed by foreign host.", "Trying 192.0.2.7..."}},
    {"S: ", "C: ", "", {"", "(pause)", "S:", "C:"}},
    {"<-  ",
     " -> ",
     "",
     {"=== Trying mx.example.org:25...", "=== Connected to mx.example.org.",
      "=== TLS started with cipher TLSv1.3:X:256",
      "*** Remote host closed connection unexpectedly."}},
    {"<** ",
     " ~> ",
     "",
     {"=== Connection closed with remote host.", "<~* 550 x", "*** Timeout", "=== x"}},
    {"< ",
     "> ",
     "",
     {"* Connected to mx.example.org (192.0.2.7) port 25 (#0)", "*   Trying 192.0.2.7:25...",
      "* Closing connection 0", "{ [5 bytes data]"}},
    {"reply: b'",
     "send: '",
     "\\r\\n'",
     {"connect: ('mx.example.org', 25)", "connect: to ('192.0.2.7', 25) None",
      "reply: retcode (250); Msg: b'x'", "data: (354, b'x')"}},
    {"  SMTP<< ",
     "  SMTP>> ",
     "",
     {"Connecting to mx.example.org [192.0.2.7]:25 ... connected", "LOG: MAIN", "  SMTP(close)>>",
      "         250-x"}},
    {"Net::SMTP=GLOB(0x55aa)<<< ",
     "Net::SMTP=GLOB(0x55aa)>>> ",
     "",
     {"Net::SMTP>>> Net::SMTP(3.11)", "x", "Net::SMTP=GLOB(0x55ab)<<< 220 b", ""}},
    {"SERVER -> CLIENT: ",
     "CLIENT -> SERVER: ",
     "",
     {"Connection: opening to mx.example.org:25", "Connection: opened", "Connection: closed",
      "SMTP Error: x"}},
    {"050 ",
     "050 >>> ",
     "",
     {"050 <bob@example.org>... Connecting to mx.example.org. via esmtp...",
      "050 <bob@example.org>... Sent (ok)", "050 Closing connection to mx", "050 "}},
    {"DEBUG SMTP: ",
     "",
     "",
     {"DEBUG SMTP: trying to connect to host \"mx\", port 25", "DEBUG SMTP: connected to host",
      "DEBUG SMTP: Found extension \"SIZE\"", "DEBUG: getProvider()"}},
    {"<= Recv header, 20 bytes (0x14)\n0000: ",
     "=> Send header, 20 bytes (0x14)\n0000: ",
     "",
     {"== Info: Connected", "", "=> Send data", "0010: x"}},
    {"[2026-11-21 06:00:01] DEBUG [abc] S: ",
     "[2026-11-21 06:00:01] DEBUG [abc] C: ",
     "",
     {"[2026-11-21 06:00:01] INFO  [abc] Secure connection established", "[abc]", "x", ""}},
    {"< mx.example.org[192.0.2.7]:25: ",
     "> mx.example.org[192.0.2.7]:25: ",
     "",
     {"smtp_connect_addr: x", "vstream_tweak_tcp", "", "x"}},
    {"    ",
     "<<< ",
     "",
     {"The following address failed:", "host mx.example.org [192.0.2.7]",
      "   ----- Transcript of session follows -----", "... while talking to mx.example.org.:"}},
    {">>> ", "<<< ", "", {"554 5.0.0 Service unavailable", "", "----- Transcript -----", "x"}},
};

static const char *const codes[] = {"220", "250", "250", "354", "450", "550", "421", "221",
                                    "334", "235", "535", "554", "452", "599", "200", "999"};
static const char *const texts[] = {"mx.example.org ESMTP",
                                    "2.1.0 Ok",
                                    "PIPELINING",
                                    "STARTTLS",
                                    "AUTH PLAIN LOGIN",
                                    "SIZE 1000",
                                    "4.2.0 Greylisted, try later",
                                    "5.1.1 <bob@example.org>: User unknown",
                                    "End data with <CR><LF>.<CR><LF>",
                                    "VXNlcm5hbWU6",
                                    "",
                                    "550 5.1.1 x",
                                    "\xff\x01",
                                    "2.0.0 Ok: queued as 4AB",
                                    "4.3.2 closing",
                                    "PRDR"};
static const char *const commands[] = {"EHLO client.example.org",
                                       "HELO x",
                                       "LHLO x",
                                       "MAIL FROM:<ann@a.example>",
                                       "RCPT TO:<bob@example.org>",
                                       "DATA",
                                       "QUIT",
                                       "RSET",
                                       "STARTTLS",
                                       "AUTH LOGIN",
                                       "AUTH PLAIN AGFubgBzZWNyZXQ=",
                                       "BDAT 10 LAST",
                                       "YW5u",
                                       ".",
                                       "VRFY x",
                                       "NOOP",
                                       "Subject: 550 x",
                                       "",
                                       "*",
                                       "mail from:<> SIZE=5"};

struct script {
    struct strbuf text;
    bool in_log;
};

static void add_line(struct script *script, const char *before, struct span text, const char *after)
{
    strbuf_add_cstr(&script->text, before);
    strbuf_add_span(&script->text, text);
    strbuf_add_cstr(&script->text, after);
    strbuf_add_byte(&script->text, '\n');
}

static void add_reply(struct script *script, struct feed *feed, const struct dialect *dialect)
{
    char line[200];
    const char *code = codes[feed_below(feed, COUNT_OF(codes))];
    size_t more = feed_below(feed, 4);
    for (size_t i = 0; i <= more; i++) {
        snprintf(line, sizeof line, "%s%s%s", code, i < more ? "-" : " ",
                 texts[feed_below(feed, COUNT_OF(texts))]);
        add_line(script, dialect->server, span_cstr(line), dialect->end);
    }
}

static void build(struct script *script, struct feed *feed)
{
    const struct dialect *dialect = &dialects[feed_below(feed, COUNT_OF(dialects))];
    struct span raw = SPAN_EMPTY;
    script->in_log = feed_byte(feed) % 8 == 7;
    while (feed->rest.n > 0 && script->text.length < 65536) {
        switch (feed_byte(feed) % 16) {
        case 0:
        case 1:
        case 2:
        case 3:
            add_reply(script, feed, dialect);
            break;
        case 4:
        case 5:
        case 6:
            add_line(script, dialect->client,
                     span_cstr(commands[feed_below(feed, COUNT_OF(commands))]), dialect->end);
            break;
        case 7:
            add_line(script, "", span_cstr(dialect->notes[feed_below(feed, 4)]), "");
            break;
        case 8:
            dialect = &dialects[feed_below(feed, COUNT_OF(dialects))];
            break;
        case 9:
            if (feed_line(feed, &raw))
                add_line(script, dialect->server, raw, dialect->end);
            break;
        case 10:
            if (feed_line(feed, &raw))
                add_line(script, dialect->client, raw, dialect->end);
            break;
        case 11:
            add_line(script, dialect->client, SPAN_LITERAL("."), dialect->end);
            break;
        default:
            if (feed_line(feed, &raw))
                add_line(script, "", raw, "");
        }
    }
}

static void drain(struct transcript *transcript, uint64_t *answered, struct strbuf *out)
{
    struct transcript_result result;
    while (transcript_next(transcript, &result)) {
        FUZZ_REQUIRE(result.line == ++*answered && result.tag == (int)(result.line % 100));
        FUZZ_REQUIRE((result.verdict == TRANSCRIPT_REPLY) == (result.event != NULL));
        strbuf_addf(out, "%llu %d ", (unsigned long long)result.line, (int)result.verdict);
        if (result.event != NULL) {
            fuzz_check_event(result.event, BIN_EVENT);
            FUZZ_REQUIRE(event_value(result.event, EVENT_KIND) == KIND_REPLY);
            fuzz_describe_event(result.event, out);
        }
    }
}

static void check_session(const struct dialogue *session)
{
    const struct phrases phrases = {fuzz_knowledge()->catalog};
    struct dialogue_diagnosis diagnosis;
    struct strbuf out;
    strbuf_init(&out, 1 << 20);
    FUZZ_REQUIRE(session->exchange_count <= DIALOGUE_EXCHANGES);
    FUZZ_REQUIRE(session->first_line <= session->last_line);
    dialogue_diagnose(session, &diagnosis);
    FUZZ_REQUIRE(diagnosis.main < DIAGNOSES && diagnosis.further_count <= DIAGNOSIS_FURTHER);
    FUZZ_REQUIRE(diagnosis.refused <= diagnosis.recipients);
    FUZZ_REQUIRE(diagnosis_name(diagnosis.main) != NULL);
    dialogue_add_diagnosis(&phrases, &out, session, &diagnosis);
    FUZZ_REQUIRE(out.length > 0);
    for (size_t i = 0; i < session->exchange_count; i++) {
        dialogue_add_reply(&phrases, &out, session, &session->exchanges[i]);
    }
    strbuf_free(&out);
}

static void run(const struct script *script, bool at_once, struct strbuf *out)
{
    struct transcript *transcript = NULL;
    struct feed feed = {strbuf_span(&script->text)};
    const struct transcript_origin origin = {.host = SPAN_LITERAL("mx1"),
                                             .service = SPAN_LITERAL("postfix"),
                                             .daemon = SPAN_LITERAL("smtp"),
                                             .pid = SPAN_LITERAL("7")};
    struct span line;
    uint64_t number = 0;
    uint64_t answered = 0;
    FUZZ_REQUIRE(transcript_new(fuzz_knowledge()->dialects, &transcript) == SMTPLOG_OK);
    while (number < LINES && feed_line(&feed, &line)) {
        number++;
        FUZZ_REQUIRE(transcript_line(transcript, line, number, (int)(number % 100),
                                     script->in_log ? &origin : NULL) == SMTPLOG_OK);
        if (at_once) {
            drain(transcript, &answered, out);
        }
    }
    FUZZ_REQUIRE(transcript_flush(transcript) == SMTPLOG_OK);
    drain(transcript, &answered, out);
    FUZZ_REQUIRE(answered == number);
    for (size_t i = 0; i < transcript_session_count(transcript); i++) {
        check_session(transcript_session(transcript, i));
    }
    transcript_free(transcript);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct feed feed = feed_of(bytes, size);
    struct script script = {.in_log = false};
    struct strbuf one, two;
    strbuf_init(&script.text, 1 << 22);
    strbuf_init(&one, 1 << 24);
    strbuf_init(&two, 1 << 24);
    build(&script, &feed);
    run(&script, true, &one);
    run(&script, false, &two);
    FUZZ_REQUIRE(span_equal(strbuf_span(&one), strbuf_span(&two)));
    strbuf_free(&script.text);
    strbuf_free(&one);
    strbuf_free(&two);
    return 0;
}
