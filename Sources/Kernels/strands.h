// Strands of a fused chain for one type (see fused_loops.h, which includes it): instructions each of which reads what the one before it made, in
// hand. Many numbers at a time go through all of them in the processor's vector registers; what only the next instruction reads is never put down.

typedef NUMBER vector __attribute__((ext_vector_type(64 / sizeof(NUMBER))));
typedef vector loose_vector __attribute__((aligned(sizeof(NUMBER)), may_alias));
typedef __typeof__((vector)0 < (vector)0) truths;

enum { WIDTH = 64 / sizeof(NUMBER), MOST_HANDS = 16, FEW_HANDS = 4, FEW_ROWS = FEW_HANDS * WIDTH };

// A macro, since vectors are no arguments where their width differs between the clones.
#define CHOSEN(which, a, b) (vector)(((truths)(vector)(a) & (which)) | ((truths)(vector)(b) & ~(which)))

#define ALL_HANDS _Pragma("clang loop unroll(full)") for (int i = 0; i < hands; i++)

// One tile through all steps; ROW reads a vector of a register's numbers, PUT writes one.
#define CASE(FORM, X_IS, Y_IS, EXPRESSION) \
    case FORM: \
        ALL_HANDS { \
            const vector h = hand[i], X = X_IS, Y = Y_IS; \
            (void)X, (void)Y; \
            hand[i] = EXPRESSION; \
        } \
        break;
#define CASES_ALONE(name, EXPRESSION) CASE(FORM_##name, 0, 0, EXPRESSION)
#define CASES_OF_ONE(name, EXPRESSION) CASE(FORM_##name, ROW(x), 0, EXPRESSION) CASE(FORM_##name##_1, (vector)*x, 0, EXPRESSION)
#define CASES_OF_TWO(name, EXPRESSION) \
    CASE(FORM_##name, ROW(x), ROW(y), EXPRESSION) CASE(FORM_##name##_1, (vector)*x, ROW(y), EXPRESSION) \
    CASE(FORM_##name##_2, ROW(x), (vector)*y, EXPRESSION) CASE(FORM_##name##_3, (vector)*x, (vector)*y, EXPRESSION)
#define RUN_STEPS \
    for (size_t k = 0; k < count; k++) { \
        const grad_strand_step at = steps[k]; \
        const NUMBER *x = registers[at.x].data, *y = registers[at.y].data; \
        switch (at.form) { \
        case FORM_LOAD: ALL_HANDS hand[i] = ROW(x); break; \
        case FORM_SPREAD: ALL_HANDS hand[i] = (vector)*x; break; \
            EACH_ALONE(CASES_ALONE) \
            EACH_WITH_ONE(CASES_OF_ONE) \
            EACH_WITH_TWO(CASES_OF_TWO) \
        default: break; \
        } \
        if (at.out != GRAD_HAND) { \
            NUMBER *out = registers[at.out].data; \
            ALL_HANDS PUT(out, hand[i]); \
        } \
    }

#define ROW(p) (*(const loose_vector *)((p) + place + i * WIDTH))
#define PUT(p, v) (*(loose_vector *)((p) + place + i * WIDTH) = (v))
GRAD_INLINE size_t run_tiles(
    const grad_strand_step *steps, size_t count, size_t place, size_t n, const block_register *registers, const int hands) {
    for (; n - place >= (size_t)hands * WIDTH; place += (size_t)hands * WIDTH) {
        vector hand[MOST_HANDS];
        RUN_STEPS
    }
    return place;
}
#undef ROW
#undef PUT

// The numbers that do not fill a vector.
#define ROW(p) read_part((p) + place, n - place)
#define PUT(p, v) write_part((p) + place, n - place, v)
#define RUN_END(name, TARGET) \
    static TARGET void name(const grad_strand_step *steps, size_t count, size_t place, size_t n, const block_register *registers) { \
        enum { hands = 1 }; \
        vector hand[1]; \
        RUN_STEPS \
    }
#define read_part(p, n) \
    ({ \
        vector v = 0; \
        for (size_t j = 0; j < (n); j++) v[j] = (p)[j]; \
        v; \
    })
#define write_part(p, n, v) \
    do { \
        const vector numbers = v; \
        for (size_t j = 0; j < (n); j++) (p)[j] = numbers[j]; \
    } while (0)
RUN_END(run_end_plain, )
#if defined(__x86_64__)
#undef read_part
#undef write_part
// Masks, so that nothing beyond the end is touched: of the widest registers that there are.
typedef union {
    vector all;
    HALF halves[2];
} in_halves;
static const __typeof__(((truths)(vector)0)[0]) ones_then_zeros[2 * WIDTH] = {[0 ... WIDTH - 1] = -1};
#define HALF_MASK(n, k) _mm256_loadu_si256((const __m256i *)(ones_then_zeros + WIDTH - (n) + (k) * WIDTH / 2))
#define read_part(p, n) \
    ({ \
        in_halves v; \
        for (int k = 0; k < 2; k++) v.halves[k] = HALF_MASKED(maskload)((p) + k * WIDTH / 2, HALF_MASK(n, k)); \
        v.all; \
    })
#define write_part(p, n, v) \
    do { \
        const in_halves numbers = {v}; \
        for (int k = 0; k < 2; k++) HALF_MASKED(maskstore)((p) + k * WIDTH / 2, HALF_MASK(n, k), numbers.halves[k]); \
    } while (0)
RUN_END(run_end_v3, __attribute__((target("arch=x86-64-v3"))))
#undef read_part
#undef write_part
#define read_part(p, n) ((vector)MASKED(maskz_loadu)((MASK)((1u << (n)) - 1), p))
#define write_part(p, n, v) MASKED(mask_storeu)(p, (MASK)((1u << (n)) - 1), v)
RUN_END(run_end_v4, __attribute__((target("arch=x86-64-v4"), min_vector_width(512))))
#endif
#undef ROW
#undef PUT

// As many numbers at a time as the registers hold with room for operands, then fewer, then the rest.
#define RUN_ROWS(name, end, hands, TARGET) \
    static TARGET void name(const grad_strand_step *steps, size_t count, size_t n, const block_register *registers) { \
        size_t place = run_tiles(steps, count, 0, n, registers, hands); \
        if (n - place >= FEW_ROWS) place = run_tiles(steps, count, place, n, registers, FEW_HANDS); \
        if (n - place >= WIDTH) place = run_tiles(steps, count, place, n, registers, 1); \
        if (place < n) end(steps, count, place, n, registers); \
    }
#if defined(__x86_64__)
RUN_ROWS(run_rows_v4, run_end_v4, MOST_HANDS, __attribute__((target("arch=x86-64-v4"), min_vector_width(512))))
RUN_ROWS(run_rows_v3, run_end_v3, 6, __attribute__((target("arch=x86-64-v3"))))
#endif
RUN_ROWS(run_rows_plain, run_end_plain, FEW_HANDS, )

// Tests say which they want.
#if defined(GRAD_STRAND_ROWS)
#define run_rows GRAD_STRAND_ROWS
#else
static void run_rows(const grad_strand_step *steps, size_t count, size_t n, const block_register *registers) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4")) return run_rows_v4(steps, count, n, registers);
    if (__builtin_cpu_supports("x86-64-v3")) return run_rows_v3(steps, count, n, registers);
#endif
    run_rows_plain(steps, count, n, registers);
}
#endif
