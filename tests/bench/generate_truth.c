/* Writes the truth as JSON. Keys are those of `smtplog analyze --format json`, where it has one;
 * codes stand by number. Beyond them: `generator` (how the log was made) and `words` (what grep
 * finds after `status=`). */
#include "generate.h"

#include <stdio.h>
#include <stdlib.h>

static void json_codes(FILE *out, const char *name, const uint64_t *count)
{
    const char *comma = "";
    fprintf(out, "\"%s\": {", name);
    for (uint32_t code = 0; code < CODE_LIMIT; code++) {
        if (count[code] != 0) {
            fprintf(out, "%s\"%u\": %llu", comma, (unsigned)code, (unsigned long long)count[code]);
            comma = ", ";
        }
    }
    fprintf(out, "}");
}

static void json_states(FILE *out, const uint64_t *count)
{
    static const char *const name[STATUS_COUNT] = {
        [STATUS_DELIVERED] = "delivered", [STATUS_FORWARDED] = "forwarded",
        [STATUS_DISCARDED] = "discarded", [STATUS_UNKNOWN] = "unknown",
        [STATUS_DEFERRED] = "deferred",   [STATUS_EXPIRED] = "expired",
        [STATUS_BOUNCED] = "bounced"};
    for (uint32_t status = STATUS_DELIVERED; status < STATUS_COUNT; status++) {
        fprintf(out, "%s\"%s\": %llu", status == STATUS_DELIVERED ? "" : ", ", name[status],
                (unsigned long long)count[status]);
    }
}

static void json_number(FILE *out, const char *name, uint64_t number, const char *after)
{
    fprintf(out, "\"%s\": %llu%s", name, (unsigned long long)number, after);
}

/* The wait below which `percent` of the recovered waited (nearest rank). */
static uint64_t wait_quantile(const struct truth *truth, uint64_t percent)
{
    uint64_t rank = (truth->grey_recovered * percent + 99) / 100;
    uint64_t sum = 0;
    uint64_t second = 0;
    for (; second < WAIT_LIMIT - 1; second++) {
        sum += truth->wait[second];
        if (sum >= rank) {
            break;
        }
    }
    return second;
}

static void json_input(FILE *out, const struct world *world)
{
    const struct options *option = &world->option;
    char first[32], last[32];
    *put_iso(first, world->first_stamp < 0 ? 0 : world->first_stamp) = '\0';
    *put_iso(last, world->last_stamp < 0 ? 0 : world->last_stamp) = '\0';
    fprintf(out,
            "{\n\"generator\": {\"mta\": \"%s\", \"style\": \"%s\", \"queue_id\": \"%s\", "
            "\"cardinality\": \"%s\", ",
            option->mta, style_names[option->style], option->long_queue_id ? "long" : "short",
            option->high_cardinality ? "high" : "low");
    fprintf(out,
            "\"selector\": \"%s\", \"seed\": %llu, \"noise\": %u, \"retry\": %u, \"hosts\": %u, "
            "\"rate\": %g, \"open\": "
            "%s, \"cut\": %s, \"hostile\": %s, ",
            option->rich ? "rich" : "default", (unsigned long long)option->seed,
            (unsigned)option->noise, (unsigned)option->retry, (unsigned)option->host_count,
            option->rate, option->leave_open ? "true" : "false", option->cut ? "true" : "false",
            option->hostile ? "true" : "false");
    json_number(out, "bytes", world->flushed, ", ");
    json_number(out, "open_peak", world->truth.open_peak, ", ");
    json_number(out, "hostile_lines", world->truth.hostile, "},\n");
    if (option->style == STYLE_COUNT) {
        return; /* nothing has a time */
    }
    fprintf(out, "\"period\": {\"first\": \"%sZ\", \"last\": \"%sZ\"},\n", first, last);
}

static void json_lines(FILE *out, const struct truth *truth)
{
    fprintf(out, "\"lines\": {");
    json_number(out, "read", truth->line_event + truth->line_context + truth->line_foreign, ", ");
    json_number(out, "event", truth->line_event, ", ");
    json_number(out, "context", truth->line_context, ", ");
    json_number(out, "foreign", truth->line_foreign, ", ");
    fprintf(out, "\"unknown\": 0, \"malformed\": 0, \"outside\": 0, \"overlong\": 0, ");
    json_number(out, "duplicate", truth->duplicate, "},\n");
    json_number(out, "events", truth->line_event, ",\n");
    fprintf(out, "\"words\": {");
    json_number(out, "sent", truth->word[0], ", ");
    json_number(out, "deferred", truth->word[1], ", ");
    json_number(out, "bounced", truth->word[2], "},\n\"codes\": {");
    const char *comma = "";
    for (uint32_t code = 0; code < CODE_LIMIT; code++) {
        const struct tally *tally = &truth->code[code];
        if (tally->count != 0 || truth->reject_implied[code] != 0) {
            fprintf(out, "%s\"%u\": {", comma, (unsigned)code);
            json_number(out, "count", tally->count, ", ");
            json_number(out, "implied", truth->reject_implied[code], ", ");
            json_number(out, "outbound", tally->outbound, ", ");
            json_number(out, "inbound", tally->inbound, "}");
            comma = ", ";
        }
    }
    fprintf(out, "},\n");
}

static void json_headline(FILE *out, const struct world *world)
{
    const struct truth *truth = &world->truth;
    fprintf(out, "\"greylisting_450_vs_hard_550\": {");
    json_number(out, "recipients_refused", truth->refused_recipients, ", ");
    json_number(out, "greylisted", truth->grey_recipients, ", ");
    json_number(out, "greylisted_450", truth->grey_450_recipients, ", ");
    json_number(out, "hard", truth->hard_recipients, ", ");
    json_number(out, "hard_550", truth->hard_recipient_code[550], ", ");
    json_number(out, "both", truth->grey_and_hard_550, ",\n  \"lines\": {");
    json_number(out, "refusals", truth->refusal_lines, ", ");
    json_number(out, "greylisting", truth->grey_lines, ", ");
    json_number(out, "greylisting_450", truth->grey_code[450], ", ");
    json_number(out, "hard", truth->hard_lines, ", ");
    json_number(out, "hard_550", truth->hard_code[550], "},\n  \"inbound\": {");
    if (!world->option.hostile) { /* whose triplet a hostile line is, nobody can tell */
        json_number(out, "triplets_refused", truth->triplets, ", ");
        json_number(out, "greylisted", truth->grey_triplets, ", ");
        json_number(out, "greylisted_450", truth->grey_450_triplets, ", ");
        json_number(out, "rejected_550", truth->hard_550_triplets, ", ");
        json_number(out, "rejected_550_implied", truth->hard_550_implied_triplets, ", ");
    }
    fprintf(out, "\"lines\": {");
    json_number(out, "refusals", truth->rejects, ", ");
    json_number(out, "greylisting", truth->grey_reject_lines, ", ");
    json_number(out, "greylisting_450", truth->grey_450_reject_lines, ", ");
    json_number(out, "rejected_550", truth->reject_code[550], ", ");
    json_number(out, "rejected_550_implied", truth->reject_implied[550], "}}},\n");
}

static void json_greylisting(FILE *out, const struct truth *truth)
{
    fprintf(out, "\"greylisting\": {");
    json_number(out, "events", truth->grey_lines, ", ");
    json_codes(out, "by_code", truth->grey_code);
    fprintf(out, ", ");
    json_number(out, "recipients", truth->grey_recipients, ", ");
    json_number(out, "recovered", truth->grey_recovered, ", ");
    json_number(out, "refused_later", truth->grey_refused, ", ");
    json_number(out, "lost", truth->grey_lost, ", ");
    json_number(out, "waiting", truth->grey_waiting, ", ");
    json_number(out, "other", truth->grey_other, ",\n  ");
    if (truth->grey_recovered != 0) {
        fprintf(out, "\"wait\": {");
        json_number(out, "p50", wait_quantile(truth, 50), ", ");
        json_number(out, "p90", wait_quantile(truth, 90), ", ");
        json_number(out, "p95", wait_quantile(truth, 95), ", ");
        json_number(out, "max", wait_quantile(truth, 100), "},\n  ");
    }
    fprintf(out, "\"possible\": {");
    json_number(out, "events", truth->possible_lines, ", ");
    json_number(out, "recipients", truth->possible_recipients, "}, ");
    fprintf(out, "\"behaved_like\": {");
    json_number(out, "recipients", truth->behaved_like, "},\n  \"inbound\": {");
    json_number(out, "events", truth->grey_reject_lines, ", ");
    json_number(out, "triplets", truth->grey_triplets, ", ");
    json_number(out, "recovered", truth->triplet_recovered, ", ");
    json_number(out, "waiting", truth->triplet_waiting, ", ");
    json_number(out, "never_returned", truth->triplet_never, "}},\n");
}

static void json_outcomes(FILE *out, const struct truth *truth)
{
    fprintf(out, "\"hard\": {");
    json_number(out, "events", truth->hard_lines, ", ");
    json_codes(out, "by_code", truth->hard_code);
    fprintf(out, ", ");
    json_number(out, "recipients", truth->hard_recipients, ", ");
    json_codes(out, "recipients_by_code", truth->hard_recipient_code);
    fprintf(out, ", ");
    json_number(out, "bounced_without_reply", truth->bounced_without_reply, ", \"null_sender\": {");
    json_number(out, "recipients", truth->hard_null_recipients, "}},\n\"attempts\": {");
    json_number(out, "total", truth->attempts, ", ");
    json_number(out, "delivered", truth->attempt[STATUS_DELIVERED], ", ");
    json_number(out, "deferred", truth->attempt[STATUS_DEFERRED], ", ");
    json_number(out, "bounced", truth->attempt[STATUS_BOUNCED], "},\n\"recipients\": {");
    json_number(out, "total", truth->recipients, ", ");
    json_states(out, truth->recipient);
    fprintf(out, ",\n  ");
    json_number(out, "delivered_first_try", truth->first_try, ", ");
    json_number(out, "delivered_after_greylisting", truth->after_greylisting, ", ");
    json_number(out, "delivered_after_deferral", truth->after_deferral, ",\n  \"null_sender\": {");
    json_number(out, "total", truth->null_recipients, ", ");
    json_states(out, truth->null_recipient);
    fprintf(out, "}},\n\"messages\": {");
    json_number(out, "received", truth->received, ", ");
    json_states(out, truth->message);
    fprintf(out, ", ");
    json_number(out, "bytes_delivered", truth->bytes_delivered, "},\n");
}

/* Of dialogues only lines and codes are known; messages and recipients there are none. */
static void dialogues_keep(struct truth *truth)
{
    static struct truth all;
    all = *truth;
    memset(truth, 0, sizeof *truth);
    truth->line_event = all.line_event;
    truth->line_context = all.line_context;
    truth->line_foreign = all.line_foreign;
    truth->hostile = all.hostile;
    truth->open_peak = all.open_peak;
    memcpy(truth->word, all.word, sizeof truth->word);
    memcpy(truth->code, all.code, sizeof truth->code);
}

void truth_write(struct world *world)
{
    static const char *const stage[STAGE_COUNT] = {"connect", "mail", "rcpt"};
    const struct truth *truth = &world->truth;
    if (world->writer->dialogues_only) {
        dialogues_keep(&world->truth);
    }
    FILE *out = fopen(world->option.truth_path, "w");
    if (out == NULL) {
        perror(world->option.truth_path);
        exit(1);
    }
    json_input(out, world);
    json_lines(out, truth);
    json_headline(out, world);
    json_greylisting(out, truth);
    json_outcomes(out, truth);
    fprintf(out, "\"rejects\": {");
    json_number(out, "total", truth->rejects, ", ");
    json_codes(out, "by_code", truth->reject_code);
    fprintf(out, ", ");
    json_codes(out, "by_implied_code", truth->reject_implied);
    fprintf(out, ", \"by_stage\": {");
    const char *comma = "";
    for (uint32_t i = 0; i < STAGE_COUNT; i++) {
        if (truth->reject_stage[i] != 0) {
            fprintf(out, "%s", comma);
            json_number(out, stage[i], truth->reject_stage[i], "");
            comma = ", ";
        }
    }
    fprintf(out, "}},\n\"auth\": {");
    json_number(out, "ok", truth->login_ok, ", ");
    json_number(out, "failed", truth->login_failed, "}\n}\n");
    if (fclose(out) != 0) {
        perror(world->option.truth_path);
        exit(1);
    }
}
