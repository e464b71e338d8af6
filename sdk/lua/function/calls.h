/*
 * What scripts ask of the platform: `steploom.invoke`, `start`, `tasks`, `objects`, `keyvalue`, `config` and `fuel`.
 *
 * A call that fails raises an error with the platform's name for it, as `steploom.fail` does.
 */
#ifndef CALLS_H
#define CALLS_H

#include "json.h"

/* The reply, if all went well. */
static steploom_reply call_done(lua_State *L, steploom_reply reply) {
    if (reply.code) json_fail(L, reply.code, reply.message);
    return reply;
}

/* The JSON of an argument; no text where there is none. */
static steploom_text call_json(lua_State *L, int index) {
    steploom_buffer json = {0};
    if (!lua_isnoneornil(L, index)) json_write(L, index, &json, 0);
    return steploom_written(&json);
}

/* Bytes that are an argument. */
static steploom_text call_bytes(lua_State *L, int index) {
    steploom_text bytes = {NULL, 0};
    bytes.data = luaL_checklstring(L, index, &bytes.len);
    return bytes;
}

/* Pushes what JSON says; nil where there is no text. */
static int call_push_json(lua_State *L, steploom_text json) {
    if (json.len) {
        const char *end = json.data + json.len;
        json_read(L, steploom_skip_space(json.data, end), end, 0);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

/* Pushes bytes; nil where there are none. */
static int call_push_bytes(lua_State *L, steploom_text bytes) {
    if (bytes.data) {
        lua_pushlstring(L, bytes.data, bytes.len);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

/* Pushes the keys of a page, and what the next page is asked for `after`. */
static int call_push_page(lua_State *L, steploom_reply reply) {
    steploom_reply page = call_done(L, reply);
    call_push_json(L, steploom_member(page.said, "keys"));
    call_push_json(L, steploom_member(page.said, "next"));
    return 2;
}

/* steploom.invoke(function, event) */
static int call_invoke(lua_State *L) {
    const char *function = luaL_checkstring(L, 1);
    steploom_text event = call_json(L, 2);
    return call_push_json(L, call_done(L, steploom_invoke(function, event)).body);
}

/* steploom.start(machine, input, name) */
static int call_start(lua_State *L) {
    const char *machine = luaL_checkstring(L, 1), *name = luaL_optstring(L, 3, NULL);
    steploom_text input = call_json(L, 2);
    steploom_reply started = call_done(L, steploom_start(machine, input, name));
    return call_push_json(L, steploom_member(started.said, "id"));
}

/* steploom.config(key) */
static int call_config(lua_State *L) {
    return call_push_bytes(L, call_done(L, steploom_config(luaL_checkstring(L, 1))).body);
}

/* steploom.fuel() */
static int call_fuel(lua_State *L) {
    lua_pushinteger(L, steploom_fuel());
    return 1;
}

/* ---- steploom.tasks ---- */

/* succeed(token, output) */
static int call_succeed(lua_State *L) {
    const char *token = luaL_checkstring(L, 1);
    call_done(L, steploom_succeed(token, call_json(L, 2)));
    return 0;
}

/* fail(token, error, cause) */
static int call_fail(lua_State *L) {
    const char *token = luaL_checkstring(L, 1), *error = luaL_optstring(L, 2, NULL);
    call_done(L, steploom_fail(token, error, luaL_optstring(L, 3, NULL)));
    return 0;
}

/* heartbeat(token) */
static int call_heartbeat(lua_State *L) {
    call_done(L, steploom_heartbeat(luaL_checkstring(L, 1)));
    return 0;
}

/* ---- steploom.objects ---- */

/* read(bucket, key), which gives the body and its type */
static int call_read(lua_State *L) {
    const char *bucket = luaL_checkstring(L, 1), *key = luaL_checkstring(L, 2);
    steploom_reply object = call_done(L, steploom_objects_read(bucket, key));
    call_push_bytes(L, object.body);
    call_push_json(L, steploom_member(object.said, "contentType"));
    return 2;
}

/* write(bucket, key, body, content_type) */
static int call_write(lua_State *L) {
    const char *bucket = luaL_checkstring(L, 1), *key = luaL_checkstring(L, 2);
    steploom_text body = call_bytes(L, 3);
    call_done(L, steploom_objects_write(bucket, key, body, luaL_optstring(L, 4, NULL)));
    return 0;
}

/* remove(bucket, key) */
static int call_remove(lua_State *L) {
    const char *bucket = luaL_checkstring(L, 1), *key = luaL_checkstring(L, 2);
    call_done(L, steploom_objects_remove(bucket, key));
    return 0;
}

/* list(bucket, prefix, after) */
static int call_list(lua_State *L) {
    const char *bucket = luaL_checkstring(L, 1), *prefix = luaL_optstring(L, 2, NULL);
    return call_push_page(L, steploom_objects_list(bucket, prefix, luaL_optstring(L, 3, NULL)));
}

/* ---- steploom.keyvalue ---- */

/* get(store, key) */
static int call_get(lua_State *L) {
    const char *store = luaL_checkstring(L, 1), *key = luaL_checkstring(L, 2);
    return call_push_bytes(L, call_done(L, steploom_keyvalue_get(store, key)).body);
}

/* set(store, key, value) */
static int call_set(lua_State *L) {
    const char *store = luaL_checkstring(L, 1), *key = luaL_checkstring(L, 2);
    call_done(L, steploom_keyvalue_set(store, key, call_bytes(L, 3)));
    return 0;
}

/* delete(store, key) */
static int call_delete(lua_State *L) {
    const char *store = luaL_checkstring(L, 1), *key = luaL_checkstring(L, 2);
    call_done(L, steploom_keyvalue_delete(store, key));
    return 0;
}

/* increment(store, key, by) */
static int call_increment(lua_State *L) {
    const char *store = luaL_checkstring(L, 1), *key = luaL_checkstring(L, 2);
    steploom_reply sum = call_done(L, steploom_keyvalue_increment(store, key, luaL_optinteger(L, 3, 1)));
    return call_push_json(L, steploom_member(sum.said, "value"));
}

/* keys(store, prefix, after) */
static int call_keys(lua_State *L) {
    const char *store = luaL_checkstring(L, 1), *prefix = luaL_optstring(L, 2, NULL);
    return call_push_page(L, steploom_keyvalue_keys(store, prefix, luaL_optstring(L, 3, NULL)));
}

/* ---- All of them ---- */

/* Adds them to the table on top of the stack. */
static void calls_open(lua_State *L) {
    static const luaL_Reg calls[] = {
        {"invoke", call_invoke}, {"start", call_start}, {"config", call_config}, {"fuel", call_fuel}, {NULL, NULL}};
    static const luaL_Reg tasks[] = {
        {"succeed", call_succeed}, {"fail", call_fail}, {"heartbeat", call_heartbeat}, {NULL, NULL}};
    static const luaL_Reg objects[] = {
        {"read", call_read}, {"write", call_write}, {"remove", call_remove}, {"list", call_list}, {NULL, NULL}};
    static const luaL_Reg keyvalue[] = {{"get", call_get},
                                        {"set", call_set},
                                        {"delete", call_delete},
                                        {"increment", call_increment},
                                        {"keys", call_keys},
                                        {NULL, NULL}};
    luaL_setfuncs(L, calls, 0);
    luaL_newlib(L, tasks);
    lua_setfield(L, -2, "tasks");
    luaL_newlib(L, objects);
    lua_setfield(L, -2, "objects");
    luaL_newlib(L, keyvalue);
    lua_setfield(L, -2, "keyvalue");
}

#endif
