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

size_t
field_size(const struct field *f)
{
	switch (f->type) {
	case FIELD_STR:
		return sizeof(struct str);
	case FIELD_BUF:
		return sizeof(struct buf);
	case FIELD_BOOL:
		return sizeof(bool);
	case FIELD_I32:
	case FIELD_U32:
	case FIELD_F32:
		return 4;
	case FIELD_I64:
	case FIELD_U64:
	case FIELD_F64:
		return 8;
	case FIELD_ENUM:
	case FIELD_FIXED:
		return f->size;
	case FIELD_LIST:
	case FIELD_RECORD:
		return sizeof(void *);
	}
	return 0;
}
