// A classifier of dense layers with tanh or relu, trained by Adam or by gradient descent with momentum: what a person writes by
// hand with OpenBLAS. `digits` and `images` are built from it: cc -DLAYERS='{64,128,10}' -DCOUNT=2 -DRELU -DMOMENTUM …
#include "layers.h"

static const int sizes[] = LAYERS;
static const double factors[] = {3, 5, 7}, scales[] = SCALES;

#define ROW CblasRowMajor
enum { MOST = 4 };

static real *W[MOST], *b[MOST], *gW[MOST], *gb[MOST], *mW[MOST], *mb[MOST], *vW[MOST], *vb[MOST], *a[MOST + 1], *d[MOST + 1];

static double forward(const real *X, const int *y, int n) {
    const real *in = X;
    for (int k = 0; k < COUNT; k++) {
        const int p = sizes[k], q = sizes[k + 1];
        for (int i = 0; i < n; i++) memcpy(a[k] + i * q, b[k], q * sizeof(real));
        GEMM(ROW, CblasNoTrans, CblasNoTrans, n, q, p, 1, in, p, W[k], q, 1, a[k], q);
        if (k < COUNT - 1) {
#ifdef RELU
            for (int i = 0; i < n * q; i++) a[k][i] = a[k][i] > 0 ? a[k][i] : 0;
#else
            for (int i = 0; i < n * q; i++) a[k][i] = TANH(a[k][i]);
#endif
        }
        in = a[k];
    }
    const int q = sizes[COUNT];
    double loss = 0;
    for (int i = 0; i < n; i++) {
        real *s = a[COUNT - 1] + i * q, *g = d[COUNT - 1] + i * q, top = s[0], sum = 0;
        for (int j = 1; j < q; j++) top = s[j] > top ? s[j] : top;
        for (int j = 0; j < q; j++) sum += g[j] = EXP(s[j] - top);
        loss += log(sum) + top - s[y[i]];
        for (int j = 0; j < q; j++) g[j] /= sum * n;
        g[y[i]] -= (real)1 / n;
    }
    return loss / n;
}

static void backward(const real *X, int n) {
    for (int k = COUNT - 1; k >= 0; k--) {
        const int p = sizes[k], q = sizes[k + 1];
        const real *in = k ? a[k - 1] : X;
        GEMM(ROW, CblasTrans, CblasNoTrans, p, q, n, 1, in, p, d[k], q, 0, gW[k], q);
        memset(gb[k], 0, q * sizeof(real));
        for (int i = 0; i < n; i++)
            for (int j = 0; j < q; j++) gb[k][j] += d[k][i * q + j];
        if (k) {
            GEMM(ROW, CblasNoTrans, CblasTrans, n, p, q, 1, d[k], q, W[k], q, 0, d[k - 1], p);
#ifdef RELU
            for (int i = 0; i < n * p; i++) d[k - 1][i] = in[i] > 0 ? d[k - 1][i] : 0;
#else
            for (int i = 0; i < n * p; i++) d[k - 1][i] *= 1 - in[i] * in[i];
#endif
        }
    }
}

static void update(real *w, const real *g, real *m, real *v, int n, int t) {
    const real rate = (real)0.001;
#ifdef MOMENTUM
    for (int i = 0; i < n; i++) w[i] -= rate * (m[i] = (real)0.9 * m[i] + g[i]);
#else
    const real c = rate / (real)(1 - pow(0.9, t)), s = (real)(1 / sqrt(1 - pow(0.999, t)));
    for (int i = 0; i < n; i++) {
        m[i] = (real)0.9 * m[i] + (real)0.1 * g[i];
        v[i] = (real)0.999 * v[i] + (real)0.001 * g[i] * g[i];
        w[i] -= c * m[i] / (SQRT(v[i]) * s + (real)1e-8);
    }
#endif
}

int main(int count, char **arguments) {
    (void)count;
    const int steps = atoi(arguments[1]), size = atoi(arguments[2]), rows = ROWS, columns = sizes[0];
    openblas_set_num_threads(atoi(arguments[3]));
    real *X = wave((size_t)rows * columns, 1, 1), *batch = numbers((size_t)size * columns);
    int *y = malloc(rows * sizeof(int)), *order = malloc(rows * sizeof(int)), *labels = malloc(size * sizeof(int));
    for (int i = 0; i < rows; i++) { y[i] = i / 7 % 10; order[i] = i; }
    for (int k = 0; k < COUNT; k++) {
        const size_t n = (size_t)sizes[k] * sizes[k + 1], q = sizes[k + 1];
        W[k] = wave(n, factors[k], scales[k]);
        gW[k] = numbers(n), mW[k] = wave(n, 0, 0), vW[k] = wave(n, 0, 0);
        b[k] = wave(q, 0, 0), gb[k] = numbers(q), mb[k] = wave(q, 0, 0), vb[k] = wave(q, 0, 0);
        a[k] = numbers(rows * q), d[k] = numbers(rows * q);
    }
    double loss = forward(X, y, rows), norm = 0;
    backward(X, rows);
    for (int k = 0; k < COUNT; k++) {
        for (int i = 0; i < sizes[k] * sizes[k + 1]; i++) norm += (double)gW[k][i] * gW[k][i];
        for (int i = 0; i < sizes[k + 1]; i++) norm += (double)gb[k][i] * gb[k][i];
    }
    printf("start %.15g %.15g\n", loss, sqrt(norm));
    const double start = now();
    for (int step = 0, at = rows; step < steps; step++, at += size) {
        if (at + size > rows) {
            at = 0;
            for (int i = rows - 1; i > 0; i--) {
                const int j = rand() % (i + 1), held = order[i];
                order[i] = order[j], order[j] = held;
            }
        }
        for (int i = 0; i < size; i++) {
            memcpy(batch + (size_t)i * columns, X + (size_t)order[at + i] * columns, columns * sizeof(real));
            labels[i] = y[order[at + i]];
        }
        forward(batch, labels, size);
        backward(batch, size);
        for (int k = 0; k < COUNT; k++) {
            update(W[k], gW[k], mW[k], vW[k], sizes[k] * sizes[k + 1], step + 1);
            update(b[k], gb[k], mb[k], vb[k], sizes[k + 1], step + 1);
        }
    }
    const double elapsed = now() - start;
    printf("after %.15g\nseconds %.9g\n", forward(X, y, rows), elapsed);
}
