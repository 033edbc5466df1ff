#include "stage/kafka_position.h"

#include "base/hash.h"
#include "base/log.h"
#include "transport/kafka_admin.h"
#include <string.h>

#define VALUE_MOST 1024 /* bytes that are looked at: they tell messages apart, whatever follows */

void
kafka_position_mark(char mark[KAFKA_MARK], const struct kafka_message *m)
{
	unsigned char time[8];
	struct str value = m->value;

	for (int i = 0; i < 8; i++)
		time[i] = (unsigned char)((uint64_t)m->timestamp_ms >> (8 * i));
	if (value.len > VALUE_MOST)
		value.len = VALUE_MOST;
	const struct str parts[] = {{(const char *)time, sizeof(time)}, m->key, value};
	hash_digest_hex(mark, (KAFKA_MARK - 1) / 2, parts, 3);
}

void
kafka_position_write(struct buf *to, const struct kafka_position *p)
{
	buf_printf(to, "%lld", (long long)p->offset);
	if (p->mark[0] != '\0')
		buf_printf(to, "@%s", p->mark);
}

int
kafka_position_read(struct str text, struct kafka_position *p, struct err *err)
{
	struct str rest = text, offset = str_cut(&rest, '@');
	bool marked = offset.len < text.len;
	uint64_t number;

	if (!str_to_u64(offset, &number) || number > INT64_MAX ||
	    (marked && rest.len != KAFKA_MARK - 1))
		return err_set(err, ERR_FATAL, "the position is no offset: \"%.*s\"",
			       STR_ARG(text));
	*p = (struct kafka_position){.offset = (int64_t)number};
	if (marked)
		memcpy(p->mark, rest.ptr, rest.len);
	return 0;
}

static const char what_to_do[] =
	"the topic was made anew, or its brokers have lost it, and messages would be passed over; "
	"forget the position, as the stage's manual says under \"positions\", to read the topic "
	"from its beginning";

int
kafka_position_reach(struct kafka_consumer *c, const struct kafka_place *place, struct err *err)
{
	int64_t begin, end;

	if (kafka_consumer_range(c, place, &begin, &end, err) != 0)
		return -1;
	if (place->offset > end)
		return err_set(err, ERR_FATAL,
			       "cannot go on in \"%s/%d\" at offset %lld: the partition ends at "
			       "%lld; %s",
			       place->topic, place->partition, (long long)place->offset,
			       (long long)end, what_to_do);
	if (place->offset < begin)
		log_error("what \"%s/%d\" had at offsets %lld to %lld was deleted before it was "
			  "taken: its retention is too short",
			  place->topic, place->partition, (long long)place->offset,
			  (long long)begin - 1);
	return 0;
}

/* 1: the message of this place, which is not there any more, may have been deleted from where it
 * was; alone, one is only by compaction. */
static int
can_be_gone(struct kafka_consumer *c, const struct kafka_config *config,
	    const struct kafka_place *place, struct err *err)
{
	struct kafka_topic_seen seen;
	int64_t begin, end;

	if (kafka_consumer_range(c, place, &begin, &end, err) != 0)
		return -1;
	if (place->offset < begin)
		return 1;
	return kafka_admin_look(config, place->topic, &seen, err) != 0 ? -1 : seen.compacted;
}

int
kafka_position_check(struct kafka_consumer *c, const struct kafka_config *config,
		     const struct kafka_position *p, const struct kafka_message *m, struct err *err)
{
	const struct kafka_place before = {m->topic, m->partition, p->offset - 1};
	char mark[KAFKA_MARK];
	int same;

	kafka_position_mark(mark, m);
	if (m->offset == before.offset)
		same = strcmp(mark, p->mark) == 0;
	else
		same = can_be_gone(c, config, &before, err);
	if (same < 0)
		return -1;
	if (same)
		return 0;
	return err_set(err, ERR_FATAL,
		       "cannot go on in \"%s/%d\" at offset %lld: the message before it is not "
		       "the one that was taken; %s",
		       m->topic, m->partition, (long long)p->offset, what_to_do);
}
