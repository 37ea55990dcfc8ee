/* program.h - the files of the step language among themselves.
 *
 * steps.c holds the tables that bind YAML to step_ask and its fellows; compile.c turns bound steps into a
 * frozen list of instructions; program.c, fork.c and ask.c run it. */
#ifndef WR_KIT_PROGRAM_H
#define WR_KIT_PROGRAM_H
#include "../runtime/runtime.h"
#include "retry.h"
#include <weir/kit.h>

enum { PROGRAM_DEPTH = 64, PROGRAM_MOST = 65000, PROGRAM_LOOPS = 16 };

/* ---- steps.c: what is bound; the order of wr_steps[] -------------------------------------------------- */
enum step_kind {
    STEP_CPU, STEP_WAIT, STEP_CALL, STEP_GET, STEP_PUT, STEP_UPDATE, STEP_DELETE, STEP_QUERY, STEP_SCAN, STEP_BATCH,
    STEP_TRANSACT, STEP_SEND, STEP_PUBLISH, STEP_INVOKE, STEP_READ, STEP_WRITE, STEP_PARALLEL, STEP_CHOOSE, STEP_REPEAT,
    STEP_FAIL, STEP_RETURN
};
enum { READ_EVENTUAL, READ_STRONG };
enum { INVOKE_SYNC, INVOKE_ASYNC };
enum { CATCH_FAIL, CATCH_CONTINUE };
typedef struct step_time { /* cpu, wait */
    const wr_dist *time;
} step_time;
typedef struct step_ask { /* every step that calls; each table has rows for the fields it knows */
    const wr_link *to, *from;
    const char *operation, *condition, *index, *name, *deadline;
    const wr_dist *items, *puts, *item_size, *old_size, *size, *timeout;
    wr_dur delay, cache_for;
    double missing;
    int consistency, mode, catches;
    wr_pick key, dedup;
    const void *retry, *breaker, *hedge;
} step_ask;
typedef struct step_branch { /* also an option of choose, and an operation */
    const char *name;
    double share;
    wr_list steps;
} step_branch;
typedef struct step_parallel {
    wr_list branches, steps;
    const wr_dist *count;
    const char *wait_for;
} step_parallel;
typedef struct step_choose {
    wr_list options;
} step_choose;
typedef struct step_repeat {
    const wr_dist *times;
    double while_share;
    wr_list steps;
} step_repeat;
typedef struct step_fail { /* also return */
    int as;
    double share;
} step_fail;
extern const enum wr_status step_outcomes[]; /* by the words of fail and return */

/* ---- compile.c: instructions -------------------------------------------------------------------------- */
enum opcode {
    DO_CPU, DO_WAIT, DO_ASK, DO_CHOOSE, DO_COUNT, DO_AGAIN, DO_WHILE, DO_JUMP, DO_FORK, DO_FAIL, DO_RETURN, DO_END
};
typedef struct option { /* of choose: taken when the draw is at most `upto`; of fork: upto is not used */
    double upto;
    uint32_t to;
} option;
typedef struct asking { /* one calling step, ready to be sent */
    wr_ask ask;
    const wr_link *to;
    const wr_keys *keys, *dedup;
    const wr_dist *size, *timeout;
    const wr_retry_cfg *retry; /* NULL: one try */
    const wr_breaker_cfg *breaker; /* NULL: none */
    const wr_hedge_cfg *hedge;
    wr_dur deadline;           /* of all tries; WR_NEVER: none */
    wr_dur cache_for;          /* a good answer stands in for further calls; 0: not at all */
    const char *name;
    int operation;             /* -1: the current one */
    bool caught, plain;        /* plain: {call: NAME} and nothing else */
    bool named;                /* a message that carries a deduplication id */
    bool bounded, propagates;  /* some deadline; that of the caller */
    struct asking *next;       /* all of the program */
} asking;
typedef struct instruction {
    enum opcode op;
    enum wr_status status;     /* fail, return */
    uint32_t to;               /* where it goes on: jumps, loops, behind a fork */
    uint32_t n;                /* options; branches listed (0: count) */
    int64_t need;              /* fork: 0 all */
    const wr_dist *dist;       /* cpu, wait, count; fork: number of branches */
    double share;              /* while, fail */
    int slot;                  /* loop counter */
    const option *options;
    const asking *ask;
} instruction;
#define NO_ENTRY UINT32_MAX
struct wr_program {
    const instruction *code;
    size_t operations;
    const uint32_t *entry;     /* by operation; NO_ENTRY: none of its own */
    asking *asks;
    bool remembers;            /* some step asks for `condition: unchanged` */
};
uint32_t program_entry(const wr_program *p, int operation); /* NO_ENTRY: neither it nor default */

/* ---- running ------------------------------------------------------------------------------------------ */
typedef struct fork fork;
typedef struct stamp { /* what a request saw when it last read a key */
    const wr_comp *of;
    uint64_t key, value;
} stamp;
typedef struct extra { /* what few requests need, lent by the host */
    uint64_t key, id;  /* of the try before: a retry asks the same */
    double size;
    wr_time until;     /* no try begins, or is waited for, after it */
    int64_t left[PROGRAM_LOOPS];
    stamp seen[4];
    unsigned seen_n;
    struct extra *next;
} extra;
enum doing { IDLE, TIMED, SENT, SHARED, FORKED, HELD, HEDGED };
typedef struct visit { /* one program at work, in call_program_room */
    wr_host *host; /* NULL: none */
    const wr_program *program;
    wr_program_done *done; /* NULL: what is left after a `return` */
    union {
        wr_event timer;
        wr_call *sent;
        fork *fork;
        wr_held *held;
        wr_copies *copies;
    } on;
    extra *extra;
    wr_tries tries;
    uint32_t pc;
    uint8_t doing; /* enum doing */
} visit;
typedef struct host_part { /* what a host has for a policy: a client object, a breaker, a hedge */
    const void *cfg;
    const wr_model *callee; /* of a client object: one for each kind of resource */
    void *part;
    struct host_part *next;
} host_part;
typedef struct key_count { /* how far a sequence of keys has been read */
    const wr_keys *keys;
    uint64_t nth;
    struct key_count *next;
} key_count;
typedef struct host_common { /* of a host and its siblings */
    wr_rng cpu_rng, step_rng, key_rng, retry_rng;
    key_count *counts;
    extra *extras;     /* free ones */
    fork *forks;
} host_common;
struct wr_host {
    wr_comp *owner;
    wr_share *cpu;
    double speed;
    bool source;       /* it is a traffic: tries are the requests', steps only add theirs */
    host_common *common;
    host_part *parts;
    uint64_t life;     /* how many processes there were before */
};
static inline visit *visit_of(wr_call *c) { return call_program_room(c); }
void program_go(wr_host *h, wr_call *c);                           /* runs until it has to wait, or ends */
void program_end(wr_host *h, wr_call *c, enum wr_status s);
void program_pause(wr_host *h, wr_call *c, wr_dur d, wr_event_fn *then);
void program_awake(wr_comp *self, void *arg);                      /* program_go, as an event */
extra *program_extra(wr_host *h, visit *v);

/* ask.c */
void ask_begin(wr_host *h, wr_call *c);                            /* the present instruction is a DO_ASK */

/* fork.c */
bool fork_begin(wr_host *h, wr_call *c, const instruction *i);     /* true: no branch to wait for */
void fork_abort(fork *f);
/* The request whose branch this is, at any depth; else itself. */
wr_call *fork_root(wr_call *c);
#endif
