/* sweep.h - the files of `weir sweep` among themselves: cmd_sweep.c reads the options and runs, sweep_points.c
 * makes and loads the points, sweep_table.c prints them, sweep_print.c writes files for batch systems. */
#ifndef WR_CLI_SWEEP_H
#define WR_CLI_SWEEP_H
#include "cli.h"

typedef struct sweep_task {
    const cli_args *args;
    wr_scenario *s;
    const wr_scenario_view *look;
    wr_grid grid;
    cli_overrides set;
    cli_lab lab;
    cli_watch watch;
    size_t shard, shards;
    const char **identity; /* of each point's scenario */
    char *folder;
    size_t told, met;      /* points printed; points that meet all objectives */
    bool mute;             /* points are not printed */
} sweep_task;

/* sweep_points.c */
bool sweep_grid(const cli_args *a, const char *option, sweep_task *t, int *code); /* false after a message */
bool sweep_load(sweep_task *t);                          /* loads each point once to see whether it fits; likewise */
wr_scenario *sweep_scenario(const sweep_task *t, size_t point, wr_diag *d);
void sweep_describe(text *t, const wr_point *p);         /* "rcu=200 app.max_size=8" */
void sweep_clear(sweep_task *t);

void sweep_table_point(void *task, size_t point, const wr_experiment *x);
int sweep_progress(void *task, size_t done, size_t total);
void sweep_table_end(const sweep_task *t);
int sweep_print(const cli_args *a, const sweep_task *t);
#endif
