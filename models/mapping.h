/* mapping.h - event source mappings: what a function needs to know of those who poll for it.
 *
 * A function lists its sources in `events`; each entry becomes a component of its own that polls a queue or a stream,
 * or watches the clock, and sends WR_OP_INVOKE calls to the function. Those of a queue or a stream carry the event as a
 * wr_batch (wr_call_batch; NULL from a schedule, and from everybody else). The function answers
 *   WR_OK          worked on; with mapping_partial, the records it marked as `failed` stay, the others are done
 *   WR_THROTTLED   not invoked: a queue shows the batch again after its visibility timeout, a stream tries again
 *   anything else  the whole batch failed */
#ifndef WR_MAPPING_H
#define WR_MAPPING_H
#include "models.h"

/* Rows of `events`: a WR_T_LIST with these variants, flags WR_P_ONE. */
extern const wr_variant mapping_sources[];
/* In prepare of the function. reserved: its reserved concurrency, -1: none; timeout: its own. */
void mapping_prepare(wr_list events, wr_build *b, int64_t reserved, wr_dur timeout);
/* In start of the function; needs its `self` to be ready to be invoked from now on. */
void mapping_start(wr_comp *function, const wr_list *events);

/* Of a call that the function received, whoever sent it. */
bool mapping_per_item(const wr_call *c);       /* `duration` and `failure_rate` are drawn per record, and add up */
bool mapping_partial(const wr_call *c);        /* mark records as failed and answer WR_OK; false: one fails, all fail */
double mapping_iterator_age(const wr_call *c); /* seconds, of the last record of a stream's batch; NaN: of no stream */
#endif
