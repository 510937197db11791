/* Why a reply was given: the class of a refusal or failure, by the rules of [reason] records in
 * order of evidence (provider code, wording, enhanced code, basic code). Trust: reply texts are
 * written by remote servers; expressions run under the match limit. One thread at a time. */
#ifndef CATALOG_CLASSIFIER_H
#define CATALOG_CLASSIFIER_H

#include "catalog/catalog.h"
#include "event/event.h"

struct classifier;

/* Builds the rules from a catalogue, which must outlive the classifier. compile_all compiles and
 * checks every expression now, with mistakes said. Free with classifier_free. */
MUST_USE enum smtplog_status classifier_new(const struct catalog *catalog, bool compile_all,
                                            const struct diagnostic *diagnostic,
                                            struct classifier **classifier);
void classifier_free(struct classifier *classifier);

/* SMTPLOG_NO_MEMORY once a verdict may be wrong for want of it. */
MUST_USE enum smtplog_status classifier_status(const struct classifier *classifier);

/* What is to be judged. */
struct classifier_input {
    int code; /* seen or implied; 0: the first digit of the enhanced code stands for it */
    struct span enhanced; /* of the reply, else the delivery's DSN */
    enum event_stage stage;
    struct span provider; /* of the peer, empty when unknown */
    struct span text;     /* behind code and enhanced code */
};

struct classifier_verdict {
    struct span class_name; /* "unknown" when no rule holds */
    struct span reason;     /* the rule that decided, empty for none */
    bool possible_greylisting;
};

void classifier_judge(struct classifier *classifier, const struct classifier_input *input,
                      struct classifier_verdict *verdict);

/* Runs the samples that stand in the catalogue files. Each failure is said; *passed and *failed are
 * added to. */
MUST_USE enum smtplog_status classifier_test(struct classifier *classifier,
                                             const struct diagnostic *diagnostic, uint64_t *passed,
                                             uint64_t *failed);

#endif
