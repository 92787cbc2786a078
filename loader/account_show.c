// SPDX-License-Identifier: GPL-2.0-only
/* The outcome of `stats --check`, as text and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "account.h"

#define LINE_MAX 2048

SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)

void svf_account_format_station(char buf[16], uint16_t station)
{
	if (station == SVF_WIRE_ID)
		(void)snprintf(buf, 16, "wire");
	else if (station == SVF_PF_ID)
		(void)snprintf(buf, 16, "host");
	else
		(void)snprintf(buf, 16, "vf %u", station);
}

/* Appends the terms that are not 0, or a 0. */
static void format_terms(char *buf, size_t size, const struct svf_term *terms, unsigned int n)
{
	const char *separator = " ";

	for (unsigned int i = 0; i < n; i++) {
		size_t len = strlen(buf);

		if (!terms[i].value)
			continue;
		(void)snprintf(buf + len, size - len, "%s%s %" PRIu64, separator, terms[i].source,
			       terms[i].value);
		separator = " + ";
	}
	if (separator[1] != '+') {
		size_t len = strlen(buf);

		(void)snprintf(buf + len, size - len, " 0");
	}
}

void svf_equation_format(char *buf, size_t size, const struct svf_equation *equation)
{
	size_t len;

	(void)snprintf(buf, size, "%s:", equation->name);
	format_terms(buf, size, equation->left, equation->n_left);
	len = strlen(buf);
	(void)snprintf(buf + len, size - len, " =");
	format_terms(buf, size, equation->right, equation->n_right);
	len = strlen(buf);
	if (equation->slack)
		(void)snprintf(buf + len, size - len, " (left may be %" PRIu64 " more)",
			       equation->slack);
}

static void print_equation(FILE *out, const struct svf_equation *e, bool wrong)
{
	const int64_t difference = svf_equation_difference(e);
	char station[16], line[LINE_MAX];

	svf_account_format_station(station, e->station);
	svf_equation_format(line, sizeof(line), e);
	fprintf(out, "    %s: %s", station, line);
	if (difference == 0)
		fprintf(out, ": exact\n");
	else
		fprintf(out, ": %s %" PRId64 "\n", wrong ? "DIFFERENCE" : "in flight", difference);
}

static const char *describe_verdict(enum svf_account_verdict verdict)
{
	switch (verdict) {
	case SVF_ACCOUNT_EXACT:
		return "exact";
	case SVF_ACCOUNT_MOVING:
		return "moving";
	default:
		return "wrong";
	}
}

static void print_base(FILE *out, const char *pf, const struct svf_account_result *result)
{
	if (result->late)
		fprintf(out,
			"%s: the PF's own counters are compared from now on: frames passed while "
			"the sorter was attached\n",
			pf);
	else if (result->loose)
		fprintf(out,
			"%s: the PF's own counters are compared since this command began: it was "
			"never at rest\n",
			pf);
}

void svf_account_text(FILE *out, const char *pf, const struct svf_account_result *result,
		      bool details)
{
	const struct svf_account *account = &result->account;
	uint64_t in_flight = 0;

	for (unsigned int i = 0; i < account->n; i++) {
		const struct svf_equation *e = &account->equations[i];
		const int64_t difference = svf_equation_difference(e);

		if (details || difference)
			print_equation(out, e, result->wrong[i]);
		if (difference > 0 && !result->wrong[i])
			in_flight += (uint64_t)difference;
	}
	print_base(out, pf, result);
	fprintf(out, "%s: %u equations: %s", pf, account->n, describe_verdict(result->verdict));
	if (in_flight)
		fprintf(out, ", %" PRIu64 " frames in flight", in_flight);
	fprintf(out, "\n");
}

static json_t *make_terms(const struct svf_term *terms, unsigned int n)
{
	svf_cleanup(json) json_t *object = json_object();

	for (unsigned int i = 0; object && i < n; i++)
		if (json_object_set_new(object, terms[i].source,
					json_integer((json_int_t)terms[i].value)) < 0)
			return NULL;
	return TAKE_PTR(object);
}

static json_t *make_equation(const struct svf_equation *e, bool wrong)
{
	char station[16];

	svf_account_format_station(station, e->station);
	return json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:b}", "station", station, "name", e->name,
			 "left", make_terms(e->left, e->n_left), "right",
			 make_terms(e->right, e->n_right), "slack", (json_int_t)e->slack,
			 "difference", (json_int_t)svf_equation_difference(e), "wrong", wrong);
}

json_t *svf_account_json(const char *pf, const struct svf_account_result *result)
{
	svf_cleanup(json) json_t *array = json_array();

	for (unsigned int i = 0; array && i < result->account.n; i++)
		if (json_array_append_new(array, make_equation(&result->account.equations[i],
							       result->wrong[i])) < 0)
			return NULL;
	if (!array)
		return NULL;
	return json_pack("{s:s, s:s, s:s, s:O}", "ifname", pf, "verdict",
			 describe_verdict(result->verdict), "base",
			 result->late	 ? "late"
			 : result->loose ? "none"
					 : "up",
			 "equations", array);
}
