/* cmd_version.c - `weir version`. */
#include "cli.h"

static int version(const cli_args *a)
{
    if (cli_flag(a, "json"))
        printf("{\"weir\": \"%s\", \"compiler\": \"%s\", \"weir_format\": 1}\n", WR_VERSION, __VERSION__);
    else
        printf("weir %s\n", WR_VERSION);
    return EXIT_DONE;
}

const cli_command cli_version = {"version", "version [--json]", "Tells the version.", NULL, 0, 0, version};
