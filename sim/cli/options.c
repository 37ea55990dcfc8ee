/* options.c - the options of a command from its table: parsing, help, did-you-mean. Options may stand
 * anywhere after the command; `--opt VALUE` and `--opt=VALUE` are the same; `--` ends options. */
#include "cli.h"
#include <errno.h>
#include <inttypes.h>
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

const cli_option *cli_option_at(const cli_command *c, size_t i)
{
    size_t own = 0;
    while (c->options && c->options[own].name)
        own++;
    return i < own ? &c->options[i] : i - own < sizeof common / sizeof *common - 1 ? &common[i - own] : NULL;
}

static int option_named(const cli_command *c, const char *name, size_t len, char letter)
{
    const cli_option *o;
    for (size_t i = 0; (o = cli_option_at(c, i)); i++)
        if (letter ? o->letter == letter : strlen(o->name) == len && !memcmp(o->name, name, len))
            return (int)i;
    return -1;
}

static void help(const cli_command *c)
{
    const cli_option *o;
    printf("usage: weir %s\n\n%s\n\n", c->usage, c->doc);
    for (size_t i = 0; (o = cli_option_at(c, i)); i++) {
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

/* Options of the contract whose work is still to come: they say so. */
static bool comes_later(const cli_command *c, const char *bare)
{
    static const char *const later[][2] = {{"run", "trace"}, {"run", "watch"}, {"run", "abort-on-fail"}};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (!strcmp(later[i][0], c->name) && !strcmp(later[i][1], bare))
            return true;
    return false;
}

static bool bad_option(const cli_command *c, const char *word, int *code)
{
    const char *names[MOST_OPTIONS];
    const cli_option *o;
    size_t n = 0;
    for (; (o = cli_option_at(c, n)); n++)
        names[n] = o->name;
    char bare[80];
    snprintf(bare, sizeof bare, "%.*s", (int)strcspn(word + strspn(word, "-"), "="), word + strspn(word, "-"));
    if (comes_later(c, bare)) {
        *code = cli_wrong("the option '--%s' is not in this build", bare);
        return false;
    }
    char see[80];
    snprintf(see, sizeof see, "%s --help", c->name);
    *code = cli_suggest("option", bare, names, n, see);
    return false;
}

/* Which option a word names, and where its value begins; -1: none. */
static int option_of(const cli_command *c, const char *w, const char **equals)
{
    *equals = NULL;
    if (w[1] != '-')
        return w[2] ? -1 : option_named(c, NULL, 0, w[1]);
    *equals = strchr(w, '=');
    return option_named(c, w + 2, *equals ? (size_t)(*equals - w - 2) : strlen(w + 2), 0);
}

/* One option at argv[*i]; *i moves on by what it used. */
static bool take(const cli_command *c, int argc, char **argv, int *i, cli_args *a, int *code)
{
    const char *equals;
    int at = option_of(c, argv[*i], &equals);
    if (at < 0)
        return bad_option(c, argv[*i], code);
    const cli_option *o = cli_option_at(c, (size_t)at);
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

/* What no command has to look at itself. */
static bool plausible(const cli_command *c, const cli_args *a, int *code)
{
    const char *color = cli_value(a, "color");
    if (color && strcmp(color, "auto") != 0 && strcmp(color, "always") != 0 && strcmp(color, "never") != 0)
        *code = cli_wrong("option '--color' is '%s'; it must be auto, always or never", color);
    else if (a->files < c->least || a->files > c->most)
        *code = cli_wrong("usage: weir %s", c->usage);
    return *code == EXIT_DONE;
}

bool cli_parse(const cli_command *c, int argc, char **argv, cli_args *out, int *code)
{
    out->command = c;
    out->file = memory_get(((size_t)argc + 1) * sizeof *out->file);
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
    return plausible(c, out, code);
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

static bool whole(const char *s, uint64_t least, uint64_t most, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long x = strtoull(s, &end, 10);
    if (errno || *end || *s < '0' || *s > '9' || x < least || x > most)
        return false;
    *out = x;
    return true;
}

bool cli_number(const cli_args *a, const char *option, uint64_t least, uint64_t most, uint64_t *out)
{
    const char *v = cli_value(a, option);
    if (!v)
        return true;
    if (whole(v, least, most, out))
        return true;
    cli_wrong("option '--%s' is '%s'; it must be a whole number from %" PRIu64 " to %" PRIu64, option, v, least,
              most);
    return false;
}

bool cli_environment(const char *name, uint64_t least, uint64_t most, uint64_t *out)
{
    const char *v = getenv(name);
    if (!v || !*v || whole(v, least, most, out))
        return true;
    cli_wrong("environment variable '%s' is '%s'; it must be a whole number from %" PRIu64 " to %" PRIu64, name, v, least, most);
    return false;
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

int cli_suggest(const char *what, const char *word, const char *const *names, size_t n, const char *see)
{
    const char *best = near_best(word, names, n);
    if (best)
        return cli_wrong("unknown %s '%s'; did you mean '%s'?", what, word, best);
    return cli_wrong("unknown %s '%s'; see 'weir %s'", what, word, see);
}

void cli_json_text(FILE *to, const char *s)
{
    if (!s) {
        fputs("null", to);
        return;
    }
    fputc('"', to);
    for (; *s; s++)
        if ((unsigned char)*s < 0x20)
            fprintf(to, "\\u%04x", (unsigned)(unsigned char)*s);
        else
            fprintf(to, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    fputc('"', to);
}

char *cli_copy_of(const char *s, size_t len)
{
    char *copy = memory_get(len + 1);
    memcpy(copy, s, len);
    return copy;
}

char *cli_copy(const char *s)
{
    return cli_copy_of(s, strlen(s));
}

char *cli_join(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    char *s = memory_get(n + m + 1);
    memcpy(s, a, n);
    memcpy(s + n, b, m);
    return s;
}

char *cli_stem(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    size_t len = dot && dot > name ? (size_t)(dot - name) : strlen(name);
    return cli_copy_of(name, len);
}
