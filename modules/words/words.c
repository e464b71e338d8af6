/* Counts words. What is a space, a sign or a capital letter is what Unicode says. */

#include <wctype.h>

#include "words.h"

/* Places of the first table; a power of two, as all after it. */
#define PLACES_FIRST 256

/* The character at `at`, which moves behind it. Bytes that are no UTF-8 are U+FFFD, one each. */
static uint32_t character(const char **at, const char *end) {
    unsigned char first = (unsigned char)*(*at)++;
    if (first < 0x80) return first;
    int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
    if (more == 0 || first > 0xF4 || end - *at < more) return 0xFFFD;
    uint32_t code = first & (0x3F >> more);
    for (int index = 0; index < more; index++) {
        unsigned char next = (unsigned char)(*at)[index];
        if ((next & 0xC0) != 0x80) return 0xFFFD;
        code = code << 6 | (next & 0x3F);
    }
    *at += more;
    return code;
}

/* A space of Unicode; those that keep words together divide them, too. */
static bool is_space(uint32_t code) {
    return (code >= 9 && code <= 13) || code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F ||
           code == 0x3000;
}

/* The 64-bit hash FNV-1a. */
static uint64_t hash(steploom_text text) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t at = 0; at < text.len; at++) hash = (hash ^ (unsigned char)text.data[at]) * 0x100000001B3u;
    return hash;
}

/* The place of a word, or the empty one where it belongs. */
static word *place(const tally *tally, steploom_text text) {
    size_t at = hash(text) & (tally->capacity - 1);
    for (;; at = (at + 1) & (tally->capacity - 1)) {
        word *found = &tally->table[at];
        if (found->count == 0) return found;
        if (found->text.len == text.len && memcmp(found->text.data, text.data, text.len) == 0) return found;
    }
}

/* Keeps a quarter of the places empty. */
static void make_room(tally *tally) {
    if (tally->capacity && tally->used < tally->capacity / 4 * 3) return;
    word *old = tally->table;
    size_t places = tally->capacity;
    tally->capacity = places ? 2 * places : PLACES_FIRST;
    tally->table = calloc(tally->capacity, sizeof(word));
    if (!tally->table) {
        steploom_out_of_memory();
        return;
    }
    for (size_t at = 0; at < places; at++) {
        if (old[at].count) *place(tally, old[at].text) = old[at];
    }
    free(old);
}

/* Counts the word in `written`, without the signs around it. */
static void count_word(tally *tally, steploom_buffer *written, size_t from, size_t to) {
    tally->words++;
    if (from >= to) return; /* nothing but signs */
    steploom_text text = {written->data + from, to - from};
    make_room(tally);
    word *found = place(tally, text);
    if (found->count++ == 0) {
        char *kept = malloc(text.len);
        if (!kept) {
            steploom_out_of_memory();
            return;
        }
        memcpy(kept, text.data, text.len);
        found->text.data = kept;
        found->text.len = text.len;
        tally->used++;
    }
}

void tally_count(tally *tally, steploom_text text) {
    const char *at = text.data, *end = text.data + text.len;
    steploom_buffer written = {0}; /* the word so far, in lower case */
    size_t from = 0, to = 0;       /* its part between signs: "(it's)" is it's */
    bool in_word = false, in_line = false;
    while (at < end) {
        uint32_t code = character(&at, end);
        tally->characters++;
        in_line = code != '\n';
        if (!in_line) tally->lines++;
        if (is_space(code)) {
            if (in_word) count_word(tally, &written, from, to);
            in_word = false;
            continue;
        }
        if (!in_word) written.len = from = to = 0;
        in_word = true;
        bool is_sign = iswpunct((wint_t)code);
        size_t before = written.len;
        steploom_add_character(&written, (uint32_t)towlower((wint_t)code));
        if (!is_sign) to = written.len;
        else if (from == before) from = written.len; /* still before the word */
    }
    if (in_word) count_word(tally, &written, from, to);
    if (in_line) tally->lines++; /* the last one has no end */
    free(written.data);
}

static int by_count(const void *one, const void *other) {
    const word *a = one, *b = other;
    if (a->count != b->count) return a->count < b->count ? 1 : -1;
    int order = memcmp(a->text.data, b->text.data, a->text.len < b->text.len ? a->text.len : b->text.len);
    if (order != 0) return order;
    return a->text.len < b->text.len ? -1 : a->text.len > b->text.len;
}

size_t tally_top(tally *tally, size_t most) {
    size_t used = 0;
    for (size_t at = 0; at < tally->capacity; at++) {
        if (tally->table[at].count) tally->table[used++] = tally->table[at];
    }
    if (used) qsort(tally->table, used, sizeof(word), by_count);
    return used < most ? used : most;
}
