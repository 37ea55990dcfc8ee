/* main.c - finds the command, reads its options, runs it.
 *
 * Results go to stdout, everything else to stderr; a closed pipe ends the program quietly. Names of commands
 * that may arrive later are known, so that they can say so. Truth: tests/cli. */
#include "cli.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define WR_COMMAND(name) extern const cli_command cli_##name;
#include "commands.def"
#undef WR_COMMAND
#define WR_COMMAND(name) &cli_##name,
static const cli_command *const commands[] = {
#include "commands.def"
    NULL};
#undef WR_COMMAND

static const char *const later[] = {"report", "trace", "graph", "demo",
                                    "import", NULL};

const cli_command *cli_command_at(size_t i)
{
    return i < sizeof commands / sizeof *commands ? commands[i] : NULL;
}

static void help(FILE *to)
{
    fputs("weir - simulates AWS architectures request by request\n\nusage: weir COMMAND [OPTIONS] [ARGUMENTS]\n\n", to);
    for (size_t i = 0; commands[i]; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->doc);
    fputs("\n'weir COMMAND --help' tells more; 'weir explain TYPE' documents the scenario language\n", to);
}

static const cli_command *find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (!strcmp(commands[i]->name, name))
            return commands[i];
    return NULL;
}

static int unknown(const char *name)
{
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; later[i]; i++)
        if (!strcmp(later[i], name))
            return cli_wrong("the command '%s' is not in this build", name);
    for (size_t i = 0; commands[i]; i++)
        names[n++] = commands[i]->name;
    return cli_suggest("command", name, names, n, "--help");
}

bool cli_parse(const cli_command *c, int argc, char **argv, cli_args *out, int *code);
void cli_clear(cli_args *a);

static bool is_help(const char *word)
{
    return !strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help");
}

static int run(const char *name, int argc, char **argv)
{
    const cli_command *c = find(strcmp(name, "--version") ? name : "version");
    if (!c)
        return unknown(name);
    cli_args a = {0};
    int code = EXIT_DONE;
    if (cli_parse(c, argc, argv, &a, &code))
        code = c->run(&a);
    cli_clear(&a);
    return code;
}

int main(int argc, char **argv)
{
    static char word[] = "--help", *help_option[] = {word};
    int code = EXIT_USAGE;
    signal(SIGPIPE, SIG_DFL);
    if (argc < 2)
        help(stderr);
    else if (!is_help(argv[1]))
        code = run(argv[1], argc - 2, argv + 2);
    else if (argc > 2)
        code = run(argv[2], 1, help_option);
    else
        help(stdout), code = EXIT_DONE;
    if (fflush(stdout) || ferror(stdout)) {
        fputs("weir: cannot write to the standard output\n", stderr);
        code = code == EXIT_DONE ? EXIT_FAILED_RUN : code;
    }
    return code;
}
