# SPDX-License-Identifier: GPL-2.0-only
"""
A wire: PF `pf0` in namespace "host", its far end `wire0` in namespace "far". Both are veth ends,
so the far end must not hide tags or checksums from XDP: tx, txvlan and the S-tag twin are off
there (and only there).
"""

from . import paths, wait

FAR_MAC = "02:00:00:00:fa:01"
PF_MAC = "02:00:00:00:0f:01"
HOST_IP4, FAR_IP4, HOST_IP6, FAR_IP6 = "10.77.0.1", "10.77.0.2", "fd77::1", "fd77::2"
PREFIX4, PREFIX6 = 16, 64


def vf_ip4(vf):
    """Address a test gives to VF vf."""
    return f"10.77.{1 + vf // 250}.{1 + vf % 250}"


def vf_ip6(vf):
    """IPv6 address a test gives to VF vf."""
    return f"fd77::1:{vf:x}"


class Topology:
    """Host, far host and the wire between them."""

    def __init__(self, world, queues=1, addresses=True, ipv6=True, dad=False, suffix=""):
        self.world, self.queues, self.ipv6, self.dad = world, queues, ipv6, dad
        self.host, self.far = f"host{suffix}", f"far{suffix}"
        self.pf, self.wire = "pf0", "wire0"
        self.moved = {}  # VF netdev -> its namespace
        for ns in (self.host, self.far):
            world.add_netns(ns, ipv6, dad)
        self.make_wire()
        if addresses:
            self.add_addresses(self.host, self.pf, HOST_IP4, HOST_IP6)
            self.add_addresses(self.far, self.wire, FAR_IP4, FAR_IP6)
        if ipv6 and not dad:
            self.wait_for_link_local()
        self.far_mac = world.link(self.wire, self.far)["address"]

    def make_wire(self):
        """The veth pair, up."""
        n = self.queues
        self.world.ip(
            f"link add {self.pf} netns {self.host} address {PF_MAC} numrxqueues {n} numtxqueues {n} "
            f"type veth peer name {self.wire} netns {self.far} address {FAR_MAC} "
            f"numrxqueues {n} numtxqueues {n}")
        self.world.run(["ethtool", "-K", self.wire, "tx", "off", "tx-vlan-hw-insert", "off",
                        "tx-vlan-stag-hw-insert", "off"], self.far)
        self.world.ip(f"link set {self.pf} up", self.host)
        self.world.ip(f"link set {self.wire} up", self.far)

    def wait_for_link_local(self):
        """The kernel makes them some time after a netdev came up, and snapshots see it."""
        words = ["ip", "-j", "addr", "show", "scope", "link", "-tentative", "dev"]

        def there():
            return all(any(link.get("addr_info") for link in self.world.json([*words, netdev], ns))
                       for ns, netdev in ((self.host, self.pf), (self.far, self.wire)))
        wait.until(there, "link-local addresses")

    @property
    def pf_mac(self):
        """The PF's present address."""
        return self.world.link(self.pf, self.host)["address"]

    def add_addresses(self, ns, netdev, ip4, ip6):
        """Gives a netdev an IPv4 and an IPv6 address, usable at once."""
        lines = [f"addr add {ip4}/{PREFIX4} dev {netdev}"]
        if self.ipv6:
            lines.append(f"addr add {ip6}/{PREFIX6} dev {netdev} nodad")
        self.world.ip("\n".join(lines), ns)

    def vf_name(self, vf):
        """Name of a VF's netdev."""
        return f"{self.pf}v{vf}"

    def take_vf(self, vf, addresses=True):
        """Moves a VF's netdev into a fresh namespace, as a container does; the namespace's name."""
        ns, name = f"c{vf}", self.vf_name(vf)
        if self.host != "host":
            ns += self.host
        self.world.add_netns(ns, self.ipv6, self.dad)
        self.world.ip(f"link set {name} netns {ns}", self.host)
        self.world.ip(f"link set {name} up", ns)
        if addresses:
            self.add_addresses(ns, name, vf_ip4(vf), vf_ip6(vf))
        self.moved[name] = ns
        return ns

    def vf_netns(self, vf):
        """The namespace a VF's netdev is in."""
        return self.moved.get(self.vf_name(vf), self.host)

    def reflect(self):
        """Makes the far end a switch in reflective relay, see tests/tools/reflect.bpf.c."""
        self.world.shell(f"""tc qdisc add dev {self.wire} clsact
            tc filter add dev {self.wire} ingress bpf da obj {paths.REFLECT} sec tc/reflect""",
                         self.far)

    def no_reflect(self):
        """A plain far end again."""
        self.world.run(["tc", "qdisc", "del", "dev", self.wire, "clsact"], self.far)

    def join(self, vf, *groups):
        """Joins groups on a VF's netdev, as drivers and `ip maddr` do, without a protocol. (One ip
        each: `maddr add` ends it, also in the middle of a batch.)"""
        name, ns = self.vf_name(vf), self.vf_netns(vf)
        self.world.shell("\n".join(f"ip maddr add {g} dev {name}" for g in groups), ns)
        assert set(groups) <= self.groups(vf)

    def groups(self, vf):
        """The groups that a VF's netdev has joined, by the kernel's list."""
        rows = [line.split() for line in
                self.world.shell("cat /proc/net/dev_mcast", self.vf_netns(vf)).splitlines()]
        return {bytes.fromhex(row[4]).hex(":") for row in rows if row[1] == self.vf_name(vf)}

    def close(self):
        """Deletes the namespaces and all in them."""
        for ns in [*self.moved.values(), self.host, self.far]:
            self.world.run(["ip", "netns", "del", ns], check=False)
        self.moved.clear()
