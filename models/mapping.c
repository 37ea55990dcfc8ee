/* mapping.c - event source mappings: the component that stands between a function and a queue, a stream or the clock.
 *
 * Each entry of a function's `events` becomes one component, spawned by the function. Whatever it polls, its events
 * reach the function as WR_OP_INVOKE calls, which pass admission like anybody's. A schedule's invocations are
 * asynchronous and carry nothing. Left out: filters, tumbling windows, Kafka and MQ, enhanced fan-out.
 * Truth: tests/unit/test_mapping.c, tests/truth/events-*.yaml. */
#include "mapping_own.h"
#include <math.h>
#include <stdio.h>

enum { DOUBLINGS = 30 };

/* ---- what a function asks of a call -------------------------------------------------------------------- */
static const mapping *mapping_behind(const wr_call *c)
{
    const wr_comp *from = wr_call_from(c);
    return wr_model_of(from) == &wr_model_mapping ? wr_const_state(from) : NULL;
}

bool mapping_per_item(const wr_call *c)
{
    const mapping *m = mapping_behind(c);
    return m && m->cfg->per_item;
}

bool mapping_partial(const wr_call *c)
{
    const mapping *m = mapping_behind(c);
    return m && m->cfg->partial;
}

double mapping_iterator_age(const wr_call *c)
{
    const mapping *m = mapping_behind(c);
    if (!m || (m->kind != FROM_KINESIS && m->kind != FROM_TABLE))
        return NAN;
    const wr_batch *b = wr_call_batch(c);
    return wr_dur_to_s(wr_now(m->self) - b->record[b->n - 1].sent);
}

/* ---- what sources share -------------------------------------------------------------------------------- */
wr_call *mapping_root(mapping *m, void *of)
{
    wr_call *root = wr_call_open(m->self, NULL, &(wr_send){.ask = &wr_ask_request, .az = -1});
    WR_MINE(root, struct whose)->of = of;
    return root;
}

void mapping_ask(mapping *m, wr_comp *to, enum wr_op op, wr_call *root, wr_batch *b, wr_done_fn *done)
{
    wr_call_clear_cause(root);
    wr_call_send(m->self, to, root, &(wr_send){.ask = &wr_ask_plain[op], .stamp = wr_batch_stamp(b), .az = -1}, done);
}

void mapping_invoke(mapping *m, wr_call *root, wr_batch *event, wr_done_fn *done)
{
    const wr_record *first = &event->record[0];
    for (int32_t i = 0; i < event->n; i++)
        event->record[i].failed = false;
    wr_call_clear_cause(root);
    wr_call_send(m->self, m->function, root,
                 &(wr_send){.ask = &wr_ask_plain[WR_OP_INVOKE], .stamp = wr_batch_stamp(event), .key = first->key, .size = event->bytes,
                            .operation = first->operation, .az = -1},
                 done);
}

wr_dur mapping_pause(const mapping_backoff *b, int32_t failures)
{
    int doublings = failures - 1 < DOUBLINGS ? failures - 1 : DOUBLINGS;
    double pause = (double)b->base * (double)(INT64_C(1) << doublings);
    return pause < (double)b->cap ? (wr_dur)pause : b->cap;
}

static void nothing(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    (void)self, (void)mine, (void)answer;
}

void mapping_lost(mapping *m)
{
    if (!m->cfg->on_failure)
        return;
    wr_comp *to = wr_link_to(m->self, m->cfg->on_failure);
    const wr_ask *ask = wr_ask_telling(to);
    wr_call_send(m->self, to, NULL, &(wr_send){.ask = ask ? ask : &wr_ask_event, .size = 1024, .az = -1}, nothing);
}

/* ---- the clock ----------------------------------------------------------------------------------------- */
static void struck(wr_comp *self, void *arg)
{
    mapping *m = arg;
    wr_call_send(self, m->function, NULL, &(wr_send){.ask = &wr_ask_event, .az = -1}, nothing);
    wr_after(self, m->cfg->every, struck, m);
}

/* ---- the start ----------------------------------------------------------------------------------------- */
void mapping_start(wr_comp *function, const wr_list *events)
{
    const wr_pick *p = events->items;
    for (size_t i = 0; i < events->n; i++) {
        char name[32];
        snprintf(name, sizeof name, "events-%zu", i + 1);
        wr_comp *c = wr_spawn(function, &wr_model_mapping, p[i].cfg, name);
        mapping *m = wr_state(c);
        m->self = c;
        m->function = function;
        m->cfg = p[i].cfg;
        m->kind = (enum mapping_kind)p[i].which;
        if (m->kind == FROM_CLOCK) {
            wr_after(c, m->cfg->every, struck, m);
            continue;
        }
        m->source = wr_link_to(c, m->cfg->source);
        if (m->kind == FROM_QUEUE)
            mapping_queue_start(m);
        else
            mapping_stream_start(m);
    }
}

const wr_model wr_model_mapping = {
    .kind = "mapping", .aws = "AWS::Lambda::EventSourceMapping", .title = "Event source mapping", .internal = true,
    .doc = "Polls a queue or a stream for a function, and invokes it with what it found.",
    .net = WR_NET_AWS, .state_size = sizeof(mapping),
};
