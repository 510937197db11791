/* The same tests of report/escape as it is built for machines without SSE2. */
#undef __SSE2__
#include "report/escape.c"

#include "test_escape.c"
