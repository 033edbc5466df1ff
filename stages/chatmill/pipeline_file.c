#include "pipeline_file.h"

#include "base/buf.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONGEST_FILE (1024 * 1024) /* bytes */

static int
read_composition(const char *path, struct buf *text, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 0;

	while (fd >= 0 && text->len <= LONGEST_FILE &&
	       (n = read(fd, buf_room(text, 4096), 4096)) > 0)
		text->len += (size_t)n;
	if (n < 0)
		err_set(err, ERR_FATAL, "could not read \"%s\": %s", path, strerror(errno));
	else if (text->len > LONGEST_FILE)
		n = err_set(err, ERR_FATAL, "\"%s\" is too long to be a composition", path);
	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

struct pipeline *
pipeline_read(const char *argument, struct err *err)
{
	struct pipeline *pipeline = NULL;
	struct buf text = {0};
	struct stat st;

	if (stat(argument, &st) != 0 || !S_ISREG(st.st_mode))
		return pipeline_parse(str_of(argument), err);
	if (read_composition(argument, &text, err) == 0) {
		pipeline = pipeline_parse(buf_str(&text), err);
		if (pipeline == NULL)
			err_prefix(err, "file \"%s\": ", argument);
	}
	buf_free(&text);
	return pipeline;
}
