/* cmd_version.c - `weir version`. */
#include "cli.h"
#include "../result/result.h"
#include "../store/store.h"
#include "../table/table.h"

static int version(const cli_args *a)
{
    char hdf5[24];
    store_library(hdf5);
    if (cli_flag(a, "json"))
        printf("{\"weir\": \"%s\", \"compiler\": \"%s\", \"libyaml\": \"%s\", \"gsl\": \"%s\", \"hdf5\": \"%s\", \"cairo\": \"%s\", "
               "\"weir_format\": %d}\n", WR_VERSION, __VERSION__, yaml_library(), stat_library(), hdf5, wr_chart_library(), STORE_FORMAT);
    else
        printf("weir %s\n", WR_VERSION);
    return EXIT_DONE;
}

const cli_command cli_version = {"version", "version [--json]", "Tells the version.", NULL, 0, 0, version};
