/* asg_consume.h - instances that poll queues: what was written, and when the loops run. */
#ifndef WR_ASG_CONSUME_H
#define WR_ASG_CONSUME_H
#include "asg.h"

typedef struct asg_consumer {
    const wr_link *queue;
    int64_t messages, workers;
    wr_dur wait;
    bool batch;
    int remove;
} asg_consumer;
enum { DELETE_AFTER, DELETE_BEFORE };

void asg_consume_prepare(asg_cfg *cfg, wr_build *b);
void asg_consume_start(ec2 *i); /* its application answers */
void asg_consume_stop(ec2 *i);  /* it takes no new messages; what it has in work goes on while it lives */
void asg_consume_look(ec2 *i);  /* a fault began or ended on it */
#endif
