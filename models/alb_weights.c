/* alb_weights.c - automatic target weights: requests are taken away from a target that fails more than its peers.
 *
 * AWS publishes the signal (HTTP 5xx and connection errors, never latency), that at least three healthy targets are
 * needed, and that traffic is cut in steps and given back gradually; the numbers are ours. Every 10 s: a target is
 * anomalous if its share of failures exceeds that of all others by 5 points and two standard errors; then its weight
 * is halved, down to 1 %; else it grows by half, up to 1. What was seen fades by half every 10 s. A target of weight
 * w gets w of a full turn. If all fail alike, none is anomalous. Without mitigation nothing is watched. Truth:
 * tests/unit/test_alb_conn.c. */
#include "alb.h"
#include <math.h>

#define TICK (10 * WR_S)
enum { LEAST_HEALTHY = 3, LEAST_ANSWERS = 3 };
static const double MARGIN = 0.05, LEAST_WEIGHT = 0.01, CUT = 0.5, RISE = 1.5, FADE = 0.5;

void alb_weights_answer(alb_target *t, bool well)
{
    t->answers += 1;
    t->failures += well ? 0 : 1;
}

static bool fails_more(const alb_target *t, double answers, double failures)
{
    double others = answers - (double)t->answers, bad = failures - (double)t->failures;
    if ((double)t->answers < LEAST_ANSWERS || others < LEAST_ANSWERS)
        return false;
    double peers = fmax(0, bad / others), own = (double)t->failures / (double)t->answers;
    return own > peers + MARGIN + 2 * sqrt(peers * (1 - fmin(1, peers)) / (double)t->answers);
}

static void judge(alb_target *t, bool anomalous)
{
    double w = (double)t->weight;
    t->anomalous = anomalous;
    t->weight = (float)(anomalous ? fmax(LEAST_WEIGHT, w * CUT) : fmin(1, w * RISE));
    t->answers *= (float)FADE;
    t->failures *= (float)FADE;
}

static void tick(wr_comp *self, void *arg)
{
    alb_group *g = arg;
    double answers = 0, failures = 0, anomalous = 0, mitigated = 0;
    for (uint32_t i = 0; i < g->ids; i++)
        if (g->target[i] && g->target[i]->state == ALB_IS_HEALTHY) {
            answers += (double)g->target[i]->answers;
            failures += (double)g->target[i]->failures;
        }
    for (uint32_t i = 0; i < g->ids; i++) {
        alb_target *t = g->target[i];
        if (!t)
            continue;
        bool watched = t->state == ALB_IS_HEALTHY && g->healthy >= LEAST_HEALTHY;
        judge(t, watched && fails_more(t, answers, failures));
        anomalous += t->anomalous;
        mitigated += t->weight < 1;
    }
    wr_shift(self, ALB_ANOMALOUS, anomalous - g->anomalous);
    wr_shift(self, ALB_MITIGATED, mitigated - g->mitigated);
    g->anomalous = anomalous;
    g->mitigated = mitigated;
    if (g->part) {
        wr_set(g->part, ALB_ANOMALOUS, anomalous);
        wr_set(g->part, ALB_MITIGATED, mitigated);
    }
    wr_after(self, TICK, tick, g);
}

void alb_weights_start(alb *b, alb_group *g)
{
    if (g->plan->mitigates)
        wr_after(b->self, TICK, tick, g);
}
