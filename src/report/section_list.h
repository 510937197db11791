/* The sections of the report in their order. To add one: a line here, a file with its builder
 * (report_X.c), its words in patterns/codes/report.cat.
 *
 *   SECTION(name, detail, builder)
 *
 * name: stable, for --section; one word. detail: the lowest level
 * that shows it. builder: void builder(struct report_builder *); adds nothing when there is nothing
 * to say. */
/* clang-format off */
SECTION(head,        BRIEF,  build_head)
SECTION(findings,    BRIEF,  build_findings)
SECTION(greylisting, BRIEF,  build_greylisting)
SECTION(outcome,     BRIEF,  build_outcome)
SECTION(inbound,     NORMAL, build_inbound)
SECTION(sessions,    BRIEF,  build_sessions)
SECTION(codes,       NORMAL, build_codes)
SECTION(classes,     NORMAL, build_classes)
SECTION(domains,     NORMAL, build_domains)
SECTION(providers,   NORMAL, build_providers)
SECTION(peers,       NORMAL, build_peers)
SECTION(texts,       NORMAL, build_texts)
SECTION(clients,     NORMAL, build_clients)
SECTION(auth,        NORMAL, build_auth)
SECTION(timeline,    NORMAL, build_timeline)
SECTION(warnings,    NORMAL, build_warnings)
SECTION(unknown,     NORMAL, build_unknown)
/* clang-format on */
