/* The memory that the tables of a summary share, and what it means for their figures. */
#ifndef AGGREGATE_SUMMARY_MEMORY_H
#define AGGREGATE_SUMMARY_MEMORY_H

#include "aggregate/summary.h"

/* Rows that every large table has room for, whatever the others use. */
#define SUMMARY_ROWS_RESERVED 256

/* Lets the large tables share so many bytes, before anything is added. */
void summary_set_memory(struct summary *summary, size_t bytes);

/* Every table with its name in the field table ("domains", "greylisting.detail.domains"). */
typedef void (*summary_table)(void *context, struct span name, struct topk *table);
void summary_each_table(struct summary *summary, summary_table function, void *context);

#endif
