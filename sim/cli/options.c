/* options.c - the options of a command from its table: parsing, help, did-you-mean. Options may stand
 * anywhere after the command; `--opt VALUE` and `--opt=VALUE` are the same; `--` ends options. */
#include "cli.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_OPTIONS = 32 };

static const cli_option common[] = {{"help", 'h', NULL, false, "This help."},
                                    {"quiet", 'q', NULL, false, "No summary and no progress; errors still print."},
                                    {"verbose", 'v', NULL, true, "Tell more."},
                                    {"json", 0, NULL, false, "One JSON document on the standard output."},
                                    {"color", 0, "auto|always|never", false, "Colours; auto: on a terminal."},
                                    {"force", 'f', NULL, false, "Overwrite existing files."},
                                    {0}};

bool cli_parse(const cli_command *c, int argc, char **argv, cli_args *out, int *code);
void cli_clear(cli_args *a);

static const cli_option *option_at(const cli_command *c, size_t i)
{
    size_t own = 0;
    while (c->options && c->options[own].name)
        own++;
    return i < own ? &c->options[i] : i - own < sizeof common / sizeof *common - 1 ? &common[i - own] : NULL;
}

static int option_named(const cli_command *c, const char *name, size_t len, char letter)
{
    const cli_option *o;
    for (size_t i = 0; (o = option_at(c, i)); i++)
        if (letter ? o->letter == letter : strlen(o->name) == len && !memcmp(o->name, name, len))
            return (int)i;
    return -1;
}

static void help(const cli_command *c)
{
    const cli_option *o;
    printf("usage: weir %s\n\n%s\n\n", c->usage, c->doc);
    for (size_t i = 0; (o = option_at(c, i)); i++) {
        char left[64];
        snprintf(left, sizeof left, "%s%c%s--%s%s%s", o->letter ? "-" : "  ", o->letter ? o->letter : ' ', o->letter ? ", " : " ",
                 o->name, o->arg ? " " : "", o->arg ? o->arg : "");
        printf("  %-34s %s\n", left, o->doc);
    }
}

static void keep(cli_args *a, size_t option, const char *value)
{
    size_t n = a->count[option];
    a->value[option] = memory_grow(a->value[option], n * sizeof(char *), (n + 1) * sizeof(char *));
    a->value[option][n] = value;
    a->count[option]++;
}

static bool bad_option(const cli_command *c, const char *word, int *code)
{
    const char *names[MOST_OPTIONS];
    const cli_option *o;
    size_t n = 0;
    for (; (o = option_at(c, n)); n++)
        names[n] = o->name;
    char bare[80];
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word + strspn(word, "-"), "="), word + strspn(word, "-"));
    *code = cli_suggest("option", bare, names, n);
    return false;
}

/* One option at argv[*i]; *i moves on by what it used. */
static bool take(const cli_command *c, int argc, char **argv, int *i, cli_args *a, int *code)
{
    const char *w = argv[*i];
    bool is_long = w[1] == '-';
    const char *equals = is_long ? strchr(w, '=') : NULL;
    int at = is_long ? option_named(c, w + 2, equals ? (size_t)(equals - w - 2) : strlen(w + 2), 0)
                     : w[2] ? -1 : option_named(c, NULL, 0, w[1]);
    if (at < 0)
        return bad_option(c, w, code);
    const cli_option *o = option_at(c, (size_t)at);
    if (!o->arg && equals) {
        *code = cli_wrong("option '--%s' takes no value", o->name);
        return false;
    }
    if (o->arg && !equals && *i + 1 >= argc) {
        *code = cli_wrong("option '--%s' needs a value: %s", o->name, o->arg);
        return false;
    }
    keep(a, (size_t)at, !o->arg ? "" : equals ? equals + 1 : argv[++*i]);
    return true;
}

bool cli_parse(const cli_command *c, int argc, char **argv, cli_args *out, int *code)
{
    out->command = c;
    out->file = memory_get(((size_t)(argc > 0 ? argc : 0) + 1) * sizeof *out->file);
    bool ended = false;
    for (int i = 0; i < argc; i++) {
        if (!ended && !strcmp(argv[i], "--"))
            ended = true;
        else if (ended || argv[i][0] != '-' || !argv[i][1])
            out->file[out->files++] = argv[i];
        else if (!take(c, argc, argv, &i, out, code))
            return false;
    }
    if (cli_flag(out, "help")) {
        help(c);
        return false;
    }
    if (out->files < c->least || out->files > c->most) {
        *code = cli_wrong("usage: weir %s", c->usage);
        return false;
    }
    return true;
}

void cli_clear(cli_args *a)
{
    for (size_t i = 0; i < MOST_OPTIONS; i++)
        free(a->value[i]);
    free(a->file);
}

size_t cli_values(const cli_args *a, const char *option, const char *const **out)
{
    int at = option_named(a->command, option, strlen(option), 0);
    *out = at < 0 ? NULL : a->value[at];
    return at < 0 ? 0 : a->count[at];
}

const char *cli_value(const cli_args *a, const char *option)
{
    const char *const *all;
    size_t n = cli_values(a, option, &all);
    return n ? all[n - 1] : NULL;
}

bool cli_flag(const cli_args *a, const char *option)
{
    return cli_value(a, option) != NULL;
}

bool cli_number(const cli_args *a, const char *option, uint64_t least, uint64_t most, uint64_t *out)
{
    const char *v = cli_value(a, option);
    if (!v)
        return true;
    char *end;
    errno = 0;
    unsigned long long x = strtoull(v, &end, 10);
    if (errno || *end || end == v || *v == '-' || x < least || x > most) {
        cli_wrong("option '--%s' is '%s'; it must be a whole number from %llu to %llu", option, v, (unsigned long long)least,
                  (unsigned long long)most);
        return false;
    }
    *out = x;
    return true;
}

bool cli_color(const cli_args *a, FILE *to)
{
    const char *v = cli_value(a, "color"), *no = getenv("NO_COLOR"), *term = getenv("TERM");
    v = v ? v : getenv("WEIR_COLOR");
    if (v && !strcmp(v, "always"))
        return true;
    if (v && !strcmp(v, "never"))
        return false;
    return isatty(fileno(to)) && !(no && *no) && term && strcmp(term, "dumb");
}

int cli_wrong(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("weir: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    return EXIT_USAGE;
}

int cli_failed(const wr_err *err)
{
    fprintf(stderr, "weir: %s\n", err->text);
    return EXIT_FAILED_RUN;
}

int cli_suggest(const char *what, const char *word, const char *const *names, size_t n)
{
    const char *best = near_best(word, names, n);
    if (best)
        return cli_wrong("unknown %s '%s'; did you mean '%s'?", what, word, best);
    return cli_wrong("unknown %s '%s'; see 'weir --help'", what, word);
}

char *cli_stem(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    size_t len = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    char *s = memory_get(len + 1);
    memcpy(s, name, len);
    return s;
}
