/* mapping_stream.c - readers of shards: how records of a stream become events of a function.
 *
 * Each shard is polled at an even rate; what a poll brings goes to one of `parallelization_factor` lanes by the hash of
 * its key. A lane has one batch in work at a time, so records of one key stay in order: a batch that fails is tried
 * again, and blocks its lane, until it works, its retries are used up, its records are too old, or halving has found
 * the record that is at fault. Being throttled uses no retry. A poll asks for about what was worked off since the
 * one before, twice as much when that ran out, so little is read long before it is needed. Pauses between tries begin
 * at 100 ms and double up to 10 s unless `error_backoff` says otherwise (assumption: AWS gives no numbers). Left out:
 * the stream's retention of records that are read already, and the order between a shard and those it was split
 * into, beyond what the stream itself keeps. Truth: tests/unit/test_mapping_stream.c. */
#include "mapping_own.h"

enum { MOST_READ = 10000, HALVINGS = 24 };

typedef struct lane {
    struct shard *of;
    wr_call *root;
    wr_record *record;        /* a ring of `room`, a power of two */
    uint64_t head, tail;
    int64_t room;
    wr_time opened;           /* its first record came */
    wr_event timer;           /* end of the window, or of a pause */
    bool busy;                /* a batch is in work, or pausing */
    wr_batch *event;
    int32_t tries;            /* of this batch that failed */
    int32_t pauses;           /* in a row */
    int32_t left[HALVINGS];   /* sizes of what halving has put off, the next one last */
    int halves;
} lane;

typedef struct shard {
    mapping *m;
    int32_t number;
    wr_call *root;
    wr_batch *poll;           /* under way; NULL: none */
    uint64_t position;
    int64_t held, done;       /* records in the lanes; worked off since the last poll */
    int32_t ask;              /* for so many in a poll */
    bool behind, dry;         /* there is more than the last poll brought; and the lanes ran out */
    lane *lane;
} shard;

static void look(lane *l);

/* ---- the records of a lane ----------------------------------------------------------------------------- */
static wr_record *nth(const lane *l, int32_t i)
{
    return &l->record[(l->head + (uint64_t)i) & (uint64_t)(l->room - 1)];
}

static int32_t waiting(const lane *l)
{
    return (int32_t)(l->tail - l->head);
}

static void put(lane *l, const wr_record *r)
{
    int32_t n = waiting(l);
    if (n == l->room) {
        int64_t room = l->room ? 2 * l->room : 64;
        wr_record *more = wr_alloc(l->of->m->self, (size_t)room * sizeof *more);
        for (int32_t i = 0; i < n; i++)
            more[i] = *nth(l, i);
        l->record = more;
        l->room = room;
        l->head = 0;
        l->tail = (uint64_t)n;
    }
    if (!n)
        l->opened = wr_now(l->of->m->self);
    l->tail++;
    *nth(l, n) = *r;
}

static void take_off(lane *l, int32_t n)
{
    shard *s = l->of;
    l->head += (uint64_t)n;
    s->held -= n;
    s->done += n;
    if (!s->held && s->behind)
        s->dry = true;
    l->opened = wr_now(s->m->self);
}

/* ---- after a batch ------------------------------------------------------------------------------------- */
static void try_again(wr_comp *self, void *arg);

static void pause(lane *l)
{
    static const mapping_backoff usual = {WR_S / 10, 10 * WR_S};
    const mapping *m = l->of->m;
    const mapping_backoff *b = m->cfg->backoff ? m->cfg->backoff : &usual;
    l->timer = wr_after(m->self, mapping_pause(b, ++l->pauses), try_again, l);
}

/* Its first n records are over, whether done or given up. */
static void leave_behind(lane *l, int32_t n)
{
    take_off(l, n);
    l->event = NULL;
    l->tries = 0;
    l->pauses = 0;
    l->busy = false;
    look(l);
}

static void shorten(wr_batch *e, int32_t from, int32_t n)
{
    wr_record *r = e->record;
    e->bytes = 0;
    for (int32_t i = 0; i < n; i++) {
        r[i] = r[from + i];
        e->bytes += r[i].size;
    }
    e->n = n;
}

/* What comes before the first record that failed is done. */
static void keep_progress(lane *l)
{
    wr_batch *e = l->event;
    int32_t first = 0;
    while (first < e->n && !e->record[first].failed)
        first++;
    if (!first)
        return;
    take_off(l, first);
    shorten(e, first, e->n - first);
    l->tries = 0;
    l->pauses = 0;
}

static void give_up(lane *l)
{
    int32_t n = l->event->n;
    mapping *m = l->of->m;
    mapping_lost(m);
    wr_batch_give(m->self, l->event);
    leave_behind(l, n);
}

static void failed(lane *l)
{
    const mapping_cfg *cfg = l->of->m->cfg;
    wr_batch *e = l->event;
    if (cfg->bisect && e->n > 1 && l->halves < HALVINGS) {
        l->left[l->halves++] = e->n / 2;
        shorten(e, 0, e->n - e->n / 2);
        pause(l);
        return;
    }
    l->tries++;
    if (cfg->retries >= 0 && l->tries > cfg->retries)
        give_up(l);
    else
        pause(l);
}

static void invoked(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    lane *l = mapping_of(mine);
    wr_batch *e = l->event;
    enum wr_status s = wr_call_status(answer);
    if (s == WR_THROTTLED) {
        pause(l);
        return;
    }
    if (s == WR_OK && l->of->m->cfg->partial)
        keep_progress(l);
    bool some = s == WR_OK && e->n && e->record[0].failed && l->of->m->cfg->partial;
    if (s != WR_OK || some) {
        failed(l);
        return;
    }
    int32_t n = e->n;
    wr_batch_give(self, e);
    leave_behind(l, n);
}

/* ---- a batch ------------------------------------------------------------------------------------------- */
/* Records that are too old are given up, from the front. */
static void drop_old(lane *l)
{
    const mapping_cfg *cfg = l->of->m->cfg;
    wr_batch *e = l->event;
    wr_time now = wr_now(l->of->m->self);
    int32_t old = 0;
    if (cfg->record_age < 0)
        return;
    while (old < e->n && now - e->record[old].sent > cfg->record_age)
        old++;
    if (!old)
        return;
    mapping_lost(l->of->m);
    take_off(l, old);
    shorten(e, old, e->n - old);
}

static void try_again(wr_comp *self, void *arg)
{
    lane *l = arg;
    l->timer = (wr_event){0};
    drop_old(l);
    if (l->event->n) {
        mapping_invoke(l->of->m, l->root, l->event, invoked);
        return;
    }
    wr_batch_give(self, l->event);
    leave_behind(l, 0);
}

static void begin(lane *l)
{
    const mapping_cfg *cfg = l->of->m->cfg;
    int64_t most = l->halves ? l->left[--l->halves] : cfg->batch_size;
    int32_t n = most < waiting(l) ? (int32_t)most : waiting(l);
    wr_batch *e = l->event = wr_batch_take(l->of->m->self, n);
    for (int32_t i = 0; i < n; i++) {
        wr_record *r = nth(l, i);
        if (i && e->bytes + r->size > EVENT_BYTES)
            break;
        wr_batch_add(e, *r);
    }
    l->busy = true;
    try_again(l->of->m->self, l);
}

static void closed_window(wr_comp *self, void *arg)
{
    lane *l = arg;
    (void)self;
    l->timer = (wr_event){0};
    look(l);
}

/* Is there something to do? */
static void look(lane *l)
{
    mapping *m = l->of->m;
    int32_t n = waiting(l);
    if (l->busy || !n)
        return;
    wr_time end = l->opened + m->cfg->window;
    bool due = n >= m->cfg->batch_size || l->halves || wr_now(m->self) >= end;
    if (due && l->timer.gen)
        wr_cancel(m->self, l->timer);
    if (due)
        begin(l);
    else if (!l->timer.gen)
        l->timer = wr_at(m->self, end, WR_PHASE_WORK, closed_window, l);
}

/* ---- polls --------------------------------------------------------------------------------------------- */
static void follow(mapping *m, int32_t shards);

static void read_done(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    shard *s = mapping_of(mine);
    wr_batch *b = s->poll;
    mapping *m = s->m;
    s->poll = NULL;
    if (wr_call_status(answer) == WR_OK) {
        s->position = b->position;
        s->behind = b->position != b->newest;
        s->held += b->n;
        for (int32_t i = 0; i < b->n; i++) {
            size_t at = (size_t)(wr_key_spot(~b->record[i].key) * (double)m->cfg->parallel); /* not the shard's own hash */
            put(&s->lane[at], &b->record[i]);
        }
        for (int64_t i = 0; i < m->cfg->parallel && b->n; i++)
            look(&s->lane[i]);
        follow(m, b->shards);
        if (b->closed)
            s->ask = 0;
    }
    wr_batch_give(self, b);
}

static int32_t how_many(shard *s)
{
    int64_t least = s->m->cfg->batch_size * s->m->cfg->parallel, n = s->done + least;
    if (s->dry)
        n = n > 2 * (int64_t)s->ask ? n : 2 * (int64_t)s->ask;
    n = n < MOST_READ ? n : MOST_READ;
    s->done = 0;
    s->dry = false;
    s->ask = (int32_t)n;
    return (int32_t)(n > s->held ? n - s->held : 0);
}

static void poll(wr_comp *self, void *arg)
{
    shard *s = arg;
    mapping *m = s->m;
    if (!s->ask) /* closed: everything of it is read */
        return;
    wr_after(self, wr_dur_from_s(1 / m->cfg->polls), poll, s);
    int32_t room = s->poll ? 0 : how_many(s);
    if (!room)
        return;
    wr_batch *b = s->poll = wr_batch_take(self, room);
    b->shard = s->number;
    b->position = s->position;
    b->most_bytes = EVENT_BYTES;
    mapping_ask(m, m->source, WR_OP_RECORDS, s->root, b, read_done);
}

/* ---- shards -------------------------------------------------------------------------------------------- */
static shard *open_shard(mapping *m, int32_t number)
{
    shard *s = wr_alloc(m->self, sizeof *s);
    size_t lanes = (size_t)m->cfg->parallel;
    s->m = m;
    s->number = number;
    s->root = mapping_root(m, s);
    s->ask = 1;
    s->lane = wr_alloc(m->self, lanes * sizeof *s->lane);
    for (size_t i = 0; i < lanes; i++) {
        s->lane[i].of = s;
        s->lane[i].root = mapping_root(m, &s->lane[i]);
    }
    return s;
}

/* Shards that it has not seen before. */
static void follow(mapping *m, int32_t shards)
{
    if (shards > m->shards_room) {
        int32_t room = 2 * shards;
        shard **more = wr_alloc(m->self, (size_t)room * sizeof(shard *));
        for (int32_t i = 0; i < m->shards; i++)
            more[i] = m->shard[i];
        m->shard = more;
        m->shards_room = room;
    }
    while (m->shards < shards) {
        shard *s = m->shard[m->shards] = open_shard(m, m->shards);
        m->shards++;
        poll(m->self, s);
    }
}

static void count_shards(wr_comp *self, void *arg);

static void counted(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    mapping *m = mapping_of(mine);
    const wr_batch *b = wr_call_batch(answer);
    (void)self;
    if (wr_call_status(answer) == WR_OK)
        follow(m, b->shards);
    if (!m->shards)
        wr_after(self, WR_S, count_shards, m);
}

static void count_shards(wr_comp *self, void *arg)
{
    mapping *m = arg;
    (void)self;
    m->poll->shard = -1;
    mapping_ask(m, m->source, WR_OP_RECORDS, m->root, m->poll, counted);
}

void mapping_stream_start(mapping *m)
{
    m->root = mapping_root(m, m);
    m->poll = wr_batch_take(m->self, 1);
    count_shards(m->self, m);
}
