/*
 * Carries a script in Lua: a module of the kind `reactor` that has Lua, its library and the script inside.
 *
 * Every call has an instance of its own. It makes Lua's state, runs the script from its first line, and calls what the script
 * has as the global `handler`, with the event and the call's context. Nothing is freed: the instance ends with the call.
 */
#include "lua.c"

#include "calls.h"
#include "lualib.h"

/* What error messages call the script. */
#define SCRIPT_NAME "@handler.lua"

static const char script[] = {
#embed "handler.lua"
};

/* Of errors that were raised without a name. */
#define UNNAMED "LuaError"

/* ---- What scripts have as `steploom` ---- */

/* steploom.fail(name, message) */
static int script_fail(lua_State *L) {
    return json_fail(L, luaL_checkstring(L, 1), luaL_optstring(L, 2, ""));
}

/* steploom.array(table) gives it back as an array, also if it is empty. */
static int script_array(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    luaL_setmetatable(L, JSON_ARRAY);
    return 1;
}

/* steploom.log.info(message, fields), whose level is the function's own value. */
static int script_log(lua_State *L) {
    steploom_level level = (steploom_level)lua_tointeger(L, lua_upvalueindex(1));
    const char *message = luaL_checkstring(L, 1);
    steploom_field fields[STEPLOOM_FIELDS_MAX];
    size_t count = 0;
    lua_settop(L, 2);
    if (lua_istable(L, 2)) {
        for (lua_pushnil(L); count < STEPLOOM_FIELDS_MAX && lua_next(L, 2); lua_pop(L, 1)) {
            if (lua_type(L, -2) != LUA_TSTRING) continue;
            steploom_buffer json = {0};
            json_write(L, lua_gettop(L), &json, 0);
            fields[count++] = steploom_json_field(lua_tostring(L, -2), steploom_written(&json));
        }
    }
    steploom_log_fields(level, message, fields, count);
    return 0;
}

static int open_steploom(lua_State *L) {
    static const luaL_Reg functions[] = {{"fail", script_fail}, {"array", script_array}, {NULL, NULL}};
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    luaL_newmetatable(L, JSON_ARRAY);
    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    lua_newtable(L);
    for (int level = STEPLOOM_DEBUG; level <= STEPLOOM_ERROR; level++) {
        lua_pushinteger(L, level);
        lua_pushcclosure(L, script_log, 1);
        lua_setfield(L, -2, levels[level]);
    }
    lua_setfield(L, -2, "log");
    calls_open(L);
    return 1;
}

/* ---- The call ---- */

static void set_text(lua_State *L, const char *name, const char *text) {
    lua_pushstring(L, text); /* nil for NULL */
    lua_setfield(L, -2, name);
}

static void push_context(lua_State *L) {
    steploom_context context = steploom_get_context();
    lua_newtable(L);
    set_text(L, "request_id", context.request_id);
    set_text(L, "function_name", context.function);
    set_text(L, "account", context.account);
    set_text(L, "deadline", context.deadline);
    set_text(L, "execution", context.execution);
    set_text(L, "state", context.state);
    set_text(L, "attempt", context.attempt);
    lua_pushinteger(L, context.version);
    lua_setfield(L, -2, "version");
    lua_pushinteger(L, context.retry);
    lua_setfield(L, -2, "retry");
}

/* Lua seeds its random numbers by the time in seconds, so that two calls could have the same. */
static void seed_random(lua_State *L) {
    lua_Integer seed[2];
    getentropy(seed, sizeof seed);
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    lua_pushinteger(L, seed[0]);
    lua_pushinteger(L, seed[1]);
    lua_call(L, 2, 0);
    lua_pop(L, 1);
}

/* Opens what a script has, and runs it from its first line. */
static void open_all(lua_State *L) {
    luaL_openlibs(L);
    seed_random(L);
    luaL_requiref(L, "steploom", open_steploom, 1);
    lua_pop(L, 1);
    if (luaL_loadbufferx(L, script, sizeof script, SCRIPT_NAME, "t") != LUA_OK) lua_error(L);
    lua_call(L, 0, 0);
}

/* Runs the script and its handler; the event is behind the pointer that it is given, the result's JSON goes into the buffer. */
static int answer(lua_State *L) {
    const steploom_text *event = lua_touserdata(L, 1);
    steploom_buffer *result = lua_touserdata(L, 2);
    open_all(L);
    if (lua_getglobal(L, "handler") != LUA_TFUNCTION) {
        return json_fail(L, "HandlerNotFound", "the script has no global function 'handler'");
    }
    json_read(L, steploom_skip_space(event->data, event->data + event->len), event->data + event->len, 0);
    push_context(L);
    lua_call(L, 2, 1);
    json_write(L, lua_gettop(L), result, 0);
    return 0;
}

/* Logs where an error was raised that the script did not mean. */
static int trace(lua_State *L) {
    if (lua_type(L, 1) != LUA_TSTRING) return 1;
    luaL_traceback(L, L, NULL, 1);
    const char *stack = lua_tostring(L, -1);
    steploom_log(STEPLOOM_ERROR, lua_tostring(L, 1), steploom_string_field("stack", stack));
    lua_settop(L, 1);
    return 1;
}

/* The error on top of the stack, as the host reads it. */
static steploom_answer failure(lua_State *L) {
    if (lua_istable(L, -1) && lua_getfield(L, -1, "name") == LUA_TSTRING) {
        lua_getfield(L, -2, "message");
        return steploom_error(lua_tostring(L, -2), luaL_optstring(L, -1, ""));
    }
    if (lua_isnil(L, -1)) lua_pop(L, 1); /* a table without a name */
    return steploom_error(UNNAMED, luaL_tolstring(L, -1, NULL));
}

steploom_answer handle(steploom_text event) {
    steploom_buffer result = {0};
    lua_State *L = luaL_newstate();
    if (!L) steploom_out_of_memory();
    lua_pushcfunction(L, trace);
    lua_pushcfunction(L, answer);
    lua_pushlightuserdata(L, &event);
    lua_pushlightuserdata(L, &result);
    int status = lua_pcall(L, 2, 0, 1);
    if (status == LUA_ERRMEM) steploom_out_of_memory();
    return status == LUA_OK ? steploom_result(steploom_written(&result)) : failure(L);
}

STEPLOOM_HANDLER(handle);
