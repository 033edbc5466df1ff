/* links: stages/fetch */
/* fuzz_fetch_zip.c -- any bytes as a zip export: its directory, and what its members unpack to. Its
 * corpus is made by `fetch_zip_corpus`. */
#include "../../stages/fetch/media_folder.h"
#include "../../stages/fetch/zip_export.h"
#include "../../stages/fetch/zip_safety.h"
#include "text/utf8.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MEMBERS_READ 16
#define BYTES_READ   (1024 * 1024) /* of each */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
read_member(struct zip_export *export, size_t member)
{
	char bytes[4096];
	struct err err = {0};
	size_t got = 1, all = 0;

	if (zip_export_begin(export, member, &err) != 0)
		return;
	while (got > 0 && all < BYTES_READ &&
	       zip_export_read(export, bytes, sizeof(bytes), &got, &err) == 0) {
		must(got <= sizeof(bytes));
		all += got;
	}
	zip_export_end(export);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("zip", MFD_CLOEXEC);
	struct buf name = {0};
	struct err err = {0};
	size_t count;

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	struct zip_export *export = zip_export_open(fd, size, &err);
	if (export == NULL) {
		must(err.class == ERR_INPUT && err.text[0] != '\0');
		return 0;
	}
	const struct zip_member *members = zip_export_members(export, &count);
	must(count <= ZIP_MAX_MEMBERS);
	for (size_t i = 0; i < count; i++) {
		must(utf8_valid_prefix(members[i].name) == members[i].name.len);
		if (media_name(members[i].name, &name))
			must(name.len <= 201 && memchr(name.ptr, '/', name.len) == NULL &&
			     memchr(name.ptr, '\0', name.len) == NULL && name.ptr[0] != '.');
		if (i < MEMBERS_READ)
			read_member(export, i);
	}
	zip_export_close(export);
	buf_free(&name);
	return 0;
}
