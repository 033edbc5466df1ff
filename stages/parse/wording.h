/*
 * wording.h -- what WhatsApp itself writes into an export, in the languages that are known.
 *
 * The table (wording.tsv) holds facts seen in exports and in public parsers, each with its source;
 * docs/kinds.md says which kind of message each becomes, docs/wording.md has them all.
 */
#ifndef WORDING_H
#define WORDING_H

#include "base/str.h"

enum wording {
	WORDING_NONE,
	/* A whole body. */
	WORDING_OMITTED_MEDIA,
	WORDING_OMITTED_IMAGE,
	WORDING_OMITTED_VIDEO,
	WORDING_OMITTED_VIDEO_NOTE,
	WORDING_OMITTED_AUDIO,
	WORDING_OMITTED_STICKER,
	WORDING_OMITTED_GIF,
	WORDING_OMITTED_DOCUMENT,
	WORDING_OMITTED_CONTACT,
	WORDING_VIEW_ONCE,
	WORDING_WAITING, /* it had not arrived when the chat was exported */
	WORDING_DELETED,
	WORDING_DELETED_BY_EXPORTER,
	WORDING_MISSED_VOICE,
	WORDING_MISSED_VIDEO,
	WORDING_MISSED_GROUP_VOICE,
	WORDING_MISSED_GROUP_VIDEO,
	WORDING_CALL_VOICE, /* what became of it stands behind */
	WORDING_CALL_VIDEO,
	WORDING_CALL_GROUP_VOICE,
	WORDING_CALL_GROUP_VIDEO,
	WORDING_LIVE_LOCATION,
	WORDING_ENCRYPTION, /* its first sentence */
	/* Beside the name of a file. */
	WORDING_FILE_ATTACHED, /* NAME (file attached) */
	WORDING_ATTACHED,      /* <attached: NAME> */
	/* Behind a text. */
	WORDING_EDITED,
	/* In front of ": ". */
	WORDING_LOCATION,
	WORDING_POLL,
	WORDING_POLL_OPTION,
	/* Behind a call. */
	WORDING_UNANSWERED,
	WORDING_CALL_BACK, /* and what else only a missed one has */
	WORDING_JOINED,    /* a number stands before it */
	WORDING_SECOND,
	WORDING_MINUTE,
	WORDING_HOUR,
	/* A name stands behind it. */
	WORDING_DELETED_BY_ADMIN,
	/* Where a name may stand. */
	WORDING_SELF, /* whoever exported the chat */
};
enum wording_place {
	WORDING_BODY,
	WORDING_BESIDE_FILE,
	WORDING_BEHIND,
	WORDING_BEFORE,
	WORDING_IN_POLL,
	WORDING_OF_CALL,
	WORDING_BEFORE_NAME,
	WORDING_AS_NAME
};

/* What a phrase without marks says in that place. A full stop and spaces at its end don't count,
 * nor does the case of its first letter, where that is ASCII.
 * *locale (NULL is fine): 0 when several languages share the phrase. */
enum wording wording_find(enum wording_place, struct str phrase, uint8_t *locale);

/* false: the text begins as no known words about a call do. */
bool wording_may_begin_call(struct str text);

/* The language that a message's text (marks in front of it removed) gives away; 0: none. */
uint8_t wording_locale_of(struct str text);
/* Whether there is a phrase of that kind in this language. */
bool wording_locale_has(uint8_t locale, enum wording);
/* Whether the phrase, which is not known, ends as what is left out does in this language: it names
 * a sort that is new. Looks at all phrases. */
bool wording_ends_like_omission(struct str phrase, uint8_t locale);

const char *wording_locale_name(uint8_t locale); /* "de"; "" for 0 */
/* Dates with the month first are usual where this language is spoken, or it could be. */
bool wording_locale_is_month_first(uint8_t locale);

/* The first sentence of a text, without its full stop: as notices are looked up. */
struct str wording_first_sentence(struct str text);

#endif
