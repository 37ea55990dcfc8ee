/* files.c - text from outside: the scenario itself, and the traces and tables that stand beside it.
 *
 * Only ordinary files are read (and standard input, for the scenario), and each at most once; what was read is
 * kept with its SHA-256 for the provenance of results. Paths are relative to the scenario's folder.
 * Truth: tests/unit/test_scenario.c. */
#include "load.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 65536 };
static const size_t largest = (size_t)1 << 30;

static char *pour(wr_arena *a, FILE *f, size_t *len, const char **why)
{
    text t = {0};
    char *block = memory_get(BLOCK);
    size_t n;
    while (t.len <= largest && (n = fread(block, 1, BLOCK, f)) > 0)
        text_add(&t, block, n);
    *why = ferror(f) ? strerror(errno) : t.len > largest ? "it is larger than 1 GB" : NULL;
    char *s = *why ? NULL : arena_copy(a, t.s ? t.s : "", t.len);
    *len = t.len;
    free(block);
    text_clear(&t);
    return s;
}

char *file_read(wr_arena *a, const char *path, size_t *len, const char **why)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return pour(a, stdin, len, why);
    if (stat(path, &st) != 0) {
        *why = strerror(errno);
        return NULL;
    }
    if (S_ISDIR(st.st_mode)) {
        *why = "it is a folder";
        return NULL;
    }
    FILE *f = fopen(path, "rb");
    if (!f) {
        *why = strerror(errno);
        return NULL;
    }
    char *s = pour(a, f, len, why);
    fclose(f);
    return s;
}

static source *remember(loader *l, const char *path, const char *s, size_t len)
{
    source *f = arena_alloc(l->arena, sizeof *f);
    sha256 sum;
    f->path = arena_copy(l->arena, path, strlen(path));
    f->text = s;
    f->len = len;
    sha256_init(&sum);
    sha256_add(&sum, s, len);
    sha256_hex(&sum, f->sha256);
    *l->sources_end = f;
    l->sources_end = &f->next;
    return f;
}

static bool ordinary(const char *path)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

const char *loader_file(loader *l, wr_pos at, const char *path, size_t *len)
{
    const source *f = l->sources;
    while (f && strcmp(f->path, path) != 0)
        f = f->next;
    if (!f) {
        const char *why = "it is no ordinary file";
        const char *full = path[0] == '/' ? path : arena_print(l->arena, "%s%s", l->folder, path);
        size_t n = 0;
        const char *s = ordinary(full) && strcmp(full, "-") != 0 ? file_read(l->arena, full, &n, &why) : NULL;
        if (!s) {
            bind_error(&l->b, at, "cannot read '%s': %s", path, why);
            return NULL;
        }
        f = remember(l, path, s, n);
    }
    *len = f->len;
    return f->text;
}

const char *loader_read(binder *b, const node *n, const char *path, size_t *len)
{
    return loader_file(b->user, n->at, path, len);
}
