# SPDX-License-Identifier: GPL-2.0-only
"""
Rates: max_tx_rate, min_tx_rate and max_rx_rate in both lanes, by what iperf3's receiver got;
max_tx_pps and max_rx_pps, by the sorter's counters and the kernel's.
Limits are those of Ethernet frames, so of a limit 95.6 % is TCP's and 97.2 % UDP's payload.
scripts/bench-rates.sh measures how exact they are; here a busy machine must pass too.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from svfnet import frames, tools, traffic, wait
from svfnet.product import Svf
from svfnet.topology import FAR_IP4, FAR_MAC, HOST_IP4, Topology, vf_ip4

VFS = 3
LIMIT, SHARED = 50, 100  # Mbit/s
LEAST, MOST = 0.85, 1.03  # of what is expected
MOST_TOGETHER = 1.3  # of several, whose seconds are not quite the same
TCP_SHARE, UDP_SHARE = 0.956, 0.972
SECONDS = 2
SLOW, SENDERS, BURST_FRAMES, FRAME_LEN = 1, 4, 100, 1514  # a limit that short bursts overrun
PPS, OFFERED_PPS, PPS_LEAST, PPS_MOST = 1000, 4000, 0.85, 1.15
LATE, TRIES = 1.15, 5  # of its time a sender may take on a busy machine; else it is asked again
DEADLINE_S = 10
FAR, HOST = "far", "host"
MBIT = 1e6


class Setup:
    """VFs 0 and 1 in containers with addresses, VF 2 in the host."""

    def __init__(self, world, lane):
        self.world, self.lane = world, lane
        self.wire = Topology(world)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=VFS)
        for vf in (0, 1):
            self.wire.take_vf(vf)
        world.ip(f"link set {self.wire.vf_name(2)} up", self.wire.host)

    def namespace(self, station):
        """Where a station is."""
        return station if isinstance(station, str) else self.wire.vf_netns(station)

    def measure(self, client, server, *words):
        """Mbit/s of payload that the server got."""
        address = {FAR: FAR_IP4, HOST: HOST_IP4}.get(server) or vf_ip4(server)
        end = traffic.iperf(self.world, self.namespace(server), self.namespace(client), address,
                            "-t", SECONDS, *words)
        return end["sum_received"]["bits_per_second"] / MBIT

    def measure_all(self, *pairs):
        """The same for several (client, server) at once."""
        with ThreadPoolExecutor(len(pairs)) as pool:
            return list(pool.map(lambda pair: self.measure(*pair), pairs))

    def qdiscs(self):
        """Kinds of the qdiscs of the shaper and of the representors, but for clsact."""
        rows = self.world.json(["tc", "-j", "qdisc", "show"], self.wire.host)
        ports = ("pf0s0", "pf0s1", *(f"pf0r{vf}" for vf in range(VFS)))
        return {(row["dev"], row["kind"]) for row in rows
                if row["dev"] in ports and row["kind"] not in ("clsact", "noqueue")}

    def class_drops(self, vf):
        """What the queue of a VF's class has dropped, and what waits in it."""
        rows = self.world.json(["tc", "-s", "-j", "qdisc", "show", "dev", "pf0s0"], self.wire.host)
        queue = next(row for row in rows if row.get("parent") == f"1:{vf + 2:x}")
        return queue["drops"], queue["qlen"]

    def handed_over(self, vf):
        """Frames that a VF's netdev has sent, its namespace's own among them."""
        links = self.world.json(["ip", "-s", "-j", "link", "show", "dev", self.wire.vf_name(vf)],
                                self.namespace(vf))
        return links[0]["stats64"]["tx"]["packets"]

    def lost(self, vf):
        """Losses by rate that the product keeps."""
        return sum(value["rate"] for key, value in self.svf.table("svf_losses") if key["vf"] == vf)

    def reset(self):
        """No limits."""
        for vf in range(VFS):
            self.svf.set(vf, "min_tx_rate", 0, "max_tx_rate", 0, "max_rx_rate", 0, "burst", 0,
                         "max_tx_pps", 0, "max_rx_pps", 0)
        self.svf.set_pf("rate", 0)

    def close(self):
        """Everything away."""
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="lab")
def lab_fixture(request, world):
    """Both lanes."""
    made = Setup(world, request.param)
    yield made
    made.close()


@pytest.fixture(name="setup")
def setup_fixture(lab):
    """Without limits before and after; who has none has no qdisc."""
    yield lab
    lab.reset()
    assert not lab.qdiscs()


def assert_about(rate, expected, most=MOST):
    """Within what a test allows."""
    assert LEAST * expected < rate < most * expected, f"{rate:.1f} Mbit/s, not {expected:.1f}"


@pytest.mark.parametrize("server, control", [(FAR, "cubic"), (FAR, "reno"), (1, "cubic"),
                                             (HOST, "reno")])
def test_max_tx_rate_holds_tcp(setup, server, control):
    setup.svf.set(0, "max_tx_rate", LIMIT)
    assert_about(setup.measure(0, server, "-C", control), LIMIT * TCP_SHARE)


def test_max_tx_rate_holds_udp(setup):
    setup.svf.set(0, "max_tx_rate", LIMIT)
    assert_about(setup.measure(0, FAR, "-u", "-l", 1470, "-b", f"{2 * LIMIT}M"), LIMIT * UDP_SHARE)


def test_max_tx_rate_is_of_all_that_a_vf_sends(setup):
    """To a VF, to the host and to the wire together; another VF's is its own."""
    setup.svf.set(0, "max_tx_rate", LIMIT)
    setup.svf.set(1, "max_tx_rate", LIMIT)
    *mine, others = setup.measure_all((0, FAR), (0, 1), (0, HOST), (1, FAR))
    assert_about(sum(mine), LIMIT * TCP_SHARE, MOST_TOGETHER)
    assert_about(others, LIMIT * TCP_SHARE)


def test_rate_may_change_under_traffic(setup):
    """And goes away."""
    setup.svf.set(0, "max_tx_rate", 1)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(setup.measure, 0, FAR, "-u", "-b", "1M", "-l", 1470)
        for rate in (2, 200, 0, 100, 0):
            setup.svf.set(0, "max_tx_rate", rate)
        running.result()
    assert setup.measure(0, HOST) > 2 * LIMIT


def test_min_tx_rate_is_kept_for_who_has_it(setup):
    """60 and 20 of 100, the host sending too; what is left over is shared."""
    setup.svf.set_pf("rate", SHARED)
    setup.svf.set(0, "min_tx_rate", 60)
    setup.svf.set(1, "min_tx_rate", 20)
    first, second, host = setup.measure_all((0, FAR), (1, FAR), (HOST, FAR))
    assert first > LEAST * 60 * TCP_SHARE and second > LEAST * 20 * TCP_SHARE, (first, second, host)
    assert host > 1
    assert_about(first + second + host, SHARED * TCP_SHARE, MOST_TOGETHER)


LANE_TC, LANE_AFXDP, LANE_OFFSET = 0, 1, 55  # in struct svf_vf_config


def set_lane(setup, vf, lane):
    """The lane is a VF's own in svf_vfs, though `up` gives all the same one."""
    path, key = f"{setup.svf.pins}/svf_vfs", [str(vf), "0", "0", "0"]
    row = setup.world.json(["bpftool", "-j", "map", "lookup", "pinned", path, "key", *key])
    value = [int(byte, 16) for byte in row["value"]]
    value[LANE_OFFSET] = lane
    setup.world.run(["bpftool", "map", "update", "pinned", path, "key", *key, "value",
                     *map(str, value)])
    assert dict(setup.svf.table("svf_vfs"))[vf]["lane"] == lane


@pytest.mark.parametrize("lab", ["afxdp"], indirect=True)
def test_min_tx_rate_is_kept_across_lanes(setup):
    """VF 0 sends by its ring, VF 1 by tc: one PF's rate."""
    setup.svf.set_pf("rate", SHARED)
    setup.svf.set(0, "min_tx_rate", 20)
    setup.svf.set(1, "min_tx_rate", 60)
    before = setup.svf.per_cpu("svf_stats")
    set_lane(setup, 1, LANE_TC)
    first, second, host = setup.measure_all((0, FAR), (1, FAR), (HOST, FAR))
    set_lane(setup, 1, LANE_AFXDP)
    after = setup.svf.per_cpu("svf_stats")
    for vf, verdict in ((0, "ring"), (1, "tc")):
        assert after[vf, "tx"][verdict] - before[vf, "tx"][verdict] > 1000, verdict
    assert first > LEAST * 20 * TCP_SHARE and second > LEAST * 60 * TCP_SHARE, (first, second, host)
    assert_about(first + second + host, SHARED * TCP_SHARE, MOST_TOGETHER)


def test_what_nobody_uses_is_for_others(setup):
    """A VF alone gets all of the PF's rate, and with a maximum up to that."""
    setup.svf.set_pf("rate", SHARED)
    setup.svf.set(0, "min_tx_rate", 60)
    assert_about(setup.measure(1, FAR), SHARED * TCP_SHARE)
    assert_about(setup.measure(HOST, FAR), SHARED * TCP_SHARE)
    setup.svf.set(1, "max_tx_rate", LIMIT)
    assert_about(setup.measure(1, FAR), LIMIT * TCP_SHARE)


def test_no_more_is_promised_than_the_pf_has(setup):
    setup.svf.set_pf("rate", SHARED)
    setup.svf.set(0, "min_tx_rate", 60)
    done = setup.svf.set(1, "min_tx_rate", 41, check=False)
    assert done.returncode != 0 and "101" in done.stderr and str(SHARED) in done.stderr
    setup.svf.set(1, "min_tx_rate", 40)
    done = setup.svf.set_pf("rate", 99, check=False)
    assert done.returncode != 0 and "100" in done.stderr


@pytest.mark.parametrize("client", [FAR, 0])
def test_max_rx_rate_holds_tcp(setup, client):
    setup.svf.set(1, "max_rx_rate", LIMIT)
    assert_about(setup.measure(client, 1), LIMIT * TCP_SHARE)


def test_max_rx_rate_holds_udp(setup):
    setup.svf.set(1, "max_rx_rate", LIMIT)
    assert_about(setup.measure(FAR, 1, "-u", "-l", 1470, "-b", f"{2 * LIMIT}M"), LIMIT * UDP_SHARE)


def test_limits_outlive_the_agent_and_the_pfs_link(setup):
    setup.svf.set(0, "max_tx_rate", LIMIT)
    setup.svf.set(1, "max_rx_rate", LIMIT)
    if setup.lane == "afxdp":
        setup.svf.kill_agent()
        setup.svf.wait_for_agent()
    for state in ("down", "up"):
        setup.world.ip(f"link set pf0 {state}", setup.wire.host)
    wait.until(lambda: setup.world.run(["ping", "-q", "-c", 1, "-W", 1, FAR_IP4],
                                       setup.namespace(0), check=False).returncode == 0,
               "the link again", DEADLINE_S)
    assert setup.qdiscs() == {("pf0s0", "htb"), ("pf0s0", "bfifo"), ("pf0r1", "tbf")}
    assert_about(setup.measure(0, FAR), LIMIT * TCP_SHARE)
    assert_about(setup.measure(FAR, 1), LIMIT * TCP_SHARE)


def test_what_a_limit_drops_is_known_to_the_frame(setup):
    """While there is a class, and when it is gone. Several senders, since what waits fills the
    buffer of the socket it is from."""
    kept = setup.lost(0)
    setup.svf.set(0, "max_tx_rate", SLOW)
    before, handed = setup.svf.counters(VFS), setup.handed_over(0)
    round_, mac = frames.new_round(), setup.svf.vf_mac(0)
    burst = [frames.build(FAR_MAC, mac, "ipv4", round_, i, size=FRAME_LEN)
             for i in range(BURST_FRAMES)]
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(lambda _: tools.send(setup.world, setup.wire.vf_name(0), burst,
                                           setup.namespace(0)), range(SENDERS)))

    def account():
        """What was dropped, when what was handed over is that and what was sent."""
        dropped, waiting = setup.class_drops(0)
        sent = setup.svf.counters(VFS).minus(before).stats[0, "tx"]["packets"]
        return dropped if not waiting and sent + dropped == setup.handed_over(0) - handed else 0

    dropped = wait.until(account, "an account to the frame", DEADLINE_S)
    assert BURST_FRAMES < dropped < SENDERS * BURST_FRAMES
    setup.svf.set(0, "max_tx_rate", 0)
    assert setup.lost(0) - kept == dropped


class Stream:
    """Frames of one station to an address, OFFERED_PPS for SECONDS; how long that took."""

    def __init__(self, setup, source, mac):
        netdev = setup.wire.wire if source == FAR else (
            setup.wire.pf if source == HOST else setup.wire.vf_name(source))
        ns = setup.wire.far if source == FAR else setup.namespace(source)
        src = FAR_MAC if source == FAR else (
            setup.wire.pf_mac if source == HOST else setup.svf.vf_mac(source))
        self.start = time.monotonic()
        self.sender = tools.start_sending(
            setup.world, netdev, [frames.build(mac, src, "ipv4", frames.new_round(), 0)], ns,
            count=SECONDS * OFFERED_PPS, rate=OFFERED_PPS)

    def end(self):
        """Seconds that it took."""
        told = tools.finish(self.sender)
        assert told["sent"] + told["refused"] == SECONDS * OFFERED_PPS
        return time.monotonic() - self.start


def mac_of(setup, station):
    """Where a stream goes to."""
    return {FAR: FAR_MAC, HOST: setup.wire.pf_mac}.get(station) or setup.svf.vf_mac(station)


def assert_pps(moved, vf, way, took_s):
    """What passed one way is the limit times the time, and a burst; the rest is known."""
    passed, dropped = moved.stats[vf, way]["packets"], moved.drops[vf, way]["pps"]
    assert passed + dropped >= SECONDS * OFFERED_PPS
    assert PPS_LEAST * PPS < passed / took_s < PPS_MOST * PPS, f"{passed} in {took_s:.2f} s"


def measure_pps(setup, vf, way, limited, free):
    """One stream through the limit and one beside it, each (source, receiver), and what was
    counted meanwhile. A sender that was held up has offered nothing meanwhile: asked again."""
    for _ in range(TRIES):
        before = setup.svf.counters(VFS)
        streams = [Stream(setup, source, mac_of(setup, to)) for source, to in (limited, free)]
        took_s = [stream.end() for stream in streams][0]
        moved = setup.svf.counters(VFS).minus(before)
        if took_s < LATE * SECONDS:
            break
    assert_pps(moved, vf, way, took_s)
    assert not moved.drops[2, way]["pps"]
    assert moved.stats[2, way]["packets"] >= SECONDS * OFFERED_PPS
    check_account(setup)


@pytest.mark.parametrize("to", [FAR, 1, HOST])
def test_max_tx_pps_holds_and_is_the_vfs_own(setup, to):
    """VF 2 has no limit and loses nothing by it."""
    setup.svf.set(0, "max_tx_pps", "1k")
    measure_pps(setup, 0, "tx", (0, to), (2, FAR))


@pytest.mark.parametrize("source", [FAR, 0, HOST])
def test_max_rx_pps_holds_and_is_the_vfs_own(setup, source):
    """VF 2 has no limit and loses nothing by it."""
    setup.svf.set(1, "max_rx_pps", PPS)
    measure_pps(setup, 1, "rx", (source, 1), (FAR, 2))


def test_pps_is_shown_and_goes_away(setup):
    setup.svf.set(0, "max_tx_pps", "1500", "max_rx_pps", "10k")
    shown = setup.svf.show("-d")["vfinfo_list"][0]["svf"]
    assert (shown["max_tx_pps"], shown["max_rx_pps"]) == (1500, 10000)
    text = setup.svf.command("-d", "show", "pf0").stdout
    assert "max_tx_pps 1500pps" in text and "max_rx_pps 10000pps" in text
    setup.svf.set(0, "max_tx_pps", 0, "max_rx_pps", 0)
    before = setup.svf.counters(VFS)
    Stream(setup, 0, FAR_MAC).end()
    assert not setup.svf.counters(VFS).minus(before).drops[0, "tx"]["pps"]
    assert "x_pps" not in setup.svf.command("-d", "show", "pf0").stdout


def check_account(setup):
    """`stats --check`: what the kernel's counters say of all that was sent so far."""
    done = setup.svf.command("stats", setup.wire.pf, "--check", check=False)
    assert done.returncode == 0 and "exact" in done.stdout, done.stdout + done.stderr


def test_shares_are_of_the_speed_that_the_link_has_now(world):
    """A TAP's speed can be set: the rates that follow are of it, the older VF's too."""
    world.add_netns("tap", False, False)
    world.run(["ip", "tuntap", "add", "tap0", "mode", "tap"], "tap")
    svf = Svf(world, "tap", "tap0")

    def set_speed(mbit):
        world.run(["ethtool", "-s", "tap0", "speed", mbit, "duplex", "full", "autoneg", "off"],
                  "tap")

    def ceilings():
        words = world.shell("tc class show dev tap0s0", "tap").split()
        return {words[i + 1] for i, word in enumerate(words) if word == "ceil"}

    set_speed(1000)
    world.ip("link set tap0 up", "tap")
    svf.up("--lane", "tc", vfs=2)
    svf.set(0, "min_tx_rate", 100)
    assert ceilings() == {"1Gbit"}
    set_speed(2500)
    svf.set(1, "spoofchk", "off")
    assert ceilings() == {"1Gbit"}, "no rate was set"
    svf.set(1, "min_tx_rate", 100)
    assert ceilings() == {"2500Mbit"}
    svf.set_pf("rate", 500)
    assert ceilings() == {"500Mbit"}
    svf.down()
    world.run(["ip", "netns", "del", "tap"])
