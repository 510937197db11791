/* Every figure of the summary by its name, from the list that rules use: what the JSON has is here
 * without another line of code. */
#include <math.h>

#include "report/figure_list.h"
#include "report/section.h"

static struct cell figure_cell(const struct figure *figure)
{
    bool is_whole = figure->value == floor(figure->value);
    switch (figure->unit) {
    case FIGURE_SHARE:
        return cell_number(CELL_SHARE, figure->value);
    case FIGURE_SECONDS:
        return cell_number(CELL_SECONDS, figure->value);
    case FIGURE_BYTES:
        return (struct cell){.kind = CELL_BYTES,
                             .count = (uint64_t)(figure->value + 0.5),
                             .number = is_whole ? 0 : figure->value};
    case FIGURE_COUNT:
        break;
    }
    return is_whole ? cell_count((uint64_t)figure->value) : cell_number(CELL_NUMBER, figure->value);
}

void build_figures(struct report_builder *b)
{
    static const struct column columns[] = {
        {.key = "figure", .label = "column/figure", .wraps = true},
        {.key = "value", .label = "column/value", .right = true}};
    struct figure_list list;
    figure_list_init(&list);
    enum smtplog_status status = figure_list_build(b->report, &list);
    struct section *section = builder_section(b, "figures", builder_words(b, "unit/figures"));
    struct table *table = TABLE(b, section, "figures", columns);
    if (table != NULL) {
        table->is_metric = true;
    }
    for (size_t i = 0; i < list.count; i++) {
        struct cell *cells = table_row(b->document, table);
        if (cells != NULL) {
            cells[0] = cell_text(CELL_NAME, document_text(b->document, list.items[i].name));
            cells[1] = figure_cell(&list.items[i]);
        }
    }
    figure_list_free(&list);
    if (status != SMTPLOG_OK && b->document->status == SMTPLOG_OK) {
        b->document->status = status;
    }
}
