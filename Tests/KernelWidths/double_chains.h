// What a chain calls is the program's own, whose widths are tested by themselves; what is compiled here has names of its own.
#define grad_fused_f64 AT_WIDTH(grad_fused_f64)
#define grad_fused_scratch_f64 AT_WIDTH(grad_fused_scratch_f64)
#define grad_fused_block_f64 AT_WIDTH(grad_fused_block_f64)
#define grad_fused_cut_f64 AT_WIDTH(grad_fused_cut_f64)
#include "../../Sources/Kernels/fused_f64.c"
