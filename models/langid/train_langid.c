/*
 * train-langid -- trains langid.model.
 *
 *   train-langid DATA WORDS MODEL [--threads N] [--only NAME] [--effort F]
 *   train-langid --romanise CODE < lines     how it spells them in Latin letters, for scores
 *
 * DATA has langid/train.tsv.gz (label, source, text), WORDS the lists of FrequencyWords
 * (content/2018). Each classifier is trained by one thread from a seed of its own: the file is the
 * same for any number of them. --only trains one classifier and takes the others from MODEL,
 * --effort multiplies the texts (for tries).
 */
#include "../../stages/detect-lang/model_file.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "romanise.h"
#include "text/utf8.h"
#include "trainer.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines: a label with fewer in a script, or with a smaller part of all that it has, is not learned
 * there. */
#define LINES_LEAST 200
#define PART_LEAST  0.05

struct plan {
	const char *name;
	enum script script;
	const char *alike; /* a group of look-alikes, for the second look; NULL: the whole script */
	struct training training;
};
static const struct plan plans[] = {
	{"latin", SCRIPT_LATIN, NULL, {32, 192000, 116000, 2.8e7, 1e6, 0.3, 0.1, 1}},
	{"cyrillic", SCRIPT_CYRILLIC, NULL, {16, 48000, 26000, 2.5e6, 1e6, 0.3, 0.1, 2}},
	{"arabic", SCRIPT_ARABIC, NULL, {16, 36000, 20000, 1.5e6, 1e6, 0.3, 0.1, 3}},
	{"devanagari", SCRIPT_DEVANAGARI, NULL, {8, 24000, 14000, 8e5, 1e6, 0.3, 0.1, 4}},
	{"bengali", SCRIPT_BENGALI, NULL, {8, 8000, 5000, 4e5, 1e6, 0.3, 0.1, 5}},
	{"ethiopic", SCRIPT_ETHIOPIC, NULL, {8, 8000, 5000, 4e5, 1e6, 0.3, 0.1, 6}},
	{"han", SCRIPT_HAN, NULL, {8, 32000, 0, 1.5e6, 1e6, 0.3, 0.1, 7}},
	{"malay", SCRIPT_LATIN, "ms id", {8, 40000, 20000, 1.5e6, 1e6, 0.3, 0.3, 8}},
	{"serbo-croatian", SCRIPT_LATIN, "bs hr sr", {8, 40000, 20000, 1.5e6, 1e6, 0.3, 0.5, 9}},
	{"scandinavian", SCRIPT_LATIN, "nb da nn", {8, 60000, 30000, 2e6, 1e6, 0.3, 0.3, 10}},
	{"iberian", SCRIPT_LATIN, "es gl pt ca", {8, 60000, 30000, 2e6, 1e6, 0.3, 0.3, 11}},
	{"czech-slovak", SCRIPT_LATIN, "cs sk", {8, 40000, 25000, 1.5e6, 1e6, 0.3, 0.3, 12}},
};
#define PLANS (sizeof(plans) / sizeof(*plans))

struct trained {
	const struct plan *plan;
	struct lesson lesson;
	struct classifier classifier;
};
struct work {
	const struct pools *pools;
	struct trained trained[PLANS];
	double effort;
	const char *only;
	size_t next;
	pthread_mutex_t lock;
};

static bool
is_listed(const char *list, struct str name)
{
	struct str rest = str_of(list);

	while (rest.len > 0) {
		if (str_equal(str_cut(&rest, ' '), name))
			return true;
	}
	return false;
}

static double
label_size(const struct pools *pools, size_t label)
{
	double n = 0;

	for (int script = SCRIPT_LATIN; script < SCRIPT_COUNT; script++) {
		if (pools->by_script[script] != NULL)
			n += (double)pool_lines(&pools->by_script[script][label]);
	}
	return n;
}

static void
make_lesson(struct lesson *lesson, const struct plan *plan, const struct pools *pools)
{
	*lesson = (struct lesson){.script = plan->script, .alike = plan->alike != NULL};
	for (size_t i = 0; pools->by_script[plan->script] != NULL && i < pools->label_count; i++) {
		const struct pool *pool = &pools->by_script[plan->script][i];
		struct str label = str_of(pools->labels[i]);
		if (pool_lines(pool) < LINES_LEAST ||
		    (double)pool_lines(pool) < PART_LEAST * label_size(pools, i) ||
		    (plan->alike != NULL && !is_listed(plan->alike, label)))
			continue;
		lesson->weight[lesson->classes] = 1;
		lesson->labels[lesson->classes++] = i;
	}
	if (lesson->classes < 2) {
		lesson->classes = 0; /* nothing to tell apart */
		return;
	}
	fprintf(stderr, "%s:", plan->name);
	for (size_t i = 0; i < lesson->classes; i++)
		fprintf(stderr, " %s", pools->labels[lesson->labels[i]]);
	fprintf(stderr, "\n");
}

static void *
train_some(void *given)
{
	struct work *work = given;

	for (;;) {
		(void)pthread_mutex_lock(&work->lock);
		size_t i = work->next++;
		(void)pthread_mutex_unlock(&work->lock);
		if (i >= PLANS)
			return NULL;
		if (work->only != NULL && strcmp(work->only, plans[i].name) != 0)
			continue;
		if (work->trained[i].lesson.classes == 0)
			continue;
		struct trained *t = &work->trained[i];
		struct training how = plans[i].training;
		how.samples *= work->effort;
		how.counted *= fmin(1, work->effort * 4);
		train_classifier(&t->classifier, work->pools, &t->lesson, &how, plans[i].name);
	}
}

/* With --only: what the file at hand has, by the order of plans. */
static int
take_old(struct work *work, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat about;

	if (fd < 0 || fstat(fd, &about) != 0)
		return -1;
	const char *at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return -1;
	const struct model_head *head = (const void *)at;
	const struct model_entry *entries =
		(const void *)(at + sizeof(*head) + head->label_count * (size_t)MODEL_LABEL);
	for (size_t i = 0; i < PLANS && i < head->entry_count; i++) {
		struct classifier *c = &work->trained[i].classifier;
		const char *data = at + entries[i].offset;
		if (c->checks != NULL)
			continue;
		*c = (struct classifier){entries[i].classes,
					 entries[i].dim,
					 entries[i].buckets,
					 NULL,
					 NULL,
					 NULL,
					 {0}};
		c->checks = (const void *)data;
		c->vectors = (const void *)(data + (size_t)c->buckets * 8);
		c->weights = (const void *)(data + (size_t)c->buckets * (8 + 4 * (size_t)c->dim));
		memcpy(c->sharpness, entries[i].sharpness, sizeof(c->sharpness));
	}
	return 0;
}

/* So that a vector begins where a cache line does, or halves it. */
static void
pad(struct buf *to)
{
	while (to->len % 64 != 0)
		buf_add_byte(to, '\0');
}

static void
add(struct buf *to, const void *bytes, size_t size)
{
	buf_add(to, (struct str){bytes, size});
}

static void
add_model(struct buf *to, const struct work *work)
{
	struct model_head head = {.label_count = (uint32_t)work->pools->label_count};
	struct model_entry entries[PLANS] = {0};
	struct buf data = {0};
	size_t labels = work->pools->label_count * MODEL_LABEL, before = sizeof(head) + labels;

	for (size_t i = 0; i < PLANS; i++)
		before += work->trained[i].classifier.checks != NULL ? sizeof(*entries) : 0;
	before = (before + 63) / 64 * 64;
	for (size_t i = 0; i < PLANS; i++) {
		const struct trained *t = &work->trained[i];
		const struct classifier *c = &t->classifier;
		struct model_entry *e = &entries[head.entry_count];
		if (c->checks == NULL)
			continue;
		head.entry_count++;
		*e = (struct model_entry){.script = plans[i].script,
					  .second = plans[i].alike != NULL,
					  .classes = c->classes,
					  .dim = c->dim,
					  .buckets = c->buckets,
					  .offset = (uint32_t)(before + data.len)};
		memcpy(e->sharpness, c->sharpness, sizeof(e->sharpness));
		for (size_t k = 0; k < c->classes; k++)
			e->labels[k] = (uint16_t)t->lesson.labels[k];
		add(&data, c->checks, (size_t)c->buckets * 8);
		add(&data, c->vectors, (size_t)c->buckets * 4 * c->dim);
		add(&data, c->weights, classifier_lanes(c->classes) * (c->dim + 1) * sizeof(float));
		pad(&data);
	}
	memcpy(head.magic, MODEL_MAGIC, sizeof(head.magic));
	add(to, &head, sizeof(head));
	for (size_t i = 0; i < work->pools->label_count; i++) {
		char label[MODEL_LABEL] = {0};
		memcpy(label, work->pools->labels[i], LABEL_ROOM);
		add(to, label, sizeof(label));
	}
	add(to, entries, head.entry_count * sizeof(*entries));
	pad(to);
	buf_add(to, buf_str(&data));
	buf_free(&data);
}

static int
write_model(const char *path, const struct work *work, struct err *err)
{
	struct buf bytes = {0};
	struct file_replace *file = file_replace_open(path, err);

	if (file == NULL)
		return -1;
	add_model(&bytes, work);
	if (file_write_all(file_replace_fd(file), buf_str(&bytes), NULL, err) != 0) {
		file_replace_abort(file);
		buf_free(&bytes);
		return -1;
	}
	fprintf(stderr, "%s: %zu bytes\n", path, bytes.len);
	buf_free(&bytes);
	return file_replace_commit(file, err);
}

static void
train_all(struct work *work, size_t threads)
{
	pthread_t ids[64];

	(void)pthread_mutex_init(&work->lock, NULL);
	for (size_t i = 0; i + 1 < threads; i++) {
		if (pthread_create(&ids[i], NULL, train_some, work) != 0)
			threads = i + 1;
	}
	(void)train_some(work);
	for (size_t i = 0; i + 1 < threads; i++)
		(void)pthread_join(ids[i], NULL);
	(void)pthread_mutex_destroy(&work->lock);
}

static int
romanise_lines(const char *code)
{
	struct buf small = {0}, made = {0};
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	for (uint64_t seed = 1; (len = getline(&line, &room, stdin)) > 0; seed++) {
		struct str text = {line, (size_t)len};
		buf_clear(&small);
		if (utf8_valid_prefix(text) < text.len)
			continue;
		while (text.len > 0)
			utf8_add(&small, letter_of(utf8_next(&text)).lower);
		if (!romanise(str_of(code), buf_str(&small), seed, &made))
			break;
		fwrite(made.ptr, 1, made.len, stdout);
	}
	free(line);
	buf_free(&small);
	buf_free(&made);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {{"threads", required_argument, NULL, 't'},
						{"only", required_argument, NULL, 'o'},
						{"effort", required_argument, NULL, 'e'},
						{"romanise", required_argument, NULL, 'r'},
						{0}};
	static struct pools pools;
	static struct work work = {.pools = &pools, .effort = 1};
	size_t threads = 1;
	struct err err;
	int c;

	letters_prepare();
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 't')
			threads = strtoul(optarg, NULL, 10);
		else if (c == 'o')
			work.only = optarg;
		else if (c == 'e')
			work.effort = strtod(optarg, NULL);
		else if (c == 'r')
			return romanise_lines(optarg);
	}
	if (argc - optind != 3 || threads < 1 || threads > 64) {
		fprintf(stderr,
			"usage: train-langid DATA WORDS MODEL [--threads N] [--only NAME]\n");
		return 2;
	}
	if (pools_read(&pools, argv[optind], argv[optind + 1], &err) != 0)
		goto fail;
	for (size_t i = 0; i < PLANS; i++)
		make_lesson(&work.trained[i].lesson, &plans[i], &pools);
	train_all(&work, threads);
	if (work.only != NULL && take_old(&work, argv[optind + 2]) != 0) {
		fprintf(stderr, "train-langid: --only needs the other classifiers in \"%s\"\n",
			argv[optind + 2]);
		return 1;
	}
	if (write_model(argv[optind + 2], &work, &err) == 0)
		return 0;
fail:
	fprintf(stderr, "train-langid: %s\n", err.text);
	return 1;
}
