/* axis.h - numbers for people: ticks, units and short texts. Pure functions, no drawing. */
#ifndef WR_AXIS_H
#define WR_AXIS_H
#include "../sim/base/base.h"

typedef struct scale { /* lo..hi in base units -> from..to in points */
    double lo, hi, from, to;
    bool log;
} scale;
double scale_at(const scale *s, double x);

enum { AXIS_TICKS = 40 };
typedef struct tick {
    double at;
    char text[28]; /* "": a small tick */
} tick;
/* At about so many round places in lo..hi. `whole`: only whole numbers (instances, messages). */
size_t axis_linear(tick out[AXIS_TICKS], double lo, double hi, size_t about, const char *unit, bool whole);
size_t axis_log(tick out[AXIS_TICKS], double lo, double hi, const char *unit);  /* decades; 2 and 5 when few */
size_t axis_time(tick out[AXIS_TICKS], double begin_s, double end_s, size_t about); /* seconds, minutes, hours or days */

/* Units: "s" "1/s" "1" "B" "USD" "%" "share" (0..1, shown as percent), "units", "units/s"; others stand behind the number. */
enum { SAY = 48 };
const char *say_value(char out[SAY], double x, const char *unit); /* three digits: "212 ms", "1.2k/s", "0.84 %" */
const char *say_clock(char out[SAY], double s);                   /* a time of the run: "31 min", "1 h 20 min", "45 s" */
const char *say_number(char out[SAY], double x);                  /* a count: "34,671", "1.24 million" */
#endif
