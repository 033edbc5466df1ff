/* chatmill -- the front: runs `chatmill-NAME` for `chatmill NAME`, and holds the verbs that need
 * several stages. */
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "stage_catalog.h"
#include "verb_options.h"
#include "verbs.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static int verb_help(int argc, char **argv);

static const struct {
	const char *name, *says;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{"run", "EXPORT... -o DIR      exports become a database, with a summary", verb_run},
	{"check", "'A | B | C' | FILE    whether stages fit together, before they run", verb_check},
	{"stages", "[--json]              what stages there are", verb_stages},
	{"cat", "[FILE...]             the records of any Avro container, as lines of JSON",
	 verb_cat},
	{"topics", "create | check ...    the topics of a deployment on Kafka", verb_topics},
	{"status", "'A | B | C' TOPIC...  how far a deployment has come", verb_status},
	{"replay", "TOPIC.dead [--go]     dead letters back to where they came from", verb_replay},
	{"help", "STAGE                 the manual of one of them", verb_help},
};
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void
write_usage(struct buf *to)
{
	struct stage_catalog *catalog = stage_catalog_here();

	buf_add(to, STR("chatmill turns chats into structured, searchable data: programs that pass "
			"records through pipes\n\n"));
	for (size_t i = 0; i < VERB_COUNT; i++)
		buf_printf(to, "  chatmill %-6s %s\n", verbs[i].name, verbs[i].says);
	buf_add(to, STR("  chatmill STAGE ...                    one stage; --help says what it "
			"takes\n\nStages:"));
	for (size_t i = 0; i < catalog->count; i++)
		buf_printf(to, " %s", catalog->programs[i].name);
	buf_add(to, catalog->count > 0 ? STR("\n") : STR(" none\n"));
	stage_catalog_free(catalog);
}

static int
print_usage(void)
{
	struct buf text = {0};

	write_usage(&text);
	return verb_print(&text);
}

static int
refuse_name(const struct stage_catalog *catalog, const char *typed)
{
	const char *verb_names[VERB_COUNT + 1] = {NULL}, *nearest;

	for (size_t i = 0; i < VERB_COUNT; i++)
		verb_names[i] = verbs[i].name;
	nearest = stage_catalog_nearest(catalog, verb_names, typed);
	if (nearest != NULL)
		log_error("there is no stage \"%s\"; did you mean \"%s\"?", typed, nearest);
	else
		log_error("there is no stage \"%s\"; `chatmill stages` shows those there are",
			  typed);
	return 2;
}

/* Becomes the stage; comes back only when it cannot. */
static int
run_stage(char **argv)
{
	struct stage_catalog *catalog = stage_catalog_here();
	const struct stage_program *program = stage_catalog_get(catalog, argv[0]);
	int status = 1;

	if (program == NULL) {
		status = refuse_name(catalog, argv[0]);
	} else {
		argv[0] = program->path;
		execv(program->path, argv);
		log_error("could not run \"%s\": %s", program->path, strerror(errno));
	}
	stage_catalog_free(catalog);
	return status;
}

/* The page that is installed beside the program, PREFIX/bin and PREFIX/share/man. */
static void
try_manual(const char *name)
{
	char *folder = stage_catalog_own_folder();
	struct buf page = {0};

	buf_printf(&page, "%s/../share/man/man1/chatmill%s%s.1", folder == NULL ? "" : folder,
		   name[0] == '\0' ? "" : "-", name);
	if (isatty(STDOUT_FILENO) && access(buf_cstr(&page), R_OK) == 0)
		execlp("man", "man", buf_cstr(&page), (char *)NULL);
	buf_free(&page);
	free(folder);
}

static int
verb_help(int argc, char **argv)
{
	static char help[] = "--help";

	if (argc > 2) {
		log_error("help takes the name of one stage");
		return 2;
	}
	if (argc < 2) {
		try_manual("");
		return print_usage();
	}
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(argv[1], verbs[i].name) == 0 && verbs[i].run != verb_help)
			return verbs[i].run(2, (char *[]){argv[1], help, NULL});
	try_manual(argv[1]);
	return run_stage((char *[]){argv[1], help, NULL});
}

int
main(int argc, char **argv)
{
	file_hold_standard();
	log_set_program("chatmill");
	if (argc < 2) {
		struct buf text = {0};
		struct err ignored;
		write_usage(&text);
		(void)file_write_all(STDERR_FILENO, buf_str(&text), NULL, &ignored);
		buf_free(&text);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return print_usage();
	if (strcmp(argv[1], "--version") == 0) {
		struct buf text = {0};
		buf_printf(&text, "chatmill %s\n", CHATMILL_VERSION);
		return verb_print(&text);
	}
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	if (argv[1][0] == '-') {
		log_error("unknown option \"%s\"; --help shows what there is", argv[1]);
		return 2;
	}
	return run_stage(argv + 1);
}
