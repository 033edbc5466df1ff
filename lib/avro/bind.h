/* bind.h -- rows of a table (fields.h) against nodes of a schema: which row means which node, what
 * null is in C, and the sentences for what does not fit. For plan.c and encoder.c. */
#ifndef AVRO_BIND_H
#define AVRO_BIND_H

#include "avro/fields.h"
#include "avro/schema.h"
#include "base/arena.h"

/* A row, as seen from a node that its path leads through. */
struct bind_row {
	const struct field *field;
	const char *rest; /* of the path; "": the node itself is meant */
	bool *bound;      /* a value was found for it */
	bool to_branch;   /* rest is the name of a branch of the union in hand */
};
struct bind_rows {
	struct bind_row *row;
	size_t count;
};
enum bind_use { BIND_READ, BIND_WRITE };

/* The rows of a table, none of them bound yet. where: what its paths stand below, for messages
 * ("tokens.", ""). ERR_FATAL: rows of different structs, or one that is not whole. */
int bind_table(const struct field *table, const char *where, struct arena *, struct bind_rows *,
	       struct err *);
size_t bind_table_size(const struct field *table); /* bytes of the struct it describes */

/* Those rows that go on in this field; in this branch of a union (by its name, full or simple, as
 * the last part; as its value; or through it, when it is a record that has the next part). Before
 * the first branch the union itself is met. */
struct bind_rows bind_to_field(struct bind_rows, struct str name, struct arena *);
void bind_to_union(struct bind_rows, const struct avro_node *of);
struct bind_rows bind_to_branch(struct bind_rows, const struct avro_node *of, size_t branch,
				enum bind_use, struct arena *);

bool bind_is_value(const struct bind_row *); /* the node in hand is meant */
bool bind_fits(const struct field *, const struct avro_node *, enum bind_use);
int bind_mismatch(const struct field *, const char *where, const struct avro_node *, struct err *);
const char *bind_c_type(enum field_type);

bool bind_has_null(const struct field *);           /* its C type can say null */
void bind_set_null(const struct field *, void *in); /* where it cannot: zeroes */
bool bind_is_null(const struct field *, const void *in);
int bind_symbol(const struct field *, struct str); /* the C enum's value; -1 */
void bind_store_enum(void *member, size_t size, int value);

#endif
