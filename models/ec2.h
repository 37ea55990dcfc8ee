/* ec2.h - instances: their types, what one is in a run, and what its group may do with it.
 *
 * ec2.c serves, ec2_credit.c keeps the CPU credits of T families, ec2_types.c is the table. An instance knows of
 * its group only the metrics and the usage that it moves. */
#ifndef WR_EC2_H
#define WR_EC2_H
#include "models.h"

/* ---- instance types (ec2_types.c) ---------------------------------------------------------------------- */
typedef struct ec2_type {
    const char *name;   /* "m7g.large" */
    double vcpus, memory_gib;
    /* T families: credits earned an hour, share of a vCPU that they sustain; 0: no credits */
    double earn_per_hour, baseline;
    double launch_credits; /* t2 standard */
    bool unlimited;        /* the family's default mode */
} ec2_type;
extern const ec2_type ec2_types[];               /* ends with {0} */
const ec2_type *ec2_type_find(const char *name); /* NULL: not in the table */

/* ---- one instance (ec2.c) -------------------------------------------------------------------------------- */
enum { EC2_FIFO, EC2_LIFO, EC2_PS, EC2_PRIORITY };
enum ec2_code {
    EC2_OK, EC2_ERROR, EC2_QUEUE_FULL, EC2_QUEUE_TIMEOUT, EC2_FAIL, EC2_ENDED, EC2_NOT_READY, EC2_NO_INSTANCE
};
extern const wr_code ec2_codes[]; /* of the instance and of the group: a request may be sent to either */

typedef struct ec2_plan { /* what all instances of a group have in common; the cfg of wr_model_ec2 */
    const char *type;
    double vcpus, memory, speed;
    int64_t concurrency, queue_limit;
    int discipline, drop;         /* drop: a full line does not even answer */
    const wr_dist *queue_timeout;
    wr_dur keep_alive;            /* of an idle connection */
    const wr_program *code;       /* NULL: answers at once */
    /* T families: */
    bool credits, unlimited;
    double earn, baseline, cap, initial, launch; /* credits an hour; share of a vCPU; credits */
    wr_dur ramp;
} ec2_plan;

typedef struct ec2_credit {   /* of one T instance, as of `at` */
    double balance, launch, surplus, peak; /* peak: the most it had saved since it last ran out */
    double factor;            /* of full speed */
    bool empty;
    double ramp_from;         /* where on the ramp it began, 1: at full speed */
    wr_time at, emptied;
    wr_event check;
} ec2_credit;

enum ec2_state { EC2_PENDING, EC2_IN_SERVICE, EC2_TERMINATING, EC2_TERMINATED };
typedef struct ec2 {
    wr_comp *self, *group;
    const ec2_plan *plan;
    enum ec2_state state;
    bool started;          /* the application answers */
    bool counted;          /* its CPU is in the group's CPUUtilization */
    int fails, hangs;      /* faults in force on it */
    double slow;           /* product of the factors in force */
    double at_work, busy;  /* vCPUs with work; the same at the speed that credits allow */
    ec2_credit *credit;    /* NULL: no T family */
    wr_station station;
    wr_share *cpu;
    wr_host *host;
    wr_call *in_work;      /* list of those that hold a slot */
    /* the group's: */
    int az;
    int64_t serial;        /* order of launch */
    int template;          /* version of the launch template; grows with each deploy */
    wr_time launched, in_service_at;
    size_t slot;           /* in the group's fleet */
    uint64_t warm;         /* bit per scaler: past its warm-up */
    wr_event timer;        /* end of boot */
    bool paid;             /* costs nothing any more */
    bool extra;            /* launched to balance zones, above the desired capacity */
    struct asg_worker *worker; /* that poll queues (asg_consume.c) */
    size_t workers;
} ec2;
/* Rows of the group's metrics that an instance moves; the group's table begins with them. */
enum { ASG_CPU, ASG_CPU_BUSY, ASG_CPU_VCPUS, ASG_NETWORK_IN, ASG_DESIRED, ASG_MIN, ASG_MAX, ASG_IN_SERVICE,
       ASG_PENDING, ASG_TERMINATING, ASG_TOTAL, ASG_LAUNCHES, ASG_TERMINATIONS, ASG_LAUNCH_FAILURES,
       ASG_CREDIT_BALANCE, ASG_CREDITS_USED, ASG_SURPLUS_BALANCE, ASG_CREDITS_CHARGED };
enum { ASG_HOURS, ASG_DETAILED, ASG_ALARMS, ASG_SURPLUS }; /* rows of the group's usage */
void ec2_serve(ec2 *i, wr_call *c);       /* a request that was sent to its group */
void ec2_gone(wr_call *c);                /* the caller of such a request stopped waiting */
void ec2_begin(ec2 *i);                   /* the application answers from now on */
void ec2_count(ec2 *i, bool on);          /* its CPU enters or leaves CPUUtilization */
void ec2_fail(ec2 *i, bool hang, bool on);
void ec2_slow(ec2 *i, double factor);     /* multiplies; the reciprocal takes it back */
void ec2_retime(ec2 *i);                  /* its speed has changed */
void ec2_end(ec2 *i);                     /* it stops: what is in it fails, nothing is answered afterwards */
void ec2_enter(ec2 *i, enum ec2_state state);
bool ec2_serving(const ec2 *i);           /* would answer a request */

/* ec2_credit.c */
void ec2_credit_begin(ec2 *i);
void ec2_credit_look(ec2 *i);             /* brings the balance up to date and draws the consequences */
void ec2_credit_end(ec2 *i);
#endif
