/* The part of a snapshot that one run makes, as bytes. Trust: texts in it come from logs. */
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "aggregate/summary_pack.h"
#include "input/decompress.h"
#include "lib/replay.h"
#include "lib/snapshot.h"

#define PART_ROOM ((size_t)6 * 1024 * 1024) /* of most parts */

static void pack_input(const struct report_input *input, struct strbuf *out)
{
    pack_text(out, input->path);
    pack_text(out, input->mta);
    pack_u64(out, input->bytes);
    pack_u64(out, input->lines);
    pack_u64(out, compression_bits(input->compression) | (input->readable ? 2u : 0u) |
                      (input->has_period ? 4u : 0u));
    pack_text(out, input->damage);
    pack_instant(out, &input->first);
    pack_instant(out, &input->last);
}

/* The figures without those of the kept events, which come back when these are taken up again: of
 * the run itself, or, where it is still to be reported, a copy of them. */
static enum smtplog_status take_out_kept(struct smtplog_analyzer *a, struct span events,
                                         uint64_t count, struct summary *figures)
{
    struct strbuf names;
    struct event_names read;
    struct summary *part = NULL;
    strbuf_init(&names, 65536);
    event_pack_names(&names);
    struct unpacker in = {strbuf_span(&names), false};
    enum smtplog_status status = strbuf_status(&names);
    if (status == SMTPLOG_OK) {
        status = event_unpack_names(&in, &a->arena, &read);
    }
    if (status == SMTPLOG_OK) {
        struct replay_source source = {NULL, events, count, &read, true, 0};
        status = replay_run(a, &source, 1, a->summary->last.seconds, &part);
    }
    if (status == SMTPLOG_OK && figures != a->summary) {
        status = summary_merge(figures, a->summary, 0);
    }
    if (status == SMTPLOG_OK) {
        status = summary_subtract(figures, part);
    }
    summary_free(part);
    strbuf_free(&names);
    return status;
}

/* Tables leave holes, which what comes next would not fit into. */
void snapshot_give_back_memory(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/* What a finished run followed stories with. */
static void free_tables(struct smtplog_analyzer *a)
{
    tracker_free(a->tracker);
    inbound_free(a->inbound);
    inbound_free(a->greylisters);
    session_table_free(a->sessions);
    a->tracker = NULL;
    a->inbound = a->greylisters = NULL;
    a->sessions = NULL;
    snapshot_give_back_memory();
}

static enum smtplog_status pack_inputs(struct smtplog_analyzer *a, struct strbuf *out)
{
    size_t count = 0;
    struct report_input *inputs = NULL;
    TRY(analyzer_describe_inputs(a, &inputs, &count));
    pack_u64(out, count);
    for (size_t i = 0; i < count; i++) {
        pack_input(&inputs[i], out);
    }
    return strbuf_status(out);
}

/* All but the figures. *events: those kept, as long as nothing is added. */
static enum smtplog_status pack_events(struct smtplog_analyzer *a, struct strbuf *out,
                                       struct span *events, uint64_t *count)
{
    struct event_columns columns;
    uint64_t given_up = 0;
    event_columns_init(&columns, SNAPSHOT_PART);
    enum smtplog_status status = held_finish(a->held, &columns, &given_up);
    pack_text(out, held_host(a->held));
    held_free(a->held);
    a->held = NULL;
    if (status == SMTPLOG_OK) {
        status = pack_inputs(a, out);
    }
    if (status == SMTPLOG_OK) {
        pack_u64(out, given_up);
        event_pack_names(out);
        pack_u64(out, columns.count);
        *count = columns.count;
        status = event_columns_write(&columns, out, events);
    }
    event_columns_free(&columns);
    return status;
}

enum smtplog_status snapshot_pack_part(struct smtplog_analyzer *a, bool last, struct strbuf *out)
{
    struct summary *figures = a->summary;
    struct span events = SPAN_EMPTY;
    uint64_t count = 0;
    free_tables(a);
    (void)strbuf_room(out, PART_ROOM); /* at once, instead of step by step */
    TRY(pack_events(a, out, &events, &count));
    TRY(last ? SMTPLOG_OK : summary_new(&figures));
    enum smtplog_status status = take_out_kept(a, events, count, figures);
    snapshot_give_back_memory();
    if (status == SMTPLOG_OK) {
        status = summary_pack(figures, out);
    }
    if (!last) {
        summary_free(figures);
    }
    return status != SMTPLOG_OK ? status : strbuf_status(out);
}
