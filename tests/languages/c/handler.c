/* A probe: does what the event says, be it good or bad, for the tables in ../. */

#include "steploom/steploom.h"

/* The text of a string of JSON, with a 0 behind it. */
static const char *string_of(steploom_text json) {
    steploom_buffer string = {0};
    steploom_add_unquoted(&string, json);
    steploom_add_character(&string, 0);
    return string.data;
}

static steploom_answer echo(steploom_text value) {
    steploom_buffer result = {0};
    steploom_add(&result, "{\"value\":");
    steploom_add_text(&result, value.data ? value : steploom_text_of("null"));
    steploom_add(&result, "}");
    return steploom_result(steploom_written(&result));
}

/* Takes memory until it is refused. */
static void bomb(void) {
    const size_t size = 1 << 20;
    for (volatile char *place; (place = malloc(size));) {
        for (size_t at = 0; at < size; at += 4096) place[at] = 1;
    }
    steploom_out_of_memory();
}

/* Returns only after more calls than any stack has room for. */
static size_t deep(size_t level) {
    volatile size_t here = level;
    return level == SIZE_MAX ? 0 : deep(level + 1) + here;
}

/* Adds a string, null where there is none. */
static void add_string(steploom_buffer *json, const char *string) {
    if (string) {
        steploom_add_quoted(json, steploom_text_of(string));
    } else {
        steploom_add(json, "null");
    }
}

static steploom_answer show_context(void) {
    steploom_context context = steploom_get_context();
    steploom_buffer result = {0};
    steploom_add(&result, "{\"function\":");
    add_string(&result, context.function);
    steploom_add(&result, ",\"version\":");
    steploom_add_integer(&result, context.version);
    steploom_add(&result, ",\"retry\":");
    steploom_add_integer(&result, context.retry);
    steploom_add(&result, ",\"execution\":");
    add_string(&result, context.execution);
    steploom_add(&result, ",\"state\":");
    add_string(&result, context.state);
    steploom_add(&result, "}");
    return steploom_result(steploom_written(&result));
}

/* What a call failed with becomes the handler's error. */
static steploom_answer pass_on(steploom_reply reply) { return steploom_error(reply.code, reply.message); }

static steploom_answer valued(bool value) {
    return echo(steploom_text_of(value ? "true" : "false"));
}

static steploom_answer use_objects(const char *bucket, const char *key, steploom_text body) {
    steploom_reply written = steploom_objects_write(bucket, key, body, "text/plain");
    if (written.code) return pass_on(written);
    steploom_reply object = steploom_objects_read(bucket, key);
    if (object.code) return pass_on(object);
    steploom_reply page = steploom_objects_list(bucket, key, NULL);
    if (page.code) return pass_on(page);
    steploom_reply removed = steploom_objects_remove(bucket, key);
    if (removed.code) return pass_on(removed);
    steploom_reply left = steploom_objects_list(bucket, key, NULL);
    if (left.code) return pass_on(left);
    steploom_buffer result = {0};
    steploom_add(&result, "{\"body\":");
    steploom_add_quoted(&result, object.body);
    steploom_add(&result, ",\"contentType\":");
    steploom_add_text(&result, steploom_member(object.said, "contentType"));
    steploom_add(&result, ",\"keys\":");
    steploom_add_text(&result, steploom_member(page.said, "keys"));
    steploom_add(&result, ",\"left\":");
    steploom_add_text(&result, steploom_member(left.said, "keys"));
    steploom_add(&result, "}");
    return steploom_result(steploom_written(&result));
}

static steploom_answer use_keyvalue(const char *store, const char *key, steploom_text text) {
    steploom_reply absent = steploom_keyvalue_get(store, key);
    if (absent.code) return pass_on(absent);
    steploom_reply set = steploom_keyvalue_set(store, key, text);
    if (set.code) return pass_on(set);
    steploom_reply value = steploom_keyvalue_get(store, key);
    if (value.code) return pass_on(value);
    steploom_reply page = steploom_keyvalue_keys(store, key, NULL);
    if (page.code) return pass_on(page);
    steploom_reply deleted = steploom_keyvalue_delete(store, key);
    if (deleted.code) return pass_on(deleted);
    steploom_reply sum = steploom_keyvalue_increment(store, key, -5);
    if (sum.code) return pass_on(sum);
    deleted = steploom_keyvalue_delete(store, key);
    if (deleted.code) return pass_on(deleted);
    steploom_buffer result = {0};
    steploom_add(&result, absent.body.data ? "{\"absent\":0" : "{\"absent\":null");
    steploom_add(&result, ",\"value\":");
    steploom_add_quoted(&result, value.body);
    steploom_add(&result, ",\"keys\":");
    steploom_add_text(&result, steploom_member(page.said, "keys"));
    steploom_add(&result, ",\"sum\":");
    steploom_add_text(&result, steploom_member(sum.said, "value"));
    steploom_add(&result, "}");
    return steploom_result(steploom_written(&result));
}

/* Does what ../calls.json wants. */
static steploom_answer call_back(steploom_text event, steploom_text what) {
    const char *name = string_of(steploom_member(event, "name")), *key = string_of(steploom_member(event, "key"));
    steploom_text value = steploom_member(event, "value");
    if (steploom_says(what, "fuel")) {
        int64_t left = steploom_fuel();
        return valued(0 < steploom_fuel() && steploom_fuel() < left);
    }
    if (steploom_says(what, "invoke")) {
        steploom_reply reply = steploom_invoke(name, value);
        return reply.code ? pass_on(reply) : echo(reply.body);
    }
    if (steploom_says(what, "start")) {
        steploom_reply first = steploom_start(name, value, key);
        if (first.code) return pass_on(first);
        steploom_reply second = steploom_start(name, value, key);
        if (second.code) return pass_on(second);
        const char *id = string_of(steploom_member(first.said, "id"));
        return valued(*id && strcmp(id, string_of(steploom_member(second.said, "id"))) == 0);
    }
    if (steploom_says(what, "config")) {
        steploom_reply reply = steploom_config(key);
        if (reply.code) return pass_on(reply);
        steploom_buffer json = {0};
        add_string(&json, reply.body.data);
        return echo(steploom_written(&json));
    }
    if (steploom_says(what, "objects")) return use_objects(name, key, steploom_unquoted(value));
    if (steploom_says(what, "keyvalue")) return use_keyvalue(name, key, steploom_unquoted(value));
    if (steploom_says(what, "tasks")) {
        steploom_reply reply = strcmp(key, "succeed") == 0 ? steploom_succeed(name, value)
                               : strcmp(key, "fail") == 0  ? steploom_fail(name, "Late", "too late")
                                                           : steploom_heartbeat(name);
        return reply.code ? pass_on(reply) : valued(true);
    }
    return steploom_error("UnknownProbe", "there is no such probe");
}

steploom_answer handler(steploom_text event) {
    steploom_text what = steploom_member(event, "do");
    if (steploom_says(what, "echo")) return echo(steploom_member(event, "value"));
    if (steploom_says(what, "fail")) {
        return steploom_error(
            string_of(steploom_member(event, "error")), string_of(steploom_member(event, "message")));
    }
    if (steploom_says(what, "panic")) abort();
    if (steploom_says(what, "exit")) exit(3);
    if (steploom_says(what, "loop")) {
        for (;;) {}
    }
    if (steploom_says(what, "bomb")) bomb();
    if (steploom_says(what, "deep")) exit(deep(0) == 0);
    if (steploom_says(what, "context")) return show_context();
    if (steploom_says(what, "log")) {
        steploom_log(STEPLOOM_DEBUG, "one");
        steploom_log(STEPLOOM_INFO, "two", steploom_integer_field("n", 2));
        steploom_log(STEPLOOM_WARN, "three");
        steploom_log(STEPLOOM_ERROR, "four");
        return steploom_result(steploom_text_of("{}"));
    }
    return call_back(event, what);
}

STEPLOOM_HANDLER(handler);
