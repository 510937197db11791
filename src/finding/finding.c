/* The list of findings. Trust: texts in it come from rules and, through samples, from logs. */
#include "finding/finding.h"

void finding_list_init(struct finding_list *list)
{
    *list = (struct finding_list){0};
    arena_init(&list->arena);
}

void finding_list_free(struct finding_list *list)
{
    arena_free(&list->arena);
    *list = (struct finding_list){0};
}

const char *finding_severity_name(enum finding_severity severity)
{
    static const char *const names[] = {"info", "warning", "error"};
    return names[severity];
}
