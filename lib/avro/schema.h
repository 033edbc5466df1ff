/*
 * schema.h -- what an Avro schema says, checked, as nodes that point to each other (Avro 1.11
 * specification, "Schema Declaration").
 *
 * A schema keeps its own JSON text: what we do not know in it (doc, order, attributes of others) is
 * passed on as it came. A named type is one node, however often it is referred to; a graph of nodes
 * may therefore have cycles (records that hold themselves through an array, a map or a union).
 */
#ifndef AVRO_SCHEMA_H
#define AVRO_SCHEMA_H

#include "base/buf.h"
#include "base/err.h"

enum avro_type {
	AVRO_NULL,
	AVRO_BOOLEAN,
	AVRO_INT,
	AVRO_LONG,
	AVRO_FLOAT,
	AVRO_DOUBLE,
	AVRO_BYTES,
	AVRO_STRING,
	AVRO_FIXED,
	AVRO_ENUM,
	AVRO_ARRAY,
	AVRO_MAP,
	AVRO_RECORD,
	AVRO_UNION,
};

struct avro_node {
	enum avro_type type;
	struct str name;      /* full name ("chatmill.Message"); no ptr where the type has none */
	struct str logical;   /* "timestamp-millis"; no ptr: none, or one the type cannot carry */
	int precision, scale; /* of a decimal */
	const struct str *aliases; /* full names */
	size_t alias_count;
	size_t count;                            /* fields, branches or symbols */
	const struct avro_field *fields;         /* record */
	const struct avro_node *const *branches; /* union */
	const struct str *symbols;               /* enum */
	int default_symbol;                      /* enum; -1: none */
	const struct avro_node *items;           /* array, map (its values) */
	size_t size;                             /* fixed: bytes */
	size_t min_bytes;                        /* of the smallest datum */
	size_t index; /* of this node among avro_schema_node_count(): for tables beside the graph */
};

struct avro_field {
	struct str name;
	const struct avro_node *type;
	const struct str *aliases;
	size_t alias_count;
	bool has_default;
	struct str default_datum; /* encoded as `type` */
};

struct avro_schema;

/* ERR_INPUT says what is wrong and where ("field \"tokens\": ..."). Limits: limits.h. A record that
 * could only be infinite, a double name, an unknown name, a bad default are refused. A name without
 * a namespace is looked for in the one around it, then in the null namespace, as Java writes it. */
struct avro_schema *avro_schema_parse(struct str json, struct err *);
void avro_schema_free(struct avro_schema *); /* NULL is fine; the nodes go with it */

const struct avro_node *avro_schema_root(const struct avro_schema *);
size_t avro_schema_node_count(const struct avro_schema *);
struct str avro_schema_json(const struct avro_schema *); /* compact, as given */

/* Parsing canonical form, and its CRC-64-AVRO (specification, "Parsing Canonical Form for Schemas"
 * and "Schema Fingerprints"). */
void avro_schema_canonical(const struct avro_schema *, struct buf *);
uint64_t avro_schema_fingerprint(const struct avro_schema *);

/* NULL when the record has no field of that name. */
const struct avro_field *avro_node_field(const struct avro_node *record, struct str name);
const char *avro_type_name(enum avro_type);

/*
 * The record schema with one more field at its end, or, when there is a field of that name already,
 * with that one replaced in its place. field_json is one field ({"name", "type", "default"}), whose
 * type is a union that begins with null and whose default is null. The names of types defined
 * inside it get the namespace RECORD'S NAMESPACE.FIELD ("chatmill.tokens.Token"), unless they bring
 * one of their own, so that fields of different stages never collide. A type that was defined in
 * the replaced field and is used elsewhere moves to its first use; one that the new field defines
 * again must not have changed then. ERR_FATAL.
 */
struct avro_schema *avro_schema_with_field(const struct avro_schema *, struct str field_json,
					   struct err *);

/* The record schema without that field; ERR_FATAL when there is none. */
struct avro_schema *avro_schema_without_field(const struct avro_schema *, struct str name,
					      struct err *);

#endif
