/* What the summary consists of: the table. */
#include "aggregate/summary_field.h"

static const struct record_field traffic_fields[] = {
    RECORD_FIELD("attempts", FIELD_COUNT, struct traffic, attempts),
    RECORD_FIELD("delivered", FIELD_COUNT, struct traffic, delivered),
    RECORD_FIELD("deferred", FIELD_COUNT, struct traffic, deferred),
    RECORD_FIELD("bounced", FIELD_COUNT, struct traffic, bounced),
    RECORD_FIELD("rejected", FIELD_COUNT, struct traffic, rejected),
    RECORD_FIELD("greylisted", FIELD_COUNT, struct traffic, greylisted),
    RECORD_FIELD("rejected_temporary", FIELD_COUNT, struct traffic, rejected_temporary),
    RECORD_FIELD("deliveries", FIELD_COUNT, struct traffic, deliveries),
    RECORD_FIELD("bytes", FIELD_COUNT, struct traffic, bytes),
    RECORD_FIELD("delay_sum", FIELD_COUNT, struct traffic, delay_sum),
    RECORD_FIELD("deferred_delay", FIELD_MOST, struct traffic, deferred_delay),
    RECORD_FIELD("delay", FIELD_HISTOGRAM, struct traffic, delay),
};
static const struct record_type traffic_type = RECORD_TYPE("traffic", struct traffic,
                                                           traffic_fields);
/* Without the last field. */
static const struct record_type short_traffic_type = {"short_traffic", TRAFFIC_SHORT_ROW,
                                                      traffic_fields, COUNT_OF(traffic_fields) - 1};

static const struct record_field class_fields[] = {
    RECORD_FIELD("permanent", FIELD_COUNT, struct class_row, permanent),
    RECORD_FIELD("temporary", FIELD_COUNT, struct class_row, temporary),
    RECORD_FIELD("without_code", FIELD_COUNT, struct class_row, other),
    RECORD_FIELD("first", FIELD_FIRST, struct class_row, first),
    RECORD_FIELD("sample", FIELD_SAMPLE_TEXT, struct class_row, sample),
};
static const struct record_type class_type = RECORD_TYPE("class", struct class_row, class_fields);

static const struct record_field template_fields[] = {
    RECORD_FIELD("code", FIELD_SAMPLE_NUMBER, struct template_row, code),
    RECORD_FIELD("direction", FIELD_SAMPLE_NUMBER, struct template_row, direction),
    RECORD_FIELD("class", FIELD_SAMPLE_TEXT, struct template_row, class_name),
    RECORD_FIELD("weight", FIELD_COUNT, struct template_row, weight),
    RECORD_COUNTS("outcomes", struct template_row, outcome),
    RECORD_FIELD("first", FIELD_FIRST, struct template_row, first),
    RECORD_FIELD("last", FIELD_LAST, struct template_row, last),
    RECORD_FIELD("sample", FIELD_SAMPLE_STRING, struct template_row, sample),
};
static const struct record_type template_type = RECORD_TYPE("template", struct template_row,
                                                            template_fields);

static const struct record_field sample_fields[] = {
    RECORD_FIELD("line", FIELD_SAMPLE_NUMBER, struct sample_row, line),
    RECORD_FIELD("file", FIELD_SAMPLE_FILE, struct sample_row, file),
    RECORD_FIELD("first", FIELD_FIRST, struct sample_row, first),
    RECORD_FIELD("sample", FIELD_SAMPLE_TEXT, struct sample_row, sample),
};
static const struct record_type sample_type = RECORD_TYPE("sample", struct sample_row,
                                                          sample_fields);

static const struct record_field code_fields[] = {
    RECORD_FIELD("count", FIELD_COUNT, struct code_count, count),
    RECORD_FIELD("implied", FIELD_COUNT, struct code_count, implied),
    RECORD_COUNTS("direction", struct code_count, direction),
    RECORD_COUNTS("stages", struct code_count, stage),
    {"classes", FIELD_WORDS, offsetof(struct code_count, classes),
     RECORD_SIZE(struct code_count, classes), SUMMARY_CLASSES, NULL,
     offsetof(struct code_count, class_count)},
    RECORD_FIELD(NULL, FIELD_GUARD, struct code_count, class_count),
    {"enhanced", FIELD_TABLE, offsetof(struct code_count, enhanced),
     RECORD_SIZE(struct code_count, enhanced), SUMMARY_ENHANCED, NULL,
     offsetof(struct code_count, has_enhanced)},
    RECORD_FIELD(NULL, FIELD_GUARD, struct code_count, has_enhanced),
};
static const struct record_type code_type = RECORD_TYPE("code", struct code_count, code_fields);

static const struct record_field refusal_fields[] = {
    RECORD_FIELD("refusals", FIELD_COUNT, struct refusal_lines, refusals),
    RECORD_FIELD("greylisting", FIELD_COUNT, struct refusal_lines, greylisting),
    RECORD_FIELD("greylisting_450", FIELD_COUNT, struct refusal_lines, greylisting_450),
    RECORD_FIELD("hard", FIELD_COUNT, struct refusal_lines, hard),
    RECORD_FIELD("hard_550", FIELD_COUNT, struct refusal_lines, hard_550),
    RECORD_FIELD("rejected_550", FIELD_COUNT, struct refusal_lines, rejected_550),
    RECORD_FIELD("rejected_550_implied", FIELD_COUNT, struct refusal_lines, rejected_550_implied),
    RECORD_FIELD("possible", FIELD_COUNT, struct refusal_lines, possible),
};
static const struct record_type refusal_type = RECORD_TYPE("refusal", struct refusal_lines,
                                                           refusal_fields);

static const struct record_field received_fields[] = {
    RECORD_FIELD("bytes", FIELD_COUNT, struct received_row, bytes),
};
static const struct record_type received_type = RECORD_TYPE("received", struct received_row,
                                                            received_fields);

static const struct record_field spread_fields[] = {
    RECORD_FIELD("sum", FIELD_COUNT, struct spread, sum),
    RECORD_FIELD("histogram", FIELD_HISTOGRAM, struct spread, histogram),
};
static const struct record_type spread_type = RECORD_TYPE("spread", struct spread, spread_fields);

#define SPREADS(name, structure, member)                                                 \
    {                                                                                    \
        name, FIELD_RECORD, offsetof(structure, member), RECORD_SIZE(structure, member), \
            RECORD_SIZE(structure, member) / sizeof(struct spread), &spread_type, 0      \
    }

static const struct record_field queue_fields[] = {
    RECORD_COUNTS("bins", struct queue_time, bin),
    SPREADS("spread", struct queue_time, spread),
};
static const struct record_type queue_type = RECORD_TYPE("queue_time", struct queue_time,
                                                         queue_fields);

#define FLOW(name, member)             RECORD_FIELD(name, FIELD_COUNT, struct flow, member)
#define FLOW_TABLE(name, member, rows) RECORD_TABLE(name, struct flow, member, rows, NULL)
#define FLOW_QUEUE(name, member)                                                                \
    {                                                                                           \
        name, FIELD_RECORD, offsetof(struct flow, member), RECORD_SIZE(struct flow, member), 1, \
            &queue_type, 0                                                                      \
    }
#define RECEIVED(name, table) \
    RECORD_TABLE(name, struct flow, received[table], FLOW_ROWS, &received_type)

static const struct record_field flow_fields[] = {
    RECEIVED("received.senders", RECEIVED_SENDER),
    RECEIVED("received.sender_domains", RECEIVED_SENDER_DOMAIN),
    RECEIVED("received.hosts", RECEIVED_HOST),
    RECEIVED("received.local_users", RECEIVED_LOCAL_USER),
    SPREADS("size", struct flow, size),
    SPREADS("phase", struct flow, phase),
    SPREADS("delivery_time", struct flow, delivery_time),
    FLOW_QUEUE("queue_time.all", queue),
    FLOW_QUEUE("queue_time.remote", queue_remote),
    FLOW("with_delivery", with_delivery),
    FLOW("with_deferral", with_deferral),
    FLOW("with_failure", with_failure),
    FLOW("canceled", canceled),
    FLOW("from_filter", from_filter),
    FLOW("without_size", without_size),
    FLOW("connections.opened", opened),
    FLOW("connections.closed", closed),
    FLOW("connections.encrypted", encrypted),
    RECORD_COUNTS("tls.arrivals", struct flow, arrivals),
    RECORD_COUNTS("tls.deliveries", struct flow, deliveries),
    FLOW_TABLE("tls.handshakes", handshakes, FLOW_WORD_ROWS),
    FLOW_TABLE("connections.problems", problems, FLOW_WORD_ROWS),
    FLOW_TABLE("action_texts", action_texts, FLOW_ACTION_ROWS),
    RECORD_FIELD(NULL, FIELD_WORK, struct flow, memo),
    RECORD_FIELD(NULL, FIELD_WORK, struct flow, key),
};
static const struct record_type flow_type = RECORD_TYPE("flow", struct flow, flow_fields);

static const struct record_field contradiction_fields[] = {
    RECORD_FIELD("count", FIELD_COUNT, struct contradiction_row, count),
    RECORD_FIELD("first", FIELD_FIRST, struct contradiction_row, first),
    RECORD_FIELD("sample", FIELD_SAMPLE_TEXT, struct contradiction_row, sample),
};
static const struct record_type contradiction_type = RECORD_TYPE(
    "contradiction", struct contradiction_row, contradiction_fields);

static const struct record_field matrix_fields[] = {
    RECORD_COUNTS("cells", struct matrix, cell),
    {"contradictions", FIELD_RECORD, offsetof(struct matrix, contradictions),
     RECORD_SIZE(struct matrix, contradictions), CONTRADICTIONS, &contradiction_type, 0},
};
static const struct record_type matrix_type = RECORD_TYPE("matrix", struct matrix, matrix_fields);

static const struct record_field login_fields[] = {
    RECORD_FIELD("ok", FIELD_COUNT, struct login_row, ok),
    RECORD_FIELD("failed", FIELD_COUNT, struct login_row, failed),
    RECORD_COUNTS("codes", struct login_row, code),
};
static const struct record_type login_type = RECORD_TYPE("login", struct login_row, login_fields);

static const struct record_field funnel_fields[] = {
    RECORD_FIELD("sessions", FIELD_COUNT, struct funnel, sessions),
    RECORD_COUNTS("reached", struct funnel, reached),
    RECORD_COUNTS("passed", struct funnel, passed),
    RECORD_COUNTS("commands", struct funnel, commands),
    RECORD_COUNTS("refused", struct funnel, refused),
    RECORD_FIELD("attempts", FIELD_COUNT, struct funnel, attempts),
    RECORD_FIELD("delivered", FIELD_COUNT, struct funnel, delivered),
    RECORD_COUNTS("lost", struct funnel, lost),
    RECORD_COUNTS("auth_replies", struct funnel, auth_code),
    RECORD_TABLE("login_clients", struct funnel, clients, FUNNEL_NAMES, &login_type),
    RECORD_TABLE("login_users", struct funnel, users, FUNNEL_NAMES, &login_type),
    RECORD_FIELD(NULL, FIELD_WORK, struct funnel, memos),
};
static const struct record_type funnel_type = RECORD_TYPE("funnel", struct funnel, funnel_fields);

static const struct record_field sighting_fields[] = {
    RECORD_FIELD("first", FIELD_FIRST, struct sighting, first),
    RECORD_FIELD("last", FIELD_LAST, struct sighting, last),
};
static const struct record_type sighting_type = RECORD_TYPE("sighting", struct sighting,
                                                            sighting_fields);

static const struct record_field sightings_fields[] = {
    RECORD_TABLE("codes", struct sightings, codes, SIGHTING_CODES, &sighting_type),
    RECORD_TABLE("classes", struct sightings, classes, SIGHTING_NAMES, &sighting_type),
    RECORD_TABLE("providers", struct sightings, providers, SIGHTING_NAMES, &sighting_type),
    RECORD_FIELD(NULL, FIELD_WORK, struct sightings, of_code),
};
static const struct record_type sightings_type = RECORD_TYPE("sightings", struct sightings,
                                                             sightings_fields);

#define COUNT(name, member)             RECORD_FIELD(name, FIELD_COUNT, struct summary, member)
#define COUNTS(name, member)            RECORD_COUNTS(name, struct summary, member)
#define HISTOGRAM(name, member)         RECORD_FIELD(name, FIELD_HISTOGRAM, struct summary, member)
#define WORK(member)                    RECORD_FIELD(NULL, FIELD_WORK, struct summary, member)
#define TABLE(name, member, rows, type) RECORD_TABLE(name, struct summary, member, rows, type)
#define TRAFFIC(name, table)            TABLE(name, traffic[table], SUMMARY_TABLE_ROWS, &traffic_type)

static const struct record_field summary_fields[] = {
    WORK(memory),
    WORK(main_budget),
    WORK(other_budget),
    WORK(template_slots),
    WORK(lookup),
    {"signals", FIELD_RECORDS, offsetof(struct summary, signals),
     RECORD_SIZE(struct summary, signals), 1, &signal_set_type, 0},
    COUNT("lines.read", lines_read),
    COUNTS("lines", bin),
    COUNT("lines.overlong", overlong),
    COUNT("lines.duplicate", duplicate),
    COUNT("lines.match_limit", limits_hit),
    COUNT("accuracy.state_lost", evicted),
    RECORD_FIELD(NULL, FIELD_GUARD, struct summary, has_period),
    {"period.first", FIELD_FIRST, offsetof(struct summary, first),
     RECORD_SIZE(struct summary, first), 1, NULL, offsetof(struct summary, has_period)},
    {"period.last", FIELD_LAST, offsetof(struct summary, last), RECORD_SIZE(struct summary, last),
     1, NULL, offsetof(struct summary, has_period)},
    COUNT("events", events),
    {"codes", FIELD_RECORDS, offsetof(struct summary, code), RECORD_SIZE(struct summary, code),
     SUMMARY_CODES, &code_type, 0},
    COUNT("attempts.total", attempts_total),
    COUNTS("attempts", attempts),
    COUNT("rejects.total", rejects_total),
    COUNTS("rejects.by_stage", reject_stage),
    COUNTS("rejects.by_code", reject_code),
    COUNTS("rejects.by_implied_code", reject_implied),
    COUNTS("stages.replies", stage_replies),
    COUNTS("stages.ok", stage_ok),
    COUNTS("stages.temporary", stage_temporary),
    COUNTS("stages.permanent", stage_permanent),
    COUNT("auth.ok", auth_ok),
    COUNT("auth.failed", auth_failed),
    COUNTS("auth.by_code", auth_code),
    {"refusals", FIELD_RECORD, offsetof(struct summary, refusal_lines),
     RECORD_SIZE(struct summary, refusal_lines), DIRECTIONS, &refusal_type, 0},
    COUNTS("greylisting.by_code", greylist_code),
    COUNTS("hard.by_code", hard_code),
    COUNT("recipients.total", recipients.total),
    COUNTS("recipients", recipients.by_state),
    COUNT("recipients.null_sender.total", null_recipients.total),
    COUNTS("recipients.null_sender", null_recipients.by_state),
    COUNT("recipients.delivered_first_try", delivered.first_try),
    COUNT("recipients.delivered_after_greylisting", delivered.after_greylisting),
    COUNT("recipients.delivered_after_deferral", delivered.after_deferral),
    COUNT("recipients.null_sender.delivered_first_try", null_delivered.first_try),
    COUNT("recipients.null_sender.delivered_after_greylisting", null_delivered.after_greylisting),
    COUNT("recipients.null_sender.delivered_after_deferral", null_delivered.after_deferral),
    COUNT("refused", recipients_refused),
    COUNT("refused.greylisted", greylisted),
    COUNT("refused.greylisted_450", greylisted_450),
    COUNT("refused.both", greylisted_and_hard_550),
    COUNT("greylisting.null_sender.recipients", null_greylisted),
    COUNT("hard.null_sender.recipients", null_hard),
    COUNT("greylisting.recipients", greylist.recipients),
    COUNT("greylisting.recovered", greylist.recovered),
    COUNT("greylisting.refused_later", greylist.refused_later),
    COUNT("greylisting.lost", greylist.lost),
    COUNT("greylisting.waiting", greylist.waiting),
    COUNT("greylisting.other", greylist.other),
    {"greylisting.detail", FIELD_RECORD, offsetof(struct summary, greylist_detail),
     RECORD_SIZE(struct summary, greylist_detail), 1, &greylist_figures_type, 0},
    COUNT("greylisting.possible.recipients", possible_recipients),
    COUNT("greylisting.behaved_like.recipients", behaved_like),
    HISTOGRAM("greylisting.wait", wait),
    HISTOGRAM("greylisting.behaved_like.wait", behaved_wait),
    COUNT("hard.recipients", hard_recipients),
    COUNTS("hard.recipients_by_code", hard_recipient_code),
    COUNT("hard.bounced_without_reply", bounced_without_reply),
    COUNT("messages.received", messages_received),
    COUNT("messages.total", messages.total),
    COUNTS("messages", messages.by_state),
    COUNT("messages.bytes_received", bytes_received),
    COUNT("messages.bytes_delivered", bytes_delivered),
    COUNT("inbound.triplets_refused", inbound_refused),
    COUNT("inbound.greylisted", inbound_greylisted),
    COUNT("inbound.greylisted_450", inbound_greylisted_450),
    COUNT("inbound.rejected_550", inbound_550),
    COUNT("inbound.rejected_550_implied", inbound_550_implied),
    COUNT("inbound.recovered", inbound_recovered),
    COUNT("inbound.waiting", inbound_ends.waiting),
    COUNT("inbound.never_returned", inbound_ends.never_returned),
    HISTOGRAM("inbound.wait", inbound_wait),
    TRAFFIC("domains", TRAFFIC_DOMAIN),
    TRAFFIC("providers", TRAFFIC_PROVIDER),
    TRAFFIC("peers", TRAFFIC_PEER),
    TRAFFIC("senders", TRAFFIC_SENDER),
    TABLE("recipient_addresses", traffic[TRAFFIC_RECIPIENT], SUMMARY_TABLE_ROWS,
          &short_traffic_type),
    TRAFFIC("transports", TRAFFIC_TRANSPORT),
    TABLE("clients", traffic[TRAFFIC_CLIENT], SUMMARY_TABLE_ROWS, &short_traffic_type),
    TABLE("classes", classes, 64, &class_type),
    TABLE("rejects.by_class", reject_classes, 64, NULL),
    TABLE("templates", templates, SUMMARY_TABLE_ROWS, &template_type),
    TABLE("actions", actions, 64, NULL),
    TABLE("warnings", warnings, 512, &sample_type),
    TABLE("not_understood", unknown, 512, &sample_type),
    TABLE("auth.clients", auth_clients, SUMMARY_TABLE_ROWS, NULL),
    TABLE("auth.users", auth_users, SUMMARY_TABLE_ROWS, NULL),
    RECORD_FIELD("timeline", FIELD_TIMELINE, struct summary, timeline),
    {"flow", FIELD_RECORD, offsetof(struct summary, flow), RECORD_SIZE(struct summary, flow), 1,
     &flow_type, 0},
    {"matrix", FIELD_RECORD, offsetof(struct summary, matrix), RECORD_SIZE(struct summary, matrix),
     1, &matrix_type, 0},
    {"funnel", FIELD_RECORD, offsetof(struct summary, funnel), RECORD_SIZE(struct summary, funnel),
     1, &funnel_type, 0},
    {"sightings", FIELD_RECORD, offsetof(struct summary, sightings),
     RECORD_SIZE(struct summary, sightings), 1, &sightings_type, 0},
    WORK(words),
    WORK(scratch),
};
const struct record_type summary_type = RECORD_TYPE("summary", struct summary, summary_fields);
