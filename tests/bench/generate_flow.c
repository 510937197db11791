/* The simulated mail server: sessions arrive, messages are queued, delivered, deferred, retried,
 * bounced, expired, all of them interleaved in time order by a wheel of seconds. Knows no log
 * format; what an event means for the truth is counted by generate_count.c. */
#include "generate.h"

#define LIFETIME      18000 /* seconds a message stays in the queue */
#define BACKOFF_LIMIT 4000u
#define BYTES_TO_COME 900u /* of an open message or session, on average */

enum action {
    ACTION_OPEN,
    ACTION_MAIL,
    ACTION_DELIVER,
    ACTION_RETRY,
};

/* --- the wheel --- */

static void event_add(struct world *world, uint32_t delay, const struct message *message,
                      enum action action, uint32_t recipient)
{
    uint32_t index = world->node_free;
    if (index != 0) {
        world->node_free = world->node[index].next;
    } else {
        if (world->node_count == world->node_size) {
            world->node_size *= 2;
            world->node = world_grow(world->node, world->node_size, sizeof *world->node);
        }
        index = world->node_count++;
    }
    world->node[index] = (struct node){0, message->index, (uint8_t)action, (uint8_t)recipient};
    uint32_t slot = (uint32_t)((uint64_t)world->second + delay) % WHEEL;
    if (world->head[slot] == 0) {
        world->head[slot] = index;
    } else {
        world->node[world->tail[slot]].next = index;
    }
    world->tail[slot] = index;
    world->node_live++;
}

/* --- messages --- */

static struct message *message_new(struct world *world, enum flow flow)
{
    if (world->message_free_count == 0) {
        uint32_t blocks = world->message_count / MESSAGE_BLOCK;
        world->block = world_grow(world->block, blocks + 1, sizeof *world->block);
        world->block[blocks] = world_grow(NULL, MESSAGE_BLOCK, sizeof **world->block);
        world->message_free = world_grow(world->message_free, world->message_count + MESSAGE_BLOCK,
                                         sizeof(uint32_t));
        for (uint32_t i = MESSAGE_BLOCK; i-- != 0;) {
            world->message_free[world->message_free_count++] = world->message_count + i;
        }
        world->message_count += MESSAGE_BLOCK;
    }
    uint32_t index = world->message_free[--world->message_free_count];
    struct message *message = message_at(world, index);
    memset(message, 0, sizeof *message);
    message->index = index;
    message->flow = (uint8_t)flow;
    message->in_use = true;
    message->arrival = world->second;
    if (++world->message_live > world->truth.open_peak) {
        world->truth.open_peak = world->message_live;
    }
    return message;
}

static void message_free(struct world *world, struct message *message)
{
    message->in_use = false;
    world->message_live--;
    world->message_free[world->message_free_count++] = message->index;
}

static uint32_t pid_take(struct world *world)
{
    if (world->pid_free_count == 0) {
        world->pid_free = world_grow(world->pid_free, world->pid_count + 1, sizeof(uint32_t));
        return 10000 + world->pid_count++;
    }
    return world->pid_free[--world->pid_free_count];
}

static void pid_give(struct world *world, uint32_t pid)
{
    world->pid_free[world->pid_free_count++] = pid;
}

static struct address address_local(struct world *world)
{
    return (struct address){chance_skewed(world, world->names.local_user_count),
                            chance_skewed(world, world->names.local_domain_count) | TOP_BIT};
}

static struct address address_remote(struct world *world)
{
    return (struct address){chance_below(world, world->names.user_count),
                            chance_skewed(world, world->names.domain_count)};
}

static bool address_is(struct address one, struct address two)
{
    return one.user == two.user && one.domain == two.domain;
}

static bool address_is_new(const struct message *message, struct address address)
{
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        const struct recipient *other = &message->recipient[i];
        if (address_is(other->address, address) ||
            (other->has_alias && address_is(other->alias, address))) {
            return false;
        }
    }
    return true;
}

static const struct outcome *outcome_pick(struct world *world, enum group group)
{
    const struct group_table *table = &group_tables[group];
    return table->count == 0 ? NULL : &table->outcome[chance_below(world, table->count)];
}

static void recipient_add(struct world *world, struct message *message, struct address address)
{
    if (message->recipient_count == RECIPIENT_LIMIT || !address_is_new(message, address)) {
        return;
    }
    bool local = (address.domain & TOP_BIT) != 0;
    struct recipient *recipient = &message->recipient[message->recipient_count++];
    uint32_t draw = chance_below(world, 1000);
    const struct plan *plan = local ? plan_local(draw) : plan_remote(draw);
    if (plan->last == GROUP_FORWARD && world->writer->exim) {
        plan = plan_local(0);
    }
    *recipient = (struct recipient){.address = address, .plan = plan};
    recipient->first = outcome_pick(world, plan->first);
    recipient->last = outcome_pick(world, plan->last);
    recipient->deferrals = plan->low;
    if (plan->high > plan->low) {
        recipient->deferrals = (uint8_t)(plan->low +
                                         chance_below(world, plan->high - plan->low + 1u));
    }
    struct address alias = {address.user ^ 1, address.domain};
    if (local && draw % 16 == 0 && address_is_new(message, alias)) {
        recipient->has_alias = true;
        recipient->alias = alias;
    }
}

static void recipients_choose(struct world *world, struct message *message)
{
    uint32_t draw = chance_below(world, 100);
    uint32_t count = draw < 78   ? 1
                     : draw < 90 ? 2
                     : draw < 96 ? 3
                     : draw < 99 ? 4
                                 : RECIPIENT_LIMIT;
    if (message->flow == FLOW_RELAY) {
        count = 2 + draw % (RECIPIENT_LIMIT - 1);
    }
    for (uint32_t i = 0; i < count; i++) {
        bool local = message->flow == FLOW_INBOUND || message->flow == FLOW_PICKUP ||
                     (message->flow == FLOW_SUBMISSION && (chance(world) & 7) == 0);
        recipient_add(world, message, local ? address_local(world) : address_remote(world));
    }
}

/* --- the life of a message --- */

static void message_queue(struct world *world, struct message *message)
{
    message->queued = true;
    message->backoff = world->option.retry;
    message->running = message->recipient_count;
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        event_add(world, chance_below(world, 4), message, ACTION_DELIVER, i);
    }
}

/* A message that our own server makes: a bounce for the sender, or what an alias forwards. */
static struct message *message_derive(struct world *world, const struct message *from,
                                      enum flow flow)
{
    struct message *message = message_new(world, flow);
    message->host = from->host;
    message->client = from->client;
    message->null_sender = flow == FLOW_BOUNCE || from->null_sender;
    message->sender = from->sender;
    message->size = from->size + 2500;
    if (flow == FLOW_BOUNCE) {
        recipient_add(world, message, from->sender);
    } else {
        recipient_add(world, message,
                      (chance(world) & 3) == 0 ? address_local(world) : address_remote(world));
    }
    world->writer->queue_id(world, message);
    return message;
}

/* Every recipient of this queue run has had its turn. */
static void message_settle(struct world *world, struct message *message)
{
    bool deferred = false, notify = false;
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        struct recipient *recipient = &message->recipient[i];
        deferred = deferred || recipient->state == STATUS_DEFERRED;
        notify = notify || (recipient->state == STATUS_BOUNCED &&
                            (recipient->flags & RECIPIENT_RUNNING) != 0);
        recipient->flags &= (uint8_t)~RECIPIENT_RUNNING;
    }
    if (deferred && world->second - message->arrival >= LIFETIME) {
        world->writer->expire(world, message);
        for (uint32_t i = 0; i < message->recipient_count; i++) {
            if (message->recipient[i].state == STATUS_DEFERRED) {
                message->recipient[i].state = STATUS_EXPIRED;
            }
        }
        deferred = false;
        notify = true;
    }
    if (notify && !message->null_sender) {
        struct message *notice = message_derive(world, message, FLOW_BOUNCE);
        world->writer->notify(world, message, notice);
        message_queue(world, notice);
    }
    if (deferred) {
        event_add(world, message->backoff + chance_below(world, 30), message, ACTION_RETRY, 0);
        message->backoff = message->backoff * 2 > BACKOFF_LIMIT ? BACKOFF_LIMIT
                                                                : message->backoff * 2;
        return;
    }
    world->writer->remove(world, message);
    message_close(world, message);
    message_free(world, message);
}

static void message_retry(struct world *world, struct message *message)
{
    world->writer->activate(world, message);
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        if (message->recipient[i].state == STATUS_DEFERRED) {
            message->running++;
            event_add(world, chance_below(world, 4), message, ACTION_DELIVER, i);
        }
    }
}

static void message_deliver(struct world *world, struct message *message, uint32_t index)
{
    struct recipient *recipient = &message->recipient[index];
    const struct plan *plan = recipient->plan;
    bool defers = recipient->deferrals != 0;
    bool stale = defers && plan->stale && recipient->attempts == 1;
    const struct outcome *outcome = defers ? recipient->first : recipient->last;
    struct message *next = NULL;
    if (defers && recipient->deferrals != 255) {
        recipient->deferrals--;
    }
    recipient->attempts = recipient->attempts == 255 ? 255 : (uint8_t)(recipient->attempts + 1);
    recipient->flags |= RECIPIENT_RUNNING;
    if (plan->other_mx) {
        world->writer->tried(world, message, recipient, recipient->first);
    }
    if (outcome->status == STATUS_FORWARDED) {
        next = message_derive(world, message, FLOW_FORWARD);
    }
    world->writer->deliver(world, message, recipient, outcome, stale, next);
    outcome_count(world, recipient, outcome, stale);
    if (message->returned) {
        greylist_recover(world, message);
    }
    if (next != NULL) {
        message_queue(world, next);
    }
    if (--message->running == 0) {
        message_settle(world, message);
    }
}

/* --- sessions --- */

/* Another client of the same network (/24 or /64). */
static void client_choose(struct world *world, struct message *message, uint32_t base)
{
    uint32_t index = base < 762 ? base / 254 * 254 + chance_below(world, 254)
                                : base ^ (chance(world) & 1);
    message->client_index = index;
    message->client = &world->names.client[index];
}

static void spam_choose(struct world *world, struct message *message)
{
    uint32_t triplet = chance_below(world, world->spam_pool);
    uint32_t mixed = triplet * 2654435761u;
    message->triplet = triplet;
    message->sender = (struct address){triplet | TOP_BIT, mixed % world->names.domain_count};
    message->recipient[0].address = (struct address){
        (mixed >> 7) % world->names.local_user_count,
        (mixed >> 3) % world->names.local_domain_count | TOP_BIT};
    client_choose(world, message, (mixed >> 5) % world->names.client_count);
}

static void greylist_choose(struct world *world, struct message *message)
{
    message->triplet = UINT32_MAX;
    message->sender = (struct address){world->triplet_count | TOP_BIT | 0x40000000u,
                                       chance_skewed(world, world->names.domain_count)};
    message->tries = (uint8_t)(1 + (chance(world) & 1));
    recipient_add(world, message, address_local(world));
    client_choose(world, message, chance_below(world, world->names.client_count));
}

static enum flow flow_pick(uint32_t draw)
{
    static const struct {
        uint16_t weight;
        uint8_t flow;
    } flows[] = {{340, FLOW_INBOUND}, {250, FLOW_SUBMISSION}, {60, FLOW_RELAY},
                 {30, FLOW_PICKUP},   {120, FLOW_SPAM},       {40, FLOW_GREYLIST},
                 {80, FLOW_SCREEN},   {40, FLOW_LOGIN},       {40, FLOW_LOST}};
    uint32_t i = 0;
    while (draw >= flows[i].weight) {
        draw -= flows[i++].weight;
    }
    return (enum flow)flows[i].flow;
}

static void session_start(struct world *world)
{
    struct message *message = message_new(world, flow_pick(chance_below(world, 1000)));
    uint64_t draw = chance(world);
    message->variant = (uint8_t)(draw & 255);
    message->encrypted = (draw >> 8 & 3) != 0;
    message->screened = message->flow == FLOW_SCREEN ||
                        (message->flow == FLOW_INBOUND && (draw >> 10 & 3) == 0);
    message->host = (uint8_t)((draw >> 16 & 0xffff) % world->option.host_count);
    message->size = 600 + (uint32_t)(draw >> 40 & 0x3fff) * (1 + (uint32_t)(draw >> 54 & 15));
    client_choose(world, message, chance_skewed(world, world->names.client_count));
    switch (message->flow) {
    case FLOW_SPAM:
    case FLOW_SCREEN:
        spam_choose(world, message);
        break;
    case FLOW_GREYLIST:
        greylist_choose(world, message);
        break;
    case FLOW_SUBMISSION:
    case FLOW_RELAY:
    case FLOW_PICKUP:
    case FLOW_LOGIN:
        message->sender = address_local(world);
        message->tries = (uint8_t)(1 + (draw >> 32 & 3));
        break;
    default:
        message->sender = address_remote(world);
    }
    event_add(world, 0, message, ACTION_OPEN, 0);
}

static void session_accept(struct world *world, struct message *message)
{
    if (message->recipient_count == 0) {
        recipients_choose(world, message);
    }
    message->arrival = world->second;
    world->writer->queue_id(world, message);
    world->writer->accept(world, message);
    world->truth.received++;
    world->truth.login_ok += message->flow == FLOW_SUBMISSION;
    if (message->flow == FLOW_INBOUND && message->variant % 16 == 1) {
        /* One recipient more, and that one is refused; each time a new address, so each time a new
         * triplet. */
        struct address unknown = {(uint32_t)world->truth.received | TOP_BIT, TOP_BIT};
        world->writer->refuse(world, message, &refusal_second_recipient, &message->sender,
                              &unknown);
        second_recipient_count(world, &refusal_second_recipient);
    }
    world->writer->enqueue(world, message);
    message_queue(world, message);
}

static void session_end(struct world *world, struct message *message, uint32_t logins_failed)
{
    world->writer->disconnect(world, message, logins_failed);
    pid_give(world, message->pid);
    if (!message->queued) {
        message_free(world, message);
    }
}

static void session_open(struct world *world, struct message *message)
{
    if (message->flow == FLOW_PICKUP) {
        session_accept(world, message);
        return;
    }
    if (message->screened) {
        const struct refusal *refusal = message->variant % 3 == 0
                                            ? NULL
                                            : refusal_of_screen((uint32_t)(chance(world) >> 40));
        world->writer->screen(world, message, refusal);
        if (message->flow == FLOW_SCREEN) {
            if (refusal != NULL) {
                spam_count(world, message->triplet, refusal);
            }
            message_free(world, message);
            return;
        }
    }
    message->pid = pid_take(world);
    world->writer->connect(world, message);
    event_add(world, chance_below(world, 3), message, ACTION_MAIL, 0);
}

static void session_spam(struct world *world, struct message *message)
{
    const struct refusal *refusal = refusal_of_session((uint32_t)(chance(world) >> 40));
    uint32_t times = refusal->stage == STAGE_RCPT && message->variant % 8 == 0 ? 2 : 1;
    for (uint32_t i = 0; i < times; i++) {
        world->writer->refuse(world, message, refusal, &message->sender,
                              &message->recipient[0].address);
        spam_count(world, message->triplet, refusal);
    }
    session_end(world, message, 0);
}

static void session_greylist(struct world *world, struct message *message)
{
    bool returns = message->triplet == UINT32_MAX ? message->variant % 3 == 0 : true;
    const struct recipient
        *recipient = &message->recipient[0]; /* the client names the alias, if there is one */
    const struct refusal *refusal = &refusals_greylisting[message->variant >> 2 & 1];
    world->writer->refuse(world, message, refusal, &message->sender,
                          recipient->has_alias ? &recipient->alias : &recipient->address);
    greylist_count(world, message, refusal);
    world->writer->disconnect(world, message, 0);
    pid_give(world, message->pid);
    if (!returns) {
        message_free(world, message);
        return;
    }
    if (--message->tries == 0) {
        message->returned = true;
        message->screened = false;
    }
    uint32_t delay = 300 + chance_below(world, (message->variant & 8) != 0 ? 40000 : 1200);
    event_add(world, delay, message, ACTION_OPEN, 0);
    client_choose(world, message, message->client_index);
}

static void session_login(struct world *world, struct message *message)
{
    uint32_t count = message->tries;
    /* Sometimes only the counter of the disconnect line tells. */
    if (message->variant % 8 != 0 || !world->writer->tells_logins) {
        for (uint32_t i = 0; i < count; i++) {
            world->writer->login_failed(world, message);
        }
    }
    world->truth.login_failed += count;
    session_end(world, message, count);
}

static void session_mail(struct world *world, struct message *message)
{
    switch (message->flow) {
    case FLOW_SPAM:
        session_spam(world, message);
        return;
    case FLOW_LOGIN:
        session_login(world, message);
        return;
    case FLOW_LOST:
        world->writer->lost(world, message);
        session_end(world, message, 0);
        return;
    case FLOW_GREYLIST:
        if (!message->returned) {
            session_greylist(world, message);
            return;
        }
        break;
    default:
        break;
    }
    session_accept(world, message);
    session_end(world, message, 0);
}

/* --- time --- */

static void event_run(struct world *world, const struct node *node)
{
    struct message *message = message_at(world, node->message);
    switch (node->action) {
    case ACTION_OPEN:
        session_open(world, message);
        break;
    case ACTION_MAIL:
        session_mail(world, message);
        break;
    case ACTION_DELIVER:
        message_deliver(world, message, node->recipient);
        break;
    default:
        message_retry(world, message);
    }
}

static void noise_run(struct world *world, uint64_t lines)
{
    double share = (double)world->option.noise / (100 - world->option.noise);
    world->noise_due += (double)lines * share;
    while (world->noise_due >= 1) {
        world->noise_due -= 1;
        world->writer->noise(world);
        if (world->option.hostile && (chance(world) & 255) == 0) {
            world->writer->hostile(world);
        }
    }
}

/* Mail follows the hours of the day. */
static void sessions_arrive(struct world *world)
{
    static const uint8_t percent[24] = {45,  40,  38,  38,  40,  50,  70,  95,  130, 155, 160, 155,
                                        145, 145, 150, 150, 145, 130, 115, 105, 95,  80,  65,  55};
    double jitter = 0.5 + (double)(chance(world) >> 40) / (double)(1 << 24);
    world->arrivals_due += world->option.rate * jitter * percent[world->second / 3600 % 24] / 100;
    for (; world->arrivals_due >= 1; world->arrivals_due -= 1) {
        session_start(world);
    }
}

/* Runs the events of this second; false: the log has reached its size. */
static bool second_run(struct world *world)
{
    uint32_t slot = (uint32_t)((uint64_t)world->second % WHEEL);
    while (world->head[slot] != 0) {
        uint32_t index = world->head[slot];
        struct node node = world->node[index];
        uint64_t before = world->lines_seen;
        world->head[slot] = node.next;
        world->node[index].next = world->node_free;
        world->node_free = index;
        world->node_live--;
        event_run(world, &node);
        noise_run(world, world->lines_seen - before);
        if (world->option.cut && world_written(world) >= world->option.size) {
            return false;
        }
    }
    return true;
}

/* The clock starts one second early. */
void flow_run(struct world *world)
{
    bool arriving = true;
    while (arriving || world->node_live != 0) {
        clock_advance(world);
        if (arriving) {
            uint64_t to_come = world->option.cut ? 0
                                                 : (uint64_t)world->message_live * BYTES_TO_COME;
            arriving = world_written(world) + to_come < world->option.size;
        }
        if (arriving) {
            sessions_arrive(world);
        }
        if (!second_run(world)) {
            break;
        }
    }
    for (uint32_t i = 0; i < world->message_count; i++) {
        struct message *message = message_at(world, i);
        if (message->in_use && message->queued) {
            message_close(world, message);
        }
    }
    greylist_close(world);
}
