// Gradient descent on (w - 3)^2, and Adam on Rosenbrock's function of d numbers (cc -DROSENBROCK), with the derivative by hand.
#include "layers.h"

#ifdef ROSENBROCK
static double value(const double *x, double *g, int d) {
    double f = 0;
    memset(g, 0, d * sizeof(double));
    for (int i = 0; i + 1 < d; i++) {
        const double r = x[i + 1] - x[i] * x[i], s = 1 - x[i];
        f += 100 * r * r + s * s;
        g[i] -= 400 * r * x[i] + 2 * s;
        g[i + 1] += 200 * r;
    }
    return f;
}

int main(int count, char **arguments) {
    (void)count;
    const int steps = atoi(arguments[1]), d = atoi(arguments[2]);
    double *x = wave(d, 1, 1), *g = wave(d, 0, 0), *m = wave(d, 0, 0), *v = wave(d, 0, 0), norm = 0;
    const double f = value(x, g, d);
    for (int i = 0; i < d; i++) norm += g[i] * g[i];
    printf("start %.15g %.15g\n", f, sqrt(norm));
    const double start = now();
    double a = 1, b = 1;
    for (int step = 0; step < steps; step++) {
        value(x, g, d);
        a *= 0.9, b *= 0.999;
        const double rate = 0.001 / (1 - a), s = 1 / sqrt(1 - b);
        for (int i = 0; i < d; i++) {
            m[i] = 0.9 * m[i] + 0.1 * g[i];
            v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
            x[i] -= rate * m[i] / (sqrt(v[i]) * s + 1e-8);
        }
    }
    const double elapsed = now() - start;
    printf("after %.15g\nseconds %.9g\n", value(x, g, d), elapsed);
}
#else
int main(int count, char **arguments) {
    (void)count;
    const int steps = atoi(arguments[1]);
    double w = 0;
    printf("start 9 -6\n");
    const double start = now();
    for (int i = 0; i < steps; i++) {
        w = w - 0.0001 * (2 * (w - 3));
        __asm__ volatile("" : "+x"(w));
    }
    printf("after %.15g\nseconds %.9g\n", w, now() - start);
}
#endif
