/* What the names in pattern files stand for. */
#include "logfmt/vocabulary.h"

static size_t vocabulary_field(struct span name)
{
    enum event_field field = event_field_find(name);
    return field == EVENT_FIELDS ? SIZE_MAX : (size_t)field;
}

static int vocabulary_constant(size_t field, struct span word)
{
    return event_value_find((enum event_field)field, word);
}

const struct pattern_vocabulary event_vocabulary = {
    .field = vocabulary_field,
    .constant = vocabulary_constant,
    .texts = EVENT_TEXTS,
    .kind_field = EVENT_KIND,
};

enum smtplog_status pattern_set_for_mta(const struct record_file *files, size_t count,
                                        const char *mta, bool compile_all,
                                        const struct diagnostic *diagnostic,
                                        struct pattern_set **set)
{
    TRY(pattern_set_new(&event_vocabulary, set));
    enum smtplog_status status = SMTPLOG_OK;
    for (size_t i = 0; i < count && status == SMTPLOG_OK; i++) {
        if (span_is(record_value(&files[i].records[0], "mta"), mta)) {
            status = pattern_set_add(*set, &files[i], diagnostic);
        }
    }
    if (status == SMTPLOG_OK) {
        status = pattern_set_finish(*set, compile_all, diagnostic);
    }
    if (status != SMTPLOG_OK) {
        pattern_set_free(*set);
        *set = NULL;
    }
    return status;
}
