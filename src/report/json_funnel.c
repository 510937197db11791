/* How far sessions get and how log-ins ended, in the JSON summary. */
#include "report/json_funnel.h"

#include <stdio.h>
#include <stdlib.h>

static void add_inbound(const struct funnel *funnel, struct json_writer *json)
{
    json_object(json, "inbound");
    json_u64(json, "sessions", funnel->sessions);
    json_array(json, "stages");
    for (int stage = 0; stage < STAGES; stage++) {
        if (funnel->reached[stage] == 0) {
            continue;
        }
        json_object(json, NULL);
        json_text(json, "stage", span_cstr(event_value_name(EVENT_STAGE, stage)));
        json_u64(json, "sessions", funnel->reached[stage]);
        json_u64(json, "passed", funnel->passed[stage]);
        json_u64(json, "lost", funnel->reached[stage] - funnel->passed[stage]);
        json_u64(json, "commands", funnel->commands[stage]);
        json_u64(json, "refused", funnel->refused[stage]);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
}

static void add_outbound(const struct funnel *funnel, struct json_writer *json)
{
    json_object(json, "outbound");
    json_u64(json, "attempts", funnel->attempts);
    json_array(json, "stages");
    for (int stage = STAGE_CONNECT; stage < STAGES; stage++) {
        if (funnel->lost[stage] == 0) {
            continue;
        }
        json_object(json, NULL);
        json_text(json, "stage", span_cstr(event_value_name(EVENT_STAGE, stage)));
        json_u64(json, "attempts", funnel_outbound_reached(funnel, (enum event_stage)stage));
        json_u64(json, "lost", funnel->lost[stage]);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_u64(json, "lost_elsewhere", funnel->lost[STAGE_NONE]);
    json_u64(json, "delivered", funnel->delivered);
    json_end(json, '}');
}

void json_funnel(const struct report *report, struct json_writer *json)
{
    json_object(json, "funnel");
    add_inbound(&report->summary->funnel, json);
    add_outbound(&report->summary->funnel, json);
    json_end(json, '}');
}

static void add_code(struct json_writer *json, int code, uint64_t count)
{
    char digits[16];
    if (count > 0) {
        snprintf(digits, sizeof digits, "%d", code);
        json_u64(json, digits, count);
    }
}

static enum smtplog_status add_names(const struct report *report, struct json_writer *json,
                                     const char *name, const struct topk *table)
{
    struct topk_row **rows = NULL;
    size_t count = 0;
    TRY(topk_sorted(table, report->top, &rows, &count));
    json_array(json, name);
    for (size_t i = 0; i < count; i++) {
        const struct login_row *row = rows[i]->value;
        json_object(json, NULL);
        json_text(json, "name", rows[i]->key);
        json_u64(json, "ok", row->ok);
        json_u64(json, "failed", row->failed);
        json_object(json, "by_code");
        for (size_t c = 0; c < FUNNEL_OUTCOMES; c++) {
            add_code(json, funnel_codes[c], row->code[c]);
        }
        json_end(json, '}');
        json_end(json, '}');
    }
    json_end(json, ']');
    free(rows);
    return SMTPLOG_OK;
}

enum smtplog_status json_funnel_auth(const struct report *report, struct json_writer *json)
{
    const struct funnel *funnel = &report->summary->funnel;
    json_object(json, "replies");
    for (int code = 0; code < FUNNEL_CODES; code++) {
        add_code(json, code, funnel->auth_code[code]);
    }
    json_end(json, '}');
    json_object(json, "logins");
    TRY(add_names(report, json, "clients", &funnel->clients));
    TRY(add_names(report, json, "users", &funnel->users));
    json_end(json, '}');
    return SMTPLOG_OK;
}
