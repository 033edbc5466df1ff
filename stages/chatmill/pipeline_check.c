#include "pipeline_check.h"

#include "base/log.h"
#include "base/mem.h"
#include "pipeline_advice.h"
#include "record_flow.h"
#include <stdarg.h>

struct step {
	const char *name; /* as people say it: "parse", "./question.py" */
	size_t position;  /* from 1 */
	const struct pipeline_command *command;
	struct pipeline_stage is;
	const struct stage_program *program;   /* NULL: no stage */
	const struct stage_description *stage; /* NULL: no stage, or it gives no description */
	struct stage_description *answer;      /* to its own words; NULL: none */
	bool missing;                          /* there is no such program at all */
};

struct check {
	const struct pipeline *pipeline;
	const struct stage_catalog *catalog;
	struct step *steps;
	struct record_flow flow;
	struct pipeline_report *report;
};

static const char *
ordinal(size_t position)
{
	size_t last = position % 10, teens = position % 100;

	if (teens >= 11 && teens <= 13)
		return "th";
	return last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
}

/* A sentence that begins with the stage and its position. */
static void __attribute__((format(printf, 3, 4)))
complain(struct check *check, const struct step *step, const char *fmt, ...)
{
	struct buf *errors = &check->report->errors;
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_printf(errors, "\"%s\" (%zu%s) %s\n", step->name, step->position,
		   ordinal(step->position), text);
}

static bool
found_on_path(const char *program)
{
	struct str folders = str_of(getenv("PATH"));
	struct buf path = {0};
	bool found = strchr(program, '/') != NULL && stage_catalog_is_program(program);

	while (!found && strchr(program, '/') == NULL && folders.len > 0) {
		buf_clear(&path);
		buf_add(&path, str_cut(&folders, ':'));
		buf_printf(&path, "/%s", program);
		found = stage_catalog_is_program(buf_cstr(&path));
	}
	buf_free(&path);
	return found;
}

static void
name_step(const struct check *check, struct step *step)
{
	step->is = pipeline_command_stage(step->command);
	step->name = step->is.name;
	step->program = stage_catalog_get(check->catalog, step->name);
	if (step->program != NULL)
		step->stage = step->program->description;
	else
		step->missing = step->is.program == NULL || !found_on_path(step->is.program);
}

static void
check_name(struct check *check, const struct step *step)
{
	if (step->missing) {
		const char *nearest = stage_catalog_nearest(check->catalog, NULL, step->name);
		if (nearest != NULL)
			complain(check, step,
				 "is neither a stage nor a program; did you mean \"%s\"?", nearest);
		else
			complain(check, step,
				 "is neither a stage nor a program; `chatmill stages` shows the "
				 "stages");
	} else if (step->program != NULL && step->stage == NULL && !step->program->silent) {
		complain(check, step, "does not describe itself: %s", step->program->err.text);
	}
}

static void
check_place(struct check *check, const struct step *step)
{
	const struct step *before = step->position > 1 ? step - 1 : NULL;
	bool last = step->position == check->pipeline->count;

	if (before != NULL && before->stage != NULL && before->stage->kind == STAGE_SINK)
		complain(check, step, "gets nothing: \"%s\" before it is a sink and gives none on",
			 before->name);
	if (before != NULL && step->stage != NULL && step->stage->kind == STAGE_SOURCE)
		complain(check, step, "is a source: it reads no records, and can only stand first");
	if (before != NULL && step->command->input != NULL)
		complain(check, step, "reads the pipe already; `< %s` can only stand first",
			 step->command->input);
	if (!last && step->command->output != NULL)
		complain(check, step, "writes into the pipe already; `> %s` can only stand last",
			 step->command->output);
}

/* What goes into the first program. */
static void
begin(struct check *check, const struct step *first)
{
	const char *file = first->command->input;
	struct err err = {0};

	if (file == NULL && first->stage != NULL)
		file = pipeline_command_value(first->command, &first->is, "--in");
	if (file != NULL && strncmp(file, "kafka:", 6) == 0)
		return; /* a registry would know */
	if (file != NULL && strcmp(file, "-") != 0) {
		if (record_flow_from_file(&check->flow, file, &err) != 0)
			complain(check, first, "gets no records: %s", err.text);
	} else if (first->stage != NULL && first->stage->kind != STAGE_SOURCE) {
		struct buf advice = {0};
		pipeline_advise_source(check->catalog, &advice);
		complain(check, first, "reads records, and nothing gives it any; %s",
			 buf_cstr(&advice));
		buf_free(&advice);
	}
}

/* All that is missing in one sentence, with one proposal. */
static void
complain_of_lack(struct check *check, const struct step *step, const struct stage_read *missing,
		 size_t count)
{
	struct pipeline_place place = {
		.before = step->name,
		.behind = step->position > 1 ? step[-1].name : NULL,
	};
	struct buf names = {0}, advice = {0};

	for (size_t i = 0; i < count; i++)
		buf_printf(&names, "%s\"%s\"",
			   i == 0          ? ""
			   : i + 1 < count ? ", "
					   : " and ",
			   missing[i].path);
	for (size_t i = step->position; i < check->pipeline->count; i++)
		if (check->steps[i].stage != NULL && place.later_count < PIPELINE_LATER)
			place.later[place.later_count++] = check->steps[i].stage;
	pipeline_advise_lack(check->catalog, &check->flow, missing, count, &place, &advice);
	complain(check, step, "reads %s, which nothing before it gives; %s", buf_cstr(&names),
		 buf_cstr(&advice));
	buf_free(&names);
	buf_free(&advice);
	check->flow.open = true; /* and what follows is judged as if it were there */
}

/* FLOW_LACKS is left to the caller, to be told with the others. */
static enum flow_fit
check_read(struct check *check, const struct step *step, const struct stage_read *read)
{
	const char *instead = "";
	enum flow_fit fit = record_flow_fits(&check->flow, read, &instead);

	if (fit == FLOW_LACKS_INSIDE)
		complain(check, step,
			 "reads \"%s\", and the \"%.*s\" that comes to it holds no such field",
			 read->path, (int)strcspn(read->path, "."), read->path);
	else if (fit == FLOW_OTHER_TYPE)
		complain(check, step, "reads \"%s\" as %s, and it is %s there", read->path,
			 read->type, instead);
	return fit;
}

/* On a pipe all records meet one process; on Kafka only those of one partition do. */
static void
check_partition(struct check *check, const struct step *step)
{
	const char *key = step->stage->key, *by = check->flow.partition_by;

	if (by != NULL && strcmp(key, by) != 0)
		complain(check, step,
			 "keeps what it knows by \"%s\", and the records of \"%s\" are spread by "
			 "\"%s\": as a deployment, no worker would see all of one \"%s\"",
			 key, check->flow.partitioned_in, by, key);
}

static bool
holds_path(const struct stage_read *reads, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(reads[i].path, path) == 0)
			return true;
	return false;
}

static void
check_reads(struct check *check, const struct step *step)
{
	const struct stage_description *stage = step->stage;
	struct stage_read *missing = mem_zero(stage->read_count, sizeof(*missing));
	size_t count = 0;

	for (size_t i = 0; i < stage->read_count; i++)
		if (check_read(check, step, &stage->reads[i]) == FLOW_LACKS &&
		    !holds_path(missing, count, stage->reads[i].path)) /* a key is read twice */
			missing[count++] = stage->reads[i];
	if (count > 0)
		complain_of_lack(check, step, missing, count);
	else if (stage->key != NULL)
		check_partition(check, step);
	free(missing);
}

static void
describe_step(struct check *check, const struct step *step)
{
	const struct stage_description *stage = step->stage;
	struct buf *steps = &check->report->steps;

	buf_printf(steps, "%zu  %-16s  ", step->position, step->name);
	if (stage == NULL)
		buf_printf(steps, "does not describe itself: what follows is taken on trust");
	else if (stage->emits != NULL)
		buf_printf(steps, "gives %s", stage->emitted);
	else if (stage->appends != NULL)
		buf_printf(steps, "adds \"%s\"", stage->appended);
	else
		buf_printf(steps, "%s",
			   stage->kind == STAGE_SINK ? "takes the records"
						     : "passes the records on");
	buf_add_byte(steps, '\n');
}

static void
check_step(struct check *check, const struct step *step)
{
	struct err err = {0};

	check_name(check, step);
	check_place(check, step);
	if (step->position == 1)
		begin(check, step);
	describe_step(check, step);
	if (step->stage == NULL) {
		check->flow.open = true;
		return;
	}
	if (step->stage->kind != STAGE_SOURCE)
		check_reads(check, step);
	if (record_flow_through(&check->flow, step->stage, &err) != 0)
		complain(check, step, "cannot take these records: %s", err.text);
}

/* path --describe words...; of no words "--" remains, so that they are judged. NULL: they cannot
 * be, as a shell would expand some. */
static const char **
question_argv(const struct step *step)
{
	const struct pipeline_command *command = step->command;
	const char **argv = mem_zero(command->count + 4, sizeof(*argv));
	size_t count = 0;

	argv[count++] = step->program->path;
	argv[count++] = "--describe";
	for (size_t i = step->is.arguments; i < command->count; i++) {
		if (command->words[i].expands) {
			free(argv);
			return NULL;
		}
		argv[count++] = command->words[i].text;
	}
	if (count == 2)
		argv[count] = "--";
	return argv;
}

/* Each stage is asked about its own words: whether they are right, and what it reads because of
 * them. */
static void
ask_stages(struct check *check)
{
	size_t count = check->pipeline->count, asked = 0;
	struct stage_question *questions = mem_zero(count, sizeof(*questions));
	struct step **steps = mem_zero(count, sizeof(struct step *));

	for (size_t i = 0; i < count; i++) {
		if (check->steps[i].stage == NULL)
			continue;
		questions[asked].argv = question_argv(&check->steps[i]);
		steps[asked] = &check->steps[i];
		asked += questions[asked].argv != NULL;
	}
	stage_questions_ask(questions, asked);
	for (size_t i = 0; i < asked; i++) {
		if (questions[i].answer != NULL)
			steps[i]->stage = steps[i]->answer = questions[i].answer;
		else if (!questions[i].silent)
			complain(check, steps[i], "%s", questions[i].err.text);
		free((void *)questions[i].argv);
	}
	free(questions);
	free(steps);
}

void
pipeline_check(const struct pipeline *pipeline, const struct stage_catalog *catalog,
	       struct pipeline_report *report)
{
	struct check check = {.pipeline = pipeline, .catalog = catalog, .report = report};

	check.steps = mem_zero(pipeline->count, sizeof(*check.steps));
	for (size_t i = 0; i < pipeline->count; i++) {
		check.steps[i].position = i + 1;
		check.steps[i].command = &pipeline->commands[i];
		name_step(&check, &check.steps[i]);
	}
	ask_stages(&check);
	for (size_t i = 0; i < pipeline->count; i++)
		check_step(&check, &check.steps[i]);
	for (size_t i = 0; i < pipeline->count; i++)
		stage_description_free(check.steps[i].answer);
	record_flow_free(&check.flow);
	free(check.steps);
}

int
pipeline_report_tell(const struct pipeline_report *report)
{
	for (struct str rest = buf_str(&report->errors); rest.len > 0;) {
		struct str line = str_cut(&rest, '\n');
		log_error("%.*s", STR_ARG(line));
	}
	return report->errors.len > 0 ? 1 : 0;
}

void
pipeline_report_free(struct pipeline_report *report)
{
	buf_free(&report->steps);
	buf_free(&report->errors);
}
