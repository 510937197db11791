/* Rules and named figures of a run. Trust: rules come from whoever runs the program. */
#include "lib/rule_set.h"

#include <math.h>
#include <stdlib.h>

#include "lib/option.h"
#include "report/json_writer.h"
#include "report/nagios_report.h"

static const char *const kind_names[] = {"fail-if", "warn-if", "crit-if"};

struct rule_set *rule_set_of(struct smtplog_analyzer *a)
{
    if (a->rules == NULL) {
        a->rules = calloc(1, sizeof *a->rules);
    }
    return a->rules;
}

void rule_set_free(struct rule_set *set)
{
    if (set == NULL) {
        return;
    }
    for (size_t i = 0; i < set->count; i++) {
        rule_free(&set->rules[i].rule);
    }
    if (set->has_figures) {
        figure_list_free(&set->figures);
    }
    free(set);
}

enum smtplog_status smtplog_analyzer_add_rule(struct smtplog_analyzer *a, enum smtplog_rule kind,
                                              const char *text)
{
    struct rule_set *set = rule_set_of(a);
    struct rule_error error;
    if (set == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (set->count == RULES_MOST) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "more than %d rules", RULES_MOST);
        return SMTPLOG_USAGE;
    }
    struct set_rule *made = &set->rules[set->count];
    made->kind = kind;
    enum smtplog_status status = rule_parse(text, &a->diagnostic, &made->rule, &error);
    if (status == SMTPLOG_USAGE) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--%s: at %zu of \"%s\": %s",
                       kind_names[kind], error.at + 1, text, error.said);
    }
    set->count += status == SMTPLOG_OK;
    return status;
}

/* ---- figures --------------------------------------------------------------------------------- */

enum smtplog_status rule_set_build_figures(struct smtplog_analyzer *a, struct figure_list *list)
{
    struct report_input *inputs = NULL;
    size_t input_count = 0;
    TRY(analyzer_describe_inputs(a, &inputs, &input_count));
    struct report report = {.summary = a->summary,
                            .catalog = a->knowledge.catalog,
                            .classifier = a->knowledge.classifier,
                            .inputs = inputs,
                            .input_count = input_count,
                            .top = 0,
                            .width = 80};
    figure_list_init(list);
    enum smtplog_status status = figure_list_build(&report, list);
    if (status != SMTPLOG_OK) {
        figure_list_free(list);
    }
    return status;
}

enum smtplog_status rule_set_figures(struct smtplog_analyzer *a, const struct figure_list **figures)
{
    TRY(analyzer_check_finished(a));
    struct rule_set *set = rule_set_of(a);
    if (set == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    if (!set->has_figures) {
        TRY(rule_set_build_figures(a, &set->figures));
        set->has_figures = true;
    }
    *figures = &set->figures;
    return SMTPLOG_OK;
}

enum smtplog_status smtplog_analyzer_figures(struct smtplog_analyzer *a, const char *format,
                                             smtplog_writer writer, void *context)
{
    const struct figure_list *figures = NULL;
    bool json = strcmp(format, "json") == 0;
    if (!json && strcmp(format, "text") != 0) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "--format: figures are text or json");
        return SMTPLOG_USAGE;
    }
    TRY(rule_set_figures(a, &figures));
    struct instant generated = {.seconds = a->now, .offset = zone_offset(a->zone, a->now)};
    strbuf_clear(&a->out);
    TRY(json ? figure_list_write_json(figures, &generated, &a->out)
             : figure_list_write_text(figures, catalog_figures(a->knowledge.catalog), &a->out));
    a->writer = writer;
    a->writer_context = context;
    return analyzer_write_out(a);
}

/* ---- weighing -------------------------------------------------------------------------------- */

struct known {
    const struct figure_list *figures, *baseline;
};

static bool value_of(void *context, struct span name, bool baseline, double *value)
{
    const struct known *known = context;
    if (!baseline) {
        return figure_list_find(known->figures, name, value);
    }
    *value = NAN;
    return known->baseline == NULL || figure_list_find(known->baseline, name, value);
}

static enum smtplog_status check_rule(struct smtplog_analyzer *a, const struct set_rule *rule,
                                      struct known *known)
{
    const struct rule_part *unknown = rule_unknown_name(&rule->rule, value_of, known);
    if (unknown == NULL && (a->has_days || !rule_uses_baseline(&rule->rule))) {
        return SMTPLOG_OK;
    }
    if (unknown == NULL) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR,
                       "--%s: baseline() needs earlier days: smtplog daily has them",
                       kind_names[rule->kind]);
        return SMTPLOG_USAGE;
    }
    struct strbuf near_by;
    strbuf_init(&near_by, 1024);
    figure_list_suggest(known->figures, unknown->name, &near_by);
    if (near_by.length > 0) {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR,
                       "--%s: at %zu of \"%s\": there is no figure \"%.*s\", did you mean %s; "
                       "smtplog figures lists them all",
                       kind_names[rule->kind], unknown->at + 1, rule->rule.text,
                       SPAN_ARGS(unknown->name), strbuf_cstr(&near_by));
    } else {
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR,
                       "--%s: at %zu of \"%s\": there is no figure \"%.*s\"; smtplog figures lists "
                       "them all",
                       kind_names[rule->kind], unknown->at + 1, rule->rule.text,
                       SPAN_ARGS(unknown->name));
    }
    strbuf_free(&near_by);
    return SMTPLOG_USAGE;
}

enum smtplog_status rule_set_check(struct smtplog_analyzer *a)
{
    struct figure_list figures;
    if (a->rules == NULL || a->rules->count == 0) {
        return SMTPLOG_OK;
    }
    TRY(rule_set_build_figures(a, &figures));
    struct known known = {&figures, NULL};
    enum smtplog_status status = SMTPLOG_OK;
    for (size_t i = 0; i < a->rules->count && status == SMTPLOG_OK; i++) {
        status = check_rule(a, &a->rules->rules[i], &known);
    }
    figure_list_free(&figures);
    return status;
}

static void add_value(const struct diagnostic *to, const struct figure_style *style,
                      struct strbuf *out, struct span name, bool usual, double value)
{
    if (isnan(value)) {
        strbuf_addf(
            out,
            diagnostic_text(to, usual ? N_("usual %.*s is not known") : N_("%.*s is not known")),
            SPAN_ARGS(name));
        return;
    }
    strbuf_addf(out, diagnostic_text(to, usual ? N_("usual %.*s = ") : "%.*s = "), SPAN_ARGS(name));
    json_add_number(out, value);
    if (figure_unit_of(name) == FIGURE_SHARE) {
        strbuf_add_cstr(out, " (");
        format_percent(out, style, 100 * value, 1);
        strbuf_add_byte(out, ')');
    }
}

/* The rule with the values of its names, each once. */
static void describe(const struct smtplog_analyzer *a, const struct rule *rule, struct known *known,
                     struct strbuf *out)
{
    strbuf_add_cstr(out, rule->text);
    const char *before = " (";
    for (size_t i = 0; i < rule->count; i++) {
        const struct rule_part *p = &rule->parts[i];
        double value = NAN;
        bool said = p->kind != RULE_NAME && p->kind != RULE_BASELINE;
        for (size_t k = 0; k < i && !said; k++) {
            said = rule->parts[k].kind == p->kind && span_equal(rule->parts[k].name, p->name);
        }
        if (said) {
            continue;
        }
        strbuf_add_cstr(out, before);
        (void)!value_of(known, p->name, p->kind == RULE_BASELINE, &value);
        add_value(&a->diagnostic, catalog_figures(a->knowledge.catalog), out, p->name,
                  p->kind == RULE_BASELINE, value);
        before = ", ";
    }
    strbuf_add_cstr(out, before[0] == ',' ? ")" : "");
}

static enum smtplog_status weigh_all(struct smtplog_analyzer *a, struct known *known)
{
    TRY(rule_set_figures(a, &known->figures));
    known->baseline = a->rules->baseline;
    for (size_t i = 0; i < a->rules->count; i++) {
        struct set_rule *rule = &a->rules->rules[i];
        rule->verdict = rule_weigh(&rule->rule, value_of, known);
    }
    return SMTPLOG_OK;
}

enum smtplog_status smtplog_analyzer_check_rules(struct smtplog_analyzer *a, size_t *held)
{
    struct known known = {0};
    *held = 0;
    if (a->rules == NULL || a->rules->count == 0) {
        return SMTPLOG_OK; /* figures by name are not for nothing */
    }
    TRY(weigh_all(a, &known));
    for (size_t i = 0; i < a->rules->count; i++) {
        const struct set_rule *rule = &a->rules->rules[i];
        if (rule->kind != SMTPLOG_FAIL_IF || rule->verdict != RULE_HOLDS) {
            continue;
        }
        struct strbuf text;
        strbuf_init(&text, 65536);
        describe(a, &rule->rule, &known, &text);
        diagnostic_say(&a->diagnostic, SMTPLOG_ERROR, "rule held: %s", strbuf_cstr(&text));
        strbuf_free(&text);
        ++*held;
    }
    return SMTPLOG_OK;
}

/* ---- Nagios ---------------------------------------------------------------------------------- */

static enum smtplog_status add_held(struct smtplog_analyzer *a, struct known *known,
                                    struct nagios_line *line)
{
    struct strbuf text;
    enum smtplog_status status = SMTPLOG_OK;
    strbuf_init(&text, 65536);
    for (size_t i = 0; i < a->rules->count; i++) {
        const struct set_rule *rule = &a->rules->rules[i];
        enum nagios_state state = rule->kind == SMTPLOG_WARN_IF ? NAGIOS_WARNING : NAGIOS_CRITICAL;
        if (rule->verdict == RULE_HOLDS) {
            line->state = state > line->state ? state : line->state;
            strbuf_add_cstr(&text, text.length > 0 ? "; " : "");
            describe(a, &rule->rule, known, &text);
        }
        for (size_t k = 0; k < rule->rule.count && line->name_count < NAGIOS_NAMES; k++) {
            if (rule->rule.parts[k].kind == RULE_NAME) {
                line->names[line->name_count++] = rule->rule.parts[k].name;
            }
        }
    }
    if (!arena_copy(&a->arena, strbuf_span(&text), &line->said)) {
        status = SMTPLOG_NO_MEMORY;
    }
    strbuf_free(&text);
    return status;
}

enum smtplog_status smtplog_analyzer_nagios(struct smtplog_analyzer *a, const char *unknown,
                                            smtplog_writer writer, void *context, int *state)
{
    struct known known = {0};
    struct nagios_line line = {.state = NAGIOS_OK, .phrases = {a->knowledge.catalog}};
    TRY(weigh_all(a, &known));
    line.rules = a->rules->count;
    line.figures = known.figures;
    TRY(add_held(a, &known, &line));
    if (line.state == NAGIOS_OK && unknown != NULL) {
        line.state = NAGIOS_UNKNOWN;
        line.said = span_cstr(unknown);
    }
    *state = (int)line.state;
    strbuf_clear(&a->out);
    TRY(nagios_write(&line, &a->out));
    a->writer = writer;
    a->writer_context = context;
    return analyzer_write_out(a);
}
