/* network.c - how long a packet takes from one component to another, and whether it arrives.
 *
 * Latencies follow from where the two stand (SCENARIO.md 1.3); single pairs may have laws of their own; faults add to
 * both. Services of the data plane carry their own latency and pay none. Truth: tests/unit/test_network.c. */
#include "call.h"

/* ---- network ---------------------------------------------------------------------------------- */
const uint8_t call_apart[4][4] = {
    [WR_NET_AWS] = {CALL_HERE, CALL_HERE, CALL_HERE, CALL_HERE},
    [WR_NET_CLIENT] = {CALL_HERE, NET_CLIENT, NET_CLIENT, NET_SERVICE},
    [WR_NET_VPC] = {CALL_HERE, NET_CLIENT, NET_SAME_AZ, NET_SERVICE},
    [WR_NET_SERVICE] = {CALL_HERE, NET_SERVICE, NET_SERVICE, NET_SERVICE},
};

wr_dur call_travel_drawn(run *r, const net_law *l)
{
    return wr_draw_dur(l->dist, &r->net_rng);
}

static int number(const wr_comp *c)
{
    return c->group ? c->group->index : c->index;
}

/* The pair's own latency, if it has one, in *d; false: the packet is lost. */
static bool pair(run *r, const net_link *l, int from, int to, wr_dur *d)
{
    bool there = l->from == from && l->to == to, back = l->from == to && l->to == from;
    if ((there || back) && l->latency)
        *d = wr_draw_dur(l->latency, &r->net_rng);
    return !there || !wr_rng_chance(&r->net_rng, l->loss);
}

wr_dur call_travel_odd(run *r, const wr_comp *a, int a_az, const wr_comp *b, int b_az)
{
    wr_dur d = call_hop(r, a, a_az, b, b_az);
    for (int i = 0; i < r->links; i++)
        if (!pair(r, &r->link[i], number(a), number(b), &d))
            return WR_NEVER;
    return r->net_faults ? d + fault_added(r, a, b) : d;
}
