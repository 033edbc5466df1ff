/* letters.h -- what a code point is to the detector: a letter of which script, and its small form.
 */
#ifndef LETTERS_H
#define LETTERS_H

#include "base/str.h"
#include <stdbool.h>
#include <stdint.h>

/* Scripts that decide something; Han is shared by Chinese and Japanese. */
enum script {
	SCRIPT_NONE, /* no letter */
	SCRIPT_JOIN, /* a mark that a word goes on over and that says nothing: harakat, joiners */
	SCRIPT_MARK, /* a letter of whatever script stands before it: an accent that is written
			apart */
	SCRIPT_LATIN,
	SCRIPT_CYRILLIC,
	SCRIPT_ARABIC,
	SCRIPT_DEVANAGARI,
	SCRIPT_BENGALI,
	SCRIPT_HEBREW,
	SCRIPT_ETHIOPIC,
	SCRIPT_HAN,
	SCRIPT_KANA,
	SCRIPT_HANGUL,
	SCRIPT_GREEK,
	SCRIPT_ARMENIAN,
	SCRIPT_GEORGIAN,
	SCRIPT_GURMUKHI,
	SCRIPT_GUJARATI,
	SCRIPT_ORIYA,
	SCRIPT_TAMIL,
	SCRIPT_TELUGU,
	SCRIPT_KANNADA,
	SCRIPT_MALAYALAM,
	SCRIPT_SINHALA,
	SCRIPT_THAI,
	SCRIPT_LAO,
	SCRIPT_TIBETAN,
	SCRIPT_MYANMAR,
	SCRIPT_KHMER,
	SCRIPT_THAANA,
	SCRIPT_SYRIAC,
	SCRIPT_MONGOLIAN,
	SCRIPT_TIFINAGH,
	SCRIPT_CHEROKEE,
	SCRIPT_OTHER, /* letters of scripts that nobody here reads */
	SCRIPT_COUNT,
};

struct letter {
	uint32_t lower : 24; /* its small form; '\'' for every sign used as an apostrophe */
	uint32_t script : 8;
};

struct str script_name(enum script); /* ISO 15924; .ptr NULL for those before LATIN */

/* The table behind letter_of(); once, before any thread. */
void letters_prepare(void);

#define LETTERS_IN_TABLE 0x3000
extern struct letter letters_table[LETTERS_IN_TABLE];
struct letter letter_beyond_table(uint32_t code_point);

static inline struct letter
letter_of(uint32_t code_point)
{
	return code_point < LETTERS_IN_TABLE ? letters_table[code_point]
					     : letter_beyond_table(code_point);
}

#endif
