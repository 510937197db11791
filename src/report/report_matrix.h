/* The words for what contradicts itself, shared by text and JSON. */
#ifndef REPORT_REPORT_MATRIX_H
#define REPORT_REPORT_MATRIX_H

#include "aggregate/matrix.h"

/* Key of the phrase that says what a contradiction means. */
const char *matrix_phrase(enum contradiction contradiction);

#endif
