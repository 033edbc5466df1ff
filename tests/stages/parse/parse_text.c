/*
 * parse_text -- a chat's text on stdin, its messages as lines of JSON on stdout, without a runtime.
 *
 *   parse_text [--timezone ZONE] [--date-order dmy] [--piece BYTES] [--form]
 *
 * For the tests and scores of parse alone. --form prints one line about the file's form on stderr.
 */
#include "rendered_chat.h"
#include <stdio.h>

static void
print_value(struct str s)
{
	if (s.ptr == NULL) {
		printf("null");
		return;
	}
	putchar('"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void
print_string(const char *name, struct str s)
{
	printf(",\"%s\":", name);
	print_value(s);
}

static void
print_list(const char *name, const struct str *items, size_t count)
{
	printf(",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			putchar(',');
		print_value(items[i]);
	}
	putchar(']');
}

static void
print_details(const struct message *m)
{
	printf(",\"details\":{\"line\":%" PRId64, m->line);
	if (m->location != NULL) {
		if (!isnan(m->location->latitude))
			printf(",\"latitude\":%.9g,\"longitude\":%.9g", m->location->latitude,
			       m->location->longitude);
		print_string("name", m->location->name);
		print_string("address", m->location->address);
		print_string("url", m->location->url);
	}
	if (m->poll != NULL) {
		print_string("question", m->poll->question);
		printf(",\"options\":[");
		for (size_t i = 0; i < m->poll->option_count; i++) {
			printf("%s{\"votes\":%d", i > 0 ? "," : "", m->poll->options[i].votes);
			print_string("text", m->poll->options[i].text);
			putchar('}');
		}
		putchar(']');
	}
	if (m->call != NULL) {
		print_string("medium", m->call->medium);
		printf(",\"missed\":%d,\"group\":%d", m->call->missed, m->call->group);
		if (m->call->duration_seconds != INT64_MIN)
			printf(",\"duration_seconds\":%" PRId64, m->call->duration_seconds);
	}
	if (m->contact != NULL)
		print_string("name", m->contact->name);
	if (m->deleted != NULL)
		print_string("by", m->deleted->by);
	if (m->system_event != NULL) {
		print_string("event", m->system_event->event);
		print_string("actor", m->system_event->actor);
		print_string("value", m->system_event->value);
		print_string("text", m->system_event->text);
		print_list("targets", m->system_event->targets, m->system_event->target_count);
	}
	putchar('}');
}

static void
print_message(void *with, const struct message *m)
{
	(void)with;
	printf("{\"seq\":%" PRId64 ",\"sent_at\":%" PRId64 ",\"utc_offset_minutes\":%d", m->seq,
	       m->sent_at, m->utc_offset_minutes);
	printf(",\"line\":%" PRId64 ",\"offset\":%" PRId64, m->line, m->offset);
	printf(",\"edited\":%s,\"invalid_bytes\":%d", m->edited ? "true" : "false",
	       m->invalid_bytes);
	print_string("message_id", m->message_id);
	print_string("slot_id", m->slot_id);
	print_string("sender", m->sender);
	print_string("kind", str_of(message_kind_names[m->kind]));
	print_string("text", m->text);
	if (m->attachment_count > 0) {
		print_string("file", m->attachments[0].name);
		printf(",\"omitted\":%s", m->attachments[0].omitted ? "true" : "false");
	}
	print_list("mentions", m->mentions, m->mention_count);
	print_details(m);
	printf("}\n");
}

static void
print_refused(void *with, struct str bytes, int64_t line, const char *why)
{
	(void)with;
	printf("{\"refused\":%zu,\"line\":%" PRId64, bytes.len, line);
	print_string("why", str_of(why));
	printf("}\n");
}

static void
print_nothing(void *with, const struct message *m)
{
	*(uint64_t *)with += m->text.len;
}

static void
print_form(const struct reader_facts *r)
{
	char form[64];

	chat_form_describe(&r->form, form);
	fprintf(stderr,
		"form=%s date_order=%s basis=%s confidence=%.3f calendar=%s messages=%" PRIu64
		" system=%" PRIu64 " by_structure=%" PRIu64 "\n",
		form, date_order_names[r->form.order], order_basis_names[r->form.basis],
		(double)r->form.confidence, calendar_names[r->form.calendar], r->messages,
		r->system_lines, r->by_structure);
}

static struct str
read_all(FILE *f)
{
	struct buf all = {0};
	size_t got;

	do {
		got = fread(buf_room(&all, 1 << 20), 1, 1 << 20, f);
		all.len += got;
	} while (got > 0);
	return buf_str(&all);
}

int
main(int argc, char **argv)
{
	struct chat_reader r = {0};
	struct err err = {0};
	enum date_order order = ORDER_AUTO;
	const char *zone = "UTC";
	size_t piece = 256 << 10;
	uint64_t bytes = 0;
	bool quiet = false, form = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--quiet") == 0)
			quiet = true;
		else if (strcmp(argv[i], "--form") == 0)
			form = true;
		else if (i + 1 == argc)
			return 2;
		else if (strcmp(argv[i], "--timezone") == 0)
			zone = argv[++i];
		else if (strcmp(argv[i], "--piece") == 0)
			piece = (size_t)strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--date-order") == 0)
			for (i++;
			     order < ORDER_YMD && strcmp(argv[i], date_order_names[order]) != 0;)
				order++;
		else
			return 2;
	}
	if (local_time_set_zone(zone, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	struct str all = read_all(stdin);
	struct reader_output out = {&bytes, quiet ? print_nothing : print_message, print_refused};
	if (read_chat(&r, all, (struct reading){.piece = piece, .cut = true, .order = order}, &out,
		      &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		chat_reader_free(&r);
		free((void *)all.ptr);
		return 1;
	}
	if (form)
		print_form(&r.at);
	chat_reader_free(&r);
	free((void *)all.ptr);
	return ferror(stdout) != 0;
}
