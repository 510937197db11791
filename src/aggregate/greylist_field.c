/* What the figures of greylisting consist of: part of the table of the summary's fields. */
#include "aggregate/summary_field.h"

static const struct record_field end_fields[] = {
    RECORD_FIELD("recipients", FIELD_COUNT, struct greylist_counts, recipients),
    RECORD_FIELD("recovered", FIELD_COUNT, struct greylist_counts, recovered),
    RECORD_FIELD("refused_later", FIELD_COUNT, struct greylist_counts, refused_later),
    RECORD_FIELD("lost", FIELD_COUNT, struct greylist_counts, lost),
    RECORD_FIELD("waiting", FIELD_COUNT, struct greylist_counts, waiting),
    RECORD_FIELD("other", FIELD_COUNT, struct greylist_counts, other),
};
static const struct record_type end_type = RECORD_TYPE("end", struct greylist_counts, end_fields);

static const struct record_field greylist_row_fields[] = {
    {"ends", FIELD_RECORD, offsetof(struct greylist_row, ends),
     RECORD_SIZE(struct greylist_row, ends), 1, &end_type, 0},
    RECORD_FIELD("wait", FIELD_HISTOGRAM, struct greylist_row, wait),
};
static const struct record_type greylist_row_type = RECORD_TYPE("greylist_row", struct greylist_row,
                                                                greylist_row_fields);

static const struct record_field returning_fields[] = {
    RECORD_FIELD("greylisted", FIELD_COUNT, struct returning_row, greylisted),
    RECORD_FIELD("recovered", FIELD_COUNT, struct returning_row, recovered),
    RECORD_FIELD("waiting", FIELD_COUNT, struct returning_row, waiting),
    RECORD_FIELD("never_returned", FIELD_COUNT, struct returning_row, never_returned),
};
static const struct record_type returning_type = RECORD_TYPE("returning", struct returning_row,
                                                             returning_fields);

static const struct record_field greylister_fields[] = {
    RECORD_COUNTS("decisions", struct greylister_row, decision),
    RECORD_FIELD("delay", FIELD_HISTOGRAM, struct greylister_row, delay),
};
static const struct record_type greylister_type = RECORD_TYPE("greylister", struct greylister_row,
                                                              greylister_fields);

static const struct record_field greylist_fields[] = {
    RECORD_TABLE("domains", struct greylist_figures, domains, SUMMARY_TABLE_ROWS,
                 &greylist_row_type),
    RECORD_TABLE("providers", struct greylist_figures, providers, SUMMARY_TABLE_ROWS,
                 &greylist_row_type),
    {"null_sender", FIELD_RECORD, offsetof(struct greylist_figures, null_sender),
     RECORD_SIZE(struct greylist_figures, null_sender), 1, &end_type, 0},
    RECORD_FIELD("retried", FIELD_COUNT, struct greylist_figures, retried),
    RECORD_FIELD("not_retried", FIELD_COUNT, struct greylist_figures, not_retried),
    RECORD_FIELD("retry", FIELD_HISTOGRAM, struct greylist_figures, retry),
    RECORD_FIELD("asked", FIELD_COUNT, struct greylist_figures, asked),
    RECORD_FIELD("asked_early", FIELD_COUNT, struct greylist_figures, asked_early),
    RECORD_FIELD("asked_in_time", FIELD_COUNT, struct greylist_figures, asked_in_time),
    RECORD_FIELD("asked_not_retried", FIELD_COUNT, struct greylist_figures, asked_not_retried),
    RECORD_FIELD("asked_wait", FIELD_HISTOGRAM, struct greylist_figures, asked_wait),
    RECORD_FIELD("asked_late", FIELD_HISTOGRAM, struct greylist_figures, asked_late),
    RECORD_TABLE("inbound_senders", struct greylist_figures, inbound_senders, SUMMARY_TABLE_ROWS,
                 &returning_type),
    RECORD_COUNTS("inbound_450", struct greylist_figures, inbound_450),
    RECORD_TABLE("greylisters", struct greylist_figures, greylisters, 16, &greylister_type),
    RECORD_FIELD("greylister_triplets", FIELD_COUNT, struct greylist_figures, greylister_triplets),
    RECORD_FIELD("greylister_passed", FIELD_COUNT, struct greylist_figures, greylister_passed),
    RECORD_FIELD("greylister_waiting", FIELD_COUNT, struct greylist_figures, greylister_waiting),
    RECORD_FIELD("greylister_never", FIELD_COUNT, struct greylist_figures, greylister_never),
    RECORD_FIELD("greylister_wait", FIELD_HISTOGRAM, struct greylist_figures, greylister_wait),
    RECORD_COUNTS("notices", struct greylist_figures, notices),
    RECORD_COUNTS("notice_states", struct greylist_figures, notice_states),
    RECORD_TABLE("notice_causes", struct greylist_figures, notice_causes, 64, NULL),
    RECORD_FIELD("messages_before", FIELD_COUNT, struct greylist_figures, messages_before),
    RECORD_FIELD("messages_open", FIELD_COUNT, struct greylist_figures, messages_open),
    RECORD_FIELD("recipients_before", FIELD_COUNT, struct greylist_figures, recipients_before),
    RECORD_FIELD("recipients_open", FIELD_COUNT, struct greylist_figures, recipients_open),
};
const struct record_type greylist_figures_type = RECORD_TYPE("greylist", struct greylist_figures,
                                                             greylist_fields);
