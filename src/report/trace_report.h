/* A chain of a trace for people: what it was, its steps, its story in sentences, what to do. Built
 * as a document. Trust: names and texts come from logs and are escaped by the renderer. */
#ifndef REPORT_TRACE_REPORT_H
#define REPORT_TRACE_REPORT_H

#include "report/report_build.h"
#include "track/trail_story.h"

struct trace_report {
    const struct trail *trail;
    const struct catalog *catalog;
    bool lines;  /* the lines are asked for: no steps, no word about them */
    bool inside; /* they stand in the document, not beside it */
};

/* Adds the sections of one chain to a document. */
void trace_report_add(const struct trace_report *report, const struct trail_chain *chain,
                      struct document *document);

/* ---- shared by its parts ---- */

/* A chain under way. */
struct trace_builder {
    const struct trace_report *report;
    struct report_builder words;
    bool days; /* it goes over midnight: times have their day */
    bool well; /* so far all of the chain ended as it should */
    bool last; /* of the chain */
};

/* `450 4.7.1 "text"`, `"text"` */
struct span trace_reply(struct trace_builder *b, const struct event *event);

/* Time of a line, short. */
struct span trace_time(struct trace_builder *b, const struct trail_line *line);

/* The other side's name, `[192.0.2.1]` when it has none, empty when the line names nobody. */
struct span trace_peer(struct trace_builder *b, const struct event *event);

/* The lines of a chain as a table. */
void trace_add_lines(struct trace_builder *b, const struct trail_chain *chain,
                     struct section *section);

/* Steps as a table, and the story as a paragraph. */
void trace_add_steps(struct trace_builder *b, const struct trail_node *node,
                     const struct trail_story *story, struct section *section);
void trace_add_story(struct trace_builder *b, const struct trail_node *node,
                     const struct trail_story *story, struct section *section);

#endif
