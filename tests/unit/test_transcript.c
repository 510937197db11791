/* The transcript reader over the built-in dialects: the samples of their files, what each line of a
 * text turns out to be, and that records do not depend on when the answers are asked for. In a case
 * each line has a letter in front: R a reply begins, p part of a dialogue, n nothing. */
#include "lib/knowledge.h"
#include "logfmt/transcript.h"
#include "tap.h"

struct text_case {
    const char *name;
    const char *lines;
};

static const struct text_case cases[] = {
    {"prose is nothing", "n550 5.1.1 is what they said\nn250 ok\nn220 Volt\nnEHLO is a verb\n"
                         "nMAIL FROM: the postmaster\nn550 letters\n"},
    {"a list of prices", "n220 plugs\nn250 paper, blue\nn354 more\nn550-12 screws\nn550 screws\n"},
    {"a greeting with its protocol", "R220 mx.example.org ESMTP Postfix\nnand then nothing\n"},
    {"a greeting without, and no session",
     "n220 www.example.org ready\nnUSER ann\nn331 password\n"},
    {"telnet", "pTrying 192.0.2.25...\npConnected to mx.example.org.\npEscape character is '^]'.\n"
               "R220 mx.example.org ESMTP\npHELO c\nR250 mx.example.org\npQUIT\nR221 Bye\n"
               "pConnection closed by foreign host.\nn550 later\n"},
    {"telnet to something else", "nTrying 192.0.2.21...\nnConnected to ftp.example.org.\n"
                                 "n220 ftp.example.org FTP server ready.\nnUSER x\nn331 ok\n"},
    {"typed ahead", "R220 mx.example.org ESMTP\npEHLO c\nR250 mx.example.org\n"
                    "pMAIL FROM:<a@b.example>\nRQUIT250 2.1.0 Ok\nR221 Bye\n"},
    {"numbers in a message", "R220 mx.example.org ESMTP\npHELO c\nR250 mx.example.org\n"
                             "pMAIL FROM:<a@b.example>\nR250 ok\npRCPT TO:<c@d.example>\nR250 ok\n"
                             "pDATA\nR354 go\np550 5.1.1 fake\np<** 550 fake\n"
                             "preply: b'550 fake'\np.\nR250 queued\n"},
    {"an unknown command", "R220 mx.example.org ESMTP\npHELO c\nR250 mx.example.org\nnFOO bar\n"
                           "R502 5.5.2 Error: command not recognized\n"},
    {"a reply nobody waits for", "R220 mx.example.org ESMTP\npHELO c\nR250 mx.example.org\n"
                                 "n550 words\nR421 4.4.2 timeout\n"},
    {"swaks under TLS", "p=== Trying mx.example.org:25...\np=== Connected to mx.example.org.\n"
                        "R<-  220 mx.example.org ESMTP\np -> EHLO c\nR<-  250-mx.example.org\n"
                        "p<-  250 STARTTLS\np -> STARTTLS\nR<-  220 go\n"
                        "p=== TLS started with cipher TLSv1.3:X:256\np ~> EHLO c\n"
                        "R<~  250 mx.example.org\np ~> MAIL FROM:<a@b.example>\nR<~* 550 no\n"},
    {"a line that looks like swaks", "n<** 550 quoted\nnand so on\n"},
    {"smtplib shows a reply three times",
     "pconnect: to ('mx.example.org', 25) None\nRreply: b'220 mx.example.org ESMTP\\r\\n'\n"
     "preply: retcode (220); Msg: b'mx.example.org ESMTP'\npconnect: b'mx.example.org ESMTP'\n"
     "psend: 'data\\r\\n'\nRreply: b'354 go\\r\\n'\npreply: retcode (354); Msg: b'go'\n"
     "pdata: (354, b'go')\n"},
    {"smtplib, only taken apart", "psend: 'ehlo c\\r\\n'\nRreply: retcode (250); Msg: b'mx'\n"},
    {"curl and HTTP", "n*   Trying 192.0.2.80:80...\nn> GET / HTTP/1.1\nn< HTTP/1.1 200 OK\n"},
    {"curl and FTP", "n* Trying 192.0.2.21:21...\nn< 220 FTP ready\nn> USER x\nn< 331 go on\n"
                     "n< 550 No such file\n"},
    {"a difference", "n< 550 5.1.1 x\nn---\nn> 550 5.1.2 y\n"},
    {"quoted in a mail", "n> See:\nR> 220 mx.example.org ESMTP\np> HELO c\nR> 250 mx.example.org\n"
                         "n> 550 words\n"},
    {"quoted, without the greeting", "n> EHLO c\nR> 250-mx.example.org\np> 250 SIZE\n"
                                     "p> MAIL FROM:<a@b.example>\nR> 530 5.7.0 no\n"},
    {"indented", "nSee:\nR    220 mx.example.org ESMTP\np    HELO c\nR    250 mx.example.org\n"},
    {"a notification", "nStatus report\npFinal-Recipient: rfc822; a@b.example\npAction: failed\n"
                       "pStatus: 5.1.1\nRDiagnostic-Code: smtp; 550 5.1.1 unknown\np    user\nn\n"},
    {"a local failure is no reply", "pFinal-Recipient: rfc822; a@b.example\n"
                                    "pDiagnostic-Code: X-Postfix; 550 unknown user\n"},
    {"returned mail says it once", "p... while talking to mx.example.org.:\n"
                                   "p>>> RCPT To:<a@b.example>\nR<<< 550 5.1.1 no such user\n"
                                   "n550 5.1.1 no such user\nn\n"
                                   "pFinal-Recipient: rfc822; a@b.example\n"
                                   "pDiagnostic-Code: smtp; 550 5.1.1 no such user\n"},
    {"a prompt of Python", "n>>> import smtplib\nn>>> data = 550\nn550\n"},
    {"codes that are none", "R220 mx.example.org ESMTP\npHELO c\nR250 mx.example.org\npNOOP\n"
                            "n123 no\nn850 no\nR250 ok\n"},
};

static char letter(enum transcript_verdict verdict)
{
    return verdict == TRANSCRIPT_REPLY ? 'R' : verdict == TRANSCRIPT_PART ? 'p' : 'n';
}

static void drain(struct transcript *transcript, struct strbuf *got)
{
    struct transcript_result result;
    while (transcript_next(transcript, &result)) {
        strbuf_add_byte(got, letter(result.verdict));
    }
}

/* Letters of a text; at_end: asked for at the end only. */
static void read_text(struct transcript_dialects *dialects, const char *lines, bool at_end,
                      struct strbuf *got, struct strbuf *wanted)
{
    struct transcript *transcript = NULL;
    struct span rest = span_cstr(lines);
    struct span line;
    strbuf_clear(got);
    strbuf_clear(wanted);
    TAP_MUST(transcript_new(dialects, &transcript));
    for (uint64_t number = 1; span_next_piece(&rest, '\n', &line) && line.n > 0; number++) {
        strbuf_add_byte(wanted, line.p[0]);
        TAP_MUST(transcript_line(transcript, span_from(line, 1), number, 0, NULL));
        if (!at_end) {
            drain(transcript, got);
        }
    }
    TAP_MUST(transcript_flush(transcript));
    drain(transcript, got);
    transcript_free(transcript);
}

static void test_cases(struct transcript_dialects *dialects)
{
    struct strbuf got, wanted;
    strbuf_init(&got, 4096);
    strbuf_init(&wanted, 4096);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        read_text(dialects, cases[i].lines, false, &got, &wanted);
        tap_span(strbuf_cstr(&wanted), strbuf_span(&got), "%s", cases[i].name);
        read_text(dialects, cases[i].lines, true, &got, &wanted);
        tap_span(strbuf_cstr(&wanted), strbuf_span(&got), "%s, asked at the end", cases[i].name);
    }
    strbuf_free(&got);
    strbuf_free(&wanted);
}

/* Lines that nobody answers, and answers that nobody fetches: what is held stays bounded. */
static void test_bounds(struct transcript_dialects *dialects)
{
    struct transcript *transcript = NULL;
    struct strbuf got;
    strbuf_init(&got, 1 << 20);
    TAP_MUST(transcript_new(dialects, &transcript));
    for (uint64_t number = 1; number <= 20000; number++) {
        struct span line = number == 1 ? SPAN_LITERAL("220-mx.example.org ESMTP")
                                       : SPAN_LITERAL("220-and so on");
        TAP_MUST(transcript_line(transcript, line, number, 0, NULL));
        drain(transcript, &got);
    }
    TAP_MUST(transcript_flush(transcript));
    drain(transcript, &got);
    tap_number(20000, (long long)got.length, "every line is answered once");
    transcript_free(transcript);
    strbuf_free(&got);
}

int main(void)
{
    static struct knowledge knowledge;
    struct strbuf said;
    strbuf_init(&said, 65536);
    struct diagnostic diagnostic = tap_diagnostic(&said);
    struct knowledge_source source = {.built_in = true, .samples = true, .check = true};
    TAP_MUST(knowledge_load(&knowledge, &source, &diagnostic));
    uint64_t passed = 0;
    uint64_t failed = 0;
    transcript_dialects_test(knowledge.dialects, &diagnostic, &passed, &failed);
    tap_ok(failed == 0 && passed > 100, "samples of the dialects: %s", strbuf_cstr(&said));
    test_cases(knowledge.dialects);
    test_bounds(knowledge.dialects);
    knowledge_free(&knowledge);
    strbuf_free(&said);
    return tap_end();
}
