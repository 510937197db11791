/* Keeps credentials out of everything that is shown. */
#include "logfmt/transcript_secret.h"

#include "base/hashmap.h"
#include "base/status.h"

#define SECRET_SEED     0x736d74706c6f67u
#define SECRET_PADDED   8  /* shortest word with padding taken for base64 */
#define SECRET_BARE     16 /* shortest word without */
#define SECRET_SHORTEST 3  /* shorter answers are not looked for again */

void secrets_add(struct secrets *secrets, struct span text)
{
    text = span_trim(text);
    if (text.n < SECRET_SHORTEST) {
        return;
    }
    size_t at = secrets->count % SECRETS_KEPT;
    secrets->kept[at].hash = hash_span(SECRET_SEED, text);
    secrets->kept[at].length = text.n;
    secrets->count++;
}

static bool is_remembered(const struct secrets *secrets, struct span word)
{
    if (secrets == NULL || secrets->count == 0) {
        return false;
    }
    size_t kept = secrets->count < SECRETS_KEPT ? secrets->count : SECRETS_KEPT;
    uint64_t hash = hash_span(SECRET_SEED, word);
    for (size_t i = 0; i < kept; i++) {
        if (secrets->kept[i].length == word.n && secrets->kept[i].hash == hash) {
            return true;
        }
    }
    return false;
}

static bool is_base64_byte(char c)
{
    return byte_is_alpha(c) || byte_is_digit(c) || c == '+' || c == '/' || c == '=';
}

bool secret_is_likely(struct span text)
{
    /* "Username:", "Password:", "User Name\0", "Password\0" as servers ask for them */
    static const char *const prompts[] = {"VXNlcm5hbWU6", "UGFzc3dvcmQ6",     "dXNlcm5hbWU6",
                                          "cGFzc3dvcmQ6", "VXNlciBOYW1lAA==", "UGFzc3dvcmQA",
                                          "VXNlcjo="};
    for (size_t i = 0; i < COUNT_OF(prompts); i++) {
        if (span_is(text, prompts[i])) {
            return false;
        }
    }
    bool upper = false;
    bool lower = false;
    for (size_t i = 0; i < text.n; i++) {
        if (!is_base64_byte(text.p[i])) {
            return false;
        }
        upper = upper || (text.p[i] >= 'A' && text.p[i] <= 'Z');
        lower = lower || (text.p[i] >= 'a' && text.p[i] <= 'z');
    }
    bool padded = text.n >= SECRET_PADDED && text.p[text.n - 1] == '=';
    return text.n % 4 == 0 && (padded || (text.n >= SECRET_BARE && upper && lower));
}

/* Bytes that words of a reply stand between, none of base64's own. */
static bool separates(char c)
{
    return byte_is_space(c) || memchr("<>\"'()[]{},;:\\", c, 14) != NULL;
}

void secret_add_hidden(struct strbuf *out, const struct secrets *secrets, struct span text,
                       bool guess)
{
    int behind_auth = 0; /* 1: a mechanism comes next, 2: its initial response */
    for (size_t at = 0; at < text.n;) {
        size_t end = at;
        while (end < text.n && !separates(text.p[end])) {
            end++;
        }
        if (end == at) {
            strbuf_add_byte(out, text.p[at++]);
            continue;
        }
        struct span word = span_of(text.p + at, end - at);
        bool response = behind_auth == 2 && word.n >= SECRET_SHORTEST && secret_is_likely(word);
        if (is_remembered(secrets, word) || response || (guess && secret_is_likely(word))) {
            strbuf_add_cstr(out, SECRET_HIDDEN);
        } else {
            strbuf_add_span(out, word);
        }
        bool names_auth = span_equal_nocase(word, SPAN_LITERAL("AUTH"));
        behind_auth = names_auth ? 1 : behind_auth == 1 ? 2 : 0;
        at = end;
    }
}
