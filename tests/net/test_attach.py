# SPDX-License-Identifier: GPL-2.0-only
"""
`svf-loader attach` and `detach`: a VF to a network namespace and back, by whatever name the
namespace goes, all or nothing, and what `show` tells of who has it.
"""

import itertools
import json
import re
import threading

import pytest
from svfnet import paths, traffic, wait, world as worlds
from svfnet.product import EXIT_BUSY, EXIT_NOT_FOUND, EXIT_REFUSED, EXIT_USAGE, Svf
from svfnet.topology import FAR_IP4, FAR_IP6, PREFIX4, PREFIX6, Topology, vf_ip4, vf_ip6

VFS = 3
NET = "net1"


class Rig:
    """A PF with VFs, and one namespace "web" that somebody lives in."""

    def __init__(self, lane="tc", vfs=VFS):
        self.world = worlds.World()
        self.wire = Topology(self.world)
        self.svf = Svf(self.world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=vfs)
        self.world.add_netns("web")

    def attach(self, vf, netns, *words, check=True, **kwargs):
        """`svf-loader attach PF vf N --netns ...`"""
        return self.svf.command("attach", self.wire.pf, "vf", vf, "--netns", netns, *words,
                                check=check, **kwargs)

    def detach(self, vf, check=True):
        """`svf-loader detach PF vf N`"""
        return self.svf.command("detach", self.wire.pf, "vf", vf, check=check)

    def words(self, vf):
        """Addresses of both families and their routers."""
        return ["--address", f"{vf_ip4(vf)}/{PREFIX4}", "--address", f"{vf_ip6(vf)}/{PREFIX6}",
                "--gateway", FAR_IP4, "--gateway", FAR_IP6]

    def link(self, name, ns):
        """One netdev as ip tells it, None if it is not there."""
        links = self.world.json(["ip", "-d", "-j", "addr", "show"], ns)
        return next((link for link in links if link["ifname"] == name), None)

    def addresses(self, name, ns):
        """{"ADDRESS/PREFIX"} without link-local ones."""
        return {f"{a['local']}/{a['prefixlen']}" for a in self.link(name, ns)["addr_info"]
                if a["scope"] != "link"}

    def gateways(self, ns):
        """{router} of the default routes."""
        routes = [r for family in ("-4", "-6")
                  for r in self.world.json(["ip", "-j", family, "route", "show", "default"], ns)]
        return {r["gateway"] for r in routes}

    def assert_home(self, vf):
        """The netdev is in the PF's namespace under its own name, down, and as it was made."""
        link = self.link(self.wire.vf_name(vf), self.wire.host)
        assert link, "is not at home"
        shown = self.svf.vf(vf)
        assert "UP" not in link["flags"] and link["addr_info"] == []
        assert link["address"] == shown["address"] and link["mtu"] == shown["svf"]["mtu"]
        assert link["flags"].count("PROMISC") + link["flags"].count("NOARP") == 0
        assert (link["group"], link["txqlen"]) == ("default", 1000)
        assert re.fullmatch(rf"svf:.*:{vf}:\d+", link["ifalias"])
        assert (shown["svf"]["owner"], shown["svf"]["netns"]) == (None, None)

    def owner(self, vf):
        """What `show -j` calls the one who has it."""
        return self.svf.vf(vf)["svf"]["owner"]

    def sleeper(self, ns=""):
        """A process in a network namespace (a nameless one of its own without ns): its Popen and
        its pid in the world."""
        words = ["sh", "-c", "echo $$; exec sleep 600"]
        started = self.world.start(words if ns else ["unshare", "--net", *words], ns)
        return started, int(started.stdout.readline())

    def close(self):
        """All away."""
        self.world.close()


@pytest.fixture(name="rig")
def rig_fixture():
    """A rig of a test's own, lane tc."""
    made = Rig()
    yield made
    made.close()


def end(started):
    """Ends a process that sleeper() started."""
    started.kill()
    started.wait(10)
    started.stdin.close()
    started.stdout.close()


# --- attach ---

@pytest.mark.parametrize("lane", ["tc", "afxdp"])
def test_attach_is_all_it_takes(lane):
    """Moved, renamed, up, addresses and routes of both families, the VF's MAC and MTU: reached from
    the wire and reaching it at once; nothing is printed."""
    rig = Rig(lane)
    rig.svf.set(1, "mac", "02:00:00:00:0a:01", "mtu", "1400")
    done = rig.attach(1, "web", "--ifname", NET, *rig.words(1))
    traffic.ping(rig.world, rig.wire.far, vf_ip4(1), count=1)
    traffic.ping(rig.world, rig.wire.far, vf_ip6(1), count=1)
    traffic.ping(rig.world, "web", FAR_IP4)
    traffic.ping(rig.world, "web", FAR_IP6)
    link = rig.link(NET, "web")
    assert (done.stdout, done.stderr) == ("", "")
    assert (link["address"], link["mtu"], link["operstate"]) == ("02:00:00:00:0a:01", 1400, "UP")
    assert rig.addresses(NET, "web") == {f"{vf_ip4(1)}/{PREFIX4}", f"{vf_ip6(1)}/{PREFIX6}"}
    assert rig.gateways("web") == {FAR_IP4, FAR_IP6}
    rig.close()


def test_attach_gives_the_vfs_address_and_mtu_whatever_the_netdev_had(rig):
    mac = rig.svf.vf_mac(0)
    rig.world.ip("link set pf0v0 address 02:00:00:00:bb:bb mtu 900", rig.wire.host)
    rig.attach(0, "web")
    link = rig.link("pf0v0", "web")
    assert (link["address"], link["mtu"]) == (mac, 1500)


def test_attach_leaves_nothing_of_the_one_before(rig):
    """Who had it may have put it back without `detach`: with a macvlan that hears what it hears."""
    rig.world.ip("link set pf0v0 netns web", rig.wire.host)
    rig.world.ip("link add link pf0v0 name spy type macvlan\nlink set spy up\n"
                 "link set pf0v0 promisc on", "web")
    rig.world.ip("link set pf0v0 netns host", "web")
    rig.world.add_netns("next")
    rig.attach(0, "next", "--ifname", NET, *rig.words(0))
    assert not rig.link("spy", "web")
    assert "PROMISC" not in rig.link(NET, "next")["flags"]
    traffic.ping(rig.world, rig.wire.far, vf_ip4(0))


def test_attach_json_tells_what_was_done(rig):
    done = json.loads(rig.attach("any", "web", "--ifname", NET, "-j", *rig.words(0)).stdout)
    link = rig.link(NET, "web")
    assert done == [{
        "pf": "pf0", "vf": 0, "netns": "web", "netns_inode": rig.world.netns_inode("web"),
        "ifname": NET, "ifindex": link["ifindex"], "address": link["address"], "mtu": 1500,
        "addresses": [f"{vf_ip4(0)}/{PREFIX4}", f"{vf_ip6(0)}/{PREFIX6}"],
        "gateways": [FAR_IP4, FAR_IP6], "carrier": True, "announced": True}]


def test_attach_takes_name_pid_and_path(rig):
    started, pid = rig.sleeper()
    rig.attach(0, "web")
    rig.attach(1, pid)
    rig.attach(2, f"/proc/{pid}/ns/net", "--ifname", NET)
    there = rig.world.run(["nsenter", "-t", pid, "--net", "ip", "-o", "link"]).stdout
    end(started)
    assert rig.link("pf0v0", "web")
    assert "pf0v1@" in there and f"{NET}@" in there


def test_a_name_comes_before_a_pid(rig):
    """As in ip(8)."""
    rig.world.add_netns("1")
    rig.attach(0, "1")
    assert rig.link("pf0v0", "1")


def test_attach_where_the_number_is_taken(rig):
    """The netdev gets another ifindex there, and is configured all the same."""
    number = rig.link("pf0v0", rig.wire.host)["ifindex"]
    rig.world.ip(f"link add other index {number} type veth peer name more", "web")
    rig.attach(0, "web", "--ifname", NET, *rig.words(0))
    assert rig.link(NET, "web")["ifindex"] != number
    traffic.ping(rig.world, rig.wire.far, vf_ip4(0))


def test_attach_where_its_own_name_is_taken(rig):
    """It passes through no name but the one it gets."""
    rig.world.ip("link add pf0v0 type veth peer name more", "web")
    rig.attach(0, "web", "--ifname", NET, *rig.words(0))
    traffic.ping(rig.world, rig.wire.far, vf_ip4(0))


def test_attach_announces_every_address(rig):
    """The far host hears a gratuitous ARP and an unsolicited advertisement, in that VF's VLAN."""
    rig.svf.set(0, "vlan", "7")
    mac = rig.svf.vf_mac(0)
    dump = rig.world.start(["tcpdump", "-lnne", "--immediate-mode", "-i", rig.wire.wire, "ether",
                            "src", mac],
                           rig.wire.far, stderr=-2)
    while "listening on" not in dump.stdout.readline():
        pass
    rig.attach(0, "web", *rig.words(0))
    heard = []
    while len(heard) < 2:
        line = dump.stdout.readline()
        if f"Request who-has {vf_ip4(0)}" in line or f"tgt is {vf_ip6(0)}" in line:
            heard.append(line)
    end(dump)
    arp, na = sorted(heard, key=lambda line: "ARP" not in line)
    assert f"{mac} > ff:ff:ff:ff:ff:ff" in arp and "vlan 7" in arp
    assert f"Request who-has {vf_ip4(0)} tell {vf_ip4(0)}" in arp
    assert f"{mac} > 33:33:00:00:00:01" in na and "vlan 7" in na and "neighbor advertisement" in na
    assert f"{vf_ip6(0)} > ff02::1" in na


def test_the_far_host_learns_from_the_announcement(rig):
    """An address moves from one VF to another: the neighbour's old entry is mended, not asked for."""
    rig.attach(0, "web", "--ifname", NET, *rig.words(0))
    traffic.ping(rig.world, rig.wire.far, vf_ip4(0), count=1)
    traffic.ping(rig.world, rig.wire.far, vf_ip6(0), count=1)
    rig.world.del_netns("web")
    rig.world.add_netns("other")
    rig.attach(1, "other", *rig.words(0))

    def known():
        rows = rig.world.json(["ip", "-j", "neigh", "show", "dev", rig.wire.wire], rig.wire.far)
        return {r["dst"]: r.get("lladdr") for r in rows}
    mac = rig.svf.vf_mac(1)
    wait.until(lambda: known().get(vf_ip4(0)) == mac and known().get(vf_ip6(0)) == mac,
               "the new address", 3)


def test_it_is_announced_again_when_it_comes_up_again(rig):
    """arp_notify is on: the far host's wrong entry is mended without anybody asking."""
    rig.attach(0, "web", *rig.words(0))
    rig.world.ip("link set pf0v0 down", "web")
    rig.world.ip(f"neigh replace {vf_ip4(0)} lladdr 02:00:00:00:66:66 nud stale "
                 f"dev {rig.wire.wire}", rig.wire.far)
    rig.world.ip("link set pf0v0 up", "web")

    def known():
        return rig.world.json(["ip", "-j", "neigh", "show", vf_ip4(0)],
                              rig.wire.far)[0].get("lladdr")
    wait.until(lambda: known() == rig.svf.vf_mac(0), "the right address", 3)


def test_ipv6_is_on_for_who_asks_for_it(rig):
    """In a namespace where engines have switched it off."""
    rig.world.add_netns("dark", ipv6=False)
    rig.attach(0, "dark", *rig.words(0))
    traffic.ping(rig.world, rig.wire.far, vf_ip6(0))


def test_attach_without_a_link_is_told(rig):
    """As a card's VF it is handed over all the same."""
    rig.svf.set(0, "state", "disable")
    done = rig.attach(0, "web", "-j", *rig.words(0))
    told = json.loads(done.stdout)[0]
    assert done.stderr == ("svf-loader: pf0: vf 0: is attached, but has no link: `svf-loader -d show "
                           "pf0` tells its state and the PF's carrier\n")
    assert (told["carrier"], told["announced"]) == (False, False)
    assert rig.addresses("pf0v0", "web")
    rig.svf.set(0, "state", "enable")
    traffic.ping(rig.world, rig.wire.far, vf_ip4(0))


def test_attach_waits_for_the_link(rig):
    """The representor comes up while `attach` waits."""
    rig.world.ip("link set pf0r0 down", rig.wire.host)
    timer = threading.Timer(0.3, lambda: rig.world.ip("link set pf0r0 up", rig.wire.host))
    timer.start()
    done = rig.attach(0, "web", "-j", *rig.words(0))
    timer.join()
    assert json.loads(done.stdout)[0]["carrier"] and not done.stderr


# --- any ---

def test_any_takes_the_lowest_free_one(rig):
    """Not one that is elsewhere, nor one that the host uses; when there is none, it says so."""
    rig.world.ip("link set pf0v0 up", rig.wire.host)
    rig.world.ip("link set pf0v1 netns web", rig.wire.host)
    told = json.loads(rig.attach("any", "web", "-j").stdout)[0]
    none = rig.attach("any", "web", check=False)
    assert told["vf"] == 2
    assert none.returncode == EXIT_BUSY
    assert none.stderr == ("svf-loader: pf0: no VF is free: all are attached, or up here: "
                           "`svf-loader -d show pf0` tells who has them\n")
    rig.detach(1)
    assert json.loads(rig.attach("any", "web", "-j").stdout)[0]["vf"] == 1


def test_any_never_gives_one_vf_to_two():
    """Twelve at once, in namespaces of their own."""
    n = 12
    rig = Rig(vfs=n)
    names = [f"n{i}" for i in range(n)]
    for name in names:
        rig.world.add_netns(name)
    started = [rig.world.start([paths.LOADER, "-j", "attach", "pf0", "vf", "any", "--netns", name,
                                "--ifname",
                                NET, "--timeout", 60], rig.wire.host) for name in names]
    told = [json.loads(s.communicate(timeout=60)[0])[0] for s in started]
    assert sorted(t["vf"] for t in told) == list(range(n))
    for name, one in zip(names, told):
        assert rig.link(NET, name)["address"] == rig.svf.vf_mac(one["vf"])
        assert rig.owner(one["vf"]) == f"netns {name}"
    rig.close()


# --- refused ---

REFUSED = [
    (["--netns", "nowhere"], EXIT_REFUSED,
     "pf0: netns nowhere: no such name in /run/netns: `ip netns` lists "
     "them; a pid or a path will do too"),
    (["--netns", "4000000"], EXIT_REFUSED,
     "pf0: netns 4000000: no such process, and no such name in /run/netns"),
    (["--netns", "/nowhere"], EXIT_REFUSED,
     "pf0: netns /nowhere: cannot open /nowhere: No such file or directory"),
    (["--netns", "/proc/self/ns/mnt"], EXIT_REFUSED,
     "pf0: netns /proc/self/ns/mnt: /proc/self/ns/mnt is no network namespace"),
    (["--netns", "/etc/passwd"], EXIT_REFUSED,
     "pf0: netns /etc/passwd: /etc/passwd is no network namespace"),
    (["--netns", ".."], EXIT_REFUSED,
     "pf0: netns ..: no such name in /run/netns: `ip netns` lists them; a pid "
     "or a path will do too"),
    (["--netns", "host"], EXIT_REFUSED,
     "pf0: netns host: is the PF's own: a VF there is used as it is"),
    (["--netns", "web", "--ifname", "lo"], EXIT_REFUSED,
     "pf0: vf 0: netns web has a netdev lo already: give "
     "another name by --ifname"),
    (["--netns", "web", "--ifname", "a/b"], EXIT_USAGE,
     "attach: pf0: --ifname a/b: cannot be the name of a netdev"),
    (["--netns", "web", "--address", "10.77.1.300/16"], EXIT_USAGE,
     "attach: pf0: --address 10.77.1.300/16: must "
     "be an address with its prefix length, as 192.0.2.13/24 or 2001:db8::13/64"),
]


@pytest.mark.parametrize("words, code, text", REFUSED,
                         ids=lambda w: w[-1][:20] if isinstance(w, list) else "")
def test_refused_with_object_and_remedy(rig, words, code, text):
    """One line; and the netdev has not moved."""
    done = rig.svf.command("attach", "pf0", "vf", 0, *words, check=False)
    assert (done.returncode, done.stderr) == (code, f"svf-loader: {text}\n")
    rig.assert_home(0)


def test_no_such_vf_and_no_such_pf(rig):
    no_vf = rig.attach(VFS, "web", check=False)
    no_pf = rig.svf.command("attach", "pf7", "vf", 0, "--netns", "web", check=False)
    no_up = rig.svf.command("attach", "lo", "vf", "any", "--netns", "web", check=False)
    gone = rig.svf.command("detach", "pf7", "vf", 0, check=False)
    assert [d.returncode for d in (no_vf, no_pf, no_up, gone)] == [EXIT_NOT_FOUND] * 4
    assert no_vf.stderr == "svf-loader: pf0: vf 3: no such VF: `svf-loader show pf0` tells all\n"
    assert no_up.stderr == "svf-loader: lo: has no VFs: `svf-loader up lo --vfs N`\n"
    assert rig.world.shell("ls /run/svf").split() == [rig.svf.label], "left by a refused one"


def test_held_by_another_is_refused_and_says_by_whom(rig):
    started, pid = rig.sleeper()
    rig.attach(0, "web", "--ifname", NET)
    rig.attach(1, pid)
    first, second = rig.attach(0, "web", check=False), rig.attach(1, "web", check=False)
    end(started)
    assert (first.returncode, second.returncode) == (EXIT_BUSY, EXIT_BUSY)
    assert first.stderr == (f"svf-loader: pf0: vf 0: is held by netns web as {NET}: "
                            "`svf-loader detach pf0 vf 0` "
                            "brings it back\n")
    assert f"is held by pid {pid} (sleep) as pf0v1" in second.stderr
    assert rig.link(NET, "web")


# --- all or nothing ---

def break_route(rig):
    """A default route is there."""
    rig.world.ip("link add other type veth peer name more\nlink set other up\n"
                 "route add default dev other", "web")


def break_address(rig):
    """The kernel there takes no IPv6 address: the netdev's MTU is too small for it."""
    rig.svf.set(0, "mtu", "1000")


def break_name(rig):
    """Taken as an altname, which the check before the move sees, too."""
    rig.world.ip(f"link add other type veth peer name more\n"
                 f"link property add dev other altname {NET}", "web")


FAILURES = {
    "route": (break_route,
              "cannot route by 10.77.0.2: netns web has a default route already: leave --gateway "
              "out, or delete that one"),
    "address": (break_address, "cannot add address fd77::1:0/64: "),
    "name": (break_name, f"netns web has a netdev {NET} already: give another name by --ifname"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_leaves_nothing_there_and_the_vf_at_home(rig, name):
    cause, text = FAILURES[name]
    cause(rig)
    before = rig.world.run(["ip", "-d", "addr"], "web").stdout
    done = rig.attach(0, "web", "--ifname", NET, *rig.words(0), check=False)
    assert done.returncode == EXIT_REFUSED
    assert f"svf-loader: pf0: vf 0: {text}" in done.stderr and done.stderr.count("\n") == 1
    assert rig.world.run(["ip", "-d", "addr"], "web").stdout == before
    rig.assert_home(0)


def test_whatever_request_fails_it_is_home_again(rig):
    """Each netlink request and each frame of `attach`, one after the other, fails as if memory had run
    out."""
    failures = 0
    for call in itertools.count(1):
        done = rig.world.run(["strace", "-qq", "-o", "/run/trace", "-e", "trace=sendto", "-e",
                              f"inject=sendto:error=ENOMEM:when={call}", paths.LOADER, "attach",
                              "pf0", "vf", 0,
                              "--netns", "web", "--ifname", NET, *rig.words(0)], rig.wire.host,
                              check=False)
        if "INJECTED" not in rig.world.shell("cat /run/trace"):
            break
        if done.returncode == 0:
            assert rig.addresses(NET, "web") == {f"{vf_ip4(0)}/{PREFIX4}", f"{vf_ip6(0)}/{PREFIX6}"}
            rig.detach(0)
        else:
            failures += 1
            assert not rig.link(NET, "web"), done.stderr
            assert done.stderr.count("\n") == 1
        rig.assert_home(0)
    assert done.returncode == 0 and failures >= 12


def test_killed_at_any_request_it_can_be_brought_home(rig):
    """SIGKILL instead: `detach` mends it, from wherever it is."""
    for call in itertools.count(1):
        rig.world.run(["strace", "-qq", "-o", "/run/trace", "-e", "trace=sendto", "-e",
                       f"inject=sendto:signal=KILL:when={call}", paths.LOADER, "attach", "pf0",
                       "vf", 0,
                       "--netns", "web", "--ifname", NET, *rig.words(0)], rig.wire.host,
                       check=False)
        if "+++ killed" not in rig.world.shell("cat /run/trace"):
            break
        rig.detach(0)
        rig.assert_home(0)
        assert not rig.link(NET, "web")
    assert call > 12


# --- detach ---

def make_xdp_program(world, path):
    """One that passes everything, also frames of several buffers."""
    world.run(["clang", "-O2", "-target", "bpf", "-xc", "-c", "-o", path, "-"], stdin="""
        __attribute__((section("xdp.frags"), used)) int pass(void *ctx) { return 2; }
        char terms[] __attribute__((section("license"), used)) = "GPL";""")


@pytest.mark.parametrize("mode", ["xdpgeneric", "xdpdrv"])
def test_detach_undoes_what_a_tenant_did(rig, mode):
    """Name, address, MTU, promiscuity, queue, alias, group, addresses, routes, qdisc, XDP."""
    rig.svf.set(0, "mac", "02:00:00:00:0a:01", "mtu", "1400")
    rig.attach(0, "web", *rig.words(0))
    rig.world.ip("""link set pf0v0 down
        link set pf0v0 name evil
        link set evil address 02:00:00:00:66:66 mtu 900 txqueuelen 5 alias mine group 9
        link set evil promisc on arp off multicast off up
        addr add 10.99.0.1/24 dev evil
        route add 10.98.0.0/24 via 10.99.0.2""", "web")
    rig.world.run(["tc", "qdisc", "add", "dev", "evil", "clsact"], "web")
    make_xdp_program(rig.world, "/run/pass.o")
    rig.world.run(["ip", "link", "set", "evil", mode, "obj", "/run/pass.o", "sec", "xdp.frags"],
                  "web")
    assert "xdp" in rig.link("evil", "web")
    done = rig.detach(0)
    assert (done.stdout, done.stderr) == ("", "")
    assert [link["ifname"] for link in rig.world.json(["ip", "-j", "link"], "web")] == ["lo"]
    rig.assert_home(0)
    link = rig.link("pf0v0", rig.wire.host)
    assert (link["address"], link["mtu"]) == ("02:00:00:00:0a:01", 1400)
    assert "xdp" not in link and "MULTICAST" in link["flags"]
    qdiscs = rig.world.run(["tc", "qdisc", "show", "dev", "pf0v0"], rig.wire.host).stdout
    assert "clsact" not in qdiscs
    rig.attach(0, "web", "--ifname", NET, *rig.words(0))
    traffic.ping(rig.world, rig.wire.far, vf_ip4(0))


def test_detach_cuts_off_what_was_stacked_on_it(rig):
    """A macvlan of the tenant's stays behind when the netdev moves, and would hear the next tenant: it
    is deleted in the tenant's namespace, in one that it has hidden it in, and in one that nothing but
    a descriptor leads to."""
    rig.attach(0, "web", "--ifname", NET)
    for i in range(4):
        rig.world.ip(f"link add link {NET} name mv{i} type macvlan\nlink set mv{i} up", "web")
    started, pid = rig.sleeper()
    holder = rig.world.start(["unshare", "--net", "bash", "-c",
                              "exec 9< /proc/self/ns/net; echo $$; read; ip -o "
                              f"link; exec nsenter --net=/proc/1/ns/net sleep 600"])
    held = int(holder.stdout.readline())
    rig.world.ip(f"link set mv1 netns {pid}\nlink set mv2 netns {held}", "web")
    holder.stdin.write("\n")
    holder.stdin.flush()
    before = [holder.stdout.readline() for _ in range(2)]
    rig.detach(0)
    links = [rig.world.run(["ip", "-o", "link"], "web").stdout,
             rig.world.run(["nsenter", "-t", pid, "--net", "ip", "-o", "link"]).stdout,
             rig.world.run(["nsenter", f"--net=/proc/{held}/fd/9", "ip", "-o", "link"]).stdout]
    end(started)
    end(holder)
    assert "mv2" in before[1]
    assert all("mv" not in text for text in links), links
    rig.assert_home(0)


def test_detach_from_a_namespace_that_only_a_descriptor_keeps(rig):
    """No name, no process in it."""
    holder = rig.world.start(["unshare", "--net", "bash", "-c",
                              "exec 9< /proc/self/ns/net; echo $$; read; "
                              "exec nsenter --net=/proc/1/ns/net sh -c 'echo; exec sleep 600'"])
    held = int(holder.stdout.readline())
    rig.attach(0, held, "--ifname", NET)
    holder.stdin.write("\n")
    holder.stdin.flush()
    holder.stdout.readline()
    inode = rig.world.shell(f"stat -Lc %i /proc/{held}/fd/9").strip()
    owner = rig.owner(0)
    rig.detach(0)
    end(holder)
    assert owner == f"netns {inode}"
    rig.assert_home(0)


HOLD_XDP = """
import ctypes, sys
bpf = ctypes.CDLL("libbpf.so.1")
for name in ("bpf_object__open_file", "bpf_object__next_program", "bpf_program__attach_xdp"):
    getattr(bpf, name).restype = ctypes.c_void_p
obj = ctypes.c_void_p(bpf.bpf_object__open_file(b"/run/pass.o", None))
assert not bpf.bpf_object__load(obj)
program = ctypes.c_void_p(bpf.bpf_object__next_program(obj, None))
assert bpf.bpf_program__attach_xdp(program, int(sys.argv[1]))
print("attached", flush=True)
sys.stdin.read()
"""


def test_detach_tells_of_a_program_that_somebody_holds(rig):
    """By a BPF link, which only its holder can end: the VF is at home, down, and nobody gets it."""
    make_xdp_program(rig.world, "/run/pass.o")
    rig.attach(0, "web", "--ifname", NET)
    index = rig.link(NET, "web")["ifindex"]
    holder = rig.world.start(["python3", "-c", HOLD_XDP, index], "web")
    assert holder.stdout.readline() == "attached\n"
    first, again = rig.detach(0, check=False), rig.attach(0, "web", check=False)
    link = rig.link("pf0v0", rig.wire.host)
    end(holder)
    for done in (first, again):
        assert done.returncode != 0 and done.stderr.count("\n") == 1
        assert "pf0: vf 0: pf0v0: cannot take its last user's XDP program off: " in done.stderr
        assert "end what holds it (`bpftool link` tells), then again" in done.stderr
    assert "UP" not in link["flags"]
    wait.until(lambda: rig.detach(0, check=False).returncode == 0, "the program's end")
    rig.assert_home(0)


def test_detach_twice_is_success(rig):
    rig.attach(0, "web")
    rig.detach(0)
    again = rig.detach(0)
    assert (again.stdout, again.stderr) == ("", "")
    rig.assert_home(0)


def test_detach_leaves_alone_what_the_host_uses(rig):
    rig.world.ip("link set pf0v0 up\naddr add 10.78.0.1/24 dev pf0v0", rig.wire.host)
    rig.detach(0)
    assert "10.78.0.1/24" in rig.addresses("pf0v0", rig.wire.host)


def test_detach_mends_what_a_killed_one_left(rig):
    """At home and down, but not yet as it was."""
    rig.world.ip("link set pf0v0 name half\nlink set half address 02:00:00:00:66:66 mtu 900 promisc on",
                 rig.wire.host)
    rig.detach(0)
    rig.assert_home(0)


def test_detach_after_the_name_is_gone(rig):
    """A process keeps the namespace."""
    started, _ = rig.sleeper("web")
    rig.attach(0, "web", "--ifname", NET)
    rig.world.del_netns("web")
    rig.detach(0)
    end(started)
    rig.assert_home(0)


def test_detach_and_the_name_is_taken_at_home(rig):
    """Told, with what to do; nothing is lost."""
    rig.attach(0, "web", "--ifname", NET)
    rig.world.ip("link add pf0v0 type veth peer name more", rig.wire.host)
    done = rig.detach(0, check=False)
    assert done.returncode == EXIT_REFUSED
    assert done.stderr == ("svf-loader: pf0: vf 0: a netdev here is called pf0v0, which is its name: "
                           "rename that one first\n")
    assert rig.link(NET, "web") and rig.owner(0) == "netns web"
    rig.world.ip("link set pf0v0 name other", rig.wire.host)
    rig.detach(0)
    rig.assert_home(0)


def test_a_container_may_call_it_eth0_as_the_host_calls_the_pf(rig):
    """Names of one namespace do not hinder the way to the other."""
    rig.attach(0, "web", "--ifname", "pf0", *rig.words(0))
    traffic.ping(rig.world, rig.wire.far, vf_ip4(0))
    rig.detach(0)
    rig.assert_home(0)


def test_plain_ip_link_works_as_well(rig):
    rig.world.ip("link set pf0v0 netns web name eth0", rig.wire.host)
    rig.world.ip(f"link set eth0 up\naddr add {vf_ip4(0)}/{PREFIX4} dev eth0", "web")
    traffic.ping(rig.world, rig.wire.far, vf_ip4(0))
    assert rig.owner(0) == "netns web"
    assert rig.attach(0, "web", check=False).returncode == EXIT_BUSY
    rig.detach(0)
    rig.assert_home(0)


# --- who has it ---

def test_show_tells_the_owner_by_name(rig):
    """The netns's name and inode, what the netdev is called there, and what it has given itself."""
    rig.attach(0, "web", "--ifname", NET)
    rig.world.ip(f"link set {NET} address 02:00:00:00:66:66 mtu 900", "web")
    shown, inode = rig.svf.vf(0)["svf"], rig.world.netns_inode("web")
    text = rig.svf.command("-d", "show", "pf0").stdout
    assert (shown["netdev"], shown["netns"], shown["netns_inode"]) == (NET, "web", inode)
    assert (shown["owner"], shown["netdev_mtu"]) == ("netns web", 900)
    assert shown["netdev_address"] == "02:00:00:00:66:66" != rig.svf.vf_mac(0)
    assert (f"        owner netns web, inode {inode}, netdev has address 02:00:00:00:66:66 "
            "mtu 900\n") in text
    assert f"        netdev {NET} ifindex" in text


def test_show_tells_the_owner_by_process(rig):
    """Where the namespace has no name: the oldest process in it, pid and command."""
    started, pid = rig.sleeper()
    rig.attach(0, pid)
    shown = rig.svf.vf(0)["svf"]
    end(started)
    assert (shown["owner"], shown["owner_pid"], shown["netns"]) == (f"pid {pid} (sleep)", pid, None)
    assert shown["netns_inode"] > 0


def test_a_tenants_names_cannot_harm_the_terminal_or_the_json(rig):
    """It may call netdev and process what it likes: escape codes, no UTF-8."""
    rig.attach(0, "web", "--ifname", NET)
    rig.world.run(["python3", "-c", f"""
import fcntl, socket, struct
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sH14x", b"{NET}", 0))
fcntl.ioctl(s, 0x8923, struct.pack("16s16s", b"{NET}", b"\\x1b[31m\\xff"))"""], "web")
    text = rig.svf.command("-d", "show", "pf0").stdout
    assert rig.svf.vf(0)["svf"]["netdev"] == "?[31m?"
    assert "netdev ?[31m? " in text and "\x1b" not in text
    held = rig.attach(0, "web", check=False)
    assert "as ?[31m?:" in held.stderr and "\x1b" not in held.stderr
    rig.detach(0)
    rig.assert_home(0)


# --- the command line ---

COMPLETE = """source {script}
COMP_WORDS=(svf-loader {words} "")
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_svf_loader
echo "${{COMPREPLY[@]}}" """


@pytest.mark.parametrize("words, offered", [
    ("attach", {"pf0"}), ("attach pf0", {"vf"}), ("attach pf0 vf", {"any", "0", "1", "2"}),
    ("detach pf0 vf", {"0", "1", "2"}), ("attach pf0 vf 0 --netns", {"host", "far", "web"})],
    ids=lambda v: v if isinstance(v, str) else "")
def test_completion_offers_what_is_there(rig, words, offered):
    script = COMPLETE.format(script=paths.TREE / "scripts/completion/svf-loader.bash", words=words)
    told = rig.world.run(["bash", "-c", script], rig.wire.host).stdout
    assert set(told.split()) == offered


def test_the_manuals_example_works(rig):
    """Its lines for attach and detach, with this machine's names."""
    text = (paths.TREE / "docs/man/svf-loader.8").read_text().replace("\\-", "-")
    example = text.split(".SH EXAMPLES")[1].split(".EE")[0]
    lines = re.findall(r"^    (svf-loader (?:at|de)tach .*)$", example, re.M)
    assert len(lines) == 3
    started, pid = rig.sleeper()
    for line in lines:
        line = line.replace("svf-loader", str(paths.LOADER)).replace("eth0", "pf0")
        line = line.replace("4711", str(pid))
        rig.world.shell(line, rig.wire.host)
    assert [rig.owner(vf) for vf in range(2)] == [None, f"pid {pid} (sleep)"]
    end(started)


# --- safely ---

def test_attach_enters_the_network_namespace_only(rig):
    """By strace: no setns() but for the network, no execve() but svf-loader's own, no file of the
    container's opened (its root is other than ours)."""
    started, pid = rig.sleeper()
    rig.world.run(["strace", "-f", "-qq", "-o", "/run/trace", "-e",
                   "trace=setns,execve,open,openat,chroot,mount,fork,vfork,clone", paths.LOADER,
                   "attach", "pf0",
                   "vf", 0, "--netns", pid, *rig.words(0)], rig.wire.host)
    end(started)
    trace = rig.world.shell("cat /run/trace")
    assert set(re.findall(r"setns\(\d+, (\w+)\)", trace)) == {"CLONE_NEWNET"}
    assert len(re.findall(r"setns\(", trace)) == len(re.findall(r"CLONE_NEWNET\) += 0", trace))
    assert trace.count("execve(") == 1
    assert not re.search(r"(chroot|mount|fork)\(|/proc/\d+/(root|cwd|exe)", trace)
    opened = set(re.findall(r'open(?:at)?\([^"]*"([^"]+)"', trace))
    where = ("/proc", "/sys/", "/lib", "/usr/lib", "/etc/ld.so", "/run/svf/", "/run/netns/",
             "/dev/null",
             "/dev/urandom")
    assert not [path for path in opened if not path.startswith(where)]


def test_the_private_world_is_as_before(wire, svf, unchanged):
    """`down` takes home what is attached, as ever: nothing is left in either namespace."""
    svf.up("--lane", "tc", vfs=2)
    wire.world.add_netns("web")
    svf.command("attach", "pf0", "vf", "any", "--netns", "web", "--address", "10.77.1.1/16")
    svf.down()
    left = wire.world.json(["ip", "-j", "link"], "web")
    wire.world.del_netns("web")
    assert [link["ifname"] for link in left] == ["lo"]
