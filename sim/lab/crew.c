/* crew.c - jobs on threads, handed over in order.
 *
 * Workers take the number of the next job from a counter; what they make goes to the place of its number. The
 * calling thread waits for the jobs in order, so everything is told in order and on one thread, however
 * they finish: the number of threads never changes a result. A bound on jobs begun and not yet taken bounds
 * memory. When told to stop, no job begins any more; those in hand are finished and taken. Where no
 * thread can be had, the calling thread does the work itself. Truth: tests/unit/test_crew.c. */
#include "crew.h"
#include "../base/base.h"
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct crew {
    const crew_work *w;
    pthread_mutex_t lock;
    pthread_cond_t finished, room;
    size_t next, taken;
    bool stop;
    struct made { void *of; bool done; } *made;
} crew;

static bool full(const crew *c)
{
    return c->w->ahead && c->next - c->taken >= c->w->ahead;
}

/* The next job; n: none. */
static size_t next_job(crew *c)
{
    pthread_mutex_lock(&c->lock);
    while (!c->stop && c->next < c->w->n && full(c))
        pthread_cond_wait(&c->room, &c->lock);
    size_t i = c->stop ? c->w->n : c->next;
    c->next += i < c->w->n;
    pthread_mutex_unlock(&c->lock);
    return i;
}

static void *work(void *arg)
{
    crew *c = arg;
    void *own = NULL;
    for (size_t i; (i = next_job(c)) < c->w->n;) {
        void *of = c->w->make(c->w->arg, i, &own);
        pthread_mutex_lock(&c->lock);
        c->made[i] = (struct made){of, true};
        pthread_cond_signal(&c->finished);
        pthread_mutex_unlock(&c->lock);
    }
    if (c->w->leave && own)
        c->w->leave(c->w->arg, own);
    return NULL;
}

static void await(crew *c, size_t i)
{
    pthread_mutex_lock(&c->lock);
    while (!c->made[i].done)
        pthread_cond_wait(&c->finished, &c->lock);
    pthread_mutex_unlock(&c->lock);
}

static void move_on(crew *c, size_t taken, bool stop)
{
    pthread_mutex_lock(&c->lock);
    c->taken = taken;
    c->stop |= stop;
    pthread_cond_broadcast(&c->room);
    pthread_mutex_unlock(&c->lock);
}

/* Takes jobs as they come; how many, with *stop when told to. */
static size_t follow(crew *c, bool *stop)
{
    for (size_t i = 0; i < c->w->n; i++) {
        await(c, i);
        *stop = !c->w->take(c->w->arg, i, c->made[i].of);
        move_on(c, i + 1, *stop);
        if (*stop)
            return i + 1;
    }
    return c->w->n;
}

static bool alone(const crew_work *w)
{
    void *own = NULL;
    bool go = true;
    for (size_t i = 0; go && i < w->n; i++)
        go = w->take(w->arg, i, w->make(w->arg, i, &own));
    if (w->leave && own)
        w->leave(w->arg, own);
    return go;
}

static size_t hands(const crew_work *w)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = w->threads ? w->threads : cores > 0 ? (size_t)cores : 1;
    return wanted < w->n ? wanted : w->n;
}

static bool together(crew *c, size_t threads)
{
    pthread_t *hand = memory_get(threads * sizeof *hand);
    size_t hired = 0;
    bool stop = false;
    while (hired < threads && !pthread_create(&hand[hired], NULL, work, c))
        hired++;
    size_t taken = hired ? follow(c, &stop) : 0;
    for (size_t i = 0; i < hired; i++)
        pthread_join(hand[i], NULL);
    free(hand);
    if (!hired)
        return alone(c->w);
    for (size_t i = taken; i < c->w->n; i++)
        if (c->made[i].done)
            c->w->take(c->w->arg, i, c->made[i].of);
    return !stop;
}

bool crew_run(const crew_work *w)
{
    size_t threads = hands(w);
    if (threads < 2)
        return alone(w);
    crew c = {.w = w, .made = memory_get(w->n * sizeof *c.made)};
    pthread_mutex_init(&c.lock, NULL);
    pthread_cond_init(&c.finished, NULL);
    pthread_cond_init(&c.room, NULL);
    bool whole = together(&c, threads);
    pthread_cond_destroy(&c.room);
    pthread_cond_destroy(&c.finished);
    pthread_mutex_destroy(&c.lock);
    free(c.made);
    return whole;
}
