#include "include/programs.h"
#include "math_f64.h"
#include "sums.h"

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
#include "fused_loops.h"
