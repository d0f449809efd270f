#define GRAD_CLONES
#define GRAD_STRAND_ROWS run_rows_plain
#define AT_WIDTH(name) name##_plain
