#include "stage/state_guard.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct state_guard {
	uintptr_t begin, end; /* of the map */
	struct buf message;
	struct state_guard *next;
};

static struct state_guard *guards; /* of all open environments */
_Thread_local const struct state_guard *state_guard_at_work;

static _Noreturn void
end_process(const struct state_guard *g)
{
	ssize_t told = write(STDERR_FILENO, g->message.ptr, g->message.len);

	(void)told; /* there is nobody else to tell */
	file_replace_abort_all();
	_exit(1);
}

static void
fault(int signal_number, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;

	(void)context;
	for (const struct state_guard *g = guards; g != NULL; g = g->next)
		if (at >= g->begin && at < g->end)
			end_process(g);
	if (state_guard_at_work != NULL)
		end_process(state_guard_at_work);
	signal(signal_number, SIG_DFL); /* a fault of ours: it comes again, and ends as any other */
}

static void
assertion(MDB_env *env, const char *what)
{
	(void)what;
	end_process(mdb_env_get_userctx(env));
}

/* LMDB does not tell where its map is; the system does. */
static void
find_map(MDB_env *env, struct state_guard *g)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long long begin, end, inode;
	struct stat file;
	char line[4200];
	int fd;

	if (maps == NULL || mdb_env_get_fd(env, &fd) != 0 || fstat(fd, &file) != 0)
		file.st_ino = 0;
	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		if (sscanf(line, "%llx-%llx %*s %*s %*s %llu", &begin, &end, &inode) == 3 &&
		    inode == file.st_ino && inode != 0) {
			g->begin = (uintptr_t)begin;
			g->end = (uintptr_t)end;
		}
	if (maps != NULL)
		(void)fclose(maps);
}

struct state_guard *
state_guard_new(MDB_env *env, const char *folder)
{
	struct state_guard *g = mem_zero(1, sizeof(*g));
	struct sigaction act = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO};

	buf_printf(&g->message, "%s: the state in \"%s\" is damaged\n", log_program(), folder);
	find_map(env, g);
	g->next = guards;
	guards = g;
	sigemptyset(&act.sa_mask);
	(void)sigaction(SIGBUS, &act, NULL);
	(void)sigaction(SIGSEGV, &act, NULL);
	(void)sigaction(SIGABRT, &act, NULL); /* malloc()'s, of a heap that a wrong size broke */
	(void)mdb_env_set_userctx(env, g);
	(void)mdb_env_set_assert(env, assertion);
	return g;
}

void
state_guard_free(struct state_guard *g)
{
	if (g == NULL)
		return;
	struct state_guard **at = &guards;
	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	buf_free(&g->message);
	free(g);
}
