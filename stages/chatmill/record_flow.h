/* record_flow.h -- what is known of the records between two stages of a composition. */
#ifndef CHATMILL_RECORD_FLOW_H
#define CHATMILL_RECORD_FLOW_H

#include "avro/schema.h"
#include "stage_description.h"

struct record_flow {
	struct avro_schema *schema; /* NULL: unknown */
	bool open;                  /* a program that is no stage may have added fields */
	const char *partition_by;   /* NULL: unknown */
	const char *partitioned_in; /* the stage that says so */
};

/* ERR_INPUT: the file is no Avro container. */
int record_flow_from_file(struct record_flow *, const char *path, struct err *);
/* What comes out of a stage when this goes in. ERR_FATAL: the schemas do not go together. */
int record_flow_through(struct record_flow *, const struct stage_description *, struct err *);
void record_flow_free(struct record_flow *);

enum flow_fit { FLOW_HAS, FLOW_LACKS, FLOW_LACKS_INSIDE, FLOW_OTHER_TYPE };
/* Whether what is read is there, with a type that fits; what is there instead of that type. */
enum flow_fit record_flow_fits(const struct record_flow *, const struct stage_read *,
			       const char **instead);

#endif
