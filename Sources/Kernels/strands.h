// Strands of a fused chain for one type (see fused_loops.h, which includes it): instructions each of which reads what the one before it made, in
// hand. Many numbers at a time go through all of them in the processor's vector registers; what only the next instruction reads is never put down.

typedef NUMBER vector __attribute__((ext_vector_type(64 / sizeof(NUMBER))));
typedef vector loose_vector __attribute__((aligned(sizeof(NUMBER)), may_alias));
typedef __typeof__((vector)0 < (vector)0) truths;

enum { WIDTH = 64 / sizeof(NUMBER), MOST_HANDS = 16, FEW_HANDS = 4, FEW_ROWS = FEW_HANDS * WIDTH, MOST_STEPS = GRAD_LONGEST_STRAND + 1 };

// A macro, since vectors are no arguments where their width differs between the clones.
#define CHOSEN(which, a, b) (vector)(((truths)(vector)(a) & (which)) | ((truths)(vector)(b) & ~(which)))

// What is made of the hand, h; X and Y are vectors of a block, or one number.
#define EACH_ALONE(F) \
    F(NEG, -h) F(SQUARE, h * h) F(SQRT, __builtin_elementwise_sqrt(h)) F(RECIPROCAL, 1 / h) F(RELU, CHOSEN(h <= 0, 0, h)) \
    F(STEP, CHOSEN(h > 0, 1, 0)) F(IDENTITY, h)
#define EACH_WITH_ONE(F) \
    F(ADD, h + X) F(SUB, h - X) F(FROM, X - h) F(MUL, h * X) F(DIV, h / X) F(UNDER, X / h) F(GT, CHOSEN(h > X, 1, 0)) F(LT, CHOSEN(h < X, 1, 0))
#define EACH_WITH_TWO(F) \
    F(MUL_ADD, h * X + Y) F(MUL_SUB, h * X - Y) F(SUB_MUL, Y - h * X) F(ADD_TO, X * Y + h) F(SUB_FROM, X * Y - h) F(LESS, h - X * Y) \
    F(WHERE, CHOSEN(h != 0, X, Y))

// Forms with operands have two or four versions: for rows, and for single numbers.
enum {
    FORM_NONE, FORM_LOAD, FORM_SPREAD,
#define FORM(name, EXPRESSION) FORM_##name,
    EACH_ALONE(FORM)
#define FORMS_OF_ONE(name, EXPRESSION) FORM_##name, FORM_##name##_1,
    EACH_WITH_ONE(FORMS_OF_ONE)
#define FORMS_OF_TWO(name, EXPRESSION) FORM_##name, FORM_##name##_1, FORM_##name##_2, FORM_##name##_3,
    EACH_WITH_TWO(FORMS_OF_TWO)
};

// Where it reads and writes; pointers to single numbers stay.
typedef struct {
    const NUMBER *x, *y;
    NUMBER *out;
    size_t x_stride, y_stride;
    unsigned form;
} strand_step;

#define ROW(p) (*(const loose_vector *)((p) + i * WIDTH))
#define ALL_HANDS _Pragma("clang loop unroll(full)") for (int i = 0; i < hands; i++)

GRAD_INLINE void run_tiles(strand_step *steps, size_t count, size_t tiles, const int hands) {
    for (size_t tile = 0; tile < tiles; tile++) {
        vector hand[MOST_HANDS];
        for (size_t k = 0; k < count; k++) {
            strand_step *at = &steps[k];
            const NUMBER *x = at->x, *y = at->y;
            switch (at->form) {
            case FORM_LOAD: ALL_HANDS hand[i] = ROW(x); break;
            case FORM_SPREAD: ALL_HANDS hand[i] = (vector)*x; break;
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
            EACH_ALONE(CASES_ALONE)
            EACH_WITH_ONE(CASES_OF_ONE)
            EACH_WITH_TWO(CASES_OF_TWO)
            default: break;
            }
            if (at->out) {
                ALL_HANDS *(loose_vector *)(at->out + i * WIDTH) = hand[i];
                at->out += hands * WIDTH;
            }
            at->x += at->x_stride * (size_t)hands * WIDTH;
            at->y += at->y_stride * (size_t)hands * WIDTH;
        }
    }
}

// As many numbers at a time as the registers hold with room for operands, then fewer. What is left, less than FEW_ROWS, stays.
#define RUN_ROWS(name, hands, TARGET) \
    static TARGET void name(strand_step *steps, size_t count, size_t n) { \
        run_tiles(steps, count, n / (hands * WIDTH), hands); \
        run_tiles(steps, count, n % (hands * WIDTH) / FEW_ROWS, FEW_HANDS); \
    }
#if defined(__x86_64__)
RUN_ROWS(run_rows_v4, MOST_HANDS, __attribute__((target("arch=x86-64-v4"), min_vector_width(512))))
RUN_ROWS(run_rows_v3, 8, __attribute__((target("arch=x86-64-v3"))))
#endif
RUN_ROWS(run_rows_plain, FEW_HANDS, )

static void run_rows(strand_step *steps, size_t count, size_t n) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("x86-64-v4")) return run_rows_v4(steps, count, n);
    if (__builtin_cpu_supports("x86-64-v3")) return run_rows_v3(steps, count, n);
#endif
    run_rows_plain(steps, count, n);
}

GRAD_INLINE int reads_hand(grad_instruction at) {
    return at.a == GRAD_HAND || (at.op > GRAD_LAST_UNARY && (at.b == GRAD_HAND || (at.op > GRAD_LAST_BINARY && at.c == GRAD_HAND)));
}

// The form that an operation has with its first, second or third operand in hand.
static const unsigned char forms[GRAD_LAST_OPERATION + 1][3] = {
#define ALONE_ENTRY(name, EXPRESSION) [GRAD_##name] = {FORM_##name},
    EACH_ALONE(ALONE_ENTRY)
    [GRAD_ADD] = {FORM_ADD, FORM_ADD}, [GRAD_MUL] = {FORM_MUL, FORM_MUL}, [GRAD_SUB] = {FORM_SUB, FORM_FROM},
    [GRAD_DIV] = {FORM_DIV, FORM_UNDER}, [GRAD_GT] = {FORM_GT, FORM_LT}, [GRAD_LT] = {FORM_LT, FORM_GT},
    [GRAD_MUL_ADD] = {FORM_MUL_ADD, FORM_MUL_ADD, FORM_ADD_TO}, [GRAD_MUL_SUB] = {FORM_MUL_SUB, FORM_MUL_SUB, FORM_SUB_FROM},
    [GRAD_SUB_MUL] = {FORM_SUB_MUL, FORM_SUB_MUL, FORM_LESS}, [GRAD_WHERE] = {FORM_WHERE},
};

// Runs the first instructions of code, which are one strand, on as many of n numbers as fill vectors, by fours; gives how many. None where it is
// no strand that it can run.
static size_t run_strand(const grad_instruction *code, size_t count, size_t n, const block_register *registers) {
    strand_step steps[MOST_STEPS];
    if (count < 2 || count >= MOST_STEPS || n < 2 * FEW_ROWS) return 0;
    const block_register first = registers[code[0].a];
    steps[0] = (strand_step){.x = first.data, .x_stride = first.stride, .form = first.stride ? FORM_LOAD : FORM_SPREAD};
    for (size_t k = 0; k < count; k++) {
        const grad_instruction at = code[k];
        strand_step *step = &steps[k + 1];
        const uint16_t hand = k == 0 ? at.a : GRAD_HAND;
        const int place = at.a == hand ? 0 : at.op <= GRAD_LAST_BINARY || at.b == hand ? 1 : 2;
        const unsigned form = forms[at.op][place];
        if (form == FORM_NONE) return 0;
        step->out = at.dst == GRAD_HAND ? NULL : registers[at.dst].data;
        step->form = form;
        step->x = step->y = NULL;
        step->x_stride = step->y_stride = 0;
        if (at.op <= GRAD_LAST_UNARY) continue;
        const block_register x = registers[place == 0 ? at.b : at.a];
        step->x = x.data;
        step->x_stride = x.stride;
        step->form += x.stride ? 0 : 1;
        if (at.op <= GRAD_LAST_BINARY) continue;
        const block_register y = registers[place == 2 ? at.b : at.c];
        step->y = y.data;
        step->y_stride = y.stride;
        step->form += y.stride ? 0 : 2;
    }
    run_rows(steps, count + 1, n);
    return n / FEW_ROWS * FEW_ROWS;
}
