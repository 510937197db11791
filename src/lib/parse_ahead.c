/* Lines read ahead of their turn by several threads. */
#include "lib/parse_ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define BLOCK_LINES ((size_t)256)
#define BLOCK_BYTES ((size_t)64 * 1024)
/* A block is full from BLOCK_BYTES on; a long last line that does not fit lies elsewhere. */
#define BLOCK_ROOM   (BLOCK_BYTES + (size_t)16 * 1024)
#define THREAD_STACK ((size_t)1024 * 1024)

enum block_state {
    BLOCK_FREE,
    BLOCK_BUSY,
    BLOCK_READY
};

struct block {
    enum block_state state;
    uint64_t sequence;
    struct ahead_line *lines; /* owned; BLOCK_LINES */
    size_t count;
    char *bytes; /* owned; BLOCK_ROOM */
    size_t used;
    struct arena copies; /* texts that do not stand in a line, and long lines */
    uint64_t stored_done;
    bool last;
    enum smtplog_status status; /* behind the last line */
};

/* What one thread reads lines with. */
struct hand {
    struct parse_ahead *ahead;
    struct parser *parser;
    struct judge *judge;
    bool own; /* the line before was of Exim's own file */
    /* of started threads: */
    pthread_t thread;
    bool started;
    struct knowledge knowledge; /* owned parts of its own */
};

struct parse_ahead {
    const struct knowledge *knowledge;
    size_t hand_count;
    struct hand *hands; /* owned; the first is the asking thread's */
    size_t block_count;
    struct block *blocks; /* owned */
    struct block *given;  /* whose lines are being given */
    size_t given_at;
    uint64_t stored_done;
    bool running;
    /* under the lock */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop;
    struct source *source; /* NULL: nothing is attached */
    struct line_reader *reader;
    bool reading, ended;
    uint64_t next_read, next_given; /* sequence numbers of blocks */
};

/* ---- one block ------------------------------------------------------------------------------- */

MUST_USE static bool keep(struct block *block, struct span text, struct span *kept)
{
    if (text.n > BLOCK_ROOM - block->used) {
        return arena_copy(&block->copies, text, kept);
    }
    *kept = span_of(block->bytes + block->used, text.n);
    if (text.n > 0) {
        memcpy(block->bytes + block->used, text.p, text.n);
    }
    block->used += text.n;
    return true;
}

/* Copies the next line; `before` is where the reader had the one given last. */
static enum smtplog_status keep_line(struct block *block, const struct line *line,
                                     struct span before)
{
    struct ahead_line *kept = &block->lines[block->count];
    struct span previous = line->previous;
    kept->line = *line;
    if (block->count > 0 && previous.n > 0 && previous.p == before.p && previous.n == before.n) {
        kept->line.previous = block->lines[block->count - 1].line.text;
    } else if (!keep(block, previous, &kept->line.previous)) {
        return SMTPLOG_NO_MEMORY;
    }
    if (!keep(block, line->text, &kept->line.text)) {
        return SMTPLOG_NO_MEMORY;
    }
    block->count++;
    return SMTPLOG_OK;
}

/* Takes the next lines off the input. */
static void fill(struct parse_ahead *ahead, struct block *block)
{
    struct line line;
    struct span before = SPAN_EMPTY;
    block->used = block->count = 0;
    block->status = SMTPLOG_OK;
    arena_reset(&block->copies);
    while (block->status == SMTPLOG_OK && block->count < BLOCK_LINES && block->used < BLOCK_BYTES) {
        block->status = line_reader_next(ahead->reader, &line);
        if (block->status == SMTPLOG_OK) {
            block->status = keep_line(block, &line, before);
            before = line.text;
        }
    }
    block->stored_done = source_stored_done(ahead->source);
    block->last = block->status != SMTPLOG_OK;
}

/* Texts that lie in the parser's memory are gone when it reads the next line. Names of programs are
 * kept by it. */
static enum smtplog_status keep_texts(struct block *block, struct event *event)
{
    const uint64_t program = (uint64_t)1 << EVENT_SERVICE | (uint64_t)1 << EVENT_DAEMON;
    const uint64_t texts = ((uint64_t)1 << EVENT_TEXTS) - 1;
    uint64_t left = event->set & texts & ~program;
    for (; left != 0; left &= left - 1) {
        struct span *text = &event->text[__builtin_ctzll(left)];
        bool inside = text->p >= block->bytes && text->p < block->bytes + block->used;
        if (text->n > 0 && !inside && !arena_copy(&block->copies, *text, text)) {
            return SMTPLOG_NO_MEMORY;
        }
    }
    return event->domain.n == 0 || arena_copy(&block->copies, event->domain, &event->domain)
               ? SMTPLOG_OK
               : SMTPLOG_NO_MEMORY;
}

static void read_lines(struct block *block, struct hand *hand)
{
    for (size_t i = 0; i < block->count; i++) {
        struct ahead_line *line = &block->lines[i];
        enum smtplog_status status = parser_read(hand->parser, &line->line, hand->own, &line->event,
                                                 &line->note);
        hand->own = line->note.own_next;
        if (status == SMTPLOG_OK && line->note.bin == BIN_EVENT) {
            judge_event(hand->judge, &line->event);
        }
        status = status == SMTPLOG_OK ? keep_texts(block, &line->event) : status;
        if (status != SMTPLOG_OK) {
            block->status = status;
            block->count = i;
            return;
        }
    }
    if (hand->knowledge.shares) {
        block->status = knowledge_status(&hand->knowledge);
    }
}

/* ---- threads --------------------------------------------------------------------------------- */

static struct block *find_block(struct parse_ahead *ahead, enum block_state state,
                                const uint64_t *sequence)
{
    for (size_t i = 0; i < ahead->block_count; i++) {
        struct block *block = &ahead->blocks[i];
        if (block->state == state && (sequence == NULL || block->sequence == *sequence)) {
            return block;
        }
    }
    return NULL;
}

/* Does the work of one block, if there is any. The lock is held, and given up in between. */
static bool work_once(struct parse_ahead *ahead, struct hand *hand)
{
    struct block *block = NULL;
    if (ahead->source != NULL && !ahead->reading && !ahead->ended && !ahead->stop) {
        block = find_block(ahead, BLOCK_FREE, NULL);
    }
    if (block == NULL) {
        return false;
    }
    ahead->reading = true;
    block->state = BLOCK_BUSY;
    block->sequence = ahead->next_read++;
    pthread_mutex_unlock(&ahead->lock);
    fill(ahead, block);
    pthread_mutex_lock(&ahead->lock);
    ahead->reading = false;
    ahead->ended = block->last;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    read_lines(block, hand);
    pthread_mutex_lock(&ahead->lock);
    block->state = BLOCK_READY;
    pthread_cond_broadcast(&ahead->changed);
    return true;
}

/* Makes what a thread needs for itself. */
static enum smtplog_status prepare_hand(struct hand *hand)
{
    const struct hand *first = &hand->ahead->hands[0];
    uint64_t seed = parser_seed(first->parser);
    TRY(knowledge_share(hand->ahead->knowledge, &hand->knowledge));
    TRY(parser_new(hand->knowledge.postfix, seed, &hand->parser));
    TRY(parser_set_exim(hand->parser, hand->knowledge.exim));
    parser_set_greylister(hand->parser, hand->knowledge.greylister);
    parser_want(hand->parser, parser_wanted(first->parser));
    return judge_share(first->judge, &hand->knowledge, &hand->judge);
}

static void free_hand(struct hand *hand)
{
    parser_free(hand->parser);
    judge_free(hand->judge);
    knowledge_free(&hand->knowledge);
}

static void *thread_main(void *context)
{
    struct hand *hand = context;
    struct parse_ahead *ahead = hand->ahead;
    if (prepare_hand(hand) != SMTPLOG_OK) {
        return NULL; /* memory is short: the others do the work */
    }
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->stop) {
        if (!work_once(ahead, hand)) {
            pthread_cond_wait(&ahead->changed, &ahead->lock);
        }
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

/* Signals are for the thread that asks. */
static void start_threads(struct parse_ahead *ahead)
{
    pthread_attr_t attributes;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    for (size_t i = 1; i < ahead->hand_count; i++) {
        struct hand *hand = &ahead->hands[i];
        hand->started = pthread_create(&hand->thread, &attributes, thread_main, hand) == 0;
    }
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    ahead->running = true;
}

/* ---- for the thread that asks ---------------------------------------------------------------- */

static bool make_blocks(struct parse_ahead *ahead)
{
    for (size_t i = 0; i < ahead->block_count; i++) {
        struct block *block = &ahead->blocks[i];
        arena_init(&block->copies);
        block->lines = malloc(BLOCK_LINES * sizeof *block->lines);
        block->bytes = malloc(BLOCK_ROOM);
        if (block->lines == NULL || block->bytes == NULL) {
            return false;
        }
    }
    return true;
}

static void free_blocks(struct parse_ahead *ahead)
{
    for (size_t i = 0; ahead->blocks != NULL && i < ahead->block_count; i++) {
        free(ahead->blocks[i].lines);
        free(ahead->blocks[i].bytes);
        arena_free(&ahead->blocks[i].copies);
    }
    free(ahead->blocks);
    ahead->blocks = NULL;
}

enum smtplog_status parse_ahead_new(size_t threads, const struct knowledge *knowledge,
                                    struct parser *parser, struct judge *judge,
                                    struct parse_ahead **ahead)
{
    struct parse_ahead *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return SMTPLOG_NO_MEMORY;
    }
    made->knowledge = knowledge;
    made->hand_count = threads;
    made->block_count = threads + 2;
    made->hands = calloc(threads, sizeof *made->hands);
    if (made->hands == NULL) {
        free(made);
        return SMTPLOG_NO_MEMORY;
    }
    for (size_t i = 0; i < threads; i++) {
        made->hands[i].ahead = made;
    }
    made->hands[0].parser = parser;
    made->hands[0].judge = judge;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    *ahead = made;
    return SMTPLOG_OK;
}

void parse_ahead_free(struct parse_ahead *ahead)
{
    if (ahead == NULL) {
        return;
    }
    pthread_mutex_lock(&ahead->lock);
    ahead->stop = true;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    for (size_t i = 1; i < ahead->hand_count; i++) {
        if (ahead->hands[i].started) {
            pthread_join(ahead->hands[i].thread, NULL);
            free_hand(&ahead->hands[i]);
        }
    }
    free_blocks(ahead);
    pthread_mutex_destroy(&ahead->lock);
    pthread_cond_destroy(&ahead->changed);
    free(ahead->hands);
    free(ahead);
}

bool parse_ahead_attach(struct parse_ahead *ahead, struct source *source,
                        struct line_reader *reader)
{
    if (ahead->source != NULL) {
        return false;
    }
    if (ahead->blocks == NULL) {
        ahead->blocks = calloc(ahead->block_count, sizeof *ahead->blocks);
        if (ahead->blocks == NULL || !make_blocks(ahead)) {
            free_blocks(ahead);
            return false;
        }
    }
    pthread_mutex_lock(&ahead->lock);
    ahead->source = source;
    ahead->reader = reader;
    ahead->reading = ahead->ended = false;
    ahead->next_read = ahead->next_given = 0;
    ahead->given = NULL;
    ahead->stored_done = source_stored_done(source);
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    if (!ahead->running) {
        start_threads(ahead);
    }
    return true;
}

void parse_ahead_detach(struct parse_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->ended = true; /* nobody begins a block */
    while (find_block(ahead, BLOCK_BUSY, NULL) != NULL) {
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    }
    for (size_t i = 0; i < ahead->block_count; i++) {
        ahead->blocks[i].state = BLOCK_FREE;
    }
    ahead->source = NULL;
    ahead->reader = NULL;
    ahead->given = NULL;
    pthread_mutex_unlock(&ahead->lock);
}

/* The block whose turn it is; NULL at the end of the input. The lock is held. */
static struct block *await_block(struct parse_ahead *ahead)
{
    for (;;) {
        struct block *block = find_block(ahead, BLOCK_READY, &ahead->next_given);
        if (block != NULL) {
            ahead->next_given++;
            return block;
        }
        if (ahead->ended && ahead->next_given == ahead->next_read) {
            return NULL;
        }
        if (!work_once(ahead, &ahead->hands[0])) {
            pthread_cond_wait(&ahead->changed, &ahead->lock);
        }
    }
}

enum smtplog_status parse_ahead_next(struct parse_ahead *ahead, struct ahead_line **line)
{
    enum smtplog_status status = SMTPLOG_OK;
    while (ahead->given == NULL || ahead->given_at == ahead->given->count) {
        pthread_mutex_lock(&ahead->lock);
        if (ahead->given != NULL) {
            status = ahead->given->status;
            ahead->given->state = BLOCK_FREE;
            pthread_cond_broadcast(&ahead->changed);
        }
        ahead->given = status == SMTPLOG_OK ? await_block(ahead) : NULL;
        pthread_mutex_unlock(&ahead->lock);
        if (ahead->given == NULL) {
            parse_ahead_detach(ahead);
            return status == SMTPLOG_OK ? SMTPLOG_END : status;
        }
        ahead->given_at = 0;
        ahead->stored_done = ahead->given->stored_done;
    }
    *line = &ahead->given->lines[ahead->given_at++];
    return SMTPLOG_OK;
}

uint64_t parse_ahead_stored_done(const struct parse_ahead *ahead)
{
    return ahead->stored_done;
}
