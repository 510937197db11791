/* The summary as bytes, by the table of its fields, and back. The bytes begin with the names of
 * their fields, so that a version with more or fewer of them still reads what it knows: what is
 * missing is 0, what is unknown is passed over. */
#ifndef AGGREGATE_SUMMARY_PACK_H
#define AGGREGATE_SUMMARY_PACK_H

#include "aggregate/summary_field.h"
#include "base/pack.h"

MUST_USE enum smtplog_status summary_pack(const struct summary *summary, struct strbuf *out);

/* Fills an empty summary, whose samples are of so many files. SMTPLOG_FORMAT when the bytes are
 * damaged. */
MUST_USE enum smtplog_status summary_unpack(struct unpacker *in, size_t file_count,
                                            struct summary *summary);

#endif
