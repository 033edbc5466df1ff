#include "stage_catalog.h"

#include "base/buf.h"
#include "base/mem.h"
#include "capture.h"
#include "stage/option_names.h"
#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX         "chatmill-"
#define ANSWER_TIME_MS 5000
#define ANSWER_LIMIT   (1024 * 1024) /* bytes */

/* The rest of it names the stage: lower case, digits and dashes, so that neither a chatmill-x.json
 * beside it nor a chatmill-x.1 is one. */
static bool
names_a_stage(const char *file)
{
	const char *name = file + sizeof(PREFIX) - 1;

	return strncmp(file, PREFIX, sizeof(PREFIX) - 1) == 0 && *name != '\0' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

bool
stage_catalog_is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static void
look_into(struct stage_catalog *catalog, struct str folder)
{
	struct buf path = {0};
	const struct dirent *entry;
	DIR *dir;

	buf_add(&path, folder);
	dir = opendir(buf_cstr(&path));
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name + sizeof(PREFIX) - 1;
		if (!names_a_stage(entry->d_name) || stage_catalog_get(catalog, name) != NULL)
			continue;
		path.len = folder.len;
		buf_printf(&path, "/%s", entry->d_name);
		if (!stage_catalog_is_program(buf_cstr(&path)))
			continue;
		MEM_GROW(catalog->programs, catalog->count, catalog->room);
		catalog->programs[catalog->count++] = (struct stage_program){
			.name = str_dup(str_of(name)), .path = str_dup(buf_str(&path))};
	}
	if (dir != NULL)
		closedir(dir);
	buf_free(&path);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct stage_program *)a)->name,
		      ((const struct stage_program *)b)->name);
}

struct stage_catalog *
stage_catalog_find(const char *own_folder, const char *search_path)
{
	struct stage_catalog *catalog = mem_zero(1, sizeof(*catalog));
	struct str rest = str_of(search_path);

	if (own_folder != NULL)
		look_into(catalog, str_of(own_folder));
	while (rest.len > 0) {
		struct str folder = str_cut(&rest, ':');
		if (folder.len > 0)
			look_into(catalog, folder);
	}
	if (catalog->count > 0)
		qsort(catalog->programs, catalog->count, sizeof(*catalog->programs), by_name);
	return catalog;
}

void
stage_questions_ask(struct stage_question *questions, size_t count)
{
	struct capture *captures = mem_zero(count, sizeof(*captures));

	for (size_t i = 0; i < count; i++)
		captures[i].argv = questions[i].argv;
	capture_run(captures, count, ANSWER_TIME_MS, ANSWER_LIMIT);
	for (size_t i = 0; i < count; i++) {
		struct stage_question *question = &questions[i];
		struct str answer = buf_str(&captures[i].output);
		question->silent = !str_starts(answer, STR("{"));
		if (!question->silent || captures[i].ended_well)
			question->answer = stage_description_parse(answer, &question->err);
		else
			question->err = captures[i].err;
		capture_free(&captures[i]);
	}
	free(captures);
}

void
stage_catalog_describe(struct stage_catalog *catalog)
{
	struct stage_question *questions = mem_zero(catalog->count, sizeof(*questions));
	const char *(*argvs)[3] = mem_zero(catalog->count, sizeof(*argvs));

	for (size_t i = 0; i < catalog->count; i++) {
		argvs[i][0] = catalog->programs[i].path;
		argvs[i][1] = "--describe";
		questions[i].argv = argvs[i];
	}
	stage_questions_ask(questions, catalog->count);
	for (size_t i = 0; i < catalog->count; i++) {
		catalog->programs[i].description = questions[i].answer;
		catalog->programs[i].err = questions[i].err;
		catalog->programs[i].silent = questions[i].silent;
	}
	free(questions);
	free(argvs);
}

void
stage_catalog_free(struct stage_catalog *catalog)
{
	if (catalog == NULL)
		return;
	for (size_t i = 0; i < catalog->count; i++) {
		free(catalog->programs[i].name);
		free(catalog->programs[i].path);
		stage_description_free(catalog->programs[i].description);
	}
	free(catalog->programs);
	free(catalog);
}

struct stage_program *
stage_catalog_get(const struct stage_catalog *catalog, const char *name)
{
	for (size_t i = 0; i < catalog->count; i++)
		if (strcmp(catalog->programs[i].name, name) == 0)
			return &catalog->programs[i];
	return NULL;
}

const char *
stage_catalog_nearest(const struct stage_catalog *catalog, const char *const *others,
		      const char *typed)
{
	const char **names, *nearest;
	size_t count = 0;

	while (others != NULL && others[count] != NULL)
		count++;
	names = mem_zero(count + catalog->count + 1, sizeof(*names));
	for (size_t i = 0; i < count; i++)
		names[i] = others[i];
	for (size_t i = 0; i < catalog->count; i++)
		names[count + i] = catalog->programs[i].name;
	nearest = option_names_nearest(names, typed);
	free(names);
	return nearest;
}

char *
stage_catalog_own_folder(void)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path));

	if (len <= 0 || (size_t)len >= sizeof(path))
		return NULL;
	while (len > 1 && path[len - 1] != '/')
		len--;
	return str_dup((struct str){path, (size_t)(len > 1 ? len - 1 : 1)});
}

struct stage_catalog *
stage_catalog_here(void)
{
	char *folder = stage_catalog_own_folder();
	struct stage_catalog *catalog = stage_catalog_find(folder, getenv("PATH"));

	free(folder);
	return catalog;
}
