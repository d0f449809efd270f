// The bits that the kernels give, as a number for each, from points over all of the number line: equal output on two machines is equal
// bits. Built and compared by scripts/neon.
#include "../../Sources/Kernels/include/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 40003 };
static double a[COUNT], b[COUNT], y[COUNT], logarithm[COUNT], scratch[2 * COUNT];
static float c[COUNT], d[COUNT], z[COUNT], single_logarithm[COUNT], single_scratch[2 * COUNT];

// SplitMix64.
static uint64_t next(void) {
    static uint64_t state = 5;
    uint64_t word = (state += 0x9E3779B97F4A7C15u);
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
    return word ^ (word >> 31);
}

static double point(int i) {
    const double unit = (double)(int64_t)next() * 0x1p-63;
    const uint64_t bits = next();
    double any;
    memcpy(&any, &bits, sizeof any);
    switch (i % 6) {
    case 0: return any;
    case 1: return unit;
    case 2: return unit * 10;
    case 3: return unit * 100;
    case 4: return unit * 800;
    default: return ldexp(1 + unit / 2, (int)(bits % 250) - 150) * (bits >> 63 ? 1 : -1);
    }
}

static uint64_t hash_of(uint64_t hash, uint64_t bits) { return (hash ^ bits) * 0x100000001b3u; }
static const uint64_t START = 0xcbf29ce484222325u;

static void show(const char *name, int number, size_t count) {
    uint64_t hash = START, single_hash = START;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        uint32_t single_bits;
        memcpy(&bits, y + i, sizeof bits);
        memcpy(&single_bits, z + i, sizeof single_bits);
        // A NaN has no sign that means anything.
        hash = hash_of(hash, y[i] != y[i] ? 1 : bits);
        single_hash = hash_of(single_hash, z[i] != z[i] ? 1 : single_bits);
    }
    printf("%s %d %016llx %016llx\n", name, number, (unsigned long long)hash, (unsigned long long)single_hash);
}

static void elementwise(void) {
    for (int op = 0; op <= GRAD_LAST_UNARY; op++) {
        grad_unary_f64((grad_operation)op, COUNT, a, y);
        grad_unary_f32((grad_operation)op, COUNT, c, z);
        show("unary", op, COUNT);
    }
    for (int op = GRAD_ADD; op <= GRAD_LAST_BINARY; op++) {
        grad_binary_f64((grad_operation)op, COUNT, a, 1, b, 1, y);
        grad_binary_f32((grad_operation)op, COUNT, c, 1, d, 1, z);
        show("binary", op, COUNT);
    }
}

// Rows of several lengths; those of 1000 as columns, eight beside each other.
static void rows(void) {
    const size_t lengths[] = {1, 5, 97, 1000, COUNT};
    for (int k = 0; k < 5; k++) {
        const size_t length = lengths[k], inner = length == 1000 ? 8 : 1, outer = COUNT / length / inner;
        for (int op = 0; op <= GRAD_REDUCE_ALL; op++) {
            grad_reduce_f64((grad_reduction)op, outer, length, inner, a, y);
            grad_reduce_f32((grad_reduction)op, outer, length, inner, c, z);
            show("reduction", op, outer * inner);
        }
        grad_softmax_f64(outer, length, inner, a, y, logarithm, scratch);
        grad_softmax_f32(outer, length, inner, c, z, single_logarithm, single_scratch);
        show("softmax", (int)length, outer * length * inner);
        memcpy(y, logarithm, sizeof y);
        memcpy(z, single_logarithm, sizeof z);
        show("log softmax", (int)length, outer * length * inner);
    }
}

int main(void) {
    const double special[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1, -1, 0.5, 2, 0x1p-1074, -0x1p-1074, 0x1p-1022, 0x1.fffffffffffffp1023};
    for (int i = 0; i < COUNT; i++) {
        a[i] = i < 13 ? special[i] : point(i);
        b[i] = i < 13 ? special[i * 5 % 13] : point(i / 6 + i % 3);
        c[i] = (float)a[i];
        d[i] = (float)b[i];
    }
    elementwise();
    for (int i = 0; i < COUNT; i++) {
        a[i] = (double)(int64_t)next() * 0x1p-62;
        c[i] = (float)a[i];
    }
    rows();
    grad_uniform_f64(7, 9, 3, COUNT, y);
    show("uniform", 0, COUNT);
    grad_normal_f64(7, 9, 3, COUNT, y);
    show("normal", 0, COUNT);
    return 0;
}
