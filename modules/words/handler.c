/* Counts the words of a text: {"text": "To be or not to be"} gives {"words": 6, ..., "top": [{"word": "be", "count": 2}, ...]}. */

#include <locale.h>

#include "steploom.h"
#include "words.h"

/* Frequent words of an answer, if the event says nothing, and at most. */
#define TOP_DEFAULT 10
#define TOP_MAX 100
/* Bytes of a frequent word that an answer shows, so that it stays far below 256 KiB. */
#define WORD_BYTES_MAX 200

/* How many frequent words are asked for; -1 if that is no number of 0 to TOP_MAX. */
static long top_of(steploom_text event) {
    steploom_text top = steploom_member(event, "top");
    if (!top.data) return TOP_DEFAULT;
    long number = 0;
    for (size_t at = 0; at < top.len; at++) {
        if (top.data[at] < '0' || top.data[at] > '9' || number > TOP_MAX) return -1;
        number = 10 * number + (top.data[at] - '0');
    }
    return number <= TOP_MAX ? number : -1;
}

/* The word; of one that is too long its beginning, in whole characters. */
static steploom_text shown(steploom_text text) {
    if (text.len <= WORD_BYTES_MAX) return text;
    text.len = WORD_BYTES_MAX;
    while (text.len > 0 && (text.data[text.len] & 0xC0) == 0x80) text.len--;
    return text;
}

static void add_number(steploom_buffer *result, const char *name, size_t number) {
    steploom_add(result, result->len > 1 ? "," : "");
    steploom_add_quoted(result, steploom_text_of(name));
    steploom_add(result, ":");
    steploom_add_integer(result, (int64_t)number);
}

steploom_answer handler(steploom_text event) {
    /* What is a letter depends on it where tests run; in WebAssembly it is so anyway. */
    setlocale(LC_CTYPE, "C.UTF-8");
    steploom_buffer text = {0}, result = {0};
    if (!steploom_add_unquoted(&text, steploom_member(event, "text"))) {
        return steploom_error("MissingText", "the event needs a \"text\", which is a string");
    }
    long top = top_of(event);
    if (top < 0) return steploom_error("InvalidTop", "\"top\", how many frequent words are listed, is 0 to 100");

    tally counted = {0};
    if (text.len) tally_count(&counted, steploom_written(&text));
    size_t different = counted.used;
    steploom_add(&result, "{");
    add_number(&result, "lines", counted.lines);
    add_number(&result, "words", counted.words);
    add_number(&result, "characters", counted.characters);
    add_number(&result, "bytes", text.len);
    add_number(&result, "different", different);
    steploom_add(&result, ",\"top\":[");
    size_t listed = tally_top(&counted, (size_t)top);
    for (size_t at = 0; at < listed; at++) {
        steploom_add(&result, at ? ",{\"word\":" : "{\"word\":");
        steploom_add_quoted(&result, shown(counted.table[at].text));
        add_number(&result, "count", counted.table[at].count);
        steploom_add(&result, "}");
    }
    steploom_add(&result, "]}");
    steploom_log(STEPLOOM_INFO, "counted", steploom_integer_field("words", (int64_t)counted.words));
    return steploom_result(steploom_written(&result));
}

STEPLOOM_HANDLER(handler);
