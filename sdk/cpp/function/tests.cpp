/* What steploom.hpp adds to steploom.h: `zig run -lc++ -cflags -std=c++23 -I../../c/function -- tests.cpp`. */

#include "steploom.hpp"

#include <cstdio>

static int failures = 0;

/* Checks that two texts are the same. */
static void check(std::string_view got, std::string_view expect) {
    if (got == expect) return;
    failures++;
    std::fprintf(stderr, "got %.*s, expected %.*s\n", static_cast<int>(got.size()), got.data(),
        static_cast<int>(expect.size()), expect.data());
}

static void members_are_found() {
    check(steploom::member(R"({"a":[1],"name":{"b":2}})", "name").value_or("nothing"), R"({"b":2})");
    check(steploom::member("{}", "name").value_or("nothing"), "nothing");
    check(steploom::member("", "name").value_or("nothing"), "nothing");
}

static void strings_are_quoted_and_unquoted() {
    using namespace std::string_view_literals;
    for (const auto text : {""sv, "Ada"sv, "Åsa 🚀"sv, "\"\\\n\0\x1f"sv}) {
        check(steploom::unquoted(steploom::quoted(text)).value_or("nothing"), text);
    }
    check(steploom::unquoted("12").value_or("nothing"), "nothing");
    check(steploom::quoted({}), "\"\"");
}

static void check_field(const steploom::Field &field, std::string_view expect) {
    steploom_buffer line = {};
    steploom_add_field(&line, &field.field);
    check(steploom::detail::take(line), expect);
}

static void fields_are_json() {
    check_field({"name", "Ada"}, ",\"name\":\"Ada\"");
    check_field({"name", std::string("\"")}, ",\"name\":\"\\\"\"");
    check_field({"name", ""}, ",\"name\":\"\"");
    check_field({"name", std::string_view()}, ",\"name\":\"\"");
    check_field({"name", std::nullopt}, ",\"name\":null");
    check_field({"bytes", -12}, ",\"bytes\":-12");
    check_field({"bytes", std::size_t{12}}, ",\"bytes\":12");
    check_field({"is", true}, ",\"is\":true");
    check_field(steploom::Field::json("list", "[1]"), ",\"list\":[1]");
}

static void lines_are_logged() {
    steploom::log(steploom::Level::debug, "a line of the log, to be seen among the test's output");
    steploom::log(steploom::Level::error, "another", {{"name", "Ada"}, {"bytes", 12}});
}

static steploom::Result measure(std::string_view event) {
    using namespace std::string_literals;
    if (event.empty()) return steploom::fail("Empty\"Event", "no\0thing\n"s);
    return std::to_string(event.size());
}

static void check_answer(std::string_view event, bool failed, std::string_view expect) {
    const auto answer = steploom::serve<measure>({event.data(), event.size()});
    check(std::string_view(answer.json.data, answer.json.len), expect);
    check(answer.failed ? "failed" : "worked", failed ? "failed" : "worked");
}

static void replies_become_values() {
    const auto read = [](std::string_view answer) {
        return steploom::detail::checked(steploom_read_reply(steploom::detail::borrow(answer)));
    };
    const auto page = read("{\"ok\":{\"keys\":[\"a\",\"\\u00e5\"],\"next\":\"b\"}}\n").transform(steploom::detail::keys);
    check(page->keys.at(0) + page->keys.at(1), "aå");
    check(page->next.value_or("none"), "b");
    const auto last = read("{\"ok\":{\"keys\":[]}}\n").transform(steploom::detail::keys);
    check(last->next.value_or("none"), "none");
    check(std::to_string(last->keys.size()), "0");
    const auto error = read(R"({"error":{"code":"AccessDenied","message":"--grant tasks"}})").error();
    check(error.type + ": " + error.message, "AccessDenied: --grant tasks");
}

static void there_is_no_platform_outside() {
    const auto check_nobody = [](const auto &called) { check(called ? "somebody" : called.error().type, "NoPlatform"); };
    check_nobody(steploom::invoke("resize", "{}"));
    check_nobody(steploom::start("orders", "{}", "o-1"));
    check_nobody(steploom::succeed("token", "1"));
    check_nobody(steploom::fail("token", "Late", "too late"));
    check_nobody(steploom::heartbeat("token"));
    check_nobody(steploom::config("COLOR"));
    check_nobody(steploom::objects::read("photos", "a"));
    check_nobody(steploom::objects::write("photos", "a", {.body = "1", .content_type = "text/plain"}));
    check_nobody(steploom::objects::remove("photos", "a"));
    check_nobody(steploom::objects::list("photos"));
    check_nobody(steploom::keyvalue::get("sessions", "a"));
    check_nobody(steploom::keyvalue::set("sessions", "a", "1"));
    check_nobody(steploom::keyvalue::erase("sessions", "a"));
    check_nobody(steploom::keyvalue::increment("sessions", "a"));
    check_nobody(steploom::keyvalue::keys("sessions", "a", "b"));
    check(std::to_string(steploom::fuel()), "9223372036854775807");
}

static void there_is_no_context_outside() {
    const auto context = steploom::context();
    check(context.request_id, "");
    check(context.state.value_or("none"), "none");
    check(std::to_string(context.version + context.retry), "0");
}

int main() {
    members_are_found();
    strings_are_quoted_and_unquoted();
    fields_are_json();
    lines_are_logged();
    check_answer("null", false, "4");
    check_answer("", true, R"({"errorType":"Empty\"Event","errorMessage":"no\u0000thing\n"})");
    replies_become_values();
    there_is_no_platform_outside();
    there_is_no_context_outside();
    std::fprintf(stderr, "%d checks failed\n", failures);
    return failures > 0;
}
