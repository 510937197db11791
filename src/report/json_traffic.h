/* The parts of the JSON summary about traffic, messages, connections, and the three axes of codes.
 */
#ifndef REPORT_JSON_TRAFFIC_H
#define REPORT_JSON_TRAFFIC_H

#include "report/json_writer.h"
#include "report/report.h"

struct json_traffic {
    struct json_writer *json;
    const struct report *report;
    struct summary *summary; /* quantiles sort what is kept */
    enum smtplog_status status;
};

/* domains[] and the other tables of attempts. */
void json_traffic_tables(struct json_traffic *traffic);

/* Members of messages{}. */
void json_traffic_messages(struct json_traffic *traffic);

/* received{}, distinct{}, sizes{}, delays{}, queue_time{}, days[], hours[]. */
void json_traffic_flow(struct json_traffic *traffic);

/* tls{}, connections{}, action_texts[]. */
void json_traffic_connections(struct json_traffic *traffic);

/* matrix[], contradictions[]. */
void json_traffic_matrix(struct json_traffic *traffic);

#endif
