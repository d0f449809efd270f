#ifndef GRAD_PROGRAMS_H
#define GRAD_PROGRAMS_H

#include "kernels.h"

// What compiled plans run. One instruction is one operation on registers: numbers in a scalar program, blocks of numbers in a
// fused chain. The bits are those of the separate operations, in either form.

// Operations that only programs have, after those of grad_operation.
enum {
    GRAD_MUL_ADD = GRAD_WHERE + 1, // a * b + c, rounded twice like the two operations it stands for
    GRAD_MUL_SUB,                  // a * b - c
    GRAD_SUB_MUL,                  // c - a * b
    GRAD_GUARD,                    // scalar programs: leave unless (a != 0) == b, where b is 0 or 1 itself, not a register
    GRAD_SINGLE,                   // scalar programs: a rounded to the precision of f32
    GRAD_LAST_OPERATION = GRAD_SINGLE,
};

typedef struct {
    uint16_t op, dst, a, b, c;
} grad_instruction;

// Runs a program once. Gives -1 at its end, or the place of the first guard that failed. The registers are the caller's;
// constants are registers that no instruction writes.
enum { GRAD_RAN_TO_THE_END = -1 };
ptrdiff_t grad_run_scalar(const grad_instruction *code, size_t n, double *registers);

// Has instructions take the result of the one before out of the processor's own register, by operations of other numbers than those above. Once, on
// code that is only run from then on.
void grad_hand_over(grad_instruction *code, size_t n);

// Instructions for many turns at once, with vector instructions: results are columns, of a number for each turn, and operands from GRAD_COLUMN on
// are columns too, below it registers, the same number for all turns. The bits are those of a turn by itself.
enum { GRAD_COLUMN = 1 << 15, GRAD_COLUMN_TURNS = 256 };
void grad_run_columns(const grad_instruction *code, size_t n, const double *registers, double *const *columns, size_t turns);

// A program that is run again and again over the same registers. After each turn some of them are put down, then those that the next
// turn reads are moved to their places (none of them the origin of another move). A counter goes up by one from turn to turn, from what its register has
// before the first.
//
// What goes by the counter alone is `counted`, and computed for all turns before the first, in columns; column 0 is the counter. `fed` are the columns
// that the turns read, that of the counter among them, and the registers that they read them from; `kept` the registers that are put down, and their columns. `starts` are put down
// before the first turn, at the first place of a column, which may lie one before another's: that is then the numbers that turns found. `machine` is the same turns as
// machine code, or null.
typedef struct {
    uint16_t from, to;
} grad_move;
typedef struct grad_machine_code grad_machine_code;
typedef struct {
    const grad_instruction *code, *counted;
    const grad_move *moves, *fed, *kept, *starts;
    size_t instructions, counted_instructions, move_count, fed_count, kept_count, start_count, counter;
    double *const *columns;
    const grad_machine_code *machine;
} grad_scalar_loop;

// At most GRAD_COLUMN_TURNS turns. Stops at a guard that fails (gives its place; the turn puts nothing down and moves nothing). *turns is the number of whole
// turns made.
ptrdiff_t grad_run_scalar_loop(const grad_scalar_loop *loop, double *registers, size_t count, size_t *turns);

// Makes machine code of a loop's turns; its columns are looked up when it is run. Null where that cannot be had: on another processor than x86-64, say. It takes some ten microseconds, so it is for a loop of many turns.
grad_machine_code *grad_translate(const grad_scalar_loop *loop);
void grad_free_machine_code(grad_machine_code *code);

// Whether all numbers are smaller than a limit but for their sign; NaN is not.
int grad_are_below(size_t n, const double *x, double limit);

// Element i of an input is data[(i / (run repeat) run + i % run) % period]: runs of so many numbers, each so many times. Whole: run and repeat 1, period
// PTRDIFF_MAX (Int.max in Swift) or more; one number for all: repeat PTRDIFF_MAX or more; a row [columns] along [rows, columns]: repeat 1, period
// columns; a column [rows, 1]: repeat columns, period rows; [blocks, 1, columns] along [blocks, rows, columns]: run columns, repeat rows. None is 0.
typedef struct {
    const void *data;
    size_t repeat, period, run;
} grad_fused_input;

// *sum (a number of the chain's type) is the sum of a register over all elements, or of its products with a second one, associated as
// grad_reduce does it.
enum { GRAD_NO_FACTOR = UINT16_MAX };
typedef struct {
    void *sum;
    uint16_t source, factor;
} grad_fused_sum;

// The sums of a register's rows of row_length numbers each, associated as grad_reduce does it: sums[i] is that of row i.
typedef struct {
    void *sums;
    uint16_t source;
} grad_fused_row_sums;

// Chains: an operand that is the result of the instruction before, in the hand. As a result it is no register: nothing reads it later. The first
// of so many instructions puts its result in a register at least.
enum { GRAD_HAND = UINT16_MAX, GRAD_LONGEST_STRAND = 32 };

// A chain is run strand by strand: instructions each of which reads what the one before it made. Those of a strand with steps go through the processor's vector
// registers as a whole, many numbers at a time; one without steps is run instruction by instruction. A step says what is made of the hand (strand_forms.h), from which
// registers, and where it is put down: GRAD_HAND for nowhere.
typedef struct {
    uint32_t instructions, steps;
} grad_strand;
typedef struct {
    uint16_t form, x, y, out;
} grad_strand_step;

// An elementwise chain in one pass over memory. Registers are numbered inputs first, then outputs, then temporaries; an output may
// be read after it was written, and may be the memory of a whole input. Works on elements first to first + n; where a chain has
// sums, parts may be summed on their own and added afterwards with the same bits as the whole if the parts are cut as the tree
// of grad_reduce is: at grad_fused_cut_f64(n) elements, and so on in each part. Where row_length is not 0, a block holds whole rows of so many numbers, at most
// grad_fused_block of them; first is where a row begins then, and with sums row_length divides the block.
typedef struct {
    const grad_instruction *code;
    const grad_fused_input *inputs;
    void *const *outputs;
    const grad_fused_sum *sums;
    const grad_fused_row_sums *row_sums;
    size_t instructions, input_count, output_count, sum_count, row_sum_count, row_length, registers;
    // Of grad_make_strands.
    const grad_strand *strands;
    const grad_strand_step *steps;
    size_t strand_count;
} grad_fused;

// The strands of a chain, whose code and inputs' patterns are known: once, for all its runs. Gives how many there are: at most `instructions`, and twice as many steps.
size_t grad_make_strands(const grad_fused *chain, grad_strand *strands, grad_strand_step *steps);

// Numbers in a block that holds whole rows, for parts of a chain to begin with one.
size_t grad_fused_block_f64(size_t row_length);
size_t grad_fused_block_f32(size_t row_length);

// The bytes of scratch memory that a run needs (one for each thread).
size_t grad_fused_scratch_f64(const grad_fused *chain);
size_t grad_fused_scratch_f32(const grad_fused *chain);
void grad_fused_f64(const grad_fused *chain, size_t first, size_t n, void *scratch);
void grad_fused_f32(const grad_fused *chain, size_t first, size_t n, void *scratch);

// Where the sum of n elements is cut in two: the largest number of blocks that is a power of 2 and leaves something; n if
// it is one block. Sums of the two parts are added, left + right.
size_t grad_fused_cut_f64(size_t n);
size_t grad_fused_cut_f32(size_t n);

#endif
