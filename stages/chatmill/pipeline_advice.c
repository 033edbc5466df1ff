#include "pipeline_advice.h"

#define LONGEST_CHAIN 8 /* stages to put in */

struct chain {
	const struct stage_catalog *catalog;
	const struct record_flow *flow;
	const struct stage_description *stages[LONGEST_CHAIN];
	size_t count, depth;
};

static struct str
first_name(const char *path)
{
	return (struct str){path, strcspn(path, ".")};
}

/* Whether what the stage gives has a field of that name of its own making. */
static bool
appends_field(const struct stage_description *stage, struct str field)
{
	return stage->appends != NULL && str_equal(str_of(stage->appended), field);
}

static bool
emits_field(const struct stage_description *stage, struct str field)
{
	const json_t *fields = json_object_get(json_object_get(stage->json, "emits"), "fields");
	const json_t *one;
	size_t i;

	json_array_foreach((json_t *)fields, i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));
		if (name != NULL && str_equal(str_of(name), field))
			return true;
	}
	return false;
}

static bool
chain_gives(const struct chain *chain, struct str field)
{
	for (size_t i = 0; i < chain->count; i++)
		if (appends_field(chain->stages[i], field) || emits_field(chain->stages[i], field))
			return true;
	return false;
}

static bool add_giver(struct chain *, struct str field);

/* Whatever is lacking is put before. */
static bool
meet_needs(struct chain *chain, const struct stage_read *reads, size_t count)
{
	const char *instead;

	for (size_t i = 0; i < count; i++) {
		struct str field = first_name(reads[i].path);
		if (record_flow_fits(chain->flow, &reads[i], &instead) == FLOW_LACKS &&
		    !chain_gives(chain, field) && !add_giver(chain, field))
			return false;
	}
	return true;
}

static bool
try_giver(struct chain *chain, const struct stage_description *stage)
{
	size_t count = chain->count;

	chain->depth++;
	bool met = chain->depth <= LONGEST_CHAIN &&
		   meet_needs(chain, stage->reads, stage->read_count) &&
		   chain->count < LONGEST_CHAIN;
	chain->depth--;
	if (met)
		chain->stages[chain->count++] = stage;
	else
		chain->count = count;
	return met;
}

/* A stage that adds the field to these records, else one that makes others of them. */
static bool
add_giver(struct chain *chain, struct str field)
{
	const struct stage_catalog *catalog = chain->catalog;

	for (int emits = 0; emits <= 1; emits++)
		for (size_t i = 0; i < catalog->count; i++) {
			const struct stage_description *stage = catalog->programs[i].description;
			if (stage != NULL && stage->kind == STAGE_TRANSFORM &&
			    (emits ? emits_field(stage, field) : appends_field(stage, field)) &&
			    try_giver(chain, stage))
				return true;
		}
	return false;
}

static void
add_chain(const struct chain *chain, struct buf *advice)
{
	buf_add_byte(advice, '"');
	for (size_t i = 0; i < chain->count; i++)
		buf_printf(advice, "%s%s", i == 0 ? "" : " | ", chain->stages[i]->name);
	buf_add_byte(advice, '"');
}

static bool
stands_later(const struct chain *chain, const struct pipeline_place *place)
{
	for (size_t i = 0; i < place->later_count; i++)
		if (strcmp(place->later[i]->name, chain->stages[0]->name) == 0)
			return true;
	return false;
}

void
pipeline_advise_lack(const struct stage_catalog *catalog, const struct record_flow *flow,
		     const struct stage_read *missing, size_t count,
		     const struct pipeline_place *place, struct buf *advice)
{
	struct chain chain = {.catalog = catalog, .flow = flow};

	if (!meet_needs(&chain, missing, count) || chain.count == 0) {
		buf_printf(advice, "no stage here would: `chatmill stages` shows what each gives");
		return;
	}
	if (chain.count == 1 && stands_later(&chain, place)) {
		buf_printf(advice, "move \"%s\" before it", chain.stages[0]->name);
		return;
	}
	buf_printf(advice, "put ");
	add_chain(&chain, advice);
	if (place->behind != NULL)
		buf_printf(advice, " between \"%s\" and \"%s\"", place->behind, place->before);
	else
		buf_printf(advice, " before \"%s\"", place->before);
}

void
pipeline_advise_source(const struct stage_catalog *catalog, struct buf *advice)
{
	for (size_t i = 0; i < catalog->count; i++) {
		const struct stage_description *stage = catalog->programs[i].description;
		if (stage != NULL && stage->kind == STAGE_SOURCE) {
			buf_printf(advice, "begin with \"%s\", or with `< FILE`", stage->name);
			return;
		}
	}
	buf_printf(advice, "begin with a source, or with `< FILE`");
}
