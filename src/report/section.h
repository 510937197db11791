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
    X(findings,    BRIEF,  build_findings) \
    X(greylisting, BRIEF,  build_greylisting) \
    X(outcome,     BRIEF,  build_outcome) \
    X(inbound,     NORMAL, build_inbound) \
    X(sessions,    BRIEF,  build_sessions) \
    X(codes,       NORMAL, build_codes) \
    X(classes,     NORMAL, build_classes) \
    X(waits,       NORMAL, build_waits) \
    X(returning,   NORMAL, build_returning) \
    X(domains,     NORMAL, build_domains) \
    X(providers,   NORMAL, build_providers) \
    X(peers,       NORMAL, build_peers) \
    X(texts,       NORMAL, build_texts) \
    X(clients,     NORMAL, build_clients) \
    X(auth,        NORMAL, build_auth) \
    X(timeline,    NORMAL, build_timeline) \
    X(notices,     NORMAL, build_notices) \
    X(warnings,    NORMAL, build_warnings) \
    X(unknown,     NORMAL, build_unknown)
/* clang-format on */

#define REPORT_SECTION_BUILDER(name, detail, builder) void builder(struct report_builder *b);
REPORT_SECTIONS(REPORT_SECTION_BUILDER)
#undef REPORT_SECTION_BUILDER

#endif
