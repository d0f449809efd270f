#include "../../Sources/Kernels/math_f32.h"
#include "../../Sources/Kernels/sums.h"

// What a chain calls is the program's own, whose widths are tested by themselves; what is compiled here has names of its own.
#define grad_fused_f32 AT_WIDTH(grad_fused_f32)
#define grad_fused_scratch_f32 AT_WIDTH(grad_fused_scratch_f32)
#define grad_fused_block_f32 AT_WIDTH(grad_fused_block_f32)
#define grad_fused_cut_f32 AT_WIDTH(grad_fused_cut_f32)
#include "../../Sources/Kernels/include/programs.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define MASKED(name) _mm512_##name##_ps
#define HALF_MASKED(name) _mm256_##name##_ps
#define HALF __m256
#define MASK __mmask16
#endif

#pragma clang fp contract(off)

#define NUMBER float
#define TYPED(name) f32_##name
#define PUBLIC(name) name##_f32
#include "../../Sources/Kernels/fused_loops.h"
