/* Any bytes as a record of a schema thrown with the first eight of them, read through a table
 * thrown with the same: plan_properties.h says what must hold. */
#include "lib/avro/plan_properties.h"
#include "lib/avro/random_data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct die die;

	if (size < sizeof(die))
		return 0;
	memcpy(&die, data, sizeof(die));
	struct avro_schema *schema = random_schema(&die);
	const struct avro_node *node = avro_schema_root(schema);
	const struct field *table = random_table(&die, node, false, &arena, &(size_t){0});
	(void)check_plan(node, table,
			 (struct str){(const char *)data + sizeof(die), size - sizeof(die)});
	arena_free(&arena);
	avro_schema_free(schema);
	return 0;
}
