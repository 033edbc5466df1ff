#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "chat_database.h"
#include "pipe_run.h"
#include "stage/progress.h"
#include "stage_catalog.h"
#include "verb_options.h"
#include "verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_MS 5000 /* for a stage that was told to end */

struct values {
	bool help;
	const char *out, *timezone, *title, *conversation, *media;
	unsigned date_order, log;
	int64_t jobs;
	struct stage_arguments exports;
};
static const char *const date_orders[] = {"auto", "dmy", "mdy", "ymd", NULL};
static const char *const log_levels[] = {"quiet", "info", "debug", NULL};
static const struct stage_option rows[] = {
	OPTION(PATH, values, out, NULL, "folder for the database and what was refused; also -o",
	       .required = true),
	OPTION(TEXT, values, timezone, NULL,
	       "zone of the phone that exported, such as Europe/Berlin; else this machine's"),
	OPTION(CHOICE, values, date_order, "auto", "order of dates that can be read in two ways",
	       .choices = date_orders),
	OPTION(TEXT, values, title, NULL, "title of the chat; else from the export's name"),
	OPTION(TEXT, values, conversation, NULL,
	       "id of the conversation that the exports are of; else made of the title"),
	OPTION(PATH, values, media, NULL, "folder to unpack the media of zip exports into"),
	OPTION(INT, values, jobs, "1", "workers of parse", .min = 1, .max = 256),
	OPTION(CHOICE, values, log, "quiet", "events the stages tell, beside messages for people",
	       .choices = log_levels),
	OPTION(FLAG, values, help, NULL, "print this text"),
	OPTION(ARGUMENTS, values, exports, NULL, "exports: texts, zips or folders", .min = 1),
	{0}};

enum { FETCH, PARSE, SINK, STAGES };
static const char *const stage_names[STAGES] = {"fetch", "parse", "sink"};

struct job {
	const struct values *values;
	struct stage_catalog *catalog;
	struct buf database, dead_folder, dead_files[STAGES], destination;
	struct pipe_program programs[STAGES];
	struct pipe_run run;
	const char **argvs[STAGES];
	size_t argcs[STAGES], rooms[STAGES];
	struct arena words; /* those of argvs that were made here */
	int64_t started_ms;
	int lock;   /* the folder; -1: none */
	bool draws; /* stderr is a terminal */
	bool stood; /* there was a database before */
	struct chat_counts before;
};

static void
add_word(struct job *job, int stage, const char *word)
{
	MEM_GROW(job->argvs[stage], job->argcs[stage], job->rooms[stage]);
	job->argvs[stage][job->argcs[stage]++] = word;
}

/* As one word: a value that begins with a dash is none of the stage's options. */
static void
add_option(struct job *job, int stage, const char *name, const char *value)
{
	struct buf word = {0};

	if (value == NULL)
		return;
	buf_printf(&word, "%s=%s", name, value);
	add_word(job, stage, arena_copy(&job->words, buf_str(&word)).ptr);
	buf_free(&word);
}

static int
find_programs(struct job *job)
{
	job->catalog = stage_catalog_here();
	for (int i = 0; i < STAGES; i++) {
		const struct stage_program *program =
			stage_catalog_get(job->catalog, stage_names[i]);
		if (program == NULL) {
			log_error("there is no stage \"%s\", beside chatmill or in $PATH",
				  stage_names[i]);
			return -1;
		}
		add_word(job, i, program->path);
	}
	return 0;
}

static int
make_folder(const char *path)
{
	struct stat st;
	int failed = mkdir(path, 0777) == 0 ? 0 : errno;

	if (failed == EEXIST && stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return 0;
		log_error("\"%s\" is a file, not a folder", path);
	} else if (failed != 0) {
		log_error("could not make the folder \"%s\": %s", path, strerror(failed));
	}
	return failed == 0 ? 0 : -1;
}

static int
make_folders(const char *folder)
{
	struct buf path = {0};
	struct str rest = str_of(folder);
	int result = 0;

	if (rest.len > 0 && rest.ptr[0] == '/')
		buf_add_byte(&path, '/');
	while (result == 0 && rest.len > 0) {
		struct str name = str_cut(&rest, '/');
		if (name.len == 0)
			continue;
		buf_add(&path, name);
		result = make_folder(buf_cstr(&path));
		buf_add_byte(&path, '/');
	}
	buf_free(&path);
	return result;
}

/* Two runs at a time would take each other's files for left-overs. The stages inherit the lock, so
 * that it lasts as long as one of them, whatever becomes of us. */
static int
lock_folder(struct job *job)
{
	const char *out = job->values->out;

	job->lock = open(out, O_RDONLY | O_DIRECTORY);
	if (job->lock >= 0 && flock(job->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
		log_error("another run is writing into \"%s\"", out);
		return -1;
	}
	return 0; /* not every file system has locks */
}

/* What earlier runs refused stays: parse.avro, parse-2.avro, ... */
static void
name_dead_file(struct job *job, int stage)
{
	struct buf *path = &job->dead_files[stage];

	for (int number = 1; number == 1 || access(buf_cstr(path), F_OK) == 0; number++) {
		buf_clear(path);
		buf_printf(path, "%s/%s", buf_cstr(&job->dead_folder), stage_names[stage]);
		if (number > 1)
			buf_printf(path, "-%d", number);
		buf_add(path, STR(".avro"));
	}
}

static void
name_files(struct job *job)
{
	const char *out = job->values->out;

	buf_printf(&job->database, "%s/chat.db", out);
	buf_printf(&job->destination, "sqlite:%s", buf_cstr(&job->database));
	buf_printf(&job->dead_folder, "%s/dead", out);
}

/* The options that the user has given, each to its stage. */
static void
hand_on_options(struct job *job, char jobs[24])
{
	const struct values *v = job->values;

	snprintf(jobs, 24, "%" PRId64, v->jobs);
	add_option(job, FETCH, "--media", v->media);
	add_option(job, PARSE, "--timezone", v->timezone);
	add_option(job, PARSE, "--date-order", date_orders[v->date_order]);
	add_option(job, PARSE, "--title", v->title);
	add_option(job, PARSE, "--conversation", v->conversation);
	add_option(job, PARSE, "--jobs", jobs);
	for (int i = 0; i < STAGES; i++)
		add_option(job, i, "--log", log_levels[v->log]);
}

/* What a stage has against its options is said before anything is made or started. */
static int
ask_stages(struct job *job)
{
	struct stage_question questions[STAGES] = {0};
	const char **argvs[STAGES];
	int result = 0;

	for (int i = 0; i < STAGES; i++) {
		argvs[i] = mem_zero(job->argcs[i] + 2, sizeof(*argvs[i]));
		argvs[i][0] = job->argvs[i][0];
		argvs[i][1] = "--describe";
		for (size_t k = 1; k < job->argcs[i]; k++)
			argvs[i][k + 1] = job->argvs[i][k];
		questions[i].argv = argvs[i];
	}
	stage_questions_ask(questions, STAGES);
	for (int i = 0; i < STAGES; i++) {
		if (questions[i].answer == NULL && !questions[i].silent) {
			log_error("%s", questions[i].err.text);
			result = -1;
		}
		stage_description_free(questions[i].answer);
		free((void *)argvs[i]);
	}
	return result;
}

static void
compose(struct job *job)
{
	const struct values *v = job->values;

	for (int i = 0; i < STAGES; i++) {
		name_dead_file(job, i);
		add_option(job, i, "--dead-letters", buf_cstr(&job->dead_files[i]));
	}
	add_word(job, FETCH, "--");
	for (size_t i = 0; i < v->exports.count; i++)
		add_word(job, FETCH, v->exports.at[i]);
	add_word(job, SINK, "--");
	add_word(job, SINK, buf_cstr(&job->destination));
	for (int i = 0; i < STAGES; i++) {
		add_word(job, i, NULL);
		job->programs[i] =
			(struct pipe_program){.name = stage_names[i], .argv = job->argvs[i]};
	}
}

/* A line on its own, whatever the display had drawn there. */
static void
write_line(void *with, struct str line)
{
	const struct job *job = with;
	struct buf text = {0};
	struct err ignored; /* there is nobody else to tell */

	buf_add(&text, job->draws ? STR("\r\033[K") : STR(""));
	buf_add(&text, line);
	buf_add_byte(&text, '\n');
	(void)file_write_all(STDERR_FILENO, buf_str(&text), NULL, &ignored);
	buf_free(&text);
}

/* One line for all: bytes are what fetch has read, records what sink has taken. Once everything is
 * parsed, how far the database is nobody knows. */
static void
draw(void *with)
{
	struct job *job = with;
	bool parsed = job->programs[PARSE].pid == 0;
	int64_t elapsed_ms = parsed ? 0 : clock_monotonic_ms() - job->started_ms;
	struct progress_counts counts = {
		.records_in = parsed ? job->programs[PARSE].progress.records_out
				     : job->programs[SINK].progress.records_in,
		.bytes = parsed ? 0 : job->programs[FETCH].progress.bytes,
		.bytes_total = parsed ? 0 : job->programs[FETCH].progress.bytes_total,
	};
	struct winsize size = {0};
	struct err ignored;
	char line[512] = "\r";

	if (!job->draws)
		return;
	for (int i = 0; i < STAGES; i++)
		counts.rejected += job->programs[i].progress.rejected;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		size.ws_col = 80;
	size_t len = 1 + progress_line(line + 1, sizeof(line) - 8, parsed ? "storing" : "run",
				       &counts, elapsed_ms, size.ws_col);
	memcpy(line + len, "\033[K", 3);
	(void)file_write_all(STDERR_FILENO, (struct str){line, len + 3}, NULL, &ignored);
}

static void
clear_line(const struct job *job)
{
	struct err ignored;

	if (job->draws)
		(void)file_write_all(STDERR_FILENO, STR("\r\033[K"), NULL, &ignored);
}

static void
remove_partial(struct buf *path)
{
	size_t len = path->len;

	buf_add(path, STR(".partial"));
	unlink(buf_cstr(path));
	path->len = len;
}

/* What stages that were killed have begun, and the folder of dead letters when there are none. */
static void
tidy_up(struct job *job)
{
	remove_partial(&job->database);
	for (int i = 0; i < STAGES; i++)
		remove_partial(&job->dead_files[i]);
	rmdir(buf_cstr(&job->dead_folder));
}

/* A word of sh. */
static void
add_quoted(struct buf *to, const char *word)
{
	if (word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			      "/._-+,:@%")] == '\0') {
		buf_add(to, str_of(word));
		return;
	}
	buf_add_byte(to, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			buf_add(to, STR("'\\'"));
		buf_add_byte(to, *word);
	}
	buf_add_byte(to, '\'');
}

static int
print_summary(struct job *job)
{
	struct buf text = {0};
	struct err err = {0};

	if (chat_database_summarise(buf_cstr(&job->database), &job->before, &text, &err) != 0) {
		log_error("%s", err.text);
		buf_free(&text);
		return 1;
	}
	for (int i = 0; i < STAGES; i++) {
		uint64_t dead = job->programs[i].progress.rejected;
		if (dead > 0)
			buf_printf(&text, "refused by %s: %" PRIu64 ", kept in %s\n",
				   stage_names[i], dead, buf_cstr(&job->dead_files[i]));
	}
	buf_printf(&text, "database: %s\ntry: sqlite3 -box ", buf_cstr(&job->database));
	add_quoted(&text, buf_cstr(&job->database));
	buf_add(&text, STR(" 'SELECT name, messages, media FROM people LIMIT 10'\n"));
	return verb_print(&text);
}

/* A database that this run has made for nothing goes. */
static int
refuse_all(struct job *job)
{
	if (!job->stood && unlink(buf_cstr(&job->database)) == 0)
		log_error("nothing was imported, and no database made");
	else
		log_error("nothing was imported: \"%s\" is as it was", buf_cstr(&job->database));
	return 1;
}

/* The sink commits at the end of its input, and knows a stream that was cut from one that ended:
 * when it ended well, all of it is there, and who failed before it has only left out a source. */
static int
judge(struct job *job)
{
	const struct pipe_program *culprit = pipe_run_culprit(&job->run);
	struct chat_counts now = {0};
	struct err err = {0};
	char status[64];

	if (job->run.signal != 0 && job->programs[SINK].status != 0) {
		log_error("stopped by SIG%s: nothing was stored", sigabbrev_np(job->run.signal));
		return 1;
	}
	if (culprit != NULL && (job->programs[SINK].status != 0 || !WIFEXITED(culprit->status))) {
		pipe_run_status_in_words(culprit->status, status, sizeof(status));
		log_error("\"%s\" %s: nothing was stored", culprit->name, status);
		return 1;
	}
	if (chat_database_count(buf_cstr(&job->database), &now, &err) == 0 &&
	    now.imports == job->before.imports)
		return refuse_all(job);
	if (print_summary(job) != 0)
		return 1;
	if (culprit == NULL)
		return 0;
	log_error("not everything could be imported: what could is in \"%s\"",
		  buf_cstr(&job->database));
	return 1;
}

static int
run_job(struct job *job)
{
	struct err err = {0};
	char jobs[24];
	int result;

	name_files(job);
	if (find_programs(job) != 0)
		return 1;
	hand_on_options(job, jobs);
	if (ask_stages(job) != 0)
		return 2;
	if (make_folders(job->values->out) != 0 || lock_folder(job) != 0)
		return 1;
	if (chat_database_count(buf_cstr(&job->database), &job->before, &err) != 0)
		goto fail;
	if (make_folder(buf_cstr(&job->dead_folder)) != 0)
		return 1;
	compose(job);
	job->stood = access(buf_cstr(&job->database), F_OK) == 0;
	job->draws = progress_is_wanted();
	job->started_ms = clock_monotonic_ms();
	job->run = (struct pipe_run){.programs = job->programs,
				     .count = STAGES,
				     .line = write_line,
				     .tick = draw,
				     .with = job,
				     .grace_ms = GRACE_MS};
	result = pipe_run(&job->run, &err);
	clear_line(job);
	tidy_up(job);
	if (result != 0)
		goto fail;
	return judge(job);

fail:
	log_error("%s", err.text);
	return 1;
}

static void
free_job(struct job *job)
{
	for (int i = 0; i < STAGES; i++) {
		buf_free(&job->dead_files[i]);
		free(job->argvs[i]);
	}
	buf_free(&job->database);
	buf_free(&job->destination);
	buf_free(&job->dead_folder);
	arena_free(&job->words);
	if (job->lock >= 0)
		close(job->lock);
	stage_catalog_free(job->catalog);
}

/* The one short option there is. */
static void
spell_out(int argc, char **argv)
{
	static char out[] = "--out";

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "-o") == 0)
			argv[i] = out;
}

int
verb_run(int argc, char **argv)
{
	static const char *const examples[] = {
		"chatmill run 'WhatsApp Chat with Ada.zip' -o ada",
		"chatmill run exports/*.zip --timezone Europe/Berlin -o chats", NULL};
	struct values values;
	struct verb_options verb = {
		.help = {.program = "chatmill run",
			 .summary = "make a database of chat exports: fetch | parse | sink",
			 .writes = "DIR/chat.db; what was refused, in DIR/dead/",
			 .examples = examples},
		.rows = rows,
		.values = &values};
	struct job job = {.values = &values, .lock = -1};
	int status;

	spell_out(argc, argv);
	status = verb_options_parse(&verb, argc, argv);
	if (status >= 0)
		return status;
	status = run_job(&job);
	free_job(&job);
	options_free(verb.parsed);
	return status;
}
