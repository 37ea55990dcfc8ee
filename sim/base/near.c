/* near.c - "did you mean": edits between two names, an exchange of neighbours counted as one.
 *
 * Damerau's distance restricted to one edit a place (optimal string alignment), three rows of the table at a
 * time. Letters are compared without case; names over 80 bytes are never near. Truth: tests/unit/test_base.c. */
#include "base.h"
#include <ctype.h>
#include <string.h>

enum { LONGEST = 80 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static bool equal(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static bool swapped(const char *a, size_t i, const char *b, size_t j)
{
    return i > 1 && j > 1 && equal(a[i - 1], b[j - 2]) && equal(a[i - 2], b[j - 1]);
}

unsigned near_distance(const char *a, const char *b, unsigned at_most)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned row[3][LONGEST + 1];
    if (n > LONGEST || m > LONGEST || (n > m ? n - m : m - n) > at_most)
        return at_most + 1;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + !equal(a[i - 1], b[j - 1]));
            if (swapped(a, i, b, j))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return least(row[n % 3][m], at_most + 1);
}

const char *near_best(const char *word, const char *const *names, size_t n)
{
    const char *best = NULL;
    unsigned closest = 3;
    for (size_t i = 0; i < n; i++) {
        unsigned d = near_distance(word, names[i], 2);
        if (d < closest && d < strlen(names[i])) {
            closest = d;
            best = names[i];
        }
    }
    return best;
}
