/* container_file.h -- a container under construction, and all that a reader says about one. */
#ifndef TESTS_CONTAINER_FILE_H
#define TESTS_CONTAINER_FILE_H

#include "check.h"

#include "avro/varint.h"
#include "base/mem.h"
#include "memory_io.h"

static const char schema[] =
	"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"s\",\"type\":\"bytes\"}]}";

struct file {
	struct buf bytes;
	struct container_writer *writer;
	size_t start[16], count; /* where its blocks begin */
};

static inline struct file *
file_new(const char *codec, bool mark_end)
{
	static const struct container_entry trail = {{"chatmill.trail", 14}, {"[]", 2}};
	struct file *f = mem_zero(1, sizeof(*f));
	struct err err;

	f->writer = container_writer_open((struct byte_sink){memory_write, &f->bytes}, STR(schema),
					  str_of(codec), &trail, 1, mark_end, &err);
	assert_non_null(f->writer);
	f->start[0] = f->bytes.len;
	return f;
}

static inline void
file_add(struct file *f, uint64_t count, struct str bytes)
{
	struct err err;

	assert_ok(container_writer_block(f->writer, count, bytes, &err), err);
	f->start[++f->count] = f->bytes.len;
}

/* A block of `count` records that say "block NUMBER record I". */
static inline void
file_add_texts(struct file *f, unsigned number, unsigned count)
{
	struct buf block = {0}, text = {0};

	for (unsigned i = 0; i < count; i++) {
		buf_clear(&text);
		buf_printf(&text, "block %u record %u", number, i);
		varint_add_str(&block, buf_str(&text));
	}
	file_add(f, count, buf_str(&block));
	buf_free(&block);
	buf_free(&text);
}

static inline void
file_end(struct file *f)
{
	struct err err;

	assert_ok(container_writer_end(f->writer, &err), err);
}

static inline void
file_free(struct file *f)
{
	container_writer_close(f->writer);
	buf_free(&f->bytes);
	free(f);
}

/* Four blocks of 1, 2, 3 and 4 records. */
static inline struct file *
file_of_four(const char *codec, bool mark_end)
{
	struct file *f = file_new(codec, mark_end);

	for (unsigned i = 0; i < 4; i++)
		file_add_texts(f, i, i + 1);
	file_end(f);
	return f;
}

/* Everything a reader says about the bytes, as text. */
static inline void
tell(struct str bytes, size_t piece, bool skip_corrupt, struct buf *story)
{
	struct memory_input in = {.left = bytes, .piece = piece};
	struct container_block b = {0};
	struct err err;
	int status;

	buf_clear(story);
	struct container_reader *r = container_reader_open((struct byte_source){memory_read, &in},
							   "the input", skip_corrupt, &err);
	if (r == NULL) {
		buf_printf(story, "%s", err.text);
		return;
	}
	while ((status = container_reader_next(r, &b, &err)) == 1) {
		buf_printf(story, "%llu+%llu ", (unsigned long long)b.first_record,
			   (unsigned long long)b.count);
		assert_int_equal(container_reader_offset(r), b.offset + b.size);
	}
	if (status == -1) {
		assert_int_equal(err.class, ERR_INPUT);
		buf_printf(story, "%s", err.text);
	} else {
		struct container_damage d = container_reader_damage(r);
		assert_int_equal(container_reader_offset(r), bytes.len);
		buf_printf(story, "end, %llu places, %llu bytes", (unsigned long long)d.places,
			   (unsigned long long)d.bytes);
	}
	container_reader_close(r);
	buf_free(&b.bytes);
}

#define assert_story(bytes, skip, expected)                                                        \
	do {                                                                                       \
		struct buf story_ = {0};                                                           \
		tell((bytes), 0, (skip), &story_);                                                 \
		assert_str(buf_str(&story_), (expected));                                          \
		buf_free(&story_);                                                                 \
	} while (0)

#endif
