/* dynamodb_units.c - DynamoDB's arithmetic of capacity units, free of any run.
 *
 * A read unit is 4 KB, a write unit 1 KB; every item is rounded up by itself, except in a query or scan,
 * whose items are summed and rounded once for each page of 1 MB. An item that would overfill a page begins
 * the next one. Even nothing costs one unit. Truth: tests/unit/test_dynamodb.c (the examples of the
 * developer guide). */
#include "dynamodb.h"
#include <math.h>

#define READ_BLOCK 4096.0
#define WRITE_BLOCK 1024.0
#define PAGE 1048576.0

double ddb_read_units(double bytes, double factor)
{
    return fmax(1, ceil(bytes / READ_BLOCK)) * factor;
}

double ddb_write_units(double bytes)
{
    return fmax(1, ceil(bytes / WRITE_BLOCK));
}

static void close_page(ddb_pages *p)
{
    p->units += ceil(p->open / READ_BLOCK);
    p->n++;
    p->open = 0;
}

void ddb_pages_add(ddb_pages *p, double bytes)
{
    if (p->open > 0 && p->open + bytes > PAGE)
        close_page(p);
    double whole = floor(bytes / PAGE); /* sizes given for a whole answer may be larger than a page */
    if (whole > 0 && bytes > PAGE) {
        p->units += whole * (PAGE / READ_BLOCK);
        p->n += (int64_t)whole;
        bytes -= whole * PAGE;
    }
    p->open += bytes;
}

double ddb_pages_units(const ddb_pages *p, double factor)
{
    return fmax(1, p->units + ceil(p->open / READ_BLOCK)) * factor;
}

int64_t ddb_pages_count(const ddb_pages *p)
{
    return p->n + (p->open > 0 || !p->n);
}

int64_t ddb_partitions(double read, double write, double bytes)
{
    double by_rate = ceil(read / DDB_READ_CEILING + write / DDB_WRITE_CEILING - 1e-9);
    double by_size = ceil(bytes / (10 * 1073741824.0));
    return (int64_t)fmin(DDB_MOST_PARTITIONS, fmax(1, fmax(by_rate, by_size)));
}

/* A bijective mix (splitmix64's), so that items of one request never share a key by accident of rounding. */
uint64_t ddb_other_key(uint64_t key, int64_t i)
{
    if (!i)
        return key;
    uint64_t x = key + (uint64_t)i * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}
