/* Runs a fuzz target without a fuzzer: over the files named and those in the directories named, as
 * they are and, with -m N, in N variants each that follow from the file alone. So every compiler
 * and `make check` can do what `make fuzz` found.
 *
 * usage: TARGET [-m N] FILE|DIRECTORY... */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

#define INPUT_MAXIMUM ((size_t)1 << 20)

static size_t variants;
static unsigned long long executions;
static char running[4400]; /* what to say when it crashes */

static void say_running(int signal_number)
{
    size_t n = strlen(running);
    ssize_t ignored = write(STDERR_FILENO, running, n);
    (void)ignored;
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* SplitMix64. */
static uint64_t dice(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* One change somewhere; the new length. Room for the old one doubled. */
static size_t change(uint8_t *bytes, size_t n, uint64_t *state)
{
    static const char *const words[] = {"550 ", "450-4.2.0 ", "\r\n", "\xff\xfe",
                                        "<>",   "\0\0",       "]:25", "9999999999999999999",
                                        "(",    "-",          "%s%n", "\xe2\x80\xae"};
    size_t at = n > 0 ? dice(state) % n : 0;
    size_t part = n > 0 ? 1 + dice(state) % (n - at < 64 ? n - at : 64) : 0;
    const char *word = words[dice(state) % COUNT_OF(words)];
    size_t length = strlen(word);
    switch (n > 0 ? dice(state) % 6 : 4) {
    case 0:
        bytes[at] ^= (uint8_t)(1u << dice(state) % 8);
        return n;
    case 1:
        bytes[at] = (uint8_t)dice(state);
        return n;
    case 2:
        memmove(bytes + at, bytes + at + part, n - at - part);
        return n - part;
    case 3:
        memmove(bytes + at + part, bytes + at, n - at);
        return n + part;
    case 4:
        memmove(bytes + at + length, bytes + at, n - at);
        memcpy(bytes + at, word, length);
        return n + length;
    default:
        return at;
    }
}

static void run(const char *path, const uint8_t *bytes, size_t n)
{
    uint64_t state = n;
    for (size_t i = 0; i < n; i++) {
        state = state * 31 + bytes[i];
    }
    for (size_t variant = 0; variant <= variants; variant++) {
        /* In memory of its exact size, so that a sanitizer sees a step behind the end. */
        uint8_t *wide = malloc(n * 2 + 4096);
        uint64_t own = state + variant;
        size_t length = n;
        FUZZ_REQUIRE(wide != NULL);
        memcpy(wide, bytes, n);
        for (size_t i = 0; variant > 0 && i < 1 + variant % 4 && length < n + 512; i++) {
            length = change(wide, length, &own);
        }
        uint8_t *exact = malloc(length > 0 ? length : 1);
        FUZZ_REQUIRE(exact != NULL);
        memcpy(exact, wide, length);
        snprintf(running, sizeof running, "replay: %s, variant %zu\n", path, variant);
        (void)LLVMFuzzerTestOneInput(exact, length);
        executions++;
        free(exact);
        free(wide);
    }
}

static bool run_path(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        perror(path);
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        struct dirent **entries = NULL;
        int count = scandir(path, &entries, NULL, alphasort);
        bool good = count >= 0;
        for (int i = 0; i < count; i++) {
            char inner[4096];
            snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
            good &= entries[i]->d_name[0] == '.' || run_path(inner);
            free(entries[i]);
        }
        free(entries);
        return good;
    }
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(INPUT_MAXIMUM);
    if (file == NULL || bytes == NULL) {
        perror(path);
        return false;
    }
    size_t n = fread(bytes, 1, INPUT_MAXIMUM, file);
    fclose(file);
    run(path, bytes, n);
    free(bytes);
    return true;
}

int main(int argc, char **argv)
{
    int first = 1;
    bool good = true;
    if (argc > 2 && strcmp(argv[1], "-m") == 0) {
        variants = strtoul(argv[2], NULL, 10);
        first = 3;
    }
    signal(SIGABRT, say_running);
    signal(SIGALRM, say_running);
    for (int i = first; i < argc; i++) {
        good &= run_path(argv[i]);
    }
    printf("%llu executions\n", executions);
    return good && executions > 0 ? 0 : 1;
}
