/*
 * Steploom: functions in C. This file is all there is to it.
 *
 *     #include "steploom/steploom.h"
 *
 *     steploom_answer handler(steploom_text event) {
 *         if (event.len > 1000) return steploom_error("EventTooLarge", "at most 1000 bytes");
 *         return steploom_result(steploom_text_of("{\"is\": \"fine\"}"));
 *     }
 *
 *     STEPLOOM_HANDLER(handler);
 *
 * It makes a module of the kind `reactor`: the host writes the event into the module's memory and
 * reads the answer from there. Every call has an instance of its own, so nothing that is allocated
 * needs to be freed, and no variable keeps its value for the next call.
 *
 * An event and a result are JSON in UTF-8, and stay text here: `steploom_member` and
 * `steploom_add_unquoted` read a string of an event, `steploom_add_quoted` writes one. For more than
 * that, bring a JSON library.
 *
 * Where memory runs out the call ends, and fails with `Function.OutOfMemory`.
 * C99 or later, and C++17 or later (which has more comfort in steploom.hpp).
 */
#ifndef STEPLOOM_H
#define STEPLOOM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Text ---- */

/* Bytes that belong to somebody else. `data` is NULL where there is none, and need not end with a 0. */
typedef struct {
    const char *data;
    size_t len;
} steploom_text;

/* Text that grows. Begins as `{0}`; `data` is for `free`. */
typedef struct {
    char *data;
    size_t len;
    size_t capacity;
} steploom_buffer;

/* The text of a string that ends with a 0; of NULL there is none. */
static inline steploom_text steploom_text_of(const char *string) {
    steploom_text text = {string, string ? strlen(string) : 0};
    return text;
}

/* What the buffer holds, until something is added to it. */
static inline steploom_text steploom_written(const steploom_buffer *buffer) {
    steploom_text text = {buffer->data, buffer->len};
    return text;
}

/* Ends the call for want of memory. */
static inline void steploom_out_of_memory(void) {
    fputs("{\"level\":\"ERROR\",\"message\":\"out of memory\"}\n", stderr);
    abort();
}

/* Makes room for `more` bytes behind what the buffer holds. */
static inline void steploom_reserve(steploom_buffer *buffer, size_t more) {
    if (more <= buffer->capacity - buffer->len) return;
    if (more > SIZE_MAX - buffer->len) steploom_out_of_memory();
    size_t needed = buffer->len + more;
    size_t roomy = buffer->capacity + buffer->capacity / 2;
    size_t capacity = roomy > needed ? roomy : needed;
    char *data = (char *)realloc(buffer->data, capacity);
    if (!data) {
        steploom_out_of_memory();
        return;
    }
    buffer->data = data;
    buffer->capacity = capacity;
}

/* Adds text as it is. */
static inline void steploom_add_text(steploom_buffer *buffer, steploom_text text) {
    if (text.len == 0) return;
    steploom_reserve(buffer, text.len);
    memcpy(buffer->data + buffer->len, text.data, text.len);
    buffer->len += text.len;
}

/* Adds a string that ends with a 0, as it is. */
static inline void steploom_add(steploom_buffer *buffer, const char *string) {
    steploom_add_text(buffer, steploom_text_of(string));
}

/* Adds a whole number. */
static inline void steploom_add_integer(steploom_buffer *buffer, int64_t number) {
    char digits[20]; /* -9223372036854775808 */
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) digits[--at] = '-';
    steploom_text text = {digits + at, sizeof digits - at};
    steploom_add_text(buffer, text);
}

/* ---- JSON ---- */

/* Adds UTF-8 text as a string of JSON, with its quotes. */
static inline void steploom_add_quoted(steploom_buffer *buffer, steploom_text text) {
    static const char hex[] = "0123456789abcdef";
    steploom_reserve(buffer, text.len); /* the rest, where it is needed, comes piece by piece */
    steploom_add(buffer, "\"");
    size_t plain = 0; /* from here nothing needs a backslash */
    for (size_t at = 0; at < text.len; at++) {
        unsigned char byte = (unsigned char)text.data[at];
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        char escape[] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15], 0};
        if (byte == '\n' || byte == '"' || byte == '\\') {
            escape[1] = byte == '\n' ? 'n' : (char)byte;
            escape[2] = 0;
        }
        steploom_text before = {text.data + plain, at - plain};
        steploom_add_text(buffer, before);
        steploom_add(buffer, escape);
        plain = at + 1;
    }
    steploom_text rest = {text.len ? text.data + plain : NULL, text.len - plain};
    steploom_add_text(buffer, rest);
    steploom_add(buffer, "\"");
}

/* Behind white space. */
static inline const char *steploom_skip_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    return at;
}

/* Behind the string that begins at `at`. */
static inline const char *steploom_skip_string(const char *at, const char *end) {
    for (at++; at < end; at++) {
        if (*at == '"') return at + 1;
        if (*at == '\\' && at + 1 < end) at++;
    }
    return end;
}

/* Behind the value that begins at `at`, however deep it is. */
static inline const char *steploom_skip_value(const char *at, const char *end) {
    size_t depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = steploom_skip_string(at, end);
            if (depth == 0) return at;
        } else if (*at == '{' || *at == '[') {
            depth++;
            at++;
        } else if (*at == '}' || *at == ']') {
            if (depth == 0) return at;
            at++;
            if (--depth == 0) return at;
        } else if (depth == 0 && (*at == ',' || steploom_skip_space(at, end) != at)) {
            return at;
        } else {
            at++;
        }
    }
    return end;
}

/* The four digits of an escape, or -1. */
static inline int32_t steploom_hex(const char *at, const char *end) {
    if (end - at < 4) return -1;
    int32_t code = 0;
    for (int index = 0; index < 4; index++) {
        char c = at[index];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        code = code * 16 + digit;
    }
    return code;
}

/* Adds a character as UTF-8. */
static inline void steploom_add_character(steploom_buffer *buffer, uint32_t code) {
    char bytes[4];
    steploom_text text = {bytes, 0};
    if (code < 0x80) {
        bytes[text.len++] = (char)code;
    } else {
        int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        bytes[text.len++] = (char)((0xF00 >> (more + 1) & 0xFF) | code >> (6 * more));
        while (more-- > 0) bytes[text.len++] = (char)(0x80 | (code >> (6 * more) & 0x3F));
    }
    steploom_add_text(buffer, text);
}

/*
 * Adds what the backslash at `at` stands for, and gives the place behind it. Half a character (one
 * surrogate without the other) becomes U+FFFD.
 */
static inline const char *steploom_add_escape(steploom_buffer *buffer, const char *at, const char *end) {
    static const char names[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    if (end - at < 2) return end;
    at++;
    if (*at != 'u') {
        const char *name = strchr(names, *at);
        steploom_add_character(buffer, (unsigned char)(*at && name ? bytes[name - names] : *at));
        return at + 1;
    }
    int32_t code = steploom_hex(++at, end);
    if (code < 0) return end;
    at += 4;
    if (code >= 0xD800 && code < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        int32_t low = steploom_hex(at + 2, end);
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00);
            at += 6;
        }
    }
    steploom_add_character(buffer, code >= 0xD800 && code < 0xE000 ? 0xFFFD : (uint32_t)code);
    return at;
}

/* Adds the text of a string of JSON. False, with nothing added, where the JSON is something else. */
static inline bool steploom_add_unquoted(steploom_buffer *buffer, steploom_text json) {
    if (json.len < 2 || json.data[0] != '"' || json.data[json.len - 1] != '"') return false;
    const char *at = json.data + 1, *end = json.data + json.len - 1;
    steploom_reserve(buffer, (size_t)(end - at));
    while (at < end) {
        const char *backslash = (const char *)memchr(at, '\\', (size_t)(end - at));
        steploom_text plain = {at, (size_t)((backslash ? backslash : end) - at)};
        steploom_add_text(buffer, plain);
        at = backslash ? steploom_add_escape(buffer, backslash, end) : end;
    }
    return true;
}

/* Whether a string of JSON says this. */
static inline bool steploom_says(steploom_text json, const char *string) {
    steploom_buffer said = {NULL, 0, 0};
    steploom_text wanted = steploom_text_of(string);
    bool same = steploom_add_unquoted(&said, json) && said.len == wanted.len &&
                (wanted.len == 0 || memcmp(said.data, wanted.data, wanted.len) == 0);
    free(said.data);
    return same;
}

/*
 * The JSON of an object's member, as it stands in the object: `"Ada"` with its quotes, `12`, `[1, 2]`.
 * No text where there is no such member or `json` is no object; the last where there are several.
 * In an event it never ends the memory, so `strtod(member.data, NULL)` reads a number.
 */
static inline steploom_text steploom_member(steploom_text json, const char *name) {
    steploom_text found = {NULL, 0};
    if (json.len == 0) return found;
    const char *end = json.data + json.len, *at = steploom_skip_space(json.data, end);
    if (at == end || *at != '{') return found;
    do {
        at = steploom_skip_space(at + 1, end);
        if (at == end || *at != '"') return found;
        steploom_text key = {at, 0};
        at = steploom_skip_string(at, end);
        key.len = (size_t)(at - key.data);
        at = steploom_skip_space(at, end);
        if (at == end || *at != ':') return found;
        steploom_text value = {steploom_skip_space(at + 1, end), 0};
        at = steploom_skip_value(value.data, end);
        value.len = (size_t)(at - value.data);
        if (steploom_says(key, name)) found = value;
        at = steploom_skip_space(at, end);
    } while (at < end && *at == ',');
    return found;
}

/*
 * The next item of a list, as it stands there; no text behind the last. `rest` begins as the list's JSON, and is
 * what is left of it afterwards.
 */
static inline steploom_text steploom_next(steploom_text *rest) {
    steploom_text item = {NULL, 0}, nothing = {NULL, 0};
    if (rest->len == 0) return nothing;
    const char *end = rest->data + rest->len, *at = steploom_skip_space(rest->data, end);
    if (at == end || (*at != '[' && *at != ',')) return nothing;
    at = steploom_skip_space(at + 1, end);
    item.data = at;
    at = steploom_skip_value(at, end);
    item.len = (size_t)(at - item.data);
    rest->data = at;
    rest->len = (size_t)(end - at);
    return item.len ? item : nothing;
}

/* ---- Answers ---- */

/* What a handler returns: the JSON of a result or, with `failed`, of an error. */
typedef struct {
    steploom_text json;
    bool failed;
} steploom_answer;

/* A result, in JSON; it must stay in place until the call's end. By default it may have 6 MiB. */
static inline steploom_answer steploom_result(steploom_text json) {
    steploom_answer answer = {json, false};
    return answer;
}

/*
 * An error: `type`, such as "MissingName", is what `Retry` and `Catch` match (256 bytes at most),
 * `message` is for people (32 KiB at most). Both are UTF-8.
 */
static inline steploom_answer steploom_error(const char *type, const char *message) {
    steploom_buffer json = {NULL, 0, 0};
    steploom_add(&json, "{\"errorType\":");
    steploom_add_quoted(&json, steploom_text_of(type));
    steploom_add(&json, ",\"errorMessage\":");
    steploom_add_quoted(&json, steploom_text_of(message));
    steploom_add(&json, "}");
    steploom_answer answer = {steploom_written(&json), true};
    return answer;
}

/* ---- The call's context ---- */

/* Under which circumstances the function is called. A string is NULL where a call has none. */
typedef struct {
    const char *request_id; /* the invocation's id, under which its log is found */
    const char *function;   /* the function's name */
    long version;           /* its version, from 1; 0 outside of Steploom */
    const char *account;    /* whose it is: twelve digits */
    const char *deadline;   /* when the call must end, in RFC 3339 */
    const char *execution;  /* the execution's name, in a step only */
    const char *state;      /* the state's name, in a step only */
    const char *attempt;    /* the attempt's id, in a step only; the same after a crash */
    long retry;             /* how often the step was retried before; 0 outside of a step */
} steploom_context;

static inline long steploom_number_of(const char *string) { return string ? strtol(string, NULL, 10) : 0; }

/* The context of this call. */
static inline steploom_context steploom_get_context(void) {
    steploom_context context = {
        getenv("STEPLOOM_REQUEST_ID"),
        getenv("STEPLOOM_FUNCTION"),
        steploom_number_of(getenv("STEPLOOM_VERSION")),
        getenv("STEPLOOM_ACCOUNT"),
        getenv("STEPLOOM_DEADLINE"),
        getenv("STEPLOOM_EXECUTION"),
        getenv("STEPLOOM_STATE"),
        getenv("STEPLOOM_ATTEMPT"),
        steploom_number_of(getenv("STEPLOOM_RETRY")),
    };
    return context;
}

/* ---- The log ---- */

typedef enum { STEPLOOM_DEBUG, STEPLOOM_INFO, STEPLOOM_WARN, STEPLOOM_ERROR } steploom_level;

typedef enum { STEPLOOM_FIELD_TEXT, STEPLOOM_FIELD_INTEGER, STEPLOOM_FIELD_JSON } steploom_field_kind;

/* A field of a log line. Made by the functions below; without a name it ends a list of fields. */
typedef struct {
    const char *name;
    steploom_text text;
    int64_t integer;
    steploom_field_kind kind;
} steploom_field;

/* A field with text; `null` where there is none. */
static inline steploom_field steploom_text_field(const char *name, steploom_text value) {
    steploom_field field = {name, value, 0, STEPLOOM_FIELD_TEXT};
    return field;
}

/* A field with a string that ends with a 0; `null` where it is NULL. */
static inline steploom_field steploom_string_field(const char *name, const char *value) {
    return steploom_text_field(name, steploom_text_of(value));
}

/* A field with a whole number. */
static inline steploom_field steploom_integer_field(const char *name, int64_t value) {
    steploom_field field = {name, {NULL, 0}, value, STEPLOOM_FIELD_INTEGER};
    return field;
}

/* A field with any JSON, without line ends. */
static inline steploom_field steploom_json_field(const char *name, steploom_text json) {
    steploom_field field = {name, json, 0, STEPLOOM_FIELD_JSON};
    return field;
}

static inline void steploom_add_field(steploom_buffer *line, const steploom_field *field) {
    steploom_add(line, ",");
    steploom_add_quoted(line, steploom_text_of(field->name));
    steploom_add(line, ":");
    if (field->kind == STEPLOOM_FIELD_INTEGER) {
        steploom_add_integer(line, field->integer);
    } else if (!field->text.data) {
        steploom_add(line, "null");
    } else if (field->kind == STEPLOOM_FIELD_JSON) {
        steploom_add_text(line, field->text);
    } else {
        steploom_add_quoted(line, field->text);
    }
}

/* Adds a log line: one JSON object, then a line's end. */
static inline void steploom_add_line(
    steploom_buffer *line, steploom_level level, const char *message, const steploom_field *fields, size_t count) {
    static const char *const names[] = {"DEBUG", "INFO", "WARN", "ERROR"};
    steploom_add(line, "{\"level\":\"");
    steploom_add(line, names[level]);
    steploom_add(line, "\",\"message\":");
    steploom_add_quoted(line, steploom_text_of(message));
    for (size_t index = 0; index < count; index++) steploom_add_field(line, &fields[index]);
    steploom_add(line, "}\n");
}

/* Logs a line with `count` fields, on standard error in one piece. */
static inline void steploom_log_fields(
    steploom_level level, const char *message, const steploom_field *fields, size_t count) {
    steploom_buffer line = {NULL, 0, 0};
    steploom_add_line(&line, level, message, fields, count);
    fwrite(line.data, 1, line.len, stderr);
    free(line.data);
}

/* Fields of one `steploom_log`; more are left out. */
#define STEPLOOM_FIELDS_MAX 32

/* `steploom_log` calls it, with a nameless field at the end. */
static inline void steploom_log_list(steploom_level level, const char *message, ...) {
    steploom_field fields[STEPLOOM_FIELDS_MAX];
    size_t count = 0;
    va_list list;
    va_start(list, message);
    while (count < STEPLOOM_FIELDS_MAX) {
        fields[count] = va_arg(list, steploom_field);
        if (!fields[count].name) break;
        count++;
    }
    va_end(list);
    steploom_log_fields(level, message, fields, count);
}

/*
 * Logs a message, with fields if there are any:
 * steploom_log(STEPLOOM_INFO, "sent", steploom_string_field("to", name), steploom_integer_field("bytes", 12));
 */
#define steploom_log(level, ...) steploom_log_list((level), __VA_ARGS__, steploom_string_field(NULL, NULL))

/* ---- Calls back ---- */

/*
 * What the platform said to a call that its owner must have granted (`steploom deploy --grant invoke=resize`).
 * With a `code` it failed: `return steploom_error(reply.code, reply.message)` passes that on. What was not
 * granted is "AccessDenied"; outside of WebAssembly, as in tests, all are "NoPlatform".
 */
typedef struct {
    const char *code;    /* what went wrong, such as "AccessDenied"; NULL where all went well */
    const char *message; /* that, for people */
    steploom_text said;  /* JSON: what there is to say beside the body */
    steploom_text body;  /* a result, an object, a value; it ends with a 0 that is not counted */
} steploom_reply;

#ifdef __wasm__
#define STEPLOOM_IMPORT(name) __attribute__((import_module("steploom"), import_name(name)))
STEPLOOM_IMPORT("call") size_t steploom_host_call(const char *request, size_t len);
STEPLOOM_IMPORT("take") void steploom_host_take(char *to);
STEPLOOM_IMPORT("fuel") int64_t steploom_host_fuel(void);

static inline size_t steploom_send(steploom_text request) { return steploom_host_call(request.data, request.len); }

static inline void steploom_take(char *to, size_t len) {
    (void)len;
    steploom_host_take(to);
}

/* How much fuel is left to this call; about one goes with each instruction. Needs no grant. */
static inline int64_t steploom_fuel(void) { return steploom_host_fuel(); }
#else
static const char steploom_nobody[] =
    "{\"error\":{\"code\":\"NoPlatform\",\"message\":\"there is no platform here: calls back are answered where "
    "Steploom runs the function\"}}\n";

static inline size_t steploom_send(steploom_text request) {
    (void)request;
    return sizeof steploom_nobody - 1;
}

static inline void steploom_take(char *to, size_t len) { memcpy(to, steploom_nobody, len); }

/* Nobody counts here: the largest number there is. */
static inline int64_t steploom_fuel(void) { return INT64_MAX; }
#endif

/* A place for `len` bytes, and a 0 behind it. */
static inline char *steploom_place(size_t len) {
    char *place = len < SIZE_MAX ? (char *)malloc(len + 1) : NULL;
    if (!place) {
        steploom_out_of_memory();
        return NULL;
    }
    place[len] = 0;
    return place;
}

/* The text of a string of JSON, with a 0 behind it that is not counted; no text where it is something else. */
static inline steploom_text steploom_unquoted(steploom_text json) {
    steploom_buffer text = {NULL, 0, 0};
    steploom_text none = {NULL, 0};
    if (!steploom_add_unquoted(&text, json)) return none;
    steploom_add_character(&text, 0);
    text.len--;
    return steploom_written(&text);
}

/* Takes an answer apart, whose bytes it keeps: a line of JSON, then the body. */
static inline steploom_reply steploom_read_reply(steploom_text answer) {
    const char *end = answer.len ? (const char *)memchr(answer.data, '\n', answer.len) : NULL;
    steploom_text line = {answer.data, end ? (size_t)(end - answer.data) : answer.len};
    steploom_text error = steploom_member(line, "error"), empty = {answer.data + answer.len, 0};
    steploom_reply reply = {NULL, NULL, steploom_member(line, "ok"), empty};
    if (end) {
        reply.body.data = end + 1;
        reply.body.len = answer.len - line.len - 1;
    }
    if (!reply.said.data) {
        reply.code = steploom_unquoted(steploom_member(error, "code")).data;
        reply.message = steploom_unquoted(steploom_member(error, "message")).data;
        if (!reply.code) reply.code = "InvalidAnswer";
        if (!reply.message) reply.message = "";
    }
    return reply;
}

/* Ends the names of a request. */
#define STEPLOOM_END ((const char *)NULL)

/* The beginning of a request's line: what is asked for, then names and values in turn; a value that is NULL is left out. */
static inline steploom_buffer steploom_request(const char *op, ...) {
    steploom_buffer request = {NULL, 0, 0};
    const char *name = "op", *value = op;
    va_list list;
    va_start(list, op);
    for (; name; name = va_arg(list, const char *), value = name ? va_arg(list, const char *) : NULL) {
        if (!value) continue;
        steploom_add(&request, request.len ? "," : "{");
        steploom_add_quoted(&request, steploom_text_of(name));
        steploom_add(&request, ":");
        steploom_add_quoted(&request, steploom_text_of(value));
    }
    va_end(list);
    return request;
}

/* Ends the line, sends the request with its body, and gives what is said to it. */
static inline steploom_reply steploom_ask(steploom_buffer request, steploom_text body) {
    steploom_add(&request, "}\n");
    steploom_add_text(&request, body);
    size_t len = steploom_send(steploom_written(&request));
    free(request.data);
    steploom_text answer = {steploom_place(len), len};
    steploom_take((char *)answer.data, len);
    return steploom_read_reply(answer);
}

/* Invokes a function and waits; the result is the body. Its error is the code here. 6 MiB each at most. Grant: `invoke=FUNCTION`. */
static inline steploom_reply steploom_invoke(const char *function, steploom_text event) {
    return steploom_ask(steploom_request("invoke", "function", function, STEPLOOM_END), event);
}

/*
 * Starts an execution, which goes on by itself: {"id"} is said. While one of that name runs, the same name and
 * input give the same id; `name` may be NULL. Grant: `start=MACHINE`.
 */
static inline steploom_reply steploom_start(const char *machine, steploom_text input, const char *name) {
    return steploom_ask(steploom_request("start", "machine", machine, "name", name, STEPLOOM_END), input);
}

/* Ends the task that waits for this token, with its output. Grant: `tasks`. */
static inline steploom_reply steploom_succeed(const char *token, steploom_text output) {
    return steploom_ask(steploom_request("succeed", "token", token, STEPLOOM_END), output);
}

/* Ends it badly: `error` is what `Retry` and `Catch` match. Grant: `tasks`. */
static inline steploom_reply steploom_fail(const char *token, const char *error, const char *cause) {
    return steploom_ask(
        steploom_request("fail", "token", token, "error", error, "cause", cause, STEPLOOM_END), steploom_text_of(NULL));
}

/* Says that it is still being worked on. Grant: `tasks`. */
static inline steploom_reply steploom_heartbeat(const char *token) {
    return steploom_ask(steploom_request("heartbeat", "token", token, STEPLOOM_END), steploom_text_of(NULL));
}

/* A variable of the function's own (`deploy --env`) as the body; no text where it has none. Grant: `config`. */
static inline steploom_reply steploom_config(const char *key) {
    steploom_reply reply = steploom_ask(steploom_request("config", "key", key, STEPLOOM_END), steploom_text_of(NULL));
    reply.body = steploom_unquoted(steploom_member(reply.said, "value"));
    return reply;
}

/* An object of a bucket, 16 MiB at most, as the body: {"contentType", "sizeBytes"} is said. Grant, here and below: `objects=BUCKET`. */
static inline steploom_reply steploom_objects_read(const char *bucket, const char *key) {
    return steploom_ask(steploom_request("read", "bucket", bucket, "key", key, STEPLOOM_END), steploom_text_of(NULL));
}

/* Writes an object; one that is there is replaced. `content_type`, such as "image/png", may be NULL. */
static inline steploom_reply steploom_objects_write(
    const char *bucket, const char *key, steploom_text body, const char *content_type) {
    return steploom_ask(
        steploom_request("write", "bucket", bucket, "key", key, "contentType", content_type, STEPLOOM_END), body);
}

/* Removes an object; there may be none. */
static inline steploom_reply steploom_objects_remove(const char *bucket, const char *key) {
    return steploom_ask(steploom_request("remove", "bucket", bucket, "key", key, STEPLOOM_END), steploom_text_of(NULL));
}

/*
 * A page of the keys that begin with `prefix`, from the first one or, for the next page, behind `after`; both may
 * be NULL. {"keys", "next"} is said, `next` being what the next page is asked for `after`; `steploom_next` reads keys.
 */
static inline steploom_reply steploom_objects_list(const char *bucket, const char *prefix, const char *after) {
    return steploom_ask(
        steploom_request("list", "bucket", bucket, "prefix", prefix, "after", after, STEPLOOM_END), steploom_text_of(NULL));
}

/* The value of a key of a store as the body; no text where it has none. Grant, here and below: `keyvalue=STORE`. */
static inline steploom_reply steploom_keyvalue_get(const char *store, const char *key) {
    steploom_reply reply =
        steploom_ask(steploom_request("get", "store", store, "key", key, STEPLOOM_END), steploom_text_of(NULL));
    steploom_reply nothing = {NULL, NULL, {NULL, 0}, {NULL, 0}};
    return reply.code && strcmp(reply.code, "KeyNotFound") == 0 ? nothing : reply;
}

/* Sets the value of a key. */
static inline steploom_reply steploom_keyvalue_set(const char *store, const char *key, steploom_text value) {
    return steploom_ask(steploom_request("set", "store", store, "key", key, STEPLOOM_END), value);
}

/* Deletes a key; there may be none. */
static inline steploom_reply steploom_keyvalue_delete(const char *store, const char *key) {
    return steploom_ask(steploom_request("delete", "store", store, "key", key, STEPLOOM_END), steploom_text_of(NULL));
}

/* Adds to the whole number that a key has, 0 if it has none, and nobody comes in between: the sum {"value"} is said. */
static inline steploom_reply steploom_keyvalue_increment(const char *store, const char *key, int64_t by) {
    steploom_buffer request = steploom_request("increment", "store", store, "key", key, STEPLOOM_END);
    steploom_add(&request, ",\"by\":");
    steploom_add_integer(&request, by);
    return steploom_ask(request, steploom_text_of(NULL));
}

/* A page of the keys of a store, as of `steploom_objects_list`. */
static inline steploom_reply steploom_keyvalue_keys(const char *store, const char *prefix, const char *after) {
    return steploom_ask(
        steploom_request("keys", "store", store, "prefix", prefix, "after", after, STEPLOOM_END), steploom_text_of(NULL));
}

/* ---- The host's side ---- */

/* In the length of an answer: it is an error. */
#define STEPLOOM_ERROR_BIT 0x80000000u

/* An answer as the host takes it: its place in the upper half, its length in the lower. */
static inline uint64_t steploom_pack(steploom_answer answer) {
    uint64_t len = answer.json.len < STEPLOOM_ERROR_BIT ? answer.json.len : STEPLOOM_ERROR_BIT - 1;
    return (uint64_t)(uintptr_t)answer.json.data << 32 | len | (answer.failed ? STEPLOOM_ERROR_BIT : 0);
}

/* What the host calls; nothing outside of WebAssembly. */
#ifdef __wasm__
#define STEPLOOM_EXPORTS(handle) \
    __attribute__((export_name("steploom_alloc"))) char *steploom_alloc(size_t len) { return steploom_place(len); } \
    __attribute__((export_name("steploom_handle"))) uint64_t steploom_handle(const char *event, size_t len) { \
        steploom_text text = {event, len}; \
        return steploom_pack(handle(text)); \
    }
#else
#define STEPLOOM_EXPORTS(handle)
#endif

/*
 * Declares `steploom_answer handle(steploom_text event)` and makes it the function's handler. Stands once
 * in a module. The event ends with a 0 that is not counted in its length. Outside of WebAssembly it only
 * declares, so that a test can call the handler.
 */
#define STEPLOOM_HANDLER(handle) \
    steploom_answer handle(steploom_text event); \
    STEPLOOM_EXPORTS(handle) \
    steploom_answer handle(steploom_text event)

#ifdef __cplusplus
}
#endif

#endif
