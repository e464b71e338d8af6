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
