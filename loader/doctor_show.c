// SPDX-License-Identifier: GPL-2.0-only
/* What the checks found: as text in columns, the mending command below its line, and as JSON. */
#include "doctor.h"

#include <string.h>

#include "json.h"

static const char *const health_names[SVF_N_HEALTHS] = {
	[SVF_HEALTH_PASS] = "pass",
	[SVF_HEALTH_SKIP] = "skip",
	[SVF_HEALTH_WARN] = "warn",
	[SVF_HEALTH_FAIL] = "fail",
};

const char *svf_health_name(enum svf_health health)
{
	return health_names[health];
}

static int longest_name(void)
{
	size_t longest = 0;

	for (size_t i = 0; i < svf_n_checks; i++)
		if (strlen(svf_checks[i].name) > longest)
			longest = strlen(svf_checks[i].name);
	return (int)longest;
}

void svf_checkup_text(FILE *out, const struct svf_checkup *checkup)
{
	unsigned int counts[SVF_N_HEALTHS] = {};
	const int width = longest_name();

	for (size_t i = 0; i < checkup->n; i++) {
		const struct svf_finding *f = &checkup->findings[i];

		counts[f->health]++;
		fprintf(out, "%-4s  %-*s  %s%s%s\n", svf_health_name(f->health), width,
			f->check->name, f->object, f->object[0] ? ": " : "", f->text);
		if (f->remedy[0])
			fprintf(out, "%-4s  %-*s  %s\n", "", width, "mend:", f->remedy);
	}
	fprintf(out, "%u passed, %u skipped, %u warnings, %u failures\n", counts[SVF_HEALTH_PASS],
		counts[SVF_HEALTH_SKIP], counts[SVF_HEALTH_WARN], counts[SVF_HEALTH_FAIL]);
}

/* What is not there is null. */
static json_t *make_text(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

json_t *svf_checkup_json(const struct svf_checkup *checkup)
{
	svf_cleanup(json) json_t *array = json_array();

	for (size_t i = 0; array && i < checkup->n; i++) {
		const struct svf_finding *f = &checkup->findings[i];
		json_t *item =
			json_pack("{s:s, s:o, s:s, s:s, s:o}", "check", f->check->name, "object",
				  make_text(f->object), "status", svf_health_name(f->health),
				  "finding", f->text, "remedy", make_text(f->remedy));

		if (json_array_append_new(array, item) < 0)
			return NULL;
	}
	return TAKE_PTR(array);
}
