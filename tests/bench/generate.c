/* Generates a mail log and, beside it, the exact truth about it: what `smtplog analyze --format
 * json` must print. The same options give the same bytes. Input is the command line alone. build:
 * cc -std=c11 -O2 -o generate generate*.c */
#define _POSIX_C_SOURCE 200809L
#include "generate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define START       1793577600 /* 2026-11-02T00:00:00Z */
#define BUFFER      (1u << 20)
#define LINE_LIMIT  (1u << 18) /* the longest hostile line, with room to spare */
#define NAME_LENGTH 64

/* --- failing --- */

void world_fail(const char *what)
{
    fprintf(stderr, "generate: %s\n", what);
    exit(1);
}

void *world_grow(void *memory, size_t count, size_t size)
{
    void *grown = count > SIZE_MAX / size ? NULL : realloc(memory, count * size);
    if (grown == NULL) {
        world_fail("out of memory");
    }
    return grown;
}

/* --- output and clock --- */

void world_flush(struct world *world)
{
    const char *at = world->buffer;
    while (at < world->at) {
        ssize_t done = write(world->descriptor, at, (size_t)(world->at - at));
        if (done < 0 && errno != EINTR) {
            perror("generate: write");
            exit(1);
        }
        at += done > 0 ? done : 0;
    }
    world->flushed += (uint64_t)(world->at - world->buffer);
    world->at = world->buffer;
}

struct date {
    uint32_t year, month, day;
};

/* Proleptic Gregorian date of a day counted from 1970-01-01; years from March on, as usual. */
static struct date date_of_day(int64_t day)
{
    uint64_t shifted = (uint64_t)(day + 719468);
    uint32_t era = (uint32_t)(shifted / 146097);
    uint32_t of_era = (uint32_t)(shifted % 146097);
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * of_year + 2) / 153;
    return (struct date){era * 400 + year + (month >= 10), month < 10 ? month + 3 : month - 9,
                         of_year - (153 * month + 2) / 5 + 1};
}

static char *put_time(char *at, int64_t second)
{
    uint32_t of_day = (uint32_t)(second % 86400);
    at = put_digits(at, of_day / 3600, 2);
    *at++ = ':';
    at = put_digits(at, of_day / 60 % 60, 2);
    *at++ = ':';
    return put_digits(at, of_day % 60, 2);
}

char *put_iso(char *at, int64_t second)
{
    struct date date = date_of_day(second / 86400);
    at = put_digits(at, date.year, 4);
    *at++ = '-';
    at = put_digits(at, date.month, 2);
    *at++ = '-';
    at = put_digits(at, date.day, 2);
    *at++ = 'T';
    return put_time(at, second);
}

static char *put_bsd(char *at, int64_t second)
{
    static const char month[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct date date = date_of_day(second / 86400);
    memcpy(at, month[date.month - 1], 3);
    at[3] = ' ';
    at[4] = date.day < 10 ? ' ' : (char)('0' + date.day / 10);
    at[5] = (char)('0' + date.day % 10);
    at[6] = ' ';
    return PUT(put_time(at + 7, second), " ");
}

/* One second on; the stamp of its lines is made once. */
void clock_advance(struct world *world)
{
    char *at = world->stamp;
    world->second++;
    world->micro = 0;
    switch (world->option.style) {
    case STYLE_BSD:
        at = put_bsd(at, world->second);
        break;
    case STYLE_ISO:
        at = PUT(put_iso(at, world->second), ".000000+00:00 ");
        break;
    case STYLE_COUNT:
        break;
    default:
        at = put_iso(at, world->second);
        world->stamp[10] = ' ';
        at = style_has_fraction(world->option.style) ? PUT(at, ".000") : at;
        at = world->option.style >= STYLE_ZONE ? PUT(at, " +0000 ") : PUT(at, " ");
    }
    world->stamp_length = (uint32_t)(at - world->stamp);
}

/* --- text shared by the writers --- */
char *put_long_id(char *at, uint64_t second, uint32_t micro, uint32_t inode)
{
    static const char letter[] = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    for (uint32_t i = 6; i-- != 0; second /= 52) {
        at[i] = letter[second % 52];
    }
    for (uint32_t i = 4; i-- != 0; micro /= 52) {
        at[6 + i] = letter[micro % 52];
    }
    at[10] = 'z';
    at += 11;
    char digit[8];
    uint32_t count = 0;
    do {
        digit[count++] = letter[inode % 51];
        inode /= 51;
    } while (inode != 0);
    while (count != 0) {
        *at++ = digit[--count];
    }
    return at;
}

/* A queue id of some other server. */
static char *put_foreign_id(struct world *world, char *at)
{
    uint64_t draw = chance(world);
    if ((draw & 1) != 0) {
        return put_hex(at, draw >> 8, 10);
    }
    return put_long_id(at, (uint64_t)world->second, (uint32_t)(draw >> 12) % 1000000,
                       (uint32_t)(draw >> 33) | 65536);
}

char *put_template(struct world *world, char *at, const char *text, const struct message *message,
                   const struct address *sender, const struct address *recipient)
{
    for (;;) {
        size_t length = strcspn(text, "%");
        memcpy(at, text, length);
        at += length;
        text += length;
        if (*text == '\0') {
            return at;
        }
        switch (text[1]) {
        case 'r':
            at = put_address(world, at, *recipient);
            break;
        case 's':
            at = put_address(world, at, *sender);
            break;
        case 'd':
            at = put_domain(world, at, recipient->domain);
            break;
        case 'c':
            at = put_text(at, message->client->ip);
            break;
        case 'h':
            at = put_text(at, message->client->helo);
            break;
        case 'n':
            at = put_number(at, chance(world) & 0xfffff);
            break;
        case 'q':
            at = put_foreign_id(world, at);
            break;
        case 'x':
            at = put_hex(at, chance(world), 16);
            break;
        case '%':
            *at++ = '%';
            break;
        default:
            world_fail("a template holds an unknown letter");
        }
        text += 2;
    }
}

/* --- names --- */

/* Takes what was put at the end of the arena as a text of its own. */
static struct text name_take(struct names *names, const char *end)
{
    char *at = names->arena + names->arena_used;
    size_t length = (size_t)(end - at);
    names->arena_used += length;
    if (length > NAME_LENGTH || names->arena_used + 2 * TEXT_PAD > names->arena_size) {
        world_fail("a name is too long");
    }
    return (struct text){at, (uint32_t)length};
}

/* As put_text, but source and target may be neighbours. */
static char *put_part(char *at, struct text text)
{
    memcpy(at, text.at, text.length);
    return at + text.length;
}

static char *name_place(const struct names *names)
{
    return names->arena + names->arena_used;
}

/* The 762 host addresses of the three documentation networks, then pairs of addresses in /64
 * networks. */
static char *put_ip(char *at, uint32_t number)
{
    static const char network[3][12] = {"192.0.2.", "198.51.100.", "203.0.113."};
    if (number < 762) {
        return put_number(put_string(at, network[number / 254]), number % 254 + 1);
    }
    number -= 762;
    char group[8];
    int length = snprintf(group, sizeof group, "%x", number / 2 + 1);
    at = PUT(at, "2001:db8:0:");
    memcpy(at, group, (size_t)length);
    return put_string(at + length, number % 2 == 0 ? "::a" : "::b");
}

static void names_of_users(struct names *names)
{
    static const char *const given[] = {"ann",    "bob",    "carla", "dina",       "emil",  "fatma",
                                        "gus",    "hana",   "info",  "jan.willem", "karin", "li",
                                        "mehmet", "office", "post",  "sales"};
    for (uint32_t i = 0; i < names->user_count; i++) {
        char *at = put_string(name_place(names), given[i % 16]);
        names->user[i] = name_take(names, i < 16 ? at : put_number(PUT(at, "."), i / 16));
    }
}

static void names_of_domains(struct names *names)
{
    static const char *const first[] = {"ash",   "blue",    "copper", "delta",   "elm",  "fern",
                                        "glass", "harbour", "iron",   "juniper", "kiln", "lake",
                                        "maple", "north",   "oak",    "pine"};
    static const char *const second[] = {"-post", "works", "-mail", "field", "net",    "-group",
                                         "land",  "media", "-soft", "bank",  "school", "-labs",
                                         "shop",  "print", "-data", "house"};
    static const char *const top[] = {".example", ".test", ".example.com", ".example.net"};
    for (uint32_t i = 0; i < names->domain_count; i++) {
        char *at = put_string(put_string(name_place(names), first[i % 16]), second[i / 16 % 16]);
        at = i < 256 ? at : put_number(at, i / 256);
        names->domain[i] = name_take(names, put_string(at, top[i % 4]));
        at = put_part(PUT(name_place(names), "mx1."), names->domain[i]);
        at = put_ip(PUT(at, "["), i * 7 % 70000);
        names->relay[i] = name_take(names, PUT(at, "]"));
    }
    static const char *const local[] = {"example.org",       "mail.example.org", "shop.example.org",
                                        "lists.example.org", "club.example.org", "example.net",
                                        "team.example.net",  "example.com"};
    names->local_domain_count = 8;
    for (uint32_t i = 0; i < 8; i++) {
        names->local_domain[i] = name_take(names, put_string(name_place(names), local[i]));
    }
}

static void names_of_clients(struct names *names)
{
    for (uint32_t i = 0; i < names->client_count; i++) {
        struct client *client = &names->client[i];
        client->ip = name_take(names, put_ip(name_place(names), i));
        char *at = put_part(PUT(name_place(names), "mail."),
                            names->domain[i % names->domain_count]);
        client->helo = name_take(names, at);
        at = name_place(names);
        at = i % 3 == 0 ? PUT(at, "unknown") : put_part(at, client->helo);
        at = put_part(PUT(at, "["), client->ip);
        client->text = name_take(names, PUT(at, "]"));
    }
}

static void names_make(struct names *names, bool high)
{
    names->user_count = high ? 8192 : 512;
    names->local_user_count = high ? 8192 : 128;
    names->domain_count = high ? 100000 : 600;
    names->client_count = high ? 16384 : 1024;
    names->user = world_grow(NULL, names->user_count, sizeof *names->user);
    names->domain = world_grow(NULL, names->domain_count, sizeof *names->domain);
    names->relay = world_grow(NULL, names->domain_count, sizeof *names->relay);
    names->client = world_grow(NULL, names->client_count, sizeof *names->client);
    names->arena_size = (size_t)NAME_LENGTH * (names->user_count + 2u * names->domain_count +
                                               3u * names->client_count + 64);
    names->arena = world_grow(NULL, names->arena_size, 1);
    memset(names->arena, 0, names->arena_size);
    names_of_users(names);
    names_of_domains(names);
    names_of_clients(names);
}

/* --- options --- */

static const struct writer *const writers[] = {&writer_postfix, &writer_exim, &writer_transcript};

const char *const style_names[STYLE_COUNT + 1] = {"bsd",  "iso",  "plain", "millisec",
                                                  "zone", "full", "none"};

static const char usage[] =
    "usage: generate -o LOG --truth JSON [--size 64M] [--seed N] [--mta postfix|exim|transcript]\n"
    "                [--style bsd|iso|plain|millisec|zone|full] [--selector default|rich]\n"
    "                [--queue-id short|long] [--cardinality low|high] [--noise PERCENT]\n"
    "                [--rate SESSIONS_A_SECOND] [--retry SECONDS] [--hosts N]\n"
    "                [--open] [--cut] [--hostile]\n";

static _Noreturn void usage_fail(const char *what, const char *value)
{
    fprintf(stderr, "generate: %s %s\n%s", what, value, usage);
    exit(2);
}

static double number_read(const char *option, const char *value, double low, double high)
{
    char *end;
    double number = strtod(value, &end);
    uint32_t shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
    if (end == value || end[shift != 0] != '\0') {
        usage_fail(option, value);
    }
    number *= (double)(UINT64_C(1) << shift);
    if (!(number >= low && number <= high)) {
        usage_fail(option, value);
    }
    return number;
}

static uint32_t choice_read(const char *option, const char *value, const char *first,
                            const char *second)
{
    if (strcmp(value, first) != 0 && strcmp(value, second) != 0) {
        usage_fail(option, value);
    }
    return strcmp(value, second) == 0;
}

static enum style style_read(const char *option, const char *value)
{
    for (uint32_t i = 0; i < STYLE_COUNT; i++) {
        if (strcmp(value, style_names[i]) == 0) {
            return (enum style)i;
        }
    }
    usage_fail(option, value);
}

/* Each format has its stamps: Postfix syslog's, Exim also its own, transcripts none. */
static void style_check(struct options *option)
{
    bool unset = option->style == STYLE_COUNT;
    if (strcmp(option->mta, "transcript") == 0) {
        if (!unset || option->host_count != 1) {
            usage_fail("no stamps and hosts:", option->mta);
        }
    } else if (strcmp(option->mta, "exim") == 0) {
        option->style = unset ? STYLE_PLAIN : option->style;
        if (!style_is_syslog(option->style) && option->host_count != 1) {
            usage_fail("--hosts", "with Exim's own log, which names none");
        }
    } else {
        option->style = unset ? STYLE_BSD : option->style;
        if (!style_is_syslog(option->style) || option->rich) {
            usage_fail("only Exim has", option->rich ? "--selector" : style_names[option->style]);
        }
    }
}

static bool flag_read(struct options *option, const char *name)
{
    if (strcmp(name, "--open") == 0) {
        option->leave_open = true;
    } else if (strcmp(name, "--cut") == 0) {
        option->cut = true;
    } else if (strcmp(name, "--hostile") == 0) {
        option->hostile = true;
    } else {
        return false;
    }
    return true;
}

static void option_read(struct options *option, const char *name, const char *value)
{
    if (strcmp(name, "-o") == 0) {
        option->log_path = value;
    } else if (strcmp(name, "--truth") == 0) {
        option->truth_path = value;
    } else if (strcmp(name, "--mta") == 0) {
        option->mta = value;
    } else if (strcmp(name, "--size") == 0) {
        option->size = (uint64_t)number_read(name, value, 1, 1e13);
    } else if (strcmp(name, "--seed") == 0) {
        option->seed = (uint64_t)number_read(name, value, 0, 9e15);
    } else if (strcmp(name, "--style") == 0) {
        option->style = style_read(name, value);
    } else if (strcmp(name, "--selector") == 0) {
        option->rich = choice_read(name, value, "default", "rich") != 0;
    } else if (strcmp(name, "--queue-id") == 0) {
        option->long_queue_id = choice_read(name, value, "short", "long") != 0;
    } else if (strcmp(name, "--cardinality") == 0) {
        option->high_cardinality = choice_read(name, value, "low", "high") != 0;
    } else if (strcmp(name, "--noise") == 0) {
        option->noise = (uint32_t)number_read(name, value, 0, 95);
    } else if (strcmp(name, "--rate") == 0) {
        option->rate = number_read(name, value, 0.001, 10000);
    } else if (strcmp(name, "--retry") == 0) {
        option->retry = (uint32_t)number_read(name, value, 1, 4000);
    } else if (strcmp(name, "--hosts") == 0) {
        option->host_count = (uint32_t)number_read(name, value, 1, HOST_LIMIT);
    } else {
        usage_fail("unknown option", name);
    }
}

static void options_read(struct options *option, int count, char **argument)
{
    *option = (struct options){.seed = 1,
                               .size = 64u << 20,
                               .noise = 15,
                               .retry = 300,
                               .host_count = 1,
                               .rate = 4,
                               .style = STYLE_COUNT,
                               .mta = "postfix"};
    for (int i = 1; i < count; i++) {
        if (flag_read(option, argument[i])) {
            continue;
        }
        if (i + 1 == count) {
            usage_fail("unknown option, or its value is missing:", argument[i]);
        }
        option_read(option, argument[i], argument[i + 1]);
        i++;
    }
    if (option->log_path == NULL || option->truth_path == NULL) {
        usage_fail("missing:", option->log_path == NULL ? "-o LOG" : "--truth JSON");
    }
    style_check(option);
}

/* --- main --- */

static void world_make(struct world *world)
{
    static const char host_name[HOST_LIMIT][TEXT_PAD] = {"mx1", "mx2", "mx3", "mx4", "mx5",
                                                         "mx6", "mx7", "mx8", "mx9"};
    const struct options *option = &world->option;
    for (uint32_t i = 0; i < HOST_LIMIT; i++) {
        world->host[i] = (struct text){host_name[i], 3};
    }
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        if (strcmp(writers[i]->name, option->mta) == 0) {
            world->writer = writers[i];
        }
    }
    if (world->writer == NULL) {
        usage_fail("--mta", option->mta);
    }
    world->recipients_named = !world->writer->exim || option->rich;
    world->random = option->seed * UINT64_C(0x2545f4914f6cdd1d) + 88172645463325252u;
    world->second = START - 1;
    world->first_stamp = world->last_stamp = -1;
    double step = 1e6 / (option->rate * 1.6 * 20);
    world->micro_step = step > 50000 ? 50000 : step < 2 ? 2 : (uint32_t)step;
    world->spam_pool = option->high_cardinality ? 1u << 20 : 1u << 13;
    world->spam_seen = world_grow(NULL, world->spam_pool, 1);
    memset(world->spam_seen, 0, world->spam_pool);
    world->head = world_grow(NULL, WHEEL, sizeof *world->head);
    world->tail = world_grow(NULL, WHEEL, sizeof *world->tail);
    memset(world->head, 0, WHEEL * sizeof *world->head);
    world->node_size = 4096;
    world->node_count = 1; /* 0 is the end of a chain */
    world->node = world_grow(NULL, world->node_size, sizeof *world->node);
    world->buffer = world_grow(NULL, BUFFER + LINE_LIMIT, 1);
    world->at = world->buffer;
    world->flush_at = world->buffer + BUFFER;
    names_make(&world->names, option->high_cardinality);
}

static void world_free(struct world *world)
{
    for (uint32_t i = 0; i < world->message_count / MESSAGE_BLOCK; i++) {
        free(world->block[i]);
    }
    free(world->block);
    free(world->message_free);
    free(world->node);
    free(world->head);
    free(world->tail);
    free(world->pid_free);
    free(world->spam_seen);
    free(world->triplet_time);
    free(world->names.user);
    free(world->names.domain);
    free(world->names.relay);
    free(world->names.client);
    free(world->names.arena);
    free(world->buffer);
}

int main(int count, char **argument)
{
    static struct world world;
    options_read(&world.option, count, argument);
    world_make(&world);
    world.descriptor = open(world.option.log_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (world.descriptor < 0) {
        perror(world.option.log_path);
        return 1;
    }
    flow_run(&world);
    world_flush(&world);
    if (close(world.descriptor) != 0) {
        perror(world.option.log_path);
        return 1;
    }
    truth_write(&world);
    world_free(&world);
    return 0;
}
