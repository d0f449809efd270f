#include "../../Sources/Kernels/math_f64.h"
#include "../../Sources/Kernels/sums.h"

// What a chain calls is the program's own, whose widths are tested by themselves; what is compiled here has names of its own.
#define grad_fused_f64 AT_WIDTH(grad_fused_f64)
#define grad_fused_scratch_f64 AT_WIDTH(grad_fused_scratch_f64)
#define grad_fused_block_f64 AT_WIDTH(grad_fused_block_f64)
#define grad_fused_cut_f64 AT_WIDTH(grad_fused_cut_f64)
#include "../../Sources/Kernels/include/programs.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define MASKED(name) _mm512_##name##_pd
#define HALF_MASKED(name) _mm256_##name##_pd
#define HALF __m256d
#define MASK __mmask8
#endif

#pragma clang fp contract(off)

#define NUMBER double
#define TYPED(name) f64_##name
#define PUBLIC(name) name##_f64
#include "../../Sources/Kernels/fused_loops.h"
