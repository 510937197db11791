/* The story of a message or session in sentences, and what to do when it ended badly. */
#include "report/trace_report.h"

#define TOLD_RECIPIENTS 10 /* each with a sentence of its own; of the others the number */
#define FIXES           3

static struct span at(struct trace_builder *b, const struct trail_line *line)
{
    return line != NULL ? trace_time(b, line) : SPAN_EMPTY;
}

static struct span said(struct trace_builder *b, const struct trail_line *line)
{
    return line != NULL ? trace_reply(b, &line->event) : SPAN_EMPTY;
}

/* ---- recipients ------------------------------------------------------------------------------ */

static void say_greylisted(struct trace_builder *b, const struct trail_recipient *r,
                           struct phrase_value recipient)
{
    struct report_builder *w = &b->words;
    struct phrase_value first = phrase_words("first", at(b, r->greylisting));
    struct phrase_value host = phrase_words("host", trace_peer(b, &r->greylisting->event));
    struct phrase_value wait = phrase_seconds("wait", trail_seconds(r->greylisting, r->last));
    if (r->retry == r->last) {
        struct phrase_value retry = phrase_words("retry", at(b, r->retry));
        SAY(w, "trace/greylisted-once", recipient, first, host, retry, wait);
        return;
    }
    SAY(w, "trace/greylisted-often", recipient, first, host, wait,
        phrase_words("time", at(b, r->last)), phrase_count("attempts", r->attempts - 1));
}

static void say_delivered(struct trace_builder *b, const struct trail_recipient *r,
                          struct phrase_value recipient)
{
    struct report_builder *w = &b->words;
    struct span peer = trace_peer(b, &r->last->event);
    struct phrase_value time = phrase_words("time", at(b, r->last));
    struct phrase_value host = phrase_words("host", peer);
    if (r->way == WAY_FILTER) {
        SAY(w, "trace/filtered", recipient, time, phrase_words("id", r->next->name));
    } else if (r->greylisting != NULL && span_is(r->failure->event.reason_class, "greylisting")) {
        say_greylisted(b, r, recipient);
    } else if (r->failure != NULL && r->first != NULL && peer.n > 0) {
        struct phrase_value first = phrase_words("first", at(b, r->first));
        struct phrase_value wait = phrase_seconds("wait", trail_seconds(r->first, r->last));
        SAY(w, "trace/deferred-delivered", recipient, phrase_count("refusals", r->refusals), first,
            phrase_words("reply", said(b, r->failure)), host, time, wait);
    } else if (peer.n == 0) {
        SAY(w, "trace/delivered-here", recipient, time);
    } else if (r->attempts == 1) {
        SAY(w, "trace/delivered-first", recipient, host, time);
    } else {
        SAY(w, "trace/delivered-again", recipient, host, time);
    }
    if (r->way == WAY_RELAY) {
        SAY(w, "trace/relayed", recipient, host, time, phrase_words("id", r->next->name));
    }
}

static void say_waiting(struct trace_builder *b, const struct trail_recipient *r,
                        struct phrase_value recipient)
{
    struct report_builder *w = &b->words;
    if (r->first == NULL) {
        SAY(w, "trace/waiting-untried", recipient, phrase_words("reply", said(b, r->last)));
        return;
    }
    SAY(w, "trace/waiting", recipient, phrase_count("attempts", r->attempts),
        phrase_words("first", at(b, r->first)), phrase_words("reply", said(b, r->failure)));
}

static void say_expired(struct trace_builder *b, const struct trail_recipient *r,
                        struct phrase_value recipient)
{
    struct report_builder *w = &b->words;
    struct phrase_value time = phrase_words("time", at(b, r->last));
    if (r->failure == NULL || r->attempts == 0) {
        SAY(w, "trace/expired-untold", recipient, time);
        return;
    }
    SAY(w, "trace/expired", recipient, time, phrase_count("attempts", r->attempts),
        phrase_words("reply", said(b, r->failure)));
}

static void say_bounced(struct trace_builder *b, const struct trail_recipient *r,
                        struct phrase_value recipient)
{
    struct report_builder *w = &b->words;
    struct phrase_value host = phrase_words("host", trace_peer(b, &r->last->event));
    struct phrase_value time = phrase_words("time", at(b, r->last));
    struct phrase_value first = phrase_words("first", at(b, r->greylisting));
    struct phrase_value reply = phrase_words("reply", said(b, r->last));
    if (host.text.n == 0) {
        SAY(w, "trace/bounced-here", recipient, time, reply);
    } else if (r->greylisting != NULL) {
        SAY(w, "trace/greylisted-bounced", recipient, first, host, time, reply);
    } else {
        SAY(w, "trace/bounced", recipient, host, time, reply);
    }
}

static void say_recipient(struct trace_builder *b, const struct trail_story *story,
                          const struct trail_recipient *r)
{
    struct report_builder *w = &b->words;
    struct phrase_value recipient = phrase_words("recipient", r->address);
    struct phrase_value time = phrase_words("time", at(b, r->last));
    switch (r->state) {
    case RECIPIENT_DELIVERED:
        say_delivered(b, r, recipient);
        break;
    case RECIPIENT_DEFERRED:
        say_waiting(b, r, recipient);
        break;
    case RECIPIENT_EXPIRED:
        say_expired(b, r, recipient);
        break;
    case RECIPIENT_BOUNCED:
        say_bounced(b, r, recipient);
        break;
    case RECIPIENT_DISCARDED:
        SAY(w, "trace/discarded", recipient, time);
        break;
    case RECIPIENT_FORWARDED: {
        struct phrase_value id = phrase_words("id", event_text(&r->last->event, EVENT_LINKED_ID));
        SAY(w, "trace/forwarded", recipient, time, id);
        break;
    }
    case RECIPIENT_UNKNOWN:
    case RECIPIENT_STATES:
        time = phrase_words("time", at(b, story->ended != NULL ? story->ended : r->last));
        SAY(w, "trace/lost-sight", recipient, time);
        break;
    }
}

/* Those beyond the first ones, by how they ended. */
static void say_more(struct trace_builder *b, const struct trail_story *story)
{
    static const char *const keys[RECIPIENT_STATES] = {
        [RECIPIENT_UNKNOWN] = "trace/state-unknown",
        [RECIPIENT_DELIVERED] = "trace/state-delivered",
        [RECIPIENT_DEFERRED] = "trace/state-deferred",
        [RECIPIENT_BOUNCED] = "trace/state-bounced",
        [RECIPIENT_EXPIRED] = "trace/state-expired",
        [RECIPIENT_DISCARDED] = "trace/state-discarded",
        [RECIPIENT_FORWARDED] = "trace/state-forwarded"};
    struct report_builder *w = &b->words;
    uint64_t counts[RECIPIENT_STATES] = {0};
    struct span states = SPAN_EMPTY;
    for (size_t i = TOLD_RECIPIENTS; i < story->count; i++) {
        counts[story->recipients[i].state]++;
    }
    for (size_t i = 0; i < RECIPIENT_STATES; i++) {
        if (counts[i] > 0) {
            struct phrase_value count = phrase_count("count", counts[i]);
            states = builder_join(w, states, builder_phrase(w, keys[i], &count, 1));
        }
    }
    SAY(w, "trace/more-recipients", phrase_count("count", story->count - TOLD_RECIPIENTS),
        phrase_words("states", states));
}

/* ---- the message, the session ---------------------------------------------------------------- */

/* Postfix's bounce(8) writes notices of several kinds, Exim's line names none. */
static void say_notice(struct report_builder *w, struct span words, struct phrase_value id)
{
    if (span_starts(words, SPAN_LITERAL("postmaster "))) {
        SAY(w, "trace/told-postmaster", id);
    } else if (span_starts(words, SPAN_LITERAL("sender delay "))) {
        SAY(w, "trace/told-delay", id);
    } else if (span_starts(words, SPAN_LITERAL("sender delivery status "))) {
        SAY(w, "trace/told-status", id);
    } else {
        SAY(w, "trace/told", id);
    }
}

static void say_notices(struct trace_builder *b, const struct trail_node *node)
{
    const struct trail *trail = b->report->trail;
    for (size_t i = 0; i < trail->link_count; i++) {
        const struct trail_link *link = &trail->links[i];
        if (link->kind != TRAIL_BOUNCE) {
            continue;
        }
        bool mine = link->backwards ? link->to == node : link->from == node;
        struct span id = link->backwards ? link->from->name : link->id;
        if (mine) {
            say_notice(&b->words, link->words, phrase_words("id", id));
        }
    }
}

static void say_message(struct trace_builder *b, const struct trail_node *node,
                        const struct trail_story *story)
{
    struct report_builder *w = &b->words;
    for (size_t i = 0; i < story->count && i < TOLD_RECIPIENTS; i++) {
        say_recipient(b, story, &story->recipients[i]);
    }
    if (story->count > TOLD_RECIPIENTS) {
        say_more(b, story);
    }
    if (story->rejects > 0) {
        SAY(w, "trace/rejected", phrase_words("time", at(b, story->rejected)),
            phrase_words("reply", said(b, story->rejected)));
    }
    if (story->canceled != NULL) {
        SAY(w, "trace/canceled", phrase_words("time", at(b, story->canceled)));
    }
    if (story->held != NULL && story->ended == NULL) {
        SAY(w, "trace/held", phrase_words("time", at(b, story->held)));
    }
    say_notices(b, node);
    if (w->text.length > 0) {
        return;
    }
    if (story->arrival != NULL && story->arrival->event.has_time) {
        SAY(w, "trace/arrived-only", phrase_words("time", at(b, story->arrival)));
    } else {
        builder_say_plain(w, "trace/nothing-known");
    }
}

static void say_session(struct trace_builder *b, const struct trail_story *story)
{
    struct report_builder *w = &b->words;
    if (story->rejects > 0) {
        SAY(w, "trace/rejected-often", phrase_count("count", story->rejects),
            phrase_words("first", at(b, story->first_reject)),
            phrase_words("last", at(b, story->rejected)),
            phrase_words("reply", said(b, story->rejected)));
    }
    if (story->logins_failed > 0) {
        SAY(w, "trace/logins-failed", phrase_count("count", story->logins_failed),
            phrase_words("time", at(b, story->login)));
    }
    if (story->broken != NULL) {
        SAY(w, "trace/broken", phrase_words("time", at(b, story->broken)),
            phrase_log("text", event_text(&story->broken->event, EVENT_TEXT)));
    }
    if (story->accepted > 0) {
        SAY(w, "trace/accepted", phrase_count("count", story->accepted));
    }
    if (w->text.length == 0) {
        builder_say_plain(w, "trace/quiet");
    }
}

/* ---- what to do ------------------------------------------------------------------------------ */

struct fixes {
    struct span classes[FIXES];
    size_t count;
};

static void add_fix(struct trace_builder *b, struct fixes *fixes, const struct trail_line *line,
                    struct section *section)
{
    struct report_builder *w = &b->words;
    struct span class = line->event.reason_class;
    bool inbound = event_value(&line->event, EVENT_DIRECTION) == DIRECTION_INBOUND;
    struct span fix = catalog_text(catalog_class(b->report->catalog, class),
                                   inbound ? "fix receiver" : "fix sender");
    for (size_t i = 0; i < fixes->count; i++) {
        if (span_equal(fixes->classes[i], class)) {
            return;
        }
    }
    if (fix.n == 0 || fixes->count == FIXES) {
        return;
    }
    fixes->classes[fixes->count++] = class;
    SAY(w, "trace/fix", phrase_words("class", class), phrase_words("fix", fix));
    builder_paragraph(w, section);
}

/* True when everything went as it should. */
static bool ended_well(const struct trail_story *story)
{
    bool well = story->rejects == 0 && story->logins_failed == 0 && story->broken == NULL &&
                story->held == NULL && story->canceled == NULL;
    for (size_t i = 0; i < story->count; i++) {
        enum recipient_state state = story->recipients[i].state;
        well = well && (state == RECIPIENT_DELIVERED || state == RECIPIENT_FORWARDED ||
                        state == RECIPIENT_DISCARDED);
    }
    return well;
}

static void add_fixes(struct trace_builder *b, const struct trail_story *story,
                      struct section *section)
{
    struct fixes fixes = {.count = 0};
    for (size_t i = 0; i < story->count; i++) {
        const struct trail_recipient *r = &story->recipients[i];
        bool badly = r->state == RECIPIENT_BOUNCED || r->state == RECIPIENT_EXPIRED ||
                     r->state == RECIPIENT_DEFERRED;
        if (badly && r->failure != NULL) {
            add_fix(b, &fixes, r->failure, section);
        }
    }
    const struct trail_line *own[] = {story->rejected, story->login, story->broken};
    for (size_t i = 0; i < COUNT_OF(own); i++) {
        if (own[i] != NULL) {
            add_fix(b, &fixes, own[i], section);
        }
    }
}

void trace_add_story(struct trace_builder *b, const struct trail_node *node,
                     const struct trail_story *story, struct section *section)
{
    struct report_builder *w = &b->words;
    if (node->kind == TRAIL_OTHER) {
        return;
    }
    if (node->kind == TRAIL_MESSAGE) {
        say_message(b, node, story);
    } else {
        say_session(b, story);
    }
    bool told = story->count > 0 || node->kind == TRAIL_SESSION;
    b->well = b->well && told && ended_well(story);
    if (b->well && b->last) {
        builder_say_plain(w, "trace/nothing-to-do");
    }
    struct span sentences = builder_sentences(w);
    strbuf_clear(&w->text);
    SAY(w, "trace/story", phrase_words("story", sentences));
    builder_paragraph(w, section);
    add_fixes(b, story, section);
}
