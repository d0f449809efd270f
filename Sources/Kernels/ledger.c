#define _GNU_SOURCE
#include "ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

_Thread_local grad_ledger *grad_current_ledger;

grad_ledger *grad_ledger_create(void *owner) {
    grad_ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger) return 0;
    ledger->held = 1;
    ledger->owner = owner;
    return ledger;
}

void grad_ledger_free(grad_ledger *ledger) { free(ledger); }

void grad_ledger_close(grad_ledger *ledger) {
    ledger->owner = 0;
    grad_ledger_release(ledger, 1);
}

// The first number in a file of the system; `otherwise` where there is none.
static int64_t number_in(const char *path, int64_t otherwise) {
    FILE *file = fopen(path, "re");
    if (!file) return otherwise;
    long long number;
    int found = fscanf(file, "%lld", &number);
    fclose(file);
    return found == 1 && number >= 0 ? number : otherwise;
}

int64_t grad_memory_of_machine(void) {
    int64_t page = sysconf(_SC_PAGESIZE);
    int64_t pages = sysconf(_SC_PHYS_PAGES);
    int64_t bytes = page > 0 && pages > 0 ? page * pages : INT64_MAX;
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        // What is mapped already, stacks and libraries, is no longer free; a quarter is left for what is not counted: blocks are rounded up.
        int64_t mapped = number_in("/proc/self/statm", 0) * page;
        int64_t left = ((int64_t)limit.rlim_cur - mapped) / 4 * 3 - (64 << 20);
        if (left < bytes) bytes = left > (1 << 20) ? left : 1 << 20;
    }
    int64_t container = number_in("/sys/fs/cgroup/memory.max", INT64_MAX);
    return container < bytes ? container : bytes;
}

bool grad_can_allocate(size_t bytes) {
    // Through a volatile pointer, or the compiler leaves out a malloc whose memory nobody uses.
    void *volatile block = malloc(bytes);
    bool given = block != 0;
    free(block);
    return given;
}

void grad_give_back(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

void grad_prefer_huge_pages(void *block, size_t bytes) {
#if defined(MADV_HUGEPAGE)
    // Where the system has none, the block stays as it is.
    (void)madvise(block, bytes, MADV_HUGEPAGE);
#endif
}

double grad_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
