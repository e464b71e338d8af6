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
#include <vector>

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

/* ---- Calls back ---- */

/*
 * What the function's owner must have granted (`steploom deploy --grant invoke=resize`). What was not granted is
 * the error "AccessDenied", whose message says what grants it; outside of WebAssembly, as in tests, all are
 * "NoPlatform".
 */

/* A page of keys, in their order. */
struct Keys {
    std::vector<std::string> keys;
    /* What the next page is asked for `after`; nothing behind the last page. */
    std::optional<std::string> next;
};

namespace detail {

using Reply = std::expected<steploom_reply, Error>;

inline Reply checked(steploom_reply reply) {
    if (reply.code) return std::unexpected(Error{reply.code, reply.message});
    return reply;
}

inline std::expected<void, Error> only(Reply reply) {
    return reply.transform([](const steploom_reply &) {});
}

inline std::string copied(steploom_text text) { return std::string(text.data ? text.data : "", text.len); }

inline std::optional<std::string> some(steploom_text text) {
    return text.data ? std::optional(copied(text)) : std::nullopt;
}

inline std::optional<std::string> said(const steploom_reply &reply, const char *name) {
    return some(steploom_unquoted(steploom_member(reply.said, name)));
}

inline std::optional<std::string> body(const steploom_reply &reply) { return some(reply.body); }

inline Keys keys(const steploom_reply &reply) {
    Keys page{.keys = {}, .next = said(reply, "next")};
    steploom_text rest = steploom_member(reply.said, "keys");
    for (auto item = steploom_next(&rest); item.data; item = steploom_next(&rest)) {
        page.keys.push_back(copied(steploom_unquoted(item)));
    }
    return page;
}

} // namespace detail

/* Invokes a function and waits for its result, or its error. 6 MiB each at most. Grant: `invoke=FUNCTION`. */
inline Result invoke(const std::string &function, std::string_view event) {
    return detail::checked(steploom_invoke(function.c_str(), detail::borrow(event))).transform([](const auto &reply) {
        return detail::copied(reply.body);
    });
}

/*
 * Starts an execution, which goes on by itself, and gives its id. While one of that name runs, the same name and
 * input give the same id. Grant: `start=MACHINE`.
 */
inline Result start(
    const std::string &machine, std::string_view input, const std::optional<std::string> &name = std::nullopt) {
    const char *named = name ? name->c_str() : nullptr;
    return detail::checked(steploom_start(machine.c_str(), detail::borrow(input), named)).transform([](const auto &reply) {
        return detail::said(reply, "id").value_or("");
    });
}

/* Ends the task that waits for this token, with its output. Grant: `tasks`. */
inline std::expected<void, Error> succeed(const std::string &token, std::string_view output) {
    return detail::only(detail::checked(steploom_succeed(token.c_str(), detail::borrow(output))));
}

/* Ends it badly: `error` is what `Retry` and `Catch` match. Grant: `tasks`. */
inline std::expected<void, Error> fail(const std::string &token, const std::string &error, const std::string &cause) {
    return detail::only(detail::checked(steploom_fail(token.c_str(), error.c_str(), cause.c_str())));
}

/* Says that it is still being worked on. Grant: `tasks`. */
inline std::expected<void, Error> heartbeat(const std::string &token) {
    return detail::only(detail::checked(steploom_heartbeat(token.c_str())));
}

/* A variable of the function's own (`deploy --env`); nothing where it has none. Grant: `config`. */
inline std::expected<std::optional<std::string>, Error> config(const std::string &key) {
    return detail::checked(steploom_config(key.c_str())).transform(detail::body);
}

/* How much fuel is left to this call; about one goes with each instruction. Outside nobody counts: the largest number. */
inline std::int64_t fuel() { return steploom_fuel(); }

/* Objects of a bucket: bytes under a key, 16 MiB at most. Grant: `objects=BUCKET`. */
namespace objects {

/* An object, and what it is, if somebody said so: "image/png". */
struct Object {
    std::string body;
    std::optional<std::string> content_type;
};

/* One that is not there is an error. */
inline std::expected<Object, Error> read(const std::string &bucket, const std::string &key) {
    return detail::checked(steploom_objects_read(bucket.c_str(), key.c_str())).transform([](const auto &reply) {
        return Object{detail::copied(reply.body), detail::said(reply, "contentType")};
    });
}

/* One that is there is replaced. */
inline std::expected<void, Error> write(const std::string &bucket, const std::string &key, const Object &object) {
    const char *type = object.content_type ? object.content_type->c_str() : nullptr;
    return detail::only(
        detail::checked(steploom_objects_write(bucket.c_str(), key.c_str(), detail::borrow(object.body), type)));
}

/* There may be none. */
inline std::expected<void, Error> remove(const std::string &bucket, const std::string &key) {
    return detail::only(detail::checked(steploom_objects_remove(bucket.c_str(), key.c_str())));
}

/* A page of the keys that begin with `prefix`, from the first one or, for the next page, behind `after`. */
inline std::expected<Keys, Error> list(
    const std::string &bucket, const std::string &prefix = "", const std::optional<std::string> &after = std::nullopt) {
    const char *behind = after ? after->c_str() : nullptr;
    return detail::checked(steploom_objects_list(bucket.c_str(), prefix.c_str(), behind)).transform(detail::keys);
}

} // namespace objects

/* Values of a store, by keys. Grant: `keyvalue=STORE`. */
namespace keyvalue {

/* Nothing where the key has none. */
inline std::expected<std::optional<std::string>, Error> get(const std::string &store, const std::string &key) {
    return detail::checked(steploom_keyvalue_get(store.c_str(), key.c_str())).transform(detail::body);
}

inline std::expected<void, Error> set(const std::string &store, const std::string &key, std::string_view value) {
    return detail::only(detail::checked(steploom_keyvalue_set(store.c_str(), key.c_str(), detail::borrow(value))));
}

/* Deletes a key; there may be none. */
inline std::expected<void, Error> erase(const std::string &store, const std::string &key) {
    return detail::only(detail::checked(steploom_keyvalue_delete(store.c_str(), key.c_str())));
}

/* Adds to the whole number that a key has, 0 if it has none, and gives the sum; nobody comes in between. */
inline std::expected<std::int64_t, Error> increment(const std::string &store, const std::string &key, std::int64_t by = 1) {
    const auto reply = detail::checked(steploom_keyvalue_increment(store.c_str(), key.c_str(), by));
    return reply.transform([](const auto &reply) {
        return static_cast<std::int64_t>(std::strtoll(steploom_member(reply.said, "value").data, nullptr, 10));
    });
}

/* A page of keys, as of `objects::list`. */
inline std::expected<Keys, Error> keys(
    const std::string &store, const std::string &prefix = "", const std::optional<std::string> &after = std::nullopt) {
    const char *behind = after ? after->c_str() : nullptr;
    return detail::checked(steploom_keyvalue_keys(store.c_str(), prefix.c_str(), behind)).transform(detail::keys);
}

} // namespace keyvalue

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
