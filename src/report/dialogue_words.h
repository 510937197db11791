/* The words of a diagnosis and of the rows of an annotated dialogue; sentences are phrases of the
 * catalogue (patterns/codes/dialogue.cat). Trust: replies are anybody's. */
#ifndef REPORT_DIALOGUE_WORDS_H
#define REPORT_DIALOGUE_WORDS_H

#include "catalog/phrase.h"
#include "logfmt/transcript_diagnosis.h"

/* Appends the sentences: what is wrong, then the further ones, then what to do where there is
 * something. */
void dialogue_add_diagnosis(const struct phrases *phrases, struct strbuf *out,
                            const struct dialogue *session,
                            const struct dialogue_diagnosis *diagnosis);

/* Appends what a row of the annotated dialogue says of a reply without a refusal: "250 8
 * extensions: STARTTLS AUTH", or code and text. */
void dialogue_add_reply(const struct phrases *phrases, struct strbuf *out,
                        const struct dialogue *session, const struct dialogue_exchange *exchange);

#endif
