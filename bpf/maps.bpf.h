/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sorter's maps and its per-load configuration. Keys, values and who writes
 * them: include/svf/abi.h. max_entries here serve 256 VFs with one queue; the
 * loader sets others between open and load.
 *
 * A value found in a HASH map stays as it is for the whole run of a program: user
 * space replaces entries of svf_vfs and svf_vlans whole, and lets an RCU grace
 * period pass before it touches the same key again. So a pointer to a VF's
 * configuration is one version of it, and is read wherever it is needed.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

/* Anonymous, so that the skeleton spells the fields out. */
const volatile struct {
	__u32 pf_ifindex;
	__u32 queues;  /* PF RX queues that have rings: 0..queues-1 */
	__u8 skb_mode; /* svf_wire runs as generic XDP: it only passes */
	__u8 pad[3];
} svf_cfg = { .queues = 1 };

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SVF_UP_MAX_VFS);
	__type(key, struct svf_fdb_key);
	__type(value, struct svf_fdb_owners);
} svf_fdb SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, SVF_UP_MAX_VFS);
	__type(key, struct svf_fdb_key);
	__type(value, struct svf_fdb_hits);
} svf_fdb_hits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SVF_UP_MAX_VFS);
	__type(key, __u32);
	__type(value, struct svf_vf_config);
} svf_vfs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * SVF_UP_MAX_VFS); /* a representor and a ring port each */
	__type(key, __u32);
	__type(value, struct svf_port);
} svf_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct svf_pf_config);
} svf_pf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct svf_policy);
} svf_policy SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SVF_UP_MAX_VFS); /* at worst each VF in a VLAN of its own */
	__type(key, struct svf_vlan_key);
	__type(value, struct svf_vlan_members);
} svf_vlans SEC(".maps");

/* Joined and left one by one by the PF daemon; a tenant decides how many of its entries there
 * are, up to SVF_GROUPS_MAX, so none is allocated before it is needed. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, (SVF_GROUPS_MAX + 1) * SVF_UP_MAX_VFS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct svf_mcast_key);
	__type(value, struct svf_mcast_member);
} svf_mcast SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SVF_UP_MAX_VFS + 1); /* the VFs and the wire */
	__type(key, __u32);
	__type(value, struct svf_rate);
} svf_rates SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, SVF_UP_MAX_VFS);
	__type(key, __u32);
	__type(value, __u32);
} svf_xsks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} svf_alive SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct svf_agent_life);
} svf_agent SEC(".maps");

/* These two: made here, written by the agent through mmap(); no program reads them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SVF_UP_MAX_VFS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct svf_ring_stats);
} svf_ring_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SVF_UP_MAX_VFS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct svf_ring_fill);
} svf_ring_fill SEC(".maps");

#define SVF_N_COUNTED (SVF_N_DIRECTIONS * (SVF_UP_MAX_VFS + 2)) /* the VFs, the PF, the wire */

/* Preallocated, entries made by the loader: counting never allocates. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, SVF_N_COUNTED);
	__type(key, struct svf_stats_key);
	__type(value, struct svf_stats);
} svf_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, SVF_N_COUNTED);
	__type(key, struct svf_stats_key);
	__type(value, struct svf_drops);
} svf_drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SVF_UP_MAX_VFS);
	__type(key, __u32);
	__type(value, __u64);
} svf_redirects SEC(".maps");

/* Made here, written by user space; no program reads it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SVF_N_COUNTED);
	__type(key, struct svf_stats_key);
	__type(value, struct svf_losses);
} svf_losses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SVF_UP_MAX_VFS);
	__type(key, __u32);
	__type(value, struct svf_former);
} svf_former SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SVF_N_COUNTED *SVF_N_DROPS);
	__uint(map_flags, BPF_F_NO_PREALLOC); /* nearly all of them never occur */
	__type(key, struct svf_offender_key);
	__type(value, struct svf_offender);
} svf_offenders SEC(".maps");

#define SVF_EVENTS_BYTES 65536 /* 1,600 events; what finds no room is left out */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, SVF_EVENTS_BYTES);
} svf_events SEC(".maps");
