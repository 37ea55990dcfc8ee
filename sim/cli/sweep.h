/* sweep.h - the files of `weir sweep` among themselves: cmd_sweep.c reads the options and runs, sweep_table.c prints
 * points, sweep_print.c writes files for batch systems. */
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
} sweep_task;

void sweep_table_point(void *task, size_t point, const wr_experiment *x);
int sweep_progress(void *task, size_t done, size_t total);
void sweep_table_end(const sweep_task *t);
int sweep_print(const cli_args *a, const sweep_task *t);
#endif
