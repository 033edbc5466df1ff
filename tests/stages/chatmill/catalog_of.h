/* catalog_of.h -- a catalog of stages that exist as descriptions alone. */
#ifndef TESTS_CATALOG_OF_H
#define TESTS_CATALOG_OF_H

#include "../../../stages/chatmill/stage_catalog.h"
#include "base/mem.h"

static inline void
catalog_add(struct stage_catalog *catalog, const char *json)
{
	struct stage_program program = {0};

	program.description = stage_description_parse(str_of(json), &program.err);
	if (program.description == NULL)
		fail_msg("%s: %s", program.err.text, json);
	program.name = str_dup(str_of(program.description->name));
	program.path = str_dup(STR("/nowhere"));
	MEM_GROW(catalog->programs, catalog->count, catalog->room);
	catalog->programs[catalog->count++] = program;
}

/* name: also the field that it appends. reads: a JSON array. */
static inline void
catalog_add_appender(struct stage_catalog *catalog, const char *name, const char *field,
		     const char *reads)
{
	char json[2048];

	snprintf(json, sizeof(json),
		 "{\"api\": 2, \"name\": \"%s\", \"version\": \"1\", \"summary\": \"s\", "
		 "\"kind\": \"transform\", \"reads\": %s, \"appends\": {\"name\": \"%s\", "
		 "\"type\": [\"null\", \"string\"], \"default\": null}, \"emits\": null, "
		 "\"key\": null, \"options\": []}",
		 name, reads, field);
	catalog_add(catalog, json);
}

/* The stages of the design, as far as their needs go. */
static inline struct stage_catalog *
catalog_of_the_design(void)
{
	struct stage_catalog *catalog = mem_zero(1, sizeof(*catalog));

	catalog_add(
		catalog,
		"{\"api\": 2, \"name\": \"fetch\", \"version\": \"1\", \"summary\": \"s\", "
		"\"kind\": "
		"\"source\", \"reads\": [], \"appends\": null, \"emits\": {\"type\": \"record\", "
		"\"name\": \"chatmill.Raw\", \"fields\": [{\"name\": \"source\", \"type\": "
		"{\"type\": "
		"\"record\", \"name\": \"Source\", \"fields\": [{\"name\": \"uri\", \"type\": "
		"\"string\"}]}}, {\"name\": \"bytes\", \"type\": \"bytes\"}]}, \"partition_by\": "
		"\"source.uri\", \"options\": [{\"name\": \"media\", \"type\": \"path\", \"help\": "
		"\"h\"}, {\"name\": \"sources\", \"type\": \"arguments\", \"help\": \"what to "
		"read\", "
		"\"min\": 1}]}");
	catalog_add(
		catalog,
		"{\"api\": 2, \"name\": \"parse\", \"version\": \"1\", \"summary\": \"s\", "
		"\"kind\": "
		"\"transform\", \"reads\": [{\"path\": \"source.uri\", \"type\": \"string\", "
		"\"optional\": false}, {\"path\": \"bytes\", \"type\": \"string\", \"optional\": "
		"false}], \"appends\": null, \"emits\": {\"type\": \"record\", \"name\": "
		"\"Message\", "
		"\"fields\": [{\"name\": \"conversation_id\", \"type\": \"string\"}, {\"name\": "
		"\"sent_at\", \"type\": {\"type\": \"long\", \"logicalType\": "
		"\"timestamp-millis\"}}, "
		"{\"name\": \"text\", \"type\": [\"null\", \"string\"], \"default\": null}]}, "
		"\"key\": \"source.uri\", \"options\": [{\"name\": \"date-order\", \"type\": "
		"\"choice\", \"default\": \"auto\", \"help\": \"h\", \"choices\": [\"auto\", "
		"\"dmy\", "
		"\"mdy\"]}, {\"name\": \"in\", \"type\": \"path\", \"help\": \"h\"}]}");
	catalog_add_appender(catalog, "detect-lang", "language",
			     "[{\"path\": \"text\", \"type\": \"string\", \"optional\": false}]");
	catalog_add_appender(catalog, "tokenize", "tokens",
			     "[{\"path\": \"text\", \"type\": \"string\", \"optional\": false}, "
			     "{\"path\": \"language\", \"type\": \"string\", \"optional\": true}]");
	catalog_add_appender(catalog, "sentiment", "sentiment",
			     "[{\"path\": \"text\", \"type\": \"string\", \"optional\": false}, "
			     "{\"path\": \"tokens\", \"type\": \"string\", \"optional\": false}]");
	catalog_add(
		catalog,
		"{\"api\": 2, \"name\": \"hourly\", \"version\": \"1\", \"summary\": \"s\", "
		"\"kind\": \"transform\", \"reads\": [{\"path\": \"conversation_id\", \"type\": "
		"\"string\"}, {\"path\": \"sent_at\", \"type\": \"long\"}], \"appends\": null, "
		"\"emits\": "
		"{\"type\": \"record\", \"name\": \"Hour\", \"fields\": [{\"name\": \"hour\", "
		"\"type\": \"long\"}]}, \"key\": \"conversation_id\", \"event_time\": "
		"\"sent_at\", \"options\": []}");
	catalog_add(catalog,
		    "{\"api\": 2, \"name\": \"sink\", \"version\": \"1\", \"summary\": \"s\", "
		    "\"kind\": \"sink\", \"reads\": [], \"appends\": null, \"emits\": null, "
		    "\"options\": [{\"name\": \"destination\", \"type\": \"arguments\", \"help\": "
		    "\"where to\", \"min\": 1, \"max\": 1}]}");
	return catalog;
}

#endif
