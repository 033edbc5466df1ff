/*
 * mutate.c -- valid containers are damaged and read, many times over, in one process.
 *
 *   mutate COUNT SEED        case i is made from SEED + i alone: `mutate 1 SEED` repeats it
 *   mutate --corpus FOLDER   writes what is damaged, undamaged, for other fuzzers to begin with
 */
#include "random_container.h"
#include "read_container.h"

#include "base/file.h"
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MAX_CPU_MS   1000
#define MAX_RSS_MIB  256
#define MAX_BYTES    1000000 /* of a damaged container, more or less */
#define MAX_CORPUS   32768   /* bytes of one in the corpus: mere size teaches a fuzzer nothing */
#define SEED_OF_POOL 4711

static const char *const codecs[] = {"null", "deflate", "snappy", "zstandard"};
#define CODECS (sizeof(codecs) / sizeof(*codecs))

static struct buf pool[RANDOM_SCHEMAS * CODECS];
#define POOL (sizeof(pool) / sizeof(*pool))

static uint64_t case_seed;

static void
make_pool(void)
{
	struct random r = {SEED_OF_POOL};

	for (size_t i = 0; i < POOL; i++) {
		random_container(&r, i / CODECS, codecs[i % CODECS], &pool[i]);
		struct reading reading = read_container(buf_str(&pool[i]));
		MUST(reading.whole && reading.damage.places == 0 && reading.records > 0);
	}
}

/* -- damage -------------------------------------------------------------------------------------*/

/* Bytes [at, at + old) become these. */
static void
replace(struct buf *b, size_t at, size_t old, struct str bytes)
{
	struct buf tail = {0};

	buf_add(&tail, str_tail(buf_str(b), at + old));
	b->len = at;
	buf_add(b, bytes);
	buf_add(b, buf_str(&tail));
	buf_free(&tail);
}

static void
flip_a_bit(struct random *r, struct buf *b)
{
	char *at = b->ptr + random_below(r, b->len);

	*at ^= (char)(1 << random_below(r, 8));
}

static void
set_a_byte(struct random *r, struct buf *b)
{
	static const unsigned char telling[] = {0, 1, 2, 3, 0x7F, 0x80, 0xFF};
	char *at = b->ptr + random_below(r, b->len);

	*at = (char)telling[random_below(r, sizeof(telling))];
}

static void
cut_the_end(struct random *r, struct buf *b)
{
	b->len = random_below(r, b->len);
}

/* A number, wherever one may stand, becomes another one of any length. */
static void
edit_a_number(struct random *r, struct buf *b)
{
	static const int64_t telling[] = {0,
					  -1,
					  1,
					  -2,
					  63,
					  -64,
					  1000000,
					  1000001,
					  67108864,
					  67108865,
					  INT32_MAX,
					  INT32_MIN,
					  (int64_t)1 << 40,
					  (int64_t)1 << 60,
					  INT64_MAX,
					  INT64_MIN};
	size_t at = random_below(r, b->len);
	const char *start = b->ptr + at, *p = start;
	int64_t old = 0;
	char bytes[10];

	if (!varint_read(&p, b->ptr + b->len, &old))
		p = start + 1;
	int64_t value = random_below(r, 2) ? telling[random_below(r, 16)]
					   : (int64_t)((uint64_t)old + random_below(r, 5) - 2);
	size_t len = (size_t)(varint_write(bytes, value) - bytes);
	replace(b, at, (size_t)(p - start), (struct str){bytes, len});
}

static struct str
a_part(struct random *r, struct str of, size_t longest)
{
	size_t at = random_below(r, of.len + 1), len = random_below(r, of.len - at + 1);

	return (struct str){of.ptr + at, len < longest ? len : longest};
}

static void
splice(struct random *r, struct buf *b)
{
	struct str part = a_part(r, buf_str(&pool[random_below(r, POOL)]), 1024);
	size_t at = random_below(r, b->len);
	size_t old = random_below(r, 2) ? 0 : random_below(r, b->len - at);

	replace(b, at, old, part);
}

static void
duplicate_a_part(struct random *r, struct buf *b)
{
	struct buf part = {0};

	buf_add(&part, a_part(r, buf_str(b), 4096));
	replace(b, random_below(r, b->len), 0, buf_str(&part));
	buf_free(&part);
}

static void
drop_a_part(struct random *r, struct buf *b)
{
	struct str part = a_part(r, buf_str(b), 64);

	replace(b, (size_t)(part.ptr - b->ptr), part.len, STR(""));
}

/* What stands between two markers, once more, before one of them. */
static void
duplicate_a_block(struct random *r, struct buf *b)
{
	struct str all = buf_str(b), marker, block;
	struct buf copy = {0};

	if (b->len < 64)
		return;
	marker = str_tail(all, b->len - 16);
	size_t first = str_find(all, marker) + 16;
	block = a_part(r, str_tail(all, first < all.len ? first : all.len), 4096);
	size_t end = str_find(block, marker);
	if (end < block.len)
		block.len = end + 16;
	buf_add(&copy, block);
	replace(b, first < all.len ? first : all.len, 0, buf_str(&copy));
	buf_free(&copy);
}

static void
damage(struct random *r, struct buf *b)
{
	static void (*const ways[])(struct random *, struct buf *) = {
		flip_a_bit, flip_a_bit,  set_a_byte,       edit_a_number,     edit_a_number,
		splice,     drop_a_part, duplicate_a_part, duplicate_a_block, cut_the_end};

	for (size_t n = 1 + random_below(r, 4); n > 0 && b->len > 0 && b->len < MAX_BYTES; n--)
		ways[random_below(r, sizeof(ways) / sizeof(*ways))](r, b);
}

/* The records are damaged and the frame is right: this gets behind codecs and checksums. */
static void
damage_inside(struct random *r, struct str whole, struct buf *out)
{
	struct memory_input in = {.left = whole};
	struct container_block b = {0};
	struct err err;
	struct container_reader *reader =
		container_reader_open((struct byte_source){memory_read, &in}, "pool", false, &err);
	struct container_writer *writer;

	if (reader == NULL)
		random_end(&err);
	writer =
		container_writer_open((struct byte_sink){memory_write, out},
				      avro_schema_json(container_reader_schema(reader)),
				      str_of(codecs[random_below(r, CODECS)]), NULL, 0, true, &err);
	if (writer == NULL)
		random_end(&err);
	while (container_reader_next(reader, &b, &err) == 1) {
		if (b.bytes.len > 0 && random_below(r, 2))
			damage(r, &b.bytes);
		if (container_writer_block(writer, b.count, buf_str(&b.bytes), &err) != 0)
			random_end(&err);
	}
	if (container_writer_end(writer, &err) != 0)
		random_end(&err);
	container_writer_close(writer);
	container_reader_close(reader);
	buf_free(&b.bytes);
}

/* -- the run ------------------------------------------------------------------------------------*/

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
say_at_abort(int number)
{
	printf("not ok - the damaged container of seed %llu is read\n",
	       (unsigned long long)case_seed);
	(void)fflush(stdout);
	signal(number, SIG_DFL);
	raise(number);
}

/* A sanitizer is to abort, too, and shall keep less of what was freed. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *
__asan_default_options(void)
{
	return "abort_on_error=1:quarantine_size_mb=16";
}
const char *
__ubsan_default_options(void)
{
	return "abort_on_error=1";
}

static int
run(uint64_t count, uint64_t seed)
{
	uint64_t whole = 0, mended = 0, refused = 0, slowest_seed = 0;
	double slowest = 0;
	struct buf b = {0};
	struct rusage usage;

	signal(SIGABRT, say_at_abort);
#ifndef __SANITIZE_ADDRESS__ /* which shows where, and aborts */
	signal(SIGSEGV, say_at_abort);
#endif
	for (uint64_t i = 0; i < count; i++) {
		case_seed = seed + i;
		struct random r = {case_seed};
		struct str from = buf_str(&pool[random_below(&r, POOL)]);
		buf_clear(&b);
		if (random_below(&r, 2)) {
			buf_add(&b, from);
			damage(&r, &b);
		} else {
			damage_inside(&r, from, &b);
		}
		double start = cpu_ms();
		struct reading reading = read_container(buf_str(&b));
		double took = cpu_ms() - start;
		if (took > slowest) {
			slowest = took;
			slowest_seed = case_seed;
		}
		refused += !reading.opened;
		whole += reading.whole && reading.damage.places == 0;
		mended += reading.whole && reading.damage.places > 0;
	}
	buf_free(&b);
	getrusage(RUSAGE_SELF, &usage);
	bool fast = slowest <= MAX_CPU_MS, small = usage.ru_maxrss / 1024 <= MAX_RSS_MIB;
	printf("# %llu cases from seed %llu: %llu refused, %llu damaged, %llu sound still\n",
	       (unsigned long long)count, (unsigned long long)seed, (unsigned long long)refused,
	       (unsigned long long)mended, (unsigned long long)whole);
	printf("%s - each damaged container is read within %d ms (the slowest, seed %llu: %.0f "
	       "ms)\n",
	       fast ? "ok" : "not ok", MAX_CPU_MS, (unsigned long long)slowest_seed, slowest);
	printf("%s - all of them are read within %d MiB (%ld)\n", small ? "ok" : "not ok",
	       MAX_RSS_MIB, usage.ru_maxrss / 1024);
	return fast && small ? 0 : 1;
}

static int
write_corpus(const char *folder)
{
	struct buf path = {0};
	struct err err;
	int status = 0;

	for (size_t i = 0; i < POOL && status == 0; i++) {
		if (pool[i].len > MAX_CORPUS)
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s/%02zu-%s.avro", folder, i / CODECS, codecs[i % CODECS]);
		struct file_replace *file = file_replace_open(buf_cstr(&path), &err);
		if (file == NULL ||
		    file_write_all(file_replace_fd(file), buf_str(&pool[i]), NULL, &err) != 0) {
			file_replace_abort(file);
			status = -1;
		} else {
			status = file_replace_commit(file, &err);
		}
	}
	if (status != 0)
		fprintf(stderr, "%s\n", err.text);
	buf_free(&path);
	return status == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	uint64_t count = 0, seed = 0;
	bool corpus = argc == 3 && strcmp(argv[1], "--corpus") == 0;
	int status;

	if (!corpus && (argc != 3 || !str_to_u64(str_of(argv[1]), &count) ||
			!str_to_u64(str_of(argv[2]), &seed))) {
		fprintf(stderr, "usage: mutate COUNT SEED | mutate --corpus FOLDER\n");
		return 2;
	}
	make_pool();
	status = corpus ? write_corpus(argv[2]) : run(count, seed);
	for (size_t i = 0; i < POOL; i++)
		buf_free(&pool[i]);
	return status;
}
