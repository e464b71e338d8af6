/* A probe: does what the event says, be it good or bad, for the table in ../probes.json. */

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <vector>

#include "steploom/steploom.hpp"

/* Takes memory until it is refused. */
static void bomb() {
    std::vector<std::vector<char>> taken;
    for (;;) taken.emplace_back(1 << 20, 'x');
}

/* Returns only after more calls than any stack has room for. */
static std::size_t deep(std::size_t level) {
    volatile std::size_t here = level;
    return level == std::numeric_limits<std::size_t>::max() ? 0 : deep(level + 1) + here;
}

static std::string show_context() {
    const auto or_null = [](auto text) { return text ? steploom::quoted(*text) : "null"; };
    const auto context = steploom::context();
    return "{\"function\":" + steploom::quoted(context.function) + ",\"version\":" + std::to_string(context.version) +
           ",\"retry\":" + std::to_string(context.retry) + ",\"execution\":" + or_null(context.execution) +
           ",\"state\":" + or_null(context.state) + "}";
}

steploom::Result handler(std::string_view event) {
    const auto text = [event](const char *name) {
        return steploom::member(event, name).and_then(steploom::unquoted).value_or("");
    };
    const std::string what = text("do");
    if (what == "echo") return "{\"value\":" + std::string(steploom::member(event, "value").value_or("null")) + "}";
    if (what == "fail") return steploom::fail(text("error"), text("message"));
    if (what == "panic") std::abort();
    if (what == "exit") std::exit(3);
    if (what == "loop") {
        for (volatile bool forever = true; forever;) {}
    }
    if (what == "bomb") bomb();
    if (what == "deep") return std::to_string(deep(0));
    if (what == "context") return show_context();
    if (what == "log") {
        using enum steploom::Level;
        steploom::log(debug, "one");
        steploom::log(info, "two", {{"n", 2}});
        steploom::log(warn, "three");
        steploom::log(error, "four");
        return "{}";
    }
    return steploom::fail("UnknownProbe", "there is no probe \"" + what + "\"");
}

STEPLOOM_HANDLER(handler);
