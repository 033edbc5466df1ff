/* twin_chats.h -- one chat under two titles, as when its export is imported as a zip and again as
 * the folder that somebody unpacked it into; and two chats under one title, as of two people of one
 * name. */
#ifndef SINK_TWIN_CHATS_H
#define SINK_TWIN_CHATS_H

#include "base/buf.h"
#include "database.h"

#define TWIN_SAMPLE 200 /* messages that are compared */
#define TWIN_FEWEST 10  /* of fewer it may be chance */

struct twin_chats {
	struct buf title, twin; /* of the conversation, and of the one that is like it */
	int64_t same, compared; /* messages */
};

/* Whether an import, the first of its conversation, brought what another conversation has: most of
 * its first texts, by the same people in the same minutes. 1, 0, -1. The database is indexed. */
int twin_chats_find(struct database *, struct str conversation_id, struct str import_id,
		    struct twin_chats *, struct err *);
/* Whether an import of which no message was known is of a time of which others of its conversation
 * are: two exports of one chat would share them. 1, 0, -1. The database is indexed. */
int twin_chats_share_title(struct database *, struct str conversation_id, struct str import_id,
			   struct err *);
void twin_chats_free(struct twin_chats *);

#endif
