/* sns_retry.c - the ladders of tries after a failed delivery.
 *
 * A ladder has four phases: tries without delay, some at the least delay, some in which it grows, the rest at the most.
 * AWS's own endpoints get 3 at once, 2 a second apart, 10 that grow from 1 to 20 s and 100,000 at 20 s: 100,015 retries
 * over 23 days. Those of customers (mail, text messages, mobile push) get 2 at 10 s, 10 from 10 to 600 s and 38 at
 * 600 s: 50 over more than 6 hours. AWS calls these sums attempts; here they follow a first try. HTTP endpoints have a
 * policy of their own. AWS draws how the four backoff functions grow and gives no formulas: here linear is even steps,
 * arithmetic has steps that grow evenly, geometric even ratios, and of exponential each step is twice the one before.
 * Truth: tests/unit/test_sns.c. */
#include "sns.h"
#include <math.h>

sns_ladder sns_ladder_managed(void)
{
    return (sns_ladder){{{3, 0, 0, SNS_LINEAR}, {2, WR_S, WR_S, SNS_LINEAR}, {10, WR_S, 20 * WR_S, SNS_EXPONENTIAL},
                         {100000, 20 * WR_S, 20 * WR_S, SNS_LINEAR}}};
}

sns_ladder sns_ladder_customer(void)
{
    return (sns_ladder){{{0, 0, 0, SNS_LINEAR}, {2, 10 * WR_S, 10 * WR_S, SNS_LINEAR},
                         {10, 10 * WR_S, 600 * WR_S, SNS_EXPONENTIAL}, {38, 600 * WR_S, 600 * WR_S, SNS_LINEAR}}};
}

sns_ladder sns_ladder_of(const sns_policy *p)
{
    int64_t growing = p->retries - p->no_delay - p->min_delay - p->max_delay;
    return (sns_ladder){{{p->no_delay, 0, 0, SNS_LINEAR}, {p->min_delay, p->least, p->least, SNS_LINEAR},
                         {growing, p->least, p->most, p->law}, {p->max_delay, p->most, p->most, SNS_LINEAR}}};
}

/* How far from the first to the last wait, of the i-th of n. */
static double grown(int law, int64_t i, int64_t n, double ratio)
{
    double x = (double)i, last = (double)(n - 1);
    switch (law) {
    case SNS_ARITHMETIC: return x * (x + 1) / (last * (last + 1));
    case SNS_GEOMETRIC: return ratio > 1 ? (pow(ratio, x / last) - 1) / (ratio - 1) : 0;
    case SNS_EXPONENTIAL: return (exp2(x) - 1) / (exp2(last) - 1);
    default: return x / last;
    }
}

static wr_dur wait_in(const sns_phase *p, int64_t i)
{
    double from = wr_dur_to_s(p->from), to = wr_dur_to_s(p->to);
    if (p->n < 2 || p->from == p->to)
        return p->from;
    return wr_dur_from_s(from + (to - from) * grown(p->law, i, p->n, from > 0 ? to / from : 1));
}

wr_dur sns_ladder_wait(const sns_ladder *l, int64_t retry)
{
    for (int i = 0; i < SNS_PHASES; i++) {
        if (retry < l->phase[i].n)
            return wait_in(&l->phase[i], retry);
        retry -= l->phase[i].n;
    }
    return -1;
}

int64_t sns_ladder_retries(const sns_ladder *l)
{
    int64_t n = 0;
    for (int i = 0; i < SNS_PHASES; i++)
        n += l->phase[i].n;
    return n;
}

double sns_ladder_seconds(const sns_ladder *l)
{
    double sum = 0;
    for (int64_t i = 0, n = sns_ladder_retries(l); i < n; i++)
        sum += wr_dur_to_s(sns_ladder_wait(l, i));
    return sum;
}
