#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Takes the sorter's rules out one by one: test_sorter must notice each.

Usage (root): tests/bpf/mutate.py [-j JOBS] [WORD]   only rules that contain WORD

A mutant is a copy of bpf/ with one piece of text replaced, built and run in a
directory of its own below $TMPDIR. A text that is not there exactly once is an error,
so that the list keeps up with the sorter. TAP on stdout. A mutant the verifier
refuses counts as noticed, and is told.
"""
import argparse
import concurrent.futures
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLANG = ("clang -O2 -g -target bpf -mcpu=v3 -std=gnu17 -w -I{root}/include"
         " -idirafter /usr/include/x86_64-linux-gnu -c {src} -o {obj}")
CC = "gcc -std=gnu17 -D_GNU_SOURCE -w -I{root}/include -I{dir} -I{dir}/tests/bpf {srcs} -o {exe} -lcmocka -lbpf"

# (rule, file, its text, what is left of it)
MUTANTS = [
    # frame.bpf.h: which VLAN
    ("802.1ad is a tag", "frame.bpf.h", " || type == bpf_htons(ETH_P_8021AD)", ""),
    ("802.1Q is a tag", "frame.bpf.h", "type == bpf_htons(ETH_P_8021Q) || ", ""),
    ("802.1ad is no VF's VLAN", "frame.bpf.h", "tpid != bpf_htons(ETH_P_8021Q) || ", ""),
    ("a tag under a priority tag is no VF's VLAN", "frame.bpf.h",
     " || (!frame->vlan && frame->two_tags)", ""),
    ("a tag under a VLAN tag does not matter", "frame.bpf.h",
     "(!frame->vlan && frame->two_tags)", "frame->two_tags"),
    ("the priority is no part of the VID", "frame.bpf.h", "tci & SVF_VID_MASK", "tci"),
    ("XDP: a tag cut short", "frame.bpf.h",
     "\tif ((void *)(tag + 1) > end)\n\t\treturn -1;",
     "\tif ((void *)(tag + 1) > end)\n\t\treturn 0;"),
    ("tc: a tag cut short", "frame.bpf.h",
     "sizeof(eth), &tag, sizeof(tag)))\n\t\treturn -1;",
     "sizeof(eth), &tag, sizeof(tag)))\n\t\treturn 0;"),
    ("tags in metadata", "frame.bpf.h", "if (skb->vlan_present) {", "if (0) {"),
    ("what is under a tag in metadata", "frame.bpf.h",
     "skb->vlan_proto, skb->vlan_tci, frame->type", "skb->vlan_proto, skb->vlan_tci, 0"),
    ("bytes without the tag", "frame.bpf.h", "\tframe->bytes -= SVF_TAG_LEN;\n", ""),
    ("every bit of an address counts: first", "frame.bpf.h", "return x[0] == y[0] && ",
     "return "),
    ("every bit of an address counts: middle", "frame.bpf.h", " && x[1] == y[1]", ""),
    ("every bit of an address counts: last", "frame.bpf.h", " && x[2] == y[2]", ""),
    ("broadcast is no multicast", "frame.bpf.h", "(x[0] & x[1] & x[2]) == 0xffff", "0"),
    # superframe.bpf.h
    ("superframes: gso_segs", "superframe.bpf.h",
     "\tif (skb->gso_segs)\n\t\treturn skb->gso_segs;\n", ""),
    ("superframes: by length", "superframe.bpf.h", "\tif (!size)\n\t\treturn 1;\n",
     "\treturn 1;\n"),
    ("superframes: rounded up", "superframe.bpf.h", " + size - 1) / size", ") / size"),
    ("superframes: IPv4 header", "superframe.bpf.h", "len += ip4.ihl * SVF_WORD_LEN;", ""),
    ("superframes: IPv6 header", "superframe.bpf.h", "len += sizeof(ip6);", ""),
    ("superframes: TCP header", "superframe.bpf.h", "return tcp.doff * SVF_WORD_LEN;",
     "return 0;"),
    ("superframes: UDP header", "superframe.bpf.h", "return sizeof(struct udphdr);",
     "return 0;"),
    ("superframes: headers only", "superframe.bpf.h",
     "\tif (skb->len <= headers)\n\t\treturn 1;\n", ""),
    # judge.bpf.h
    ("the configuration decides: exists", "judge.bpf.h", "if (!config || ",
     "static const struct svf_vf_config none;\n\tif (!config) {\n\t\tret_vf->id = owner->vf;"
     "\n\t\tret_vf->config = (void *)&none;\n\t\treturn true;\n\t}\n\tif ("),
    ("the configuration decides: VLAN", "judge.bpf.h", "config->vlan != vlan || ", ""),
    ("the configuration decides: address", "judge.bpf.h",
     " || !is_same_mac(config->mac, mac)", ""),
    ("VFs are found by VLAN", "judge.bpf.h", "key = { .vlan = vlan }", "key = { .vlan = 0 }"),
    ("multicast goes to all", "judge.bpf.h",
     "\tif (is_multicast(frame->dst))\n\t\treturn SVF_TARGET_FLOOD;\n", ""),
    ("a VF reaches the host", "judge.bpf.h",
     "return SVF_TARGET_HOST;", "return SVF_TARGET_UNKNOWN;"),
    ("to_self", "judge.bpf.h", "ret_vf->id == source ? SVF_TARGET_SELF : SVF_TARGET_VF",
     "SVF_TARGET_VF"),
    ("unknown goes on, or to the wire", "deliver.bpf.h",
     "if (target == SVF_TARGET_UNKNOWN)", "if (0)"),
    ("no multicast source", "judge.bpf.h", "is_multicast(frame->src) || ", ""),
    ("no zero source", "judge.bpf.h", " || is_zero_mac(frame->src)", ""),
    ("no tag from a VF", "judge.bpf.h", "return frame->vlan ? -1 : 0;", "return 0;"),
    # port.bpf.h
    ("the configuration decides: port", "port.bpf.h",
     "if (ifindex != (role == SVF_ROLE_RING_PORT ? config->ring_port : config->representor))",
     "if (0)"),
    ("the configuration decides: representor", "port.bpf.h", ": config->representor))",
     ": ifindex))"),
    ("the configuration decides: ring port", "port.bpf.h", "? config->ring_port :",
     "? ifindex :"),
    # lane.bpf.h
    ("an agent's socket", "lane.bpf.h", " || !bpf_map_lookup_elem(&svf_alive, &zero)", ""),
    ("an agent's heartbeat", "lane.bpf.h",
     "return age_ns < (__s64)SVF_HEARTBEAT_MAX_AGE_NS;", "return true;"),
    ("verdict tc, to a VF", "lane.bpf.h",
     "\t\treturn SVF_VERDICT_TC;\n\treturn is_agent_alive()",
     "\t\treturn SVF_VERDICT_PASS;\n\treturn is_agent_alive()"),
    ("verdicts no_ring and no_agent", "lane.bpf.h",
     "is_agent_alive() ? SVF_VERDICT_NO_RING : SVF_VERDICT_NO_AGENT", "SVF_VERDICT_NO_AGENT"),
    ("lane tc sends by tc", "lane.bpf.h",
     "\tif (config->lane != SVF_LANE_AFXDP)\n\t\treturn SVF_VERDICT_TC;\n\tif (!is_agent",
     "\tif (!is_agent"),
    ("no agent, no ring", "lane.bpf.h",
     "\tif (!is_agent_alive())\n\t\treturn SVF_VERDICT_NO_AGENT;\n", ""),
    ("no ring port, no ring", "lane.bpf.h",
     "config->ring_port ? SVF_VERDICT_RING : SVF_VERDICT_NO_RING", "SVF_VERDICT_RING"),
    ("lane tc has no ring", "lane.bpf.h", "vf->config->lane != SVF_LANE_AFXDP || ", ""),
    ("a queue has rings", "lane.bpf.h", "queue >= svf_cfg.queues || ", ""),
    ("a ring's agent is alive", "lane.bpf.h", "svf_cfg.queues || !is_agent_alive())",
     "svf_cfg.queues)"),
    ("a ring is its VF's", "lane.bpf.h", "svf_xsk_slot(vf->id, queue", "svf_xsk_slot(0, queue"),
    ("a ring is its queue's", "lane.bpf.h", "svf_xsk_slot(vf->id, queue",
     "svf_xsk_slot(vf->id, 0"),
    ("tags are popped", "tag.bpf.h", "\tif (bpf_skb_vlan_pop(skb))\n\t\treturn -1;\n", ""),
    ("a pop that popped nothing", "tag.bpf.h",
     "\tif (frame->tag_data && skb->len >= len)\n\t\treturn -1;\n", ""),
    ("a pop that put another on", "tag.bpf.h",
     "\tif (skb->vlan_present && !frame->two_tags)\n\t\treturn -1;\n", ""),
    ("a second tag is no such", "tag.bpf.h", " && !frame->two_tags", ""),
    ("tags are pushed", "tag.bpf.h",
     "\tif (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), frame->tci))\n\t\treturn -1;\n", ""),
    ("no tag where there is none", "tag.bpf.h", "!frame->has_tag || frame->tag_on",
     "frame->tag_on"),
    ("a tag once", "tag.bpf.h", "!frame->has_tag || frame->tag_on", "!frame->has_tag"),
    ("a VF's priority tag is popped", "tag.bpf.h",
     "\tif (strip_tag(skb, frame))\n\t\treturn -1;\n\tframe->vlan = config->vlan;",
     "\tframe->vlan = config->vlan;"),
    ("a VF's frame is of its VLAN", "tag.bpf.h", "\tframe->vlan = config->vlan;\n", ""),
    ("a VF's tag has its qos", "tag.bpf.h", "config->qos << SVF_PCP_SHIFT | ", ""),
    ("a VF's tag has its VID", "tag.bpf.h", " | config->vlan;", ";"),
    ("a VF without VLAN sends no tag", "tag.bpf.h", "frame->has_tag = config->vlan != 0;",
     "frame->has_tag = true;"),
    ("a VF with VLAN sends a tag", "tag.bpf.h", "frame->has_tag = config->vlan != 0;",
     "frame->has_tag = false;"),
    ("XDP: tags are popped", "tag.bpf.h",
     "return bpf_xdp_adjust_head(xdp, SVF_TAG_LEN) ? -1 : 0;", "return 0;"),
    ("XDP: addresses move", "tag.bpf.h",
     "\t__builtin_memcpy(data + SVF_TAG_LEN, frame->dst, ETH_ALEN);\n", ""),
    ("XDP: both addresses move", "tag.bpf.h",
     "\t__builtin_memcpy(data + SVF_TAG_LEN + ETH_ALEN, frame->src, ETH_ALEN);\n", ""),
    # view.bpf.h
    ("a view is left", "view.bpf.h", "view->magic = SVF_VIEW_MAGIC;", "view->magic = 0;"),
    ("a view tells the VLAN", "view.bpf.h", "view->vlan = frame->vlan;", "view->vlan = 0;"),
    ("hidden_tag", "view.bpf.h",
     "view->magic == SVF_VIEW_MAGIC && view->vlan != frame->vlan", "false"),
    # flood.bpf.h
    ("never back to the sender", "flood.bpf.h", " || vf == out->source", ""),
    ("a member's configuration decides", "flood.bpf.h",
     " || config->vlan != out->frame->vlan", ""),
    ("a refused clone is a drop", "flood.bpf.h", "if (bpf_clone_redirect(out->skb, "
     "config->representor, 0))", "if (bpf_clone_redirect(out->skb, config->representor, 0), 0)"),
    ("members get clones", "flood.bpf.h", "if (bpf_clone_redirect(out->skb, "
     "config->representor, 0))", "if (0)"),
    ("blocks that exist", "flood.bpf.h",
     "pf && pf->vfs ? svf_flood_block(pf->vfs - 1) + 1 : 0", "1"),
    ("blocks: the last one too", "flood.bpf.h", "svf_flood_block(pf->vfs - 1) + 1",
     "svf_flood_block(pf->vfs - 1)"),
    ("empty blocks are passed over", "flood.bpf.h",
     "\tif (!bpf_map_lookup_elem(&svf_vlans, &key))\n\t\treturn 0;\n", ""),
    ("fan-out: clones have no tag", "flood.bpf.h",
     "\tif (strip_tag(skb, frame))\n\t\treturn -1;\n\tskb->mark = 0;", "\tskb->mark = 0;"),
    ("fan-out: clones have no mark", "flood.bpf.h", "\tskb->mark = 0;\n", ""),
    ("fan-out: clones have no tc_index", "flood.bpf.h", "\tskb->tc_index = 0;\n", ""),
    ("fan-out: the tag comes back", "flood.bpf.h",
     "\tif (stamp_tag(skb, frame))\n\t\treturn -1;\n\tblock = ", "\tblock = "),
    ("fan-out to nobody: the tag too", "flood.bpf.h", "\t\treturn stamp_tag(skb, frame);",
     "\t\treturn 0;"),
    ("fan-out goes on", "flood.bpf.h", "\tif (block < n_blocks) {", "\tif (0) {"),
    ("fan-out goes on behind this block", "flood.bpf.h", "frame->vlan, block + 1, n_blocks",
     "frame->vlan, block + 2, n_blocks"),
    ("fan-out knows its source", "flood.bpf.h", "svf_mark_flood(block, source)",
     "svf_mark_flood(block, SVF_MARK_SOURCE_MASK)"),
    ("fan-out: a lost rest is a drop", "flood.bpf.h",
     "\t\t\tcount_drop(frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_CLONE);",
     "\t\t\t(void)0;"),
    ("fan-out: the mark comes back", "flood.bpf.h", "\tskb->mark = mark;\n", ""),
    # deliver.bpf.h
    ("traces: mark", "deliver.bpf.h", "\tskb->mark = 0;\n", ""),
    ("traces: tc_index", "deliver.bpf.h", "\tskb->tc_index = 0;\n", ""),
    ("traces are cleared for a VF", "deliver.bpf.h",
     "\tclear_traces(skb);\n\tcount(frame, vf->id", "\tcount(frame, vf->id"),
    ("a VF gets its own", "deliver.bpf.h", "bpf_redirect(vf->config->representor, 0)",
     "bpf_redirect(vf->config->ring_port, 0)"),
    ("to the host: judged", "deliver.bpf.h", "\tskb->mark = svf_mark_host();\n", ""),
    ("to the host: by the ingress", "deliver.bpf.h", "pf_ifindex, BPF_F_INGRESS);\n}",
     "pf_ifindex, 0);\n}"),
    ("wire to VF: no tag", "deliver.bpf.h",
     "\t\tif (strip_tag(skb, frame))\n\t\t\treturn drop(frame, vf.id, SVF_DIRECTION_RX, "
     "SVF_DROP_VLAN_OP);\n", ""),
    ("host to VF: no tag", "deliver.bpf.h",
     "\t\tif (strip_tag(skb, frame))\n\t\t\treturn drop(frame, SVF_PF_ID, SVF_DIRECTION_TX, "
     "SVF_DROP_VLAN_OP);\n\t\tcount", "\t\tcount"),
    ("wire: to all", "deliver.bpf.h", "if (flood(skb, frame, SVF_SOURCE_WIRE, 0))", "if (0)"),
    ("host: to all", "deliver.bpf.h", "if (flood(skb, frame, SVF_SOURCE_HOST, 0))", "if (0)"),
    ("host to all: an impossible pop is a drop", "deliver.bpf.h",
     "\t\tif (flood(skb, frame, SVF_SOURCE_HOST, 0))\n\t\t\treturn drop(frame, SVF_PF_ID, "
     "SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);\n", "\t\t(void)flood(skb, frame, SVF_SOURCE_HOST, 0);\n"),
    ("ring takes what it should", "deliver.bpf.h", "if (verdict == SVF_VERDICT_RING)", "if (0)"),
    ("ring of its own", "deliver.bpf.h", "bpf_redirect(from->config->ring_port, 0)",
     "bpf_redirect(from->config->representor, 0)"),
    ("VF to all: the other VFs", "deliver.bpf.h", "if (flood(skb, frame, from->id, 0))",
     "if (stamp_tag(skb, frame))"),
    ("VF to all: the wire", "deliver.bpf.h",
     "if (bpf_clone_redirect(skb, svf_cfg.pf_ifindex, 0))", "if (0)"),
    ("VF to all: a refused copy is a drop", "deliver.bpf.h",
     "if (bpf_clone_redirect(skb, svf_cfg.pf_ifindex, 0))",
     "if (bpf_clone_redirect(skb, svf_cfg.pf_ifindex, 0), 0)"),
    ("VF to all: the host", "deliver.bpf.h",
     "\treturn deliver_to_host(skb, frame, SVF_VERDICT_FLOOD);", "\treturn TC_ACT_STOLEN;"),
    ("VF to itself is a drop", "deliver.bpf.h",
     "return drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_TO_SELF);",
     "return TC_ACT_UNSPEC;"),
    ("VF to wire and host: its tag", "deliver.bpf.h",
     "\tif (stamp_tag(skb, frame))\n\t\treturn drop(frame, from->id, SVF_DIRECTION_TX, "
     "SVF_DROP_VLAN_OP);\n", ""),
    # svf_sorter.bpf.c
    ("svf_wire: skb mode only passes", "svf_sorter.bpf.c", "svf_cfg.skb_mode || ", ""),
    ("svf_wire: a ring's frame has no tag", "svf_sorter.bpf.c",
     "if (!strip_tag_xdp(xdp, &frame))", "if (1)"),
    ("svf_wire: into the ring", "svf_sorter.bpf.c",
     "if (is_for_vf && redirect_to_ring(xdp, &vf) == XDP_REDIRECT)", "if (0)"),
    ("svf_wire: a view of tagged frames", "svf_sorter.bpf.c", "is_for_vf || frame.has_tag",
     "is_for_vf"),
    ("svf_wire: a view of VFs' frames", "svf_sorter.bpf.c", "is_for_vf || frame.has_tag",
     "frame.has_tag"),
    ("svf_wire: no view of others", "svf_sorter.bpf.c", "is_for_vf || frame.has_tag", "1"),
    ("svf_wire_tc: the host's own multicast", "svf_sorter.bpf.c",
     "\tif (skb->pkt_type == PACKET_LOOPBACK)\n\t\treturn TC_ACT_UNSPEC;\n", ""),
    ("svf_wire_tc: its mark is cleared", "svf_sorter.bpf.c",
     "\tif (svf_mark_is_ours(mark))\n\t\tclear_traces(skb);\n", ""),
    ("svf_wire_tc: others' marks are not", "svf_sorter.bpf.c",
     "\tif (svf_mark_is_ours(mark))\n\t\tclear_traces(skb);\n", "\tclear_traces(skb);\n"),
    ("svf_wire_tc: judged for the host", "svf_sorter.bpf.c",
     "\tif (svf_mark_is_host(mark))\n\t\treturn TC_ACT_UNSPEC;\n", ""),
    ("svf_wire_tc: malformed", "svf_sorter.bpf.c",
     "\tif (parse_skb(skb, &frame))\n\t\treturn drop(&frame, SVF_PF_ID, SVF_DIRECTION_RX, "
     "SVF_DROP_MALFORMED);\n", "\t(void)parse_skb(skb, &frame);\n"),
    ("svf_wire_tc: fan-out goes on", "svf_sorter.bpf.c", "if (svf_mark_is_flood(mark)) {",
     "if (0) {"),
    ("svf_wire_tc: fan-out from its block", "svf_sorter.bpf.c", "svf_mark_block(mark))", "0)"),
    ("svf_wire_tc: fan-out not to its source", "svf_sorter.bpf.c", "svf_mark_source(mark)",
     "SVF_SOURCE_WIRE"),
    ("svf_wire_tc: a fan-out's own frame ends", "svf_sorter.bpf.c", "return TC_ACT_STOLEN;",
     "return TC_ACT_UNSPEC;"),
    ("svf_wire_tc: hidden_tag", "svf_sorter.bpf.c", "if (is_tag_hidden(skb, &frame))", "if (0)"),
    ("svf_host_tc: already judged", "svf_sorter.bpf.c",
     "\tif (is_our_port(skb->ingress_ifindex)) {", "\tif (0) {"),
    ("svf_host_tc: judged by the port, not by the mark", "svf_sorter.bpf.c",
     "\tif (is_our_port(skb->ingress_ifindex)) {", "\tif (svf_mark_is_ours(skb->mark)) {"),
    ("svf_host_tc: the mark of the judged", "svf_sorter.bpf.c",
     "\t\tclear_traces(skb);\n\t\treturn TC_ACT_UNSPEC;", "\t\treturn TC_ACT_UNSPEC;"),
    ("svf_host_tc: malformed", "svf_sorter.bpf.c",
     "\tif (parse_skb(skb, &frame))\n\t\treturn drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, "
     "SVF_DROP_MALFORMED);\n", "\t(void)parse_skb(skb, &frame);\n"),
    ("svf_port_tc: a tenant's traces", "svf_sorter.bpf.c",
     "\tclear_traces(skb); /* a tenant may have set them */\n", ""),
    ("svf_port_tc: no_vf", "svf_sorter.bpf.c",
     "\tif (!find_port_owner(skb->ifindex, SVF_ROLE_REPRESENTOR, &vf))\n\t\treturn drop(",
     "\tif (!find_port_owner(skb->ifindex, SVF_ROLE_REPRESENTOR, &vf))\n\t\treturn 0 * drop("),
    ("svf_port_tc: malformed", "svf_sorter.bpf.c",
     "\tif (parsed)\n\t\treturn drop(&frame, vf.id, SVF_DIRECTION_TX", "\tif (0)\n\t\treturn "
     "drop(&frame, vf.id, SVF_DIRECTION_TX"),
    ("svf_port_tc: its sender may", "svf_sorter.bpf.c", "if (judge_sender(&frame, &reason))",
     "if (judge_sender(&frame, &reason), 0)"),
    ("svf_port_tc: VST", "svf_sorter.bpf.c", "if (enter_vlan(skb, &frame, vf.config))",
     "if (0)"),
    ("svf_ring_tc: no_vf", "svf_sorter.bpf.c",
     "\t\treturn drop(&frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_NO_VF);",
     "\t\treturn TC_ACT_UNSPEC;"),
    ("svf_ring_tc: malformed", "svf_sorter.bpf.c",
     "\tif (parsed)\n\t\treturn drop(&frame, vf.id, SVF_DIRECTION_RX", "\tif (0)\n\t\treturn "
     "drop(&frame, vf.id, SVF_DIRECTION_RX"),
    ("svf_out_tc: no_vf", "svf_sorter.bpf.c",
     "SVF_ROLE_RING_PORT, &vf))\n\t\treturn drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, "
     "SVF_DROP_NO_VF);", "SVF_ROLE_RING_PORT, &vf))\n\t\treturn TC_ACT_UNSPEC;"),
    ("svf_out_tc: foreign", "svf_sorter.bpf.c",
     "if (skb->ingress_ifindex != vf.config->representor)", "if (0)"),
    # count.bpf.h
    ("counted: packets", "count.bpf.h", "\tstats->packets += frame->packets;\n", ""),
    ("counted: bytes", "count.bpf.h", "\tstats->bytes += frame->bytes;\n", ""),
    ("counted: broadcast", "count.bpf.h", "\t\tstats->broadcast += frame->packets;\n",
     "\t\t;\n"),
    ("counted: multicast", "count.bpf.h", "\t\tstats->multicast += frame->packets;\n",
     "\t\t;\n"),
    ("counted: verdicts", "count.bpf.h",
     "\tadd_verdict(stats, verdict, frame->packets);\n", ""),
    ("counted: dropped", "count.bpf.h", "\tstats->dropped += frame->packets;\n", ""),
    ("counted: reasons", "count.bpf.h", "\tadd_drop(drops, reason, frame->packets);\n", ""),
    ("counted: drops of superframes", "count.bpf.h",
     "add_drop(drops, reason, frame->packets)", "add_drop(drops, reason, 1)"),
]


def run(command, **kwargs):
    return subprocess.run(command, shell=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **kwargs)


def build(workdir):
    """Builds sorter, probe and test of the copy in workdir; returns an error text or None."""
    for src, file, name in ((workdir / "bpf/svf_sorter.bpf.c", "svf_sorter", "svf_sorter_bpf"),
                            (workdir / "tests/bpf/probe.bpf.c", "svf_probe", "svf_probe")):
        obj = workdir / f"{file}.bpf.o"
        done = run(CLANG.format(root=ROOT, src=src, obj=obj) +
                   f" && bpftool gen skeleton {obj} name {name} >{workdir}/{file}.skel.h")
        if done.returncode:
            return done.stdout
    srcs = " ".join(str(p) for p in (workdir / "tests/bpf").glob("*.c")
                    if not p.name.endswith(".bpf.c"))
    done = run(CC.format(root=ROOT, dir=workdir, srcs=srcs, exe=workdir / "test_sorter"))
    return done.stdout if done.returncode else None


def try_mutant(mutant):
    """Returns (noticed, what was seen)."""
    _rule, name, old, new = mutant
    with tempfile.TemporaryDirectory(prefix="svf-mutant-") as tmp:
        workdir = pathlib.Path(tmp)
        shutil.copytree(ROOT / "bpf", workdir / "bpf")
        shutil.copytree(ROOT / "tests/bpf", workdir / "tests/bpf")
        path = workdir / "bpf" / name
        text = path.read_text()
        if text.count(old) != 1:
            return False, f"the text is there {text.count(old)} times: {old!r}"
        path.write_text(text.replace(old, new))
        error = build(workdir)
        if error:
            return False, "does not build: " + error
        done = run(f"CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 {workdir}/test_sorter")
        failed = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
        if failed:
            return True, f"{len(failed)} rows, {failed[0].partition(' - ')[2]}"
        if done.returncode and "cannot load the programs" in done.stdout:
            return True, "refused by the verifier"
        return False, f"survives (exit {done.returncode})"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("word", nargs="?", default="")
    args = parser.parse_args()
    mutants = [m for m in MUTANTS if args.word in m[0]]
    n_survivors = 0
    print(f"1..{len(mutants)}")
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for i, (mutant, (noticed, text)) in enumerate(
                zip(mutants, pool.map(try_mutant, mutants)), 1):
            print(f"{'ok' if noticed else 'not ok'} {i} - {mutant[1]}: {mutant[0]} # {text}",
                  flush=True)
            n_survivors += not noticed
    return 1 if n_survivors else 0


if __name__ == "__main__":
    sys.exit(main())
