/* cmd_schema.c - `weir schema`: the JSON Schema (draft-07) of scenario files, for editors. */
#include "cli.h"

void scenario_schema(text *out);

static int schema(const cli_args *a)
{
    (void)a;
    text t = {0};
    scenario_schema(&t);
    puts(t.s ? t.s : "{}");
    text_clear(&t);
    return EXIT_DONE;
}

const cli_command cli_schema = {"schema", "schema", "Prints the JSON Schema of scenario files.", NULL, 0, 0, schema};
