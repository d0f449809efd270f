#ifndef GRAD_SCALAR_FUNCTIONS_H
#define GRAD_SCALAR_FUNCTIONS_H

#include "include/programs.h"

// What grad_hand_over adds to an instruction's operation, once for each operand up to the one that is handed over.
enum { GRAD_OPERATIONS = GRAD_LAST_OPERATION + 1 };

// The operations of one number or two as functions, for machine code to call; of f64_exp(double), say, or f64_pow(double, double).
typedef void grad_scalar_function(void);
extern grad_scalar_function *const grad_scalar_functions[GRAD_LAST_BINARY + 1];

// Runs turns that were translated; as grad_run_scalar_loop does between its columns.
ptrdiff_t grad_run_machine_code(const grad_machine_code *code, double *registers, double *const *columns, size_t count, size_t *turns);

#endif
