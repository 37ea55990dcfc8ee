/* columns.c - records and fields of a CSV text.
 *
 * Commas, one record a line, fields may be in double quotes; empty lines and lines that begin with # are
 * skipped. Left out: line breaks within quotes. Truth: tests/unit/test_laws.c, tests/cli/stats.t. */
#include "table.h"
#include <string.h>

static csv_slice trimmed(csv_slice c)
{
    while (c.len && strchr(" \t\r", c.s[c.len - 1]))
        c.len--;
    while (c.len && (*c.s == ' ' || *c.s == '\t'))
        c.s++, c.len--;
    if (c.len >= 2 && *c.s == '"' && c.s[c.len - 1] == '"')
        c = (csv_slice){c.s + 1, c.len - 2};
    return c;
}

csv_slice csv_field(csv_slice line, size_t at)
{
    size_t from = 0, i;
    bool quoted = false;
    for (i = 0; i < line.len; i++) {
        quoted ^= line.s[i] == '"';
        if (line.s[i] != ',' || quoted)
            continue;
        if (!at--)
            return trimmed((csv_slice){line.s + from, i - from});
        from = i + 1;
    }
    return at ? (csv_slice){NULL, 0} : trimmed((csv_slice){line.s + from, i - from});
}

bool csv_record(csv_slice file, size_t *at, size_t *number, csv_slice *line)
{
    while (*at < file.len) {
        const char *s = file.s + *at, *end = memchr(s, '\n', file.len - *at);
        size_t len = end ? (size_t)(end - s) : file.len - *at;
        *at += len + (end != NULL);
        ++*number;
        *line = trimmed((csv_slice){s, len});
        if (line->len && *line->s != '#') {
            *line = (csv_slice){s, len}; /* with its quotes */
            return true;
        }
    }
    return false;
}
