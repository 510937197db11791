/* Loads libsystemd. */
#define _GNU_SOURCE /* RTLD_NODELETE: glibc, musl */
#include "input/journal_library.h"

#ifdef HAVE_LIBSYSTEMD
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "base/status.h"

/* The name of the interface that its header describes; it has not changed since 2013. */
#define LIBRARY "libsystemd.so.0"

struct function {
    const char *name;
    size_t place; /* in struct journal_library */
};

#define FUNCTION(name)                                              \
    {                                                               \
        "sd_journal_" #name, offsetof(struct journal_library, name) \
    }

static const struct function functions[] = {
    FUNCTION(open),
    FUNCTION(open_directory),
    FUNCTION(open_files),
    FUNCTION(close),
    FUNCTION(get_usage),
    FUNCTION(query_unique),
    FUNCTION(enumerate_unique),
    FUNCTION(add_match),
    FUNCTION(add_disjunction),
    FUNCTION(seek_head),
    FUNCTION(seek_realtime_usec),
    FUNCTION(next),
    FUNCTION(get_realtime_usec),
    FUNCTION(get_data),
};

bool journal_library_load(struct journal_library *library)
{
    *library = (struct journal_library){.handle = dlopen(LIBRARY, RTLD_NOW | RTLD_NODELETE)};
    for (size_t i = 0; library->handle != NULL && i < COUNT_OF(functions); i++) {
        void *found = dlsym(library->handle, functions[i].name);
        if (found == NULL) {
            journal_library_release(library);
        } else {
            /* POSIX says of dlsym that a function may be kept as an object pointer. */
            memcpy((char *)library + functions[i].place, &found, sizeof found);
        }
    }
    return library->handle != NULL;
}

void journal_library_release(struct journal_library *library)
{
    if (library->handle != NULL) {
        dlclose(library->handle);
    }
    *library = (struct journal_library){.handle = NULL};
}
#endif
