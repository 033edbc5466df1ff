#include "language/stems.h"

#include "base/mem.h"
#include <libstemmer.h>

#define LANGUAGES_MOST 64 /* that are remembered, known ones and others */

struct stems {
	struct {
		char code[4];
		struct sb_stemmer *stemmer; /* NULL: Snowball does not know it */
	} of[LANGUAGES_MOST];
	size_t count;
};

struct stems *
stems_new(void)
{
	return mem_zero(1, sizeof(struct stems));
}

void
stems_free(struct stems *s)
{
	for (size_t i = 0; s != NULL && i < s->count; i++)
		sb_stemmer_delete(s->of[i].stemmer);
	free(s);
}

static struct sb_stemmer *
stemmer_of(struct stems *s, struct str language)
{
	char code[4] = {0};
	size_t n = 0;

	while (n < language.len && language.ptr[n] != '-')
		n++;
	if (n < 2 || n > 3)
		return NULL;
	memcpy(code, language.ptr, n);
	for (size_t i = 0; i < s->count; i++)
		if (memcmp(s->of[i].code, code, sizeof(code)) == 0)
			return s->of[i].stemmer;
	if (s->count == LANGUAGES_MOST)
		return NULL;
	memcpy(s->of[s->count].code, code, sizeof(code));
	s->of[s->count].stemmer = sb_stemmer_new(code, NULL);
	return s->of[s->count++].stemmer;
}

struct str
stems_norm(struct stems *s, struct str language, struct arena *arena, struct str word,
	   struct str norm)
{
	struct sb_stemmer *stemmer = stemmer_of(s, language);
	struct str from = norm.ptr == NULL ? word : norm;

	if (stemmer == NULL || from.len > 1024)
		return norm;
	const sb_symbol *stem = mem_check((void *)(uintptr_t)sb_stemmer_stem(
		stemmer, (const sb_symbol *)from.ptr, (int)from.len));
	struct str found = {(const char *)stem, (size_t)sb_stemmer_length(stemmer)};
	return str_equal(found, from) || found.len == 0 ? norm : arena_copy(arena, found);
}
