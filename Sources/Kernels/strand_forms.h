#ifndef GRAD_STRAND_FORMS_H
#define GRAD_STRAND_FORMS_H

// What an instruction of a strand makes of the hand, h; X and Y are vectors of a block, or one number. See strands.h.
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

#endif
