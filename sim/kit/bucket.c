/* bucket.c - tokens at `rate` a second, at most `burst`: DynamoDB capacity, API throttles, credits.
 *
 * Refilled when looked at, so an idle bucket costs nothing. Takes are all or nothing and need the whole
 * amount; a delaying bucket goes into debt instead and says how long the debt lasts. Amounts within one
 * part in 10^9 of the level are granted: at a constant rate the level meets the amount exactly, and
 * rounding must not decide. Truth: tests/unit/test_bucket.c (a burst lasts exactly
 * burst / (offered - rate); Poisson loss is that of M/D/1/K). */
#include <weir/kit.h>

static inline double least(double a, double b) { return a < b ? a : b; }

wr_bucket wr_bucket_full(double rate, double burst)
{
    return (wr_bucket){.rate = rate, .burst = burst, .level = burst};
}

double wr_bucket_level(wr_bucket *b, wr_time now)
{
    if (now > b->at) {
        b->level = least(b->burst, b->level + b->rate * ((double)(now - b->at) / 1e9));
        b->at = now;
    }
    return b->level;
}

static bool enough(double level, double n)
{
    return level >= n - 1e-9 * (n + 1);
}

bool wr_bucket_take(wr_bucket *b, wr_time now, double n)
{
    if (!enough(wr_bucket_level(b, now), n))
        return false;
    b->level = b->level > n ? b->level - n : 0;
    return true;
}

wr_dur wr_bucket_delay(wr_bucket *b, wr_time now, double n)
{
    b->level = wr_bucket_level(b, now) - n;
    if (enough(b->level, 0))
        return 0;
    return b->rate > 0 ? wr_dur_from_s(-b->level / b->rate) : WR_NEVER;
}

void wr_bucket_change(wr_bucket *b, wr_time now, double rate, double burst)
{
    wr_bucket_level(b, now);
    b->rate = rate;
    b->burst = burst;
    b->level = least(b->level, burst);
}
