/* hist.c - the bins of all histograms: 128 an octave from 2^-31 to 2^35, read off the bits of the double.
 *
 * Exponent and the seven highest bits of the mantissa are the number of the bin: no logarithm, and the edges
 * are exact. What is smaller than the first edge falls into bin 1, what is larger than the last into the last one;
 * NaN counts as zero. Truth: tests/unit/test_hist.c. */
#include "base.h"
#include <math.h>
#include <string.h>
#include <weir/result.h>

size_t hist_bin(double x)
{
    uint64_t bits;
    if (!(x > 0))
        return 0;
    if (x < ldexp(1, WR_HIST_MIN_EXP))
        return 1;
    if (x >= ldexp(1, WR_HIST_MIN_EXP + WR_HIST_OCTAVES))
        return WR_HIST_BINS - 1;
    memcpy(&bits, &x, sizeof bits);
    return 1 + (size_t)((bits >> 45) - ((uint64_t)(1023 + WR_HIST_MIN_EXP) << 7));
}

double wr_hist_edge(size_t bin)
{
    if (!bin)
        return 0;
    bin--;
    return ldexp(1 + (double)(bin % 128) / 128, WR_HIST_MIN_EXP + (int)(bin / 128));
}
