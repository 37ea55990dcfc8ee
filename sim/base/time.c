/* time.c - the only two doors between time and floating point. Nothing else converts. Truth: tests/unit/test_base.c. */
#include <math.h>
#include <weir/time.h>

inline wr_dur wr_dur_from_s(double s)
{
    if (!(s > 0))
        return 0;
    double ns = s * 1e9;
    if (ns >= 9.2e18)
        return WR_NEVER;
    wr_dur whole = (wr_dur)ns;
    return whole + (ns - (double)whole >= 0.5); /* exactly llround, without the call */
}

inline double wr_dur_to_s(wr_dur d)
{
    return d == WR_NEVER ? INFINITY : (double)d / 1e9;
}
