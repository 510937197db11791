/* What a cell says: as people read it, and as data. */
#include "report/cell.h"

#include "report/json_writer.h"

bool cell_is_text(const struct cell *cell)
{
    return cell->kind == CELL_WORDS || cell->kind == CELL_NAME || cell->kind == CELL_LOG;
}

void cell_add_figure(struct strbuf *out, const struct figure_style *style, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_NONE:
    case CELL_WORDS:
    case CELL_LOG:
    case CELL_NAME:
    case CELL_BAR:
        break;
    case CELL_CODE:
        strbuf_add_u64(out, cell->count);
        break;
    case CELL_COUNT:
        if (cell->count > 0 || !cell->quiet) {
            format_count(out, style, cell->count);
        }
        break;
    case CELL_NUMBER:
        json_add_number(out, cell->number);
        break;
    case CELL_SHARE:
        format_share(out, style, cell->number);
        break;
    case CELL_SECONDS:
        format_seconds(out, style, cell->number);
        break;
    case CELL_BYTES:
        format_bytes(out, style, cell->count);
        break;
    case CELL_INSTANT:
        format_instant(out, style, &cell->instant, FORMAT_DAY);
        break;
    }
}

void cell_add_value(struct strbuf *out, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_NONE:
    case CELL_WORDS:
    case CELL_LOG:
    case CELL_NAME:
    case CELL_BAR:
        break;
    case CELL_CODE:
    case CELL_COUNT:
        strbuf_add_u64(out, cell->count);
        break;
    case CELL_BYTES:
        if (cell->number > 0) {
            json_add_number(out, cell->number);
        } else {
            strbuf_add_u64(out, cell->count);
        }
        break;
    case CELL_NUMBER:
    case CELL_SHARE:
    case CELL_SECONDS:
        json_add_number(out, cell->number);
        break;
    case CELL_INSTANT:
        instant_add(out, &cell->instant);
        break;
    }
}
