/* Greets whoever the event names: {"name": "Ada"} gives {"greeting": "Hello, Ada!"}. */

#include "steploom/steploom.hpp"

steploom::Result handler(std::string_view event) {
    const auto name = steploom::member(event, "name").and_then(steploom::unquoted);
    if (!name) return steploom::fail("MissingName", "the event needs a \"name\", which is a string");
    steploom::log(steploom::Level::info, "greeted", {{"name", *name}});
    return "{\"greeting\":" + steploom::quoted("Hello, " + *name + "!") + "}";
}

STEPLOOM_HANDLER(handler);
