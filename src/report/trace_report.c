/* A chain of a trace for people. */
#include "report/trace_report.h"

#define NAMED_RECIPIENTS 2 /* in a title */

/* "a@example.org", "b@example.org", 7 more */
static struct span recipient_list(struct trace_builder *b, const struct trail_story *story)
{
    struct report_builder *w = &b->words;
    struct span list = SPAN_EMPTY;
    for (size_t i = 0; i < story->count && i < NAMED_RECIPIENTS; i++) {
        list = builder_join(
            w, list,
            document_printf(w->document, "\"%.*s\"", SPAN_ARGS(story->recipients[i].address)));
    }
    if (story->count > NAMED_RECIPIENTS) {
        list = builder_join(
            w, list,
            WORDS(w, "trace/more", phrase_count("count", story->count - NAMED_RECIPIENTS)));
    }
    return list;
}

static struct span message_title(struct trace_builder *b, const struct trail_node *node,
                                 const struct trail_story *story)
{
    struct report_builder *w = &b->words;
    struct phrase_value id = phrase_words("id", node->name);
    struct phrase_value to = phrase_words("to", recipient_list(b, story));
    struct phrase_value sender = phrase_log("sender", story->sender);
    bool notice = story->has_sender && story->sender.n == 0;
    if (!story->has_sender) {
        return story->count > 0 ? WORDS(w, "trace/message-of-nobody", id, to)
                                : WORDS(w, "trace/message-alone", id);
    }
    if (notice) {
        return story->count > 0 ? WORDS(w, "trace/notice", id, to)
                                : WORDS(w, "trace/notice-to-nobody", id);
    }
    return story->count > 0 ? WORDS(w, "trace/message", id, sender, to)
                            : WORDS(w, "trace/message-to-nobody", id, sender);
}

static struct span session_title(struct trace_builder *b, const struct trail_node *node)
{
    struct span client = node->name;
    for (size_t i = 0; i < node->count; i++) {
        const struct event *event = &node->lines[i]->event;
        struct span ip = event_text(event, EVENT_PEER_IP);
        if (ip.n > 0) {
            client = document_printf(b->words.document, "%.*s[%.*s]",
                                     SPAN_ARGS(event_text(event, EVENT_PEER)), SPAN_ARGS(ip));
            break;
        }
    }
    return WORDS(&b->words, "trace/session", phrase_words("client", client));
}

static struct span title_of(struct trace_builder *b, const struct trail_node *node,
                            const struct trail_story *story)
{
    if (node->kind == TRAIL_MESSAGE) {
        return message_title(b, node, story);
    }
    return node->kind == TRAIL_SESSION ? session_title(b, node)
                                       : builder_words(&b->words, "trace/other");
}

/* Where it was, and how large. */
static struct span aside_of(struct trace_builder *b, const struct trail_node *node,
                            const struct trail_story *story)
{
    struct report_builder *w = &b->words;
    if (story->size == 0) {
        return node->host;
    }
    struct span size = WORDS(w, "trace/size", phrase_count("size", story->size));
    return node->host.n == 0 ? size
                             : WORDS(w, "trace/aside", phrase_words("host", node->host),
                                     phrase_words("size", size));
}

static void add_node(struct trace_builder *b, const struct trail_chain *chain,
                     const struct trail_node *node, uint64_t lines)
{
    struct report_builder *w = &b->words;
    struct trail_story story;
    enum smtplog_status status = trail_story_make(b->report->trail, node, &story);
    if (status != SMTPLOG_OK) {
        w->document->status = status;
        return;
    }
    struct section *section = document_section(w->document, "trace", title_of(b, node, &story),
                                               aside_of(b, node, &story));
    if (section != NULL) {
        if (!b->report->lines) {
            trace_add_steps(b, node, &story, section);
        }
        trace_add_story(b, node, &story, section);
        if (b->last && b->report->lines && b->report->inside) {
            trace_add_lines(b, chain, section);
        }
        if (lines > 0) {
            SAY(w, "trace/lines", phrase_count("lines", lines));
            builder_paragraph(w, section);
        }
    }
    trail_story_free(&story);
}

static int64_t day_of(const struct instant *instant)
{
    return (instant->seconds + instant->offset) / CIVIL_DAY;
}

void trace_report_add(const struct trace_report *report, const struct trail_chain *chain,
                      struct document *document)
{
    struct trace_builder b = {.report = report,
                              .words = {.document = document, .phrases = {report->catalog}},
                              .well = true};
    const struct event *first = NULL;
    strbuf_init(&b.words.text, 1024 * 1024);
    for (size_t i = 0; i < chain->line_count; i++) {
        const struct event *event = &chain->lines[i]->event;
        if (event->has_time) {
            first = first != NULL ? first : event;
            b.days = b.days || day_of(&first->time) != day_of(&event->time);
        }
    }
    for (size_t i = 0; i < chain->node_count && document->status == SMTPLOG_OK; i++) {
        b.last = i + 1 == chain->node_count;
        add_node(&b, chain, chain->nodes[i], b.last && !report->lines ? chain->line_count : 0);
    }
    strbuf_free(&b.words.text);
}
