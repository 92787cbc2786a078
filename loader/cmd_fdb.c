// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader fdb show`: who owns which address in which VLAN, and how much it is used. Rows are
 * svf_fdb's; an owner that the VF's configuration does not bear out (a change is at work, or was
 * killed) is left out, as the sorter does. Takes no lock.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <svf/cleanup.h>

#include "cmd.h"
#include "fdb.h"
#include "pf_open.h"
#include "words.h"

#define JSON_PRETTY_INDENT 4 /* as ip -p */
#define NS_PER_S	   1000000000ULL

SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)

static const char *const actions[] = { "show" };

static int parse_request(struct svf_cli *cli, const char **ret_pf, struct svf_errmsg *err)
{
	char hint[SVF_HINT_MAX];
	int r;

	if (cli->n_words == 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL,
					   "fdb: what? svf-loader fdb %s", cli->command->operands);
	if (svf_word_find(cli->words[0], actions, 1) < 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL,
					   "fdb: unknown word `%s`: %s", cli->words[0],
					   svf_word_hint(hint, cli->words[0], "", actions, 1,
							 "svf-loader fdb show PF"));
	cli->words++;
	cli->n_words--;
	r = svf_cli_take_pf(cli, ret_pf, err);
	return r < 0 ? r : svf_cli_end(cli, err);
}

/* --- collecting --- */

struct collector {
	const struct svf_sorter *sorter;
	struct svf_fdb_table *table;
	uint64_t now_ns; /* CLOCK_MONOTONIC */
};

static struct svf_fdb_row *add_row(struct svf_fdb_table *table)
{
	if (table->n == table->room) {
		unsigned int room = table->room ? 2 * table->room : 64;
		void *more = reallocarray(table->rows, room, sizeof(*table->rows));

		if (!more)
			return NULL;
		table->rows = more;
		table->room = room;
	}
	table->rows[table->n] = (struct svf_fdb_row){};
	return &table->rows[table->n++];
}

static bool has_in_list(const struct svf_vf_config *config, const uint8_t mac[ETH_ALEN])
{
	for (unsigned int i = 0; i < config->n_macs && i < SVF_MACS_MAX; i++)
		if (memcmp(config->macs[i], mac, ETH_ALEN) == 0)
			return true;
	return false;
}

static void fill_owners(const struct collector *c, struct svf_fdb_row *row,
			const struct svf_fdb_owners *owners)
{
	for (unsigned int i = 0; i < owners->count && i < SVF_OWNERS_MAX; i++) {
		struct svf_fdb_owner owner = { .vf = owners->vf[i] };
		struct svf_vf_config config;

		if (svf_sorter_get_vf(c->sorter, owner.vf, &config) < 0 ||
		    svf_home_vlan(&config) != row->vlan)
			continue;
		owner.main = memcmp(config.mac, row->mac, ETH_ALEN) == 0;
		if (owner.main || has_in_list(&config, row->mac))
			row->owners[row->n_owners++] = owner;
	}
}

static int collect_row(const struct svf_fdb_key *key, const struct svf_fdb_owners *owners,
		       void *arg)
{
	struct collector *c = arg;
	struct svf_fdb_row *row = add_row(c->table);
	struct svf_fdb_hits hits;
	int r;

	if (!row)
		return -ENOMEM;
	memcpy(row->mac, key->mac, ETH_ALEN);
	row->vlan = key->vlan;
	fill_owners(c, row, owners);
	if (!row->n_owners) {
		c->table->n--;
		return 0;
	}
	r = svf_sorter_get_hits(c->sorter, key, &hits);
	if (r < 0)
		return r;
	row->hits = hits.hits;
	row->age_ns = c->now_ns > hits.last_ns ? c->now_ns - hits.last_ns : 0;
	return 0;
}

/* The PF first, then by VLAN and address. */
static int compare_rows(const void *a, const void *b)
{
	const struct svf_fdb_row *x = a, *y = b;

	if (x->pf != y->pf)
		return x->pf ? -1 : 1;
	if (x->vlan != y->vlan)
		return x->vlan < y->vlan ? -1 : 1;
	return memcmp(x->mac, y->mac, ETH_ALEN);
}

static int collect(const struct svf_open_pf *open, struct svf_fdb_table *table)
{
	struct collector c = { .sorter = open->sorter, .table = table };
	struct svf_fdb_row *row = add_row(table);
	struct svf_pf_config pf;
	struct timespec now;
	int r = row ? svf_sorter_get_pf(open->sorter, &pf) : -ENOMEM;

	if (r < 0)
		return r;
	row->pf = true;
	memcpy(row->mac, pf.mac, ETH_ALEN);
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	c.now_ns = (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
	r = svf_sorter_list_fdb(open->sorter, collect_row, &c);
	if (!r)
		qsort(table->rows, table->n, sizeof(*table->rows), compare_rows);
	return r;
}

static int print(const struct svf_cli *cli, const struct svf_fdb_table *table,
		 struct svf_errmsg *err)
{
	const size_t flags = svf_cli_has(cli, SVF_OPTION_PRETTY) ? JSON_INDENT(JSON_PRETTY_INDENT)
								 : JSON_COMPACT;

	if (!svf_cli_has(cli, SVF_OPTION_JSON)) {
		svf_fdb_text(stdout, table);
		return 0;
	}
	svf_cleanup(json) json_t *json = svf_fdb_json(table);
	if (!json)
		return -ENOMEM;
	if (json_dumpf(json, stdout, flags) < 0 || putchar('\n') < 0)
		return svf_errmsg_set(err, -EIO, "cannot write output");
	return 0;
}

int svf_cmd_fdb(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_fdb_table table = {};
	struct svf_open_pf open;
	const char *pf;
	int r = parse_request(cli, &pf, err);

	if (!r)
		r = svf_cmd_require_root(cli, err);
	if (r < 0)
		return r;
	r = svf_open_pf_init(&open, pf, err);
	if (!r) {
		(void)snprintf(table.pf, sizeof(table.pf), "%s", pf);
		r = collect(&open, &table);
		if (r < 0)
			r = svf_errmsg_set(err, r, "%s: cannot read its table: %s", pf,
					   strerror(-r));
	}
	if (!r)
		r = print(cli, &table, err);
	free(table.rows);
	svf_open_pf_done(&open);
	return r;
}
