/*
 * JSON to Lua's values and back.
 *
 * | JSON | Lua |
 * |---|---|
 * | object | table |
 * | array | table, with a metatable by which an empty one stays an array |
 * | null | `steploom.null` |
 * | number | integer, if it is one of 64 bits, else float |
 */
#ifndef JSON_H
#define JSON_H

#include "lauxlib.h"
#include "lua.h"
#include "steploom.h"

/* Levels of nested values. A circle of tables has more. */
#define JSON_LEVELS_MAX 200

/* Under this name the registry has the metatable of arrays. */
#define JSON_ARRAY "steploom.array"

/* Raises an error that has a name. */
static int json_fail(lua_State *L, const char *name, const char *message) {
    lua_createtable(L, 0, 2);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, message);
    lua_setfield(L, -2, "message");
    return lua_error(L);
}

/* ---- Reading ---- */

static const char *json_read(lua_State *L, const char *at, const char *end, int level);

static const char *json_read_string(lua_State *L, const char *at, const char *end) {
    steploom_text quoted = {at, 0};
    at = steploom_skip_string(at, end);
    quoted.len = (size_t)(at - quoted.data);
    if (quoted.len >= 2 && !memchr(quoted.data, '\\', quoted.len)) {
        lua_pushlstring(L, quoted.data + 1, quoted.len - 2);
        return at;
    }
    steploom_buffer text = {0};
    if (!steploom_add_unquoted(&text, quoted)) json_fail(L, "InvalidEvent", "a string does not end");
    lua_pushlstring(L, text.data, text.len);
    free(text.data);
    return at;
}

static const char *json_read_array(lua_State *L, const char *at, const char *end, int level) {
    lua_newtable(L);
    luaL_setmetatable(L, JSON_ARRAY);
    at = steploom_skip_space(at + 1, end);
    for (lua_Integer index = 1; at < end && *at != ']'; index++) {
        at = steploom_skip_space(json_read(L, at, end, level + 1), end);
        lua_rawseti(L, -2, index);
        if (at < end && *at == ',') at = steploom_skip_space(at + 1, end);
    }
    return at + 1;
}

static const char *json_read_object(lua_State *L, const char *at, const char *end, int level) {
    lua_newtable(L);
    at = steploom_skip_space(at + 1, end);
    while (at < end && *at == '"') {
        at = steploom_skip_space(json_read_string(L, at, end), end);
        at = steploom_skip_space(at + 1, end); /* behind the colon */
        at = steploom_skip_space(json_read(L, at, end, level + 1), end);
        lua_rawset(L, -3);
        if (at < end && *at == ',') at = steploom_skip_space(at + 1, end);
    }
    return at + 1;
}

/* Pushes the value that begins at `at`, and gives the place behind it. */
static const char *json_read(lua_State *L, const char *at, const char *end, int level) {
    if (level > JSON_LEVELS_MAX) json_fail(L, "InvalidEvent", "the event is nested too deep");
    luaL_checkstack(L, 4, "the event is nested too deep");
    if (at >= end) json_fail(L, "InvalidEvent", "the event is no JSON");
    if (*at == '"') return json_read_string(L, at, end);
    if (*at == '[') return json_read_array(L, at, end, level);
    if (*at == '{') return json_read_object(L, at, end, level);
    const char *behind = steploom_skip_value(at, end);
    if (*at == 'n') {
        lua_pushlightuserdata(L, NULL);
    } else if (*at == 't' || *at == 'f') {
        lua_pushboolean(L, *at == 't');
    } else {
        /* Lua reads every number of JSON, if a 0 stands behind it. */
        const char *digits = lua_pushlstring(L, at, (size_t)(behind - at));
        if (!lua_stringtonumber(L, digits)) json_fail(L, "InvalidEvent", "the event is no JSON");
        lua_remove(L, -2);
    }
    return behind;
}

/* ---- Writing ---- */

static void json_write(lua_State *L, int index, steploom_buffer *json, int level);

static void json_write_number(lua_State *L, int index, steploom_buffer *json) {
    if (lua_isinteger(L, index)) {
        steploom_add_integer(json, lua_tointeger(L, index));
        return;
    }
    double number = lua_tonumber(L, index);
    if (number - number != 0) json_fail(L, "InvalidResult", "JSON has neither infinity nor NaN");
    char digits[32];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number) break;
    }
    steploom_add(json, digits);
}

static void json_write_array(lua_State *L, int index, steploom_buffer *json, int level) {
    lua_Integer length = (lua_Integer)lua_rawlen(L, index);
    steploom_add(json, "[");
    for (lua_Integer at = 1; at <= length; at++) {
        if (at > 1) steploom_add(json, ",");
        lua_rawgeti(L, index, at);
        json_write(L, lua_gettop(L), json, level + 1);
        lua_pop(L, 1);
    }
    steploom_add(json, "]");
}

static void json_write_object(lua_State *L, int index, steploom_buffer *json, int level) {
    bool is_first = true;
    steploom_add(json, "{");
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING) json_fail(L, "InvalidResult", "a table has names and other keys, or gaps");
        steploom_text name = {NULL, 0};
        name.data = lua_tolstring(L, -2, &name.len);
        if (!is_first) steploom_add(json, ",");
        is_first = false;
        steploom_add_quoted(json, name);
        steploom_add(json, ":");
        json_write(L, lua_gettop(L), json, level + 1);
    }
    steploom_add(json, "}");
}

/* Whether a table is an array: it says so, or it has the keys from 1 to its length and no other. */
static bool json_is_array(lua_State *L, int index) {
    bool is_marked = false;
    if (lua_getmetatable(L, index)) {
        luaL_getmetatable(L, JSON_ARRAY);
        is_marked = lua_rawequal(L, -1, -2);
        lua_pop(L, 2);
    }
    lua_Unsigned length = lua_rawlen(L, index), keys = 0;
    if (is_marked || length == 0) return is_marked;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) keys++;
    return keys == length;
}

/* Adds the value at `index`, which counts from the bottom. */
static void json_write(lua_State *L, int index, steploom_buffer *json, int level) {
    if (level > JSON_LEVELS_MAX) json_fail(L, "InvalidResult", "the result is nested too deep, or in a circle");
    luaL_checkstack(L, 6, "the result is nested too deep");
    steploom_text text = {NULL, 0};
    switch (lua_type(L, index)) {
        case LUA_TNIL: steploom_add(json, "null"); return;
        case LUA_TBOOLEAN: steploom_add(json, lua_toboolean(L, index) ? "true" : "false"); return;
        case LUA_TNUMBER: json_write_number(L, index, json); return;
        case LUA_TSTRING:
            text.data = lua_tolstring(L, index, &text.len);
            steploom_add_quoted(json, text);
            return;
        case LUA_TTABLE:
            if (json_is_array(L, index)) {
                json_write_array(L, index, json, level);
            } else {
                json_write_object(L, index, json, level);
            }
            return;
        case LUA_TLIGHTUSERDATA:
            if (!lua_touserdata(L, index)) {
                steploom_add(json, "null");
                return;
            }
            break;
        default: break;
    }
    lua_pushfstring(L, "a %s cannot be JSON", luaL_typename(L, index));
    json_fail(L, "InvalidResult", lua_tostring(L, -1));
}

#endif
