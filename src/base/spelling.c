/* Near misses among names. Trust: names are typed by whoever runs the program. */
#include "base/spelling.h"

#include "base/edit_distance.h"

#define DISTANCE_LONG  2   /* letters that may differ */
#define DISTANCE_SHORT 1   /* the same of a name as short as a code */
#define LIST_MAXIMUM   200 /* bytes of suggestions */

bool spelling_is_near(struct span given, struct span name)
{
    if (given.n > SPELLING_MAXIMUM || name.n > SPELLING_MAXIMUM) {
        return false;
    }
    size_t most = given.n <= 5 ? DISTANCE_SHORT : DISTANCE_LONG;
    return edit_distance(given, name) <= most ||
           (given.n >= 3 && span_find(name, given) != SIZE_MAX);
}

void spelling_suggest(struct strbuf *list, struct span given, struct span name)
{
    if (list->length < LIST_MAXIMUM && spelling_is_near(given, name)) {
        strbuf_add_cstr(list, list->length > 0 ? ", " : "");
        strbuf_add_span(list, name);
    }
}
