#ifndef GRAD_LEDGER_H
#define GRAD_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The bytes that one session holds. Whatever holds memory for a session points here, from whichever thread it is freed, and the
// ledger lives until the last of them is gone: the count of bytes, with one more for the session itself, is also the count of references.
typedef struct {
    int64_t held;
    // Not 0 once what the session runs is to stop: helpers of a kernel look here between two blocks.
    int32_t stop;
    // Whether the run is to stop, for loops in C.
    bool (*ask)(void);
    // The session's account, for the thread that runs it; null once the session is gone.
    void *owner;
} grad_ledger;

// Null when there is no memory even for that.
grad_ledger *grad_ledger_create(void *owner);
// The session is gone; its memory may still be held.
void grad_ledger_close(grad_ledger *ledger);

// The ledger of the session that this thread runs now; null outside of a run.
extern _Thread_local grad_ledger *grad_current_ledger;
static inline grad_ledger *grad_ledger_current(void) { return grad_current_ledger; }
// Makes a ledger the current one, and gives the one before.
static inline grad_ledger *grad_ledger_enter(grad_ledger *ledger) {
    grad_ledger *previous = grad_current_ledger;
    grad_current_ledger = ledger;
    return previous;
}

static inline void grad_ledger_charge(grad_ledger *ledger, int64_t bytes) {
    __atomic_fetch_add(&ledger->held, bytes, __ATOMIC_RELAXED);
}
void grad_ledger_free(grad_ledger *ledger);
static inline void grad_ledger_release(grad_ledger *ledger, int64_t bytes) {
    if (__atomic_sub_fetch(&ledger->held, bytes, __ATOMIC_ACQ_REL) == 0) grad_ledger_free(ledger);
}
static inline int64_t grad_ledger_held(const grad_ledger *ledger) { return __atomic_load_n(&ledger->held, __ATOMIC_RELAXED) - 1; }

static inline int32_t grad_ledger_stop(const grad_ledger *ledger) { return __atomic_load_n(&ledger->stop, __ATOMIC_RELAXED); }
static inline void grad_ledger_set_stop(grad_ledger *ledger, int32_t reason) {
    __atomic_store_n(&ledger->stop, reason, __ATOMIC_RELAXED);
}

// Between two blocks of a long loop: whether to leave the rest undone. Nobody will see the result.
static inline bool grad_should_stop(void) {
    const grad_ledger *ledger = grad_current_ledger;
    return ledger && (grad_ledger_stop(ledger) != 0 || (ledger->ask && ledger->ask()));
}

// What the process may have in memory: physical memory, or less where the system or a container allows less. Looked up once per call.
int64_t grad_memory_of_machine(void);

// Whether the system gives that much memory in one piece now.
bool grad_can_allocate(size_t bytes);

// Gives free memory back to the system, where the C library keeps it.
void grad_give_back(void);

// Asks the system to back memory that was not touched yet, from a page's start on, with huge pages, where it has them.
void grad_prefer_huge_pages(void *block, size_t bytes);

// Seconds of a clock that never goes back.
double grad_seconds(void);

#endif
