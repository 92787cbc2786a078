# SPDX-License-Identifier: GPL-2.0-only
"""
Statistics: what `stats` tells of real frames, that the reasons are what is dropped, that an agent's
death loses no count, and that `stats --check` proves it all by the kernel's own counters - and
fails when one increment is taken out of the sorter.
"""

import json
import re
import shutil
import subprocess

import pytest
from svfnet import frames, paths, tools, traffic, wait
from svfnet.product import EXIT_NOT_FOUND, EXIT_REFUSED, EXIT_USAGE, Svf
from svfnet.topology import FAR_IP4, FAR_MAC, HOST_IP4, Topology, vf_ip4
from svfnet.world import World

VFS = 4
DOWN_VF = 3  # its netdev is never brought up
STRANGER = "02:00:00:00:de:ad"
GROUP = "01:00:5e:01:02:03"
MANY = 50
TCP_BYTES = {"afxdp": "4M", "tc": "16M"}


class Stage:
    """VFs 0 to 2 in containers, VF 3 at home and down, in one lane."""

    def __init__(self, world, lane, *words, loader=None, queues=1):
        self.world, self.lane = world, lane
        self.wire = Topology(world, queues)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.loader = loader or paths.LOADER
        self.command("up", self.wire.pf, "--vfs", VFS, "--lane", lane, *words)
        for vf in range(DOWN_VF):
            self.wire.take_vf(vf)
        self.macs = [v["address"] for v in self.svf.show()["vfinfo_list"]]

    def command(self, *args, check=True, **kwargs):
        """Runs the loader under test."""
        return self.world.run([self.loader, *args], self.wire.host, check, **kwargs)

    def stats(self, *words):
        """`stats -j`: {"wire": ..., "host": ..., 0: ..., 1: ...}."""
        told = json.loads(self.command("stats", "-j", self.wire.pf, *words).stdout)[0]
        return {"wire": told.get("wire"), "host": told.get("host"), **{v["vf"]: v for v in told["vfs"]}}

    def check(self):
        """`stats --check`: (exit code, what it prints)."""
        done = self.command("stats", self.wire.pf, "--check", check=False)
        return done.returncode, done.stdout + done.stderr

    def must_be_exact(self, what):
        """Every difference is zero, at once or when the last frame has come out of its ring."""
        code, text = self.check()
        assert code == 0 and text.rstrip().endswith("exact"), f"{what}:\n{text}"

    def place(self, station):
        """(netdev, namespace, address) of a station."""
        if station == "far":
            return self.wire.wire, self.wire.far, FAR_MAC
        if station == "host":
            return self.wire.pf, self.wire.host, self.wire.pf_mac
        return self.wire.vf_name(station), self.wire.vf_netns(station), self.macs[station]

    def send(self, source, dst, count=MANY, **kwargs):
        """Sends `count` frames from a station to a station or address."""
        netdev, ns, mac = self.place(source)
        src = kwargs.pop("src", mac)
        if not isinstance(dst, str) or ":" not in dst:
            dst = self.place(dst)[2]
        kind, size, tags = (kwargs.pop(k, d) for k, d in (("kind", "ipv4"), ("size", 100), ("tags", ())))
        return tools.send(self.world, netdev, [frames.build(dst, src, kind, 1, 1, tags, size)], ns,
                          count=count, **kwargs)

    def flood(self, source, dst, **kwargs):
        """svf-flood in the background."""
        netdev, ns, mac = self.place(source)
        frame = frames.build(self.place(dst)[2], mac, "ipv4", 1, 1, (), 60)
        return tools.start_flood(self.world, netdev, frame, ns, **kwargs)

    def signal_agent(self, name):
        """Sends a signal to the agent."""
        self.world.kill(self.svf.agent_pid(), name)

    def close(self):
        """Everything away."""
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="stage")
def stage_fixture(request):
    """Both lanes, each in a world of its own."""
    with World() as world:
        made = Stage(world, request.param, queues=2)
        yield made
        made.close()


@pytest.fixture(name="rings")
def rings_fixture():
    """The afxdp lane with small rings."""
    with World() as world:
        made = Stage(world, "afxdp", "--ring-size", "64")
        yield made
        made.close()


# --- the account is exact after all sorts of traffic ---


def send_unicast(stage):
    """In all directions, and to a VF that is down."""
    for source in (0, 1, "far", "host"):
        for dst in (0, 1, DOWN_VF, "far", "host", STRANGER):
            stage.send(source, dst)


def send_many(stage):
    """Broadcast, multicast, control."""
    for source in (0, 1, "far", "host"):
        for dst in (frames.BROADCAST, GROUP, "01:80:c2:00:00:0e"):
            stage.send(source, dst)


def send_wrong(stage):
    """What a VF may not send, and what nobody understands."""
    stage.send(0, "far", src=STRANGER)
    stage.send(0, "far", tags=(frames.Tag(5),))
    stage.send("far", 0, tags=(frames.Tag(5),))
    stage.send("far", 0, src=stage.macs[0])
    stage.send("far", frames.BROADCAST, src=stage.macs[0])
    stage.send(0, "far", src="01:00:00:00:00:01")
    stage.send("far", 0, src="00:00:00:00:00:00")


def send_long(stage):
    """Longer than a VF's MTU, whose tenant would like it to be more."""
    stage.svf.set(0, "mtu", 1000)
    stage.world.ip(f"link set {stage.wire.vf_name(0)} mtu 1500", stage.wire.vf_netns(0))
    stage.send(0, "far", size=1200)
    stage.send(1, 0, size=1200)
    stage.send("far", 0, size=1200)
    stage.svf.set(0, "mtu", 1500)


def send_storm(stage):
    """More broadcast than the limits allow."""
    stage.svf.set(0, "storm", 10)
    stage.send(0, frames.BROADCAST, 200)
    stage.svf.set(0, "storm", 0)
    stage.svf.set_pf("storm", 10)
    stage.send("far", frames.BROADCAST, 200)
    stage.svf.set_pf("storm", 0)


def send_tcp(stage):
    """TCP with all offloads: superframes in every direction."""
    for client, server, address in (("c0", "c1", vf_ip4(1)), ("c0", "far", FAR_IP4),
                                    ("far", "c1", vf_ip4(1)), ("c0", "host", HOST_IP4),
                                    ("host", "c1", vf_ip4(1)), ("host", "far", FAR_IP4),
                                    ("far", "host", HOST_IP4)):
        traffic.iperf(stage.world, server, client, address, "-n", TCP_BYTES[stage.lane])


def send_isolated(stage):
    """Between VFs and to the host, where that is not allowed."""
    stage.svf.set(0, "isolation", "private", "host_access", "off")
    send_unicast(stage)
    send_many(stage)
    stage.svf.set(0, "isolation", "inherit", "host_access", "on")


def send_through_shaper(stage):
    """Faster than the rates allow, in both directions."""
    stage.svf.set(0, "max_tx_rate", 10)
    stage.send(0, "far", 2000, size=1400, rate=0)
    stage.svf.set(1, "max_rx_rate", 10)
    stage.send("far", 1, 2000, size=1400, rate=0)
    stage.send(0, frames.BROADCAST, 200, size=1400, rate=0)


def send_tcp_through_shaper(stage):
    """Superframes into both limits."""
    stage.svf.set(0, "max_tx_rate", 100)
    stage.svf.set(1, "max_rx_rate", 50)
    for client, server, address in (("c0", "c1", vf_ip4(1)), ("c0", "far", FAR_IP4),
                                    ("far", "c1", vf_ip4(1)), ("host", "c1", vf_ip4(1))):
        traffic.iperf(stage.world, server, client, address, "-n", "2M")


def stop_shaping(stage):
    """No rates any more: what the classes had dropped is kept."""
    stage.svf.set(0, "max_tx_rate", 0)
    stage.svf.set(1, "max_rx_rate", 0)
    stage.send(0, "far")
    stage.send("far", 1)


def send_with_minimum(stage):
    """Everybody and the host through the shaper, more than all may send."""
    stage.svf.set_pf("rate", 50)
    stage.svf.set(0, "min_tx_rate", 20)
    for source in (0, 1, "host"):
        stage.send(source, "far", 1000, size=1400, rate=0)
    send_many(stage)


def stop_minimum(stage):
    """Past the shaper again."""
    stage.svf.set(0, "min_tx_rate", 0)
    stage.svf.set_pf("rate", 0)
    send_unicast(stage)


TRAFFIC = [send_unicast, send_many, send_wrong, send_long, send_storm, send_tcp, send_isolated,
           send_through_shaper, send_tcp_through_shaper, stop_shaping, send_with_minimum,
           stop_minimum]


@pytest.mark.parametrize("kind", TRAFFIC, ids=lambda f: f.__name__)
def test_the_account_is_exact(stage, kind):
    kind(stage)
    stage.must_be_exact(kind.__name__)


def test_reasons_are_what_is_dropped(stage):
    """For each station and direction, in `stats` and in `show -s`."""
    send_wrong(stage)
    told, shown = stage.stats(), stage.svf.show("-s")
    for name, station in told.items():
        for direction in ("rx", "tx"):
            side = station[direction]
            assert side["dropped"] == sum(side["drops"].values()), (name, direction)
            assert side["packets"] == sum(side["verdicts"].values()), (name, direction)
    for vf in shown["vfinfo_list"]:
        for direction in ("rx", "tx"):
            assert vf["stats"][direction]["dropped"] == told[vf["vf"]][direction]["dropped"]
    assert told[0]["tx"]["drops"]["spoof_mac"] > 0 and told[0]["rx"]["drops"]["src_prune"] > 0
    assert told[DOWN_VF]["rx"]["drops"]["vf_down"] > 0


def test_the_last_offender(stage):
    stage.send(0, "far", 1, src=STRANGER, kind="arp")
    last = stage.stats()[0]["tx"]["last"]["spoof_mac"]
    assert (last["src"], last["dst"], last["vlan"]) == (STRANGER, FAR_MAC, None)
    assert (last["ethertype"], last["protocol"]) == (0x0806, "ARP")
    assert last["age"] < 5 and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", last["time"])
    stage.send(0, "far", 1, tags=(frames.Tag(7, 3, frames.ETHERTYPE_8021AD),), kind="ipv6")
    last = stage.stats()[0]["tx"]["last"]["spoof_vlan"]
    assert (last["vlan"], last["tag"], last["protocol"]) == (7, "802.1ad", "IPv6")
    text = stage.command("stats", stage.wire.pf, "vf", 0).stdout
    assert re.search(rf"dropped spoof_mac \d+: .*\n +last \d.* ago, .*: {STRANGER} > {FAR_MAC} "
                     r"untagged, 0x0806 ARP\n", text), text
    assert re.search(r"dropped spoof_vlan \d+: .*\n.* vlan 802\.1ad 7, 0x86dd IPv6\n", text), text


def test_reset_is_a_view(stage):
    stage.send(0, 1)
    raw = stage.stats("--raw")
    stage.command("stats", stage.wire.pf, "--reset")
    stage.send(0, 1, 7)
    told = stage.stats()
    assert told[0]["tx"]["verdicts"]["veb"] == 7 and told[0]["since"]
    assert stage.stats("--raw")[0]["tx"]["verdicts"]["veb"] == raw[0]["tx"]["verdicts"]["veb"] + 7
    shown = stage.svf.show("-s")["vfinfo_list"][0]["stats"]["tx"]["tx_packets"]
    assert shown == stage.stats("--raw")[0]["tx"]["packets"]
    stage.command("stats", stage.wire.pf, "vf", 1, "--reset")
    told = stage.stats()
    assert told[1]["rx"]["packets"] == 0 and told[0]["tx"]["verdicts"]["veb"] == 7
    stage.must_be_exact("a reset changes no counter")


def test_watch(stage):
    """One object per line until SIGINT; rates times seconds are the frames sent."""
    watch = stage.world.start([paths.LOADER, "stats", "-j", "-w", "1", stage.wire.pf], stage.wire.host)
    first = json.loads(watch.stdout.readline())  # it counts from now on
    stage.send(0, 1, 1500, rate=1000)
    seen = [first, *(json.loads(watch.stdout.readline()) for _ in range(3))]
    rates = [o["vfs"][0]["tx"]["verdicts"]["veb"] for o in seen]
    assert all(0.9 < o["seconds"] < 2 for o in seen)
    assert round(sum(rate * o["seconds"] for rate, o in zip(rates, seen))) == 1500, rates
    for pid in stage.world.pids("svf-loader"):
        if "stats" in stage.world.shell(f"tr '\\0' ' ' < /proc/{pid}/cmdline", check=False):
            stage.world.kill(pid, "INT")
    assert watch.wait(5) == 0
    watch.stdin.close()
    watch.stdout.close()


def test_under_traffic_the_rest_adds_up(stage):
    """Frames in flight are told, and are no failure."""
    floods = [stage.flood("far", 0, seconds=8, rate=20000)]
    sender = tools.start_sending(stage.world, stage.place(1)[0],
                                 [frames.build(FAR_MAC, stage.macs[1])], stage.place(1)[1],
                                 count=60000, rate=10000)
    codes = [stage.check() for _ in range(3)]
    for process in [*floods, sender]:
        tools.finish(process)
    assert [code for code, _ in codes] == [0, 0, 0], "\n".join(text for _, text in codes)
    stage.must_be_exact("after it")


def test_wrong_words(stage):
    pf = stage.wire.pf
    for words, code in ((["stats"], EXIT_USAGE), (["stats", pf, "x"], EXIT_USAGE),
                        (["stats", pf, "vf", "9"], EXIT_NOT_FOUND), (["stats", "nil0"], EXIT_NOT_FOUND),
                        (["stats", pf, "-w", "0"], EXIT_USAGE),
                        (["stats", pf, "--check", "--reset"], EXIT_USAGE)):
        done = stage.command(*words, check=False)
        assert done.returncode == code and done.stderr.count("\n") == 1, (words, done.stderr)


# --- rings ---


def test_rings_that_overflow(rings):
    """An agent that stands still for a moment: its rings fill, and each frame is told."""
    rings.signal_agent("STOP")
    rings.send("far", 0, 1000)
    rings.send(0, "far", 3000, rate=0)
    rings.signal_agent("CONT")
    rings.must_be_exact("rings that were full")
    drops = rings.stats()[0]
    assert drops["rx"]["drops"]["ring_full"] + drops["rx"]["drops"]["no_buffer"] > 500
    assert drops["tx"]["drops"]["port"] > 500


def test_no_count_is_lost_with_an_agent(rings):
    """Killed in the middle of both directions, several times; counters never go down."""
    lost, before = 0, rings.stats()
    for _ in range(3):
        floods = [rings.flood("far", 0, seconds=1.5, rate=50000)]
        sender = tools.start_sending(rings.world, rings.place(0)[0],
                                     [frames.build(FAR_MAC, rings.macs[0])], rings.place(0)[1],
                                     count=20000, rate=0)
        wait.until(lambda: rings.stats()[0]["rx"]["verdicts"]["ring"] > 0, "frames")
        rings.svf.kill_agent()
        for process in [*floods, sender]:
            tools.finish(process)
        rings.svf.wait_for_agent(20)
        rings.must_be_exact("an agent killed")
        after = rings.stats()
        for direction in ("rx", "tx"):
            for name in ("packets", "bytes", "dropped"):
                assert after[0][direction][name] >= before[0][direction][name]
        lost += sum(after[0][d]["drops"]["agent"] for d in ("rx", "tx"))
        before = after
    assert lost > 0, "an agent killed under load had something in its hands"


def test_frames_in_a_stopped_agent_are_told_lost_when_it_dies(rings):
    """Exactly those that were in its rings."""
    rings.signal_agent("STOP")
    rings.send("far", 0, 40)
    rings.send(0, "far", 30)
    rings.svf.kill_agent()
    rings.svf.wait_for_agent(20)
    drops = rings.stats()[0]
    assert (drops["rx"]["drops"]["agent"], drops["tx"]["drops"]["agent"]) == (40, 30)
    rings.must_be_exact("a stopped agent killed")
    rings.svf.kill_agent()
    rings.svf.wait_for_agent(20)
    again = rings.stats()[0]
    assert (again["rx"]["drops"]["agent"], again["tx"]["drops"]["agent"]) == (40, 30)


def test_counters_outlive_the_daemon(rings):
    rings.send(0, 1)
    rings.send("far", 0)
    before = rings.stats()
    for comm in ("svf-loader", "vf-agent"):
        for pid in rings.world.pids(comm):
            rings.world.kill(pid)
    rings.svf.up("--ring-size", "64", vfs=VFS)
    rings.svf.wait_for_agent(20)
    after = rings.stats()
    assert after[0]["rx"]["packets"] >= before[0]["rx"]["packets"] >= MANY
    rings.must_be_exact("daemon and agent killed")


# --- the PF's own counters ---


def test_a_busy_pf_at_up(wire, svf):
    """Frames pass while the sorter is attached: the base is taken at the first moment of rest."""
    world, t = wire.world, wire
    sender = tools.start_sending(world, t.wire, [frames.build(t.pf_mac, t.far_mac)], t.far,
                                 count=30000, rate=10000)
    svf.up(vfs=2)
    early = svf.command("stats", t.pf, "--check", check=False)
    tools.finish(sender)
    assert early.returncode == 0, early.stdout + early.stderr
    for _ in range(2):
        done = svf.command("stats", t.pf, "--check")
        assert "exact" in done.stdout, done.stdout
        tools.send(world, t.wire, [frames.build(t.pf_mac, t.far_mac)], t.far, count=20)


def test_nothing_is_left(wire, svf):
    svf.up(vfs=1)
    svf.command("stats", wire.pf, "--reset")
    svf.command("stats", wire.pf, "--check")
    svf.down()
    assert wire.world.shell("ls -A /run/svf 2>/dev/null || true").split() == []


# --- an increment taken out of the sorter ---

# what: (file, text, text instead, equations of which one must fail, what shows it)
MUTANTS = {
    "packets": ("count.bpf.h", "\tstats->packets += frame->packets;\n", "", "verdicts", "veb"),
    "skbs": ("count.bpf.h", "\tstats->skbs++;\n", "", "vf-out", "veb"),
    "verdict": ("count.bpf.h", "\tif (i < SVF_N_VERDICTS)\n", "\tif (i < SVF_N_VERDICTS && packets > 1)\n",
                "verdicts", "veb"),
    "dropped": ("count.bpf.h", "\t\tstats->dropped += frame->packets;\n", "", "reasons", "spoof"),
    "dropped_skbs": ("count.bpf.h", "\t\tstats->dropped_skbs++;\n", "", "vf-out", "spoof"),
    "reason": ("count.bpf.h", "\t\tadd_drop(drops, reason, frame->packets);\n", "", "reasons",
               "spoof"),
    "redirects": ("svf_sorter.bpf.c", "\tcount_redirect(to->id);\n", "", "wire-in", "ring"),
    "bytes": ("count.bpf.h", "\tstats->bytes += frame->bytes;\n", "", "vf-in-bytes", "veb"),
    "the wire's frames": ("deliver.bpf.h", "\tcount(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, verdict);\n"
                          "\tif (find_origin(", "\tif (find_origin(", "wire-in", "pass"),
}


def build_mutant(directory, file, old, new):
    """svf-loader with one text of the sorter replaced, in a copy of the tree."""
    for name in ("bpf", "include", "loader", "Makefile"):
        source = paths.TREE / name
        if source.is_dir():
            shutil.copytree(source, directory / name)
        else:
            shutil.copy2(source, directory / name)
    path = directory / "bpf" / file
    text = path.read_text()
    assert text.count(old) == 1, f"{file} has this {text.count(old)} times: {old!r}"
    path.write_text(text.replace(old, new))
    objects = directory / "build"
    if (paths.BUILD / "obj" / "loader").is_dir():  # only what has the sorter in it is made anew
        (objects / "obj").mkdir(parents=True)
        shutil.copytree(paths.BUILD / "obj" / "loader", objects / "obj" / "loader")
        for stale in (objects / "obj" / "loader").glob("sorter.*"):
            stale.unlink()
    done = subprocess.run(["make", "-s", "-C", str(directory), "BUILD=build", "build/svf-loader"],
                          capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.copy2(paths.AGENT, objects / "vf-agent")
    return objects / "svf-loader"


def run_scenario(stage, kind):
    """Some frames that the mutant must trip over."""
    if kind == "veb":
        stage.send(0, 1)
    elif kind == "spoof":
        stage.send(0, 1, src=STRANGER)
    elif kind == "ring":
        stage.send("far", 0)
    else:
        stage.send("far", "host")


@pytest.mark.parametrize("name", MUTANTS)
def test_the_check_fails_without_an_increment(name, tmp_path):
    file, old, new, equation, kind = MUTANTS[name]
    loader = build_mutant(tmp_path, file, old, new)
    with World() as world:
        stage = Stage(world, "afxdp", loader=loader)
        stage.check()  # the PF's base, where something passed while the sorter was attached
        run_scenario(stage, kind)
        code, text = stage.check()
        stage.close()
    assert code == EXIT_REFUSED, text
    assert re.search(rf"{equation}: .*DIFFERENCE", text), text
    assert re.search(r"^svf-loader: pf0: the counters do not add up: ", text, re.M), text
