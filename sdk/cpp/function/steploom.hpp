/*
 * Steploom: functions in C++. This file and steploom.h, on which it stands, are all there is to it.
 *
 *     #include "steploom/steploom.hpp"
 *
 *     steploom::Result handler(std::string_view event) {
 *         if (event.size() > 1000) return steploom::fail("EventTooLarge", "at most 1000 bytes");
 *         return R"({"is": "fine"})";
 *     }
 *
 *     STEPLOOM_HANDLER(handler);
 *
 * It makes a module of the kind `reactor`: the host writes the event into the module's memory and
 * reads the answer from there. Every call has an instance of its own; no variable keeps its value for
 * the next call.
 *
 * An event and a result are JSON in UTF-8, and stay text here: `member` and `unquoted` read a string
 * of an event, `quoted` writes one. For more than that, bring a JSON library.
 *
 * Exceptions do not exist in modules (-fno-exceptions): what would throw ends the call, which then fails
 * with `Function.Trap`, or with `Function.OutOfMemory` where that was why. C++23.
 */
#ifndef STEPLOOM_HPP
#define STEPLOOM_HPP

#include "steploom.h"

#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace steploom {

/* ---- Answers ---- */

/* An error of the function's own. */
struct Error {
    /* What `Retry` and `Catch` match, such as "MissingName": 256 bytes at most. */
    std::string type;
    /* For people; 32 KiB at most. */
    std::string message;
};

/* What a handler returns: the result's JSON, which by default may have 6 MiB, or an error. */
using Result = std::expected<std::string, Error>;

/* An error, to be returned by a handler. */
inline std::unexpected<Error> fail(std::string type, std::string message) {
    return std::unexpected(Error{std::move(type), std::move(message)});
}

/* ---- JSON ---- */

/* What stands between this and steploom.h. */
namespace detail {

inline steploom_text borrow(std::string_view text) { return {text.data(), text.size()}; }

/* What the buffer holds, which is freed. */
inline std::string take(steploom_buffer buffer) {
    std::string text(buffer.data ? buffer.data : "", buffer.len);
    std::free(buffer.data);
    return text;
}

} // namespace detail

/* UTF-8 text as a string of JSON, with its quotes. */
inline std::string quoted(std::string_view text) {
    steploom_buffer json = {};
    steploom_add_quoted(&json, detail::borrow(text));
    return detail::take(json);
}

/* The text of a string of JSON; nothing where the JSON is something else. */
inline std::optional<std::string> unquoted(std::string_view json) {
    steploom_buffer text = {};
    if (!steploom_add_unquoted(&text, detail::borrow(json))) return std::nullopt;
    return detail::take(text);
}

/*
 * The JSON of an object's member, as it stands in the object: `"Ada"` with its quotes, `12`, `[1, 2]`.
 * Nothing where there is no such member or `json` is no object; the last where there are several.
 */
inline std::optional<std::string_view> member(std::string_view json, const char *name) {
    const steploom_text found = steploom_member(detail::borrow(json), name);
    if (!found.data) return std::nullopt;
    return std::string_view(found.data, found.len);
}

/* ---- The call's context ---- */

/* Under which circumstances the function is called. */
struct Context {
    std::string_view request_id;               /* the invocation's id, under which its log is found */
    std::string_view function;                 /* the function's name */
    long version = 0;                          /* its version, from 1; 0 outside of Steploom */
    std::string_view account;                  /* whose it is: twelve digits */
    std::string_view deadline;                 /* when the call must end, in RFC 3339 */
    std::optional<std::string_view> execution; /* the execution's name, in a step only */
    std::optional<std::string_view> state;     /* the state's name, in a step only */
    std::optional<std::string_view> attempt;   /* the attempt's id, in a step only; the same after a crash */
    long retry = 0;                            /* how often the step was retried before; 0 outside of a step */
};

/* The context of this call. Outside of Steploom its texts are empty. */
inline Context context() {
    const steploom_context read = steploom_get_context();
    const auto some = [](const char *text) { return text ? std::optional<std::string_view>(text) : std::nullopt; };
    return {
        .request_id = some(read.request_id).value_or(""),
        .function = some(read.function).value_or(""),
        .version = read.version,
        .account = some(read.account).value_or(""),
        .deadline = some(read.deadline).value_or(""),
        .execution = some(read.execution),
        .state = some(read.state),
        .attempt = some(read.attempt),
        .retry = read.retry,
    };
}

/* ---- The log ---- */

enum class Level { debug = STEPLOOM_DEBUG, info = STEPLOOM_INFO, warn = STEPLOOM_WARN, error = STEPLOOM_ERROR };

/* A field of a log line: a name with a text, a whole number or a bool. It lives as long as its text. */
class Field {
  public:
    /* `null` where there is no text. */
    Field(const char *name, std::optional<std::string_view> text)
        : field(steploom_text_field(name, text ? detail::borrow(*text) : steploom_text{})) {
        if (text && !field.text.data) field.text.data = "";
    }

    template <std::integral T>
    Field(const char *name, T value) : field(steploom_integer_field(name, static_cast<std::int64_t>(value))) {
        if constexpr (std::same_as<T, bool>) *this = json(name, value ? "true" : "false");
    }

    /* Any JSON, without line ends. */
    static Field json(const char *name, std::string_view json) {
        return Field(steploom_json_field(name, detail::borrow(json)));
    }

    steploom_field field;

  private:
    explicit Field(steploom_field field) : field(field) {}
};

/* Logs a message, with fields if there are any: log(Level::info, "sent", {{"to", name}, {"bytes", 12}}). */
inline void log(Level level, const char *message, std::initializer_list<Field> fields = {}) {
    static_assert(sizeof(Field) == sizeof(steploom_field), "an array of the one is an array of the other");
    const auto *first = fields.size() > 0 ? &fields.begin()->field : nullptr;
    steploom_log_fields(static_cast<steploom_level>(level), message, first, fields.size());
}

/* ---- The host's side ---- */

namespace detail {

inline std::string error_json(const Error &error) {
    return "{\"errorType\":" + quoted(error.type) + ",\"errorMessage\":" + quoted(error.message) + "}";
}

} // namespace detail

/* Answers an event. The answer is left in memory, which the host reads when this has returned. */
template <auto Handle>
steploom_answer serve(steploom_text event) {
    Result result = Handle(std::string_view(event.data, event.len));
    const bool failed = !result;
    auto *json = new std::string(failed ? detail::error_json(result.error()) : std::move(*result));
    return {detail::borrow(*json), failed};
}

} // namespace steploom

/*
 * Declares `steploom::Result handle(std::string_view event)` and makes it the function's handler. Stands
 * once in a module. Outside of WebAssembly it only declares, so that a test can call the handler.
 */
#undef STEPLOOM_HANDLER
#define STEPLOOM_HANDLER(handle) \
    steploom::Result handle(std::string_view event); \
    STEPLOOM_EXPORTS(steploom::serve<handle>) \
    steploom::Result handle(std::string_view event)

#endif
