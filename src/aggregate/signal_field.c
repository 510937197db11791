/* What the signs of trouble consist of: part of the table of the summary's fields. Which sender and
 * recipient came from which networks, and which of our services met greylisting, is known within
 * one run only. */
#include "aggregate/summary_field.h"

#define OF_TIME(name, kind, member)                                                              \
    {                                                                                            \
        name, kind, offsetof(struct signal_row, member), RECORD_SIZE(struct signal_row, member), \
            1, NULL, offsetof(struct signal_row, has_time)                                       \
    }

static const struct record_field row_fields[] = {
    RECORD_FIELD("direction", FIELD_SAMPLE_NUMBER, struct signal_row, direction),
    RECORD_FIELD("code", FIELD_SAMPLE_NUMBER, struct signal_row, code),
    RECORD_FIELD("class", FIELD_SAMPLE_TEXT, struct signal_row, class_name),
    RECORD_FIELD("enhanced", FIELD_SAMPLE_TEXT, struct signal_row, enhanced),
    RECORD_FIELD(NULL, FIELD_GUARD, struct signal_row, has_time),
    OF_TIME("first", FIELD_FIRST, first),
    OF_TIME("last", FIELD_LAST, last),
    RECORD_FIELD("series", FIELD_SERIES, struct signal_row, series),
    RECORD_FIELD("sample", FIELD_SAMPLE_STRING, struct signal_row, sample),
    {"tried", FIELD_BITS, offsetof(struct signal_row, tried), RECORD_SIZE(struct signal_row, tried),
     4, NULL, 0},
};
static const struct record_type row_type = RECORD_TYPE("signal", struct signal_row, row_fields);

static const struct record_field place_fields[] = {
    RECORD_FIELD("series", FIELD_SERIES, struct signal_place, series),
    RECORD_FIELD("attempts", FIELD_COUNT, struct signal_place, attempts),
    RECORD_FIELD("delivered", FIELD_COUNT, struct signal_place, delivered),
    RECORD_FIELD(NULL, FIELD_FINISH, struct signal_place, waiting),
};
static const struct record_type place_type = RECORD_TYPE("place", struct signal_place,
                                                         place_fields);

#define SIGNAL_WORK(member)        RECORD_FIELD(NULL, FIELD_WORK, struct signal_set, member)
#define SIGNAL_COUNT(name, member) RECORD_FIELD(name, FIELD_COUNT, struct signal_set, member)
#define SIGNAL_ALL(name, member)                                      \
    {                                                                 \
        name, FIELD_RECORD, offsetof(struct signal_set, member),      \
            RECORD_SIZE(struct signal_set, member), 1, &place_type, 0 \
    }

static const struct record_field set_fields[] = {
    SIGNAL_WORK(seed),
    RECORD_TABLE("rows", struct signal_set, rows, SIGNAL_ROWS, &row_type),
    RECORD_TABLE("places", struct signal_set, places, SIGNAL_PLACES, &place_type),
    RECORD_TABLE("notices", struct signal_set, notices, SIGNAL_PLACES, &row_type),
    RECORD_TABLE("clients", struct signal_set, clients, SIGNAL_PLACES, &row_type),
    SIGNAL_ALL("outbound", outbound),
    SIGNAL_ALL("inbound", inbound),
    SIGNAL_WORK(waiting),
    SIGNAL_WORK(waiting_count),
    SIGNAL_WORK(waiting_slots),
    SIGNAL_WORK(movers),
    SIGNAL_WORK(noticed),
    SIGNAL_WORK(noticed_line),
    SIGNAL_WORK(expected),
    SIGNAL_WORK(place),
    SIGNAL_WORK(waiting_marks),
    SIGNAL_WORK(mover_marks),
    SIGNAL_WORK(holders),
    SIGNAL_WORK(holder_count),
    SIGNAL_COUNT("starts", starts),
    SIGNAL_COUNT("stops", stops),
    SIGNAL_COUNT("crashes", crashes),
    {"stopped", FIELD_LAST_FLAG, offsetof(struct signal_set, stopped),
     RECORD_SIZE(struct signal_set, stopped), 1, NULL, offsetof(struct signal_set, starts)},
    SIGNAL_COUNT("stuck", stuck),
    SIGNAL_WORK(movers_stuck),
    SIGNAL_WORK(moved),
    SIGNAL_WORK(scratch),
};
const struct record_type signal_set_type = RECORD_TYPE("signals", struct signal_set, set_fields);
