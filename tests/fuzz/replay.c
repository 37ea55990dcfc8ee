/* replay.c - a fuzz target without a fuzzer: every file given, and every file of the folders given, in the order of
 * their names. That is how what a fuzzer once found is tried again on every build, with any compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int feed(const char *path)
{
    FILE *f = fopen(path, "rb");
    long size = -1;
    if (f && fseek(f, 0, SEEK_END) == 0)
        size = ftell(f);
    if (size < 0) {
        fprintf(stderr, "cannot read '%s'\n", path);
        return -1;
    }
    rewind(f);
    uint8_t *data = malloc((size_t)size + 1);
    size_t got = data ? fread(data, 1, (size_t)size, f) : 0;
    fclose(f);
    fprintf(stderr, "%s\n", path); /* the last one printed is the one that aborted */
    LLVMFuzzerTestOneInput(data, got);
    free(data);
    return 0;
}

static int feed_folder(const char *path, size_t *files)
{
    struct dirent **entry;
    int n = scandir(path, &entry, NULL, alphasort), bad = 0;
    if (n < 0) {
        ++*files;
        return feed(path);
    }
    for (int i = 0; i < n; i++) {
        char name[1024];
        snprintf(name, sizeof name, "%s/%s", path, entry[i]->d_name);
        if (entry[i]->d_name[0] != '.') {
            bad |= feed(name);
            ++*files;
        }
        free(entry[i]);
    }
    free(entry);
    return bad;
}

int main(int argc, char **argv)
{
    size_t files = 0;
    int bad = 0;
    for (int i = 1; i < argc; i++)
        bad |= feed_folder(argv[i], &files);
    printf("%zu inputs replayed\n", files);
    return bad || !files;
}
