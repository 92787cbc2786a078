# SPDX-License-Identifier: GPL-2.0-only
"""
What a driver with SR-IOV tells of its VFs over rtnetlink (IFLA_VFINFO_LIST), made from the JSON of
`svf-loader -s show -j`, for tests/shim/ip_vfinfo.c: the real ip then prints them.
"""

import struct

NUM_VF, VFINFO_LIST, VF_INFO = 21, 22, 1
MAC, VLAN, TX_RATE, SPOOFCHK, LINK_STATE, RATE, RSS_QUERY_EN, STATS, TRUST = range(1, 10)
VLAN_LIST, VLAN_INFO, BROADCAST = 12, 1, 13
LINK_STATES = ("auto", "enable", "disable")
PROTOS = {"802.1Q": 0x8100, "802.1ad": 0x88A8}


def attribute(kind, payload):
    """One netlink attribute, padded."""
    return struct.pack("=HH", 4 + len(payload), kind) + payload + bytes(-len(payload) % 4)


def words(*values):
    """A struct of __u32."""
    return struct.pack(f"={len(values)}I", *values)


def address(text):
    """32 bytes, as struct ifla_vf_mac has them."""
    return bytes.fromhex(text.replace(":", "")).ljust(32, b"\0")


def encode_stats(stats):
    """IFLA_VF_STATS."""
    rx, tx = stats["rx"], stats["tx"]
    values = {0: rx["packets"], 1: tx["tx_packets"], 2: rx["bytes"], 3: tx["tx_bytes"],
              4: rx["broadcast"], 5: rx["multicast"], 7: rx["dropped"], 8: tx["dropped"]}
    return attribute(STATS, b"".join(attribute(k, struct.pack("=Q", v)) for k, v in values.items()))


def encode_vf(entry):
    """One element of vfinfo_list as IFLA_VF_INFO."""
    vf, vlan = entry["vf"], entry["vlan_list"][0]
    proto = PROTOS[vlan.get("protocol", "802.1Q")]
    vid, qos, rate = vlan.get("vlan", 0), vlan.get("qos", 0), entry["rate"]
    trust = entry["trust"] not in (False, [], "off")
    return attribute(VF_INFO, b"".join([
        attribute(MAC, words(vf) + address(entry["address"])),
        attribute(BROADCAST, address(entry["broadcast"])),
        attribute(VLAN, words(vf, vid, qos)),
        attribute(RATE, words(vf, rate["min_tx"], rate["max_tx"])),
        attribute(TX_RATE, words(vf, rate["max_tx"])),
        attribute(SPOOFCHK, words(vf, entry["spoofchk"])),
        attribute(LINK_STATE, words(vf, LINK_STATES.index(entry["link_state"]))),
        attribute(RSS_QUERY_EN, words(vf, entry["query_rss_en"])),
        attribute(TRUST, words(vf, trust)),
        attribute(VLAN_LIST, attribute(VLAN_INFO,
                                       words(vf, vid, qos) + struct.pack("!HH", proto, 0))),
        encode_stats(entry["stats"]),
    ]))


def encode(pf):
    """The line of the shim's file for one element of `svf-loader -s show -j`."""
    vfs = pf["vfinfo_list"]
    data = attribute(NUM_VF, words(len(vfs)))
    data += attribute(VFINFO_LIST, b"".join(encode_vf(vf) for vf in vfs))
    return f"{pf['ifindex']} {data.hex()}\n"
