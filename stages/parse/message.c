#include "message.h"
#include "text/utf8.h"

static bool
are_valid(const struct str *strings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!utf8_valid(strings[i]))
			return false;
	return true;
}

bool
message_details_are_valid(const struct message *m)
{
	for (size_t i = 0; i < m->attachment_count; i++) {
		const struct attachment *a = &m->attachments[i];
		if (!are_valid((struct str[]){a->name, a->entry, a->path}, 3))
			return false;
	}
	const struct location *l = m->location;
	if (l != NULL && !are_valid((struct str[]){l->name, l->address, l->url}, 3))
		return false;
	if (m->contact != NULL && !utf8_valid(m->contact->name))
		return false;
	if (m->poll != NULL) {
		for (size_t i = 0; i < m->poll->option_count; i++)
			if (!utf8_valid(m->poll->options[i].text))
				return false;
		if (!utf8_valid(m->poll->question))
			return false;
	}
	const struct system_event *e = m->system_event;
	if (e != NULL && (!are_valid((struct str[]){e->actor, e->value, e->text}, 3) ||
			  !are_valid(e->targets, e->target_count)))
		return false;
	return are_valid(m->mentions, m->mention_count);
}
