/* What stands in front of a syslog message when it is much like what stood in front of the one
 * before. */
#include "base/civil_time.h"
#include "logfmt/header_part.h"

/* Where a time of day stands first, or SIZE_MAX. */
static size_t find_clock_time(struct span line)
{
    struct stamp stamp;
    for (size_t i = 0; i < HEADER_REMEMBERED && i < line.n; i++) {
        size_t at = i;
        if (byte_is_digit(line.p[i]) && header_take_clock(line, &at, &stamp)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* Remembers the surroundings of the time of day, unless more than that and the message may differ
 * in the next line: nested headers, zones by name, hosts that look like the beginning of another
 * header. */
static void remember(struct header_memory *memory, struct span line, const struct header *header)
{
    size_t front = find_clock_time(line);
    size_t end = front;
    struct stamp stamp = header->stamp;
    memory->length = 0;
    if (front == 0 || front == SIZE_MAX || header->rfc5424 || header->host.n == 0 ||
        header->tag.n == 0 || stamp.zone == STAMP_ABBREVIATION || header->host.p[0] == '<' ||
        (header->host.n >= 3 && civil_month(header->host.p) > 0) ||
        memchr(header->host.p, '[', header->host.n) != NULL ||
        header_stream_length(span_from(line, (size_t)(header->host.p - line.p))) > 0) {
        return;
    }
    (void)header_take_clock(line, &end, &stamp);
    size_t host_at = (size_t)(header->host.p - line.p);
    size_t length = host_at + header->host.n + 1; /* with the blank behind the host */
    struct span between = span_of(line.p + end, host_at > end ? host_at - end : 0);
    if (host_at <= end || length > line.n || length > HEADER_REMEMBERED ||
        line.p[length - 1] != ' ' ||
        memchr(between.p, ' ', between.n) != between.p + between.n - 1 ||
        stamp.second_of_day != header->stamp.second_of_day ||
        stamp.nanosecond != header->stamp.nanosecond) {
        return;
    }
    memcpy(memory->text, line.p, length);
    memory->length = length;
    memory->clock_at = front;
    memory->clock_end = end;
    memory->host_at = host_at;
    memory->stamp = header->stamp;
}

/* The time of day of a line that begins like the one before; only its fraction may be another. */
static inline bool clock_moves_on(struct header_memory *memory, struct span line)
{
    size_t at = memory->clock_at;
    if (bytes_read8(line.p + at) == bytes_read8(memory->text + at)) {
        at += 8;
        header_take_fraction(line, &at, &memory->stamp);
    } else if (header_take_clock(line, &at, &memory->stamp)) {
        memcpy(memory->text + memory->clock_at, line.p + memory->clock_at, 8);
    } else {
        return false;
    }
    return at == memory->clock_end;
}

/* A host that cannot be anything else, in the place of the one before: many write into one log.
 * What begins with a small letter is no zone and no year. */
static bool take_other_host(struct header_memory *memory, struct span line)
{
    struct span text = span_from(line, memory->host_at);
    size_t n = byte_scan(text, ' ', ':', '[');
    size_t length = memory->host_at + n + 1;
    if (n == 0 || n == text.n || text.p[n] != ' ' || text.p[0] < 'a' || text.p[0] > 'z' ||
        length > HEADER_REMEMBERED || (n >= 3 && civil_month(text.p) > 0) ||
        header_stream_length(text) > 0) {
        return false;
    }
    memcpy(memory->text + memory->host_at, text.p, n + 1);
    memory->length = length;
    return true;
}

/* Whether another time of day or another host stands between the same words. */
APART static bool is_moved_on(struct header_memory *memory, struct span line)
{
    size_t end = memory->clock_end;
    size_t host = memory->host_at;
    if (!bytes_equal(line.p, memory->text, memory->clock_at)) {
        return false;
    }
    bool moved = clock_moves_on(memory, line) &&
                 bytes_equal(line.p + end, memory->text + end, host - end) &&
                 (bytes_equal(line.p + host, memory->text + host, memory->length - host) ||
                  take_other_host(memory, line));
    if (!moved) {
        memory->length = 0; /* the stamp is another one now */
    }
    return moved;
}

/* Many lines are of the second of the one before; with a fraction hardly any. */
static bool is_alike(struct header_memory *memory, struct span line)
{
    if (memory->length == 0 || line.n < memory->length) {
        return false;
    }
    return (memory->stamp.digits == 0 && bytes_equal(line.p, memory->text, memory->length)) ||
           is_moved_on(memory, line);
}

/* Where a name is remembered that a bracket ends: by its last letters. Behind a host eight bytes
 * can be read in front of anything. */
static inline struct header_name *name_place(struct header_memory *memory, const char *bracket)
{
    return &memory->names[bytes_read8(bracket - 8) * 0x9e3779b97f4a7c15u >> HEADER_NAME_SHIFT];
}

#ifdef BYTE_SCAN_WIDE
/* Bytes in front of the first bracket among the 32 at p; 0 when there is none. */
static inline size_t bracket_at(const char *p)
{
    unsigned brackets = bytes_mask_of(bytes_load16(p), '[');
    if (brackets != 0) {
        return (size_t)__builtin_ctz(brackets);
    }
    brackets = bytes_mask_of(bytes_load16(p + BYTE_SCAN_WIDE), '[');
    return brackets != 0 ? BYTE_SCAN_WIDE + (size_t)__builtin_ctz(brackets) : 0;
}
#endif

/* `name[pid]: ` with a name that is remembered, as nearly always. False says nothing. */
static inline bool take_known_tag(struct header_memory *memory, struct span text,
                                  struct header *header)
{
#ifdef BYTE_SCAN_WIDE
    size_t n = text.n >= HEADER_NAME ? bracket_at(text.p) : 0;
    if (n == 0 || n + BYTE_SCAN_WIDE + 4 > text.n) {
        return false;
    }
    struct header_name *name = name_place(memory, text.p + n);
    const char *pid = text.p + n + 1;
    unsigned ends = bytes_mask_of_two(bytes_load16(pid), ']', ' ');
    const char *end = pid + (ends != 0 ? __builtin_ctz(ends) : 0);
    if (name->length != n || !bytes_equal(name->text, text.p, n) || end[0] != ']' ||
        end[1] != ':' || end[2] != ' ' || end[3] == ' ') {
        return false;
    }
    header->name = name;
    header->tag = span_of(text.p, n);
    header->pid = span_of(pid, (size_t)(end - pid));
    header->message = span_of(end + 3, text.n - (size_t)(end + 3 - text.p));
    return true;
#else
    (void)memory, (void)text, (void)header;
    return false;
#endif
}

/* Any other tag; the next line may have it again. */
APART static bool take_new_tag(struct header_memory *memory, struct span text,
                               struct header *header)
{
    header->name = NULL;
    header->pid = SPAN_EMPTY;
    if (!header_take_tag(span_skip_blanks(text), header)) {
        return false;
    }
    struct span tag = header->tag;
    if (tag.n < HEADER_NAME && tag.p[tag.n] == '[') {
        header->name = name_place(memory, tag.p + tag.n);
        memcpy(header->name->text, tag.p, tag.n);
        header->name->length = tag.n;
        header->name->meaning = NULL;
    }
    return true;
}

static bool parse_alike(struct header_memory *memory, struct span line, struct header *header)
{
    if (!is_alike(memory, line)) {
        return false;
    }
    size_t host_at = memory->host_at;
    header->stamp = memory->stamp;
    header->host = span_of(line.p + host_at, memory->length - 1 - host_at);
    header->rfc5424 = false;
    header->repeated = 0;
    struct span text = span_from(line, memory->length);
    if (!take_known_tag(memory, text, header) && !take_new_tag(memory, text, header)) {
        return false;
    }
    if (header->message.n > 0 && header->message.p[0] == '[') {
        header_strip_solaris_id(header);
    }
    return true;
}

APART static bool parse_anew(struct header_memory *memory, struct span line, struct header *header)
{
    if (!header_parse(line, header)) {
        return false;
    }
    remember(memory, line, header);
    return true;
}

bool header_parse_next(struct header_memory *memory, struct span line, struct header *header)
{
    return parse_alike(memory, line, header) || parse_anew(memory, line, header);
}
