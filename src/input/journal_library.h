/* libsystemd, loaded when a journal is asked for and not before: it brings five more libraries,
 * which cost each run more time and memory to load than all else that is linked. Its functions
 * under their names without `sd_journal_`. A build without its header has none of this. Trust: the
 * library that the loader finds for its name. */
#ifndef INPUT_JOURNAL_LIBRARY_H
#define INPUT_JOURNAL_LIBRARY_H

#ifdef HAVE_LIBSYSTEMD
#include <stdbool.h>
#include <systemd/sd-journal.h>

struct journal_library {
    void *handle;
    __typeof__(sd_journal_open) *open;
    __typeof__(sd_journal_open_directory) *open_directory;
    __typeof__(sd_journal_open_files) *open_files;
    __typeof__(sd_journal_close) *close;
    __typeof__(sd_journal_get_usage) *get_usage;
    __typeof__(sd_journal_query_unique) *query_unique;
    __typeof__(sd_journal_enumerate_unique) *enumerate_unique;
    __typeof__(sd_journal_add_match) *add_match;
    __typeof__(sd_journal_add_disjunction) *add_disjunction;
    __typeof__(sd_journal_seek_head) *seek_head;
    __typeof__(sd_journal_seek_realtime_usec) *seek_realtime_usec;
    __typeof__(sd_journal_next) *next;
    __typeof__(sd_journal_get_realtime_usec) *get_realtime_usec;
    __typeof__(sd_journal_get_data) *get_data;
};

/* False when it is not there or lacks a function. Once loaded it stays in the process: later calls
 * open no file, so that a process may give up the right to between two of them. */
bool journal_library_load(struct journal_library *library);

/* Also after a load that failed. */
void journal_library_release(struct journal_library *library);
#endif

#endif
