/* wording_table.h -- the rows behind wording.h and system_event.h, made of wording.tsv. */
#ifndef WORDING_TABLE_H
#define WORDING_TABLE_H

#include "wording.h"

#define WORDING_LONGEST   255 /* bytes of a phrase */
#define WORDING_BITS      32768
#define WORDING_CALL_BITS 4096

/* A phrase; its first letter, behind "<" if that is there, is a small one where it is ASCII. */
struct wording_row {
	const char *text;
	uint8_t len, wording, locale;
};
extern const char *const wording_locales[];               /* [0] is ""; ends with NULL */
extern const struct wording_row wording_rows[];           /* in order of length, then of bytes */
extern const uint16_t wording_first[WORDING_LONGEST + 2]; /* the first row of a length */
extern const uint8_t wording_bits[WORDING_BITS / 8];      /* by wording_bit() of each phrase */
extern const uint8_t wording_call_bits[WORDING_CALL_BITS / 8];
extern const uint64_t wording_kinds[]; /* by locale: bits of its wordings */

/* A line of the system with places for what changes; see system_event.c. */
enum event_who { EVENT_BY_EXPORTER = 1, EVENT_TO_EXPORTER = 2 };
struct event_row {
	const char *event, *pattern;
	uint8_t who; /* bits: where a verb alone says "you" */
};
extern const struct event_row event_rows[]; /* those with most words of their own first */
extern const size_t event_row_count;

#endif
