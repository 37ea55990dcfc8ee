/* traffic_trace.h - what reading a recorded trace takes, whatever its format. */
#ifndef WR_MODELS_TRAFFIC_TRACE_H
#define WR_MODELS_TRAFFIC_TRACE_H
#include "traffic.h"

struct reader { /* of one file */
    wr_build *b;
    const void *field;
    const char *path, *text, *end, *at;
    size_t line;
    bool dated; /* some time was a date */
};
bool trace_open(struct reader *r, wr_build *b, const char *path, const void *field);
bool trace_line(struct reader *r, const char **line, size_t *len); /* the next one that is not empty; false: the end */
size_t trace_lines(const struct reader *r);     /* at most so many are left */
bool trace_date(const char *s, double *out);    /* ISO 8601, in seconds since 1970 */
bool log_is(const char *text, size_t len);      /* it looks like an access log of a balancer */
void log_read(struct traffic_cfg *cfg, struct reader *r, const struct trace *t);
#endif
