// Ten elementwise operations over 10^7 numbers, summed, in one pass on each thread; and how fast memory is read at all (STREAM's sum).
#include "layers.h"
#include <pthread.h>

enum { N = 10000000, MOST = 64 };
static real *x;
static double parts[MOST];
static int threads, sums_only;

static void *part(void *argument) {
    const long k = (long)argument;
    const size_t first = (size_t)N * k / threads, end = (size_t)N * (k + 1) / threads;
    double total = 0;
    for (size_t i = first; i < end;) {
        const size_t stop = i + 1000 < end ? i + 1000 : end;
        real sum = 0;
        if (sums_only)
            for (; i < stop; i++) sum += x[i];
        else
            for (; i < stop; i++) {
                const real t = ((2 * x[i] + 1) * x[i] - 3) * x[i] + 5;
                sum += (t * t * x[i] - 1) * (real)0.5;
            }
        total += sum;
    }
    parts[k] = total;
    return 0;
}

static double sum(void) {
    pthread_t other[MOST];
    for (long k = 1; k < threads; k++) pthread_create(other + k, 0, part, (void *)k);
    part(0);
    double total = parts[0];
    for (long k = 1; k < threads; k++) pthread_join(other[k], 0), total += parts[k];
    return total;
}

int main(int count, char **arguments) {
    (void)count;
    const int steps = atoi(arguments[1]);
    threads = atoi(arguments[2]);
    x = numbers(N);
    for (int i = 0; i < N; i++) x[i] = (real)i / (N - 1);
    printf("start %.15g\n", sum());
    double total = 0, start = now();
    for (int i = 0; i < steps; i++) total += sum();
    printf("after %.15g\nseconds %.9g\n", total / steps, now() - start);
    sums_only = 1;
    start = now();
    for (int i = 0; i < steps; i++) total += sum();
    printf("stream %.9g\n", (now() - start) / steps);
}
