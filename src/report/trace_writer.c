/* The lines of a trace for other programs. */
#include "report/trace_writer.h"

#include "report/escape.h"

/* Takes off what ends a record, so that more can be added. */
static void reopen(struct strbuf *out, enum event_format format)
{
    size_t end = format == EVENT_NDJSON ? 2 : 1; /* "}\n" */
    if (strbuf_status(out) == SMTPLOG_OK && out->length >= end) {
        out->length -= end;
    }
}

void trace_writer_header(const struct event_writer *writer, enum event_format format,
                         struct strbuf *out)
{
    if (format != EVENT_TSV) {
        return;
    }
    event_writer_header(writer, out);
    reopen(out, format);
    strbuf_add_cstr(out, "\tchain\tasked\traw\n");
}

static void add_line(struct event_writer *writer, enum event_format format,
                     const struct trail_line *line, uint64_t number, struct strbuf *out)
{
    event_writer_add(writer, &line->event, line->file, out);
    reopen(out, format);
    if (format == EVENT_TSV) {
        strbuf_addf(out, "\t%llu\t%s\t", (unsigned long long)number, line->matched ? "true" : "");
        escape_tsv(out, line->raw);
        strbuf_add_byte(out, '\n');
        return;
    }
    strbuf_addf(out, ",\"chain\":%llu%s,\"raw\":", (unsigned long long)number,
                line->matched ? ",\"asked\":true" : "");
    escape_json(out, line->raw);
    strbuf_add_cstr(out, "}\n");
}

void trace_writer_add(struct event_writer *writer, enum event_format format,
                      const struct trail_chain *chain, uint64_t number, struct strbuf *out)
{
    for (size_t i = 0; i < chain->line_count; i++) {
        add_line(writer, format, chain->lines[i], number, out);
    }
}
