// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints failures. Messages begin with their object and a colon ("eth0: vf 3: ...", "show: ..."),
 * as include/svf/errmsg.h promises; the JSON form takes it out of there, so that no caller has to
 * say it twice.
 */
#include "failure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <svf/log.h>

#include "cli.h"
#include "json.h"
#include "parse.h"

/* Length of what stands before ": " at text; 0: no colon, or blanks before it. */
static size_t name_length(const char *text)
{
	size_t len = strcspn(text, ": ");

	return text[len] == ':' && text[len + 1] == ' ' ? len : 0;
}

static bool is_command(const char *name)
{
	for (int i = 0; i < SVF_N_COMMANDS; i++)
		if (strcmp(svf_commands[i].name, name) == 0)
			return true;
	return false;
}

/* "set: eth0: vf 3: ...", where the command is not needed. */
static const char *skip_command(const char *text)
{
	size_t len = name_length(text);
	char name[32];

	if (!len || len >= sizeof(name))
		return text;
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, text);
	return is_command(name) && name_length(text + len + 2) ? text + len + 2 : text;
}

static int add_object(json_t *error, const char *text)
{
	const char *start = skip_command(text);
	size_t len = name_length(start);
	char pf[64] = "";
	unsigned int vf;
	int end = 0;

	if (!len || len >= sizeof(pf))
		return json_object_set_new(error, "object", json_null());
	(void)snprintf(pf, sizeof(pf), "%.*s", (int)len, start);
	if (is_command(pf) || svf_parse_ifname(pf) < 0)
		return json_object_set_new(error, "object", json_string(pf));
	if (sscanf(start + len, ": vf %u%n", &vf, &end) < 1 || start[len + (size_t)end] != ':')
		return json_object_set_new(error, "object", json_string(pf))
			       ?: json_object_set_new(error, "pf", json_string(pf));
	return json_object_set_new(error, "object",
				   json_stringn(start, len + (size_t)end)) ?:
	       json_object_set_new(error, "pf", json_string(pf)) ?:
	       json_object_set_new(error, "vf", json_integer(vf));
}

json_t *svf_failure_json(const struct svf_errmsg *err, int error)
{
	const char *text = err->text[0] ? err->text : strerror(-error);
	svf_cleanup(json) json_t *inner = json_object();

	if (!inner || add_object(inner, text) < 0 ||
	    json_object_set_new(inner, "message", json_string(text)) < 0 ||
	    json_object_set_new(inner, "exit",
				json_integer((json_int_t)svf_errmsg_exit(err, error))) < 0 ||
	    json_object_set_new(inner, "errno", json_string(strerrorname_np(-error) ?: "")) < 0)
		return NULL;
	return json_pack("{s:O}", "error", inner);
}

void svf_failure_print(const struct svf_errmsg *err, int error, bool json)
{
	svf_cleanup(json) json_t *object = json ? svf_failure_json(err, error) : NULL;

	if (!object || svf_json_print(stderr, object, false) < 0)
		svf_error("%s", err->text[0] ? err->text : strerror(-error));
}
