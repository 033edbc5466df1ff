/* stage_catalog.h -- which stages there are: every program chatmill-NAME in the folder of chatmill
 * itself, then in those of $PATH, as git does it. The first of a name counts. */
#ifndef CHATMILL_STAGE_CATALOG_H
#define CHATMILL_STAGE_CATALOG_H

#include "base/err.h"
#include "stage_description.h"

struct stage_program {
	char *name, *path;                     /* "parse", "/usr/bin/chatmill-parse" */
	struct stage_description *description; /* NULL: not asked yet, or */
	struct err err;                        /* why it gives none */
	bool silent; /* it was asked, and said nothing: made by others, in whatever language */
};
struct stage_catalog {
	struct stage_program *programs; /* by name */
	size_t count, room;
};

/* What a program says to `--describe` and whatever else is on its command line. */
struct stage_question {
	const char *const *argv;          /* ends with NULL; argv[0] is its path */
	struct stage_description *answer; /* the caller frees it; NULL: none */
	struct err err;                   /* why not, in its own words unless it is silent */
	bool silent;                      /* it gave no answer at all */
};
/* All at once. */
void stage_questions_ask(struct stage_question *, size_t count);

/* By their names alone; no program is started. own_folder: NULL is none. */
struct stage_catalog *stage_catalog_find(const char *own_folder, const char *search_path);
struct stage_catalog *stage_catalog_here(void); /* beside this program, and in $PATH */
/* Asks all of them at once. */
void stage_catalog_describe(struct stage_catalog *);
void stage_catalog_free(struct stage_catalog *); /* NULL is fine */

/* A file that may be run. */
bool stage_catalog_is_program(const char *path);

struct stage_program *stage_catalog_get(const struct stage_catalog *, const char *name);
/* The name that somebody who typed this may have meant, among those of the stages and others (NULL:
 * there are none; else ends with NULL); NULL: none is near. */
const char *stage_catalog_nearest(const struct stage_catalog *, const char *const *others,
				  const char *typed);

/* The folder of this program; the caller frees it. NULL: it cannot be told. */
char *stage_catalog_own_folder(void);

#endif
