/* line_pieces.h -- a stream of bytes cut into pieces of whole lines. A line ends with LF; what
 * stands before it, CR included, is passed on untouched. All zeroes is the beginning of a stream.
 */
#ifndef LINE_PIECES_H
#define LINE_PIECES_H

#include "base/buf.h"

#define LINE_PIECE_SIZE (256 * 1024) /* bytes; no piece is longer */

struct line_pieces {
	struct buf held; /* read, not yet given; in front of it what was given last */
	size_t given;    /* bytes of that */
	int64_t offset;  /* bytes of the stream before `held` */
	int64_t line;    /* lines that ended before `held` */
};
struct line_piece {
	struct str bytes; /* until the next call on the same stream */
	int64_t offset, line;
	bool continues; /* its last line goes on in the next piece */
};

/* Where the next bytes of the stream go, and how many may be put there. Never 0 after
 * line_pieces_take() said false. */
char *line_pieces_room(struct line_pieces *, size_t *room);
void line_pieces_add(struct line_pieces *, size_t added);

/* The next piece; false: there is none before more bytes are added. ended: there will be no more
 * of them, so that the last line is whole without an LF. */
bool line_pieces_take(struct line_pieces *, bool ended, struct line_piece *);

/* Added and not given yet. */
struct str line_pieces_held(const struct line_pieces *);

/* Of the stream so far; a last line without an LF isn't counted. */
int64_t line_pieces_offset(const struct line_pieces *);
int64_t line_pieces_line(const struct line_pieces *);

void line_pieces_free(struct line_pieces *); /* and makes it the beginning of a stream */

#endif
