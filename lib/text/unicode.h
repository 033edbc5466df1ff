/* unicode.h -- what Unicode says of a character, in one look-up. */
#ifndef TEXT_UNICODE_H
#define TEXT_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* Word_Break, by the names of UAX #29. */
enum unicode_word {
	WORD_OTHER,
	WORD_CR,
	WORD_LF,
	WORD_NEWLINE,
	WORD_EXTEND,
	WORD_ZWJ,
	WORD_FORMAT,
	WORD_REGIONAL_INDICATOR,
	WORD_KATAKANA,
	WORD_HEBREW_LETTER,
	WORD_ALETTER,
	WORD_SINGLE_QUOTE,
	WORD_DOUBLE_QUOTE,
	WORD_MID_NUM_LET,
	WORD_MID_LETTER,
	WORD_MID_NUM,
	WORD_NUMERIC,
	WORD_EXTEND_NUM_LET,
	WORD_SEG_SPACE,
};

/* Grapheme_Cluster_Break, by the same. */
enum unicode_grapheme {
	GRAPHEME_OTHER,
	GRAPHEME_CR,
	GRAPHEME_LF,
	GRAPHEME_CONTROL,
	GRAPHEME_EXTEND,
	GRAPHEME_ZWJ,
	GRAPHEME_REGIONAL_INDICATOR,
	GRAPHEME_PREPEND,
	GRAPHEME_SPACING_MARK,
	GRAPHEME_L,
	GRAPHEME_V,
	GRAPHEME_T,
	GRAPHEME_LV,
	GRAPHEME_LVT,
};

/* The first letter of General_Category. */
enum unicode_category {
	CATEGORY_OTHER,
	CATEGORY_LETTER,
	CATEGORY_MARK,
	CATEGORY_NUMBER,
	CATEGORY_PUNCTUATION,
	CATEGORY_SYMBOL,
	CATEGORY_SEPARATOR,
};

enum unicode_script { /* of those that somebody asks for */
		      SCRIPT_OTHER,
		      SCRIPT_HAN,
		      SCRIPT_HIRAGANA,
		      SCRIPT_KATAKANA,
		      SCRIPT_THAI,
		      SCRIPT_LAO,
		      SCRIPT_KHMER,
		      SCRIPT_MYANMAR,
		      SCRIPT_HANGUL,
		      SCRIPT_LATIN,
};

enum unicode_flag {
	UNICODE_EXTENDED_PICTOGRAPHIC = 1,
	UNICODE_EMOJI_PRESENTATION = 2,
	UNICODE_EMOJI = 4,
	UNICODE_EMOJI_MODIFIER = 8,
	UNICODE_FOLDS_TO_LOWER =
		16,                 /* NFKC_Casefold is its lower case, as casefold_letter() says */
	UNICODE_FOLDS_FURTHER = 32, /* it is something else, or depends on the neighbours */
	UNICODE_COMBINES = 64,      /* Canonical_Combining_Class is not 0 */
};

struct unicode_character {
	uint8_t word, grapheme, category, script, flags; /* of the enums above */
};

extern const struct unicode_character unicode_kinds[];
extern const uint16_t unicode_block_of[];
extern const uint8_t unicode_blocks[][128];

/* c <= 0x10FFFF */
static inline uint8_t
unicode_kind(uint32_t c)
{
	return unicode_blocks[unicode_block_of[c / 128]][c % 128];
}

static inline const struct unicode_character *
unicode_of(uint32_t c)
{
	return &unicode_kinds[unicode_kind(c)];
}

/* Of a character what words are walked by, in a byte: whether it is a letter or, behind one, a
 * mark; and its flags UNICODE_FOLDS_TO_LOWER, UNICODE_FOLDS_FURTHER, UNICODE_COMBINES. */
enum { UNICODE_WORD_LETTER = 1, UNICODE_WORD_MARK = 2 };
extern const uint8_t unicode_word_kinds[];
/* The same of what UTF-8 writes with two bytes at most, by the character itself. */
extern const uint8_t unicode_word_kinds_of_two[0x800];
/* And what UNICODE_FOLDS_TO_LOWER makes of it, or itself; 0: something that takes more bytes. */
extern const uint16_t unicode_folded_of_two[0x800];

static inline unsigned
unicode_word_kind(uint32_t c)
{
	return unicode_word_kinds[unicode_kind(c)];
}

#endif
