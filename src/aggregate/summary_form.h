/* What summary_pack.c and summary_unpack.c share; for no one else. */
#ifndef AGGREGATE_SUMMARY_FORM_H
#define AGGREGATE_SUMMARY_FORM_H

#include "aggregate/summary_field.h"

/* How a field is written; the letters stand in files. */
enum summary_form {
    FORM_NONE = 0,
    FORM_NUMBERS = 'n',
    FORM_FLAG = 'b',
    FORM_INSTANT = 'i',
    FORM_HISTOGRAM = 'h',
    FORM_TIMELINE = 't',
    FORM_SERIES = 'e',
    FORM_TABLE = 'k',
    FORM_WORDS = 'w',
    FORM_RECORDS = 'r',
    FORM_TEXT = 's',
    FORM_NUMBER = 'm'
};

/* FORM_NONE for what is not stored. */
enum summary_form summary_form_of(enum field_kind kind);

#endif
