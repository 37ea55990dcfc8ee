/* cmd_man.c - `weir man`: the manual page, made from the same tables as the help. */
#include "cli.h"

static const char head[] =
    ".TH WEIR 1 \"\" \"weir " WR_VERSION "\"\n"
    ".SH NAME\nweir \\- simulates AWS architectures request by request\n"
    ".SH SYNOPSIS\n.B weir\n.I COMMAND\n.RI [ OPTIONS ]\n.RI [ ARGUMENTS ]\n"
    ".SH DESCRIPTION\nA scenario in YAML describes traffic, resources, faults and objectives; weir simulates it and tells which\n"
    "objective is missed, since when, and which limit did it. Results go to the standard output, everything else to the\n"
    "standard error. Options may stand anywhere after the command; \\-\\- ends them; \\- as a file is the standard input.\n"
    ".SH COMMANDS\n";
static const char tail[] =
    ".SH EXIT STATUS\n"
    ".TP\n0\nDone, and every objective is met.\n"
    ".TP\n1\nFailed while running: a disk is full, a result cannot be read, a limit is reached.\n"
    ".TP\n2\nWrong usage.\n"
    ".TP\n3\nThe scenario is invalid.\n"
    ".TP\n99\nEverything ran, and at least one objective is missed.\n"
    ".TP\n130\nInterrupted; finished replications are kept.\n"
    ".SH ENVIRONMENT\n"
    ".TP\nWEIR_THREADS\nDefault of \\-\\-threads.\n"
    ".TP\nWEIR_SEED\nDefault of \\-\\-seed, weaker than the file.\n"
    ".TP\nWEIR_COLOR\nDefault of \\-\\-color.\n"
    ".TP\nNO_COLOR, TERM\nAs usual.\n";

/* Words as roff takes them: hyphens that can be copied, no request at the start of a line. */
static void words(const char *s)
{
    fputs(*s == '.' || *s == '\'' ? "\\&" : "", stdout);
    for (; *s; s++)
        printf(*s == '-' || *s == '\\' ? "\\%c" : "%c", *s);
}

static void option(const cli_option *o)
{
    fputs(".TP\n", stdout);
    if (o->letter)
        printf("\\fB\\-%c\\fR, ", o->letter);
    fputs("\\fB\\-\\-", stdout);
    words(o->name);
    fputs("\\fR", stdout);
    if (o->arg) {
        fputs(" \\fI", stdout);
        words(o->arg);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    words(o->doc);
    putchar('\n');
}

static int man(const cli_args *a)
{
    const cli_command *c;
    const cli_option *o;
    (void)a;
    fputs(head, stdout);
    for (size_t i = 0; (c = cli_command_at(i)); i++) {
        fputs(".SS \"weir ", stdout);
        words(c->usage);
        fputs("\"\n", stdout);
        words(c->doc);
        putchar('\n');
        for (size_t k = 0; (o = cli_option_at(c, k)); k++)
            option(o);
    }
    fputs(tail, stdout);
    return EXIT_DONE;
}

const cli_command cli_man = {"man", "man", "Prints the manual page.", NULL, 0, 0, man};
