/* Tests of filter/redact and of the hash under it. */
#include "filter/redact.h"

#include "filter/redact_part.h"

#include "tap.h"

/* The first outputs of the reference implementation: key 00..0f, input 00, 01, 02 ... */
static void test_siphash(void)
{
    static const uint64_t wanted[] = {0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a,
                                      0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
                                      0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462};
    struct siphash_key key;
    unsigned char input[COUNT_OF(wanted)];
    for (unsigned i = 0; i < SIPHASH_KEY; i++) {
        key.bytes[i] = (unsigned char)i;
    }
    for (size_t n = 0; n < COUNT_OF(wanted); n++) {
        input[n] = (unsigned char)n;
        tap_ok(siphash(&key, input, n) == wanted[n], "SipHash-2-4 of %zu bytes", n);
    }
    static const unsigned char fifteen[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    tap_ok(siphash(&key, fifteen, 15) == 0xa129ca6149be45e5, "the example of the paper");
    struct siphash_key a = redactor_key(SPAN_LITERAL("0123456789abcdef"));
    struct siphash_key b = redactor_key(SPAN_LITERAL("0123456789abcdeg"));
    tap_ok(memcmp(a.bytes, b.bytes, SIPHASH_KEY) != 0 && memcmp(a.bytes, a.bytes + 8, 8) != 0,
           "keys of files that differ in a byte");
}

/* Replaces the eight characters of each pseudonym by a star, so that forms can be compared. */
static void without_hash(struct span text, struct strbuf *out)
{
    static const char *const heads[] = {"user-", "host-",    "domain-", "ip4-",    "ip6-",
                                        "id-",   "subject-", "path-",   "service-"};
    while (text.n > 0) {
        size_t skip = 0;
        for (size_t h = 0; h < COUNT_OF(heads); h++) {
            struct span head = span_cstr(heads[h]);
            if (span_starts(text, head) && text.n >= head.n + 8 && byte_is_digit(text.p[head.n])) {
                strbuf_add_span(out, head);
                strbuf_add_byte(out, '*');
                skip = head.n + 8;
            }
        }
        if (skip == 0) {
            strbuf_add_byte(out, text.p[0]);
            skip = 1;
        }
        text = span_from(text, skip);
    }
}

struct text_case {
    const char *text, *wanted;
};

static void check(struct redactor *redactor, const char *what,
                  void (*redact)(struct redactor *, struct span, struct strbuf *),
                  const struct text_case *cases, size_t count)
{
    struct strbuf out, form;
    strbuf_init(&out, 100000);
    strbuf_init(&form, 100000);
    for (size_t i = 0; i < count; i++) {
        strbuf_clear(&out);
        strbuf_clear(&form);
        redact(redactor, span_cstr(cases[i].text), &out);
        without_hash(strbuf_span(&out), &form);
        tap_span(cases[i].wanted, strbuf_span(&form), "%s: %s", what, cases[i].text);
    }
    strbuf_free(&out);
    strbuf_free(&form);
}

static void test_things(struct redactor *redactor, struct redactor *keeping)
{
    static const struct text_case names[] = {
        {"example.org", "domain-*.example"},
        {"example.org.", "domain-*.example"},
        {"mx1.example.org", "host-*.example"},
        {"mx1", "host-*"},
        {"localhost", "host-loopback"},
        {"unknown", "unknown"},
        {"192.0.2.1", "ip4-*"},
        {"127.0.0.1", "ip4-loopback"},
        {"::1", "ip6-loopback"},
        {"2001:db8::1", "ip6-*"},
        {"", ""},
    };
    static const struct text_case kept_names[] = {
        {"example.org", "example.org"},
        {"mx1.example.org", "host-*.example.org"},
        {"4.3.2.1.zen.example.org", "host-*.example.org"},
        {"mx.example.co.uk", "host-*.example.co.uk"},
        {"mx1.ab.de", "host-*.ab.de"},
        {"mx1", "host-*"},
        {"192.0.2.1", "ip4-*"},
    };
    static const struct text_case addresses[] = {
        {"ann@example.org", "user-*@domain-*.example"},
        {"ann", "user-*"},
        {"a@b@example.org", "user-*@domain-*.example"},
        {"@example.org", "@domain-*.example"},
        {"ann@[192.0.2.1]", "user-*@ip4-*"},
        {"", ""},
    };
    static const struct text_case kept_addresses[] = {
        {"ann@lists.example.org", "user-*@lists.example.org"},
        {"ann@192.0.2.1", "user-*@ip4-*"},
    };
    static const struct text_case paths[] = {
        {"-", "-"},
        {"mail.log", "mail.log"},
        {"/var/log/mail.log.2.gz", "/var/log/mail.log.2.gz"},
        {"/var/log/mail.log-20261122", "/var/log/mail.log-20261122"},
        {"mx1.example.org/mail.log", "path-*/mail.log"},
        {"mail.log.mx1", "path-*"},
        {"/home/ann/x", "/home/path-*/path-*"},
    };
    check(redactor, "name", redact_name, names, COUNT_OF(names));
    check(keeping, "name, domains kept", redact_name, kept_names, COUNT_OF(kept_names));
    check(redactor, "address", redact_address, addresses, COUNT_OF(addresses));
    check(keeping, "address, domains kept", redact_address, kept_addresses,
          COUNT_OF(kept_addresses));
    check(redactor, "path", redact_path, paths, COUNT_OF(paths));
}

static void test_texts(struct redactor *redactor)
{
    static const struct text_case cases[] = {
        {"User unknown in virtual mailbox table", "User unknown in virtual mailbox table"},
        {"4.7.1 (0.1/0/0.5/0.4) 06:00:02 2026-11-22 TLSv1.3 main.cf 50 %",
         "4.7.1 (0.1/0/0.5/0.4) 06:00:02 2026-11-22 TLSv1.3 main.cf 50 %"},
        {"TLS_AES_256_GCM_SHA384 ECDHE-RSA-AES256-GCM-SHA384",
         "TLS_AES_256_GCM_SHA384 ECDHE-RSA-AES256-GCM-SHA384"},
        {"<ann@example.org>: Greylisted", "<user-*@domain-*.example>: Greylisted"},
        {"<ann>: gone; <DATA>: rejected; <>", "<user-*>: gone; <DATA>: rejected; <>"},
        {"host mx.example.org[192.0.2.1]:25 said:", "host host-*.example[ip4-*]:25 said:"},
        {"relay=mx.example.org:25.", "relay=host-*.example:25."},
        {"smtp:mx.example.org:25", "smtp:host-*.example:25"},
        {"[IPv6:2001:db8::17], 2001:db8::", "[ip6-*], ip6-*"},
        {"in 192.0.2.0/24 and 192-0-2-1", "in ip4-*/24 and ip4-*"},
        {"https://example.org", "https://domain-*.example"},
        {"https://ann:secret@example.org/", "https://domain-*.example/"},
        {"<EHLO>: rejected", "<EHLO>: rejected"},
        {"ann's 'bob' can't", "ann's 'user-*' can't"},
        {"(see http://www.example.org/x?a=b&c=d)", "(see http://host-*.example/masked)"},
        {"http://192.0.2.1:8080/ok", "http://ip4-*/masked"},
        {"www.example.org/unblock/1", "host-*.example/masked"},
        {"mailto:ann@example.org.", "mailto:user-*@domain-*.example."},
        {"to=ann@example.org, user=ann", "to=user-*@domain-*.example, user=user-*"},
        {"b-ann=example.org@example.net", "user-*@domain-*.example"},
        {"A=login:ann U=ann", "A=login:user-* U=user-*"},
        {"queued as 4bXkQ52hP0z9Z", "queued as id-*"},
        {"postgrey[124]: 7D7AA1D7: action=pass", "postgrey[124]: id-*: action=pass"},
        {"1 => ann <ann@example.org> R=x", "1 => user-* <user-*@domain-*.example> R=x"},
        {"1 => :blackhole: and => /dev/null", "1 => :blackhole: and => /dev/null"},
        {"id 1vMPaa-000001-AB, 0123456789", "id id-*, id-*"},
        {"\"ann b\"@example.org", "user-*@domain-*.example"},
        {"user \"ann\" and 'ann' don't know", "user \"user-*\" and 'user-*' don't know"},
        {"rejected: Subject: Dear Ann", "rejected: Subject: subject-*"},
        {"reject: header From: Ann from mx.example.org[192.0.2.1]; from=<a@b.example>",
         "reject: header From: subject-* from host-*.example[ip4-*]; "
         "from=<user-*@domain-*.example>"},
        {"F From: Ann B. <ann@example.org>", "F From: subject-*"},
        {"it came from: somebody", "it came from: somebody"},
        {"<= x T=\"Dear Ann\" for", "<= user-* T=\"subject-*\" for"},
        {"/var/spool/postfix/private/x: no", "/var/spool/postfix/private/path-*: no"},
        {"@", "@"},
        {"@@", "user-*@"},
        {"a@:b@:c@", "user-*@:user-*@:user-*@"},
        {"://", "://"},
        {"=", "="},
        {"<\"'", "<\"'"},
        {"...", "..."},
        {"", ""},
    };
    check(redactor, "text", redact_text, cases, COUNT_OF(cases));
    struct strbuf text, out;
    strbuf_init(&text, 1 << 20);
    strbuf_init(&out, 1 << 24);
    static const char *const pieces[] = {"a@:", "header ", "<", "a=", "/", "://", "body ", "a.b:"};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        strbuf_clear(&text);
        strbuf_clear(&out);
        strbuf_add_repeat(&text, pieces[i], 20000);
        redact_text(redactor, strbuf_span(&text), &out);
        tap_ok(strbuf_status(&out) == SMTPLOG_OK, "20,000 times \"%s\" end", pieces[i]);
    }
    strbuf_free(&text);
    strbuf_free(&out);
}

static void test_event(struct redactor *redactor)
{
    struct event event = {.repeat = 1, .domain = SPAN_LITERAL("z.example")};
    event_set_text(&event, EVENT_HOST, SPAN_LITERAL("relay7"));
    event_set_text(&event, EVENT_QUEUE_ID, SPAN_LITERAL("4AB"));
    event_set_text(&event, EVENT_DAEMON, SPAN_LITERAL("mail-filter1-smtp"));
    event_set_text(&event, EVENT_SENDER, SPAN_EMPTY);
    event_set_text(&event, EVENT_RECIPIENT, SPAN_LITERAL("walther+x@z.example"));
    event_set_text(&event, EVENT_SASL_USER, SPAN_LITERAL("ilse"));
    event_set_text(&event, EVENT_TEXT, SPAN_LITERAL("Walther at relay7 is 4AB, not ilse"));
    TAP_MUST(redact_event(redactor, &event));
    struct strbuf form;
    strbuf_init(&form, 4096);
    without_hash(event_text(&event, EVENT_TEXT), &form);
    tap_span("user-* at host-* is id-*, not user-*", strbuf_span(&form),
             "names of the event are found in its text");
    tap_ok(event_has(&event, EVENT_SENDER) && event_text(&event, EVENT_SENDER).n == 0,
           "the empty sender stays");
    tap_span("mail-filter1-smtp", event_text(&event, EVENT_DAEMON), "a daemon stays");
    struct span recipient = event_text(&event, EVENT_RECIPIENT);
    size_t at = span_find(recipient, SPAN_LITERAL("@"));
    tap_ok(at != SIZE_MAX && span_equal(span_from(recipient, at + 1), event.domain),
           "the domain is that of the recipient");
    strbuf_clear(&form);
    struct event next = {.repeat = 1, .domain = SPAN_EMPTY};
    event_set_text(&next, EVENT_TEXT, SPAN_LITERAL("relay7 and ilse again, 4AB no more"));
    TAP_MUST(redact_event(redactor, &next));
    without_hash(event_text(&next, EVENT_TEXT), &form);
    tap_span("host-* and user-* again, 4AB no more", strbuf_span(&form),
             "hosts and users are found later, too");
    strbuf_free(&form);
}

int main(void)
{
    struct redactor *redactor = NULL;
    struct redactor *keeping = NULL;
    struct siphash_key key = redactor_key(SPAN_LITERAL("0123456789abcdef"));
    test_siphash();
    TAP_MUST(redactor_new(&key, false, &redactor));
    TAP_MUST(redactor_new(&key, true, &keeping));
    test_things(redactor, keeping);
    test_texts(redactor);
    test_event(redactor);
    redactor_free(redactor);
    redactor_free(keeping);
    redactor_free(NULL);
    return tap_end();
}
