/* destination.h -- what the operand of sink names: sqlite:FILE, jsonl[:FILE], csv[:FILE],
 * avro[:FILE], or a bare FILE whose suffix says which. */
#ifndef SINK_DESTINATION_H
#define SINK_DESTINATION_H

#include "base/err.h"
#include "base/str.h"

enum destination_form { DESTINATION_SQLITE, DESTINATION_JSONL, DESTINATION_CSV, DESTINATION_AVRO };

struct destination {
	enum destination_form form;
	const char *path; /* into the operand; NULL: standard output, never for SQLite */
};

/* operand: NULL is the default, sqlite:chat.db. ERR_INPUT names the forms there are. */
int destination_parse(const char *operand, struct destination *, struct err *);

#endif
