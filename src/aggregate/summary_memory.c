/* The memory that the tables of a summary share. */
#include "aggregate/summary_memory.h"

#include <stdio.h>

#include "aggregate/summary_field.h"

#define LARGE_TABLE 512 /* rows; smaller ones are not worth counting */
#define NAME_LENGTH 128

/* There are nine main tables, with rows of 300 bytes or so: a third of the memory is theirs, an
 * equal part each, and whoever comes first has the rest. */
#define MAIN_BYTES_A_RESERVED_ROW 8192

struct table_walk {
    summary_table function;
    void *context;
};

static void walk(const struct table_walk *tables, const struct record_type *type, char *record,
                 const char *prefix)
{
    for (size_t f = 0; f < type->field_count; f++) {
        const struct record_field *field = &type->fields[f];
        char name[NAME_LENGTH];
        bool nested = field->kind == FIELD_RECORD && field->type != NULL;
        if (!nested && (field->kind != FIELD_TABLE || field->guard != 0)) {
            continue;
        }
        int n = snprintf(name, sizeof name, "%s%s%s", prefix, prefix[0] != '\0' ? "." : "",
                         field->name);
        if (field->kind == FIELD_TABLE) {
            tables->function(tables->context, span_of(name, n < NAME_LENGTH ? (size_t)n : 0),
                             (struct topk *)(record + field->offset));
            continue;
        }
        for (size_t i = 0; i < field->count; i++) {
            walk(tables, field->type, record + field->offset + i * field->type->size, name);
        }
    }
}

void summary_each_table(struct summary *summary, summary_table function, void *context)
{
    struct table_walk tables = {function, context};
    walk(&tables, &summary_type, (char *)summary, "");
}

/* The tables that reports are about: of domains, providers, peers, addresses, and of greylisting.
 * The others may not take their memory. */
static bool is_main(struct span name)
{
    static const char *const names[] = {"domains",    "providers",           "peers",
                                        "senders",    "recipient_addresses", "clients",
                                        "greylisting"};
    size_t i = 0;
    while (i < COUNT_OF(names) && !span_starts(name, span_cstr(names[i]))) {
        i++;
    }
    return i < COUNT_OF(names);
}

static void share(void *context, struct span name, struct topk *table)
{
    struct summary *summary = context;
    bool main = is_main(name);
    if (table->capacity >= LARGE_TABLE) {
        size_t rows = summary->main_budget.limit / MAIN_BYTES_A_RESERVED_ROW;
        table->budget = main ? &summary->main_budget : &summary->other_budget;
        table->reserved = main && rows > SUMMARY_ROWS_RESERVED ? rows : SUMMARY_ROWS_RESERVED;
    }
}

void summary_set_memory(struct summary *summary, size_t bytes)
{
    summary->other_budget = (struct budget){.limit = bytes / 6};
    summary->main_budget = (struct budget){.limit = bytes - bytes / 6};
    summary_each_table(summary, share, summary);
}
