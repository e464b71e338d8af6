/* Tests of the handler, on this computer: they call it as the host would. */

#include "steploom/steploom.h"

STEPLOOM_HANDLER(handler);

/* Checks what the handler answers; gives 1 where it is something else. */
static int check(const char *event, bool failed, const char *expect) {
    steploom_answer answer = handler(steploom_text_of(event));
    if (answer.failed == failed && answer.json.len == strlen(expect) &&
        memcmp(answer.json.data, expect, answer.json.len) == 0) {
        return 0;
    }
    fprintf(stderr, "%s: got %.*s, expected %s\n", event, (int)answer.json.len, answer.json.data, expect);
    return 1;
}

int main(void) {
    const char *missing = "{\"errorType\":\"MissingName\",\"errorMessage\":\"the event needs a \\\"name\\\", which is a string\"}";
    int failures = check("{\"name\": \"Ada\"}", false, "{\"greeting\":\"Hello, Ada!\"}") +
                   check("{\"name\": \"\\u00c5sa \\\"\"}", false, "{\"greeting\":\"Hello, \xC3\x85sa \\\"!\"}") +
                   check("{}", true, missing) + check("{\"name\": null}", true, missing);
    fprintf(stderr, "%d checks failed\n", failures);
    return failures > 0;
}
