/* fuzz_container.c -- any bytes as a container: header, schema, codecs, records. Its corpus is made
 * by `mutate --corpus`. */
#include "read_container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)read_container((struct str){(const char *)data, size});
	return 0;
}
