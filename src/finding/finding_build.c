/* From figures to findings. */
#include "finding/finding_build.h"

enum smtplog_status finding_build(struct summary *summary, const struct catalog *catalog,
                                  struct finding_list *list)
{
    (void)summary;
    (void)catalog;
    finding_list_init(list);
    return SMTPLOG_OK;
}
