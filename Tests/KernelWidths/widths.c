#include "widths.h"
#include "../../Sources/Kernels/include/programs.h"

#define UNARY(width, type, name) \
    void grad_unary_##name##_##width(grad_operation op, size_t n, const type *x, type *y); \
    static void unary_##name##_##width(int op, size_t n, const type *x, type *y) { \
        grad_unary_##name##_##width((grad_operation)op, n, x, y); \
    }
#define BINARY(width, type, name) \
    void grad_binary_##name##_##width(grad_operation op, size_t n, const type *a, size_t sa, const type *b, size_t sb, type *y); \
    static void binary_##name##_##width(int op, size_t n, const type *a, size_t sa, const type *b, size_t sb, type *y) { \
        grad_binary_##name##_##width((grad_operation)op, n, a, sa, b, sb, y); \
    }
#define CHAIN(width, name) \
    void grad_fused_##name##_##width(const grad_fused *chain, size_t first, size_t n, void *scratch); \
    static void chain_##name##_##width(const void *chain, size_t first, size_t n, void *scratch) { \
        grad_fused_##name##_##width(chain, first, n, scratch); \
    }
#define FUNCTIONS(width) \
    UNARY(width, double, f64) UNARY(width, float, f32) BINARY(width, double, f64) BINARY(width, float, f32) CHAIN(width, f64) CHAIN(width, f32)
#define ENTRY(width, runs) \
    {#width, runs, unary_f64_##width, unary_f32_##width, binary_f64_##width, binary_f32_##width, chain_f64_##width, chain_f32_##width}

FUNCTIONS(plain)
#if defined(__x86_64__)
FUNCTIONS(avx2)
FUNCTIONS(avx512)
#endif

size_t grad_widths(const grad_width **widths) {
#if defined(__x86_64__)
    static grad_width all[3];
    const grad_width here[] = {
        ENTRY(plain, 1), ENTRY(avx2, __builtin_cpu_supports("x86-64-v3")), ENTRY(avx512, __builtin_cpu_supports("x86-64-v4")),
    };
    for (int i = 0; i < 3; i++) all[i] = here[i];
#else
    static const grad_width all[] = {ENTRY(plain, 1)};
#endif
    *widths = all;
    return sizeof all / sizeof *all;
}
