#define GRAD_CLONES __attribute__((target("arch=x86-64-v3,tune=x86-64")))
#define GRAD_STRAND_ROWS run_rows_v3
#define AT_WIDTH(name) name##_avx2
