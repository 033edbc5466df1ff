/*
 * chat_authors.h -- who writes in a chat.
 *
 * A name may hold ": " itself, so the first one need not end it. Names recur, texts don't: a longer
 * beginning that (nearly) all lines of the shorter one share is the name.
 */
#ifndef CHAT_AUTHORS_H
#define CHAT_AUTHORS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "message_identity.h"

#define AUTHOR_LONGEST 256       /* bytes of a name */
#define AUTHORS_MOST   (4 << 20) /* bytes kept of names; later ones are taken as they come */

struct author {
	struct str label;      /* as the line has it: the key */
	uint64_t head, tail;   /* its bytes at both ends */
	struct str name;       /* marks removed, valid UTF-8 */
	uint64_t repaired;     /* broken parts of it that became U+FFFD */
	struct sender_id id;   /* of the name with plain spaces: the same from any phone */
	uint64_t lines;        /* that begin with it and ": " */
	uint64_t unmarked;     /* of those: without a mark in front of the text */
	uint64_t continued;    /* of those: with another ": " soon */
	struct author *longer; /* the most frequent name that goes on behind this one's ": " */
	bool person;           /* was looked at: its words are not WhatsApp's */
	bool settled;          /* so many lines have shown where the name ends: none is counted */
};
#define AUTHORS_RECENT 64 /* a power of two */
struct chat_authors {
	struct map map;
	struct author
		*recent[AUTHORS_RECENT]; /* by a quick hash of the label: most are met again */
	struct arena arena;
	struct author spare; /* who is not kept, */
	struct buf spare_name;
};
void chat_authors_free(struct chat_authors *);

/* Where the label of a line may end, and whose it would be. */
struct author_guess {
	size_t colon;          /* bytes before it; the line's length: there is none */
	struct author *author; /* NULL: none, or not kept */
};
/* line: the whole first line behind a header. */
struct author_guess chat_authors_guess(struct chat_authors *, struct str line);
/* The same, and the line is counted. */
struct author_guess chat_authors_learn(struct chat_authors *, struct str line);

/* The author that the line begins with; NULL: it has none. *length: bytes up to the text. */
struct author *chat_authors_find(struct chat_authors *, struct str line, struct author_guess,
				 size_t *length);

/* By its label; made when new. What cannot be kept lives until the next such call. */
struct author *chat_authors_place(struct chat_authors *, struct str label);

#endif
