/* traffic_hedge.c - hedged requests: a second copy of what is slow; the first good answer wins.
 *
 * A copy is sent when a try has been out for a fixed time, or longer than a percentile of the latencies seen so
 * far (from the hundredth answer on). Copies that lose are dropped: their callee works on in vain unless abandoned
 * work is cancelled. A try fails when its last copy has failed. The percentile is read from counts in bins of 2 %,
 * looked up anew after every 64th answer. Truth: tests/unit/test_client.c. */
#include "traffic.h"
#include <math.h>
#include <stdlib.h>

enum { BINS = 1280, PER_OCTAVE = 32, LEAST_SEEN = 100, REFRESH = 64 };

struct learned {
    double count[BINS], n;
    wr_dur quantile;
};

void hedge_prepare(struct traffic_cfg *cfg, wr_build *b)
{
    const char *after = cfg->hedge->after;
    bool ok = false;
    if (!cfg->single)
        wr_build_error(b, &cfg->hedge->after, "'hedge' is for a request that is one plain call");
    if (!after)
        return;
    if (after[0] == 'p') {
        char *end;
        double p = strtod(after + 1, &end);
        ok = end != after + 1 && !*end && p > 0 && p < 100;
        cfg->hedge_quantile = p / 100;
    } else {
        cfg->hedge_after = wr_dur_from_s(wr_text_number(after, WR_T_DUR, NULL, &ok));
        ok = ok && cfg->hedge_after > 0;
    }
    if (!ok)
        wr_build_error(b, &cfg->hedge->after,
                       "'after' is '%s'; allowed are a time such as 50ms and a percentile such as p95", after);
}

void hedge_start(wr_comp *self)
{
    struct traffic *s = wr_state(self);
    s->learned = wr_alloc(self, sizeof *s->learned);
}

/* ---- what is slow ------------------------------------------------------------------------------------- */
static int bin_of(wr_dur d)
{
    double x = (double)d / 1e3;
    int bin = x > 1 ? (int)(PER_OCTAVE * log2(x)) : 0;
    return bin < BINS ? bin : BINS - 1;
}

static wr_dur quantile(const struct learned *l, double q)
{
    double sum = 0, rank = q * l->n;
    int bin = 0;
    while (bin + 1 < BINS && sum + l->count[bin] < rank)
        sum += l->count[bin++];
    double inside = l->count[bin] > 0 ? fmin(1, (rank - sum) / l->count[bin]) : 1;
    return wr_dur_from_s(exp2((bin + inside) / PER_OCTAVE) * 1e-6);
}

void hedge_learn(wr_comp *self, wr_dur latency)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct traffic *s = wr_state(self);
    struct learned *l = s->learned;
    if (cfg->hedge_quantile <= 0)
        return;
    l->count[bin_of(latency)]++;
    l->n++;
    if (l->n >= LEAST_SEEN && (l->n == LEAST_SEEN || fmod(l->n, REFRESH) == 0))
        l->quantile = quantile(l, cfg->hedge_quantile);
}

/* ---- copies ------------------------------------------------------------------------------------------- */
static void answered(wr_comp *self, wr_call *root, const wr_call *answer);

static struct copies *lend(wr_comp *self)
{
    struct traffic *s = wr_state(self);
    struct copies *x = s->free;
    if (x)
        s->free = x->next;
    else
        x = wr_alloc(self, sizeof *x);
    *x = (struct copies){.n = 0};
    return x;
}

static void send_copy(wr_comp *self, wr_call *root)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    struct copies *x = WR_MINE(root, struct request)->copies;
    x->what.timeout = x->until == WR_NEVER ? 0 : x->until - wr_now(self);
    x->sent[x->n++] = wr_call_send(self, wr_link_to(self, cfg->single), root, &x->what, answered);
    x->open++;
}

static void slow(wr_comp *self, void *arg);

static void arm(wr_comp *self, wr_call *root)
{
    const struct traffic_cfg *cfg = wr_cfg(self);
    const struct traffic *s = wr_const_state(self);
    struct copies *x = WR_MINE(root, struct request)->copies;
    wr_dur after = cfg->hedge_quantile > 0 ? s->learned->quantile : cfg->hedge_after;
    x->timer = (wr_event){0};
    if (after > 0 && x->n <= cfg->hedge->max)
        x->timer = wr_after(self, after, slow, root);
}

/* A copy has the patience that is left to the try. */
static void slow(wr_comp *self, void *arg)
{
    wr_call *root = arg;
    struct copies *x = WR_MINE(root, struct request)->copies;
    if (x->until > wr_now(self)) {
        send_copy(self, root);
        arm(self, root);
    }
}

void hedge_send(wr_comp *self, wr_call *root, const wr_send *what)
{
    struct copies *x = lend(self);
    WR_MINE(root, struct request)->copies = x;
    x->what = *what;
    x->until = what->timeout ? wr_now(self) + what->timeout : WR_NEVER;
    send_copy(self, root);
    arm(self, root);
}

static void answered(wr_comp *self, wr_call *root, const wr_call *answer)
{
    struct traffic *s = wr_state(self);
    struct request *r = WR_MINE(root, struct request);
    struct copies *x = r->copies;
    enum wr_status status = wr_call_status(answer);
    for (int i = 0; i < x->n; i++)
        if (x->sent[i] == answer)
            x->sent[i] = NULL;
    x->open--;
    if (status != WR_OK && x->open)
        return;
    wr_cancel(self, x->timer);
    for (int i = 0; i < x->n; i++)
        if (x->sent[i])
            wr_call_drop(x->sent[i]);
    x->next = s->free;
    s->free = x;
    r->copies = NULL;
    if (status == WR_OK)
        hedge_learn(self, wr_now(self) - r->started);
    request_try_ended(self, root, status);
}
