#include "include/programs.h"
#include "strand_forms.h"

// The form that an operation has with its first, second or third operand in hand.
static const unsigned char forms[GRAD_LAST_OPERATION + 1][3] = {
#define ALONE_ENTRY(name, EXPRESSION) [GRAD_##name] = {FORM_##name},
    EACH_ALONE(ALONE_ENTRY)
    [GRAD_ADD] = {FORM_ADD, FORM_ADD}, [GRAD_MUL] = {FORM_MUL, FORM_MUL}, [GRAD_SUB] = {FORM_SUB, FORM_FROM},
    [GRAD_DIV] = {FORM_DIV, FORM_UNDER}, [GRAD_GT] = {FORM_GT, FORM_LT}, [GRAD_LT] = {FORM_LT, FORM_GT},
    [GRAD_MUL_ADD] = {FORM_MUL_ADD, FORM_MUL_ADD, FORM_ADD_TO}, [GRAD_MUL_SUB] = {FORM_MUL_SUB, FORM_MUL_SUB, FORM_SUB_FROM},
    [GRAD_SUB_MUL] = {FORM_SUB_MUL, FORM_SUB_MUL, FORM_LESS}, [GRAD_WHERE] = {FORM_WHERE},
};

static int reads_hand(grad_instruction at) {
    return at.a == GRAD_HAND || (at.op > GRAD_LAST_UNARY && (at.b == GRAD_HAND || (at.op > GRAD_LAST_BINARY && at.c == GRAD_HAND)));
}

// Whether a register is one number for all.
static int is_single(const grad_fused *chain, uint16_t number) {
    if (number >= chain->input_count) return 0;
    const grad_fused_input *input = &chain->inputs[number];
    return input->repeat >= PTRDIFF_MAX || input->period == 1;
}

// The steps of a strand of so many instructions, with the load of its first operand before them; 0 where one of them has no form.
static size_t make_steps(const grad_fused *chain, const grad_instruction *code, size_t count, grad_strand_step *steps) {
    const uint16_t first = code[0].a;
    steps[0] = (grad_strand_step){.form = is_single(chain, first) ? FORM_SPREAD : FORM_LOAD, .x = first, .y = first, .out = GRAD_HAND};
    for (size_t k = 0; k < count; k++) {
        const grad_instruction at = code[k];
        const uint16_t hand = k == 0 ? at.a : GRAD_HAND;
        const int place = at.a == hand ? 0 : at.op <= GRAD_LAST_BINARY || at.b == hand ? 1 : 2;
        unsigned form = forms[at.op][place];
        if (form == FORM_NONE) return 0;
        uint16_t x = first, y = first;
        if (at.op > GRAD_LAST_UNARY) {
            x = place == 0 ? at.b : at.a;
            form += is_single(chain, x) ? 1 : 0;
        }
        if (at.op > GRAD_LAST_BINARY) {
            y = place == 2 ? at.b : at.c;
            form += is_single(chain, y) ? 2 : 0;
        }
        steps[k + 1] = (grad_strand_step){.form = (uint16_t)form, .x = x, .y = y, .out = at.dst};
    }
    return count + 1;
}

size_t grad_make_strands(const grad_fused *chain, grad_strand *strands, grad_strand_step *steps) {
    size_t made = 0, used = 0;
    for (size_t k = 0, end; k < chain->instructions; k = end) {
        for (end = k + 1; end < chain->instructions && reads_hand(chain->code[end]); end++) {}
        const size_t count = make_steps(chain, chain->code + k, end - k, steps + used);
        strands[made++] = (grad_strand){.instructions = (uint32_t)(end - k), .steps = (uint32_t)count};
        used += count;
    }
    return made;
}
