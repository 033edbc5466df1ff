#include "stage/schema_catalog.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "message.avsc.h"
#include "raw.avsc.h"
#include "stage/option_file.h"
#include "transport/kafka_admin.h"
#include "transport/kafka_producer.h"
#include "transport/kafka_reader.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>

struct entry {
	char *key, *text;           /* of the topic */
	struct avro_schema *schema; /* made when it is first asked for */
	bool published;             /* it is in the topic */
};

struct schema_catalog {
	const struct kafka_config *config;
	struct schema_registry *registry; /* NULL: none */
	struct map entries;               /* to struct entry */
	struct kafka_place place;
	struct kafka_producer *producer; /* made with the first put() */
	bool made;                       /* the topic is there */
};

enum { KEY_BYTES = sizeof("0123456789abcdef") };

static void
write_key(char key[KEY_BYTES], uint64_t fingerprint)
{
	snprintf(key, KEY_BYTES, "%016llx", (unsigned long long)fingerprint);
}

/* The first text of a key stays: schemas of one fingerprint differ in what is not read. */
static void
keep(struct schema_catalog *c, struct str key, struct str text, bool published)
{
	struct entry *entry = map_get(&c->entries, key);

	if (entry == NULL) {
		entry = mem_zero(1, sizeof(*entry));
		entry->key = str_dup(key);
		entry->text = str_dup(text);
		*map_place(&c->entries, str_of(entry->key)) = entry;
	}
	entry->published = entry->published || published;
}

static int
keep_schema(struct schema_catalog *c, struct str text, struct err *err)
{
	struct avro_schema *schema = avro_schema_parse(text, err);
	char key[KEY_BYTES];

	if (schema == NULL)
		return -1;
	write_key(key, avro_schema_fingerprint(schema));
	keep(c, str_of(key), text, false);
	avro_schema_free(schema);
	return 0;
}

static int
keep_folder(struct schema_catalog *c, const char *folder, struct err *err)
{
	DIR *dir = opendir(folder);
	struct dirent *file;
	int result = 0;

	if (dir == NULL)
		return err_set(err, ERR_FATAL, "could not open \"%s\": %s", folder,
			       strerror(errno));
	while (result == 0 && (file = readdir(dir)) != NULL) {
		struct option_file bytes;
		struct buf path = {0};
		if (!str_ends(str_of(file->d_name), STR(".avsc")))
			continue;
		buf_printf(&path, "%s/%s", folder, file->d_name);
		result = option_file_open(&bytes, buf_cstr(&path), true, err);
		if (result == 0) {
			if (keep_schema(c, bytes.bytes, err) != 0) {
				result = err_prefix(err, "\"%s\": ", buf_cstr(&path));
				err->class = ERR_FATAL;
			}
			option_file_close(&bytes);
		}
		buf_free(&path);
	}
	closedir(dir);
	return result;
}

struct schema_catalog *
schema_catalog_open(const struct kafka_config *config, const char *folder,
		    struct schema_registry *registry, struct err *err)
{
	struct schema_catalog *c = mem_zero(1, sizeof(*c));

	c->config = config;
	c->registry = registry;
	c->place = (struct kafka_place){SCHEMA_TOPIC, 0, KAFKA_BEGINNING};
	if (keep_schema(c, str_of(raw_avsc), err) == 0 &&
	    keep_schema(c, str_of(message_avsc), err) == 0 &&
	    (folder == NULL || keep_folder(c, folder, err) == 0))
		return c;
	schema_catalog_close(c);
	return NULL;
}

void
schema_catalog_close(struct schema_catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->entries.used; i++) {
		struct entry *entry = c->entries.entries[i].value;
		avro_schema_free(entry->schema);
		free(entry->text);
		free(entry->key);
		free(entry);
	}
	map_free(&c->entries);
	kafka_producer_close(c->producer);
	schema_registry_close(c->registry);
	free(c);
}

/* ---- the topic */

static int
keep_message(void *with, const struct kafka_message *m, struct err *err)
{
	(void)err;
	if (m->key.ptr != NULL && m->value.ptr != NULL)
		keep(with, m->key, m->value, true);
	return 0;
}

static int
make_topic(struct schema_catalog *c, struct err *err)
{
	const struct kafka_topic_plan plan = {
		.name = SCHEMA_TOPIC, .partitions = 1, .compacted = true};

	if (!c->made && kafka_admin_make(c->config, &plan, err) != 0)
		return -1;
	c->made = true;
	return 0;
}

static int
read_topic(struct schema_catalog *c, struct err *err)
{
	if (make_topic(c, err) != 0)
		return -1;
	return kafka_reader_run(c->config, &c->place, keep_message, c, NULL, err);
}

/* What is not known may have come meanwhile. */
static struct entry *
find(struct schema_catalog *c, struct str key, struct err *err)
{
	struct entry *entry = map_get(&c->entries, key);

	if (entry != NULL || read_topic(c, err) != 0)
		return entry;
	entry = map_get(&c->entries, key);
	if (entry == NULL)
		err_set(err, ERR_INPUT, "\"%.*s\" is not in topic \"%s\"", STR_ARG(key),
			SCHEMA_TOPIC);
	return entry;
}

static bool
is_published(const struct schema_catalog *c, struct str key)
{
	const struct entry *entry = map_get(&c->entries, key);

	return entry != NULL && entry->published;
}

/* Also what is built in: another version of chatmill may read it. Many may write the same at the
 * same time: it is the same. */
static int
publish(struct schema_catalog *c, struct str key, struct str text, struct err *err)
{
	struct kafka_message m = {.topic = SCHEMA_TOPIC, .key = key, .value = text};

	if (is_published(c, key))
		return 0;
	if (read_topic(c, err) != 0)
		return -1;
	if (is_published(c, key))
		return 0;
	if (c->producer == NULL)
		c->producer = kafka_producer_open(c->config, NULL, err);
	if (c->producer == NULL || kafka_producer_send(c->producer, &m, err) != 0 ||
	    kafka_producer_commit(c->producer, NULL, NULL, 0, err) != 0)
		return -1;
	keep(c, key, text, true);
	return 0;
}

/* ---- schemas */

int
schema_catalog_find(struct schema_catalog *c, enum avro_framing framing, uint64_t id,
		    const struct avro_schema **schema, struct err *err)
{
	char key[KEY_BYTES];

	if (framing == AVRO_FRAMING_CONFLUENT && c->registry != NULL)
		return schema_registry_find(c->registry, (uint32_t)id, schema, err);
	if (framing == AVRO_FRAMING_CONFLUENT)
		return err_set(err, ERR_INPUT,
			       "schema %llu is in a registry, and none is configured: --registry",
			       (unsigned long long)id);
	write_key(key, id);
	struct entry *entry = find(c, str_of(key), err);
	if (entry == NULL)
		return err_prefix(err, "the schema of fingerprint %s is not known: ", key);
	if (entry->schema == NULL)
		entry->schema = avro_schema_parse(str_of(entry->text), err);
	if (entry->schema == NULL)
		return err_prefix(err, "the schema of fingerprint %s: ", key);
	*schema = entry->schema;
	return 0;
}

int
schema_catalog_put(struct schema_catalog *c, const char *topic, const struct avro_schema *schema,
		   struct buf *frame, struct err *err)
{
	uint64_t fingerprint = avro_schema_fingerprint(schema);
	char key[KEY_BYTES];
	uint32_t number;

	if (c->registry != NULL && avro_schema_root(schema)->type == AVRO_RECORD) {
		if (schema_registry_number(c->registry, topic, schema, &number, err) != 0)
			return -1;
		buf_clear(frame);
		avro_confluent_add(frame, number);
		return 0;
	}
	write_key(key, fingerprint);
	if (publish(c, str_of(key), avro_schema_json(schema), err) != 0)
		return err_prefix(err, "could not make the schema of topic \"%s\" known: ", topic);
	buf_clear(frame);
	avro_single_object_add(frame, fingerprint);
	return 0;
}

/* ---- trails */

static void
trail_key(struct buf *key, struct str hash)
{
	buf_add(key, STR("trail:"));
	buf_add(key, hash);
}

int
schema_catalog_find_trail(struct schema_catalog *c, struct str hash, struct str *trail,
			  struct err *err)
{
	struct buf key = {0};

	trail_key(&key, hash);
	const struct entry *entry = find(c, buf_str(&key), err);
	buf_free(&key);
	if (entry == NULL)
		return -1;
	*trail = str_of(entry->text);
	return 0;
}

int
schema_catalog_put_trail(struct schema_catalog *c, struct str trail, char hash[SCHEMA_TRAIL_BYTES],
			 struct err *err)
{
	struct buf key = {0};

	hash_digest_hex(hash, (SCHEMA_TRAIL_BYTES - 1) / 2, &trail, 1);
	trail_key(&key, str_of(hash));
	int result = publish(c, buf_str(&key), trail, err);
	buf_free(&key);
	return result;
}
