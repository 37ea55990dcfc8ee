/* cmd_completion.c - `weir completion`: scripts that complete commands and options in a shell, made from the tables
 * that parse them. Files are completed by the shell itself. */
#include "cli.h"
#include <string.h>

/* bash's; zsh takes it through its own emulation. */
static void print_bash(void)
{
    const cli_command *c;
    const cli_option *o;
    puts("_weir() {\n    local cur=${COMP_WORDS[COMP_CWORD]} words=\n    case $COMP_CWORD:${COMP_WORDS[1]} in");
    fputs("        1:*) words='", stdout);
    for (size_t i = 0; (c = cli_command_at(i)); i++)
        printf("%s%s", i ? " " : "", c->name);
    puts("' ;;");
    for (size_t i = 0; (c = cli_command_at(i)); i++) {
        printf("        *:%s) words='", c->name);
        for (size_t k = 0; (o = cli_option_at(c, k)); k++)
            printf("%s--%s", k ? " " : "", o->name);
        puts("' ;;");
    }
    puts("    esac\n    COMPREPLY=()\n    case $COMP_CWORD:$cur in\n"
         "        1:*|*:-*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
         "        *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n    esac\n}\ncomplete -o filenames -F _weir weir");
}

static void print_zsh(void)
{
    puts("autoload -U +X bashcompinit && bashcompinit");
    print_bash();
}

static void quote_fish(const char *s)
{
    putchar('\'');
    for (; *s; s++)
        printf(*s == '\'' || *s == '\\' ? "\\%c" : "%c", *s);
    putchar('\'');
}

static void print_fish(void)
{
    const cli_command *c;
    const cli_option *o;
    for (size_t i = 0; (c = cli_command_at(i)); i++) {
        printf("complete -c weir -n __fish_use_subcommand -a %s -d ", c->name);
        quote_fish(c->doc);
        putchar('\n');
        for (size_t k = 0; (o = cli_option_at(c, k)); k++) {
            printf("complete -c weir -n '__fish_seen_subcommand_from %s' -l %s", c->name, o->name);
            if (o->letter)
                printf(" -s %c", o->letter);
            fputs(o->arg ? " -r -d " : " -d ", stdout);
            quote_fish(o->doc);
            putchar('\n');
        }
    }
}

static int completion(const cli_args *a)
{
    static const struct { const char *name; void (*print)(void); } shells[] = {
        {"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    enum { N = sizeof shells / sizeof *shells };
    const char *names[N];
    for (size_t i = 0; i < N; i++) {
        names[i] = shells[i].name;
        if (!strcmp(names[i], a->file[0])) {
            shells[i].print();
            return EXIT_DONE;
        }
    }
    return cli_suggest("shell", a->file[0], names, N, "completion --help");
}

const cli_command cli_completion = {"completion", "completion bash|zsh|fish", "Prints a script that completes commands in a shell.", NULL, 1, 1, completion};
