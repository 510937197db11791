/* An amount of memory that several tables share. Nothing is allocated here: who grows asks first.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct budget {
    size_t limit, used; /* bytes */
};

/* Takes bytes from the budget, NULL for one without limit; false when it has not as many left. */
static inline bool budget_take(struct budget *budget, size_t bytes)
{
    if (budget == NULL) {
        return true;
    }
    if (budget->used > budget->limit || bytes > budget->limit - budget->used) {
        return false;
    }
    budget->used += bytes;
    return true;
}

/* Takes bytes even when there are not as many left. */
static inline void budget_charge(struct budget *budget, size_t bytes)
{
    if (budget != NULL) {
        budget->used += bytes;
    }
}

/* Gives back what was taken or charged. */
static inline void budget_give(struct budget *budget, size_t bytes)
{
    if (budget != NULL) {
        budget->used -= bytes < budget->used ? bytes : budget->used;
    }
}

#endif
