/* Which events a run shows. Trust: filters come from the command line of whoever runs the program.
 */
#include "lib/selection.h"

#include <stdlib.h>

#include "lib/analyzer.h"

#define NAMES_MAXIMUM 1024 /* classes or providers that a filter may name */

void selection_free(struct selection *selection)
{
    for (size_t i = 0; i < selection->option_count; i++) {
        free(selection->options[i].list);
    }
    free(selection->options);
    filter_free(selection->filter);
    identity_table_free(selection->identities);
}

enum smtplog_status selection_set(struct selection *selection, const char *name, const char *list)
{
    enum filter_kind kind = filter_find(span_cstr(name));
    if (kind == FILTERS) {
        return SMTPLOG_END;
    }
    struct selection_option *grown = realloc(selection->options,
                                             (selection->option_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    selection->options = grown;
    grown[selection->option_count] = (struct selection_option){kind, strdup(list)};
    return grown[selection->option_count++].list != NULL ? SMTPLOG_OK : SMTPLOG_NO_MEMORY;
}

/* ---- options --------------------------------------------------------------------------------- */

struct name_list {
    struct span names[NAMES_MAXIMUM];
    size_t count;
};

static enum smtplog_status add_name(void *context, const struct catalog_entry *entry)
{
    struct name_list *list = context;
    if (list->count < NAMES_MAXIMUM) {
        list->names[list->count++] = entry->name;
    }
    return SMTPLOG_OK;
}

static enum smtplog_status read_option(struct smtplog_analyzer *a,
                                       const struct selection_option *option,
                                       struct name_list *known)
{
    struct strbuf problem;
    enum smtplog_status status = SMTPLOG_OK;
    known->count = 0;
    if (option->kind == FILTER_CLASS || option->kind == FILTER_PROVIDER) {
        const char *type = option->kind == FILTER_CLASS ? "class" : "provider";
        TRY(catalog_each(a->knowledge.catalog, type, add_name, known));
    }
    strbuf_init(&problem, 65536);
    status = filter_add(a->selection.filter, option->kind, span_cstr(option->list), known->names,
                        known->count, &problem);
    if (problem.length > 0) {
        diagnostic_hand_on(&a->diagnostic, SMTPLOG_ERROR, strbuf_span(&problem));
    }
    strbuf_free(&problem);
    return status;
}

enum smtplog_status selection_prepare(struct smtplog_analyzer *a, bool join)
{
    struct selection *selection = &a->selection;
    if (selection->option_count > 0) {
        struct name_list *known = calloc(1, sizeof *known);
        enum smtplog_status status = known != NULL ? filter_new(&selection->filter)
                                                   : SMTPLOG_NO_MEMORY;
        if (status == SMTPLOG_OK) {
            filter_speak(selection->filter, &a->diagnostic);
        }
        for (size_t i = 0; i < selection->option_count && status == SMTPLOG_OK; i++) {
            status = read_option(a, &selection->options[i], known);
        }
        free(known);
        TRY(status);
        tracker_tell_named_only(a->tracker);
    }
    bool counts = selection->filter != NULL && a->event_writer == NULL; /* who came in */
    bool asks = selection->filter != NULL && filter_needs_message(selection->filter);
    return join || counts || asks ? identity_table_new(&selection->identities) : SMTPLOG_OK;
}

/* ---- lines ----------------------------------------------------------------------------------- */

bool selection_shows_line(const struct selection *selection, const struct event *event)
{
    return selection->filter == NULL || filter_line(selection->filter, event);
}

enum smtplog_status selection_judge(struct smtplog_analyzer *a, const struct event *event,
                                    bool is_record, bool in_range, struct selected *selected)
{
    const struct selection *selection = &a->selection;
    selected->shown = in_range;
    selected->has_identity = false;
    if (selection->identities != NULL) {
        TRY(identity_note(selection->identities, event, &selected->identity,
                          &selected->has_identity));
    }
    if (selection->filter == NULL || !in_range) {
        return SMTPLOG_OK;
    }
    if (!is_record) {
        selected->shown = filter_line(selection->filter, event);
        return SMTPLOG_OK;
    }
    const struct identity *known = &selected->identity;
    struct filter_message message = {.sender = SPAN_EMPTY};
    if (selected->has_identity) {
        message = (struct filter_message){known->has_sender, known->sender,    known->message_id,
                                          known->client,     known->client_ip, known->user};
    }
    selected->shown = filter_event(selection->filter, event,
                                   selected->has_identity ? &message : NULL);
    return SMTPLOG_OK;
}

void selection_say(const struct smtplog_analyzer *a)
{
    struct strbuf text;
    if (a->selection.filter == NULL) {
        return;
    }
    strbuf_init(&text, 65536);
    filter_explain_nothing(a->selection.filter, &text);
    if (text.length > 0) {
        diagnostic_hand_on(&a->diagnostic, SMTPLOG_WARNING, strbuf_span(&text));
    }
    strbuf_free(&text);
}
