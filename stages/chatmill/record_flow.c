#include "record_flow.h"

#include "avro/container_reader.h"
#include "stage/dead_letter.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static ssize_t
read_file(void *with, char *to, size_t room, struct err *err)
{
	ssize_t n = read(*(const int *)with, to, room);

	return n >= 0 ? n : err_set(err, ERR_FATAL, "could not read: %s", strerror(errno));
}

/* The schema of a file's records; of dead letters, that of what was refused, as a stage takes them.
 */
static struct avro_schema *
schema_of_records(const struct container_reader *reader, struct err *err)
{
	const struct avro_schema *whole = container_reader_schema(reader);
	struct dead_input *dead = dead_input_new(whole, err);
	struct avro_schema *schema = NULL;

	if (dead != NULL)
		schema = dead_input_schema(dead, err);
	else if (err->class == ERR_NONE)
		schema = avro_schema_parse(avro_schema_json(whole), err);
	dead_input_free(dead);
	return schema;
}

int
record_flow_from_file(struct record_flow *flow, const char *path, struct err *err)
{
	struct container_reader *reader;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char name[512];

	if (fd < 0)
		return err_set(err, ERR_FATAL, "could not open \"%s\": %s", path, strerror(errno));
	snprintf(name, sizeof(name), "file \"%s\"", path);
	reader = container_reader_open((struct byte_source){read_file, &fd}, name, false, err);
	if (reader != NULL)
		flow->schema = schema_of_records(reader, err);
	container_reader_close(reader);
	close(fd);
	return flow->schema != NULL ? 0 : -1;
}

static void
replace_schema(struct record_flow *flow, struct avro_schema *schema)
{
	avro_schema_free(flow->schema);
	flow->schema = schema;
}

int
record_flow_through(struct record_flow *flow, const struct stage_description *stage,
		    struct err *err)
{
	struct avro_schema *schema = NULL;

	if (stage->emits != NULL) {
		schema = avro_schema_parse(str_of(stage->emits), err);
		if (schema == NULL)
			return err_prefix(err, "what it emits: ");
		flow->open = false;
		flow->partition_by =
			stage->partition_by != NULL ? stage->partition_by : "conversation_id";
		flow->partitioned_in = stage->name;
	} else if (stage->appends != NULL && flow->schema != NULL) {
		schema = avro_schema_with_field(flow->schema, str_of(stage->appends), err);
		if (schema == NULL)
			return err_prefix(err, "what it appends: ");
	}
	if (schema != NULL)
		replace_schema(flow, schema);
	return 0;
}

void
record_flow_free(struct record_flow *flow)
{
	replace_schema(flow, NULL);
}

/* "Poll" of "chatmill.Poll". */
static struct str
short_name(struct str name)
{
	while (str_find(name, STR(".")) < name.len)
		str_cut(&name, '.');
	return name;
}

static const struct avro_node *
branch_at(const struct avro_node *node, size_t i)
{
	return node->type == AVRO_UNION ? node->branches[i] : node;
}

static size_t
branch_count(const struct avro_node *node)
{
	return node->type == AVRO_UNION ? node->count : 1;
}

/* The field of that name in the record, or in one of the records of the union; at the end of a path
 * the name may also be that of a branch. */
static const struct avro_node *
step_down(const struct avro_node *node, struct str name, bool last)
{
	for (size_t i = 0; i < branch_count(node); i++) {
		const struct avro_node *branch = branch_at(node, i);
		const struct avro_field *field =
			branch->type == AVRO_RECORD ? avro_node_field(branch, name) : NULL;
		if (field != NULL)
			return field->type;
	}
	for (size_t i = 0; last && node->type == AVRO_UNION && i < node->count; i++)
		if (str_equal(short_name(node->branches[i]->name), name))
			return node->branches[i];
	return NULL;
}

static bool
type_is_one_of(enum avro_type type, const char *const *names)
{
	while (*names != NULL && strcmp(*names, avro_type_name(type)) != 0)
		names++;
	return *names != NULL;
}

/* Whether a stage whose struct holds such a value can read that type (see avro/fields.h; a value
 * too large for it is that record's matter). A name that is none of Avro's is not ours to judge. */
static bool
type_fits(const char *wanted, const struct avro_node *node)
{
	static const struct {
		const char *wanted, *takes[5];
	} bindings[] = {
		{"string", {"string", "bytes"}},
		{"bytes", {"bytes", "string"}},
		{"int", {"int", "long"}},
		{"long", {"int", "long"}},
		{"float", {"int", "long", "float", "double"}},
		{"double", {"int", "long", "float", "double"}},
		{"boolean", {"boolean"}},
		{"fixed", {"fixed"}},
		{"enum", {"enum"}},
		{"array", {"array"}},
		{"map", {"map"}},
		{"record", {"record"}},
	};

	for (size_t i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++) {
		if (strcmp(bindings[i].wanted, wanted) != 0)
			continue;
		for (size_t b = 0; b < branch_count(node); b++)
			if (type_is_one_of(branch_at(node, b)->type, bindings[i].takes))
				return true;
		return false;
	}
	return true;
}

static const char *
type_in_words(const struct avro_node *node)
{
	for (size_t i = 0; i < branch_count(node); i++)
		if (branch_at(node, i)->type != AVRO_NULL)
			return avro_type_name(branch_at(node, i)->type);
	return avro_type_name(AVRO_NULL);
}

enum flow_fit
record_flow_fits(const struct record_flow *flow, const struct stage_read *read,
		 const char **instead)
{
	struct str path = str_of(read->path);
	const struct avro_node *node;
	bool inside = false;

	if (flow->schema == NULL)
		return FLOW_HAS;
	node = avro_schema_root(flow->schema);
	while (path.len > 0) {
		struct str name = str_cut(&path, '.');
		node = step_down(node, name, path.len == 0);
		if (node == NULL)
			return read->optional || flow->open ? FLOW_HAS
			       : inside                     ? FLOW_LACKS_INSIDE
							    : FLOW_LACKS;
		inside = true;
	}
	*instead = type_in_words(node);
	return type_fits(read->type, node) ? FLOW_HAS : FLOW_OTHER_TYPE;
}
