/* weir/time.h - simulated time: whole nanoseconds in 64 bits, 292 years. */
#ifndef WEIR_TIME_H
#define WEIR_TIME_H
#ifdef __cplusplus
extern "C" {
#endif
#include <stdint.h>

typedef int64_t wr_time; /* an instant: ns since the start of the run */
typedef int64_t wr_dur;  /* a length of time: ns, never negative      */

#define WR_NS ((wr_dur)1)
#define WR_US (1000 * WR_NS)
#define WR_MS (1000 * WR_US)
#define WR_S (1000 * WR_MS)
#define WR_MIN (60 * WR_S)
#define WR_NEVER INT64_MAX

/* The only two doors between time and floating point. */
wr_dur wr_dur_from_s(double seconds); /* nearest ns; saturates at WR_NEVER; below 0 and NaN: 0 */
double wr_dur_to_s(wr_dur d);

#ifdef __cplusplus
}
#endif
#endif
