#include "stage/schema_registry.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "transport/http.h"
#include <jansson.h>
#include <stdio.h>

#define TIMEOUT_MS   10000
#define UNKNOWN_MS   30000 /* a number that it does not know may be known then */
#define UNKNOWN_MOST 10000
#define TYPE         "application/vnd.schemaregistry.v1+json"

enum { NOT_FOUND = 404, CONFLICT = 409, UNPROCESSABLE = 422 };

const char *const registry_subject_names[] = {"topic", "record", "topic-record", NULL};

struct by_number {
	char key[16];
	struct avro_schema *schema; /* NULL: unknown, as far as could be told then */
	int64_t asked_ms;
};
struct by_subject { /* and fingerprint */
	char *key;
	uint32_t number;
};

struct schema_registry {
	struct registry_plan plan;
	char *url; /* without a slash at its end */
	struct map numbers, subjects;
	struct buf answer;
};

struct schema_registry *
schema_registry_open(const struct registry_plan *plan, struct err *err)
{
	struct str url = str_of(plan->url), host = url;

	while (str_ends(url, STR("/")))
		url.len--;
	if (!str_starts(url, STR("http://")) && !str_starts(url, STR("https://"))) {
		err_set(err, ERR_INPUT, "--registry wants a URL: http://HOST:PORT, not \"%s\"",
			plan->url);
		return NULL;
	}
	host = str_tail(url, str_find(url, STR("://")) + 3);
	host = str_cut(&host, '/');
	if (str_find(host, STR("@")) < host.len) {
		err_set(err, ERR_INPUT,
			"--registry: who asks is no part of the URL, which is "
			"public: --registry-user, and $CHATMILL_REGISTRY_PASSWORD "
			"or --registry-password-file");
		return NULL;
	}
	struct schema_registry *r = mem_zero(1, sizeof(*r));
	r->plan = *plan;
	r->url = str_dup(url);
	return r;
}

void
schema_registry_close(struct schema_registry *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->numbers.used; i++) {
		struct by_number *entry = r->numbers.entries[i].value;
		avro_schema_free(entry->schema);
		free(entry);
	}
	for (size_t i = 0; i < r->subjects.used; i++) {
		struct by_subject *entry = r->subjects.entries[i].value;
		free(entry->key);
		free(entry);
	}
	map_free(&r->numbers);
	map_free(&r->subjects);
	buf_free(&r->answer);
	free(r->url);
	free(r);
}

/* ---- asking */

/* Its own words where it has some: {"error_code": 409, "message": "..."}. */
static void
add_message(const struct schema_registry *r, struct buf *text)
{
	json_t *json =
		json_loadb(r->answer.ptr == NULL ? "" : r->answer.ptr, r->answer.len, 0, NULL);
	const char *message = json_string_value(json_object_get(json, "message"));

	if (message != NULL)
		buf_printf(text, ": %.300s", message);
	json_decref(json);
}

/* *status: 200, or one of those the caller knows about. */
static int
ask(struct schema_registry *r, const char *path, const struct buf *body, long *status,
    struct err *err)
{
	struct buf url = {0}, said = {0};

	buf_printf(&url, "%s%s", r->url, path);
	const struct http_request request = {
		.method = body == NULL ? "GET" : "POST",
		.url = buf_cstr(&url),
		.user = r->plan.user,
		.password = r->plan.password,
		.bearer = r->plan.token,
		.content_type = body == NULL ? NULL : TYPE,
		.body = body == NULL ? (struct str){0} : buf_str(body),
		.timeout_ms = TIMEOUT_MS,
	};
	int result = http_ask(&request, status, &r->answer, err);
	if (result != 0) {
		err_prefix(err, "the schema registry at %s: ", r->url);
	} else if (*status != 200 && *status != NOT_FOUND && *status != CONFLICT &&
		   *status != UNPROCESSABLE) {
		bool down = *status >= 500 || *status == 408 || *status == 429;
		add_message(r, &said);
		result = err_set(err, down ? ERR_DOWN : ERR_FATAL,
				 "the schema registry at %s answers %ld%s%s", r->url, *status,
				 *status == 401 || *status == 403 ? " (not allowed)" : "",
				 buf_cstr(&said));
	}
	buf_free(&url);
	buf_free(&said);
	return result;
}

static int
refuse_answer(const struct schema_registry *r, const char *path, struct err *err)
{
	return err_set(err, ERR_FATAL,
		       "what answers at %s%s is no schema registry with Confluent's API", r->url,
		       path);
}

/* ---- schemas to numbers */

/* A record's full name is its own; a topic's subject is of what is in it. */
static void
name_subject(const struct schema_registry *r, const char *topic, const struct avro_schema *schema,
	     struct buf *name)
{
	struct str record = avro_schema_root(schema)->name;

	switch (r->plan.subjects) {
	case SUBJECT_TOPIC:
		buf_printf(name, "%s-value", topic);
		break;
	case SUBJECT_RECORD:
		buf_add(name, record);
		break;
	case SUBJECT_TOPIC_RECORD:
		buf_printf(name, "%s-%.*s", topic, STR_ARG(record));
		break;
	}
}

static int
take_number(struct schema_registry *r, const char *path, uint32_t *number, struct err *err)
{
	json_t *json = json_loadb(r->answer.ptr, r->answer.len, 0, NULL);
	json_int_t id = json_integer_value(json_object_get(json, "id"));
	bool fits = json_is_integer(json_object_get(json, "id")) && id >= 0 && id <= INT32_MAX;

	json_decref(json);
	*number = (uint32_t)id;
	return fits ? 0 : refuse_answer(r, path, err);
}

/* Known already? Who may only read can do so; else it is registered. */
static int
register_schema(struct schema_registry *r, const char *subject, const struct avro_schema *schema,
		uint32_t *number, struct err *err)
{
	struct buf path = {0}, body = {0}, said = {0};
	struct str text = avro_schema_json(schema);
	json_t *json = json_pack("{s:s%}", "schema", text.ptr, text.len);
	char *dumped = json_dumps(json, JSON_COMPACT);
	long status = 0;

	buf_add(&body, str_of(dumped));
	buf_printf(&path, "/subjects/%s", subject);
	int result = ask(r, buf_cstr(&path), &body, &status, err);
	if (result == 0 && status != 200) {
		buf_add(&path, STR("/versions"));
		result = ask(r, buf_cstr(&path), &body, &status, err);
	}
	if (result == 0 && status == 200) {
		result = take_number(r, buf_cstr(&path), number, err);
	} else if (result == 0 && status == NOT_FOUND) {
		result = refuse_answer(r, buf_cstr(&path), err);
	} else if (result == 0) {
		add_message(r, &said);
		result = err_set(err, ERR_FATAL,
				 "the schema registry refuses the schema for \"%s\": it is %s%s",
				 subject,
				 status == CONFLICT ? "not compatible with those before it"
						    : "none that it understands",
				 buf_cstr(&said));
	}
	free(dumped);
	json_decref(json);
	buf_free(&path);
	buf_free(&body);
	buf_free(&said);
	return result;
}

int
schema_registry_number(struct schema_registry *r, const char *topic,
		       const struct avro_schema *schema, uint32_t *number, struct err *err)
{
	struct buf subject = {0}, key = {0};
	int result = 0;

	name_subject(r, topic, schema, &subject);
	buf_printf(&key, "%s %016llx", buf_cstr(&subject),
		   (unsigned long long)avro_schema_fingerprint(schema));
	struct by_subject *entry = map_get(&r->subjects, buf_str(&key));
	if (entry == NULL) {
		result = register_schema(r, buf_cstr(&subject), schema, number, err);
		if (result == 0) {
			entry = mem_zero(1, sizeof(*entry));
			*entry = (struct by_subject){str_dup(buf_str(&key)), *number};
			*map_place(&r->subjects, str_of(entry->key)) = entry;
		}
	} else {
		*number = entry->number;
	}
	buf_free(&subject);
	buf_free(&key);
	return result;
}

/* ---- numbers to schemas */

static struct by_number *
keep_number(struct schema_registry *r, uint32_t number)
{
	struct by_number *entry = mem_zero(1, sizeof(*entry));

	snprintf(entry->key, sizeof(entry->key), "%u", number);
	*map_place(&r->numbers, str_of(entry->key)) = entry;
	return entry;
}

static int
tell_unknown(const struct schema_registry *r, uint32_t number, struct err *err)
{
	return err_set(err, ERR_INPUT, "the schema registry at %s has no schema %u", r->url,
		       number);
}

static int
take_schema(struct schema_registry *r, uint32_t number, struct avro_schema **schema,
	    struct err *err)
{
	json_t *json = json_loadb(r->answer.ptr, r->answer.len, 0, NULL);
	const char *text = json_string_value(json_object_get(json, "schema"));
	const char *type = json_string_value(json_object_get(json, "schemaType"));
	int result = 0;

	if (type != NULL && strcmp(type, "AVRO") != 0) {
		result = err_set(err, ERR_INPUT, "schema %u of the registry is %.40s, and not Avro",
				 number, type);
	} else if (text == NULL) {
		result = refuse_answer(r, "/schemas/ids/", err);
	} else {
		*schema = avro_schema_parse(str_of(text), err);
		if (*schema == NULL) {
			err->class = ERR_INPUT;
			result = err_prefix(err, "schema %u of the registry: ", number);
		}
	}
	json_decref(json);
	return result;
}

int
schema_registry_find(struct schema_registry *r, uint32_t number, const struct avro_schema **schema,
		     struct err *err)
{
	char key[16], path[48];
	long status = 0;

	snprintf(key, sizeof(key), "%u", number);
	struct by_number *entry = map_get(&r->numbers, str_of(key));
	if (entry != NULL && entry->schema == NULL &&
	    clock_monotonic_ms() - entry->asked_ms < UNKNOWN_MS)
		return tell_unknown(r, number, err);
	if (entry == NULL || entry->schema == NULL) {
		struct avro_schema *found = NULL;
		snprintf(path, sizeof(path), "/schemas/ids/%u", number);
		if (ask(r, path, NULL, &status, err) != 0 ||
		    (status == 200 && take_schema(r, number, &found, err) != 0))
			return -1;
		if (entry == NULL && (found != NULL || r->numbers.count < UNKNOWN_MOST))
			entry = keep_number(r, number);
		if (entry != NULL) {
			entry->schema = found;
			entry->asked_ms = clock_monotonic_ms();
		}
		if (found == NULL)
			return tell_unknown(r, number, err);
	}
	*schema = entry->schema;
	return 0;
}
