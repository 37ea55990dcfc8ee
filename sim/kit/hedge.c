/* hedge.c - hedged requests: a second copy of what is slow; the first good answer wins.
 *
 * A copy is sent when a try has been out for a fixed time, or longer than a percentile of the latencies of tries seen
 * so far (from the hundredth answer on). Copies that lose are dropped: their callee works on in vain unless abandoned
 * work is cancelled. A try fails when its last copy has failed. The percentile is read from counts in bins of 2 %,
 * looked up anew after every 64th answer. Truth: tests/unit/test_client.c, test_retry_steps.c. */
#include "program.h"
#include <math.h>
#include <stdlib.h>

const wr_param wr_hedge_params[] = {
    {.key = "after", WR_FIELD(wr_hedge_cfg, after), .type = WR_T_TEXT, .doc = "Time without an answer after which a copy is sent, or a percentile of the latencies seen so far, such as p95."},
    {.key = "max", WR_FIELD(wr_hedge_cfg, max), .type = WR_T_INT, .def = "1", .min = 1, .max = 3, .doc = "Copies at the most."},
    {0}};

enum { BINS = 1280, PER_OCTAVE = 32, LEAST_SEEN = 100, REFRESH = 64, MOST_COPIES = 4 };

typedef struct learned { /* of latencies */
    double count[BINS], n;
    wr_dur quantile;
} learned;
struct wr_hedge {
    wr_comp *owner;
    const wr_hedge_cfg *cfg;
    wr_copies *free;
    learned *learned; /* NULL: by a fixed time */
};
struct wr_copies {
    wr_hedge *of;
    wr_comp *to;
    wr_call *mine, *sent[MOST_COPIES];
    wr_done_fn *done;
    int n, open;
    wr_send what;
    wr_time began, until; /* patience ends; WR_NEVER: none */
    wr_event timer;
    struct wr_copies *next;
}; /* where a call's copies are stands in its program's room, which is otherwise not in use while they are out */

/* ---- prepare ------------------------------------------------------------------------------------------ */
static bool quantile_of(const char *s, double *out)
{
    char *end;
    double p = strtod(s + 1, &end);
    *out = p / 100;
    return s[0] == 'p' && end != s + 1 && !*end && p > 0 && p < 100;
}

static bool time_of(const char *s, wr_dur *out)
{
    bool ok = false;
    *out = wr_dur_from_s(wr_text_number(s, WR_T_DUR, NULL, &ok));
    return ok && *out > 0;
}

const wr_hedge_cfg *wr_hedge_build(wr_build *b, const void *written)
{
    const wr_hedge_cfg *w = written;
    if (!w)
        return NULL;
    wr_hedge_cfg *out = wr_build_alloc(b, sizeof *out);
    *out = *w;
    if (!w->after)
        return out; /* its mistake has been reported */
    if (w->after[0] == 'p' ? !quantile_of(w->after, &out->quantile) : !time_of(w->after, &out->fixed))
        wr_build_error(b, &w->after, "'after' is '%s'; allowed are a time such as 50ms and a percentile such as p95",
                       w->after);
    return out;
}

wr_hedge *wr_hedge_create(wr_comp *owner, const wr_hedge_cfg *cfg)
{
    wr_hedge *h = wr_alloc(owner, sizeof *h);
    *h = (wr_hedge){.owner = owner, .cfg = cfg};
    if (cfg->quantile > 0)
        h->learned = wr_alloc(owner, sizeof *h->learned);
    return h;
}

/* ---- what is slow ------------------------------------------------------------------------------------- */
static int bin_of(wr_dur d)
{
    double x = (double)d / 1e3;
    int bin = x > 1 ? (int)(PER_OCTAVE * log2(x)) : 0;
    return bin < BINS ? bin : BINS - 1;
}

static wr_dur quantile(const learned *l, double q)
{
    double sum = 0, rank = q * l->n;
    int bin = 0;
    while (bin + 1 < BINS && sum + l->count[bin] < rank)
        sum += l->count[bin++];
    double inside = l->count[bin] > 0 ? fmin(1, (rank - sum) / l->count[bin]) : 1;
    return wr_dur_from_s(exp2((bin + inside) / PER_OCTAVE) * 1e-6);
}

static void learn(wr_hedge *h, wr_dur latency)
{
    learned *l = h->learned;
    if (!l)
        return;
    l->count[bin_of(latency)]++;
    l->n++;
    if (l->n >= LEAST_SEEN && (l->n == LEAST_SEEN || fmod(l->n, REFRESH) == 0))
        l->quantile = quantile(l, h->cfg->quantile);
}

/* ---- copies ------------------------------------------------------------------------------------------- */
static void answered(wr_comp *self, wr_call *mine, const wr_call *answer);
static void slow(wr_comp *self, void *arg);

static wr_copies *lend(wr_hedge *h)
{
    wr_copies *x = h->free;
    if (x)
        h->free = x->next;
    else
        x = wr_alloc(h->owner, sizeof *x);
    *x = (wr_copies){.of = h};
    return x;
}

static void give_back(wr_copies *x)
{
    wr_hedge *h = x->of;
    wr_cancel(h->owner, x->timer);
    for (int i = 0; i < x->n; i++)
        if (x->sent[i])
            wr_call_drop(x->sent[i]);
    visit_of(x->mine)->on.copies = NULL;
    x->next = h->free;
    h->free = x;
}

static void send_copy(wr_copies *x)
{
    wr_comp *self = x->of->owner;
    x->what.timeout = x->until == WR_NEVER ? 0 : x->until - wr_now(self);
    x->sent[x->n++] = wr_call_send(self, x->to, x->mine, &x->what, answered);
    x->open++;
}

static void arm(wr_copies *x)
{
    const wr_hedge *h = x->of;
    wr_dur after = h->learned ? h->learned->quantile : h->cfg->fixed;
    x->timer = (wr_event){0};
    if (after > 0 && x->n <= h->cfg->max)
        x->timer = wr_after(h->owner, after, slow, x);
}

/* A copy has the patience that is left to the try. */
static void slow(wr_comp *self, void *arg)
{
    wr_copies *x = arg;
    x->timer = (wr_event){0};
    if (x->until > wr_now(self)) {
        send_copy(x);
        arm(x);
    }
}

void wr_hedge_send(wr_hedge *h, wr_comp *to, wr_call *mine, const wr_send *what, wr_done_fn *done)
{
    wr_copies *x = lend(h);
    visit_of(mine)->on.copies = x;
    x->to = to;
    x->mine = mine;
    x->done = done;
    x->what = *what;
    x->began = wr_now(h->owner);
    x->until = what->timeout ? x->began + what->timeout : WR_NEVER;
    send_copy(x);
    arm(x);
}

void wr_hedge_drop(wr_call *mine)
{
    wr_copies *x = visit_of(mine)->on.copies;
    if (x)
        give_back(x);
}

static void answered(wr_comp *self, wr_call *mine, const wr_call *answer)
{
    wr_copies *x = visit_of(mine)->on.copies;
    wr_done_fn *done = x->done;
    for (int i = 0; i < x->n; i++)
        if (x->sent[i] == answer)
            x->sent[i] = NULL;
    x->open--;
    if (wr_call_status(answer) != WR_OK && x->open)
        return;
    if (wr_call_status(answer) == WR_OK)
        learn(x->of, wr_now(self) - x->began);
    give_back(x);
    done(self, mine, answer);
}
