/* progress.c - how far a run or a sweep is, for people; and what signals ask for.
 *
 * SIGINT and SIGTERM stop when what is in hand is finished, a second one at once; SIGUSR1 prints the state. */
#include "cli.h"
#include <math.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What signals look at: two states in turns, so that a signal finds a whole one. */
static volatile sig_atomic_t stopped, shown;
static char state[2][96] = {"nothing is finished yet\n", ""};

static void on_signal(int sig)
{
    ssize_t ignored = 0;
    if (sig == SIGUSR1) {
        ignored = write(STDERR_FILENO, state[shown], strlen(state[shown]));
    } else if (stopped) {
        _exit(EXIT_INTERRUPTED);
    } else {
        static const char words[] = "stopping when what is in hand is finished; again: at once\n";
        ignored = write(STDERR_FILENO, words, sizeof words - 1);
        stopped = sig;
    }
    (void)ignored;
}

static void listen_to_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGUSR1};
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &act, NULL);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* `replication 7/10  61 %  12.4 M events/s  ETA 0:08` */
static void describe(const cli_watch *w, double now, size_t done, size_t total, text *out)
{
    double took = now - w->begin, left = took / (double)done * (double)(total - done);
    text_printf(out, "%s %zu/%zu  %.0f %%  ", w->what, done, total, 100 * (double)done / (double)total);
    quantity_pretty(out, took > 0 ? (double)w->events / took : 0, "");
    text_printf(out, " events/s  ETA %.0f:%02.0f", floor(left / 60), floor(fmod(left, 60)));
}

int cli_progress(void *arg, size_t done, size_t total)
{
    cli_watch *w = arg;
    double now = seconds();
    text t = {0};
    bool line = !cli_flag(w->args, "quiet") && isatty(STDERR_FILENO);
    describe(w, now, done, total, &t);
    snprintf(state[!shown], sizeof state[0], "%s\n", t.s);
    shown = !shown;
    if (cli_flag(w->args, "verbose")) {
        fprintf(stderr, "%s\n", t.s);
    } else if (line && (done == total || now - w->last > 0.1)) {
        fprintf(stderr, done == total ? "\r\033[K" : "\r%s\033[K", t.s);
        w->last = now;
    }
    text_clear(&t);
    return stopped;
}

void cli_watch_begin(cli_watch *w, const cli_args *a, const char *what)
{
    *w = (cli_watch){.args = a, .what = what, .begin = seconds()};
    listen_to_signals();
}

bool cli_stopped(void)
{
    return stopped != 0;
}
