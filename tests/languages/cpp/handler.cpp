/* A probe: does what the event says, be it good or bad, for the tables in ../. */

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <string>
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

static std::string valued(std::string_view json) { return "{\"value\":" + std::string(json) + "}"; }

static std::string list_of(const std::vector<std::string> &texts) {
    std::string list = "[";
    for (const auto &text : texts) list += (list.size() > 1 ? "," : "") + steploom::quoted(text);
    return list + "]";
}

/* Goes on with what a call gave; its error is the function's. */
#define TRY(name, call) \
    const auto name = (call); \
    if (!name) return std::unexpected(name.error())

static steploom::Result use_objects(const std::string &bucket, const std::string &key, const std::string &body) {
    using namespace steploom;
    TRY(written, objects::write(bucket, key, {body, "text/plain"}));
    TRY(object, objects::read(bucket, key));
    TRY(page, objects::list(bucket, key));
    TRY(removed, objects::remove(bucket, key));
    TRY(left, objects::list(bucket, key));
    return "{\"body\":" + quoted(object->body) + ",\"contentType\":" + quoted(object->content_type.value_or("")) +
           ",\"keys\":" + list_of(page->keys) + ",\"left\":" + list_of(left->keys) + "}";
}

static steploom::Result use_keyvalue(const std::string &store, const std::string &key, const std::string &text) {
    using namespace steploom;
    TRY(absent, keyvalue::get(store, key));
    TRY(set, keyvalue::set(store, key, text));
    TRY(value, keyvalue::get(store, key));
    TRY(page, keyvalue::keys(store, key));
    TRY(erased, keyvalue::erase(store, key));
    TRY(sum, keyvalue::increment(store, key, -5));
    TRY(again, keyvalue::erase(store, key));
    return "{\"absent\":" + std::string(*absent ? "0" : "null") + ",\"value\":" + quoted(value->value_or("none")) +
           ",\"keys\":" + list_of(page->keys) + ",\"sum\":" + std::to_string(*sum) + "}";
}

/* Does what ../calls.json wants. */
static steploom::Result call_back(const std::string &what, const std::string &name, const std::string &key,
    std::string_view json, const std::string &text) {
    if (what == "fuel") {
        const auto left = steploom::fuel();
        return valued(0 < steploom::fuel() && steploom::fuel() < left ? "true" : "false");
    }
    if (what == "invoke") return steploom::invoke(name, json).transform(valued);
    if (what == "start") {
        TRY(first, steploom::start(name, json, key));
        TRY(second, steploom::start(name, json, key));
        return valued(!first->empty() && *first == *second ? "true" : "false");
    }
    if (what == "config") {
        TRY(value, steploom::config(key));
        return valued(*value ? steploom::quoted(**value) : "null");
    }
    if (what == "objects") return use_objects(name, key, text);
    if (what == "keyvalue") return use_keyvalue(name, key, text);
    if (what == "tasks") {
        TRY(ended, key == "succeed" ? steploom::succeed(name, json)
                   : key == "fail"  ? steploom::fail(name, "Late", "too late")
                                    : steploom::heartbeat(name));
        return valued("null");
    }
    return steploom::fail("UnknownProbe", "there is no probe \"" + what + "\"");
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
    const auto value = steploom::member(event, "value").value_or("null");
    return call_back(what, text("name"), text("key"), value, text("value"));
}

STEPLOOM_HANDLER(handler);
