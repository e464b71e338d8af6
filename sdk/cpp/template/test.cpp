/* Tests of the handler, on this computer. */

#include <cstdio>

#include "steploom/steploom.hpp"

STEPLOOM_HANDLER(handler);

static int failures = 0;

/* Checks that two texts are the same. */
static void check(std::string_view got, std::string_view expect) {
    if (got == expect) return;
    failures++;
    std::fprintf(stderr, "got %.*s, expected %.*s\n", static_cast<int>(got.size()), got.data(),
        static_cast<int>(expect.size()), expect.data());
}

static std::string error_type(const steploom::Result &result) { return result ? "none" : result.error().type; }

int main() {
    check(handler(R"({"name": "Ada"})").value_or("an error"), R"({"greeting":"Hello, Ada!"})");
    check(handler(R"({"name": "\u00c5sa \""})").value_or("an error"), R"({"greeting":"Hello, Åsa \"!"})");
    check(error_type(handler("{}")), "MissingName");
    check(error_type(handler(R"({"name": null})")), "MissingName");
    std::fprintf(stderr, "%d checks failed\n", failures);
    return failures > 0;
}
