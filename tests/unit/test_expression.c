/* Tests of pattern/expression: what can be read off an expression; and that every built-in rule
 * recognizes what it matches and nothing else, with as many matches given up. */
#include "pattern/expression.h"

#include "lib/knowledge.h"
#include "logfmt/parser.h"
#include "logfmt/postfix.h"
#include "tap.h"

#define SUBJECT_MAXIMUM 4096
#define STRETCH         1500 /* times that a byte is repeated */

/* ---- reading --------------------------------------------------------------------------------- */

static void test_heads(void)
{
    static const struct {
        const char *regex, *head, *rest; /* rest: "" nothing, "$" its end, "more" */
    } cases[] = {
        {"removed$", "removed", "$"},
        {"removed", "removed", ""},
        {"a\\.b\\(", "a.b(", ""},
        {"removed .", "removed ", "more"},
        {"ab+", "ab", "more"},
        {"ab?", "a", "more"},
        {"ab*c", "a", "more"},
        {"ab{2}", "a", "more"},
        {"a|b", "", "more"},
        {"(?<text>removed)", "removed", "more"}, /* something to capture */
        {"(?:removed)$", "removed", "more"},
        {"(?:a|b)c", "", "more"},
        {"a(?:b)?", "a", "more"},
        {"[a]bc", "", "more"},
        {"\\d", "", "more"},
        {"a$b", "a", "more"},
        {"$", "", "more"},
        {"", "", "more"},
        {"abcdefghijklmnopqrstuvwxyz012345", "abcdefghijklmnopqrstuvwxyz012345", ""},
        {"abcdefghijklmnopqrstuvwxyz0123456", "abcdefghijklmnopqrstuvwxyz012345", "more"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct expression_head head;
        expression_read_head(span_cstr(cases[i].regex), &head);
        tap_span(cases[i].head, span_of(head.bytes, head.length), "head of %s", cases[i].regex);
        const char *rest = !head.whole ? "more" : head.ends ? "$" : "";
        tap_span(cases[i].rest, span_cstr(rest), "and what is behind it");
    }
}

static void test_sought(void)
{
    static const struct {
        const char *regex;
        int byte;
    } cases[] = {
        {"250 [^q]*+queued as", 'q'},
        {"(?<reply>2 [^q]*+queued as (?s:.*+))", 'q'},
        {"[^q]*+q", 'q'},
        {"[^q]*+qu?", 'q'},
        {"[^q]*+q+", 'q'},
        {"[^q]*+q?", -1},
        {"[^q]*+q*x", -1},
        {"[^q]*+q{0,2}x", -1},
        {"[^q]*+r", -1},
        {"[^qr]*+q", -1},
        {"[^q]++q", -1},
        {"(?:[^q]*+q)?x", -1},
        {"a|[^q]*+q", -1},
        {"(?:a|[^q]*+q)x", -1},
        {"(?![^q]*+q)x", -1},
        {"(?:a)[^q]*+q", 'q'},
        {"[^.]*+.", -1},
        {"[^q]*+", -1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        tap_number(cases[i].byte, expression_sought_byte(span_cstr(cases[i].regex)),
                   "what %s looks for", cases[i].regex);
    }
}

static void test_bare(void)
{
    static const struct {
        const char *regex, *bare; /* NULL: none is made */
    } cases[] = {
        {"from (?<peer>[^ ]++)\\[", "from (?:[^ ]++)\\["},
        {"a(?<b>c(?<d>e)f)g", "a(?:c(?:e)f)g"},
        {"a(?: (?<x>b))?+", "a"},
        {"a(?: (?<x>b))?+(?:, c=[^ ,]++)?+", "a"},
        {"a(?: (?<x>b))?+$", "a(?: (?:b))?+$"},
        {"a(?: (?<x>b))?+c?", "a"},
        {"id=<?+(?<id>[^>]*+)", "id="},
        {"id=(?<id>a?(?:b)?+)$", "id=(?:a?(?:b)?+)$"},
        {"id=(?<id>a?(?<in>b?)(?:c)?+)", "id="},
        {"id=(?<id>a?b)c?", "id=(?:a?b)"},
        {"id=(?<id>a?|b)", "id=(?:a?|b)"},
        {"id=(?<id>a{2})", "id=(?:a{2})"},
        {"id=(?<id>a?)+", "id=(?:a?)+"},
        {"id=(?<id>)", "id="},
        {"id=(?=a?)", "id=(?=a?)"},
        {"id=(?!a?)", "id=(?!a?)"},
        {"id=<?+[^>]*+", "id="},
        {"ab*", "a"},
        {"ab*?", "a"},
        {"a[*]", "a[*]"},
        {"a[]?]", "a[]?]"},
        {"a\\?", "a\\?"},
        {"a\\(?", "a"},
        {"ab+", "ab+"},
        {"ab{0,2}", "ab{0,2}"},
        {"ab{2}?", "ab{2}?"},
        {"a|b?", "a|b?"},
        {"a(?:x|y)?+", "a"},
        {"a(?<x>x|y)", "a(?:x|y)"},
        {"(?<=a)b", "(?<=a)b"},
        {"(?<!a)b(?=c)(?!d)(?>e)", "(?<!a)b(?=c)(?!d)(?>e)"},
        {"a(b)(?s:.*+)", "a(b)(?s:.*+)"},
        {"a(?:b){0,9}+(?:c)?+", "a(?:b){0,9}+(?:c)?+"},
        {"a(?:b)*+(?<x>c)?+", "a(?:b)*+(?:c)?+"},
        {"a(?:b)+c?", "a(?:b)+c?"},
        {"a?", ""},
        {"(?<x>a)\\1", NULL},
        {"(?<x>a)\\k<x>", NULL},
        {"(?<x>a)\\g1", NULL},
        {"(?<x>a)(?(<x>)b|c)", NULL},
        {"(?<x>a)(?&x)", NULL},
        {"(?i)a", NULL},
        {"(?|a|b)", NULL},
        {"(*COMMIT)a", NULL},
        {"a\\Kb", NULL},
        {"a\\Q(?\\E", NULL},
        {"[[:alpha:]]", NULL},
        {"a\\x41", NULL},
        {"a(?#b)", NULL},
    };
    struct strbuf bare;
    strbuf_init(&bare, 1000);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool made = expression_make_bare(span_cstr(cases[i].regex), &bare);
        tap_span(cases[i].bare != NULL ? cases[i].bare : "none",
                 made ? strbuf_span(&bare) : SPAN_LITERAL("none"), "%s without captures",
                 cases[i].regex);
    }
    strbuf_free(&bare);
}

/* ---- matching -------------------------------------------------------------------------------- */

static size_t field_of(struct span name)
{
    (void)name;
    return 0;
}

static void test_shortcuts(void)
{
    static const struct {
        const char *regex, *subject;
        bool matches;
    } cases[] = {
        {"removed$", "removed", true},
        {"removed$", "removed (canceled)", false},
        {"removed$", "remove", false},
        {"removed$", "removed\n", false},
        {"removed", "removed (canceled)", true},
        {"removed(?: \\((?<x>[^)]*+)\\))?+", "removed (canceled)", true},
        {"removed(?: \\((?<x>[^)]*+)\\))?+", "renewed", false},
        {"2[^q]*+queued as", "250 Ok: queued as 1", true},
        {"2[^q]*+queued as", "250 Ok: q", false},
        {"2[^q]*+queued as", "250 Ok", false},
        {"2[^q]*+queued as", "", false},
        {"(?<x>a)\\1", "aa", true},
        {"(?<x>a)\\1", "ab", false},
        {"(?i)ab", "AB", true},
    };
    struct pattern_engine *engine = NULL;
    TAP_MUST(pattern_engine_new(&engine));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct pattern *pattern = NULL;
        struct pattern_capture captures[PATTERN_CAPTURES];
        size_t count = 0;
        struct span subject = span_cstr(cases[i].subject);
        TAP_MUST(pattern_new(span_cstr(cases[i].regex), true, field_of, &pattern));
        for (int again = 0; again < 2; again++) {
            bool seen = pattern_recognizes(pattern, engine, subject);
            bool matched = pattern_match(pattern, engine, subject, captures, &count);
            tap_ok(seen == cases[i].matches && matched == seen, "%s: \"%s\", %s", cases[i].regex,
                   cases[i].subject, cases[i].matches ? "matches" : "does not match");
        }
        pattern_free(pattern);
    }
    pattern_engine_free(engine);
}

struct comparison {
    struct pattern_engine *full, *bare;
    unsigned long long tried, matched, given_up, different;
};

static void compare(struct comparison *c, const struct pattern_rule *rule, struct span subject)
{
    struct pattern_capture captures[PATTERN_CAPTURES];
    size_t count = 0;
    bool matched = pattern_match(rule->pattern, c->full, subject, captures, &count);
    bool seen = pattern_recognizes(rule->pattern, c->bare, subject);
    c->tried++;
    c->matched += matched;
    c->given_up = *pattern_engine_limits_hit(c->full);
    if (matched != seen || c->given_up != *pattern_engine_limits_hit(c->bare)) {
        c->different++;
        tap_show("differs", rule->name);
        tap_show("for", subject);
    }
}

/* The message of a sample with a byte left out, another in its place, repeated, and cut there. */
static void compare_variants(struct comparison *c, const struct pattern_rule *rule,
                             struct span message)
{
    static const char others[] = " >]),;:\"<[(1a\\";
    char text[SUBJECT_MAXIMUM + STRETCH];
    for (size_t i = 0; i < message.n && message.n < SUBJECT_MAXIMUM; i++) {
        compare(c, rule, span_of(message.p, i));
        memcpy(text, message.p, i);
        memcpy(text + i, message.p + i + 1, message.n - i - 1);
        compare(c, rule, span_of(text, message.n - 1));
        memcpy(text, message.p, message.n);
        text[i] = others[i % (sizeof others - 1)];
        compare(c, rule, span_of(text, message.n));
        memset(text + i, message.p[i], STRETCH);
        memcpy(text + i + STRETCH, message.p + i, message.n - i);
        compare(c, rule, span_of(text, message.n + STRETCH));
    }
}

static void compare_rules(struct comparison *c, struct pattern_set *set)
{
    size_t count = 0;
    const struct pattern_rule *const *rules = pattern_set_rules(set, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            for (size_t s = 0; s < rules[k]->sample_count; s++) {
                struct span message = rules[k]->samples[s].line;
                struct span id;
                (void)postfix_take_queue_id(&message, &id);
                compare(c, rules[i], message);
                if (k == i) {
                    compare_variants(c, rules[i], message);
                }
            }
        }
    }
}

/* Pairs of a byte and what it escapes, as many as a match may take steps, and some around that. */
static void compare_near_limit(struct comparison *c, struct pattern_set *set)
{
    char text[SUBJECT_MAXIMUM];
    size_t count = 0;
    const struct pattern_rule *const *rules = pattern_set_rules(set, &count);
    for (size_t pairs = 960; pairs < 1010; pairs++) {
        int head = snprintf(text, sizeof text, "from=<\"");
        for (size_t i = 0; i < pairs; i++) {
            memcpy(text + head + 2 * i, "\\a", 2);
        }
        size_t length = (size_t)head + 2 * pairs;
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "\"@x.example>, size=1, nrcpt=1 (queue active)");
        for (size_t i = 0; i < count; i++) {
            compare(c, rules[i], span_of(text, length));
        }
    }
}

static void test_rules(const struct knowledge *knowledge)
{
    struct pattern_set *sets[] = {knowledge->postfix, knowledge->exim, knowledge->greylister};
    struct comparison c = {.tried = 0};
    TAP_MUST(pattern_engine_new(&c.full));
    TAP_MUST(pattern_engine_new(&c.bare));
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        compare_rules(&c, sets[i]);
    }
    compare_near_limit(&c, knowledge->postfix);
    tap_ok(c.different == 0 && c.tried > 200000 && c.matched > 50000 && c.given_up > 10,
           "every rule recognizes what it matches: %llu tried, %llu matched, %llu given up",
           c.tried, c.matched, c.given_up);
    pattern_engine_free(c.full);
    pattern_engine_free(c.bare);
}

int main(void)
{
    static struct knowledge knowledge;
    const struct knowledge_source source = {.built_in = true, .samples = true};
    const struct diagnostic silent = {.function = NULL, .context = NULL};
    TAP_MUST(knowledge_load(&knowledge, &source, &silent));
    test_heads();
    test_sought();
    test_bare();
    test_shortcuts();
    test_rules(&knowledge);
    knowledge_free(&knowledge);
    return tap_end();
}
