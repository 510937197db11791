/* The table of sections (section_list.h): what a report consists of, and what of it is shown. */
#ifndef REPORT_SECTION_H
#define REPORT_SECTION_H

#include "report/report_build.h"

struct report_section {
    const char *name; /* stable */
    enum report_detail detail;
    void (*build)(struct report_builder *b);
};

/* All sections in their order. */
const struct report_section *report_sections(size_t *count);

#define SECTION(name, detail, builder) void builder(struct report_builder *b);
#include "report/section_list.h"
#undef SECTION

#endif
