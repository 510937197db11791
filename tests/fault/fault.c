/* Makes one call fail, the N-th of its kind, and tells how many there were. Loaded with LD_PRELOAD:
 * every allocation of the program and of its libraries passes here, and the calls that it makes
 * itself to read and write. Built with -DFAULT_WRAPPED it is linked into the program with --wrap
 * instead: then the program's own allocations pass here, and a sanitizer may watch what becomes of
 * them.
 *
 * environment: FAULT_CALL   allocation, read, write
 *              FAULT_AT     which call fails; 0: none
 *              FAULT_HOW    short: fewer bytes than asked for, else errno's number
 *              FAULT_COUNT  a file that gets "CALLS HELD" at the end: calls of the kind, and
 *                           allocations that were not given back */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind {
    NOTHING,
    ALLOCATION,
    READ,
    WRITE
};

static enum kind kind = NOTHING;
static long at, how;
static atomic_long calls, held;
static int ready;
static _Thread_local int passed_over;

static void prepare(void)
{
    const char *call = getenv("FAULT_CALL");
    const char *number = getenv("FAULT_AT");
    const char *what = getenv("FAULT_HOW");
    ready = 1;
    at = number != NULL ? atol(number) : 0;
    how = what != NULL ? atol(what) : 0;
    if (call != NULL) {
        kind = strcmp(call, "allocation") == 0 ? ALLOCATION
               : strcmp(call, "read") == 0     ? READ
               : strcmp(call, "write") == 0    ? WRITE
                                               : NOTHING;
    }
}

/* True when this call is to fail. */
static int fails(enum kind of)
{
    if (!ready) {
        prepare();
    }
    return kind == of && !passed_over && atomic_fetch_add(&calls, 1) + 1 == at;
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("FAULT_COUNT");
    char text[64];
    int n = snprintf(text, sizeof text, "%ld %ld\n", atomic_load(&calls), atomic_load(&held));
    int file = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (file >= 0) {
        ssize_t ignored = write(file, text, (size_t)n);
        (void)ignored;
        close(file);
    }
}

#ifdef FAULT_WRAPPED

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails(ALLOCATION) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(ALLOCATION) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails(ALLOCATION) ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails(ALLOCATION) ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t size)
{
    return fails(ALLOCATION) ? NULL : __real_strndup(text, size);
}

#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

void *malloc(size_t size)
{
    if (fails(ALLOCATION)) {
        errno = ENOMEM;
        return NULL;
    }
    void *made = __libc_malloc(size);
    held += made != NULL;
    return made;
}

void *calloc(size_t count, size_t size)
{
    if (fails(ALLOCATION)) {
        errno = ENOMEM;
        return NULL;
    }
    void *made = __libc_calloc(count, size);
    held += made != NULL;
    return made;
}

void *realloc(void *old, size_t size)
{
    if (fails(ALLOCATION)) {
        errno = ENOMEM;
        return NULL;
    }
    void *made = __libc_realloc(old, size);
    held += old == NULL && made != NULL;
    return made;
}

void free(void *old)
{
    held -= old != NULL;
    __libc_free(old);
}

/* Two calls are passed over, since nobody who calls them could do better: PCRE2's compiler of
 * machine code (10.42) calls itself without end when it gets no memory, and jansson (2.14) cuts the
 * string that it reads and says nothing. */
int pcre2_jit_compile_8(void *code, unsigned options);
void *json_loadb(const char *bytes, size_t size, size_t flags, void *error);

int pcre2_jit_compile_8(void *code, unsigned options)
{
    int (*real)(void *, unsigned);
    void *found = dlsym(RTLD_NEXT, "pcre2_jit_compile_8");
    memcpy(&real, &found, sizeof real);
    passed_over++;
    int result = real(code, options);
    passed_over--;
    return result;
}

void *json_loadb(const char *bytes, size_t size, size_t flags, void *error)
{
    void *(*real)(const char *, size_t, size_t, void *);
    void *found = dlsym(RTLD_NEXT, "json_loadb");
    memcpy(&real, &found, sizeof real);
    passed_over++;
    void *document = real(bytes, size, flags, error);
    passed_over--;
    return document;
}

/* When main has ended nothing fails any more: then a build that counts writes its counters. */
static int (*program)(int, char **, char **);

static void rest(void)
{
    kind = NOTHING;
}

static int begin(int count, char **words, char **variables)
{
    return atexit(rest) == 0 ? program(count, words, variables) : 127;
}

int __libc_start_main(int (*begun)(int, char **, char **), int count, char **words,
                      void (*init)(void), void (*fini)(void), void (*loaded)(void), void *stack);

int __libc_start_main(int (*begun)(int, char **, char **), int count, char **words,
                      void (*init)(void), void (*fini)(void), void (*loaded)(void), void *stack)
{
    int (*real)(int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void),
                void (*)(void), void *);
    void *found = dlsym(RTLD_NEXT, "__libc_start_main");
    memcpy(&real, &found, sizeof real);
    program = begun;
    return real(begin, count, words, init, fini, loaded, stack);
}

static ssize_t pass(const char *name, int file, void *bytes, size_t size)
{
    ssize_t (*real)(int, void *, size_t);
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(&real, &found, sizeof real);
    return real(file, bytes, size);
}

ssize_t read(int file, void *bytes, size_t size)
{
    if (fails(READ)) {
        if (how == 0) {
            return pass("read", file, bytes, size > 1 ? 1 : size);
        }
        errno = (int)how;
        return -1;
    }
    return pass("read", file, bytes, size);
}

ssize_t write(int file, const void *bytes, size_t size)
{
    void *from = NULL;
    memcpy(&from, &bytes, sizeof from);
    if (fails(WRITE)) {
        if (how == 0) {
            return pass("write", file, from, size > 1 ? 1 : size);
        }
        errno = (int)how;
        return -1;
    }
    return pass("write", file, from, size);
}

#endif
