/* romanise_tables.h -- how letters and words are spelled in Latin ones; written by us. */
#ifndef LANGID_ROMANISE_TABLES_H
#define LANGID_ROMANISE_TABLES_H

#include <stdbool.h>

enum letter_kind {
	LETTER,
	CONSONANT,
	SIGN,
	KILLER
}; /* signs replace the inherent vowel, a killer takes it */

struct letter_spelling {
	const char *from, *to; /* to: the usual spelling first */
	enum letter_kind kind;
};
struct romanisation {
	const char *code;
	const struct letter_spelling *letters; /* longest first where one begins with another */
	const struct letter_spelling *words;   /* or NULL; lower case */
	const char *unwritten; /* vowels to hear between consonants; NULL: the script has them */
	const char *inherent;  /* what a consonant without a sign sounds with; or NULL */
	bool final_inherent, drops_inherent;
};
extern const struct romanisation romanisations[];

#endif
