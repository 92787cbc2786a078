# SPDX-License-Identifier: GPL-2.0-only
"""
Ordinary use: ping, TCP, UDP, DHCP and IPv6 autoconfiguration between containers, host and far
host, in both lanes; the PF set down and up, its address changed.
"""

import pytest
from scapy.layers.inet6 import ICMPv6ND_RA, ICMPv6NDOptPrefixInfo, IPv6
from scapy.layers.l2 import Ether
from svfnet import paths, tools, traffic, wait
from svfnet.product import Svf
from svfnet.topology import (FAR_IP4, FAR_IP6, HOST_IP4, HOST_IP6, Topology, vf_ip4, vf_ip6)

VFS = 4
BYTES = {"afxdp": "4M", "tc": "32M"}
NEW_PF_MAC = "02:00:00:00:0f:99"
DEADLINE_S = 10
# name -> (client's station, server's station)
PATHS = {"container-container": (0, 1), "container-far": (0, "far"), "far-container": ("far", 1),
         "container-host": (0, "host"), "host-container": ("host", 1), "host-far": ("host", "far")}
# name -> (words of `set` for both VFs, how the far end is in it, whether the containers are too)
VLANS = {"802.1Q": (("vlan", 100, "qos", 3), "push_100", False),
         "802.1ad": (("vlan", 100, "proto", "802.1ad"), "push_service", False),
         "trunk": (("trunk", "add", "100"), "push_100", True)}


class Setup:
    """VFs 0 and 1 in containers with addresses, 2 and 3 in containers without."""

    def __init__(self, world, lane):
        self.world, self.lane = world, lane
        self.wire = Topology(world, queues=2)
        self.svf = Svf(world, self.wire.host, self.wire.pf, 2 if lane == "afxdp" else 1)
        self.svf.up("--lane", lane, vfs=VFS)
        for vf in range(VFS):
            self.wire.take_vf(vf, addresses=vf < 2)

    def namespace(self, station):
        """Where a station is."""
        return station if isinstance(station, str) else self.wire.vf_netns(station)

    @staticmethod
    def address(station, ipv6=False):
        """A station's address."""
        if isinstance(station, int):
            return vf_ip6(station) if ipv6 else vf_ip4(station)
        return {"far": (FAR_IP4, FAR_IP6), "host": (HOST_IP4, HOST_IP6)}[station][ipv6]

    def addresses_of(self, vf):
        """Global addresses of a VF's netdev."""
        links = self.world.json(["ip", "-j", "addr", "show", "dev", self.wire.vf_name(vf)],
                                self.wire.vf_netns(vf))
        return [a["local"] for a in links[0]["addr_info"] if a["scope"] == "global"]

    def close(self):
        """Everything away."""
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Both lanes."""
    made = Setup(world, request.param)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def no_bad_checksum(setup):
    """No namespace receives a segment with a bad checksum in any of these tests."""
    yield
    for ns in ("host", "far", *setup.wire.moved.values()):
        errors = {k: v for k, v in traffic.checksum_errors(setup.world, ns).items() if v}
        assert not errors, f"{ns}: {errors}"


@pytest.mark.parametrize("path", PATHS)
def test_ping(setup, path):
    client, server = PATHS[path]
    for ipv6 in (False, True):
        traffic.ping(setup.world, setup.namespace(client), setup.address(server, ipv6))


@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
@pytest.mark.parametrize("path", PATHS)
def test_tcp(setup, path, back):
    client, server = PATHS[path]
    words = ["-n", BYTES[setup.lane], *(["-R"] if back else [])]
    end = traffic.iperf(setup.world, setup.namespace(server), setup.namespace(client),
                        setup.address(server, ipv6=back), *words)
    assert end["sum_received"]["bytes"] > 0


@pytest.fixture(name="in_vlan", params=VLANS)
def in_vlan_fixture(setup, request):
    """VFs 0 and 1 and the far end in a VLAN."""
    words, program, too = VLANS[request.param]
    netdevs = [("far", setup.wire.wire)]
    netdevs += [(setup.wire.vf_netns(vf), setup.wire.vf_name(vf)) for vf in (0, 1) if too]
    for vf in (0, 1):
        setup.svf.set(vf, *words)
    for ns, netdev in netdevs:
        setup.world.shell(f"""tc qdisc add dev {netdev} clsact
            tc filter add dev {netdev} egress bpf da obj {paths.VLAN_PUSH} sec tc/{program}
            tc filter add dev {netdev} ingress bpf da obj {paths.VLAN_PUSH} sec tc/pop""", ns)
    yield
    for ns, netdev in netdevs:
        setup.world.run(["tc", "qdisc", "del", "dev", netdev, "clsact"], ns)
    for vf in (0, 1):
        setup.svf.set(vf, "vlan", 0)
        setup.svf.set(vf, "trunk", "rem", "1-4094")


@pytest.mark.usefixtures("in_vlan")
def test_tcp_in_vlans(setup):
    """Superframes whose tag the sorter pushes, or the container beside them."""
    for path in ("container-container", "container-far", "far-container"):
        client, server = PATHS[path]
        traffic.ping(setup.world, setup.namespace(client), setup.address(server))
        end = traffic.iperf(setup.world, setup.namespace(server), setup.namespace(client),
                            setup.address(server), "-n", BYTES[setup.lane])
        assert end["sum_received"]["bytes"] > 0, path


@pytest.mark.parametrize("path", PATHS)
def test_udp(setup, path):
    """Slower than any queue on the way: nothing may be lost."""
    client, server = PATHS[path]
    end = traffic.iperf(setup.world, setup.namespace(server), setup.namespace(client),
                        setup.address(server), "-u", "-b", "8M", "-n", "480000", "-l", "1200")
    assert end["sum"]["packets"] > 100 and end["sum"]["lost_packets"] == 0


@pytest.mark.parametrize("server", ["far", "host"])
def test_dhcp(setup, server):
    """busybox's client in a container, its server on the far host or on the PF."""
    world, vf = setup.world, 2
    netdev = {"far": setup.wire.wire, "host": setup.wire.pf}[server]
    world.shell(f"""
        cat > /run/udhcpd.conf <<END
start 10.77.200.10
end 10.77.200.20
interface {netdev}
lease_file /run/udhcpd.leases
pidfile /run/udhcpd.pid
option subnet 255.255.0.0
END
        : > /run/udhcpd.leases
        printf '#!/bin/sh\\n[ "$1" != bound ] || ip addr add $ip/16 dev $interface\\n' > /run/bound
        chmod +x /run/bound""")
    daemon = world.start(["busybox", "udhcpd", "-f", "/run/udhcpd.conf"], setup.namespace(server),
                         stderr=-2)  # to standard output
    assert "started" in daemon.stdout.readline()
    ns = setup.wire.vf_netns(vf)
    try:
        world.run(["busybox", "udhcpc", "-i", setup.wire.vf_name(vf), "-n", "-q", "-t", "5", "-T",
                   "1", "-s", "/run/bound"], ns)
    finally:
        world.shell("kill $(cat /run/udhcpd.pid)")
        daemon.communicate(timeout=10)
    got = setup.addresses_of(vf)
    world.ip(f"addr flush dev {setup.wire.vf_name(vf)} scope global", ns)
    assert [a for a in got if a.startswith("10.77.200.")]


@pytest.mark.parametrize("router", ["far", "host"])
def test_ipv6_autoconfiguration(setup, router):
    """A router advertisement to all nodes; the container makes itself an address of its prefix."""
    vf, number = 3, {"far": 1, "host": 2}[router]
    netdev = {"far": setup.wire.wire, "host": setup.wire.pf}[router]
    mac = {"far": setup.wire.far_mac, "host": setup.wire.pf_mac}[router]
    prefix = f"2001:db8:{number}::"
    advertisement = bytes(
        Ether(src=mac, dst="33:33:00:00:00:01") / IPv6(src="fe80::1", dst="ff02::1", hlim=255)
        / ICMPv6ND_RA(routerlifetime=0)
        / ICMPv6NDOptPrefixInfo(prefix=prefix, prefixlen=64, validlifetime=600, preferredlifetime=600))
    tools.send(setup.world, netdev, [advertisement], setup.namespace(router))
    wait.until(lambda: [a for a in setup.addresses_of(vf) if a.startswith(prefix[:-1])],
               f"an address under {prefix}", DEADLINE_S)


def reaches(setup, client, server):
    """Whether a ping comes back."""
    done = setup.world.run(["ping", "-q", "-n", "-c", "1", "-W", "1", setup.address(server)],
                           setup.namespace(client), check=False)
    return done.returncode == 0


def test_traffic_returns_after_the_pf_was_down(setup):
    for vf in (0, 1):
        setup.svf.set(vf, "state", "enable")
    setup.world.ip("link set pf0 down", setup.wire.host)
    assert not reaches(setup, 0, "far")
    traffic.ping(setup.world, setup.namespace(0), setup.address(1))  # VF to VF needs no wire
    for vf in (0, 1):
        setup.svf.set(vf, "state", "auto")
    wait.until(lambda: not reaches(setup, 0, 1), "without carrier as the PF", DEADLINE_S)
    setup.world.ip(f"link set pf0 up\naddr replace {HOST_IP6}/64 dev pf0 nodad", setup.wire.host)
    for client, server in PATHS.values():
        wait.until(lambda c=client, s=server: reaches(setup, c, s), f"{client} to {server}", DEADLINE_S)
    before = setup.svf.counters(VFS)
    traffic.ping(setup.world, setup.namespace(0), setup.address("far"))
    stats = setup.svf.counters(VFS).minus(before).stats[0, "rx"]
    assert stats["ring" if setup.lane == "afxdp" else "tc"] >= 3, "on the rings again"
    assert stats["no_agent"] == 0


def test_the_pfs_address_may_change(setup):
    old = setup.wire.pf_mac
    for mac in (NEW_PF_MAC, old):
        setup.world.ip(f"link set pf0 address {mac}", setup.wire.host)
        for ns in ("far", *setup.wire.moved.values()):
            setup.world.ip("neigh flush all", ns)
        for client, server in PATHS.values():
            wait.until(lambda c=client, s=server: reaches(setup, c, s),
                       f"{client} to {server} with {mac}", DEADLINE_S)
        assert setup.svf.show()["address"] == mac
        done = setup.svf.set(0, "mac", mac, check=False)
        assert done.returncode != 0, "the PF's address is refused for a VF"
