/* links: stages/parse */
/* fuzz_parse_line.c -- any bytes as one line: a header, a line of the system, a body, a snapshot of
 * a reader. */
#include "../../stages/parse/system_event.h"
#include "../stages/parse/rendered_chat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = {(const char *)data, size};
	struct header header;
	struct system_event_read event;
	struct body_scratch scratch = {0};
	struct body_source from = {
		.raw = bytes, .of_iphone = size % 2 == 1, .line_marked = size % 3 == 0};
	struct message m = {0};
	struct chat_reader r = {0};
	struct buf lines = {0};
	struct err err;

	if (header_scan(bytes, &header) && header.length > size)
		abort();
	(void)system_event_find(bytes, &event);
	message_body_read(&scratch, &from, &m);
	render_message(&lines, &m);
	body_scratch_free(&scratch);
	buf_free(&lines);
	if (chat_reader_restore(&r, bytes, &err) == 0)
		chat_reader_free(&r);
	return 0;
}
