/*
 * pools.h -- what the language models learn from, by script and label.
 *
 * Lines come from langid/train.tsv.gz, words from the lists of FrequencyWords. Chinese is told
 * apart into zh-Hans and zh-Hant by its signs, Serbian and Uzbek are there in both of their
 * scripts, and what is written in other scripts is there as chats romanise it. Lines and words that
 * stand in langid/dev.tsv are left out, in whatever language they are.
 */
#ifndef LANGID_POOLS_H
#define LANGID_POOLS_H

#include "../../stages/detect-lang/letters.h"
#include "base/err.h"
#include "base/str.h"

#define LABELS_MOST 160
#define LABEL_ROOM  12

/* Doubtful: lines whose label may as well be that of a look-alike. */
enum pool_source {
	SOURCE_SPEECH,
	SOURCE_SUBTITLES,
	SOURCE_NEWS,
	SOURCE_TWEETS,
	SOURCE_DOUBTFUL,
	SOURCE_WORDS,
	SOURCE_COUNT
};

struct pool_lines {
	struct str *at;
	size_t count, room;
};
struct pool_words {
	struct str *at;
	double *count;
	double total; /* of the counts */
	size_t length, room;
};
struct pool {
	struct pool_lines lines[SOURCE_COUNT];
	struct pool_words words;
};
struct pools {
	char labels[LABELS_MOST][LABEL_ROOM];
	size_t label_count;
	struct pool *by_script[SCRIPT_COUNT]; /* LABELS_MOST each; NULL: nothing in that script */
};

/* data: the folder with langid/; words: the folder with LANGUAGE/LANGUAGE_full.txt or _50k.txt. */
int pools_read(struct pools *, const char *data, const char *words, struct err *);
size_t pools_label(struct pools *, struct str name);
size_t pool_lines(const struct pool *); /* of all sources */

#endif
