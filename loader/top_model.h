/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `top` knows: samples of all counters (made by top_take.c), and what two of them tell per
 * second, sorted and filtered. Plain data: nothing here touches kernel or terminal.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/if_ether.h>
#include <svf/abi.h>
#include <svf/cleanup.h>
#include <svf/errmsg.h>

#include "stats.h"

/* --- samples --- */

enum svf_top_link {
	SVF_TOP_LINK_UP,
	SVF_TOP_LINK_NONE, /* the netdev is up and has no carrier */
	SVF_TOP_LINK_DOWN, /* the netdev is switched off */
	SVF_TOP_LINK_GONE, /* the netdev was deleted */
	SVF_TOP_N_LINKS,
};

#define SVF_TOP_OWNER_MAX 32

struct svf_top_vf {
	unsigned int vf;
	uint8_t mac[ETH_ALEN];
	uint8_t lane; /* enum svf_lane */
	enum svf_top_link link;
	char netdev[IFNAMSIZ];	       /* present name; "" if gone */
	char owner[SVF_TOP_OWNER_MAX]; /* the namespace it is in; "": the PF's own */
	bool has_fill;		       /* an agent lives and tells how full its rings are */
	struct svf_ring_fill fill;     /* of the fullest of its rings */
	struct svf_side sides[SVF_N_DIRECTIONS];
};

struct svf_top_pf {
	char name[IFNAMSIZ];
	int error;		     /* 0, or why it could not be read */
	struct svf_errmsg problem;   /* the same in words */
	uint8_t lane;		     /* enum svf_lane */
	bool carrier;		     /* it is up and has a link */
	pid_t agent_pid, daemon_pid; /* 0: not running */
	bool agent_alive;	     /* heartbeat fresh */
	bool has_cpu;
	uint64_t agent_cpu_ns; /* used since it started */
	unsigned int n_vfs;
	struct svf_top_vf *vfs; /* owned */
};

struct svf_top_sample {
	uint64_t real_ns; /* CLOCK_REALTIME when it was taken */
	uint64_t mono_ns; /* CLOCK_MONOTONIC */
	unsigned int n_pfs;
	struct svf_top_pf *pfs; /* owned */
};

void svf_top_sample_done(struct svf_top_sample *sample);

/* --- what two samples tell --- */

/* One direction, per second. */
struct svf_top_rate {
	double packets, bits, dropped;
};

struct svf_top_row {
	const struct svf_top_pf *pf; /* of the later sample */
	const struct svf_top_vf *vf;
	bool known; /* it was in the earlier sample too: there are rates */
	bool shown; /* the filter lets it through */
	struct svf_top_rate rates[SVF_N_DIRECTIONS];
	struct svf_side since[SVF_N_DIRECTIONS]; /* what was counted between the samples */
	const struct svf_reason *worst;		 /* why most were dropped; NULL: none was */
	enum svf_direction worst_direction;
};

/* A PF as a whole. */
struct svf_top_total {
	const struct svf_top_pf *pf;
	bool known;
	struct svf_top_rate rates[SVF_N_DIRECTIONS]; /* of all its VFs */
	unsigned int n_active;			     /* VFs that sent, got or lost something */
	uint64_t frames;			     /* its VFs sent and got, in all */
	double cpu_percent; /* of one CPU, its agent's; less than 0: not known */
};

struct svf_top_table {
	uint64_t real_ns;
	double seconds; /* between the samples; 0: there is only one */
	unsigned int n_totals;
	struct svf_top_total *totals; /* owned, in the sample's order */
	unsigned int n_rows;
	struct svf_top_row *rows; /* owned */
	unsigned int n_shown;	  /* the first ones of them are to be shown */
};

/* What came between two samples; before may be NULL: nothing has rates then. The table points
 * into `now`. -ENOMEM. */
int svf_top_table_init(struct svf_top_table *table, const struct svf_top_sample *now,
		       const struct svf_top_sample *before);
void svf_top_table_done(struct svf_top_table *table);

/* Whether anything was sent, received or dropped. */
bool svf_top_row_is_active(const struct svf_top_row *row);

/* --- order --- */

enum svf_top_key {
	SVF_TOP_KEY_VF,
	SVF_TOP_KEY_RX, /* bits, then packets */
	SVF_TOP_KEY_TX,
	SVF_TOP_KEY_DROPS,
	SVF_TOP_KEY_NAME, /* the netdev's */
	SVF_TOP_N_KEYS,
};
extern const char *const svf_top_key_names[SVF_TOP_N_KEYS]; /* as --sort has them */

#define SVF_TOP_TEXT_MAX 32

struct svf_top_order {
	enum svf_top_key key;
	bool reverse; /* the other way round than the key's own */
	bool active_only;
	char text[SVF_TOP_TEXT_MAX]; /* "": all; else it must occur in "PF vf N", netdev, owner,
				      * address or one of the reasons of drops */
};

/* Sorts the rows by the key (most first, names from A, the same: by VF) and puts those that are to
 * be shown first. */
void svf_top_table_arrange(struct svf_top_table *table, const struct svf_top_order *order);
