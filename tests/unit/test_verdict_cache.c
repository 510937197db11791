/* Tests of lib/verdict_cache: judging through the cache is the same as judging, for texts that
 * differ in little. */
#include "lib/verdict_cache.h"

#include "event/reply.h"
#include "lib/knowledge.h"

#include "tap.h"

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Words of real refusals and what is near them: numbers and addresses that mean something or
 * nothing. */
static const char *const words[] = {
    "Greylisted",
    "greylisting",
    "try",
    "again",
    "later",
    "in",
    "300",
    "5",
    "minutes",
    "seconds",
    "450",
    "550",
    "5.7.1",
    "4.7.1",
    "4.2.0",
    "User",
    "unknown",
    "mailbox",
    "full",
    "quota",
    "exceeded",
    "over",
    "<bob@z.example>:",
    "bob@z.example",
    "[127.0.0.2]",
    "127.0.0.3",
    "198.51.100.7",
    "[198.51.100.7]",
    "2001:db8::7",
    "blocked",
    "using",
    "zen.bl.example",
    "spamhaus",
    "Spam",
    "message",
    "rejected",
    "(S3150)",
    "S3150",
    "S77719",
    "AS4321",
    "queued",
    "4jXQsr006Czn5Lm",
    "ffacd0b85a97d-abc123",
    "https://x.example/help?id=1234",
    "rate",
    "limit",
    "too",
    "many",
    "connections",
    "Service",
    "unavailable",
    "temporarily",
    "deferred",
    "(mail.example.org)",
    "DMARC",
    "SPF",
    "DKIM",
    "relay",
    "access",
    "denied",
    "not",
    "found",
    "550-5.1.1",
    "5.1.1",
    "5.2.2",
    "552",
    "421",
    "policy",
    "10000",
    "1234567",
    "12345678",
    "a1b2c3d4e5f6",
    "e1",
    "[ABC1234]",
    "mx1.example.org[192.0.2.1]:25:",
    "mail.blocklist.example[192.0.2.2]",
    "mail.unknown.example[2001:db8::9]",
    "spam.list.test[198.51.100.9]",
    "connection",
    "with",
    "from",
    "lost",
    "<mail.example.org>:",
    "<full.mailbox.example>:",
    "<unknown.user.test>:",
    "helo",
    "is",
    "#4.4.5",
    "(#5.7.1)",
};

struct judge {
    struct classifier *classifier;
    struct verdict_cache *cache;
    unsigned wrong, judged, classes;
};

static void judge_both(struct judge *judge, const struct classifier_input *input)
{
    struct classifier_verdict direct = {0};
    struct classifier_verdict cached = {0};
    uint64_t key = 0;
    verdict_cache_judge(judge->cache, judge->classifier, input, &cached, &key);
    classifier_judge(judge->classifier, input, &direct);
    judge->judged++;
    judge->classes += !span_is(direct.class_name, "unknown");
    bool same = span_equal(direct.class_name, cached.class_name) &&
                span_equal(direct.reason, cached.reason) &&
                direct.possible_greylisting == cached.possible_greylisting;
    if (!same && judge->wrong++ < 5) {
        tap_show("text  ", input->text);
        tap_show("direct", direct.reason);
        tap_show("cached", cached.reason);
    }
}

static void test_random_texts(struct judge *judge)
{
    static const int codes[] = {0, 421, 450, 451, 452, 550, 551, 552, 553, 554};
    static const char *const enhanced[] = {"",      "4.2.0", "4.7.1", "5.1.1",
                                           "5.2.2", "5.7.1", "5.7.26"};
    uint64_t state = 2026;
    for (int i = 0; i < 60000; i++) {
        struct strbuf text;
        strbuf_init(&text, 4096);
        for (uint64_t n = 1 + next_random(&state) % 9; n > 0; n--) {
            strbuf_add_cstr(&text, words[next_random(&state) % COUNT_OF(words)]);
            strbuf_add_cstr(&text, n > 1 ? " " : "");
        }
        struct classifier_input input = {
            .code = codes[next_random(&state) % COUNT_OF(codes)],
            .enhanced = span_cstr(enhanced[next_random(&state) % COUNT_OF(enhanced)]),
            .stage = (enum event_stage)(next_random(&state) % STAGES),
            .provider = next_random(&state) % 4 == 0 ? SPAN_LITERAL("google") : SPAN_EMPTY,
            .text = strbuf_span(&text),
        };
        judge_both(judge, &input);
        strbuf_free(&text);
    }
    tap_ok(judge->wrong == 0 && judge->classes > 1000,
           "60,000 made-up texts: the same verdict through the cache (%u with a class)",
           judge->classes);
}

/* The texts of the catalogue's own samples, each with digits changed: the cache must not mix up
 * what a rule tells apart. */
static enum smtplog_status vary_sample(void *context, const struct catalog_entry *entry)
{
    struct judge *judge = context;
    struct strbuf scratch, changed;
    struct reply reply = {0};
    struct span sample = catalog_text(entry, "reply");
    strbuf_init(&scratch, 65536);
    strbuf_init(&changed, 65536);
    if (reply_parse(sample, &scratch, &reply)) {
        for (unsigned digit = 0; digit <= 10; digit++) {
            strbuf_clear(&changed);
            for (size_t i = 0; i < reply.text.n; i++) {
                bool change = digit < 10 && byte_is_digit(reply.text.p[i]);
                strbuf_add_byte(&changed, change ? (char)('0' + digit) : reply.text.p[i]);
            }
            struct classifier_input input = {.code = reply.code,
                                             .enhanced = reply.enhanced,
                                             .stage = STAGE_RCPT,
                                             .provider = SPAN_EMPTY,
                                             .text = strbuf_span(&changed)};
            judge_both(judge, &input);
        }
    }
    strbuf_free(&changed);
    strbuf_free(&scratch);
    return SMTPLOG_OK;
}

/* Names of hosts that hold the words of reasons: where the log itself names a host, none is looked
 * at. */
static void test_host_names(struct judge *judge)
{
    static const char *const texts[] = {
        "lost connection with %s[192.0.2.7] while receiving the initial server greeting",
        "lost connection with %s[192.0.2.7] while sending end of data -- message may be sent twice",
        "conversation with %s[2001:db8::7] timed out while sending MAIL FROM",
        "connect to %s[192.0.2.7]:25: Connection timed out",
        "connect to %s[192.0.2.7]:25: No route to host",
        "delivery temporarily suspended: connect to %s[192.0.2.7]:25: Connection refused",
        "Cannot start TLS: handshake failure; lost connection with %s[192.0.2.7] while in TLS",
        "lost connection after RCPT from %s[192.0.2.7]",
        "lost connection after DATA (450 bytes) from %s[192.0.2.7]",
        "timeout after END-OF-MESSAGE from %s[192.0.2.7]",
        "too many errors after RCPT from %s[192.0.2.7]",
        "SASL authentication failed; server %s[192.0.2.7] said: 535 5.7.8 Error",
        "SSL_accept error from %s[192.0.2.7]: -1",
        "<%s>: Helo command rejected: need fully-qualified hostname",
        "<%s>: Helo command rejected: Host not found",
        "<%s>: Helo command rejected: Access denied",
        "<%s>: Client host rejected: cannot find your hostname",
        "<%s>: Sender address rejected: Domain not found",
    };
    static const char *const hosts[] = {
        "mx1.example.org",          "mail.spamlist.example", "mailbox.full.example",
        "user-unknown.test",        "greylisted.example",    "spam.blocked.example",
        "unknown.user.test",        "rate-limit.example",    "mail.quota.exceeded.example",
        "denied.access.example",    "blacklist.example.org", "timeout.connection.example",
        "not-found.domain.example",
    };
    for (size_t t = 0; t < COUNT_OF(texts); t++) {
        for (size_t h = 0; h < COUNT_OF(hosts); h++) {
            char text[300];
            snprintf(text, sizeof text, texts[t], hosts[h]);
            struct classifier_input input = {.code = strchr(text, '<') != NULL ? 450 : 0,
                                             .enhanced = SPAN_EMPTY,
                                             .stage = STAGE_RCPT,
                                             .provider = SPAN_EMPTY,
                                             .text = span_cstr(text)};
            judge_both(judge, &input);
        }
    }
    tap_ok(judge->wrong == 0, "names of hosts that the log puts in: the same verdict for all");
}

int main(void)
{
    static struct verdict_cache cache;
    static struct knowledge knowledge;
    struct strbuf said;
    strbuf_init(&said, 100000);
    struct diagnostic to = tap_diagnostic(&said);
    struct knowledge_source source = {.built_in = true, .samples = true};
    TAP_MUST(knowledge_load(&knowledge, &source, &to));
    tap_span("", strbuf_span(&said), "the built-in files load without a word");
    struct judge judge = {knowledge.classifier, &cache, 0, 0, 0};
    test_random_texts(&judge);
    judge.wrong = 0;
    unsigned before = judge.judged;
    TAP_MUST(catalog_each(knowledge.catalog, "sample", vary_sample, &judge));
    tap_ok(judge.wrong == 0 && judge.judged > before + 500,
           "%u variants of the catalogue's samples: the same verdict", judge.judged - before);
    judge.wrong = 0;
    test_host_names(&judge);
    struct classifier_input input = {
        .code = 450,
        .enhanced = SPAN_EMPTY,
        .provider = SPAN_EMPTY,
        .text = SPAN_LITERAL("<a@x.example>: Greylisted, back in 300 s"),
        .stage = STAGE_RCPT};
    struct classifier_verdict verdict;
    uint64_t one = 0;
    uint64_t other = 0;
    verdict_cache_judge(&cache, knowledge.classifier, &input, &verdict, &one);
    tap_span("greylisting", verdict.class_name, "a greylisting reply is one");
    input.text = SPAN_LITERAL("<bob@z.example>: Greylisted, back in 300 s");
    verdict_cache_judge(&cache, knowledge.classifier, &input, &verdict, &other);
    tap_ok(one == other && one != 0, "replies that differ in the address only have one key");
    tap_ok(cache.count > 1000 && cache.capacity == VERDICT_CACHE_SLOTS,
           "it has grown as far as it may: %zu of %zu slots are taken", cache.count,
           cache.capacity);
    tap_ok(cache.verdict_count > 100 && cache.verdict_count < 2000, "%zu different verdicts",
           cache.verdict_count);
    verdict_cache_free(&cache);
    tap_number(0, (long long)cache.capacity, "emptied, it takes nothing");
    verdict_cache_judge(&cache, knowledge.classifier, &input, &verdict, &one);
    tap_ok(one == other && cache.count == 1, "and goes on");
    verdict_cache_free(&cache);
    knowledge_free(&knowledge);
    strbuf_free(&said);
    return tap_end();
}
