/*
 * Runs the tests of a script, on this computer: the global functions of handler_test.lua whose names begin with `test_`.
 *
 * Before them the script itself runs, so that they call `handler` as any function. Where there is no platform to call back,
 * calls raise `NoPlatform`; a test may put functions of its own in their place.
 */
#include "carrier.c"

static const char tests[] = {
#embed "handler_test.lua"
};

/* Prints what went wrong, and where. */
static int explain(lua_State *L) {
    if (lua_istable(L, 1) && lua_getfield(L, 1, "name") == LUA_TSTRING) {
        lua_getfield(L, 1, "message");
        lua_pushfstring(L, "%s: %s", lua_tostring(L, 2), luaL_optstring(L, 3, ""));
        lua_replace(L, 1);
    }
    luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
    return 1;
}

/* The names of the tests, in order, as an array. */
static void list_tests(lua_State *L) {
    lua_newtable(L);
    lua_pushglobaltable(L);
    lua_Integer count = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        bool is_test = lua_type(L, -2) == LUA_TSTRING && strncmp(lua_tostring(L, -2), "test_", 5) == 0;
        if (!is_test || !lua_isfunction(L, -1)) continue;
        lua_pushvalue(L, -2);
        lua_rawseti(L, -5, ++count);
    }
    lua_pop(L, 1);
    lua_getglobal(L, "table");
    lua_getfield(L, -1, "sort");
    lua_pushvalue(L, -3);
    lua_call(L, 1, 0);
    lua_pop(L, 1);
}

/* Opens what a script has, and runs it and its tests' file. */
static int load(lua_State *L) {
    open_all(L);
    if (luaL_loadbufferx(L, tests, sizeof tests, "@handler_test.lua", "t") != LUA_OK) return lua_error(L);
    lua_call(L, 0, 0);
    list_tests(L);
    return 1;
}

int main(void) {
    lua_State *L = luaL_newstate();
    lua_pushcfunction(L, explain);
    lua_pushcfunction(L, load);
    if (lua_pcall(L, 0, 1, 1) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        return 1;
    }
    lua_Integer count = luaL_len(L, 2), failed = 0;
    for (lua_Integer at = 1; at <= count; at++) {
        lua_rawgeti(L, 2, at);
        const char *name = lua_tostring(L, 3);
        lua_getglobal(L, name);
        if (lua_pcall(L, 0, 0, 1) == LUA_OK) {
            fprintf(stderr, "%s: ok\n", name);
        } else {
            fprintf(stderr, "%s: %s\n", name, lua_tostring(L, -1));
            failed++;
        }
        lua_settop(L, 2);
    }
    fprintf(stderr, "%d tests, %d failed\n", (int)count, (int)failed);
    return count == 0 || failed > 0;
}
