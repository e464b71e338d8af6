/*
 * Lua 5.4 in one file, as C for WebAssembly without exceptions. Elsewhere, as in tests, Lua is as it always is.
 *
 * Lua raises an error by leaving all functions up to the last protected call at once, with setjmp and longjmp, which WebAssembly
 * does not have. Binaryen's Asyncify does it instead: it makes each function return as soon as an unwinding has
 * begun. It does so to be able to enter all of them again, and keeps what it needs for that; an error never goes back, so
 * that is thrown away.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifdef __wasm__

/* ---- Errors ---- */

/* Where Asyncify keeps what it finds in the functions that it leaves: enough for Lua's 200 nested calls of C. */
static char left_frames[256 * 1024];
static struct {
    char *at;
    char *end;
} left;
static bool is_leaving;

__attribute__((import_module("asyncify"), import_name("start_unwind"))) void start_leaving(void *left);
__attribute__((import_module("asyncify"), import_name("stop_unwind"))) void stop_leaving(void);

/* Has a function of its own: the one that begins it is the one that Asyncify leaves as it is. */
__attribute__((noinline)) static void leave(void) {
    is_leaving = true;
    left.at = left_frames;
    left.end = left_frames + sizeof left_frames;
    start_leaving(&left);
}

#define _SETJMP_H /* There is none. */
#define luai_jmpbuf int
#define LUAI_THROW(L, c) leave()
#define LUAI_TRY(L, c, a) \
    { \
        a if (is_leaving) { \
            is_leaving = false; \
            stop_leaving(); \
        } \
    }

/* The one place where Lua catches. It must stay a function: Asyncify leaves it as it is, too. */
struct lua_State;
__attribute__((noinline)) int luaD_rawrunprotected(struct lua_State *L, void (*f)(struct lua_State *L, void *ud), void *ud);

/* ---- What this C library has not ---- */

#define l_signalT int
#define LUA_TMPNAMBUFSIZE 1
#define lua_tmpnam(name, error) \
    { \
        (void)name; \
        error = 1; \
    }

FILE *tmpfile(void) { return NULL; }

int system(const char *command) { return command ? -1 : 0; }

clock_t clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (clock_t)now.tv_sec * CLOCKS_PER_SEC + now.tv_nsec / (1000000000 / CLOCKS_PER_SEC);
}

#endif

/* ---- Lua: its core, then its library ---- */

#define LUA_CORE
#define LUA_LIB

#include "lprefix.h"

#include "lzio.c"
#include "lctype.c"
#include "lopcodes.c"
#include "lmem.c"
#include "lundump.c"
#include "ldump.c"
#include "lstate.c"
#include "lgc.c"
#include "llex.c"
#include "lcode.c"
#include "lparser.c"
#include "ldebug.c"
#include "lfunc.c"
#include "lobject.c"
#include "ltm.c"
#include "lstring.c"
#include "ltable.c"
#include "ldo.c"
#include "lvm.c"
#include "lapi.c"

#include "lauxlib.c"
#include "lbaselib.c"
#include "lcorolib.c"
#include "ldblib.c"
#include "liolib.c"
#include "lmathlib.c"
#include "loadlib.c"
#include "loslib.c"
#include "lstrlib.c"
#include "ltablib.c"
#include "lutf8lib.c"
#include "linit.c"
