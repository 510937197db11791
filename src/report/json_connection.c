/* Connections, encryption, actions and the three axes of codes in the JSON summary. */
#include <stdlib.h>

#include "catalog/phrase.h"
#include "report/json_traffic.h"
#include "report/report_matrix.h"

static const char *const encryption_names[ENCRYPTIONS] = {"not_logged", "none", "tls"};

/* Rows of a table whose keys are three words: an object a row, with the names given. */
static void add_words(struct json_traffic *t, const char *name, const struct topk *table,
                      const char *const names[3])
{
    struct topk_row **rows = NULL;
    size_t count = 0;
    enum smtplog_status status = topk_sorted(table, 0, &rows, &count);
    t->status = status != SMTPLOG_OK ? status : t->status;
    json_array(t->json, name);
    for (size_t i = 0; i < count; i++) {
        struct span rest = rows[i]->key;
        struct span word;
        json_object(t->json, NULL);
        for (size_t w = 0; w < 3; w++) {
            bool last = w == 2;
            if (last) {
                word = rest;
            } else if (!span_next_piece(&rest, '\t', &word)) {
                break;
            }
            if (word.n > 0) {
                json_text(t->json, names[w], word);
            }
        }
        json_u64(t->json, "count", rows[i]->count);
        json_end(t->json, '}');
    }
    json_end(t->json, ']');
    free(rows);
}

static void add_encryption(struct json_writer *json, const char *name,
                           const uint64_t counts[ENCRYPTIONS])
{
    json_object(json, name);
    for (int e = ENCRYPTIONS - 1; e >= 0; e--) {
        json_u64(json, encryption_names[e], counts[e]);
    }
    json_end(json, '}');
}

void json_traffic_connections(struct json_traffic *t)
{
    static const char *const handshake[3] = {"direction", "level", "version"};
    static const char *const problem[3] = {"direction", "what", "stage"};
    static const char *const action[3] = {"action", "stage", "text"};
    const struct flow *flow = &t->summary->flow;
    json_object(t->json, "tls");
    add_encryption(t->json, "arrivals", flow->arrivals);
    add_encryption(t->json, "deliveries", flow->deliveries);
    add_words(t, "handshakes", &flow->handshakes, handshake);
    json_end(t->json, '}');
    json_object(t->json, "connections");
    json_u64(t->json, "opened", flow->opened);
    json_u64(t->json, "closed", flow->closed);
    json_u64(t->json, "encrypted", flow->encrypted);
    add_words(t, "problems", &flow->problems, problem);
    json_end(t->json, '}');
    add_words(t, "action_texts", &flow->action_texts, action);
}

/* ---- the three axes -------------------------------------------------------------------------- */

static void add_cells(struct json_traffic *t)
{
    static const char *const enhanced_names[MATRIX_ENHANCED] = {"none", "2", "4", "5"};
    const struct matrix *matrix = &t->summary->matrix;
    json_array(t->json, "matrix");
    for (int code = 0; code < MATRIX_CODES; code++) {
        for (int e = 0; e < MATRIX_ENHANCED; e++) {
            for (int outcome = 0; outcome < OUTCOMES; outcome++) {
                const char *word = event_value_name(EVENT_STATUS, outcome);
                if (matrix->cell[code][e][outcome] == 0) {
                    continue;
                }
                json_object(t->json, NULL);
                json_u64(t->json, "code", (uint64_t)code);
                json_text(t->json, "enhanced", span_cstr(enhanced_names[e]));
                json_text(t->json, "outcome", span_cstr(word != NULL ? word : "unknown"));
                json_u64(t->json, "count", matrix->cell[code][e][outcome]);
                json_end(t->json, '}');
            }
        }
    }
    json_end(t->json, ']');
}

void json_traffic_matrix(struct json_traffic *t)
{
    struct phrases phrases = {t->report->catalog};
    add_cells(t);
    json_array(t->json, "contradictions");
    for (int c = 0; c < CONTRADICTIONS; c++) {
        const struct contradiction_row *row = &t->summary->matrix.contradictions[c];
        const char *name = contradiction_name((enum contradiction)c);
        if (row->count == 0) {
            continue;
        }
        json_object(t->json, NULL);
        json_text(t->json, "name", span_cstr(name));
        json_u64(t->json, "count", row->count);
        json_text(t->json, "meaning",
                  phrase_text(&phrases, matrix_phrase((enum contradiction)c), false));
        json_text(t->json, "sample", span_cstr(row->sample));
        json_end(t->json, '}');
    }
    json_end(t->json, ']');
}
