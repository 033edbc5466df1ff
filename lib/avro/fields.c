#include "avro/fields.h"

#include "base/str.h"

const struct field field_strings[] = {
	{.path = "", .type = FIELD_STR, .of = sizeof(struct str)},
	{0},
};
const struct field field_longs[] = {
	{.path = "", .type = FIELD_I64, .of = sizeof(int64_t)},
	{0},
};
