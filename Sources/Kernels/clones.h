#ifndef GRAD_CLONES_H
#define GRAD_CLONES_H

#include "include/kernels.h"
#include <math.h>
#include <string.h>

// A function marked GRAD_CLONES is compiled for three vector widths; the loader picks one (an ifunc of glibc). Elsewhere
// the baseline of the target (NEON on arm64) is what there is. The thread sanitizer instruments the function that picks,
// which runs before the sanitizer is set up: there too, the baseline. Tests define it themselves, for one width at a time.
#if defined(GRAD_CLONES)
#elif __has_feature(thread_sanitizer)
#define GRAD_CLONES
#elif defined(__x86_64__) && defined(__GLIBC__)
#define GRAD_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GRAD_CLONES
#endif

// Helpers must be inlined into each clone, or they would run at the baseline's width.
#define GRAD_INLINE static inline __attribute__((always_inline))

// Iterations are independent: an output is either the same memory as an input or does not touch it.
#define GRAD_VECTORIZE _Pragma("clang loop vectorize(assume_safety) interleave(enable)")

// The same for a long chain of operations on a stretch of fixed length: four vectors at a time keep the units busy, where
// the processor would not look far enough ahead to overlap the turns by itself.
#define GRAD_VECTORIZE_LONG _Pragma("clang loop vectorize(assume_safety) interleave_count(4)")

// Some loops cannot be vectorized at the narrowest width (no rounding instruction there, for one); that is no fault.
#pragma clang diagnostic ignored "-Wpass-failed"

#endif
