// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds in ip's text where a netdev's lines begin and end. They begin with "<number>: ", with or
 * without colours before it; all further ones of a netdev begin with a blank, or, with -o, stand
 * behind backslashes on the one line.
 */
#include "ip_merge.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define ALTNAME "    altname " /* what ip prints behind the VFs */

/* Past "\033[...m". */
static const char *skip_colors(const char *p)
{
	while (p[0] == '\033' && p[1] == '[') {
		p += strcspn(p, "m");
		p += *p == 'm';
	}
	return p;
}

/* The number a netdev's first line begins with; 0: it is none. */
static int parse_ifindex(const char *line)
{
	const char *p = skip_colors(line);
	char *end;
	long n;

	if (!isdigit((unsigned char)*p))
		return 0;
	n = strtol(p, &end, 10);
	return end[0] == ':' && end[1] == ' ' ? (int)n : 0;
}

/* Where the next netdev's first line begins, or the end of the text. */
static const char *find_next(const char *line)
{
	do {
		line += strcspn(line, "\n");
		line += *line == '\n';
	} while (*line && !parse_ifindex(line));
	return line;
}

/* Length of what ip prints before the VFs: all but the lines of altnames at the end. */
static size_t find_place(const char *text, size_t len, char separator)
{
	for (size_t at = len; at-- > 0;) {
		if (text[at] != separator)
			continue;
		if (len - at <= strlen(ALTNAME) ||
		    strncmp(text + at + 1, ALTNAME, strlen(ALTNAME)) != 0)
			break;
		len = at;
	}
	return len;
}

static void put_lines(FILE *out, const char *lines, char separator)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		fputc(separator, out);
		(void)fwrite(lines, 1, len, out);
		lines += len;
		lines += *lines == '\n';
	}
}

static void merge_link(FILE *out, const char *text, size_t len, bool oneline, const char *lines)
{
	const char separator = oneline ? '\\' : '\n';
	const size_t whole = len && text[len - 1] == '\n' ? len - 1 : len;
	const size_t place = find_place(text, whole, separator);

	(void)fwrite(text, 1, place, out);
	put_lines(out, lines, separator);
	(void)fwrite(text + place, 1, len - place, out);
}

void svf_ip_merge_text(FILE *out, const char *text, bool oneline, svf_ip_lines_fn lines, void *arg)
{
	while (*text) {
		const char *next = find_next(text);
		int ifindex = parse_ifindex(text);
		char *more = ifindex > 0 ? lines(arg, ifindex) : NULL;

		if (more)
			merge_link(out, text, (size_t)(next - text), oneline, more);
		else
			(void)fwrite(text, 1, (size_t)(next - text), out);
		free(more);
		text = next;
	}
}

json_t *svf_ip_parse(const char *text)
{
	json_t *links = json_loads(text, 0, NULL);
	svf_cleanup(mem) char *ascii = NULL;

	if (links)
		return links;
	ascii = strdup(text);
	for (char *p = ascii; p && *p; p++)
		if ((unsigned char)*p > SCHAR_MAX)
			*p = '?';
	return ascii ? json_loads(ascii, 0, NULL) : NULL;
}

json_t *svf_ip_merge_object(json_t *link, json_t *list)
{
	svf_cleanup(json) json_t *merged = json_object();
	svf_cleanup(json) json_t *owned = list;
	const char *key;
	json_t *value;

	if (!merged || !list)
		return NULL;
	json_object_foreach (link, key, value) {
		if (strcmp(key, "altnames") == 0 &&
		    json_object_set(merged, "vfinfo_list", list) < 0)
			return NULL;
		if (json_object_set(merged, key, value) < 0)
			return NULL;
	}
	if (!json_object_get(merged, "vfinfo_list") &&
	    json_object_set(merged, "vfinfo_list", list) < 0)
		return NULL;
	return TAKE_PTR(merged);
}

json_t *svf_ip_merge_json(const json_t *links, svf_ip_list_fn list, void *arg)
{
	svf_cleanup(json) json_t *merged = json_array();
	size_t i;
	json_t *link;

	if (!merged)
		return NULL;
	json_array_foreach (links, i, link) {
		json_int_t ifindex = json_integer_value(json_object_get(link, "ifindex"));
		json_t *vfs = ifindex > 0 ? list(arg, (int)ifindex) : NULL;
		json_t *element = vfs ? svf_ip_merge_object(link, vfs) : json_incref(link);

		if (json_array_append_new(merged, element) < 0)
			return NULL;
	}
	return TAKE_PTR(merged);
}
