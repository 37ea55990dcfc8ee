/* kms_key_limit.c - a service that is a quota and a latency: what KMS keys, parameters, secrets and user pools share.
 *
 * The quota is a token bucket, of the account and so of all resources of the type, or of the resource alone where it
 * writes a rate or a burst. A refused request costs nothing and is answered at once; AWS calls that throttling, with 400.
 * Truth: tests/unit/test_quota.c, tests/truth/edge-quota.yaml. */
#include "kms_key.h"
#include <math.h>

const wr_fault quota_faults[] = {
    {"fail", wr_fail_rows, sizeof(wr_fail_fault), "A share of requests is not served.", "assumption: a part of its servers"},
    {0}};

/* `instead`: of the account's quota where the type has another one by Region or setting; NaN: none. */
void quota_prepare(void *mine, wr_build *b, const char *account, double instead)
{
    quota_cfg *cfg = mine;
    double whole = isnan(instead) ? wr_build_account(b, account) : instead;
    cfg->shared = isnan(cfg->rate) && isnan(cfg->burst);
    cfg->own_rate = isnan(cfg->rate) ? whole : cfg->rate;
    if (isnan(cfg->burst))
        cfg->burst = cfg->own_rate < 1 ? 1 : cfg->own_rate;
}

void quota_start(wr_comp *self, const char *shared)
{
    quota *q = wr_state(self);
    const quota_cfg *cfg = wr_cfg(self);
    q->cfg = cfg;
    q->bucket = cfg->shared ? wr_shared(self, shared, sizeof *q->bucket) : wr_alloc(self, sizeof *q->bucket);
    if (!(q->bucket->burst > 0))
        *q->bucket = wr_bucket_full(cfg->own_rate, cfg->burst);
    wr_stream(self, "latency", &q->latency);
    wr_stream(self, "fate", &q->fate);
    wr_set(self, WR_U_BURST_LEFT, q->bucket->level);
}

void quota_call(wr_comp *self, wr_call *c)
{
    quota *q = wr_state(self);
    if (wr_rng_chance(&q->fate, q->down)) {
        if (q->hangs)
            wr_reply_never(c);
        else
            wr_reply(c, QUOTA_FAIL);
        return;
    }
    bool taken = wr_bucket_take(q->bucket, wr_now(self), 1);
    wr_set(self, WR_U_BURST_LEFT, q->bucket->level);
    if (!taken) {
        wr_add(self, QUOTA_THROTTLES, 1);
        wr_reply(c, QUOTA_THROTTLED);
        return;
    }
    wr_add(self, WR_U_CONSUMED, 1);
    wr_add(self, QUOTA_CALLS, 1);
    wr_bill(self, QUOTA_REQUESTS, 1);
    wr_reply_after(c, wr_draw_dur(q->cfg->latency, &q->latency), QUOTA_OK);
}

void quota_fault(wr_comp *self, int fault, const void *arg, bool on)
{
    quota *q = wr_state(self);
    const wr_fail_fault *f = arg;
    (void)fault;
    q->down += on ? f->share : -f->share;
    if (q->down < 1e-9)
        q->down = 0;
    if (f->mode == WR_HANG)
        q->hangs += on ? 1 : -1;
}
