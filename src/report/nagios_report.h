/* One line for Nagios, Icinga and others of their kind, with performance data behind a bar
 * (Monitoring Plugins Development Guidelines). */
#ifndef REPORT_NAGIOS_REPORT_H
#define REPORT_NAGIOS_REPORT_H

#include "catalog/phrase.h"
#include "report/figure_list.h"

#define NAGIOS_NAMES 64

enum nagios_state {
    NAGIOS_OK,
    NAGIOS_WARNING,
    NAGIOS_CRITICAL,
    NAGIOS_UNKNOWN
};

struct nagios_line {
    enum nagios_state state;
    struct span said; /* what held, or why nothing is known */
    size_t rules;
    struct phrases phrases;
    const struct figure_list *figures;
    struct span names[NAGIOS_NAMES]; /* of figures that rules use: performance data beside the
                                        usual ones */
    size_t name_count;
};

MUST_USE enum smtplog_status nagios_write(const struct nagios_line *line, struct strbuf *out);

#endif
