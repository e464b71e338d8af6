/* What steploom.h reads, writes and says. `zig run tests.c -lc`, or `cc tests.c && ./a.out`. */

#include "steploom.h"

static int failures = 0;

/* Checks that text is what it should be; NULL is no text. */
static void check(const char *what, steploom_text got, const char *expect) {
    steploom_text wanted = steploom_text_of(expect);
    bool same = !got.data == !expect && got.len == wanted.len && (got.len == 0 || !memcmp(got.data, expect, got.len));
    if (same) return;
    failures++;
    fprintf(stderr, "%s: got %.*s, expected %s\n", what, (int)got.len, got.data ? got.data : "nothing", expect ? expect : "nothing");
}

static void check_member(const char *json, const char *name, const char *expect) {
    check(json, steploom_member(steploom_text_of(json), name), expect);
}

static void check_unquoted(const char *json, const char *expect) {
    steploom_buffer text = {0};
    if (steploom_add_unquoted(&text, steploom_text_of(json))) {
        steploom_add(&text, ".");
        check(json, steploom_written(&text), expect);
    } else {
        check(json, steploom_text_of(NULL), expect);
    }
    free(text.data);
}

static void check_quoted(steploom_text text, const char *expect) {
    steploom_buffer json = {0};
    steploom_add_quoted(&json, text);
    check("quoted", steploom_written(&json), expect);
    free(json.data);
}

static void check_integer(int64_t number, const char *expect) {
    steploom_buffer text = {0};
    steploom_add_integer(&text, number);
    check("integer", steploom_written(&text), expect);
    free(text.data);
}

static void members_are_found(void) {
    check_member("{\"name\":\"Ada\"}", "name", "\"Ada\"");
    check_member(" { \"a\" : [1, {\"name\": 2}, \"}\"] ,\n\"name\" : -1.5e3 } ", "name", "-1.5e3");
    check_member("{\"a\":{\"b\":[]},\"name\":{\"x\":\"]\"}}", "name", "{\"x\":\"]\"}");
    check_member("{\"n\\u0061me\":null}", "name", "null");
    check_member("{\"name\":1,\"name\":2}", "name", "2");
    check_member("{\"a\\\"\":\"\\\\\",\"name\":true}", "name", "true");
    check_member("{\"\":1}", "", "1");
}

static void there_is_no_member_elsewhere(void) {
    static const char *const others[] = {"", " ", "null", "[]", "\"name\"", "{}", "{\"other\":{\"name\":1}}"};
    for (size_t index = 0; index < sizeof others / sizeof *others; index++) check_member(others[index], "name", NULL);
}

/* The host sends JSON only; what is cut off must do no harm nevertheless. */
static void cut_text_is_read_to_its_end_only(void) {
    static const char whole[] = "{\"a\":\"\\ud83d\\ude80\",\"name\":[\"\\n\",{}]}";
    for (size_t len = 0; len < sizeof whole; len++) {
        char *cut = (char *)malloc(len + 1); /* exactly so large that a sanitiser sees one byte too many */
        memcpy(cut, whole, len);
        steploom_text json = {cut, len};
        steploom_buffer text = {0};
        steploom_member(json, "name");
        steploom_add_unquoted(&text, json);
        steploom_add_unquoted(&text, steploom_member(json, "a"));
        free(text.data);
        free(cut);
    }
}

static void depth_costs_no_stack(void) {
    enum { DEPTH = 1000000 };
    steploom_buffer json = {0};
    steploom_add(&json, "{\"deep\":");
    for (int level = 0; level < DEPTH; level++) steploom_add(&json, "[");
    for (int level = 0; level < DEPTH; level++) steploom_add(&json, "]");
    steploom_add(&json, ",\"name\":1}");
    check("deep", steploom_member(steploom_written(&json), "name"), "1");
    free(json.data);
}

static void strings_are_unquoted(void) {
    check_unquoted("\"\"", ".");
    check_unquoted("\"\xC3\x85sa \xF0\x9F\x9A\x80\"", "\xC3\x85sa \xF0\x9F\x9A\x80.");
    check_unquoted("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t.");
    check_unquoted("\"\\u0041\\u00e5\\u20AC\\uD83D\\ude80\"", "A\xC3\xA5\xE2\x82\xAC\xF0\x9F\x9A\x80.");
    check_unquoted("\"\\ud83d!\\ude80\"", "\xEF\xBF\xBD!\xEF\xBF\xBD.");
    check_unquoted("\"\\ud83d\\u0041\"", "\xEF\xBF\xBD" "A.");
    static const char *const others[] = {"", "\"", "null", "12", "[\"a\"]", "{}"};
    for (size_t index = 0; index < sizeof others / sizeof *others; index++) check_unquoted(others[index], NULL);
}

static void strings_are_quoted(void) {
    steploom_text zero = {"a\0b", 3};
    check_quoted(steploom_text_of(""), "\"\"");
    check_quoted(steploom_text_of("\xC3\x85sa \xF0\x9F\x9A\x80"), "\"\xC3\x85sa \xF0\x9F\x9A\x80\"");
    check_quoted(steploom_text_of("\"a\\b\"\n\t\x1f\x7f"), "\"\\\"a\\\\b\\\"\\n\\u0009\\u001f\x7f\"");
    check_quoted(zero, "\"a\\u0000b\"");
}

static void whole_numbers_are_written(void) {
    check_integer(0, "0");
    check_integer(-12, "-12");
    check_integer(INT64_MAX, "9223372036854775807");
    check_integer(INT64_MIN, "-9223372036854775808");
}

static void answers_are_packed(void) {
    steploom_answer error = steploom_error("Missing\"Name", "line\nline");
    check("error", error.json, "{\"errorType\":\"Missing\\\"Name\",\"errorMessage\":\"line\\nline\"}");
    uint64_t packed = steploom_pack(error);
    check("error bit", steploom_text_of(packed & STEPLOOM_ERROR_BIT ? "set" : "clear"), "set");
    check_integer((int64_t)(packed & 0x7FFFFFFF), "57");
    free((char *)error.json.data);
    check_integer((int64_t)(uint32_t)steploom_pack(steploom_result(steploom_text_of("null"))), "4");
}

static void lines_have_level_message_and_fields(void) {
    steploom_field fields[] = {
        steploom_string_field("name", "\"Ada\""),
        steploom_integer_field("bytes", -1),
        steploom_json_field("list", steploom_text_of("[1,2]")),
        steploom_string_field("state", NULL),
    };
    steploom_buffer line = {0};
    steploom_add_line(&line, STEPLOOM_WARN, "two\nlines", fields, sizeof fields / sizeof *fields);
    check("line", steploom_written(&line),
        "{\"level\":\"WARN\",\"message\":\"two\\nlines\",\"name\":\"\\\"Ada\\\"\",\"bytes\":-1,\"list\":[1,2],\"state\":null}\n");
    free(line.data);
    steploom_log(STEPLOOM_DEBUG, "a line of the log, to be seen among the test's output");
    steploom_log(STEPLOOM_INFO, "another", fields[0], fields[1]);
}

static void check_items(const char *json, const char *expect) {
    steploom_buffer seen = {0};
    steploom_text rest = steploom_text_of(json), item;
    while ((item = steploom_next(&rest)).data) {
        steploom_add_text(&seen, item);
        steploom_add(&seen, ";");
    }
    steploom_add(&seen, ".");
    check(json, steploom_written(&seen), expect);
    free(seen.data);
}

static void items_are_found(void) {
    check_items("[]", ".");
    check_items(" [ ] ", ".");
    check_items("[\"a,]\"]", "\"a,]\";.");
    check_items("[1 ,[2,3], {\"a\":[4]} , null]", "1;[2,3];{\"a\":[4]};null;.");
    static const char *const others[] = {"", "null", "{}", "\"[1]\"", "["};
    for (size_t index = 0; index < sizeof others / sizeof *others; index++) check_items(others[index], ".");
}

static void requests_are_a_line(void) {
    steploom_buffer request = steploom_request("write", "key", "a\n\"b\"", "contentType", NULL, "after", "c", STEPLOOM_END);
    check("request", steploom_written(&request), "{\"op\":\"write\",\"key\":\"a\\n\\\"b\\\"\",\"after\":\"c\"");
    free(request.data);
}

static void replies_are_a_line_and_a_body(void) {
    steploom_reply good = steploom_read_reply(steploom_text_of("{\"ok\":{\"value\":2}}\n1\n2\n"));
    check("code", steploom_text_of(good.code), NULL);
    check("said", good.said, "{\"value\":2}");
    check("body", good.body, "1\n2\n");
    check("no body", steploom_read_reply(steploom_text_of("{\"ok\":{}}")).body, "");
    steploom_reply bad = steploom_read_reply(
        steploom_text_of("{\"error\":{\"code\":\"AccessDenied\",\"message\":\"--grant \\\"tasks\\\"\"}}\n"));
    check("code", steploom_text_of(bad.code), "AccessDenied");
    check("message", steploom_text_of(bad.message), "--grant \"tasks\"");
    check("no answer", steploom_text_of(steploom_read_reply(steploom_text_of("")).code), "InvalidAnswer");
}

static void check_nobody(steploom_reply reply) { check("outside", steploom_text_of(reply.code), "NoPlatform"); }

static void there_is_no_platform_outside(void) {
    steploom_text json = steploom_text_of("{}");
    check_nobody(steploom_invoke("resize", json));
    check_nobody(steploom_start("orders", json, NULL));
    check_nobody(steploom_succeed("token", json));
    check_nobody(steploom_fail("token", "Late", "too late"));
    check_nobody(steploom_heartbeat("token"));
    check_nobody(steploom_config("COLOR"));
    check_nobody(steploom_objects_read("photos", "a"));
    check_nobody(steploom_objects_write("photos", "a", json, NULL));
    check_nobody(steploom_objects_remove("photos", "a"));
    check_nobody(steploom_objects_list("photos", NULL, NULL));
    check_nobody(steploom_keyvalue_get("sessions", "a"));
    check_nobody(steploom_keyvalue_set("sessions", "a", json));
    check_nobody(steploom_keyvalue_delete("sessions", "a"));
    check_nobody(steploom_keyvalue_increment("sessions", "a", -1));
    check_nobody(steploom_keyvalue_keys("sessions", "a", "b"));
    check_integer(steploom_fuel(), "9223372036854775807");
}

static void there_is_no_context_outside(void) {
    steploom_context context = steploom_get_context();
    check("request id", steploom_text_of(context.request_id), NULL);
    check("state", steploom_text_of(context.state), NULL);
    check_integer(context.version + context.retry, "0");
}

int main(void) {
    members_are_found();
    there_is_no_member_elsewhere();
    cut_text_is_read_to_its_end_only();
    depth_costs_no_stack();
    strings_are_unquoted();
    strings_are_quoted();
    whole_numbers_are_written();
    answers_are_packed();
    lines_have_level_message_and_fields();
    items_are_found();
    requests_are_a_line();
    replies_are_a_line_and_a_body();
    there_is_no_platform_outside();
    there_is_no_context_outside();
    fprintf(stderr, "%d checks failed\n", failures);
    return failures > 0;
}
