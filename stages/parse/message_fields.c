#include "message_fields.h"

#include "message.h"

static const struct field attachment[] = {FIELD(attachment, name),
					  FIELD_ENUM(attachment, kind, message_kind_names),
					  FIELD(attachment, size),
					  FIELD(attachment, entry),
					  FIELD(attachment, omitted),
					  FIELD(attachment, path),
					  {0}};
static const struct field location[] = {FIELD(location, latitude), FIELD(location, longitude),
					FIELD(location, name),     FIELD(location, address),
					FIELD(location, url),      {0}};
static const struct field poll_option[] = {
	FIELD(poll_option, text), FIELD(poll_option, votes), {0}};
static const struct field poll[] = {
	FIELD(poll, question), FIELD_LIST(poll, options, option_count, poll_option), {0}};
static const struct field call[] = {FIELD(call, medium),
				    FIELD(call, missed),
				    FIELD(call, group),
				    FIELD(call, duration_seconds),
				    {0}};
static const struct field contact[] = {FIELD(contact, name), {0}};
static const struct field deleted[] = {FIELD(deleted, by), {0}};
static const struct field system_event[] = {
	FIELD(system_event, event),
	FIELD(system_event, actor),
	FIELD_LIST(system_event, targets, target_count, field_strings),
	FIELD(system_event, value),
	FIELD(system_event, text),
	{0}};
static const struct field source_reading[] = {
	FIELD(source_reading, form),        FIELD(source_reading, date_order),
	FIELD(source_reading, other_order), FIELD(source_reading, basis),
	FIELD(source_reading, confidence),  FIELD(source_reading, calendar),
	FIELD(source_reading, locale),      {0}};
const struct field message_fields[] = {
	FIELD(message, message_id, .valid = true),
	FIELD(message, slot_id, .valid = true),
	FIELD(message, conversation_id, .valid = true),
	FIELD(message, conversation_title, .valid = true),
	FIELD(message, import_id, .valid = true),
	FIELD(message, seq),
	FIELD(message, sent_at),
	FIELD(message, utc_offset_minutes),
	FIELD(message, sender, .valid = true),
	FIELD_ENUM(message, kind, message_kind_names),
	FIELD(message, text, .valid = true),
	FIELD(message, edited),
	FIELD_LIST(message, attachments, attachment_count, attachment),
	FIELD_RECORD("details.Location", message, location, location),
	FIELD_RECORD("details.Poll", message, poll, poll),
	FIELD_RECORD("details.Call", message, call, call),
	FIELD_RECORD("details.Contact", message, contact, contact),
	FIELD_RECORD("details.Deleted", message, deleted, deleted),
	FIELD_RECORD("details.SystemEvent", message, system_event, system_event),
	FIELD_LIST(message, mentions, mention_count, field_strings),
	FIELD(message, invalid_bytes),
	FIELD_AT("source.uri", message, uri, .valid = true),
	FIELD_AT("source.line", message, line),
	FIELD_AT("source.offset", message, offset),
	FIELD_RECORD("reading.Reading", message, reading, source_reading),
	{0}};
