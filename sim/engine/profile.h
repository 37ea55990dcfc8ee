/* profile.h - the inside of a profile, for profile.c, which knows lines and counts, and profile_expr.c. */
#ifndef WR_ENGINE_PROFILE_H
#define WR_ENGINE_PROFILE_H
#include "engine.h"

enum profile_kind { PROFILE_LINES, PROFILE_COUNTS, PROFILE_EXPR };

typedef struct line { /* from its begin to that of the next; the last one for ever, level */
    wr_time from;
    double rate, slope; /* 1/s at its begin, 1/s2 */
    double before;      /* requests expected before its begin */
} line;

struct wr_profile {
    enum profile_kind kind;
    size_t n;             /* lines, or periods of a trace */
    const line *line;
    const double *count;  /* by period */
    const double *before; /* sums of counts before the period; n + 1 of them */
    wr_dur period, offset;
    double speed;
    bool loop;
    const expr *e;
    wr_dur horizon;
};
/* profile.c: `ns` behind t, to the nearest; WR_NEVER past the end of time. */
wr_time profile_later(wr_time t, double ns);
/* profile_expr.c */
double profile_expr_rate(const wr_profile *p, wr_time t);
wr_time profile_expr_reach(const wr_profile *p, wr_cursor *c, wr_time from, double need);
double profile_expr_integral(const wr_profile *p, wr_time from, wr_time to);
double profile_expr_peak(const wr_profile *p, wr_time until);

/* What is missing to a whole request and still counts as reached at the end of a piece: rounding of sums must not
 * carry the last request of a busy hour over a quiet one. */
static const double profile_crumb = 1e-9;
#endif
