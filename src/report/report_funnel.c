/* How far sessions get: the stages of a dialogue and what was lost at each. */
#include "report/section.h"

static struct cell stage_cell(int stage)
{
    return cell_text(CELL_NAME, span_cstr(event_value_name(EVENT_STAGE, stage)));
}

static void add_inbound(struct report_builder *b, struct section *section)
{
    static const struct column columns[] = {
        {.key = "stage", .label = "column/stage"},
        {.key = "sessions", .label = "column/sessions", .right = true},
        {.key = "lost", .label = "column/lost-here", .right = true},
        {.key = "share", .label = "column/share", .right = true},
        {.key = "commands", .label = "column/commands", .right = true},
        {.key = "refused", .label = "column/refused", .right = true}};
    const struct funnel *funnel = &b->summary->funnel;
    struct table *table = TABLE(b, section, "funnel_inbound", columns);
    for (int stage = 0; stage < STAGES; stage++) {
        struct cell *cells = funnel->reached[stage] > 0 ? table_row(b->document, table) : NULL;
        if (cells != NULL) {
            uint64_t lost = funnel->reached[stage] - funnel->passed[stage];
            cells[0] = stage_cell(stage);
            cells[1] = cell_count(funnel->reached[stage]);
            cells[2] = cell_count(lost);
            cells[3] = cell_share(lost, funnel->reached[stage]);
            cells[4] = cell_count(funnel->commands[stage]);
            cells[5] = cell_count(funnel->refused[stage]);
        }
    }
}

static void add_outbound(struct report_builder *b, struct section *section)
{
    static const struct column columns[] = {
        {.key = "stage", .label = "column/stage"},
        {.key = "attempts", .label = "column/attempts", .right = true},
        {.key = "lost", .label = "column/lost-here", .right = true},
        {.key = "share", .label = "column/share", .right = true}};
    const struct funnel *funnel = &b->summary->funnel;
    struct table *table = TABLE(b, section, "funnel_outbound", columns);
    for (int stage = STAGE_CONNECT; stage < STAGES; stage++) {
        struct cell *cells = funnel->lost[stage] > 0 ? table_row(b->document, table) : NULL;
        if (cells != NULL) {
            uint64_t reached = funnel_outbound_reached(funnel, (enum event_stage)stage);
            cells[0] = stage_cell(stage);
            cells[1] = cell_count(reached);
            cells[2] = cell_count(funnel->lost[stage]);
            cells[3] = cell_share(funnel->lost[stage], reached);
        }
    }
}

void build_funnel(struct report_builder *b)
{
    const struct funnel *funnel = &b->summary->funnel;
    if (funnel->sessions == 0 && funnel->attempts == 0) {
        return;
    }
    struct section *section = builder_section(b, "funnel", SPAN_EMPTY);
    if (funnel->attempts > 0) {
        SAY(b, "funnel/outbound", phrase_count("attempts", funnel->attempts),
            phrase_count("delivered", funnel->delivered));
        builder_paragraph(b, section);
        add_outbound(b, section);
    }
    if (funnel->sessions > 0) {
        SAY(b, "funnel/inbound", phrase_count("sessions", funnel->sessions));
        builder_paragraph(b, section);
        add_inbound(b, section);
    }
}
