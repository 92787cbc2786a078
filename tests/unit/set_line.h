/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines of `set`, applied to a configuration as text is. To be included after cmocka.h. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../../loader/attribute.h"
#include "../../loader/change.h"
#include "../../loader/macaddr.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define WORDS_MAX     64
#define TEXT_MAX      1024
#define MTU	      1500

/* A command line's words after "set eth0 vf 3" or "set eth0". */
struct line {
	char text[TEXT_MAX];
	char *words[WORDS_MAX];
	int n;
	struct svf_change change;
	struct svf_errmsg err;
};

/* Splits text at single blanks and checks it against no state. */
static inline int parse(struct line *line, unsigned int vf, const char *text)
{
	char *rest = line->text;

	line->n = 0;
	line->err = (struct svf_errmsg){};
	(void)snprintf(line->text, sizeof(line->text), "%s", text);
	while (rest && *rest && line->n < WORDS_MAX)
		line->words[line->n++] = strsep(&rest, " ");
	return svf_change_parse(&line->change, "eth0", vf, line->n, line->words, &line->err);
}

static inline void reset(struct svf_vf_config *config)
{
	*config = (struct svf_vf_config){ .mac = { 0x02, 0, 0, 0, 0, 3 } };
	svf_attributes_reset_vf(config, MTU);
}

/* Does what one `set` after another does; fails if one is refused. */
static inline void set_all(struct svf_vf_config *config, const char *const texts[])
{
	for (; *texts; texts++) {
		struct line line;

		if (parse(&line, 3, *texts) < 0 ||
		    svf_change_merge_vf(&line.change, config, &line.err) < 0)
			fail_msg("%s: %s", *texts, line.err.text);
	}
}

static inline void set(struct svf_vf_config *config, const char *text)
{
	set_all(config, (const char *const[]){ text, NULL });
}

/* What `show -d` and ip's line say of it, in one text. */
static inline void render(const struct svf_vf_config *config, char text[TEXT_MAX])
{
	const struct svf_policy policy = { .isolation = SVF_ISOLATION_VEPA };
	char mac[SVF_MAC_TEXT_MAX];
	FILE *file = fmemopen(text, TEXT_MAX, "w");

	assert_non_null(file);
	svf_mac_format(mac, config->mac);
	fprintf(file, "mac %s", mac);
	svf_attributes_show_line(file, config);
	fprintf(file, "\n");
	svf_attributes_show_vf(file, config, &policy);
	assert_int_equal(fclose(file), 0);
}

/* What follows the values: the lists. */
static inline void expect_lines(const struct svf_vf_config *config, const char *expected)
{
	char text[TEXT_MAX];
	const char *lists;

	render(config, text);
	lists = strstr(text, "mtu 1500\n");
	assert_non_null(lists);
	assert_string_equal(lists + strlen("mtu 1500\n"), expected);
}
