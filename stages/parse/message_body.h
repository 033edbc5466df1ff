/*
 * message_body.h -- what stands behind "sender: ", as a kind, a text and details.
 *
 * Wording that is known decides; where it is not, the structure does (a name of a file beside a
 * word, options with votes, a link to a map), and says so.
 */
#ifndef MESSAGE_BODY_H
#define MESSAGE_BODY_H

#include "base/buf.h"
#include "base/map.h"
#include "message.h"

#define BODY_MENTIONS 32
struct body_entry { /* of a zip: values of the map below, by the name without its folder */
	struct str name;
	int64_t size;
	struct str path; /* ptr NULL: unknown */
};

struct body_source {
	struct str raw;            /* to the end of the message; its last line end is ignored */
	bool line_marked;          /* a direction mark stood in front of the header */
	bool of_iphone;            /* by the form of its headers */
	uint8_t locale;            /* wording_locale_name(); 0: not known */
	const struct map *entries; /* NULL: none known */
};

/* What a message's parts point into, besides the source: valid until the next message. */
struct body_scratch {
	struct buf text;
	unsigned signs; /* enum text_sign: of what was cleaned last */
	struct attachment attachment;
	struct location location;
	struct poll poll;
	struct poll_option *options; /* room for POLL_OPTIONS; NULL: there was no poll yet */
	struct call call;
	struct contact contact;
	struct deleted deleted;
	struct str mentions[BODY_MENTIONS];
	bool by_structure; /* no wording decided: the structure alone */
	bool marked;       /* WhatsApp put a direction mark in front */
};
void body_scratch_free(struct body_scratch *);

/* Text for people out of bytes of the file: valid UTF-8, lines end in \n, U+FEFF, U+200E and the
 * marks of embedding and isolation removed, U+200F where it begins a line; blank lines and spaces
 * at the end are cut. Points into raw or into scratch->text; *invalid counts repairs. */
struct str body_clean(struct body_scratch *, struct str raw, int32_t *invalid);

/* Begins the message (message.h) and sets what its kind has. */
void message_body_read(struct body_scratch *, const struct body_source *, struct message *);

#endif
