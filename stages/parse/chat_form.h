/*
 * chat_form.h -- the form of one export: what its headers look like, and how to read their dates.
 *
 * Evidence is gathered line by line until it suffices; then the form is decided, once, and every
 * line of the file is held against it. A line that only looks like a header of some other form is
 * text: nothing is escaped in an export, consistency is all there is.
 */
#ifndef CHAT_FORM_H
#define CHAT_FORM_H

#include "base/err.h"
#include "base/str.h"
#include "header_layout.h"

enum date_order {
	ORDER_AUTO, /* to be found out */
	ORDER_DMY,
	ORDER_MDY,
	ORDER_YMD,
	ORDER_MYD,
	ORDER_DYM,
	ORDER_COUNT
};
extern const char *const date_order_names[]; /* "auto", "dmy", ...; ends with NULL */

enum calendar {
	CALENDAR_GREGORIAN,
	CALENDAR_BUDDHIST,
	CALENDAR_BUDDHIST_SHORT,
	CALENDAR_JAPANESE,
	CALENDAR_SOLAR_HIJRI
};
extern const char *const calendar_names[];

enum digit_rule { DIGITS_ANY, DIGITS_BARE, DIGITS_PADDED }; /* no zero in front; two at least */

/* What decided the order of the date. */
enum order_basis { BASIS_OPTION, BASIS_ONLY_ONE, BASIS_NUMBERS, BASIS_EVIDENCE, BASIS_HABIT };
extern const char *const order_basis_names[];

struct chat_form {
	struct header_shape shape;
	uint8_t order;      /* enum date_order */
	uint8_t next_order; /* the likeliest other one; ORDER_AUTO: there is none */
	uint8_t calendar;   /* enum calendar */
	uint8_t rules[4];   /* enum digit_rule: of the date's numbers and of the hour */
	uint8_t basis;      /* enum order_basis */
	uint8_t locale;     /* wording_locale_name(); 0: not seen */
	float confidence;   /* 0..1, that the order of the date is right */
};

struct chat_header {
	int64_t minute; /* local, since 1970-01-01 00:00, as printed */
	uint8_t second; /* 0 where the form prints none */
	size_t length;  /* bytes of the line before its label or text */
};

/* Whether the line (without its end) begins a message of this file. */
bool chat_form_header(const struct chat_form *, struct str line, struct chat_header *);

/* The same for one line of the file after another, which remembers what the last ones were like.
 * Zeroes at first; of one form. readable: bytes from the line's beginning on, to look at them
 * together. */
struct form_memory {
	struct header_layouts layouts;
	const struct header
		*dated; /* of the layouts: whose date and hour are `hour`; NULL: none's */
	int64_t hour;   /* its minutes since 1970 */
};
bool chat_form_next_header(const struct chat_form *, struct form_memory *, struct str line,
			   size_t readable, struct chat_header *);

/* Of a line that is none: it begins as a message of some other form does (or with a date that does
 * not exist in this one). */
bool chat_form_is_foreign(struct str line);

/* "[d/m/y, h:m:s pm]", about; at most 63 bytes and a NUL. */
void chat_form_describe(const struct chat_form *, char text[64]);

#define FORM_CANDIDATES 8
struct form_candidate {
	struct header_shape shape;
	uint64_t lines, first_line;
	uint64_t zero_led[4], one_digit[4]; /* of the date's numbers and of the hour */
	uint64_t capital_halves;            /* AM and PM in capitals */
	uint64_t log_levels;                /* that stand where the sender would */
	uint64_t dated_names[ORDER_COUNT];  /* attachments whose name has the line's date */
	uint64_t impossible[ORDER_COUNT];   /* dates that don't exist */
	double order_score[ORDER_COUNT];    /* log odds from the order of time */
	int64_t last_day[ORDER_COUNT];
	uint16_t least[3], greatest[3];
};
struct form_evidence {
	struct form_candidate candidates[FORM_CANDIDATES];
	size_t count;
	uint64_t lines;
	uint64_t nul_bytes;
	uint64_t hidden_headers; /* behind a CR without LF */
	uint64_t copied_lines;   /* [13/05, 10:15] Ada: as a phone copies messages */
	uint32_t locale_votes[256];
	int64_t latest_day; /* no message can be newer; INT64_MAX: not known */
};

void form_evidence_init(struct form_evidence *, int64_t latest_day);
/* Whole lines; a piece that begins in the middle of a line says so. */
void form_evidence_add(struct form_evidence *, struct str bytes, bool mid_line);

/* Whether more lines are unlikely to change what form_decide() would say. */
bool form_evidence_suffices(const struct form_evidence *);

/* -1, ERR_INPUT: not a chat, or with dates nobody can read. */
int form_decide(const struct form_evidence *, enum date_order wanted, struct chat_form *,
		struct err *);

#endif
