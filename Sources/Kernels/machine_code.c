#include "include/programs.h"
#include "scalar_functions.h"

#include <stdlib.h>
#include <string.h>

// Turns of a scalar loop as machine code: what a program computes, operation by operation, without a jump between two of them, and with what was computed
// last at hand in the processor's own registers. The bits are those of grad_run_scalar. So far for x86-64 (System V); elsewhere there is none, nor where
// the system lets no memory be run that was written.

#if defined(__x86_64__) && (defined(__linux__) || defined(__APPLE__))

#include <sys/mman.h>

typedef ptrdiff_t machine_function(double *registers, double *const *columns, size_t count, size_t *turns);

struct grad_machine_code {
    void *memory;
    size_t size;
};

// The vector registers of the processor. Those below SCRATCH each have the number of a program's register, or none; which were read or written last is
// known by their age.
enum { SCRATCH = 14, OTHER_SCRATCH = 15, NONE = -1 };

// Long enough for any one instruction of a program, or move.
enum { LONGEST = 96, MOST_INSTRUCTIONS = 1 << 14 };

typedef struct {
    unsigned char *code;
    size_t size;
    int holds[SCRATCH];
    size_t age[SCRATCH], now;
} translation;

// MARK: Bytes

static void byte(translation *t, unsigned value) { t->code[t->size++] = (unsigned char)value; }
static void bytes(translation *t, const void *values, size_t count) {
    memcpy(t->code + t->size, values, count);
    t->size += count;
}
#define CODE(t, ...) bytes(t, (const unsigned char[]){__VA_ARGS__}, sizeof((const unsigned char[]){__VA_ARGS__}))
static void int32(translation *t, size_t value) {
    const uint32_t four = (uint32_t)value;
    bytes(t, &four, 4);
}

// The distance of a jump, which is known later: the place behind it.
static size_t jump(translation *t) {
    int32(t, 0);
    return t->size;
}
static void land(translation *t, size_t from, size_t to) {
    const int32_t distance = (int32_t)((ptrdiff_t)to - (ptrdiff_t)from);
    memcpy(t->code + from - 4, &distance, 4);
}

// MARK: Instructions of the processor (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2)

// A prefix, which says how wide the operands are, and the second byte of the operation's code.
typedef enum {
    LOAD = 0xf210, STORE = 0xf211, COPY = 0x6628, ADD = 0xf258, MUL = 0xf259, SUB = 0xf25c, DIV = 0xf25e, SQRT = 0xf251, COMPARE = 0xf2c2,
    AND = 0x6654, AND_NOT = 0x6655, OR = 0x6656, XOR = 0x6657, TEST = 0x662e, TO_SINGLE = 0xf25a, TO_DOUBLE = 0xf35a,
} machine_operation;
// What COMPARE asks for.
enum { EQUAL, LESS, LESS_OR_EQUAL, NOT_EQUAL = 4 };

static void between(translation *t, machine_operation op, int target, int source) {
    byte(t, op >> 8);
    if (target > 7 || source > 7) byte(t, 0x40 | (target > 7) << 2 | (source > 7));
    CODE(t, 0x0f, op & 0xff, 0xc0 | (target & 7) << 3 | (source & 7));
}

// With a register of the program, from rbx on.
static void with_memory(translation *t, machine_operation op, int target, unsigned number) {
    byte(t, op >> 8);
    if (target > 7) byte(t, 0x44);
    CODE(t, 0x0f, op & 0xff, 0x80 | (target & 7) << 3 | 3);
    int32(t, 8 * (size_t)number);
}

// With a column's number for this turn: the columns' places are from rbp on, the turn is r13.
static void with_column(translation *t, machine_operation op, int target, unsigned column) {
    CODE(t, 0x48, 0x8b, 0x85); // mov rax, [rbp + 8 column]
    int32(t, 8 * (size_t)column);
    CODE(t, op >> 8, 0x42 | (target > 7) << 2, 0x0f, op & 0xff, 0x04 | (target & 7) << 3, 0xe8); // [rax + 8 r13]
}

// mov rax, value
static void move_to_rax(translation *t, uint64_t value) {
    CODE(t, 0x48, 0xb8);
    bytes(t, &value, 8);
}

static void constant(translation *t, int target, uint64_t bits) {
    move_to_rax(t, bits);
    CODE(t, 0x66, 0x48 | (target > 7) << 2, 0x0f, 0x6e, 0xc0 | (target & 7) << 3); // movq target, rax
}
static const uint64_t ONE = 0x3ff0000000000000, SIGN = 0x8000000000000000;

// MARK: What is at hand

static int find(translation *t, unsigned number) {
    for (int i = 0; i < SCRATCH; i++) {
        if (t->holds[i] == (int)number) {
            t->age[i] = ++t->now;
            return i;
        }
    }
    return NONE;
}

// What a register of the program held is no longer what is at hand.
static void forget(translation *t, unsigned number) {
    for (int i = 0; i < SCRATCH; i++) if (t->holds[i] == (int)number) t->holds[i] = NONE;
}

static void forget_all(translation *t) {
    for (int i = 0; i < SCRATCH; i++) {
        t->holds[i] = NONE;
        t->age[i] = 0;
    }
}

// A register for a result: the one that was not looked at for longest. Operands of the same instruction were found just before.
static int take(translation *t) {
    int oldest = 0;
    for (int i = 1; i < SCRATCH; i++) if (t->age[i] < t->age[oldest]) oldest = i;
    t->holds[oldest] = NONE;
    t->age[oldest] = ++t->now;
    return oldest;
}

static void with(translation *t, machine_operation op, int target, unsigned number) {
    const int at_hand = find(t, number);
    if (at_hand == NONE) with_memory(t, op, target, number); else between(t, op, target, at_hand);
}
static void load(translation *t, int target, unsigned number) {
    const int at_hand = find(t, number);
    if (at_hand == NONE) with_memory(t, LOAD, target, number); else between(t, COPY, target, at_hand);
}
// Where a number is at hand, after it was loaded if it was not.
static int bring(translation *t, unsigned number) {
    const int at_hand = find(t, number);
    if (at_hand != NONE) return at_hand;
    with_memory(t, LOAD, SCRATCH, number);
    return SCRATCH;
}
static void put(translation *t, int source, unsigned number) {
    forget(t, number);
    with_memory(t, STORE, source, number);
    t->holds[source] = (int)number;
    t->age[source] = ++t->now;
}

// MARK: Instructions of a program

// 1 where the comparison of r with a number holds, else 0.
static void compare_with(translation *t, int r, unsigned number, unsigned wanted) {
    with(t, COMPARE, r, number);
    byte(t, wanted);
    constant(t, SCRATCH, ONE);
    between(t, AND, r, SCRATCH);
}
static void compare(translation *t, int r, unsigned a, unsigned b, unsigned wanted) {
    load(t, r, a);
    compare_with(t, r, b, wanted);
}
static void compare_zero(translation *t, int r, unsigned a, unsigned wanted) {
    between(t, XOR, r, r);
    compare_with(t, r, a, wanted);
}

static void call(translation *t, grad_instruction at, int r) {
    // By way of a register that holds no number: each may lie where the other goes.
    if (at.op > GRAD_LAST_UNARY) load(t, OTHER_SCRATCH, at.b);
    load(t, 0, at.a);
    if (at.op > GRAD_LAST_UNARY) between(t, COPY, 1, OTHER_SCRATCH);
    move_to_rax(t, (uint64_t)(uintptr_t)grad_scalar_functions[at.op]);
    CODE(t, 0xff, 0xd0); // call rax
    if (r != 0) between(t, COPY, r, 0);
}

static void translate(translation *t, grad_instruction at) {
    // What the operands are in is not taken for the result.
    find(t, at.a), find(t, at.b), find(t, at.c);
    const int r = take(t);
    const unsigned a = at.a, b = at.b, c = at.c;
    switch (at.op) {
    case GRAD_ADD: load(t, r, a), with(t, ADD, r, b); break;
    case GRAD_SUB: load(t, r, a), with(t, SUB, r, b); break;
    case GRAD_MUL: load(t, r, a), with(t, MUL, r, b); break;
    case GRAD_DIV: load(t, r, a), with(t, DIV, r, b); break;
    case GRAD_MUL_ADD: load(t, r, a), with(t, MUL, r, b), with(t, ADD, r, c); break;
    case GRAD_MUL_SUB: load(t, r, a), with(t, MUL, r, b), with(t, SUB, r, c); break;
    case GRAD_SUB_MUL: load(t, SCRATCH, a), with(t, MUL, SCRATCH, b), load(t, r, c), between(t, SUB, r, SCRATCH); break;
    case GRAD_IDENTITY: load(t, r, a); break;
    case GRAD_SQUARE: load(t, r, a), between(t, MUL, r, r); break;
    case GRAD_SQRT: load(t, r, a), between(t, SQRT, r, r); break;
    case GRAD_RECIPROCAL: constant(t, r, ONE), with(t, DIV, r, a); break;
    case GRAD_NEG: load(t, r, a), constant(t, SCRATCH, SIGN), between(t, XOR, r, SCRATCH); break;
    case GRAD_ABS: load(t, r, a), constant(t, SCRATCH, ~SIGN), between(t, AND, r, SCRATCH); break;
    case GRAD_SINGLE: load(t, r, a), between(t, TO_SINGLE, r, r), between(t, TO_DOUBLE, r, r); break;
    case GRAD_EQ: compare(t, r, a, b, EQUAL); break;
    case GRAD_NE: compare(t, r, a, b, NOT_EQUAL); break;
    case GRAD_LT: compare(t, r, a, b, LESS); break;
    case GRAD_LE: compare(t, r, a, b, LESS_OR_EQUAL); break;
    case GRAD_GT: compare(t, r, b, a, LESS); break;
    case GRAD_GE: compare(t, r, b, a, LESS_OR_EQUAL); break;
    case GRAD_STEP: compare_zero(t, r, a, LESS); break;
    case GRAD_NOT: compare_zero(t, r, a, EQUAL); break;
    case GRAD_RELU: // 0 where it is at most 0, and NaN stays
        load(t, SCRATCH, a);
        between(t, COPY, r, SCRATCH), between(t, XOR, OTHER_SCRATCH, OTHER_SCRATCH);
        between(t, COMPARE, r, OTHER_SCRATCH), byte(t, LESS_OR_EQUAL);
        between(t, AND_NOT, r, SCRATCH);
        break;
    case GRAD_WHERE:
        between(t, XOR, r, r), with(t, COMPARE, r, a), byte(t, NOT_EQUAL);
        load(t, SCRATCH, b), between(t, AND, SCRATCH, r);
        load(t, OTHER_SCRATCH, c), between(t, AND_NOT, r, OTHER_SCRATCH);
        between(t, OR, r, SCRATCH);
        break;
    default:
        // A function may use all of them.
        call(t, at, r);
        forget_all(t);
        break;
    }
    put(t, r, at.dst);
}

// A jump for a guard that fails: where a != 0 is not what is expected. NaN is not 0.
static size_t guard(translation *t, grad_instruction at) {
    between(t, XOR, SCRATCH, SCRATCH);
    with(t, TEST, SCRATCH, at.a);
    if (at.b) {
        CODE(t, 0x7a, 6, 0x0f, 0x84); // jp over the next; je
        return jump(t);
    }
    CODE(t, 0x7a, 2, 0x74, 5, 0xe9); // jp to the jump; je over it; jmp
    return jump(t);
}

static void translate_turn(translation *t, const grad_scalar_loop *loop, size_t *failures) {
    forget_all(t);
    for (size_t k = 0; k < loop->fed_count; k++) {
        const int r = take(t);
        with_column(t, LOAD, r, loop->fed[k].from);
        put(t, r, loop->fed[k].to);
    }
    for (size_t k = 0; k < loop->instructions; k++) {
        grad_instruction at = loop->code[k];
        // Whichever operand is handed over.
        at.op %= GRAD_OPERATIONS;
        if (at.op == GRAD_GUARD) failures[k] = guard(t, at); else translate(t, at);
    }
    for (size_t k = 0; k < loop->kept_count; k++) {
        with_column(t, STORE, bring(t, loop->kept[k].from), loop->kept[k].to);
    }
    for (size_t k = 0; k < loop->move_count; k++) {
        with_memory(t, STORE, bring(t, loop->moves[k].from), loop->moves[k].to);
        forget(t, loop->moves[k].to);
    }
}

static void translate_loop(translation *t, const grad_scalar_loop *loop, size_t *failures) {
    CODE(t, 0x53, 0x55, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57); // push rbx, rbp, r13, r14, r15: the stack is aligned for calls then
    CODE(t, 0x48, 0x89, 0xfb, 0x48, 0x89, 0xf5); // mov rbx, registers; mov rbp, columns
    CODE(t, 0x49, 0x89, 0xd6, 0x49, 0x89, 0xcf, 0x45, 0x31, 0xed); // mov r14, count; mov r15, turns; xor r13d, r13d
    const size_t turn = t->size;
    CODE(t, 0x4d, 0x39, 0xf5, 0x0f, 0x83); // cmp r13, r14; jae
    const size_t finished = jump(t);
    translate_turn(t, loop, failures);
    CODE(t, 0x49, 0xff, 0xc5, 0xe9); // inc r13; jmp
    land(t, jump(t), turn);

    land(t, finished, t->size);
    CODE(t, 0x48, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff); // mov rax, -1
    const size_t end = t->size;
    CODE(t, 0x4d, 0x89, 0x2f); // mov [r15], r13
    CODE(t, 0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x5d, 0x5b, 0xc3); // pop in the other order; ret
    for (size_t k = 0; k < loop->instructions; k++) {
        if (!failures[k]) continue;
        land(t, failures[k], t->size);
        byte(t, 0xb8); // mov eax, k
        int32(t, k);
        byte(t, 0xe9); // jmp
        land(t, jump(t), end);
    }
}

// MARK: Memory that can be run

grad_machine_code *grad_translate(const grad_scalar_loop *loop) {
    const size_t parts = loop->instructions + loop->fed_count + loop->kept_count + loop->move_count;
    if (parts > MOST_INSTRUCTIONS) return NULL;
    const size_t size = (parts + 2) * LONGEST;
    size_t *failures = calloc(loop->instructions + 1, sizeof *failures);
    grad_machine_code *made = malloc(sizeof *made);
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (failures && made && memory != MAP_FAILED) {
        translation t = {.code = memory};
        translate_loop(&t, loop, failures);
        // Never to be written and run at the same time.
        if (mprotect(memory, size, PROT_READ | PROT_EXEC) == 0) {
            *made = (grad_machine_code){memory, size};
            free(failures);
            return made;
        }
    }
    if (memory != MAP_FAILED) munmap(memory, size);
    free(failures);
    free(made);
    return NULL;
}

void grad_free_machine_code(grad_machine_code *code) {
    if (!code) return;
    munmap(code->memory, code->size);
    free(code);
}

ptrdiff_t grad_run_machine_code(const grad_machine_code *code, double *registers, double *const *columns, size_t count, size_t *turns) {
    machine_function *function;
    memcpy(&function, &code->memory, sizeof function);
    return function(registers, columns, count, turns);
}

#else

grad_machine_code *grad_translate(const grad_scalar_loop *loop) {
    (void)loop;
    return NULL;
}
void grad_free_machine_code(grad_machine_code *code) { (void)code; }
ptrdiff_t grad_run_machine_code(const grad_machine_code *code, double *registers, double *const *columns, size_t count, size_t *turns) {
    (void)code, (void)registers, (void)columns, (void)count;
    *turns = 0;
    return GRAD_RAN_TO_THE_END;
}

#endif
