/* text.c - a growing string, characters of UTF-8, and keys compared as users spell them.
 *
 * Room doubles and is never given back before text_clear. Bytes are not checked to be UTF-8: what is not the
 * continuation of a character counts as one. Truth: tests/unit/test_base.c. */
#include "base.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void make_room(text *t, size_t more)
{
    if (more > SIZE_MAX / 4 - t->len)
        memory_out(more);
    if (t->len + more + 1 <= t->room)
        return;
    size_t room = t->room ? t->room : 64;
    while (room < t->len + more + 1)
        room *= 2;
    t->s = memory_grow(t->s, t->room, room);
    t->room = room;
}

void text_add(text *t, const char *s, size_t len)
{
    make_room(t, len);
    if (len)
        memcpy(t->s + t->len, s, len);
    t->len += len;
    t->s[t->len] = 0;
}

void text_puts(text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

void text_vprintf(text *t, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    make_room(t, 0);
    size_t room = t->room - t->len;
    int n = vsnprintf(t->s + t->len, room, fmt, again);
    va_end(again);
    if (n > 0 && (size_t)n >= room) {
        make_room(t, (size_t)n);
        vsnprintf(t->s + t->len, (size_t)n + 1, fmt, ap);
    }
    if (n > 0)
        t->len += (size_t)n;
    t->s[t->len] = 0;
}

void text_printf(text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    text_vprintf(t, fmt, ap);
    va_end(ap);
}

void text_clear(text *t)
{
    free(t->s);
    *t = (text){0};
}

size_t utf8_columns(const char *s, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes; i++)
        n += ((unsigned char)s[i] & 0xc0) != 0x80;
    return n;
}

static const char *skip(const char *s)
{
    while (*s == '_' || *s == '-')
        s++;
    return s;
}

bool text_same_key(const char *a, const char *b)
{
    for (a = skip(a), b = skip(b); *a && *b; a = skip(a + 1), b = skip(b + 1))
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
    return *a == *b;
}
