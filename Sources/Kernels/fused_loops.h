// Fused elementwise chains for one type (see elementwise.h for the macros it is included with).
//
// A chain goes through memory once, a block of 4 KB at a time: half a dozen registers stay in the first-level cache, and an
// operation's loop is long enough for the dispatch not to show. Two blocks are one block of a
// sum (see reductions.h).

enum { BLOCK = 4096 / sizeof(NUMBER), PARTS = 2, SUMMED = PARTS * BLOCK, LANES = 256 / sizeof(NUMBER), FEW = 8 };

typedef struct {
    NUMBER *data;
    size_t stride;
} block_register;

#include "strand_forms.h"
#include "strands.h"

// a b + c and its kin; a and c may be one number for all, as in a polynomial they are.
#define THREE_LOOP(A, C, EXPRESSION) \
    GRAD_VECTORIZE for (size_t i = 0; i < n; i++) { \
        const NUMBER p = A * b[i], addend = C; \
        y[i] = EXPRESSION; \
    }
#define THREE(name, EXPRESSION) \
    static GRAD_CLONES void three_##name(size_t n, const NUMBER *a, size_t sa, const NUMBER *b, const NUMBER *c, size_t sc, NUMBER *y) { \
        const NUMBER factor = *a, only = *c; \
        if (sa && sc) { \
            THREE_LOOP(a[i], c[i], EXPRESSION) \
        } else if (sa) { \
            THREE_LOOP(a[i], only, EXPRESSION) \
        } else if (sc) { \
            THREE_LOOP(factor, c[i], EXPRESSION) \
        } else { \
            THREE_LOOP(factor, only, EXPRESSION) \
        } \
    }
THREE(mul_add, p + addend)
THREE(mul_sub, p - addend)
THREE(sub_mul, addend - p)

static const NUMBER *spread(block_register operand, size_t n, NUMBER *room) {
    if (operand.stride) return operand.data;
    const NUMBER only = *operand.data;
    for (size_t i = 0; i < n; i++) room[i] = only;
    return room;
}

static void run_three(unsigned op, size_t n, block_register a, block_register b, block_register c, NUMBER *y) {
    NUMBER room[BLOCK];
    if (!b.stride) {
        const block_register other = a;
        a = b;
        b = other;
    }
    const NUMBER *bs = spread(b, n, room);
    if (op == GRAD_MUL_ADD) three_mul_add(n, a.data, a.stride, bs, c.data, c.stride, y);
    if (op == GRAD_MUL_SUB) three_mul_sub(n, a.data, a.stride, bs, c.data, c.stride, y);
    if (op == GRAD_SUB_MUL) three_sub_mul(n, a.data, a.stride, bs, c.data, c.stride, y);
}

static void run_instruction(grad_instruction at, size_t n, block_register a, block_register b, block_register c, NUMBER *y) {
    if (at.op <= GRAD_LAST_UNARY) {
        if (a.stride) {
            PUBLIC(grad_unary)((grad_operation)at.op, n, a.data, y);
        } else {
            // The operand is one number: its value once, and spread.
            NUMBER one;
            PUBLIC(grad_unary)((grad_operation)at.op, 1, a.data, &one);
            for (size_t i = 0; i < n; i++) y[i] = one;
        }
    } else if (at.op <= GRAD_LAST_BINARY) {
        PUBLIC(grad_binary)((grad_operation)at.op, n, a.data, a.stride, b.data, b.stride, y);
    } else if (at.op == GRAD_WHERE) {
        PUBLIC(grad_where)(n, a.data, a.stride, b.data, b.stride, c.data, c.stride, y);
    } else {
        run_three(at.op, n, a, b, c, y);
    }
}

// The hand is memory here.
static void run_plainly(grad_instruction at, size_t n, const block_register *registers, NUMBER *hand) {
    block_register operands[3];
    const uint16_t numbers[3] = {at.a, at.op > GRAD_LAST_UNARY ? at.b : at.a, at.op > GRAD_LAST_BINARY ? at.c : at.a};
    for (int k = 0; k < 3; k++) operands[k] = numbers[k] == GRAD_HAND ? (block_register){hand, 1} : registers[numbers[k]];
    NUMBER *y = at.dst == GRAD_HAND ? hand : registers[at.dst].data;
    run_instruction(at, n, operands[0], operands[1], operands[2], y);
    if (at.dst != GRAD_HAND && hand) memcpy(hand, y, n * sizeof *y);
}

static void run_block(const grad_fused *chain, size_t n, const block_register *registers) {
    NUMBER hand[BLOCK];
    const grad_instruction *code = chain->code;
    const grad_strand_step *steps = chain->steps;
    for (size_t k = 0; k < chain->strand_count; k++) {
        const grad_strand strand = chain->strands[k];
        if (strand.steps > 0) {
            run_rows(steps, strand.steps, n, registers);
        } else {
            for (size_t i = 0; i < strand.instructions; i++) run_plainly(code[i], n, registers, strand.instructions > 1 ? hand : NULL);
        }
        code += strand.instructions;
        steps += strand.steps;
    }
}

// So many numbers of a row that repeats, from its place on: read once, and then copied twice as far each time.
static void fill_from_row(const NUMBER *row, size_t length, size_t place, size_t n, NUMBER *room) {
    const size_t whole = n < length ? n : length, end = whole < length - place ? whole : length - place;
    memcpy(room, row + place, end * sizeof *room);
    memcpy(room + end, row, (whole - end) * sizeof *room);
    for (size_t done = whole; done < n;) {
        const size_t run = done < n - done ? done : n - done;
        memcpy(room + done, room, run * sizeof *room);
        done += run;
    }
}

// Elements first ... first + n of a broadcast input.
static void fill(const grad_fused_input *input, size_t first, size_t n, NUMBER *room) {
    const NUMBER *data = input->data;
    const size_t repeat = input->repeat, period = input->period, run = input->run;
    if (repeat == 1) return fill_from_row(data, period, first % period, n, room);
    const size_t group = run * repeat;
    size_t index = first / group * run % period;
    for (size_t done = 0, left = group - first % group; done < n; left = group) {
        const size_t count = left < n - done ? left : n - done;
        if (run > 1) {
            fill_from_row(data + index, run, (first + done) % run, count, room + done);
        } else {
            for (size_t k = 0; k < count; k++) room[done + k] = data[index];
        }
        done += count;
        index += run;
        if (index == period) index = 0;
    }
}

GRAD_INLINE int is_whole(const grad_fused_input *input) { return input->repeat == 1 && input->period >= PTRDIFF_MAX; }
GRAD_INLINE int is_one(const grad_fused_input *input) { return input->repeat >= PTRDIFF_MAX || input->period == 1; }

// Where a block of a broadcast input is: a row that holds all of it is read where it lies, and one that repeats within the blocks, as long as the block
// before, was put down with that.
static NUMBER *broadcast(const grad_fused_input *input, size_t first, size_t n, NUMBER *room, size_t before) {
    const size_t row = input->repeat == 1 ? input->period : input->run, group = input->repeat == 1 ? PTRDIFF_MAX : row * input->repeat;
    if (row > 1) {
        const size_t index = first % row;
        if (index + n <= row) return (NUMBER *)input->data + (first / group * row % input->period + index);
        if (before && before % row == 0 && (first - before) / group == (first + n - 1) / group) return room;
    }
    fill(input, first, n, room);
    return room;
}

// The sums' blocks, joined as they come by a binary counter: reductions.h has the same.
typedef struct {
    NUMBER lanes[LANES], trees[64];
    size_t count, blocks;
} sum_tree;

static void add_block(sum_tree *tree, NUMBER value) {
    for (size_t carry = tree->blocks; carry & 1; carry >>= 1) value = tree->trees[--tree->count] + value;
    tree->trees[tree->count++] = value;
    tree->blocks++;
}
static NUMBER total(sum_tree *tree) {
    if (tree->count == 0) return 0;
    NUMBER value = tree->trees[--tree->count];
    while (tree->count > 0) value = tree->trees[--tree->count] + value;
    return value;
}

// A block of a chain is part of a block of the sum, whose lanes wait for the other parts. The factor's data is null where there is none.
static void add_to_sum(sum_tree *tree, block_register source, block_register factor, size_t n, size_t part, int last) {
    NUMBER room[BLOCK], more[BLOCK];
    const NUMBER *x = spread(source, n, room), *y = factor.data ? spread(factor, n, more) : NULL;
    if (part == 0 && last && n < FEW) {
        NUMBER value;
        for (size_t i = 0; i < n; i++) room[i] = y ? x[i] * y[i] : x[i];
        PUBLIC(grad_reduce)(GRAD_REDUCE_SUM, 1, n, 1, room, &value);
        add_block(tree, value);
        return;
    }
    if (part == 0) memset(tree->lanes, 0, sizeof tree->lanes);
    if (y) PUBLIC(grad_dot_lanes)(n, x, y, tree->lanes); else PUBLIC(grad_sum_lanes)(n, x, tree->lanes);
    if (part == PARTS - 1 || last) add_block(tree, PUBLIC(grad_sum_of_lanes)(tree->lanes));
}

// Scratch memory: the registers' table, the sums' trees, one block for each register that is not memory of the caller's.
GRAD_INLINE size_t rounded_up(size_t bytes) { return (bytes + 63) / 64 * 64; }
static size_t tables_size(const grad_fused *chain) {
    return rounded_up(chain->registers * sizeof(block_register)) + rounded_up(chain->sum_count * sizeof(sum_tree));
}
size_t PUBLIC(grad_fused_scratch)(const grad_fused *chain) {
    return tables_size(chain) + chain->registers * BLOCK * sizeof(NUMBER) + 64;
}

// Whole rows, and whole vectors of a strand as well where a block has room for both.
size_t PUBLIC(grad_fused_block)(size_t row_length) {
    if (row_length == 0) return BLOCK;
    size_t even = row_length;
    while (even % FEW_ROWS != 0 && even <= BLOCK) even *= 2;
    return even <= BLOCK ? BLOCK / even * even : BLOCK / row_length * row_length;
}

void PUBLIC(grad_fused)(const grad_fused *chain, size_t first, size_t n, void *scratch) {
    char *memory = (char *)(((uintptr_t)scratch + 63) / 64 * 64);
    block_register *registers = (block_register *)memory;
    sum_tree *trees = (sum_tree *)(memory + rounded_up(chain->registers * sizeof(block_register)));
    NUMBER *rooms = (NUMBER *)(memory + tables_size(chain));
    for (size_t k = 0; k < chain->sum_count; k++) trees[k].count = trees[k].blocks = 0;
    for (size_t k = 0; k < chain->registers; k++) registers[k] = (block_register){rooms + k * BLOCK, 1};

    const size_t inputs = chain->input_count;
    for (size_t k = 0; k < inputs; k++) {
        const grad_fused_input *input = &chain->inputs[k];
        if (is_one(input)) registers[k] = (block_register){(NUMBER *)input->data, 0};
    }
    const size_t block = PUBLIC(grad_fused_block)(chain->row_length);
    for (size_t done = 0; done < n; done += block) {
        const size_t count = n - done < block ? n - done : block, start = first + done;
        for (size_t k = 0; k < inputs; k++) {
            const grad_fused_input *input = &chain->inputs[k];
            if (is_whole(input)) registers[k].data = (NUMBER *)input->data + start;
            else if (!is_one(input)) registers[k].data = broadcast(input, start, count, rooms + k * BLOCK, done > 0 ? block : 0);
        }
        for (size_t k = 0; k < chain->output_count; k++) registers[inputs + k].data = (NUMBER *)chain->outputs[k] + start;
        run_block(chain, count, registers);

        for (size_t k = 0; k < chain->sum_count; k++) {
            const grad_fused_sum sum = chain->sums[k];
            const block_register factor = sum.factor == GRAD_NO_FACTOR ? (block_register){0} : registers[sum.factor];
            add_to_sum(&trees[k], registers[sum.source], factor, count, done / BLOCK % PARTS, done + count >= n);
        }
        for (size_t k = 0; k < chain->row_sum_count; k++) {
            const size_t length = chain->row_length;
            NUMBER *sums = (NUMBER *)chain->row_sums[k].sums + start / length;
            PUBLIC(grad_reduce)(GRAD_REDUCE_SUM, count / length, length, 1, registers[chain->row_sums[k].source].data, sums);
        }
    }
    for (size_t k = 0; k < chain->sum_count; k++) *(NUMBER *)chain->sums[k].sum = total(&trees[k]);
}

size_t PUBLIC(grad_fused_cut)(size_t n) {
    if (n <= SUMMED) return n;
    size_t cut = SUMMED;
    while (cut < n - cut) cut *= 2;
    return cut;
}
