/* run_t.c - runs sessions on the command line, written down in .t files, and compares what they print.
 *
 * `$ command` (`> line` goes on with it) is followed by what it must print, standard output and error together, and by
 * `? N`, its exit status, when that is not 0. A line `...` stands for any lines, `…` for any text within a line; empty
 * lines and lines that begin with # do not count. A file runs in a fresh folder, the program's own first on the path,
 * without terminal and standard input. Usage: WEIR=/path/to/weir run_t FILE.t */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_LINES = 4000, LINE = 16384, ROOM = 1 << 16 };
typedef struct page { char *line[MOST_LINES]; size_t n; } page;
typedef struct entry { char command[ROOM]; int at, status; page want; } entry;

static void add(page *p, const char *s)
{
    char *copy = *s && p->n < MOST_LINES ? malloc(strlen(s) + 1) : NULL;
    if (copy)
        p->line[p->n++] = memcpy(copy, s, strlen(s) + 1);
}

static bool same_line(const char *got, const char *want)
{
    static const char any[] = "…";
    const char *back = NULL, *from = NULL;
    while (*got || *want) {
        if (!strncmp(want, any, sizeof any - 1)) {
            back = want += sizeof any - 1;
            from = got;
        } else if (*got && *got == *want) {
            got++, want++;
        } else if (back && *from) {
            got = ++from;
            want = back;
        } else {
            return false;
        }
    }
    return true;
}

static bool same_page(const page *got, const page *want)
{
    size_t g = 0, w = 0, back = SIZE_MAX, from = 0;
    while (g < got->n || w < want->n) {
        if (w < want->n && !strcmp(want->line[w], "...")) {
            back = ++w;
            from = g;
        } else if (g < got->n && w < want->n && same_line(got->line[g], want->line[w])) {
            g++, w++;
        } else if (back != SIZE_MAX && from < got->n) {
            g = ++from;
            w = back;
        } else {
            return false;
        }
    }
    return true;
}

static void show(const char *title, const page *p)
{
    printf("%s\n", title);
    for (size_t i = 0; i < p->n; i++)
        printf("    %.400s\n", p->line[i]);
}

static bool run(const char *file, entry *e)
{
    static page got;
    static char full[ROOM + 64], line[LINE];
    snprintf(full, sizeof full, "{ %s\n} 2>&1 </dev/null", e->command);
    fflush(stdout);
    FILE *f = popen(full, "r");
    if (!f)
        return false;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        add(&got, line);
    }
    int raw = pclose(f), status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    bool ok = status == e->status && same_page(&got, &e->want);
    if (!ok) {
        printf("%s:%d: $ %s\n", file, e->at, e->command);
        show("  expected", &e->want);
        show("  printed", &got);
        printf("  status %d, expected %d\n\n", status, e->status);
    }
    while (got.n)
        free(got.line[--got.n]);
    while (e->want.n)
        free(e->want.line[--e->want.n]);
    return ok;
}

static void take(entry *e, const char *line)
{
    size_t used = strlen(e->command);
    if (!strncmp(line, "> ", 2) || !strcmp(line, ">"))
        snprintf(e->command + used, sizeof e->command - used, "\n%s", line[1] ? line + 2 : "");
    else if (!strncmp(line, "? ", 2))
        e->status = (int)strtol(line + 2, NULL, 10);
    else if (line[0] != '#')
        add(&e->want, line);
}

static const char *const unwanted[] = {"WEIR_SEED", "WEIR_COLOR", "WEIR_THREADS", "WEIR_SHARD", "NO_COLOR", "COLUMNS", NULL};

static int run_file(const char *file, FILE *f)
{
    static entry e;
    static char line[LINE];
    int number = 0, failed = 0, n = 0;
    while (fgets(line, sizeof line, f)) {
        number++;
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "$ ", 2) != 0) {
            take(&e, line);
            continue;
        }
        failed += e.at && !run(file, &e);
        snprintf(e.command, sizeof e.command, "%s", line + 2);
        e.at = number, e.status = 0, n++;
    }
    failed += e.at && !run(file, &e);
    printf("%s: %d commands, %d failed\n", file, n, failed);
    return failed || !n;
}

int main(int argc, char **argv)
{
    static char folder[] = "/tmp/weir-cli-XXXXXX", path[ROOM], program[4096];
    const char *weir = getenv("WEIR"), *slash = weir ? strrchr(weir, '/') : NULL, *old = getenv("PATH");
    FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!f || !slash || !mkdtemp(folder) || chdir(folder))
        return fprintf(stderr, "usage: WEIR=/path/to/weir run_t FILE.t\n"), 2;
    for (const char *const *name = unwanted; *name; name++)
        unsetenv(*name);
    snprintf(path, sizeof path, "%.*s:%s", (int)(slash - weir), weir, old ? old : "/usr/bin:/bin");
    setenv("PATH", path, 1);
    setenv("LC_ALL", "C", 1);
    int failed = run_file(argv[1], f);
    fclose(f);
    snprintf(program, sizeof program, "rm -rf '%s'", folder);
    return system(program) ? 1 : failed;
}
