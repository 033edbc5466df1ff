#include "base/buf.h"
#include "base/file.h"
#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/chatmill-file-XXXXXX", path[64], partial[64];
static struct err err;

/* What the file holds; "(none)" when it isn't there. */
static const char *
content_of(const char *name)
{
	static char bytes[64];
	int fd = open(name, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes) - 1);

	if (fd < 0)
		return "(none)";
	assert_true(n >= 0);
	bytes[n] = '\0';
	close(fd);
	return bytes;
}

static void
put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_true(fd >= 0);
	assert_ok(file_write_all(fd, str_of(text), NULL, &err), err);
	close(fd);
}

static struct file_replace *
begin(const char *text)
{
	struct file_replace *f = file_replace_open(path, &err);

	assert_non_null(f);
	assert_ok(file_write_all(file_replace_fd(f), str_of(text), NULL, &err), err);
	return f;
}

static void
a_file_appears_when_it_is_committed_and_not_before(void **state)
{
	struct file_replace *f = begin("new");

	(void)state;
	assert_string_equal(content_of(path), "(none)");
	assert_string_equal(content_of(partial), "new");
	assert_string_equal(file_replace_partial(f), partial);
	assert_ok(file_replace_commit(f, &err), err);
	assert_string_equal(content_of(path), "new");
	assert_string_equal(content_of(partial), "(none)");

	f = begin("newer");
	assert_string_equal(content_of(path), "new");
	assert_ok(file_replace_commit(f, &err), err);
	assert_string_equal(content_of(path), "newer");
}

static void
an_aborted_file_leaves_the_older_one(void **state)
{
	(void)state;
	put(path, "old");
	file_replace_abort(begin("new"));
	file_replace_abort(NULL);
	assert_string_equal(content_of(path), "old");
	assert_string_equal(content_of(partial), "(none)");
}

static void
two_writers_of_a_name_do_not_meet(void **state)
{
	struct file_replace *f = begin("first");

	(void)state;
	assert_null(file_replace_open(path, &err));
	assert_int_equal(err.class, ERR_RETRY);
	assert_non_null(strstr(err.text, "another program is writing it"));
	assert_string_equal(content_of(partial), "first");
	assert_ok(file_replace_commit(f, &err), err);
	assert_string_equal(content_of(path), "first");
}

static void
what_a_killed_program_left_is_written_over(void **state)
{
	(void)state;
	put(partial, "a long beginning of something");
	assert_ok(file_replace_commit(begin("new"), &err), err);
	assert_string_equal(content_of(path), "new");
}

static void
a_link_in_the_way_is_not_followed(void **state)
{
	char other[64];

	(void)state;
	snprintf(other, sizeof(other), "%s/other", folder);
	put(other, "somebody's");
	assert_int_equal(symlink(other, partial), 0);
	assert_null(file_replace_open(path, &err));
	assert_non_null(strstr(err.text, "could not create \""));
	assert_string_equal(content_of(other), "somebody's");
	unlink(partial);
	unlink(other);
}

static void
a_link_to_a_file_stays_a_link(void **state)
{
	char link[64];
	struct stat about;

	(void)state;
	put(path, "old");
	snprintf(link, sizeof(link), "%s/link", folder);
	assert_int_equal(symlink("file", link), 0);
	struct file_replace *f = file_replace_open(link, &err);
	assert_non_null(f);
	assert_ok(file_write_all(file_replace_fd(f), STR("new"), NULL, &err), err);
	assert_ok(file_replace_commit(f, &err), err);
	assert_int_equal(lstat(link, &about), 0);
	assert_true(S_ISLNK(about.st_mode));
	assert_string_equal(content_of(path), "new");
	unlink(link);
}

static void
a_link_to_nothing_leads_to_what_is_made(void **state)
{
	char link[64], second[64];
	struct stat about;

	(void)state;
	unlink(path);
	snprintf(link, sizeof(link), "%s/link", folder);
	snprintf(second, sizeof(second), "%s/second", folder);
	assert_int_equal(symlink(second, link), 0);
	assert_int_equal(symlink("file", second), 0);
	struct file_replace *f = file_replace_open(link, &err);
	assert_non_null(f);
	assert_ok(file_write_all(file_replace_fd(f), STR("new"), NULL, &err), err);
	assert_ok(file_replace_commit(f, &err), err);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(lstat(i == 0 ? link : second, &about), 0);
		assert_true(S_ISLNK(about.st_mode));
	}
	assert_string_equal(content_of(path), "new");
	unlink(link);
	unlink(second);
}

static void
what_is_not_committed_is_taken_back_all_at_once(void **state)
{
	struct file_replace *f = begin("new");

	(void)state;
	put(path, "old");
	file_replace_abort_all();
	assert_string_equal(content_of(partial), "(none)");
	assert_int_equal(file_replace_commit(f, &err), -1);
	assert_non_null(strstr(err.text, "could not finish \""));
	assert_string_equal(content_of(path), "old");
}

static void
a_device_or_a_pipe_is_written_and_not_replaced(void **state)
{
	char pipe_path[64];
	struct stat about;
	struct file_replace *f = file_replace_open("/dev/null", &err);

	(void)state;
	assert_non_null(f);
	assert_string_equal(file_replace_partial(f), "/dev/null");
	assert_ok(file_write_all(file_replace_fd(f), STR("gone"), NULL, &err), err);
	assert_ok(file_replace_commit(f, &err), err);
	assert_int_equal(stat("/dev/null", &about), 0);
	assert_true(S_ISCHR(about.st_mode));

	snprintf(pipe_path, sizeof(pipe_path), "%s/pipe", folder);
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	int reader = open(pipe_path, O_RDONLY | O_NONBLOCK);
	f = file_replace_open(pipe_path, &err);
	assert_non_null(f);
	file_replace_abort(f);
	assert_int_equal(stat(pipe_path, &about), 0);
	assert_true(S_ISFIFO(about.st_mode));
	close(reader);
	unlink(pipe_path);
}

static void
a_folder_is_refused_before_the_work(void **state)
{
	(void)state;
	assert_null(file_replace_open(folder, &err));
	assert_non_null(strstr(err.text, "Is a directory"));
	assert_null(file_replace_open("/nowhere/at/all", &err));
	assert_string_equal(err.text, "could not create \"/nowhere/at/all.partial\": No such file "
				      "or directory");
}

static void
a_full_disk_and_a_closed_pipe_are_told_apart(void **state)
{
	int full = open("/dev/full", O_WRONLY), ends[2];
	bool closed = true;

	(void)state;
	assert_int_equal(file_write_all(full, STR("x"), &closed, &err), -1);
	assert_false(closed);
	assert_string_equal(err.text, "could not write: No space left on device");
	close(full);

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(file_write_all(ends[1], STR("x"), &closed, &err), -1);
	assert_true(closed);
	close(ends[1]);
}

static void
a_slow_pipe_gets_all_of_it_though_it_asks_not_to_wait(void **state)
{
	size_t size = 1 << 20, got = 0;
	char *bytes = calloc(1, size);
	int ends[2], status;
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		_exit(file_write_all(ends[1], (struct str){bytes, size}, NULL, &err) == 0 ? 0 : 1);
	}
	close(ends[1]);
	assert_int_equal(fcntl(ends[0], F_SETFL, 0), 0); /* this end waits */
	while ((n = read(ends[0], bytes, size)) > 0)
		got += (size_t)n;
	assert_int_equal(got, size);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	free(bytes);
}

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(partial, sizeof(partial), "%s/file.partial", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

RUN_TESTS_WITH(make_folder, remove_folder, TEST(a_file_appears_when_it_is_committed_and_not_before),
	       TEST(an_aborted_file_leaves_the_older_one), TEST(two_writers_of_a_name_do_not_meet),
	       TEST(what_a_killed_program_left_is_written_over),
	       TEST(a_link_in_the_way_is_not_followed), TEST(a_link_to_a_file_stays_a_link),
	       TEST(a_link_to_nothing_leads_to_what_is_made),
	       TEST(what_is_not_committed_is_taken_back_all_at_once),
	       TEST(a_device_or_a_pipe_is_written_and_not_replaced),
	       TEST(a_folder_is_refused_before_the_work),
	       TEST(a_full_disk_and_a_closed_pipe_are_told_apart),
	       TEST(a_slow_pipe_gets_all_of_it_though_it_asks_not_to_wait))
