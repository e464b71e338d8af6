/* Greets whoever the event names: {"name": "Ada"} gives {"greeting": "Hello, Ada!"}. */

#include "steploom/steploom.h"

steploom_answer handler(steploom_text event) {
    steploom_buffer greeting = {0}, result = {0};
    steploom_add(&greeting, "Hello, ");
    if (!steploom_add_unquoted(&greeting, steploom_member(event, "name"))) {
        return steploom_error("MissingName", "the event needs a \"name\", which is a string");
    }
    steploom_add(&greeting, "!");
    steploom_log(STEPLOOM_INFO, "greeted", steploom_integer_field("bytes", (int64_t)greeting.len));

    steploom_add(&result, "{\"greeting\":");
    steploom_add_quoted(&result, steploom_written(&greeting));
    steploom_add(&result, "}");
    return steploom_result(steploom_written(&result));
}

STEPLOOM_HANDLER(handler);
