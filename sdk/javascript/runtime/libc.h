/* Read before each of the engine's C sources. They take the stack of WebAssembly to be without end and check no depth
   where __wasi__ is defined; the headers of the C library that need it are read here, before it goes. */
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#undef __wasi__
/* So that allocations are counted with their sizes, by malloc_usable_size. */
#define __GLIBC__ 2

/* How deep the stack is, the engine tells by the address of a frame. But WebAssembly keeps most of a frame where no
   address leads; so each function that asks takes room in memory by which its whole frame can be measured. */
#define STEPLOOM_FRAME_BYTES 256
static inline __attribute__((always_inline)) void *steploom_frame(void) {
    char frame[STEPLOOM_FRAME_BYTES];
    void *place = frame;
    __asm__ volatile("" : "+r"(place) : : "memory");
    return place;
}
#define __builtin_frame_address(level) steploom_frame()
