/*
 * cpu COMMAND [ARGUMENT...]: runs the command, and writes on descriptor 3 what it took, its
 * children included: CPU seconds (user and system), and KiB of memory at the most of any process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct rusage used;
	int status;
	pid_t child;

	if (argc < 2)
		return 2;
	child = fork();
	if (child == 0) {
		close(3);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) != child) {
		perror("cpu");
		return 1;
	}
	dprintf(3, "%.4f %ld\n",
		(double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
			(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
		used.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
