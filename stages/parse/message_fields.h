/* message_fields.h -- how struct message and the schema's Message correspond. */
#ifndef MESSAGE_FIELDS_H
#define MESSAGE_FIELDS_H

#include "avro/fields.h"

extern const struct field message_fields[]; /* ends with {0} */

#endif
