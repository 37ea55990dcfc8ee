/* cli.h - what the commands share: options from one table a command, and small helpers.
 *
 * A command is one file cmd_<name>.c with one descriptor, and one line in commands.def. */
#ifndef WR_CLI_H
#define WR_CLI_H
#include "../base/base.h"
#include <weir.h>

enum { EXIT_DONE = 0, EXIT_FAILED_RUN = 1, EXIT_USAGE = 2, EXIT_INVALID = 3, EXIT_MISSED = 99, EXIT_INTERRUPTED = 130 };

typedef struct cli_option {
    const char *name;   /* without dashes */
    char letter;        /* 0: none */
    const char *arg;    /* name of its argument; NULL: a flag */
    bool many;          /* may be given again: all count; else the last */
    const char *doc;
} cli_option;

typedef struct cli_args {
    const struct cli_command *command;
    const char **value[32]; /* by option */
    size_t count[32];
    const char **file;      /* what is not an option */
    size_t files;
} cli_args;

typedef struct cli_command {
    const char *name, *usage, *doc;
    const cli_option *options; /* beside those common to all; ends with {0} */
    size_t least, most;        /* arguments that are not options */
    int (*run)(const cli_args *a);
} cli_command;

const cli_command *cli_command_at(size_t i);                        /* NULL: no more */
const cli_option *cli_option_at(const cli_command *c, size_t i);   /* its own, then the common ones; NULL: no more */
const char *cli_value(const cli_args *a, const char *option); /* NULL: not given */
size_t cli_values(const cli_args *a, const char *option, const char *const **out);
bool cli_flag(const cli_args *a, const char *option);
bool cli_color(const cli_args *a, FILE *to);
/* The value of an option as a whole number in [least, most]; false after a message. */
bool cli_number(const cli_args *a, const char *option, uint64_t least, uint64_t most, uint64_t *out);
int cli_wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* one line on stderr; EXIT_USAGE */
int cli_failed(const wr_err *err);                                         /* likewise; EXIT_FAILED_RUN */
/* unknown ...; did you mean, or else the command that tells more */
int cli_suggest(const char *what, const char *word, const char *const *names, size_t n, const char *see);

/* An environment variable in place of an option that was not given; unset or empty: *out stays. */
bool cli_environment(const char *name, uint64_t least, uint64_t most, uint64_t *out);
void cli_json_text(FILE *to, const char *s); /* a JSON string; NULL: null */

/* --set and the options that stand for a key. */
typedef struct cli_overrides { wr_override *o; size_t n; } cli_overrides;
bool cli_overrides_of(const cli_args *a, cli_overrides *out); /* false after a message */
void cli_overrides_clear(cli_overrides *o);
/* Loads with --set and friends; prints the diagnostics; NULL after EXIT_INVALID in *code. */
wr_scenario *cli_load(const cli_args *a, const char *file, int *code);

/* progress.c: a line on a terminal, words with -v, and signals. */
typedef struct cli_watch {
    const cli_args *args;
    const char *what;   /* "replication", "job" */
    uint64_t events;    /* of what is finished: the lab adds them up */
    double begin, last;
} cli_watch;
void cli_watch_begin(cli_watch *w, const cli_args *a, const char *what);
int cli_progress(void *watch, size_t done, size_t total); /* non-zero: a signal says stop */
bool cli_stopped(void);

/* What --replications (0: the file's) and --threads (0: all) say; false after a message. */
typedef struct cli_lab { uint64_t replications; unsigned threads; } cli_lab;
bool cli_lab_of(const cli_args *a, cli_lab *out);
/* The command as results keep it: without folders and --threads; `kept` are the options told, ends with NULL. */
void cli_command_line(const cli_args *a, const char *const *kept, text *out);
uint64_t cli_seed_of(const cli_args *a, const wr_scenario *s); /* --seed, the file's, WEIR_SEED, 1 */

char *cli_copy(const char *s);                  /* memory of the caller's, as of the next three */
char *cli_copy_of(const char *s, size_t len);
char *cli_join(const char *a, const char *b);
/* The name of a file without folder and ending. */
char *cli_stem(const char *path);
#endif
