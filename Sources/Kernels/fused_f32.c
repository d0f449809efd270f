#include "include/programs.h"
#include "math_f32.h"
#include "sums.h"

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
#include "fused_loops.h"
