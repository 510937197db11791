/* The words of a diagnosis, and of a reply in an annotated dialogue. */
#include "report/dialogue_words.h"

#include <stdio.h>

#define WORDS_MOST 8192

/* `PLAIN LOGIN` as "PLAIN and LOGIN". */
static void add_list(const struct phrases *phrases, struct strbuf *out, struct span list)
{
    struct span word;
    struct span rest = list;
    struct strbuf joined;
    strbuf_init(&joined, WORDS_MOST);
    while (span_next_word(&rest, &word)) {
        bool last = span_trim(rest).n == 0;
        if (out->length == 0) {
            strbuf_add_span(out, word);
            continue;
        }
        strbuf_clear(&joined);
        PHRASE_ADD(phrases, &joined, last ? "list/last" : "list/join",
                   phrase_words("head", strbuf_span(out)), phrase_words("item", word));
        strbuf_clear(out);
        strbuf_add_span(out, strbuf_span(&joined));
    }
    strbuf_inherit(out, &joined);
    strbuf_free(&joined);
}

/* RCPT; the end of the message, as the language says it. */
static void add_stage(const struct phrases *phrases, struct strbuf *out, enum event_stage stage)
{
    const char *name = event_value_name(EVENT_STAGE, (int)stage);
    if (stage == STAGE_EOD || name == NULL) {
        strbuf_add_span(out,
                        phrase_text(phrases,
                                    name != NULL ? "diagnosis-stage/end" : "diagnosis-stage/other",
                                    PHRASE_MANY));
        return;
    }
    for (const char *c = name; *c != '\0'; c++) {
        strbuf_add_byte(out, *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c);
    }
}

static void add_sentence(const struct phrases *phrases, struct strbuf *out, const char *group,
                         enum diagnosis diagnosis, const struct dialogue *session,
                         const struct dialogue_diagnosis *d)
{
    static const struct dialogue_exchange none = {.stage = STAGE_NONE};
    const struct dialogue_exchange *x = d->about != NULL ? d->about : &none;
    char key[64];
    struct strbuf code, stage, mechanisms;
    strbuf_init(&code, WORDS_MOST);
    strbuf_init(&stage, WORDS_MOST);
    strbuf_init(&mechanisms, WORDS_MOST);
    strbuf_addf(&code, "%d%s%.*s", x->code, x->enhanced.n > 0 ? " " : "", SPAN_ARGS(x->enhanced));
    add_stage(phrases, &stage, x->stage);
    add_list(phrases, &mechanisms, session->auth_mechanisms);
    snprintf(key, sizeof key, "%s/%s", group, diagnosis_name(diagnosis));
    PHRASE_ADD(phrases, out, key, phrase_count("recipients", d->recipients),
               phrase_count("refused", d->refused), phrase_words("code", strbuf_span(&code)),
               phrase_words("stage", strbuf_span(&stage)),
               phrase_words("mechanisms", strbuf_span(&mechanisms)));
    strbuf_inherit(out, &code);
    strbuf_free(&code);
    strbuf_inherit(out, &stage);
    strbuf_free(&stage);
    strbuf_inherit(out, &mechanisms);
    strbuf_free(&mechanisms);
}

static bool has_fix(const struct phrases *phrases, enum diagnosis diagnosis)
{
    char key[64];
    snprintf(key, sizeof key, "diagnosis-fix/%s", diagnosis_name(diagnosis));
    return phrase_text(phrases, key, PHRASE_MANY).n > 0;
}

void dialogue_add_diagnosis(const struct phrases *phrases, struct strbuf *out,
                            const struct dialogue *session, const struct dialogue_diagnosis *d)
{
    struct strbuf what, more, both;
    strbuf_init(&what, WORDS_MOST);
    strbuf_init(&more, WORDS_MOST);
    strbuf_init(&both, WORDS_MOST);
    add_sentence(phrases, &what, "diagnosis", d->main, session, d);
    for (size_t i = 0; i < d->further_count; i++) {
        strbuf_clear(&more);
        strbuf_clear(&both);
        add_sentence(phrases, &more, "diagnosis", d->further[i], session, d);
        PHRASE_ADD(phrases, &both, "dialogue/further", phrase_words("what", strbuf_span(&what)),
                   phrase_words("further", strbuf_span(&more)));
        strbuf_clear(&what);
        strbuf_add_span(&what, strbuf_span(&both));
    }
    if (has_fix(phrases, d->main)) {
        strbuf_clear(&more);
        add_sentence(phrases, &more, "diagnosis-fix", d->main, session, d);
        PHRASE_ADD(phrases, out, "dialogue/with-fix", phrase_words("what", strbuf_span(&what)),
                   phrase_words("fix", strbuf_span(&more)));
    } else {
        strbuf_add_span(out, strbuf_span(&what));
    }
    strbuf_inherit(out, &what);
    strbuf_free(&what);
    strbuf_inherit(out, &more);
    strbuf_free(&more);
    strbuf_inherit(out, &both);
    strbuf_free(&both);
}

/* The session knows the extensions of the last answer to EHLO only. */
static bool is_last_hello(const struct dialogue *session, const struct dialogue_exchange *exchange)
{
    bool last = exchange->stage == STAGE_EHLO && exchange->code == 250;
    for (const struct dialogue_exchange *x = exchange + 1;
         last && x < session->exchanges + session->exchange_count; x++) {
        last = x->stage != STAGE_EHLO;
    }
    return last && session->extension_count > 0;
}

void dialogue_add_reply(const struct phrases *phrases, struct strbuf *out,
                        const struct dialogue *session, const struct dialogue_exchange *exchange)
{
    struct strbuf names;
    strbuf_addf(out, "%d ", exchange->code);
    if (exchange->enhanced.n > 0) {
        strbuf_add_span(out, exchange->enhanced);
        strbuf_add_byte(out, ' ');
    }
    if (!is_last_hello(session, exchange)) {
        strbuf_add_span(out, exchange->text);
        return;
    }
    strbuf_init(&names, WORDS_MOST);
    for (size_t i = 0; i < session->extension_count; i++) {
        struct span rest = session->extensions[i];
        struct span word = SPAN_EMPTY;
        (void)span_next_word(&rest, &word);
        strbuf_add_cstr(&names, i > 0 ? " " : "");
        strbuf_add_span(&names, word);
    }
    PHRASE_ADD(phrases, out, "dialogue/extensions", phrase_count("count", session->extension_count),
               phrase_words("names", strbuf_span(&names)));
    strbuf_inherit(out, &names);
    strbuf_free(&names);
}
