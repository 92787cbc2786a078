// SPDX-License-Identifier: GPL-2.0-only
/* The forwarding table as text, in columns, and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "fdb.h"
#include "macaddr.h"
#include "offenders.h"

#define NS_PER_S   1e9
#define OWNERS_LEN 64

SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)

static const char *describe_kind(const struct svf_fdb_row *row)
{
	if (row->pf)
		return "pf";
	for (unsigned int i = 0; i < row->n_owners; i++)
		if (row->owners[i].main)
			return "main";
	return "mac_list";
}

static void format_owners(char buf[OWNERS_LEN], const struct svf_fdb_row *row)
{
	(void)snprintf(buf, OWNERS_LEN, "%s", row->pf ? "host" : "");
	for (unsigned int i = 0; i < row->n_owners; i++) {
		size_t len = strlen(buf);

		(void)snprintf(buf + len, OWNERS_LEN - len, "%s%u", i ? "," : "",
			       row->owners[i].vf);
	}
}

static void print_row(FILE *out, const struct svf_fdb_row *row)
{
	char mac[SVF_MAC_TEXT_MAX], vlan[SVF_VLAN_TEXT_MAX], owners[OWNERS_LEN];
	char age[SVF_TIME_TEXT_MAX] = "-", hits[SVF_TIME_TEXT_MAX] = "-";

	svf_mac_format(mac, row->mac);
	svf_vlan_format(vlan, row->vlan, "trunk");
	format_owners(owners, row);
	if (!row->pf)
		(void)snprintf(hits, sizeof(hits), "%" PRIu64, row->hits);
	if (row->hits)
		svf_age_format(age, row->age_ns);
	fprintf(out, "%-17s  %-12s  %-7s %-8s %10s  %s%s\n", mac, row->pf ? "any" : vlan, owners,
		describe_kind(row), hits, age, row->n_owners > 1 ? "  duplicate" : "");
}

void svf_fdb_text(FILE *out, const struct svf_fdb_table *table)
{
	fprintf(out, "%-17s  %-12s  %-7s %-8s %10s  %s\n", "MAC", "VLAN", "VF", "KIND", "HITS",
		"AGE");
	for (unsigned int i = 0; i < table->n; i++)
		print_row(out, &table->rows[i]);
}

static json_t *make_owners(const struct svf_fdb_row *row)
{
	svf_cleanup(json) json_t *array = json_array();

	for (unsigned int i = 0; array && i < row->n_owners; i++) {
		const struct svf_fdb_owner *owner = &row->owners[i];
		json_t *item = json_pack("{s:i, s:s}", "vf", (int)owner->vf, "kind",
					 owner->main ? "main" : "mac_list");

		if (json_array_append_new(array, item) < 0)
			return NULL;
	}
	return TAKE_PTR(array);
}

static json_t *make_row(const struct svf_fdb_row *row)
{
	const bool tagged = !row->pf && row->vlan && row->vlan != SVF_VLAN_TRUNK;
	char mac[SVF_MAC_TEXT_MAX];
	const char *tag = "untagged";

	if (row->pf)
		tag = "any";
	else if (row->vlan == SVF_VLAN_TRUNK)
		tag = "trunk";
	else if (row->vlan & SVF_VLAN_8021AD)
		tag = "802.1ad";
	else if (row->vlan)
		tag = "802.1Q";
	svf_mac_format(mac, row->mac);
	return json_pack("{s:s, s:o, s:s, s:o, s:b, s:b, s:I, s:o}", "mac", mac, "vlan",
			 tagged ? json_integer(row->vlan & SVF_VLAN_TRUNK) : json_null(), "tag",
			 tag, "vfs", make_owners(row), "pf", row->pf, "duplicate",
			 row->n_owners > 1, "hits", (json_int_t)row->hits, "age",
			 row->hits ? json_real((double)row->age_ns / NS_PER_S) : json_null());
}

json_t *svf_fdb_json(const struct svf_fdb_table *table)
{
	svf_cleanup(json) json_t *array = json_array();

	for (unsigned int i = 0; array && i < table->n; i++)
		if (json_array_append_new(array, make_row(&table->rows[i])) < 0)
			return NULL;
	if (!array)
		return NULL;
	return json_pack("[{s:s, s:O}]", "ifname", table->pf, "fdb", array);
}
