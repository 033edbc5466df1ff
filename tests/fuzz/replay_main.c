/* replay_main.c -- a fuzz target without a fuzzer: it is given each file of a folder. */
#include "base/buf.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take_file(const char *path)
{
	struct buf bytes = {0};
	FILE *file = fopen(path, "rb");
	size_t got;

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	while ((got = fread(buf_room(&bytes, 65536), 1, 65536, file)) > 0)
		bytes.len += got;
	if (ferror(file) || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
	/* In memory of just that size, so that a sanitizer sees each byte beyond it. */
	uint8_t *data = malloc(bytes.len == 0 ? 1 : bytes.len);
	if (data == NULL)
		exit(1);
	memcpy(data, buf_cstr(&bytes), bytes.len);
	LLVMFuzzerTestOneInput(data, bytes.len);
	free(data);
	buf_free(&bytes);
}

int
main(int argc, char **argv)
{
	struct dirent **files;
	struct buf path = {0};
	int count;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	count = scandir(argv[1], &files, NULL, alphasort);
	if (count < 0) {
		perror(argv[1]);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		if (files[i]->d_name[0] != '.') {
			buf_clear(&path);
			buf_printf(&path, "%s/%s", argv[1], files[i]->d_name);
			printf("# %s\n", buf_cstr(&path));
			if (fflush(stdout) != 0)
				return 1;
			take_file(buf_cstr(&path));
		}
		free(files[i]);
	}
	free(files);
	buf_free(&path);
	return 0;
}
