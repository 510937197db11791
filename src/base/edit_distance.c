/* How far two short names are apart (Levenshtein), a row of the table at a time. */
#include "base/edit_distance.h"

size_t edit_distance(struct span a, struct span b)
{
    size_t row[EDIT_DISTANCE_LONGEST + 1];
    if (a.n > EDIT_DISTANCE_LONGEST || b.n > EDIT_DISTANCE_LONGEST) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.n; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t above = row[j];
            size_t change = diagonal + (byte_lower(a.p[i - 1]) != byte_lower(b.p[j - 1]));
            size_t least = above < row[j - 1] ? above + 1 : row[j - 1] + 1;
            row[j] = change < least ? change : least;
            diagonal = above;
        }
    }
    return row[b.n];
}
