/* Tests of the handler, on this computer: they call it as the host would. */

#include "steploom.h"

STEPLOOM_HANDLER(handler);

/* Checks what the handler answers; gives 1 where it is something else. */
static int check(const char *event, bool failed, const char *expect) {
    steploom_answer answer = handler(steploom_text_of(event));
    if (answer.failed == failed && answer.json.len == strlen(expect) &&
        memcmp(answer.json.data, expect, answer.json.len) == 0) {
        return 0;
    }
    fprintf(stderr, "%.80s: got %.*s, expected %s\n", event, (int)answer.json.len, answer.json.data, expect);
    return 1;
}

/* Checks the name of the error. */
static int check_fails(const char *event, const char *name) {
    steploom_answer answer = handler(steploom_text_of(event));
    steploom_text type = steploom_member(answer.json, "errorType");
    if (answer.failed && steploom_says(type, name)) return 0;
    fprintf(stderr, "%.80s: got %.*s, expected %s\n", event, (int)answer.json.len, answer.json.data, name);
    return 1;
}

/* Many words, of which each is different: the table grows. */
static int check_many(size_t words) {
    steploom_buffer event = {0};
    steploom_add(&event, "{\"top\":1,\"text\":\"");
    for (size_t at = 0; at < words; at++) {
        steploom_add(&event, "w");
        steploom_add_integer(&event, (int64_t)at);
        steploom_add(&event, " ");
    }
    steploom_add(&event, "w7\"}");
    steploom_answer answer = handler(steploom_written(&event));
    steploom_text different = steploom_member(answer.json, "different");
    bool is_right = (size_t)strtol(different.data, NULL, 10) == words;
    steploom_text top = steploom_member(answer.json, "top");
    return is_right && strncmp(top.data, "[{\"word\":\"w7\",\"count\":2}]", top.len) == 0 ? 0 : 1;
}

int main(void) {
    int failures =
        check("{\"text\": \"To be, or not to be?\\n\", \"top\": 2}", false,
            "{\"lines\":1,\"words\":6,\"characters\":21,\"bytes\":21,\"different\":4,"
            "\"top\":[{\"word\":\"be\",\"count\":2},{\"word\":\"to\",\"count\":2}]}") +
        check("{\"text\": \"\\u00c5SA\\u00a0\\u00e5sa\\u3000(It's) -- \\ud83d\\ude80\", \"top\": 3}", false,
            "{\"lines\":1,\"words\":5,\"characters\":19,\"bytes\":27,\"different\":2,"
            "\"top\":[{\"word\":\"\xC3\xA5sa\",\"count\":2},{\"word\":\"it's\",\"count\":1}]}") +
        check("{\"text\": \"\"}", false,
            "{\"lines\":0,\"words\":0,\"characters\":0,\"bytes\":0,\"different\":0,\"top\":[]}") +
        check("{\"text\": \"a\\u0000b a\\u0000b\\n\\n\", \"top\": 0}", false,
            "{\"lines\":2,\"words\":2,\"characters\":9,\"bytes\":9,\"different\":1,\"top\":[]}") +
        check_fails("{}", "MissingText") + check_fails("[]", "MissingText") +
        check_fails("{\"text\": null}", "MissingText") + check_fails("{\"text\": [\"a\"]}", "MissingText") +
        check_fails("{\"text\": \"a\", \"top\": 101}", "InvalidTop") +
        check_fails("{\"text\": \"a\", \"top\": -1}", "InvalidTop") +
        check_fails("{\"text\": \"a\", \"top\": 1.5}", "InvalidTop") +
        check_fails("{\"text\": \"a\", \"top\": 99999999999999999999}", "InvalidTop") +
        check_fails("{\"text\": \"a\", \"top\": null}", "InvalidTop") + check_many(10000);
    fprintf(stderr, "%d checks failed\n", failures);
    return failures > 0;
}
