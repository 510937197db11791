/* How far two short names are apart: for "did you mean". */
#ifndef BASE_EDIT_DISTANCE_H
#define BASE_EDIT_DISTANCE_H

#include "base/span.h"

#define EDIT_DISTANCE_LONGEST 96

/* Letters to add, drop or change to make one of the other, case ignored; SIZE_MAX when one is
 * longer than EDIT_DISTANCE_LONGEST. */
size_t edit_distance(struct span a, struct span b);

#endif
