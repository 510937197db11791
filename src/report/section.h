/* The table of sections: what a report consists of, in order. To add one: a line here, a file with
 * its builder (report_X.c), its words in patterns/codes/report.cat. */
#ifndef REPORT_SECTION_H
#define REPORT_SECTION_H

#include "report/report_build.h"

/* Name (stable, one word, for --section), lowest detail that shows it, builder. A builder adds
 * nothing when there is nothing to say. */
/* clang-format off */
#define REPORT_SECTIONS(X) \
    X(head,        BRIEF,  build_head) \
    X(against,     BRIEF,  build_against) \
    X(findings,    BRIEF,  build_findings) \
    X(greylisting, BRIEF,  build_greylisting) \
    X(outcome,     BRIEF,  build_outcome) \
    X(inbound,     NORMAL, build_inbound) \
    X(sessions,    BRIEF,  build_sessions) \
    X(codes,       NORMAL, build_codes) \
    X(contradictions, NORMAL, build_contradictions) \
    X(matrix,      FULL,   build_matrix) \
    X(classes,     NORMAL, build_classes) \
    X(waits,       NORMAL, build_waits) \
    X(returning,   NORMAL, build_returning) \
    X(domains,     NORMAL, build_domains) \
    X(providers,   NORMAL, build_providers) \
    X(peers,       NORMAL, build_peers) \
    X(totals,      FULL,   build_totals) \
    X(domain_volume, FULL, build_domain_volume) \
    X(peer_volume, FULL,   build_peer_volume) \
    X(transports,  FULL,   build_transports) \
    X(recipients,  FULL,   build_recipients) \
    X(senders,     FULL,   build_senders) \
    X(sender_domains, FULL, build_sender_domains) \
    X(sending_hosts, FULL, build_sending_hosts) \
    X(local_users, FULL,   build_local_users) \
    X(delays,      FULL,   build_delays) \
    X(queue_time,  FULL,   build_queue_time) \
    X(texts,       NORMAL, build_texts) \
    X(reasons,     FULL,   build_reasons) \
    X(clients,     NORMAL, build_clients) \
    X(auth,        NORMAL, build_auth) \
    X(funnel,      FULL,   build_funnel) \
    X(timeline,    NORMAL, build_timeline) \
    X(notices,     NORMAL, build_notices) \
    X(days,        FULL,   build_days) \
    X(hours,       FULL,   build_hours) \
    X(connections, FULL,   build_connections) \
    X(tls,         FULL,   build_tls) \
    X(actions,     FULL,   build_actions) \
    X(warnings,    NORMAL, build_warnings) \
    X(unknown,     NORMAL, build_unknown) \
    X(figures,     FULL,   build_figures)
/* clang-format on */

#define REPORT_SECTION_BUILDER(name, detail, builder) void builder(struct report_builder *b);
REPORT_SECTIONS(REPORT_SECTION_BUILDER)
#undef REPORT_SECTION_BUILDER

#endif
