/* The clock that both programs stamp and read with, and numbers from options. */
#ifndef BENCH_MONOTONIC_H
#define BENCH_MONOTONIC_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull
#define EASE_US 100000ull /* between two events for all, once the window is over */

static inline uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* A whole number within bounds, or a message and the end of the program: every load
 * is bounded in count and time by its options. */
static inline uint64_t number(const char *name, const char *text, uint64_t low,
                              uint64_t high)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || value < low || value > high) {
        fprintf(stderr, "%s must be a number from %llu to %llu\n", name,
                (unsigned long long)low, (unsigned long long)high);
        exit(2);
    }
    return value;
}

#endif
