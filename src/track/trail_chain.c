/* How the kept messages and sessions hang together. */
#include <stdlib.h>

#include "base/hashmap.h"
#include "track/trail.h"

#define LINK_SLACK 300 /* seconds that the clocks of two hosts may differ */

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* Whether a message was in its queue when the link was written, more or less. */
static bool was_alive(const struct trail_node *node, const struct instant *time)
{
    return node->has_time && node->first.seconds - LINK_SLACK <= time->seconds &&
           node->last.seconds + LINK_SLACK >= time->seconds;
}

static bool link_fits(const struct trail_link *link, const struct trail_node *node)
{
    const struct trail_node *from = link->from;
    if (node == from || !was_alive(node, &link->time)) {
        return false;
    }
    if (link->kind != TRAIL_RELAY) {
        return span_equal(node->host, from->host);
    }
    /* Queue ids of two hosts may be the same by chance; a mail keeps its message id. */
    return from->message_id.n == 0 || node->message_id.n == 0 ||
           span_equal(from->message_id, node->message_id);
}

static bool id_same(const void *item, const void *key)
{
    const struct trail_node *node = item;
    return node->kind == TRAIL_MESSAGE && span_equal(node->name, *(const struct span *)key);
}

/* The message a link leads to: of those that fit the one that began nearest to it. */
static struct trail_node *target_of(const struct trail *trail, const struct trail_link *link)
{
    uint64_t hash = hash_mix(hash_span(trail->seed, link->id), (uint64_t)TRAIL_MESSAGE);
    struct trail_node *best = NULL;
    struct trail_node *node = hashmap_find(&trail->names, hash, id_same, &link->id);
    for (; node != NULL; node = node->older) {
        if (!link_fits(link, node)) {
            continue;
        }
        if (best == NULL || distance(node->first.seconds, link->time.seconds) <
                                distance(best->first.seconds, link->time.seconds)) {
            best = node;
        }
    }
    return best;
}

/* ---- the same mail --------------------------------------------------------------------------- */

static int compare_mail(const void *a, const void *b)
{
    const struct trail_node *x = *(struct trail_node *const *)a;
    const struct trail_node *y = *(struct trail_node *const *)b;
    size_t n = x->message_id.n < y->message_id.n ? x->message_id.n : y->message_id.n;
    int order = n > 0 ? memcmp(x->message_id.p, y->message_id.p, n) : 0;
    if (order == 0 && x->message_id.n != y->message_id.n) {
        order = x->message_id.n < y->message_id.n ? -1 : 1;
    }
    return order != 0 ? order : x->order < y->order ? -1 : x->order > y->order;
}

static enum smtplog_status add_same(struct trail *trail, struct trail_node *from,
                                    struct trail_node *to)
{
    struct trail_link link = {.from = from,
                              .to = to,
                              .kind = TRAIL_SAME,
                              .id = to->name,
                              .words = SPAN_EMPTY,
                              .time = to->first};
    return trail_push_link(trail, &link);
}

/* Message ids are not unique: programs use one again and again. It is the same mail when this host
 * handed it in again while the earlier message was there, as a content filter does that does not
 * say so. */
static bool is_same_mail(const struct trail_node *earlier, const struct trail_node *later)
{
    return later->local && later->has_time && span_equal(earlier->host, later->host) &&
           was_alive(earlier, &later->first);
}

static enum smtplog_status link_earlier(struct trail *trail, struct trail_node **same, size_t place)
{
    for (size_t back = 1; back <= place && back <= TRAIL_SAME_MAIL; back++) {
        if (is_same_mail(same[place - back], same[place])) {
            return add_same(trail, same[place - back], same[place]);
        }
    }
    return SMTPLOG_OK;
}

/* Links messages that have a message id in common. */
static enum smtplog_status link_same_mail(struct trail *trail)
{
    struct trail_node **sorted = malloc((trail->node_count + 1) * sizeof(struct trail_node *));
    enum smtplog_status status = SMTPLOG_OK;
    size_t count = 0;
    if (sorted == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < trail->node_count; i++) {
        if (trail->nodes[i]->message_id.n > 0) {
            sorted[count++] = trail->nodes[i];
        }
    }
    qsort(sorted, count, sizeof(struct trail_node *), compare_mail);
    for (size_t i = 0; i < count && status == SMTPLOG_OK;) {
        size_t end = i + 1;
        while (end < count && span_equal(sorted[end]->message_id, sorted[i]->message_id)) {
            end++;
        }
        for (size_t k = i + 1; k < end && status == SMTPLOG_OK; k++) {
            status = link_earlier(trail, sorted + i, k - i);
        }
        i = end;
    }
    free(sorted);
    return status;
}

enum smtplog_status trail_resolve(struct trail *trail)
{
    for (size_t i = 0; i < trail->link_count; i++) {
        trail->links[i].to = target_of(trail, &trail->links[i]);
    }
    TRY(link_same_mail(trail));
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < trail->link_count; i++) {
            struct trail_link *link = &trail->links[i];
            if (link->to != NULL && link->from->wanted != link->to->wanted) {
                link->from->wanted = link->to->wanted = true;
                changed = true;
            }
        }
    }
    return SMTPLOG_OK;
}

/* ---- chains ---------------------------------------------------------------------------------- */

static struct trail_node *chain_of(struct trail_node *node)
{
    while (node->parent != NULL) {
        node = node->parent;
    }
    return node;
}

/* The chain is named after the node that began first. */
static void join(struct trail_node *a, struct trail_node *b)
{
    a = chain_of(a);
    b = chain_of(b);
    if (a == b) {
        return;
    }
    if (a->order < b->order) {
        b->parent = a;
    } else {
        a->parent = b;
    }
}

/* A session and the messages that came in it. */
static void join_sessions(struct trail *trail)
{
    for (size_t i = 0; i < trail->node_count; i++) {
        struct trail_node *session = trail->nodes[i];
        for (size_t k = 0; session->kind == TRAIL_SESSION && session->wanted && k < session->count;
             k++) {
            struct trail_node *message = session->lines[k]->message;
            if (message != NULL && message->wanted) {
                join(session, message);
            }
        }
    }
}

static void join_all(struct trail *trail)
{
    for (size_t i = 0; i < trail->link_count; i++) {
        const struct trail_link *link = &trail->links[i];
        if (link->to != NULL && link->from->wanted) {
            join(link->from, link->to);
        }
    }
    join_sessions(trail);
}

/* By chain, in the order of the chains' first lines; what belongs nowhere comes last. */
static int compare_node(const void *a, const void *b)
{
    struct trail_node *x = *(struct trail_node *const *)a;
    struct trail_node *y = *(struct trail_node *const *)b;
    const struct trail_node *first = chain_of(x);
    const struct trail_node *second = chain_of(y);
    bool other = first->kind == TRAIL_OTHER;
    if (other != (second->kind == TRAIL_OTHER)) {
        return other ? 1 : -1;
    }
    if (first->order != second->order) {
        return first->order < second->order ? -1 : 1;
    }
    return x->order < y->order ? -1 : x->order > y->order;
}

static int compare_line(const void *a, const void *b)
{
    const struct trail_line *x = *(struct trail_line *const *)a;
    const struct trail_line *y = *(struct trail_line *const *)b;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* The lines of a chain in order, each once. */
static void collect_lines(struct trail_chain *chain)
{
    size_t count = 0;
    for (size_t i = 0; i < chain->node_count; i++) {
        const struct trail_node *node = chain->nodes[i];
        for (size_t k = 0; k < node->count; k++) {
            chain->lines[count++] = node->lines[k];
        }
    }
    qsort(chain->lines, count, sizeof(struct trail_line *), compare_line);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || chain->lines[i] != chain->lines[i - 1]) {
            chain->lines[chain->line_count++] = chain->lines[i];
        }
    }
}

/* Cuts the sorted nodes into chains. */
static void cut_chains(struct trail_chains *chains, size_t nodes)
{
    size_t lines = 0;
    for (size_t i = 0; i < nodes;) {
        struct trail_chain *chain = &chains->chains[chains->count];
        size_t room = 0;
        bool in_range = false;
        *chain = (struct trail_chain){.nodes = chains->nodes + i, .lines = chains->lines + lines};
        while (i < nodes && chain_of(chains->nodes[i]) == chain_of(chain->nodes[0])) {
            chains->nodes[i]->chain = chains->count;
            room += chains->nodes[i]->count;
            in_range = in_range || chains->nodes[i]->in_range;
            chain->node_count++;
            i++;
        }
        lines += room;
        if (in_range) {
            collect_lines(chain);
            chains->count++;
        }
    }
}

enum smtplog_status trail_make_chains(struct trail *trail, struct trail_chains *chains)
{
    size_t nodes = 0;
    size_t lines = 0;
    *chains = (struct trail_chains){0};
    join_all(trail);
    chains->nodes = malloc((trail->node_count + 1) * sizeof(struct trail_node *));
    chains->chains = malloc((trail->node_count + 1) * sizeof *chains->chains);
    for (size_t i = 0; chains->nodes != NULL && i < trail->node_count; i++) {
        if (trail->nodes[i]->wanted && trail->nodes[i]->count > 0) {
            chains->nodes[nodes++] = trail->nodes[i];
            lines += trail->nodes[i]->count;
        }
    }
    chains->lines = malloc((lines + 1) * sizeof(struct trail_line *));
    if (chains->nodes == NULL || chains->chains == NULL || chains->lines == NULL) {
        trail_chains_free(chains);
        return SMTPLOG_NO_MEMORY;
    }
    qsort(chains->nodes, nodes, sizeof(struct trail_node *), compare_node);
    cut_chains(chains, nodes);
    return SMTPLOG_OK;
}

void trail_chains_free(struct trail_chains *chains)
{
    free(chains->chains);
    free(chains->nodes);
    free(chains->lines);
    *chains = (struct trail_chains){0};
}

struct trail_node *trail_linked(const struct trail *trail, const struct trail_node *node,
                                struct span queue_id)
{
    for (size_t i = 0; i < trail->link_count; i++) {
        const struct trail_link *link = &trail->links[i];
        if (link->from == node && link->to != NULL && span_equal(link->to->name, queue_id)) {
            return link->to;
        }
    }
    return NULL;
}
