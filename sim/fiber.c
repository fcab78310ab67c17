/* See fiber.h. On x86-64 a switch is the registers that a call must keep and the
 * stack pointer; elsewhere it is swapcontext, which also asks the kernel for the
 * signal mask each time. AddressSanitizer is told of each switch. */
#define _GNU_SOURCE /* mmap's flags */
#include "fiber.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__SANITIZE_ADDRESS__)
#define TELL_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TELL_SANITIZER 1
#endif
#endif
#ifdef TELL_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

enum { STACK_SIZE = 512 * 1024, GUARD_SIZE = 64 * 1024 }; /* the guard faults when it overflows */

#ifdef __x86_64__

struct flow {
    void *stack_pointer;
};

/* Pushes what must be kept, stores the stack pointer, takes the other one. */
void fiber_switch(void **from, void *to);
__asm__(".text\n"
        ".globl fiber_switch\n"
        ".type fiber_switch, @function\n"
        "fiber_switch:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".size fiber_switch, .-fiber_switch\n"
        ".section .note.GNU-stack,\"\",@progbits\n"
        ".text\n");

static void flow_switch(struct flow *from, struct flow *to)
{
    fiber_switch(&from->stack_pointer, to->stack_pointer);
}

/* The first switch pops six registers and returns into `entry`. */
static void flow_init(struct flow *flow, void *stack, size_t size, void (*entry)(void))
{
    uintptr_t *top = (uintptr_t *)((char *)stack + size);
    *--top = 0; /* no caller; and the stack is aligned as after a call */
    *--top = (uintptr_t)entry;
    for (unsigned i = 0; i < 6; i++)
        *--top = 0;
    flow->stack_pointer = top;
}

#else
#include <ucontext.h>

struct flow {
    ucontext_t context;
};

static void flow_switch(struct flow *from, struct flow *to)
{
    swapcontext(&from->context, &to->context);
}

static void flow_init(struct flow *flow, void *stack, size_t size, void (*entry)(void))
{
    getcontext(&flow->context);
    flow->context.uc_stack.ss_sp = stack;
    flow->context.uc_stack.ss_size = size;
    flow->context.uc_link = NULL;
    makecontext(&flow->context, entry, 0);
}

#endif

struct fiber {
    struct flow here, outside;
    char *memory;
    void (*function)(void *context);
    void *context;
    bool running, ended;
    void *sanitizer_here, *sanitizer_outside;
    const void *outside_stack;
    size_t outside_size;
};

static struct fiber *entering; /* handed over to the first run */

static void tell_leave(void **save, const void *stack, size_t size)
{
#ifdef TELL_SANITIZER
    __sanitizer_start_switch_fiber(save, stack, size);
#else
    (void)save;
    (void)stack;
    (void)size;
#endif
}

static void tell_arrive(void *saved, const void **stack, size_t *size)
{
#ifdef TELL_SANITIZER
    __sanitizer_finish_switch_fiber(saved, stack, size);
#else
    (void)saved;
    (void)stack;
    (void)size;
#endif
}

static void entry(void)
{
    struct fiber *fiber = entering;
    tell_arrive(NULL, &fiber->outside_stack, &fiber->outside_size);
    fiber->function(fiber->context);
    fiber->ended = true;
    tell_leave(NULL, fiber->outside_stack, fiber->outside_size); /* NULL: for the last time */
    flow_switch(&fiber->here, &fiber->outside);
    abort();
}

struct fiber *fiber_new(void (*function)(void *context), void *context)
{
    struct fiber *fiber = calloc(1, sizeof *fiber);
    if (!fiber)
        return NULL;
    char *memory = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        free(fiber);
        return NULL;
    }
    mprotect(memory, GUARD_SIZE, PROT_NONE);
    fiber->memory = memory;
    fiber->function = function;
    fiber->context = context;
    flow_init(&fiber->here, memory + GUARD_SIZE, STACK_SIZE, entry);
    return fiber;
}

void fiber_free(struct fiber *fiber)
{
    if (!fiber)
        return;
    assert(!fiber->running);
    munmap(fiber->memory, GUARD_SIZE + STACK_SIZE);
    free(fiber);
}

void fiber_resume(struct fiber *fiber)
{
    assert(!fiber->running && !fiber->ended);
    fiber->running = true;
    entering = fiber;
    tell_leave(&fiber->sanitizer_outside, fiber->memory + GUARD_SIZE, STACK_SIZE);
    flow_switch(&fiber->outside, &fiber->here);
    tell_arrive(fiber->sanitizer_outside, NULL, NULL);
    fiber->running = false;
}

void fiber_yield(struct fiber *fiber)
{
    assert(fiber->running);
    tell_leave(&fiber->sanitizer_here, fiber->outside_stack, fiber->outside_size);
    flow_switch(&fiber->here, &fiber->outside);
    tell_arrive(fiber->sanitizer_here, &fiber->outside_stack, &fiber->outside_size);
}

bool fiber_has_ended(const struct fiber *fiber)
{
    return fiber->ended;
}
