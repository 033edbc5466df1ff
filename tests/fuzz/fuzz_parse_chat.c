/* links: stages/parse */
/* fuzz_parse_chat.c -- any bytes as a chat, in pieces of several sizes: the form, the lines, the
 * bodies, a snapshot between pieces. The first byte says how the rest is cut. */
#include "../stages/parse/rendered_chat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1 << 18, 1, 40, 300};
	struct chat_reader r = {0};
	struct buf lines = {0};
	struct reader_output out = {&lines, render_message, render_refused};
	struct err err;

	if (size == 0)
		return 0;
	struct reading how = {.piece = pieces[data[0] & 3],
			      .cut = (data[0] & 4) != 0,
			      .reborn = (data[0] & 8) != 0 && size < 4096,
			      .order = (enum date_order)((data[0] >> 4) % ORDER_COUNT)};
	(void)read_chat(&r, (struct str){(const char *)data, size}, how, &out, &err);
	chat_reader_free(&r);
	buf_free(&lines);
	return 0;
}
