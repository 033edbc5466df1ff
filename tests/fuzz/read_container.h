/* read_container.h -- bytes read as a container in every way there is, and what must hold between
 * these ways. */
#ifndef TESTS_READ_CONTAINER_H
#define TESTS_READ_CONTAINER_H

#include "avro/datum.h"
#include "memory_io.h"
#include <stdio.h>
#include <stdlib.h>

struct reading {
	uint64_t records; /* of sound frame, in blocks before the first that is not */
	bool opened, whole;
	struct container_damage damage;
};

static inline bool
records_are_sound(const struct avro_node *record, const struct container_block *b)
{
	struct str bytes = buf_str(&b->bytes);
	uint64_t values = 0;
	struct err err;

	for (uint64_t i = 0; i < b->count; i++) {
		if (avro_datum_check_frame(record, &bytes, &values, &err) != 0)
			return false;
		if (record->min_bytes == 0)
			break; /* as the first, so are the others */
	}
	return bytes.len == 0;
}

static inline struct reading
read_once(struct str bytes, size_t piece, bool skip_corrupt)
{
	struct memory_input in = {.left = bytes, .piece = piece};
	struct container_block b = {0};
	struct reading reading = {0};
	struct err err;
	int status;
	struct container_reader *r = container_reader_open((struct byte_source){memory_read, &in},
							   "input", skip_corrupt, &err);

	if (r == NULL)
		return reading;
	reading.opened = reading.whole = true;
	while ((status = container_reader_next(r, &b, &err)) == 1) {
		reading.whole = reading.whole &&
				records_are_sound(avro_schema_root(container_reader_schema(r)), &b);
		if (reading.whole)
			reading.records += b.count;
	}
	reading.whole = reading.whole && status == 0;
	reading.damage = container_reader_damage(r);
	container_reader_close(r);
	buf_free(&b.bytes);
	return reading;
}

static inline void
must(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "it does not hold that %s\n", what);
		abort();
	}
}
#define MUST(x) must((x), #x)

static inline bool
readings_equal(struct reading a, struct reading b)
{
	return a.records == b.records && a.opened == b.opened && a.whole == b.whole &&
	       a.damage.places == b.damage.places && a.damage.bytes == b.damage.bytes;
}

/* What was read while damage was passed over. */
static inline struct reading
read_container(struct str bytes)
{
	struct reading plain = read_once(bytes, 0, false);
	struct reading skipping = read_once(bytes, 0, true);

	MUST(plain.opened == skipping.opened);
	MUST(skipping.whole == skipping.opened); /* what is not sound was passed over */
	MUST(skipping.records >= plain.records);
	MUST(skipping.damage.bytes <= bytes.len);
	MUST(plain.damage.places == 0);
	MUST(plain.whole == (skipping.opened && skipping.damage.places == 0));
	if (plain.whole)
		MUST(skipping.records == plain.records);
	size_t piece = bytes.len < 4096 ? 1 + bytes.len % 61 : 4096 + bytes.len % 61000;
	MUST(readings_equal(plain, read_once(bytes, piece, false)));
	MUST(readings_equal(skipping, read_once(bytes, piece, true)));
	return skipping;
}

#endif
