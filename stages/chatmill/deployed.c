#include "deployed.h"

#include "base/log.h"
#include "pipeline_check.h"
#include "pipeline_file.h"

static int
check(const struct deployed *d)
{
	struct pipeline_report report = {0};

	pipeline_check(d->pipeline, d->catalog, &report);
	int status = pipeline_report_tell(&report);
	pipeline_report_free(&report);
	return status;
}

int
deployed_open(struct deployed *d, const char *const *words, size_t count)
{
	struct err err = {0};
	int status = 1;

	d->catalog = stage_catalog_here();
	d->pipeline = pipeline_read(words[0], &err);
	if (d->pipeline != NULL) {
		stage_catalog_describe(d->catalog);
		status = check(d);
	}
	if (status == 0 && deployment_read(&d->deployment, d->pipeline, d->catalog, words + 1,
					   count - 1, &err) != 0)
		status = 2;
	if (err.class != ERR_NONE)
		log_error("%s", err.text);
	return status;
}

void
deployed_close(struct deployed *d)
{
	deployment_free(&d->deployment);
	pipeline_free(d->pipeline);
	if (d->catalog != NULL)
		stage_catalog_free(d->catalog);
	*d = (struct deployed){0};
}
