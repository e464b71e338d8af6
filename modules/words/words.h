/* The words of a text, and how often each stands in it. */
#ifndef WORDS_H
#define WORDS_H

#include "steploom.h"

/* A word in lower case. */
typedef struct {
    steploom_text text;
    size_t count;
} word;

/* What was counted. Begins as `{0}`. */
typedef struct {
    size_t lines, words, characters;
    /* Different words: `used` of them, in a table of `capacity` places. */
    word *table;
    size_t used, capacity;
} tally;

/* Counts a text in UTF-8. */
void tally_count(tally *tally, steploom_text text);

/* The `most` most frequent words, those of equal count by their bytes; says how many they are. They are the front of
   the table, which cannot be counted into any more. */
size_t tally_top(tally *tally, size_t most);

#endif
