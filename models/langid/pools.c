#include "pools.h"

#include "../../stages/detect-lang/text_words.h"
#include "base/buf.h"
#include "base/mem.h"
#include "romanise.h"
#include "south_slavic.h"
#include "spelling.h"
#include "text/utf8.h"
#include <errno.h>
#include <stdio.h>
#include <zlib.h>

#define LINE_LONGEST 8192
#define WORDS_MOST   50000 /* of each list */
#define FOREIGN      10    /* so many times more frequent in another language: it is that one's */

/* FrequencyWords' names where they are not ours. */
static const struct {
	const char *label, *list;
} lists[] = {
	{"nb", "no"}, {"pt", "pt"}, {"pt", "pt_br"}, {"zh-Hans", "zh_cn"}, {"zh-Hant", "zh_tw"}};

struct list_word {
	uint64_t word;
	float share; /* of all words of its list */
};
struct shares { /* the greatest share of each word in any list */
	struct list_word *at;
	size_t count, room;
};

static uint64_t
word_hash(struct str s)
{
	uint64_t h = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.ptr[i]) * UINT64_C(0x100000001B3);
	return h;
}

size_t
pools_label(struct pools *p, struct str name)
{
	size_t i = 0;

	while (i < p->label_count && !str_equal(str_of(p->labels[i]), name))
		i++;
	if (i == p->label_count && i < LABELS_MOST && name.len < LABEL_ROOM) {
		memcpy(p->labels[i], name.ptr, name.len);
		p->label_count++;
	}
	return i;
}

size_t
pool_lines(const struct pool *p)
{
	size_t n = 0;

	for (int source = 0; source < SOURCE_COUNT; source++)
		n += p->lines[source].count;
	return n;
}

static struct pool *
pool_of(struct pools *p, enum script script, size_t label)
{
	if (p->by_script[script] == NULL)
		p->by_script[script] = mem_zero(LABELS_MOST, sizeof(struct pool));
	return &p->by_script[script][label];
}

static struct str
copy(struct str s)
{
	return (struct str){mem_copy(s.ptr, s.len), s.len};
}

static void
add_line(struct pools *p, size_t label, enum script script, enum pool_source source,
	 struct str text)
{
	struct pool_lines *lines = &pool_of(p, script, label)->lines[source];

	MEM_GROW(lines->at, lines->count, lines->room);
	lines->at[lines->count++] = copy(text);
}

static enum script
main_script(const struct text_words *words)
{
	enum script best = SCRIPT_NONE;

	for (int i = SCRIPT_LATIN; i < SCRIPT_COUNT; i++) {
		if (words->by_script[i] > words->by_script[best])
			best = (enum script)i;
	}
	return best;
}

/* The words of one script alone, apart by spaces. */
static struct str
words_in(const struct text_words *words, enum script script, struct buf *to)
{
	buf_clear(to);
	for (size_t i = 0; i < words->word_count; i++) {
		const struct text_word *word = &words->words[i];
		if (word->script != script)
			continue;
		if (to->len > 0)
			buf_add_byte(to, ' ');
		for (size_t k = 0; k < word->count; k++)
			utf8_add(to, words->letters[word->first + k]);
	}
	return buf_str(to);
}

static size_t
romanised_label(struct pools *p, struct str code)
{
	struct buf name = {0};
	size_t label;

	buf_printf(&name, "%.*s-Latn", STR_ARG(code));
	label = pools_label(p, buf_str(&name));
	buf_free(&name);
	return label;
}

static struct str
in_small_letters(struct str text, struct buf *to)
{
	buf_clear(to);
	while (text.len > 0)
		utf8_add(to, letter_of(utf8_next(&text)).lower);
	return buf_str(to);
}

static bool
romanise_line(struct str code, struct str text, struct buf *to)
{
	struct buf small = {0};
	bool is_one = romanise(code, in_small_letters(text, &small), word_hash(text), to);

	buf_free(&small);
	return is_one;
}

static bool
is_south_slavic(struct str code)
{
	return str_equal(code, STR("bs")) || str_equal(code, STR("hr")) ||
	       str_equal(code, STR("sr"));
}

/* A line as it is, and as else it is written: in another script of its language. */
static void
take_text(struct pools *p, struct str code, enum pool_source source, struct str text)
{
	static struct text_words words;
	struct buf made = {0};
	size_t label;

	text_words_read(&words, text);
	enum script script = main_script(&words);
	if (script == SCRIPT_NONE)
		goto end;
	if (str_equal(code, STR("zh"))) {
		code = spelling_chinese(text);
		if (code.len == 0)
			goto end;
	}
	if (is_south_slavic(code) && script == SCRIPT_LATIN && source == SOURCE_SUBTITLES) {
		struct str known = south_slavic_label(text);
		if (known.len > 0)
			code = known;
		else
			source = SOURCE_DOUBTFUL;
	}
	label = pools_label(p, code);
	if (str_equal(code, STR("ja"))) { /* kana decide at once: the rest is to be learned */
		if (words.by_script[SCRIPT_HAN] > 0)
			add_line(p, label, SCRIPT_HAN, source, words_in(&words, SCRIPT_HAN, &made));
		goto end;
	}
	add_line(p, label, script, source, text);
	if (script != SCRIPT_LATIN && romanise_line(code, text, &made))
		add_line(p, romanised_label(p, code), SCRIPT_LATIN, source, buf_str(&made));
	if (spelling_in_other_script(code, script, text, &made)) {
		text_words_read(&words, buf_str(&made));
		add_line(p, label, main_script(&words), source, buf_str(&made));
	}
end:
	buf_free(&made);
}

static enum pool_source
source_of(struct str name)
{
	return str_equal(name, STR("cv"))      ? SOURCE_SPEECH
	       : str_equal(name, STR("xed"))   ? SOURCE_SUBTITLES
	       : str_equal(name, STR("ntrex")) ? SOURCE_NEWS
	       : str_equal(name, STR("fw"))    ? SOURCE_WORDS
					       : SOURCE_TWEETS;
}

/* Texts that are measured with: hashes, in order. */
struct held_out {
	uint64_t *at;
	size_t count, room;
};

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* None where there is no such file. */
static void
read_held_out(struct held_out *h, const char *data)
{
	static char line[LINE_LONGEST];
	struct buf path = {0}, small = {0};

	buf_printf(&path, "%s/langid/dev.tsv", data);
	FILE *file = fopen(buf_cstr(&path), "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		struct str text = str_trim(str_of(line));
		(void)str_cut(&text, '\t');
		(void)str_cut(&text, '\t');
		if (utf8_valid_prefix(text) < text.len)
			continue;
		MEM_GROW(h->at, h->count, h->room);
		h->at[h->count++] = word_hash(in_small_letters(text, &small));
	}
	if (h->count > 0)
		qsort(h->at, h->count, sizeof(*h->at), by_number);
	if (file != NULL)
		fclose(file);
	buf_free(&path);
	buf_free(&small);
}

/* text is valid. */
static bool
is_held_out(const struct held_out *h, struct str text)
{
	struct buf small = {0};
	uint64_t hash = word_hash(in_small_letters(text, &small));

	buf_free(&small);
	return h->count > 0 && bsearch(&hash, h->at, h->count, sizeof(hash), by_number) != NULL;
}

static int
read_lines(struct pools *p, const char *data, const struct held_out *held_out, struct err *err)
{
	static char line[LINE_LONGEST];
	struct buf path = {0}, text = {0};
	int result = -1;

	buf_printf(&path, "%s/langid/train.tsv.gz", data);
	gzFile file = gzopen(buf_cstr(&path), "rb");
	if (file == NULL) {
		err_set(err, ERR_FATAL, "could not open \"%s\": %s", buf_cstr(&path),
			strerror(errno));
		goto end;
	}
	while (gzgets(file, line, sizeof(line)) != NULL) {
		struct str rest = str_trim(str_of(line));
		struct str code = str_cut(&rest, '\t'), source = str_cut(&rest, '\t');
		if (utf8_valid_prefix(rest) < rest.len || source_of(source) == SOURCE_WORDS ||
		    is_held_out(held_out, rest))
			continue;
		buf_clear(&text);
		spelling_repair(code, rest, &text);
		take_text(p, code, source_of(source), buf_str(&text));
	}
	result =
		gzeof(file) ? 0 : err_set(err, ERR_FATAL, "could not read \"%s\"", buf_cstr(&path));
	gzclose(file);
end:
	buf_free(&path);
	buf_free(&text);
	return result;
}

static int
by_word(const void *a, const void *b)
{
	const struct list_word *x = a, *y = b;

	if (x->word != y->word)
		return x->word < y->word ? -1 : 1;
	return x->share > y->share ? -1 : x->share < y->share;
}

static void
add_pool_word(struct pool_words *to, struct str word, double count)
{
	if (to->length == to->room) {
		to->room = to->room == 0 ? 1024 : to->room * 2;
		to->at = mem_resize_array(to->at, to->room, sizeof(*to->at));
		to->count = mem_resize_array(to->count, to->room, sizeof(*to->count));
	}
	to->at[to->length] = copy(word);
	to->count[to->length++] = count;
	to->total += count;
}

static FILE *
open_list(const char *folder, const char *list)
{
	struct buf path = {0};
	FILE *file;

	buf_printf(&path, "%s/%s/%s_full.txt", folder, list, list);
	file = fopen(buf_cstr(&path), "r");
	if (file == NULL) {
		buf_clear(&path);
		buf_printf(&path, "%s/%s/%s_50k.txt", folder, list, list);
		file = fopen(buf_cstr(&path), "r");
	}
	buf_free(&path);
	return file;
}

/* A list's words into the label's pools by their scripts; what is no single word is left out. */
static void
read_list(struct pools *p, const char *folder, const char *list, size_t label,
	  const struct held_out *held_out)
{
	static struct text_words words;
	static char line[LINE_LONGEST];
	FILE *file = open_list(folder, list);

	if (file == NULL)
		return;
	for (size_t n = 0; n < WORDS_MOST && fgets(line, sizeof(line), file) != NULL; n++) {
		struct str rest = str_trim(str_of(line)), word = str_cut(&rest, ' ');
		uint64_t count;
		if (!str_to_u64(rest, &count) || utf8_valid_prefix(word) < word.len ||
		    is_held_out(held_out, word))
			continue;
		text_words_read(&words, word);
		if (words.word_count != 1 || words.words[0].end != utf8_length(word))
			continue;
		add_pool_word(&pool_of(p, words.words[0].script, label)->words, word,
			      (double)count);
	}
	fclose(file);
}

static void
note_shares(struct shares *all, const struct pool_words *words)
{
	for (size_t i = 0; i < words->length; i++) {
		MEM_GROW(all->at, all->count, all->room);
		all->at[all->count++] = (struct list_word){word_hash(words->at[i]),
							   (float)(words->count[i] / words->total)};
	}
}

static double
greatest_share(const struct shares *all, struct str word)
{
	uint64_t wanted = word_hash(word);
	size_t low = 0, high = all->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (all->at[middle].word < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return all->at[low].share;
}

/* Subtitles are full of foreign names and words. */
static void
drop_foreign(struct pool_words *words, const struct shares *all)
{
	size_t n = 0;

	for (size_t i = 0; i < words->length; i++) {
		if (words->count[i] / words->total * FOREIGN < greatest_share(all, words->at[i]))
			continue;
		words->at[n] = words->at[i];
		words->count[n++] = words->count[i];
	}
	words->length = n;
}

/* Words as they are in a language's other script. */
static void
spell_words(struct pools *p, size_t label, enum script script)
{
	static struct text_words words;
	struct str code = str_of(p->labels[label]);
	const struct pool_words from = pool_of(p, script, label)->words;
	struct buf made = {0};

	for (size_t i = 0; i < from.length; i++) {
		if (!spelling_in_other_script(code, script, from.at[i], &made))
			break;
		text_words_read(&words, buf_str(&made));
		if (words.word_count != 1)
			continue;
		add_pool_word(&pool_of(p, words.words[0].script, label)->words, buf_str(&made),
			      from.count[i]);
	}
	buf_free(&made);
}

static void
romanise_words(struct pools *p, size_t label, enum script script)
{
	struct str code = str_of(p->labels[label]);
	struct buf made = {0};

	if (p->by_script[script] == NULL)
		return;
	const struct pool_words from = p->by_script[script][label].words;
	for (size_t i = 0; i < from.length && romanise_line(code, from.at[i], &made); i++) {
		if (made.len > 0)
			add_pool_word(&pool_of(p, SCRIPT_LATIN, romanised_label(p, code))->words,
				      buf_str(&made), from.count[i]);
	}
	buf_free(&made);
}

static void
read_lists(struct pools *p, const char *folder, const struct held_out *held_out)
{
	struct shares all = {0};

	for (size_t i = 0; i < p->label_count; i++)
		read_list(p, folder, p->labels[i], i, held_out);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		read_list(p, folder, lists[i].list, pools_label(p, str_of(lists[i].label)),
			  held_out);
	for (int script = SCRIPT_LATIN; script < SCRIPT_COUNT; script++) {
		for (size_t i = 0; p->by_script[script] != NULL && i < p->label_count; i++)
			note_shares(&all, &p->by_script[script][i].words);
	}
	if (all.count == 0)
		return;
	qsort(all.at, all.count, sizeof(*all.at), by_word);
	for (int script = SCRIPT_LATIN; script < SCRIPT_COUNT; script++) {
		for (size_t i = 0; p->by_script[script] != NULL && i < p->label_count; i++)
			drop_foreign(&p->by_script[script][i].words, &all);
	}
	free(all.at);
	for (size_t i = 0; i < p->label_count; i++) {
		spell_words(p, i, SCRIPT_LATIN);
		for (int script = SCRIPT_CYRILLIC; script < SCRIPT_COUNT; script++)
			romanise_words(p, i, (enum script)script);
	}
}

int
pools_read(struct pools *p, const char *data, const char *words, struct err *err)
{
	struct held_out held_out = {0};

	read_held_out(&held_out, data);
	spelling_learn_chinese(open_list(words, "zh_cn"), open_list(words, "zh_tw"));
	int result = read_lines(p, data, &held_out, err);
	if (result == 0)
		read_lists(p, words, &held_out);
	free(held_out.at);
	return result;
}
