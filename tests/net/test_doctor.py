# SPDX-License-Identifier: GPL-2.0-only
"""
`doctor`: what goes wrong is provoked, told, and mended by the command that is printed. The fifteen
foot-guns that users of SR-IOV, XDP and AF_XDP run into are test_foot_gun_1 to 15; those that need
hardware (11, 13, 14) are provoked on a made-up driver in tests/unit/test_doctor.c.
"""

import json
import re

import pytest

from svfnet import inject, paths, snapshot, traffic, wait
from svfnet.product import EXIT_BUSY, EXIT_REFUSED, Svf
from svfnet.topology import FAR_IP4, HOST_IP4, Topology

EXIT_OK, EXIT_WARNINGS, EXIT_FAILURES = 0, 6, 7
EXITS = {"warn": EXIT_WARNINGS, "fail": EXIT_FAILURES}
FOREIGN_XDP = """
    cat > /run/foreign.c <<'END'
    #include <linux/bpf.h>
    __attribute__((section("xdp"), used)) int foreign_xdp(struct xdp_md *ctx) { return XDP_PASS; }
END
    clang -O2 -g -target bpf -idirafter /usr/include/x86_64-linux-gnu -c /run/foreign.c \
        -o /run/foreign.o
    """

# What libbpf's bpf_program__attach_xdp() and bpf_link__pin() do: bpf(2) by its number on x86-64.
ATTACH_BY_LINK = """
import ctypes, socket, struct
def bpf(command, *fields):
    attr = b"".join(struct.pack("Q" if isinstance(f, float) else "I", int(f)) for f in fields)
    fd = ctypes.CDLL(None, use_errno=True).syscall(321, command, attr + bytes(64), len(attr))
    assert fd >= 0, (command, ctypes.get_errno())
    return fd
paths = [ctypes.create_string_buffer(b"/sys/fs/bpf/" + name) for name in (b"foreign", b"held")]
where = [float(ctypes.addressof(path)) for path in paths]
program = bpf(7, where[0], 0, 0)  # BPF_OBJ_GET
link = bpf(28, program, socket.if_nametoindex("pf0"), 37, 0)  # BPF_LINK_CREATE, BPF_XDP
bpf(6, where[1], link, 0)  # BPF_OBJ_PIN
"""


def doctor(svf, *words):
    """(exit code, {check: its findings}) of `svf-loader -j doctor`."""
    done = svf.command("-j", "doctor", *words, check=False)
    assert not done.stderr
    findings = {}
    for row in json.loads(done.stdout):
        findings.setdefault(row["check"], []).append(row)
    return done.returncode, findings


def bad(svf, *words):
    """What is not in order: [(check, status, object, finding)], the exit code checked."""
    code, findings = doctor(svf, *words)
    rows = [row for rows in findings.values() for row in rows if row["status"] in EXITS]
    assert code == max([EXITS[row["status"]] for row in rows], default=EXIT_OK)
    return rows


def mend(svf, row):
    """Runs the command that doctor printed, as a person would."""
    assert row["remedy"], row
    svf.world.shell(f"PATH={paths.BUILD}:$PATH; cd {paths.TREE}; {row['remedy']}", svf.ns)


def one(svf, check, status, *words):
    """The one finding that is not in order; it has these words."""
    rows = bad(svf, svf.pf)
    assert [(r["check"], r["status"]) for r in rows] == [(check, status)], rows
    assert not [w for w in words if w not in rows[0]["finding"]], rows[0]
    return rows[0]


def told_and_mended(svf, check, status, *words):
    """doctor tells this one thing, and its command ends it."""
    mend(svf, one(svf, check, status, *words))
    assert bad(svf, svf.pf) == []


def test_a_pf_in_order_passes_every_check(wire, svf):
    for lane in ("afxdp", "tc"):
        svf.up("--lane", lane)
        wire.take_vf(0)
        code, findings = doctor(svf)
        assert code == EXIT_OK
        assert {row["status"] for rows in findings.values() for row in rows} <= {"pass", "skip"}
        wire.world.del_netns("c0")
        svf.down()


def test_text_is_aligned_and_names_the_command(wire, svf):
    wire.world.run(["ip", "link", "set", "pf0", "mtu", 3600], wire.host)
    done = svf.command("doctor", "pf0", check=False)
    assert done.returncode == EXIT_FAILURES and not done.stderr
    lines = done.stdout.splitlines()
    column = lines[0].index("Linux")
    assert all(line[column - 1] == " " and line[column] != " " for line in lines[:-1])
    at = next(i for i, line in enumerate(lines) if re.match(r"fail  mtu +pf0: MTU 3600", line))
    assert lines[at + 1].split() == "mend: ip link set dev pf0 mtu 3500".split()
    assert re.fullmatch(r"\d+ passed, \d+ skipped, 0 warnings, 1 failures", lines[-1])


def damaged_screen(wire, svf):
    """What docs/screens-doctor.txt shows: a PF that is up, and three things that are wrong."""
    svf.up()
    ns = wire.take_vf(0)
    wire.world.run(["ethtool", "-K", "pf0", "rxvlan", "on"], wire.host)
    wire.world.run(["ip", "link", "set", "pf0", "allmulticast", "off"], wire.host)
    wire.world.run(["ip", "link", "set", "pf0v0", "address", "02:00:00:00:00:99"], ns)
    text = svf.command("doctor", check=False).stdout
    return re.sub("(?<=not )" + svf.vf_mac(0) + "|(?<=address )" + svf.vf_mac(0),
                  "02:00:00:00:00:10", text)


def test_the_screen_in_the_documents_is_what_is_printed(wire, svf):
    def without_numbers(text):
        return re.sub(r"pid \d+|Linux [\d.]+|ABI version \d+|program [\d.]+", "_", text)
    wanted = (paths.TREE / "docs/screens-doctor.txt").read_text()
    shown = "# svf-loader doctor\n" + damaged_screen(wire, svf)
    assert without_numbers(shown) == without_numbers(wanted)
    svf.down()


def test_doctor_changes_nothing(wire, svf):
    for _ in range(2):
        before = snapshot.take(wire.world, wire.host, wire.far)
        doctor(svf, "pf0")
        snapshot.assert_same(before, snapshot.take(wire.world, wire.host, wire.far), "doctor")
        svf.up()
    svf.down()


def test_a_netdev_that_is_not_there(svf):
    done = svf.command("doctor", "nope0", check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "svf-loader: nope0: no such netdev\n"


# check, status, where it is provoked ("host", "far", "c0": VF 0's container), how, words of it
DAMAGES = {
    "unicast filter": ("filters", "warn", "host", "bridge fdb del {mac} dev pf0 self", "{mac}"),
    "rxvlan": ("offloads", "fail", "host", "ethtool -K pf0 rxvlan on", "rx-vlan-hw-parse"),
    "rx S-tags": ("offloads", "fail", "host", "ethtool -K pf0 rx-vlan-stag-hw-parse on",
                  "rx-vlan-stag-hw-parse"),
    "far tx": ("far_end", "warn", "far", "ethtool -K wire0 tx on", "wire0"),
    "far txvlan": ("far_end", "fail", "far", "ethtool -K wire0 txvlan on", "wire0"),
    "mtu": ("mtu", "warn", "host", "ip link set pf0 mtu 1800", "1770"),
    "allmulti": ("allmulti", "warn", "host", "ip link set pf0 allmulticast off", "IPv6"),
    "bpf in front": ("tc_order", "warn", "host", "tc filter add dev pf0 egress pref 1 handle 7 "
                     "bpf da obj {reflect} sec tc/reflect", "egress"),
    "no ingress filter": ("hooks", "fail", "host", "tc filter del dev pf0 ingress", "svf_wire_tc"),
    "no XDP link": ("hooks", "fail", "host", "rm {pins}/links/svf_wire", "svf_wire"),
    "daemon killed": ("daemon", "fail", "host", "kill -9 $(cat {run}/daemon.pid)", "daemon"),
    "other abi": ("abi", "fail", "host", "sed -i 's/\"abi\": [0-9]*/\"abi\": 99/' {run}/state.json",
                  "99"),
    "incomplete": ("state", "fail", "host",
                   "sed -i 's/\"complete\": true/\"complete\": false/' {run}/state.json", "killed"),
    "tenant's mac": ("vf_mac", "warn", "c0", "ip link set pf0v0 address 02:00:00:00:00:99",
                     "02:00:00:00:00:99"),
    "tenant's mtu": ("vf_mtu", "warn", "c0", "ip link set pf0v0 mtu 1600", "1600"),
    "tenant's down": ("vf_down", "warn", "c0", "ip link set pf0v0 down", "pf0v0"),
    "tenant's qdisc": ("vf_qdisc", "warn", "c0", "tc qdisc add dev pf0v0 root pfifo", "pfifo"),
    "tenant's tx off": ("vf_offloads", "warn", "c0", "ethtool -K pf0v0 tx off", "tx off"),
    "tenant's tso off": ("vf_offloads", "warn", "c0", "ethtool -K pf0v0 tso off", "TSO"),
    # a daemon that is awake makes it anew
    "netdev deleted": ("vf_netdev", "fail", "host",
                       "kill -STOP $(cat {run}/daemon.pid); ip link del pf0r1", "netdev"),
    "no tbf": ("vf_rates", "fail", "host", "tc qdisc del dev pf0r0 root", "tbf"),
    "no htb": ("vf_rates", "fail", "host", "tc qdisc del dev pf0s0 root", "htb"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_told_and_mended(wire, svf, name):
    check, status, where, how, word = DAMAGES[name]
    svf.up()
    wire.take_vf(0)
    if check == "vf_rates":
        svf.set(0, "max_rx_rate" if "tbf" in name else "max_tx_rate", 100)
    names = {"mac": svf.vf_mac(1), "pins": svf.pins, "run": svf.run_dir, "reflect": paths.REFLECT}
    wire.world.shell(how.format(**names), {"host": wire.host, "far": wire.far}.get(where, where))
    row = one(svf, check, status, word.format(**names))
    assert row["object"] == ("pf0" if not check.startswith("vf_") else
                             "pf0 vf 1" if check == "vf_netdev" else "pf0 vf 0")
    mend(svf, row)
    if name == "incomplete":
        svf.up()
    assert bad(svf, "pf0") == []
    svf.down()


@pytest.mark.parametrize("name", ["x;reboot;", "$(id)", "\x1b[2J", b"a\xff"])
def test_no_name_of_a_tenants_gets_into_a_command(wire, svf, name):
    """What doctor prints is for pasting into a root shell."""
    svf.up()
    ns = wire.take_vf(0)
    wire.world.run(["ip", "link", "set", "pf0v0", "down"], ns)
    wire.world.run(["ip", "link", "set", "pf0v0", "name", name, "mtu", "1400"], ns)
    told = [row for row in bad(svf, "pf0") if row["check"] in ("vf_mtu", "vf_down")]
    assert len(told) == 2
    for row in told:
        assert row["remedy"] == "svf-loader detach pf0 vf 0"
        assert row["finding"].isprintable() and row["finding"].isascii()
    svf.command("detach", "pf0", "vf", 0)
    svf.down()


def test_no_alias_gets_into_a_command(wire, svf):
    """A netdev that a tenant gave an alias, and that came home."""
    wire.world.run(["ip", "link", "add", "odd0", "alias", "svf:x /etc;id #:0:1", "type", "veth",
                    "peer", "name", "odd1"], wire.host)
    rows = doctor(svf)[1]["leftovers"]
    assert not [row for row in rows if "etc" in row["finding"] or row.get("remedy")]
    wire.world.run(["ip", "link", "del", "odd0"], wire.host)


def test_a_filter_that_had_the_first_place_before_up(wire, svf):
    """Another classifier's priority cannot be shared: it stays in front."""
    wire.world.shell("""tc qdisc add dev pf0 clsact
        tc filter add dev pf0 ingress pref 1 protocol ip u32 match u32 0 0 flowid 1:1""",
                     wire.host)
    svf.up()
    told_and_mended(svf, "tc_order", "warn", "ingress", "u32", "pref 1")
    svf.down()


# --- the foot-guns ---

def test_foot_gun_1_a_nic_filters_unicast(wire, svf):
    """`up` adds filters and says so; one that is missing is told (DAMAGES). Promiscuity is the
    fallback: tests/unit/test_settings.c."""
    assert "2 unicast filters" in svf.up().stdout
    known = wire.world.shell("bridge fdb show dev pf0", wire.host)
    assert all(svf.vf_mac(vf) in known for vf in (0, 1))
    svf.down()


def test_foot_gun_2_vlan_tags_hidden(wire, svf):
    """`up` switches stripping off and says so; switched on again it is a failure (DAMAGES)."""
    done = svf.up()
    assert "rx-vlan-hw-parse off" in done.stdout and "rx-vlan-stag-hw-parse off" in done.stdout
    svf.down()


def test_foot_gun_3_partial_checksums(wire, svf):
    """A container's own are finished on the way: TCP passes with all its offloads on. Those of a
    veth PF's far end are told (DAMAGES), by `up` too."""
    svf.up()
    ns = wire.take_vf(0)
    features = wire.world.shell("ethtool -k pf0v0", ns)
    assert "tx-checksum-ip-generic: on" in features and "tcp-segmentation-offload: on" in features
    before = traffic.checksum_errors(wire.world, wire.far)
    assert traffic.iperf(wire.world, wire.far, ns, FAR_IP4, "-n", "2M")["sum_received"]["bytes"]
    assert traffic.checksum_errors(wire.world, wire.far) == before
    svf.down()
    wire.world.run(["ethtool", "-K", "wire0", "tx", "on"], wire.far)
    assert "wire0 must finish checksums (tx off there)" in svf.up(vfs=1).stdout
    svf.down()


def test_foot_gun_4_queues_without_a_socket(world):
    wire = Topology(world, queues=2, suffix="g4")
    svf = Svf(world, wire.host, wire.pf, queues=2)
    assert "queues from 1 on have no ring" in svf.up("--queues", "1").stdout
    told_and_mended(svf, "queues", "warn", "queues from 1 on")
    assert svf.show()["svf"]["queues"] == 2
    svf.down()
    wire.close()


def test_foot_gun_5_gro_off_drops_nothing(wire, svf):
    """XDP_REDIRECT into a veth needs GRO or XDP at its other end. Frames leave rings by a tap and tc:
    with GRO off they arrive, by the ring, and doctor has nothing to tell."""
    svf.up()
    ns = wire.take_vf(0)
    wire.world.run(["ethtool", "-K", "pf0v0", "gro", "off"], ns)
    traffic.ping(wire.world, wire.far, "10.77.1.1", 5)
    assert svf.counters(1).stats[0, "rx"]["ring"] >= 5
    assert bad(svf, "pf0") == []
    svf.down()


def test_foot_gun_6_the_host_keeps_its_network(wire, svf):
    """Throughout `up` and `down`: test_claims.py, under load. Here: while it is up, and no check of
    doctor's disturbs it."""
    svf.up()
    traffic.ping(wire.world, wire.far, HOST_IP4, 5)
    doctor(svf, "pf0")
    traffic.ping(wire.world, wire.host, FAR_IP4, 5)
    svf.down()


@pytest.mark.parametrize("how", ["xdpdrv", "xdpgeneric", "link"])
def test_foot_gun_7_another_xdp_program(wire, svf, how):
    """Named, and taken off in the way it was attached."""
    if how == "link":
        wire.world.shell(FOREIGN_XDP + "bpftool prog load /run/foreign.o /sys/fs/bpf/foreign")
        wire.world.run(["/usr/bin/python3", "-c", ATTACH_BY_LINK], wire.host)
    else:
        wire.world.shell(FOREIGN_XDP + f"ip link set pf0 {how} obj /run/foreign.o sec xdp",
                         wire.host)
    done = svf.up(check=False)
    assert done.returncode == EXIT_BUSY and "foreign_xdp" in done.stderr
    told_and_mended(svf, "xdp", "fail", "foreign_xdp", "--lane tc")
    svf.up()
    svf.down()
    assert bad(svf, "pf0") == []


def test_foot_gun_7_an_xdp_program_of_ours_that_is_on_no_record(wire, svf):
    svf.up()
    pids = wire.world.shell(f"cat {svf.run_dir}/daemon.pid {svf.run_dir}/agent.pid").split()
    wire.world.shell(f"kill -9 {' '.join(pids)}; rm -r {svf.run_dir}")
    rows = [r for r in bad(svf, "pf0") if r["check"] == "xdp"]
    assert "svf_wire that is on no record" in rows[0]["finding"]
    mend(svf, rows[0])
    assert not [r for r in bad(svf, "pf0") if r["check"] in ("xdp", "leftovers")]


PRIVILEGES = {  # what is taken away -> (check, what is told, what gives it back)
    "net_raw": ("privileges", "CAP_NET_RAW", ""),
    "ipc_lock,-sys_resource": ("memory", "CAP_IPC_LOCK is missing", "ulimit -l unlimited"),
}


@pytest.mark.parametrize("dropped", PRIVILEGES)
def test_foot_gun_8_memlock_and_capabilities(wire, svf, dropped):
    """The capability is named, by `up` before anything is changed."""
    check, words, remedy = PRIVILEGES[dropped]
    less = ["prlimit", "--memlock=65536:65536", "setpriv", f"--bounding-set=-{dropped}", "--"]
    before = snapshot.take(wire.world, wire.host, wire.far)
    done = wire.world.run([*less, paths.LOADER, "up", "pf0", "--vfs", 2], wire.host, check=False)
    assert done.returncode == EXIT_REFUSED and words in done.stderr
    assert done.stderr.count("\n") == 1
    snapshot.assert_same(before, snapshot.take(wire.world, wire.host, wire.far), "refused up")
    done = wire.world.run([*less, paths.LOADER, "-j", "doctor", "pf0"], wire.host, check=False)
    assert done.returncode == EXIT_FAILURES
    row = next(r for r in json.loads(done.stdout) if r["status"] == "fail")
    assert row["check"] == check and words in row["finding"] and remedy in row["remedy"]


def test_foot_gun_8_a_limit_that_may_be_raised_is_raised(wire, svf):
    """Without CAP_IPC_LOCK; the PF daemon, and by it the agent, inherits it. (In lane tc, since the
    hard limit of the machine may be too low for rings.)"""
    less = ["prlimit", "--memlock=65536:", "setpriv", "--bounding-set=-ipc_lock", "--"]
    wire.world.run([*less, paths.LOADER, "up", "pf0", "--vfs", 2, "--lane", "tc"], wire.host)
    limits = wire.world.shell(f"cat /proc/$(cat {svf.run_dir}/daemon.pid)/limits")
    soft, hard = re.search(r"Max locked memory +(\w+) +(\w+)", limits).groups()
    assert soft == hard != "65536"
    svf.down()


def test_foot_gun_9_zero_copy_that_the_driver_lacks(wire, svf):
    """Told by `up`, and by doctor; veth is such a driver."""
    assert "zero copy off (the driver has none)" in svf.up("--zero-copy").stdout
    told_and_mended(svf, "zero_copy", "warn", "driver veth has none")
    svf.down()


def test_foot_gun_10_mtu_too_large(wire, svf):
    wire.world.run(["ip", "link", "set", "pf0", "mtu", 9000], wire.host)
    done = svf.up(check=False)
    assert done.returncode == EXIT_REFUSED and "maximum is 3500" in done.stderr
    told_and_mended(svf, "mtu", "fail", "9000", "3500", "--lane tc")
    svf.up()
    svf.down()


def test_foot_gun_11_a_link_that_flaps(wire, svf):
    """veth's does not, and nothing is told; drivers that do: tests/unit/test_doctor.c."""
    flaps = "cat /sys/class/net/pf0/carrier_changes"
    wire.world.run(["mount", "-t", "sysfs", "sysfs", "/mnt"], wire.host)
    before = wire.world.shell(flaps.replace("/sys", "/mnt"), wire.host)
    svf.up()
    assert wire.world.shell(flaps.replace("/sys", "/mnt"), wire.host) == before
    svf.down()


def test_foot_gun_12_network_managers(wire, svf):
    """The rule is missing while one runs: told, and `make install` mends it (into a /usr/local of
    this world's own)."""
    world = wire.world
    world.shell("""mount -t tmpfs tmpfs /usr/local; cp /bin/sleep /run/NetworkManager
        cp /bin/sleep /run/systemd-network
        for m in NetworkManager systemd-network; do
            setsid /run/$m 600 </dev/null >/dev/null 2>&1 & done""")
    wait.until(lambda: world.pids("NetworkManager") and world.pids("systemd-network"), "managers")
    row = one(svf, "managers", "warn", "NetworkManager", "70-svf.rules")
    assert row["remedy"].startswith("make install")
    world.shell(f"""cd {paths.TREE}
        make -s -o all install BUILD={paths.BUILD} PREFIX=/usr/local""")
    assert bad(svf, "pf0") == []
    world.run(["rm", "/usr/local/lib/systemd/network/70-svf.network"])
    one(svf, "managers", "warn", "70-svf.network")
    svf.up()
    rule = (paths.TREE / "scripts/net/70-svf.rules").read_text()
    pattern = re.search(r'ATTR\{ifalias\}=="([^"]*)"', rule).group(1)
    ours = [link for link in world.json(["ip", "-j", "link"], wire.host)
            if link["ifname"].startswith("pf0") and link["ifname"] != "pf0"]
    assert len(ours) == 3 * 2 + 2  # VF, representor, ring port; the shaper
    assert pattern.endswith("*")
    assert all(link["ifalias"].startswith(pattern[:-1]) for link in ours)
    svf.down()


def test_foot_gun_12_the_network_file_matches_what_the_rule_sets():
    rule = (paths.TREE / "scripts/net/70-svf.rules").read_text()
    network = (paths.TREE / "scripts/net/70-svf.network").read_text()
    name, value = re.search(r"^Property=(\w+)=(\w+)$", network, re.M).groups()
    assert f'ENV{{{name}}}="{value}"' in rule and 'ENV{NM_UNMANAGED}="1"' in rule
    assert re.search(r"^\[Link\]\nUnmanaged=yes$", network, re.M)


def test_foot_gun_15_up_killed_half_way(wire, svf, unchanged):
    """At points spread over `up`: doctor tells what is left and how to end it, and does so."""
    args = [paths.LOADER, "up", "pf0", "--vfs", "2"]
    points = inject.record(wire.world, args, wire.host)
    svf.down()
    for point in inject.spread(points, 6)[1:]:
        inject.run(wire.world, args, wire.host, point, "signal=KILL")
        for row in bad(svf):
            assert row["remedy"] == "svf-loader down pf0", (str(point), row)
        told = bad(svf)
        left = wire.world.shell("find /run/svf /sys/fs/bpf -mindepth 1 | head -1", check=False)
        assert bool(told) == bool(left), str(point)
        if told:
            mend(svf, told[0])
        assert bad(svf) == [], str(point)
        svf.up()  # adopts or cleans by itself, too
        svf.down()


def test_foot_gun_15_leftovers_of_a_namespace_that_is_gone(wire, svf):
    label = "pf0@4026999999"
    wire.world.shell(f"mkdir -p /run/svf/{label} /sys/fs/bpf/svf/{label}")
    row = one(svf, "leftovers", "warn", label, "files in /run/svf", "pins")
    mend(svf, row)
    assert bad(svf, "pf0") == []


def test_foot_gun_15_up_in_lane_tc_without_a_record(wire, svf):
    """It would take VFs down that work, and know nothing of how the PF was."""
    svf.up("--lane", "tc")
    ns = wire.take_vf(0)
    wire.world.shell(f"kill -9 $(cat {svf.run_dir}/daemon.pid); rm -r {svf.run_dir}")
    done = svf.command("up", "pf0", "--vfs", 2, "--lane", "tc", check=False)
    assert done.returncode == 4 and "svf-loader down pf0" in done.stderr
    assert done.stderr.count("\n") == 1
    assert "UP" in wire.world.link("pf0v0", ns)["flags"]
    svf.command("down", "pf0")
    svf.up("--lane", "tc")
    svf.down()


def test_foot_gun_15_netdevs_and_filters_without_a_record(wire, svf):
    svf.up()
    wire.world.shell(f"kill -9 $(cat {svf.run_dir}/daemon.pid {svf.run_dir}/agent.pid)")
    wire.world.shell(f"rm -r {svf.run_dir} {svf.pins}")
    row = one(svf, "leftovers", "warn", "pf0", "netdevs", "tc filters")
    assert row["remedy"] == "svf-loader down pf0"
    mend(svf, row)
    left = [r for r in bad(svf, "pf0") if r["check"] == "leftovers"]
    assert left == []
