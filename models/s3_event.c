/* s3_event.c - notifications: a queue, a topic, a stream or a function learns of objects that were made or removed.
 *
 * Each is sent after a delay of its own, so their order is not kept. One that is refused is sent again after another
 * delay, until it is taken: S3 delivers at least once. A function is invoked asynchronously. Duplicates are not
 * modelled. Truth: tests/unit/test_s3.c. */
#include "s3.h"

static const s3_notice *notice_of(const s3 *b, size_t i)
{
    return &((const s3_notice *)b->cfg->notices.items)[i];
}

static void send_event(wr_comp *self, void *arg);

static void wait_event(s3 *b, s3_event *e)
{
    wr_after(b->self, wr_draw_dur(notice_of(b, e->notice)->delay, &b->events), send_event, e);
}

static void begin(s3 *b, size_t notice, uint64_t key, int operation)
{
    s3_event *e = b->spare;
    if (e)
        b->spare = e->next;
    else
        e = wr_alloc(b->self, sizeof *e);
    *e = (s3_event){notice, key, operation, NULL};
    wait_event(b, e);
}

static void told(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    s3 *b = wr_state(self);
    (void)mine;
    if (wr_call_status(answer) == WR_OK) {
        wr_add(self, S3_EVENTS, 1);
        return;
    }
    wr_add(self, S3_EVENT_RETRIES, 1);
    for (size_t i = 0; i < b->cfg->notices.n; i++)
        if (wr_link_to(self, notice_of(b, i)->to) == wr_call_to(answer)) {
            begin(b, i, wr_call_key(answer), wr_call_operation(answer));
            return;
        }
}

static void send_event(wr_comp *self, void *arg)
{
    s3 *b = wr_state(self);
    s3_event *e = arg;
    wr_comp *to = wr_link_to(self, notice_of(b, e->notice)->to);
    wr_send what = {.ask = wr_ask_telling(to), .key = e->key, .size = 1024, .operation = e->operation, .az = -1};
    e->next = b->spare;
    b->spare = e;
    wr_call_send(self, to, NULL, &what, told);
}

void s3_tell(s3 *b, const wr_call *c, int what)
{
    for (size_t i = 0; i < b->cfg->notices.n; i++) {
        const s3_notice *n = notice_of(b, i);
        if ((n->on == S3_ALL || n->on == what) && wr_rng_chance(&b->events, n->share))
            begin(b, i, wr_call_key(c), wr_call_operation(c));
    }
}

void s3_events_open(s3 *b)
{
    for (size_t i = 0; i < b->cfg->notices.n; i++) {
        const wr_comp *to = wr_link_to(b->self, notice_of(b, i)->to);
        if (!wr_ask_telling(to))
            wr_break(b->self, "'%s' of 'events' of '%s' takes no events; a queue, a topic, a stream or a function does", wr_name(to),
                     wr_name(b->self));
    }
}
