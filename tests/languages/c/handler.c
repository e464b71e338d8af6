/* A probe: does what the event says, be it good or bad, for the table in ../probes.json. */

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
    return steploom_error("UnknownProbe", "there is no such probe");
}

STEPLOOM_HANDLER(handler);
