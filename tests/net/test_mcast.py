# SPDX-License-Identifier: GPL-2.0-only
"""
Multicast goes to the VFs that want it: groups joined by programs (which say so by IGMP and MLD) and
without a word (`ip maddr add`), in containers and in the host's namespace, in both lanes.
"""

import re
import subprocess

import pytest
from svfnet import frames, tools, traffic, wait
from svfnet.product import Svf
from svfnet.topology import FAR_IP6, FAR_MAC, Topology, vf_ip6

VFS = 8
SLOW = 5  # what a slow and shared machine may take longer than promised
FOLLOW_S = 0.2
GROUPS_MAX = 128
ALL = "00:00:00:00:00:00"
MEMBER, OTHER, HOST_MEMBER = 0, 1, 2  # 0 and 1 in containers, 2 in the host's namespace

# Joins what its arguments say, tells so, and stays until its input ends.
JOINER = """
import socket, struct, sys
netdev, index = sys.argv[1], socket.if_nametoindex(sys.argv[1])
socks = []
for group in sys.argv[2:]:
    six = ":" in group
    s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
    packed = socket.inet_pton(s.family, group)
    if six:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, packed + struct.pack("@I", index))
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     packed + struct.pack("=4sI", b"", index))
    socks.append(s)
print("joined", flush=True)
sys.stdin.read()
"""


def mac_of(group):
    """The Ethernet address of an IP group."""
    if ":" in group:
        tail = int(group.rpartition(":")[2], 16)
        return f"33:33:00:00:{tail >> 8:02x}:{tail & 0xff:02x}"
    octets = [int(o) for o in group.split(".")]
    return f"01:00:5e:{octets[1] & 0x7f:02x}:{octets[2]:02x}:{octets[3]:02x}"


class Setup:
    """8 VFs, 0 and 1 in containers; captures at 0, 1 and 2."""

    def __init__(self, world, lane):
        self.world, self.lane = world, lane
        self.wire = Topology(world)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=VFS)
        self.at_up = self.groups()
        self.macs = {v["vf"]: v["address"] for v in self.svf.show()["vfinfo_list"]}
        for vf in (MEMBER, OTHER):
            self.wire.take_vf(vf)
        self.world.ip(f"link set {self.wire.vf_name(HOST_MEMBER)} up", self.wire.host)
        self.points = {vf: tools.Capture(world, self.wire.vf_name(vf), self.wire.vf_netns(vf))
                       for vf in (MEMBER, OTHER, HOST_MEMBER)}
        for vf in self.points:
            self.matches(vf)

    def place(self, vf):
        """(namespace, netdev) of a VF."""
        return self.wire.vf_netns(vf), self.wire.vf_name(vf)

    def groups(self):
        """{VF: groups} as the sorter has them."""
        found = {vf: set() for vf in range(VFS)}
        for key, _ in self.svf.table("svf_mcast"):
            found[key["vf"]].add(":".join(f"{int(str(b), 0):02x}" for b in key["mac"]))
        return found

    def wanted(self, vf):
        """The groups in the VF netdev's own list."""
        ns, netdev = self.place(vf)
        text = self.world.shell("cat /proc/net/dev_mcast", ns)
        rows = [line.split() for line in text.splitlines()]
        return {":".join(re.findall("..", row[4])) for row in rows if row[1] == netdev}

    def matches(self, vf, deadline_s=FOLLOW_S * SLOW):
        """Waits until the sorter has what the netdev wants; which is returned."""
        wait.until(lambda: self.groups()[vf] == self.wanted(vf), f"vf {vf}'s groups", deadline_s)
        return self.wanted(vf)

    def has(self, vf, mac, present=True):
        """Waits until a group is there, or is not."""
        wait.until(lambda: (mac in self.groups()[vf]) == present, f"vf {vf}: {mac} {present}",
                   FOLLOW_S * SLOW)

    def join(self, vf, *groups):
        """A program in the VF's namespace that joins; leave() ends it."""
        ns, netdev = self.place(vf)
        joiner = self.world.start(["/usr/bin/python3", "-ISc", JOINER, netdev, *groups], ns)
        assert joiner.stdout.readline() == "joined\n"
        return joiner

    @staticmethod
    def leave(joiner):
        """Ends what join() has made."""
        joiner.communicate(timeout=10)

    def maddr(self, word, vf, *macs):
        """`ip maddr add|del`, which ends a batch after its first line."""
        ns, netdev = self.place(vf)
        self.world.shell("\n".join(f"ip maddr {word} {mac} dev {netdev}" for mac in macs), ns)

    def receivers(self, mac, source="far"):
        """The VFs that get a frame to this group, from the far host or from a VF. Unicast after it
        proves that nothing is on its way any more."""
        round_ = frames.new_round()
        src = FAR_MAC if source == "far" else self.macs[source]
        ns, netdev = (self.wire.far, self.wire.wire) if source == "far" else self.place(source)
        points = {vf: point for vf, point in self.points.items() if vf != source}
        data = [frames.build(mac, src, "ipv4", round_, 1)]
        data += [frames.build(self.macs[vf], src, "ipv4", round_, frames.SENTINEL + vf)
                 for vf in points]
        tools.send(self.world, netdev, data, ns)
        return {vf for vf, point in points.items()
                if any(r.id == 1 for r in point.collect(round_, 1))}

    def close(self):
        """Everything away."""
        for point in self.points.values():
            point.close()
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Both lanes."""
    made = Setup(world, request.param)
    yield made
    made.close()


def test_up_has_read_the_lists_when_it_returns(setup):
    assert all(ALL not in groups for groups in setup.at_up.values())


@pytest.mark.parametrize("vf", [MEMBER, HOST_MEMBER], ids=["container", "host"])
@pytest.mark.parametrize("group", ["239.1.2.3", "ff05::abcd"], ids=["igmp", "mld"])
def test_a_program_joins_and_leaves(setup, vf, group):
    mac = mac_of(group)
    assert setup.receivers(mac) == set()
    joiner = setup.join(vf, group)
    setup.has(vf, mac)
    assert setup.receivers(mac) == {vf}
    assert setup.receivers(mac, OTHER) == {vf}
    setup.leave(joiner)
    setup.has(vf, mac, False)
    assert setup.receivers(mac) == set()


@pytest.mark.parametrize("vf", [MEMBER, HOST_MEMBER], ids=["container", "host"])
def test_an_address_without_ip(setup, vf):
    """No IGMP, no MLD, no event: only the list has it."""
    mac = "03:00:00:00:00:42"
    setup.maddr("add", vf, mac)
    setup.has(vf, mac)
    assert setup.receivers(mac) == {vf} == setup.receivers(mac, OTHER)
    setup.maddr("del", vf, mac)
    setup.has(vf, mac, False)
    assert setup.receivers(mac) == set()


def test_broadcast_needs_no_group(setup):
    assert setup.receivers(frames.BROADCAST) == {MEMBER, OTHER, HOST_MEMBER}


def test_more_groups_than_there_is_room_for_are_all_groups(setup):
    mac, many = mac_of("239.77.77.77"), [f"01:00:5e:55:{i >> 8:02x}:{i & 255:02x}"
                                         for i in range(GROUPS_MAX + 10)]
    setup.maddr("add", MEMBER, *many)
    wait.until(lambda: setup.groups()[MEMBER] == {ALL}, "flood", FOLLOW_S * SLOW)
    assert setup.receivers(mac) == {MEMBER}
    setup.maddr("del", MEMBER, *many)
    setup.matches(MEMBER)
    assert setup.receivers(mac) == set()


def test_a_list_out_of_reach_is_all_groups_until_it_is_not(setup):
    """A namespace without name and process that the PF daemon could see: not of its world."""
    mac, vf = mac_of("239.66.66.66"), 3
    with subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE) as outside:
        wait.until(lambda: own_netns(outside.pid), "the namespace", 5)
        host = setup.world.path(f"/run/netns/{setup.wire.host}")
        subprocess.run(["nsenter", f"--net={host}", "ip", "link", "set", setup.wire.vf_name(vf),
                        "netns", str(outside.pid)], check=True)
        wait.until(lambda: setup.groups()[vf] == {ALL}, "flood", FOLLOW_S * SLOW)
        inside = ["nsenter", "-t", str(setup.world.pid), "-m", "-p",
                  f"--net=/proc/{outside.pid}/ns/net", "--", "cat"]
        with subprocess.Popen(inside, stdin=subprocess.PIPE) as way:
            wait.until(lambda: ALL not in setup.groups()[vf], "its own list", 1 * SLOW)
            subprocess.run(["nsenter", f"--net=/proc/{outside.pid}/ns/net", "ip", "maddr", "add",
                            mac, "dev", setup.wire.vf_name(vf)], check=True)
            setup.has(vf, mac)
            way.communicate()
        wait.until(lambda: setup.groups()[vf] == {ALL}, "flood again", FOLLOW_S * SLOW)
        outside.communicate()
    wait.until(lambda: not {ALL, mac} & setup.groups()[vf], "that it is gone with its namespace",
               1 * SLOW)


def own_netns(pid):
    """Whether the process has left our namespace."""
    return subprocess.run(["readlink", f"/proc/{pid}/ns/net"], capture_output=True,
                          check=True).stdout != \
        subprocess.run(["readlink", "/proc/self/ns/net"], capture_output=True, check=True).stdout


def test_a_container_and_its_vf_end_at_once_and_the_groups_go(setup):
    """Reading its list does not keep a namespace."""
    vf = 4
    ns = setup.wire.take_vf(vf)
    assert setup.matches(vf)
    setup.wire.moved.pop(setup.wire.vf_name(vf))
    setup.world.del_netns(ns)
    wait.until(lambda: setup.svf.vf(vf)["svf"]["netdev"] and setup.matches(vf),
               "the groups of the netdev that was made anew", 1 * SLOW)
    links = setup.world.json(["ip", "-j", "link", "show"], setup.wire.host)
    assert f"{setup.wire.pf}r{vf}" in [link["ifname"] for link in links]


def test_a_vf_keeps_its_groups_when_it_moves(setup):
    vf = 5
    netdev = setup.wire.vf_name(vf)
    setup.world.ip(f"link set {netdev} up", setup.wire.host)
    setup.matches(vf)
    setup.wire.take_vf(vf)
    solicited = "33:33:ff:01:00:05"  # of its address
    assert solicited in setup.matches(vf)
    setup.world.ip(f"link set {netdev} down", setup.wire.vf_netns(vf))
    setup.matches(vf)


def test_what_a_former_daemon_has_left_goes(setup):
    setup.maddr("add", MEMBER, "03:00:00:00:00:43")
    setup.has(MEMBER, "03:00:00:00:00:43")
    for pid in setup.world.pids("svf-loader"):
        setup.world.kill(pid)
    setup.maddr("del", MEMBER, "03:00:00:00:00:43")
    setup.svf.up("--lane", setup.lane, vfs=VFS)
    assert "03:00:00:00:00:43" not in setup.groups()[MEMBER], "when `up` returns"
    setup.matches(MEMBER)


def test_neighbours_are_found_as_soon_as_there_is_an_address(setup):
    """Each time another address, in both directions; a lost solicitation would cost a second."""
    ns, netdev = setup.place(MEMBER)
    for i in range(10):
        address = f"fd77::5:{i:x}"
        setup.world.ip(f"addr add {address}/64 dev {netdev} nodad", ns)
        if i % 2:
            traffic.ping(setup.world, setup.wire.far, address)
        else:
            setup.world.run(["ping", "-q", "-n", "-c", "3", "-i", "0.01", "-W", "2",
                             "-I", address, FAR_IP6], ns)
            traffic.ping(setup.world, setup.wire.vf_netns(OTHER), address)
    traffic.ping(setup.world, ns, vf_ip6(OTHER))


def test_an_idle_daemon_costs_little(setup):
    """It wakes up 20 times a second, and reads all lists 7 times."""
    pid, = setup.world.pids("svf-loader")
    before = cpu_s(setup, pid)
    setup.points[OTHER].arm(frames.new_round(), 1, 3000)  # nothing comes: three seconds
    setup.points[OTHER].take()
    assert cpu_s(setup, pid) - before <= 3 * 0.01 * SLOW


def cpu_s(setup, pid):
    """User and system time of a process."""
    with open(setup.world.path(f"/proc/{pid}/stat"), encoding="ascii") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
