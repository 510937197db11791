/* Free text, word by word: what looks like a name, an address, an id, a path or a URL is replaced.
 * Trust: replies of remote servers, lines of any program. Every step takes something off the
 * front; words are split at most once a character. */
#include "base/ip_address.h"
#include "filter/redact_part.h"

#define ENCLOSED_MAXIMUM 300 /* bytes between quotes or angle brackets that are looked at */
#define ID_MINIMUM       10
#define HEX_MINIMUM      6    /* of a queue id in upper case */
#define WORD_MAXIMUM     1024 /* longer ones are ids */
#define WRITTEN_LINE     6    /* bytes before a header in a dump of one: blanks, a letter */
#define WRITTEN_MAXIMUM  2048 /* bytes of a written text in which its end is looked for */

static void redact_word(struct redactor *redactor, struct span word, struct strbuf *out);

/* ---- looks ----------------------------------------------------------------------------------- */

static bool is_edge(char c)
{
    return (unsigned char)c <= ' ' || memchr("()[]<>\"'`,;|{}", c, 14) != NULL;
}

static bool is_name_byte(char c)
{
    return byte_is_alpha(c) || byte_is_digit(c) || c == '-' || c == '_' || (c & 0x80) != 0;
}

static bool is_one_of(struct span word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_equal_nocase(word, span_cstr(words[i]))) {
            return true;
        }
    }
    return false;
}

bool redact_is_name(struct span text)
{
    static const char *const files[] = {"log",  "conf", "db",  "sock", "gz",  "txt",
                                        "html", "htm",  "php", "asp",  "lmdb"};
    size_t label = 0;
    size_t labels = 0;
    struct span last = SPAN_EMPTY;
    for (size_t i = 0; i <= text.n; i++) {
        if (i == text.n || text.p[i] == '.') {
            last = span_of(text.p + label, i - label);
            if (last.n == 0) {
                return false;
            }
            labels++;
            label = i + 1;
        } else if (!is_name_byte(text.p[i])) {
            return false;
        }
    }
    bool letters = last.n >= 2;
    for (size_t i = 0; i < last.n && letters; i++) {
        letters = byte_is_alpha(last.p[i]) || (last.p[i] & 0x80) != 0 ||
                  (last.n > 4 && span_equal_nocase(span_of(last.p, 4), SPAN_LITERAL("xn--")));
    }
    bool is_file = labels == 2 && is_one_of(last, files, COUNT_OF(files));
    static const char *const own[] = {"main.cf", "master.cf"};
    return labels >= 2 && letters && !is_file && !is_one_of(text, own, COUNT_OF(own));
}

bool redact_is_common(struct span word)
{
    static const char *const words[] = {
        "user",     "users",   "mail",     "mailbox", "host",       "unknown",   "recipient",
        "sender",   "address", "from",     "to",      "postmaster", "root",      "abuse",
        "daemon",   "local",   "domain",   "server",  "spam",       "localhost", "mailer-daemon",
        "message",  "error",   "rejected", "reject",  "ok",         "test",      "account",
        "no",       "not",     "for",      "the",     "and",        "in",        "of",
        "client",   "access",  "denied",   "mx",      "smtp",       "relay",     "policy",
        "greylist", "bounce",  "blocked",  "admin",   "info",       "service",   "list",
        "quota",    "full",    "nobody",   "noreply", "null",       "virtual",   "data"};
    return is_one_of(word, words, COUNT_OF(words));
}

/* Commands stand in angle brackets too: `<DATA>: Data command rejected`. */
static bool is_verb(struct span word)
{
    static const char *const verbs[] = {
        "CONNECT",  "HELO",    "EHLO",           "LHLO",       "MAIL", "RCPT",
        "DATA",     "BDAT",    "VRFY",           "EXPN",       "ETRN", "AUTH",
        "RSET",     "NOOP",    "QUIT",           "STARTTLS",   "HELP", "XCLIENT",
        "XFORWARD", "UNKNOWN", "END-OF-MESSAGE", "END-OF-DATA"};
    return is_one_of(word, verbs, COUNT_OF(verbs));
}

/* Names of ciphers and the like mix letters and digits as ids do. */
static bool is_technical(struct span word)
{
    static const char *const parts[] = {"AES", "SHA",   "CHACHA", "POLY1305",
                                        "RSA", "ECDSA", "UTF8",   "utf-8"};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (span_find(word, span_cstr(parts[i])) != SIZE_MAX && word.n < 40) {
            return true;
        }
    }
    return false;
}

static bool is_id(struct span word)
{
    size_t digits = 0;
    size_t letters = 0;
    size_t hex = 0; /* upper case, as Postfix writes its short queue ids */
    for (size_t i = 0; i < word.n; i++) {
        digits += byte_is_digit(word.p[i]);
        letters += byte_is_alpha(word.p[i]);
        hex += word.p[i] >= 'A' && word.p[i] <= 'F';
    }
    if (word.n > WORD_MAXIMUM) {
        return true;
    }
    if (word.n >= HEX_MINIMUM && hex > 0 && digits > 1 && hex + digits == word.n) {
        return true;
    }
    if (letters == 0) {
        return digits >= ID_MINIMUM && digits == word.n;
    }
    return word.n >= ID_MINIMUM && digits > 0 && !is_technical(word);
}

/* 192-0-2-1 */
static bool is_dashed_ip(struct span word)
{
    size_t groups = 1;
    size_t digits = 0;
    for (size_t i = 0; i < word.n; i++) {
        bool dash = word.p[i] == '-' || word.p[i] == '_';
        if ((!dash && !byte_is_digit(word.p[i])) || (dash && digits == 0) || digits > 3) {
            return false;
        }
        groups += dash;
        digits = dash ? 0 : digits + 1;
    }
    return groups == 4 && digits > 0 && digits <= 3;
}

/* What stands before `=` and says that a name follows. */
static bool is_identity_key(struct span key)
{
    static const char *const keys[] = {"user", "login", "name",   "sasl_username", "ruser",
                                       "u",    "a",     "sender", "recipient",     "rcpt",
                                       "from", "to",    "helo",   "sasl_sender",   "username"};
    return is_one_of(key, keys, COUNT_OF(keys));
}

/* ---- words ----------------------------------------------------------------------------------- */

/* What is known or looks like something by itself; false when it is just a word. */
static bool add_simple(struct redactor *redactor, struct span word, struct strbuf *out)
{
    enum redact_kind known = word.n > 1 ? redact_known(redactor, word) : REDACT_NONE;
    if (redact_is_name(word) || span_equal_nocase(word, SPAN_LITERAL("localhost")) ||
        known == REDACT_HOST) {
        redact_name(redactor, word, out);
    } else if (known != REDACT_NONE) {
        redact_add_pseudonym(redactor, known, word, false, out);
    } else if (is_dashed_ip(word)) {
        redact_add_pseudonym(redactor, REDACT_IP4, word, false, out);
    } else if (is_id(word)) {
        redact_id(redactor, word, out);
    } else {
        return false;
    }
    return true;
}

/* Behind `user=`: a name, whatever it looks like. */
static void add_identity(struct redactor *redactor, struct span value, struct strbuf *out)
{
    size_t colon = span_find(value, SPAN_LITERAL(":")); /* Exim's A=login:ann */
    if (colon != SIZE_MAX && !redact_add_ip(redactor, value, out)) {
        strbuf_add(out, value.p, colon + 1);
        value = span_from(value, colon + 1);
    } else if (colon != SIZE_MAX) {
        return;
    }
    if (value.n > 0 && !redact_is_common(value) && !redact_add_ip(redactor, value, out) &&
        !add_simple(redactor, value, out)) {
        redact_user(redactor, value, out);
    } else if (redact_is_common(value)) {
        strbuf_add_span(out, value);
    }
}

/* `https://ann:secret@host/path?query`: the host's pseudonym, and that there was more. */
static void add_url(struct redactor *redactor, struct span url, size_t scheme, struct strbuf *out)
{
    size_t begin = scheme;
    while (begin > 0 && byte_is_alpha(url.p[begin - 1])) {
        begin--;
    }
    redact_word(redactor, span_of(url.p, begin), out);
    strbuf_add(out, url.p + begin, scheme + 3 - begin);
    struct span rest = span_from(url, scheme + 3);
    size_t end = 0;
    size_t host = 0;
    while (end < rest.n && memchr("/?#", rest.p[end], 3) == NULL) {
        host = rest.p[end] == '@' ? end + 1 : host;
        end++;
    }
    struct span name = span_of(rest.p + host, end - host);
    size_t colon = span_find(name, SPAN_LITERAL(":"));
    if (!redact_add_ip(redactor, name, out)) {
        redact_name(redactor, span_of(name.p, colon == SIZE_MAX ? name.n : colon), out);
    }
    if (end + 1 < rest.n) {
        strbuf_add_cstr(out, "/masked");
    } else {
        strbuf_add_span(out, span_from(rest, end));
    }
}

/* at: place of the last @. What stands before a colon or an identity's key is no part of it. */
static void add_mail_address(struct redactor *redactor, struct span word, size_t at,
                             struct strbuf *out)
{
    size_t begin = 0;
    for (size_t i = 0; i < at; i++) {
        bool key = word.p[i] == '=' && is_identity_key(span_of(word.p + begin, i - begin));
        begin = word.p[i] == ':' || key ? i + 1 : begin;
    }
    size_t end = at + 1;
    while (end < word.n && (is_name_byte(word.p[end]) || word.p[end] == '.')) {
        end++;
    }
    if (begin > 0 && word.p[begin - 1] == '=') {
        strbuf_add(out, word.p, begin);
    } else {
        redact_word(redactor, span_of(word.p, begin), out);
    }
    redact_address(redactor, span_of(word.p + begin, end - begin), out);
    redact_word(redactor, span_from(word, end), out);
}

/* Splits at every separator; the parts are words of their own. */
static void add_split(struct redactor *redactor, struct span word, char separator,
                      struct strbuf *out)
{
    struct span piece;
    for (bool first = true; span_next_piece(&word, separator, &piece); first = false) {
        if (!first) {
            strbuf_add_byte(out, separator);
        }
        redact_word(redactor, piece, out);
    }
}

static void add_with_slash(struct redactor *redactor, struct span word, struct strbuf *out)
{
    size_t slash = span_find(word, SPAN_LITERAL("/"));
    bool is_page = slash > 0 && slash + 1 < word.n && redact_is_name(span_of(word.p, slash));
    if (slash == 0 || (slash == 1 && (word.p[0] == '.' || word.p[0] == '~'))) {
        redact_path(redactor, word, out);
    } else if (is_page) {
        redact_name(redactor, span_of(word.p, slash), out);
        strbuf_add_cstr(out, "/masked");
    } else {
        add_split(redactor, word, '/', out);
    }
}

static bool is_key(struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (!byte_is_alpha(text.p[i]) && text.p[i] != '_' && text.p[i] != '-') {
            return false;
        }
    }
    return text.n > 0;
}

/* A word without what ends a sentence. */
static void add_core(struct redactor *redactor, struct span word, struct strbuf *out)
{
    size_t scheme = span_find(word, SPAN_LITERAL("://"));
    size_t equals = span_find(word, SPAN_LITERAL("="));
    size_t at = word.n;
    while (at > 0 && word.p[at - 1] != '@') {
        at--;
    }
    if (scheme != SIZE_MAX) {
        add_url(redactor, word, scheme, out);
    } else if (redact_add_ip(redactor, word, out)) {
        return;
    } else if (at > 0) {
        add_mail_address(redactor, word, at - 1, out);
    } else if (equals != SIZE_MAX && is_key(span_of(word.p, equals))) {
        struct span value = span_from(word, equals + 1);
        strbuf_add(out, word.p, equals + 1);
        if (is_identity_key(span_of(word.p, equals))) {
            add_identity(redactor, value, out);
        } else {
            redact_word(redactor, value, out);
        }
    } else if (memchr(word.p, ':', word.n) != NULL) {
        add_split(redactor, word, ':', out);
    } else if (memchr(word.p, '/', word.n) != NULL) {
        add_with_slash(redactor, word, out);
    } else if (!add_simple(redactor, word, out)) {
        strbuf_add_span(out, word);
    }
}

static void redact_word(struct redactor *redactor, struct span word, struct strbuf *out)
{
    size_t n = word.n;
    while (n > 0 && memchr(".:!?*", word.p[n - 1], 5) != NULL) {
        n--;
    }
    if (n == 0 || n > WORD_MAXIMUM) {
        strbuf_add_span(out, n == 0 ? word : SPAN_EMPTY);
        redact_id(redactor, n == 0 ? SPAN_EMPTY : word, out);
        return;
    }
    /* `2001:db8::` ends with what else ends a sentence */
    if (!redact_add_ip(redactor, word, out)) {
        add_core(redactor, span_of(word.p, n), out);
        strbuf_add_span(out, span_from(word, n));
    }
}

/* ---- what quotes and brackets enclose -------------------------------------------------------- */

/* Length of what stands between text[0] and the closing byte; SIZE_MAX when that is not near. */
static size_t enclosed(struct span text, char closing)
{
    size_t end = 1;
    while (end < text.n && end <= ENCLOSED_MAXIMUM && text.p[end] != closing) {
        end++;
    }
    return end < text.n && text.p[end] == closing ? end - 1 : SIZE_MAX;
}

/* A single word in brackets or quotes is a name when it is nothing else. */
static void add_enclosed(struct redactor *redactor, struct span word, struct strbuf *out)
{
    size_t before = out->length;
    if (word.n == 0 || is_verb(word)) {
        strbuf_add_span(out, word);
        return;
    }
    redact_word(redactor, word, out);
    bool same = out->length - before == word.n && memcmp(out->bytes + before, word.p, word.n) == 0;
    if (same && !redact_is_common(word)) {
        out->length = before;
        redact_user(redactor, word, out);
    }
}

static bool is_single_word(struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (is_edge(text.p[i])) {
            return false;
        }
    }
    return true;
}

/* Takes `<word>`, `"word"` or `'word'` at the front of text. Returns how much, 0 when it is none.
 */
static size_t add_quoted(struct redactor *redactor, struct span text, char before,
                         struct strbuf *out)
{
    char open = text.p[0];
    size_t n = enclosed(text, open == '<' ? '>' : open);
    if (n == SIZE_MAX || (open == '\'' && (byte_is_alpha(before) || byte_is_digit(before)))) {
        return 0;
    }
    struct span inside = span_of(text.p + 1, n);
    bool is_local_part = open == '"' && n + 2 < text.n && text.p[n + 2] == '@';
    if (is_local_part) {
        redact_user(redactor, inside, out);
        return n + 2;
    }
    if (!is_single_word(inside)) {
        return 0;
    }
    strbuf_add_byte(out, open);
    add_enclosed(redactor, inside, out);
    strbuf_add_byte(out, text.p[n + 1]);
    return n + 2;
}

/* ---- what people wrote ----------------------------------------------------------------------- */

/* Where the text of a header or a body line ends: before ` from host[ip]; from=<`. */
static size_t written_end(struct span text)
{
    size_t near = text.n < WRITTEN_MAXIMUM ? text.n : WRITTEN_MAXIMUM;
    size_t end = span_find(span_of(text.p, near), SPAN_LITERAL("; from=<"));
    if (end == SIZE_MAX) {
        return text.n;
    }
    for (size_t i = end; i > 0; i--) {
        if (span_starts(span_from(text, i - 1), SPAN_LITERAL(" from "))) {
            return i - 1;
        }
    }
    return end;
}

/* Length of the words that say that text of a message follows: `Subject: `, `header From: `,
 * `body `, at the beginning of a line `From: `; 0 for none. */
static size_t written_begin(struct span text, char before, size_t at)
{
    static const char *const lines[] = {
        "from: ", "to: ", "cc: ", "bcc: ", "reply-to: ", "sender: "};
    for (size_t i = 0; at < WRITTEN_LINE && i < COUNT_OF(lines); i++) {
        struct span head = span_cstr(lines[i]);
        if (text.n > head.n && span_equal_nocase(span_of(text.p, head.n), head)) {
            return head.n;
        }
    }
    static const char *const heads[] = {"subject: ", "body "};
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        struct span head = span_cstr(heads[i]);
        if (text.n > head.n && span_equal_nocase(span_of(text.p, head.n), head) &&
            (i == 0 || before == ' ') && (i == 0 || written_end(text) < text.n)) {
            return head.n;
        }
    }
    if (!span_starts(text, SPAN_LITERAL("header "))) {
        return 0;
    }
    size_t colon = span_find(span_of(text.p, text.n < 80 ? text.n : 80), SPAN_LITERAL(": "));
    return colon != SIZE_MAX ? colon + 2 : 0;
}

/* Takes text of a message at the front. Returns how much, 0 when it is none. */
static size_t add_written(struct redactor *redactor, struct span text, char before, size_t at,
                          struct strbuf *out)
{
    if (span_starts(text, SPAN_LITERAL("T=\"")) && before == ' ') { /* Exim's subject */
        size_t n = enclosed(span_from(text, 2), '"');
        size_t end = n == SIZE_MAX ? text.n : n + 4;
        strbuf_add_cstr(out, "T=\"");
        redact_add_pseudonym(redactor, REDACT_SUBJECT, span_of(text.p, end), false, out);
        strbuf_add_byte(out, '"');
        return end;
    }
    size_t head = written_begin(text, before, at);
    if (head == 0) {
        return 0;
    }
    struct span rest = span_from(text, head);
    size_t end = written_end(rest);
    strbuf_add(out, text.p, head);
    redact_add_pseudonym(redactor, REDACT_SUBJECT, span_of(rest.p, end), false, out);
    return head + end;
}

/* Exim's marks of what was done with an address, which may be a bare name: `=> ann <a@b.example>`.
 * Returns how much was taken, 0 when there is none. */
static size_t add_marked(struct redactor *redactor, struct span text, struct strbuf *out)
{
    static const char *const marks[] = {"=> ", "-> ", ">> ", "** ", "== ", "*> ", "<= "};
    bool marked = false;
    for (size_t i = 0; i < COUNT_OF(marks) && !marked; i++) {
        marked = span_starts(text, span_cstr(marks[i]));
    }
    size_t end = 3;
    while (marked && end < text.n && !is_edge(text.p[end])) {
        end++;
    }
    struct span name = span_of(text.p + 3, marked ? end - 3 : 0);
    if (name.n == 0 || memchr(":/|@", name.p[0], 4) != NULL) {
        return 0;
    }
    strbuf_add(out, text.p, 3);
    if (memchr(name.p, '@', name.n) != NULL) {
        redact_word(redactor, name, out);
    } else {
        add_identity(redactor, name, out);
    }
    return end;
}

/* ---- text ------------------------------------------------------------------------------------ */

void redact_text(struct redactor *redactor, struct span text, struct strbuf *out)
{
    size_t i = 0;
    while (i < text.n) {
        struct span rest = span_from(text, i);
        char before = i > 0 ? text.p[i - 1] : ' ';
        size_t taken = is_edge(before) ? add_written(redactor, rest, before, i, out) : 0;
        if (taken == 0 && before == ' ') {
            taken = add_marked(redactor, rest, out);
        }
        if (taken == 0 && memchr("<\"'", rest.p[0], 3) != NULL) {
            taken = add_quoted(redactor, rest, before, out);
        }
        if (taken == 0 && is_edge(rest.p[0])) {
            strbuf_add_byte(out, rest.p[0]);
            taken = 1;
        }
        if (taken == 0) {
            while (taken < rest.n && !is_edge(rest.p[taken])) {
                taken++;
            }
            redact_word(redactor, span_of(rest.p, taken), out);
        }
        i += taken;
    }
}

/* ---- paths ----------------------------------------------------------------------------------- */

static bool is_log_name(struct span name)
{
    static const char *const heads[] = {"mail.log", "mail.err",   "mail.info", "mail.warn",
                                        "maillog",  "mainlog",    "main.log",  "rejectlog",
                                        "paniclog", "reject.log", "journal",   "syslog"};
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        struct span head = span_cstr(heads[i]);
        if (!span_starts(name, head)) {
            continue;
        }
        struct span rest = span_from(name, head.n); /* .1, .2.gz, -20261122 */
        for (size_t k = 0; k < rest.n; k++) {
            if (!byte_is_digit(rest.p[k]) && memchr(".-gzxst", rest.p[k], 7) == NULL) {
                return false;
            }
        }
        return true;
    }
    return false;
}

void redact_path(struct redactor *redactor, struct span path, struct strbuf *out)
{
    static const char *const usual[] = {
        "",      ".",     "..",      "~",       "var",       "log",      "etc",     "usr",
        "lib",   "sbin",  "bin",     "spool",   "postfix",   "exim4",    "exim",    "mail",
        "home",  "run",   "dev",     "tmp",     "private",   "public",   "opt",     "srv",
        "local", "share", "libexec", "main.cf", "master.cf", "sendmail", "journal", "null"};
    struct span piece;
    if (span_is(path, "-") || is_log_name(path)) {
        strbuf_add_span(out, path);
        return;
    }
    for (const char *gap = ""; span_next_piece(&path, '/', &piece); gap = "/") {
        strbuf_add_cstr(out, gap);
        if (is_log_name(piece) || is_one_of(piece, usual, COUNT_OF(usual))) {
            strbuf_add_span(out, piece);
        } else {
            redact_add_pseudonym(redactor, REDACT_PATH, piece, false, out);
        }
    }
}
