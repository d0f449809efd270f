#define GRAD_CLONES __attribute__((target("arch=x86-64-v4,tune=x86-64")))
#define GRAD_STRAND_ROWS run_rows_v4
#define AT_WIDTH(name) name##_avx512
