/* Snapshots: one part as bytes and back, and files of parts. */
#include "lib/snapshot.h"

#include "base/diagnostic.h"
#include <stdlib.h>
#include <unistd.h>

#include "aggregate/summary_pack.h"
#include "input/decompress.h"
#include "input/deflate.h"
#include "lib/daily.h"
#include "lib/replay.h"
#include "lib/rule_set.h"
#include "lib/snapshot_ahead.h"

#define MAGIC       "smtplog snapshot\n"
#define ID_SEED     0x736e6170u
#define INPUTS_MOST 65536
#define HEAD_FIRST  ((size_t)4096) /* bytes that hold host and inputs, mostly */

static void part_close(struct snapshot_part *part)
{
    arena_free(&part->arena);
    strbuf_free(&part->bytes);
    strbuf_free(&part->apart);
}

void snapshot_set_free(struct snapshot_set *set)
{
    if (set == NULL) {
        return;
    }
    for (size_t i = 0; i < set->count; i++) {
        part_close(&set->parts[i]);
        free(set->parts[i].packed);
        free(set->parts[i].named);
    }
    free(set->parts);
    arena_free(&set->arena);
    free(set);
}

struct snapshot_set *snapshot_set_of(struct smtplog_analyzer *a)
{
    if (a->snapshots == NULL) {
        a->snapshots = calloc(1, sizeof *a->snapshots);
        if (a->snapshots != NULL) {
            arena_init(&a->snapshots->arena);
        }
    }
    return a->snapshots;
}

static bool has_part(const struct snapshot_set *set, uint64_t id)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->parts[i].id == id) {
            return true;
        }
    }
    return false;
}

static enum smtplog_status add_part(struct snapshot_set *set, struct snapshot_part **part)
{
    if (set->count == SNAPSHOT_PARTS) {
        return SMTPLOG_LIMIT;
    }
    struct snapshot_part *parts = realloc(set->parts, (set->count + 1) * sizeof *parts);
    if (parts == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    set->parts = parts;
    *part = &parts[set->count++];
    **part = (struct snapshot_part){.id = 0};
    arena_init(&(*part)->arena);
    strbuf_init(&(*part)->bytes, SNAPSHOT_PART);
    strbuf_init(&(*part)->apart, SNAPSHOT_PART);
    return SMTPLOG_OK;
}

/* ---- making a part --------------------------------------------------------------------------- */

/* Packs bytes into memory of its own. */
static enum smtplog_status pack_apart(struct span bytes, char **packed, size_t *size)
{
    struct strbuf out;
    strbuf_init(&out, SNAPSHOT_FILE);
    enum smtplog_status status = deflate_pack(bytes, &out);
    *packed = status == SMTPLOG_OK ? out.bytes : NULL; /* taken over */
    *size = out.length;
    if (status != SMTPLOG_OK) {
        strbuf_free(&out);
    }
    return status;
}

static enum smtplog_status seal_figures(struct smtplog_analyzer *a, struct snapshot_part *part)
{
    struct figure_list list;
    struct mark_list marks;
    struct strbuf bytes;
    TRY(rule_set_build_figures(a, &list));
    mark_list_init(&marks);
    strbuf_init(&bytes, SNAPSHOT_FIGURES);
    enum smtplog_status status = daily_find_marks(a, &marks);
    if (status == SMTPLOG_OK) {
        figure_list_pack(&list, &bytes);
        mark_list_pack(&marks, &bytes);
        status = strbuf_status(&bytes);
    }
    if (status == SMTPLOG_OK) {
        part->named_size = bytes.length;
        status = pack_apart(strbuf_span(&bytes), &part->named, &part->named_packed_size);
    }
    strbuf_free(&bytes);
    mark_list_free(&marks);
    figure_list_free(&list);
    return status;
}

enum smtplog_status snapshot_make(struct smtplog_analyzer *a, bool last)
{
    struct snapshot_set *set = snapshot_set_of(a);
    struct snapshot_part *part = NULL;
    if (set == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    TRY(add_part(set, &part));
    signal_finish(a->summary->signals, &a->summary->last);
    TRY(snapshot_pack_part(a, last, &part->bytes));
    part->id = hash_lasting(ID_SEED, strbuf_span(&part->bytes));
    part->size = part->bytes.length;
    return SMTPLOG_OK;
}

enum smtplog_status snapshot_move(struct smtplog_analyzer *to, struct smtplog_analyzer *from)
{
    struct snapshot_set *set = snapshot_set_of(to);
    struct snapshot_part *part = NULL;
    if (set == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; from->snapshots != NULL && i < from->snapshots->count; i++) {
        struct snapshot_part *moved = &from->snapshots->parts[i];
        if (moved->context || has_part(set, moved->id)) {
            continue;
        }
        TRY(add_part(set, &part));
        *part = *moved; /* its inputs are taken out of its bytes again */
        part->inputs = NULL;
        *moved = (struct snapshot_part){.id = moved->id, .context = true};
        arena_init(&moved->arena);
        strbuf_init(&moved->bytes, SNAPSHOT_PART);
        strbuf_init(&moved->apart, SNAPSHOT_PART);
    }
    return SMTPLOG_OK;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* Its bytes as they stand in a file. */
static enum smtplog_status pack_part(struct snapshot_part *part)
{
    return part->packed != NULL
               ? SMTPLOG_OK
               : pack_apart(strbuf_span(&part->bytes), &part->packed, &part->packed_size);
}

/* A part that is not in a file yet is packed; one that stands alone has the figures of the run. */
static enum smtplog_status seal(struct smtplog_analyzer *a, struct snapshot_part *part, bool alone)
{
    if (part->packed == NULL) {
        TRY(pack_part(part));
        strbuf_free(&part->bytes);
    }
    return part->named == NULL && alone ? seal_figures(a, part) : SMTPLOG_OK;
}

enum smtplog_status snapshot_write(struct smtplog_analyzer *a, struct strbuf *out)
{
    struct snapshot_set *set = a->snapshots;
    size_t shown = 0;
    for (size_t i = 0; i < set->count; i++) {
        shown += !set->parts[i].context;
    }
    strbuf_add_cstr(out, MAGIC);
    pack_u64(out, SNAPSHOT_VERSION);
    pack_u64(out, shown);
    for (size_t i = 0; i < set->count; i++) {
        struct snapshot_part *part = &set->parts[i];
        if (part->context) {
            continue;
        }
        TRY(seal(a, part, shown == 1));
        pack_u64(out, part->id);
        pack_u64(out, part->size);
        pack_text(out, span_of(part->packed, part->packed_size));
        pack_u64(out, part->named_size);
        pack_text(out,
                  part->named != NULL ? span_of(part->named, part->named_packed_size) : SPAN_EMPTY);
    }
    uint32_t checksum = deflate_checksum(strbuf_span(out));
    for (int shift = 0; shift < 32; shift += 8) {
        strbuf_add_byte(out, (char)(checksum >> shift));
    }
    return strbuf_status(out);
}

static bool checksum_fits(struct span file)
{
    uint32_t wanted = 0;
    if (file.n < 4) {
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        wanted |= (uint32_t)(unsigned char)file.p[file.n - 4 + i] << (8 * i);
    }
    return deflate_checksum(span_of(file.p, file.n - 4)) == wanted;
}

static enum smtplog_status read_part(struct snapshot_set *set, struct unpacker *in,
                                     uint64_t version, bool context)
{
    struct snapshot_part *part = NULL;
    uint64_t id = unpack_u64(in);
    uint64_t size = unpack_count(in, SNAPSHOT_PART);
    struct span packed = unpack_text(in);
    uint64_t figures_size = version >= 2 ? unpack_count(in, SNAPSHOT_FIGURES) : 0;
    struct span figures = version >= 2 ? unpack_text(in) : SPAN_EMPTY;
    if (in->damaged || has_part(set, id)) {
        return in->damaged ? SMTPLOG_FORMAT : SMTPLOG_OK;
    }
    TRY(add_part(set, &part));
    part->id = id;
    part->size = (size_t)size;
    part->context = context;
    part->packed = malloc(packed.n + 1);
    if (part->packed == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    memcpy(part->packed, packed.p, packed.n);
    part->packed_size = packed.n;
    part->named = figures.n > 0 ? malloc(figures.n) : NULL;
    if (figures.n > 0 && part->named == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (figures.n > 0) {
        memcpy(part->named, figures.p, figures.n);
        part->named_packed_size = figures.n;
        part->named_size = (size_t)figures_size;
    }
    return SMTPLOG_OK;
}

enum smtplog_status snapshot_read(struct snapshot_set *set, struct span file, bool context,
                                  const char **why)
{
    struct span magic = span_cstr(MAGIC);
    if (!span_starts(file, magic)) {
        *why = N_("not a snapshot");
        return SMTPLOG_FORMAT;
    }
    if (!checksum_fits(file)) {
        *why = N_("damaged: its checksum does not fit");
        return SMTPLOG_FORMAT;
    }
    struct unpacker in = {span_of(file.p + magic.n, file.n - magic.n - 4), false};
    uint64_t version = unpack_u64(&in);
    if (version > SNAPSHOT_VERSION) {
        *why = N_("made by a newer version of this program");
        return SMTPLOG_FORMAT;
    }
    uint64_t count = unpack_count(&in, SNAPSHOT_PARTS);
    *why = N_("damaged: it does not hold what it should");
    for (uint64_t i = 0; i < count; i++) {
        TRY(read_part(set, &in, version, context));
    }
    return in.damaged ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

enum smtplog_status snapshot_figures(const struct smtplog_analyzer *a, struct figure_list *list,
                                     bool *known, struct mark_list *marks, bool *has_marks)
{
    const struct snapshot_set *set = a->snapshots;
    const struct snapshot_part *part = set->count == 1 ? &set->parts[0] : NULL;
    struct strbuf bytes;
    *known = part != NULL && part->named != NULL;
    *has_marks = false;
    if (!*known) {
        return SMTPLOG_OK;
    }
    strbuf_init(&bytes, SNAPSHOT_FIGURES + 1);
    enum smtplog_status status = deflate_unpack(span_of(part->named, part->named_packed_size),
                                                part->named_size, &bytes);
    struct unpacker in = {strbuf_span(&bytes), false};
    if (status == SMTPLOG_OK) {
        status = figure_list_unpack(&in, a->knowledge.catalog, list);
    }
    if (status == SMTPLOG_OK && in.rest.n > 0) { /* older programs kept figures only */
        status = mark_list_unpack(&in, marks);
        *has_marks = status == SMTPLOG_OK;
    }
    strbuf_free(&bytes);
    return status;
}

/* ---- opening --------------------------------------------------------------------------------- */

static bool take_copy(struct snapshot_set *set, struct unpacker *in, struct span *text)
{
    return arena_copy(&set->arena, unpack_text(in), text);
}

static enum smtplog_status unpack_inputs(struct snapshot_set *set, struct snapshot_part *part,
                                         struct unpacker *in)
{
    part->input_count = (size_t)unpack_count(in, INPUTS_MOST);
    part->inputs = arena_alloc(&set->arena, (part->input_count + 1) * sizeof *part->inputs);
    bool good = part->inputs != NULL;
    for (size_t i = 0; i < part->input_count && good && !in->damaged; i++) {
        struct report_input *input = &part->inputs[i];
        good = take_copy(set, in, &input->path) && take_copy(set, in, &input->mta);
        input->bytes = unpack_u64(in);
        input->lines = unpack_u64(in);
        uint64_t flags = unpack_u64(in);
        input->compression = compression_of_bits(flags);
        input->readable = (flags & 2) != 0;
        input->has_period = (flags & 4) != 0;
        good = good && take_copy(set, in, &input->damage);
        unpack_instant(in, &input->first);
        unpack_instant(in, &input->last);
    }
    return good ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

static void find_period(struct snapshot_part *part)
{
    part->has_period = false;
    for (size_t i = 0; i < part->input_count; i++) {
        const struct report_input *input = &part->inputs[i];
        if (!input->has_period) {
            continue;
        }
        bool sooner = !part->has_period || instant_compare(&input->first, &part->first) < 0;
        bool later = !part->has_period || instant_compare(&input->last, &part->last) > 0;
        part->first = sooner ? input->first : part->first;
        part->last = later ? input->last : part->last;
        part->has_period = true;
    }
}

static enum smtplog_status read_head(struct snapshot_set *set, struct snapshot_part *part,
                                     struct span bytes, bool *whole)
{
    struct unpacker in = {bytes, false};
    bool copied = take_copy(set, &in, &part->host);
    TRY(copied ? unpack_inputs(set, part, &in) : SMTPLOG_NO_MEMORY);
    part->head_size = bytes.n - in.rest.n;
    *whole = !in.damaged;
    return SMTPLOG_OK;
}

/* What a part is of: its host, its inputs, its time. */
static enum smtplog_status part_look(struct snapshot_set *set, struct snapshot_part *part)
{
    bool whole = false;
    struct strbuf head;
    enum smtplog_status status = SMTPLOG_OK;
    if (part->bytes.length == part->size) {
        status = read_head(set, part, strbuf_span(&part->bytes), &whole);
    }
    for (size_t most = HEAD_FIRST; !whole && status == SMTPLOG_OK; most *= 16) {
        most = most < part->size ? most : part->size;
        strbuf_init(&head, SNAPSHOT_PART + 1);
        status = deflate_unpack_head(span_of(part->packed, part->packed_size), most, &head);
        status = status == SMTPLOG_OK ? read_head(set, part, strbuf_span(&head), &whole) : status;
        strbuf_free(&head);
        if (!whole && most == part->size && status == SMTPLOG_OK) {
            status = SMTPLOG_FORMAT;
        }
    }
    find_period(part);
    return status;
}

bool snapshot_part_waits(const struct snapshot_part *part)
{
    return part->context && part->packed != NULL;
}

enum smtplog_status snapshot_part_open(struct snapshot_part *part, struct summary *figures)
{
    struct span packed = span_of(part->packed, part->packed_size);
    if (part->bytes.length != part->size) {
        strbuf_clear(&part->bytes);
        TRY(deflate_unpack(packed, part->size, &part->bytes));
    }
    struct span bytes = strbuf_span(&part->bytes);
    if (hash_lasting(ID_SEED, bytes) != part->id) {
        return SMTPLOG_FORMAT;
    }
    struct unpacker in = {span_from(bytes, part->head_size), false};
    part->given_up = unpack_u64(&in);
    TRY(event_unpack_names(&in, &part->arena, &part->names));
    part->event_count = unpack_u64(&in);
    part->events = unpack_text(&in);
    TRY(figures != NULL ? summary_unpack(&in, part->input_count, figures) : SMTPLOG_OK);
    return in.damaged ? SMTPLOG_FORMAT : SMTPLOG_OK;
}

/* Keeps the events alone, and what is in no file yet as it will stand there. The memory of the rest
 * is for the next part: asking the kernel for it anew takes as long as reading it. */
static enum smtplog_status part_trim(struct snapshot_part *part, struct strbuf *spare)
{
    if (snapshot_part_waits(part)) {
        return SMTPLOG_OK;
    }
    TRY(pack_part(part));
    strbuf_clear(&part->apart);
    strbuf_add_span(&part->apart, part->events);
    TRY(strbuf_status(&part->apart));
    part->events = strbuf_span(&part->apart);
    strbuf_free(spare);
    *spare = part->bytes;
    strbuf_clear(spare);
    strbuf_init(&part->bytes, SNAPSHOT_PART);
    return SMTPLOG_OK;
}

/* ---- putting together ------------------------------------------------------------------------ */

static int compare_parts(const void *a, const void *b)
{
    const struct snapshot_part *x = a;
    const struct snapshot_part *y = b;
    if (x->has_period != y->has_period) {
        return x->has_period ? -1 : 1;
    }
    int order = instant_compare(&x->first, &y->first);
    order = order != 0 ? order : instant_compare(&x->last, &y->last);
    if (order != 0) {
        return order;
    }
    size_t n = x->host.n < y->host.n ? x->host.n : y->host.n;
    order = n > 0 ? memcmp(x->host.p, y->host.p, n) : 0;
    return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

/* Two snapshots of one host that cover the same time may hold the same lines. */
static void say_overlaps(const struct smtplog_analyzer *a)
{
    const struct snapshot_set *set = a->snapshots;
    for (size_t i = 0; i < set->count; i++) {
        for (size_t k = i + 1; k < set->count; k++) {
            const struct snapshot_part *x = &set->parts[i];
            const struct snapshot_part *y = &set->parts[k];
            bool both = x->has_period && y->has_period && x->host.n > 0 &&
                        span_equal(x->host, y->host);
            if (both && instant_compare(&y->first, &x->last) < 0) {
                diagnostic_say(&a->diagnostic, SMTPLOG_WARNING,
                               "two snapshots of %.*s cover the same time: lines may be counted "
                               "twice",
                               SPAN_ARGS(x->host));
                return;
            }
        }
    }
}

/* The bytes of a part go before its figures stand in memory twice. last: no part is opened after
 * it. */
static enum smtplog_status add_part_figures(struct smtplog_analyzer *a,
                                            struct snapshot_opening *opening, uint32_t files,
                                            bool last, struct strbuf *spare)
{
    struct summary *figures = NULL;
    enum smtplog_status status = snapshot_opening_end(opening, &figures);
    status = status == SMTPLOG_OK ? part_trim(opening->part, spare) : status;
    if (last) {
        strbuf_free(spare);
    }
    if (status == SMTPLOG_OK && figures != NULL) {
        status = summary_take(a->summary, figures, files);
        a->summary->evicted += opening->part->given_up;
    }
    summary_free(figures);
    return status;
}

/* How many parts are open at once: figures take some megabytes. */
static size_t parts_at_once(const struct snapshot_set *set)
{
    return sysconf(_SC_NPROCESSORS_ONLN) > 1 && set->count > 1 ? SNAPSHOT_AHEAD : 1;
}

static void use_spare(struct snapshot_part *part, struct strbuf *spare)
{
    if (part->bytes.bytes == NULL && spare->bytes != NULL) {
        part->bytes = *spare;
        strbuf_init(spare, SNAPSHOT_PART);
    }
}

static enum smtplog_status add_figures(struct smtplog_analyzer *a, struct replay_source *sources)
{
    struct snapshot_set *set = a->snapshots;
    struct snapshot_opening openings[SNAPSHOT_AHEAD];
    enum smtplog_status status = SMTPLOG_OK;
    struct strbuf spare;
    size_t at_once = parts_at_once(set);
    size_t begun = 0;
    size_t files = 0;
    strbuf_init(&spare, SNAPSHOT_PART);
    for (size_t i = 0; i < begun || (status == SMTPLOG_OK && i < set->count); i++) {
        for (; status == SMTPLOG_OK && begun < set->count && begun < i + at_once; begun++) {
            use_spare(&set->parts[begun], &spare);
            snapshot_opening_begin(&openings[begun % SNAPSHOT_AHEAD], &set->parts[begun],
                                   at_once == 1);
        }
        struct snapshot_part *part = &set->parts[i];
        enum smtplog_status added = add_part_figures(a, &openings[i % SNAPSHOT_AHEAD],
                                                     (uint32_t)files, begun == set->count, &spare);
        status = status == SMTPLOG_OK ? added : status;
        sources[i] = (struct replay_source){snapshot_part_waits(part) ? part : NULL,
                                            part->events,
                                            part->event_count,
                                            &part->names,
                                            !part->context,
                                            (uint32_t)files};
        files += part->context ? 0 : part->input_count;
    }
    strbuf_free(&spare);
    return status;
}

static enum smtplog_status merge_parts(struct smtplog_analyzer *a, struct replay_source *sources)
{
    struct summary *kept = NULL;
    snapshot_give_back_memory();
    TRY(add_figures(a, sources));
    snapshot_give_back_memory();
    int64_t last = a->summary->has_period ? a->summary->last.seconds : INT64_MIN;
    enum smtplog_status status = replay_run(a, sources, a->snapshots->count, last, &kept);
    if (status == SMTPLOG_OK) {
        status = summary_take(a->summary, kept, 0);
    }
    summary_tidy(a->summary);
    summary_free(kept);
    snapshot_give_back_memory();
    return status;
}

enum smtplog_status snapshot_merge(struct smtplog_analyzer *a)
{
    struct snapshot_set *set = snapshot_set_of(a);
    if (set == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < set->count; i++) {
        TRY(part_look(set, &set->parts[i]));
    }
    if (set->count > 0) {
        qsort(set->parts, set->count, sizeof *set->parts, compare_parts);
    }
    say_overlaps(a);
    struct replay_source *sources = calloc(set->count + 1, sizeof *sources);
    if (sources == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    enum smtplog_status status = merge_parts(a, sources);
    free(sources);
    return status;
}

enum smtplog_status snapshot_inputs(struct smtplog_analyzer *a, struct report_input **inputs,
                                    size_t *count)
{
    const struct snapshot_set *set = a->snapshots;
    size_t all = 0;
    for (size_t i = 0; i < set->count; i++) {
        all += set->parts[i].context ? 0 : set->parts[i].input_count;
    }
    struct report_input *list = arena_alloc(&a->arena, (all + 1) * sizeof *list);
    if (list == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    *count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct snapshot_part *part = &set->parts[i];
        for (size_t k = 0; !part->context && k < part->input_count; k++) {
            list[(*count)++] = part->inputs[k];
        }
    }
    *inputs = list;
    return SMTPLOG_OK;
}
