// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the PF's counters stood when the sorter began to see its frames: <run>/account.json. Exact
 * where nothing passed while the programs were attached. Frames of the host that passed in these
 * milliseconds may or may not have been seen, so a base taken then is not: `stats --check` takes
 * one at the first moment of rest it finds.
 */
#include <errno.h>
#include <linux/pkt_sched.h>
#include <unistd.h>

#include <svf/cleanup.h>

#include "account.h"
#include "account_former.h"
#include "link.h"
#include "link_stats.h"

#define BASE_FILE "account.json"
#define BASE_TEMP "account.json.new"

SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)

/* What the sorter and the agent count of the PF, as `left` of the equations is counted. */
static int read_seen(uint64_t *ret_rx, uint64_t *ret_tx, const struct svf_sorter *sorter,
		     const struct svf_state *state)
{
	const unsigned int queues = state->args.queues;
	struct svf_stats rx, tx;
	struct svf_drops drops;
	uint64_t out;
	int r = svf_sorter_get_stats(sorter, SVF_WIRE_ID, SVF_DIRECTION_RX, &rx, &drops);

	if (!r)
		r = svf_sorter_get_stats(sorter, SVF_WIRE_ID, SVF_DIRECTION_TX, &tx, &drops);
	if (r < 0)
		return r;
	*ret_rx = rx.skbs + rx.dropped_skbs;
	out = tx.skbs > tx.ring ? tx.skbs - tx.ring : 0;
	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS && !r; vf++) {
		struct svf_flows flows = {};

		r = svf_flows_read(&flows, sorter, vf, queues);
		*ret_rx += flows.redirects;
		out += flows.rings;
	}
	*ret_tx = out;
	return r;
}

int svf_account_base_read(struct svf_account_base *ret_base, struct svf_nl *nl,
			  const struct svf_sorter *sorter, const struct svf_state *state)
{
	struct svf_link_stats link;
	struct svf_qdisc_stats qdisc;
	uint64_t rx, tx;
	int r = svf_link_stats_get(nl, SVF_NSID_SELF, state->pf_ifindex, &link);

	if (!r)
		r = svf_qdisc_stats_get(nl, state->pf_ifindex, TC_H_ROOT, &qdisc);
	if (!r)
		r = read_seen(&rx, &tx, sorter, state);
	if (!r) /* modulo 2^64: less than 0 where a driver set its counters back */
		*ret_base = (struct svf_account_base){
			.rx = link.rx_packets - rx,
			.tx = link.tx_packets + link.tx_dropped + qdisc.drops + qdisc.backlog - tx,
			.passed = link.rx_packets + link.tx_packets,
		};
	return r;
}

bool svf_account_base_rested(const struct svf_account_base *before,
			     const struct svf_account_base *after)
{
	return before->rx == after->rx && before->tx == after->tx &&
	       before->passed == after->passed;
}

int svf_account_base_save(const struct svf_paths *paths, const struct svf_account_base *before,
			  const struct svf_account_base *after)
{
	char path[SVF_PATH_MAX], temp[SVF_PATH_MAX];
	svf_cleanup(json) json_t *json = json_pack(
		"{s:i, s:I, s:I, s:b}", "abi", SVF_ABI_VERSION, "rx", (json_int_t)after->rx, "tx",
		(json_int_t)after->tx, "quiet", svf_account_base_rested(before, after));

	if (!json)
		return -ENOMEM;
	if (svf_path_join(path, paths->run, BASE_FILE) < 0 ||
	    svf_path_join(temp, paths->run, BASE_TEMP) < 0)
		return -ENAMETOOLONG;
	if (json_dump_file(json, temp, JSON_COMPACT) == 0 && rename(temp, path) == 0)
		return 0;
	(void)unlink(temp);
	return -EIO;
}

int svf_account_base_load(const struct svf_paths *paths, struct svf_account_base *ret_base)
{
	char path[SVF_PATH_MAX];
	json_int_t rx, tx;
	int abi, quiet;

	if (svf_path_join(path, paths->run, BASE_FILE) < 0)
		return -ENAMETOOLONG;
	svf_cleanup(json) json_t *json = json_load_file(path, 0, NULL);
	if (!json || json_unpack(json, "{s:i, s:I, s:I, s:b}", "abi", &abi, "rx", &rx, "tx", &tx,
				 "quiet", &quiet) < 0)
		return -ENOENT;
	if (abi != SVF_ABI_VERSION)
		return -ENOENT;
	*ret_base =
		(struct svf_account_base){ .rx = (uint64_t)rx, .tx = (uint64_t)tx, .quiet = quiet };
	return 0;
}
