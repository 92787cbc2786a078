# SPDX-License-Identifier: GPL-2.0-only
"""
`top`: rates of real frames, on a terminal (a pty read by pyte) and in a pipe; keys, sizes, signals;
what is shown when PF, agent and VFs come and go.
"""

import json
import signal

import pytest
from svfnet import frames, paths, tools, wait
from svfnet.product import EXIT_NOT_FOUND, EXIT_UNSUPPORTED, EXIT_USAGE, Svf
from svfnet.terminal import Terminal
from svfnet.topology import FAR_MAC, Topology

VFS = 4
RX_PPS, TX_PPS, SPOOFED_PPS = 2000, 1000, 200
SIZE = 500
NEAR = 0.15
STRANGER = "02:00:00:00:de:ad"


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="stage")
def stage_fixture(request, world):
    """VFs 0 and 1 in containers, 2 and 3 at home and down; in both lanes."""
    wire = Topology(world, suffix=request.param)
    svf = Svf(world, wire.host, wire.pf)
    svf.up("--lane", request.param, vfs=VFS)
    svf.lane, svf.wire = request.param, wire
    svf.macs = [v["address"] for v in svf.show()["vfinfo_list"]]
    svf.homes = [wire.take_vf(vf, addresses=False) for vf in (0, 1)]
    yield svf
    svf.down(check=False)
    wire.close()


class Traffic:
    """2000 frames a second to VF 0, 1000 from VF 1, and 200 that it may not send."""

    def __init__(self, svf, seconds):
        self.world, wire = svf.world, svf.wire
        world = self.world

        def start(netdev, ns, dst, src, pps):
            frame = frames.build(dst, src, "ipv4", 1, 1, (), SIZE)
            return tools.start_sending(world, netdev, [frame], ns, count=pps * seconds, rate=pps)
        self.senders = [start(wire.wire, wire.far, svf.macs[0], FAR_MAC, RX_PPS),
                        start("pf0v1", svf.homes[1], FAR_MAC, svf.macs[1], TX_PPS),
                        start("pf0v1", svf.homes[1], FAR_MAC, STRANGER, SPOOFED_PPS)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in self.world.pids("svf-send"):  # nsenter passes no signal on
            self.world.kill(pid)
        for sender in self.senders:
            sender.stdout.close()
            sender.wait()


def near(value, expected):
    """Within 15 %."""
    return abs(value - expected) <= NEAR * expected


def number(cell):
    """"1.23k" -> 1230.0"""
    units = {"k": 1e3, "M": 1e6, "G": 1e9}
    return float(cell[:-1]) * units[cell[-1]] if cell[-1] in units else float(cell)


def rows(lines):
    """The VFs of a page or of a block of text: [{heading: cell}]."""
    at = next((i for i, line in enumerate(lines) if line.split()[:2] == ["PF", "VF"]), None)
    if at is None:
        return []
    names = lines[at].split()
    cells = [line.split() for line in lines[at + 1:] if line.startswith("pf0 ")]
    return [dict(zip(names, line)) for line in cells]


def order(lines):
    """Numbers of the VFs, as they are below each other."""
    return [int(row["VF"]) for row in rows(lines)]


def start_top(svf, *words, **kwargs):
    """`top` on a terminal."""
    return Terminal(svf.world, [paths.LOADER, "top", *words], svf.ns, **kwargs)


def top_pid(svf):
    """Pid of the running `top`."""
    found = svf.world.shell("pgrep -xf '[^ ]*/svf-loader top.*'", check=False).split()
    return int(found[0]) if found else None


# --- rates ---

def has_right_rates(lines):
    """Whether the page shows what Traffic sends."""
    by_vf = {int(row["VF"]): row for row in rows(lines)}
    if set(by_vf) != set(range(VFS)) or "-" in (by_vf[0]["RX/s"], by_vf[1]["TX/s"]):
        return False
    return (near(number(by_vf[0]["RX/s"]), RX_PPS)
            and near(number(by_vf[0]["RXbit/s"]), RX_PPS * SIZE * 8)
            and near(number(by_vf[1]["TX/s"]), TX_PPS)
            and near(number(by_vf[1]["TXbit/s"]), TX_PPS * SIZE * 8)
            and near(number(by_vf[1]["DROP/s"]), SPOOFED_PPS)
            and by_vf[1]["REASON"] == "tx:spoof_mac" and by_vf[0]["DROP/s"] == "0")


def test_the_screen_shows_the_rates_of_real_frames(stage):
    with Traffic(stage, seconds=30), start_top(stage, stage.pf) as terminal:
        terminal.wait_for(has_right_rates, "the rates", 25)
        total = terminal.wait_for_text("pf0: ")
        assert " 2 of 4 VFs active" in total or terminal.screen.columns == len(total)
        assert ("CPU" in total) == (stage.lane == "afxdp")
        terminal.press("q")
        assert terminal.end() == (0, "")


def test_json_tells_the_same_on_average(stage):
    count = 4
    with Traffic(stage, seconds=30):
        wait.until(lambda: stage.counters().stats[1, "tx"]["packets"], "traffic")
        text = stage.command("top", stage.pf, "-j", "--count", count).stdout
    told = [json.loads(line) for line in text.splitlines()]
    assert len(told) == count and all(near(t["seconds"], 1) for t in told)

    def mean(vf, side, *names):
        total = 0
        for entry in told:
            value = next(v for v in entry["pfs"][0]["vfs"] if v["vf"] == vf)[side]
            for name in names:
                value = value[name]
            total += value
        return total / count
    assert near(mean(0, "rx", "packets"), RX_PPS)
    assert near(mean(0, "rx", "bits"), RX_PPS * SIZE * 8)
    assert near(mean(1, "tx", "packets"), TX_PPS)
    assert near(mean(1, "tx", "dropped"), SPOOFED_PPS)
    assert near(mean(1, "tx", "drops", "spoof_mac"), SPOOFED_PPS)
    last = told[-1]["pfs"][0]
    assert last["ifname"] == "pf0" and last["lane"] == stage.lane and last["daemon"] > 0
    assert last["vfs"][0]["owner"] == stage.homes[0] and last["vfs"][2]["owner"] is None
    assert [v["link"] for v in last["vfs"]] == ["up", "up", "off", "off"]
    if stage.lane == "tc":
        assert last["agent"] is None and last["vfs"][0]["rx"]["ring_percent"] is None
    else:
        assert last["agent"]["pid"] == stage.agent_pid()
        assert 0 < last["vfs"][0]["rx"]["ring_percent"] <= 100
        assert 0 < last["vfs"][1]["tx"]["ring_percent"] <= 100
        assert last["vfs"][2]["rx"]["ring_percent"] == 0


def test_cpu_is_what_the_agent_takes(stage):
    """A loaded agent's share, against its own clock of /proc in the same time."""
    if stage.lane == "tc":
        return
    hertz = 100

    def ticks():
        words = stage.world.shell(f"cat /proc/{stage.agent_pid()}/stat").rsplit(")", 1)[1].split()
        return int(words[11]) + int(words[12])
    flood = tools.start_flood(stage.world, stage.wire.wire,
                              frames.build(stage.macs[0], FAR_MAC, "ipv4", 1, 1), stage.wire.far,
                              seconds=8)
    before = ticks()
    told = json.loads(stage.command("top", stage.pf, "-j", "--watch", 4, "--count", 1).stdout)
    used = (ticks() - before) / hertz
    shown = stage.vf(0)["svf"]["ring_fill"]
    tools.finish(flood)
    percent = told["pfs"][0]["agent"]["cpu_percent"]
    assert used > 0.1 and abs(percent / 100 * told["seconds"] - used) <= NEAR * used + 0.1
    vf = told["pfs"][0]["vfs"][0]
    assert vf["rx"]["ring_percent"] > 50, "more than the agent takes waits in the ring"
    assert shown["rx"] > 50, "and `show` says so too"
    assert vf["rx"]["drops"].get("ring_full", 0) + vf["rx"]["drops"].get("port", 0) > 0


# --- the terminal ---

def test_keys(stage):
    with Traffic(stage, seconds=60), start_top(stage, lines=30, columns=120) as terminal:
        terminal.wait_for(lambda lines: order(lines) == [0, 1, 2, 3], "all VFs")
        for keys, expected in (("t", [1, 0, 2, 3]), ("r", [0, 1, 2, 3]), ("d", [1, 0, 2, 3]),
                               ("n", [0, 1, 2, 3]), ("n", [3, 2, 1, 0]), ("v", [0, 1, 2, 3]),
                               ("a", [0, 1]), ("a", [0, 1, 2, 3]), ("/vf 2\r", [2]),
                               ("\x1b", [0, 1, 2, 3]), ("/spoof\r", [1]), ("/\r", [0, 1, 2, 3]),
                               (f"/{stage.macs[3][-8:]}\r", [3]), ("\x1b", [0, 1, 2, 3]),
                               (f"/{stage.homes[1]}\r", [1]), ("/none\x1b", [1]),
                               ("\x1b", [0, 1, 2, 3])):
            terminal.press(keys)
            terminal.wait_for(lambda lines, e=expected: order(lines) == e, f"{keys!r}: {expected}")
        terminal.press("+")
        terminal.wait_for_text("every 2 s")
        terminal.press("-")
        terminal.wait_for_text("every 1 s")
        terminal.press("h")
        terminal.wait_for_text("sort by VF, RX, TX")
        terminal.press("\x1b")
        terminal.wait_for(lambda lines: order(lines) == [0, 1, 2, 3], "all VFs again")
        terminal.press("q")
        assert terminal.end() == (0, "")
        assert terminal.is_as_before()


def test_pause_holds_the_page(stage):
    with start_top(stage) as terminal:
        def clock(lines):
            return lines[0].split()[2]
        first = clock(terminal.wait_for_text("svf top").splitlines())
        terminal.wait_for(lambda lines: clock(lines) != first, "a second page")
        terminal.press("p")
        paused = clock([terminal.wait_for_text("PAUSED")])
        with pytest.raises(AssertionError):
            terminal.wait_for(lambda lines: clock(lines) != paused, "a new page", 2.5)
        terminal.press(" ")
        terminal.wait_for(lambda lines: "PAUSED" not in lines[0] and clock(lines) != paused,
                          "going on")


def test_the_page_follows_the_size_of_the_terminal(stage):
    sizes = {(10, 40): "PF VF LINK LANE RX/s TX/s DROP/s", (40, 160): "OWNER ADDRESS",
             (3, 80): "RX% TX%", (24, 79): "RX% TX%", (5, 20): "PF VF RX/s"}
    with start_top(stage) as terminal:
        terminal.wait_for_text("TX%")
        for (lines, columns), heading in sizes.items():
            terminal.set_size(lines, columns)

            def fits(page, heading=heading, columns=columns):
                shown = [" ".join(line.split()) for line in page]
                return (any(line.endswith(heading) or line.startswith(heading) for line in shown)
                        and all(len(line) <= columns for line in page) and rows(page))
            terminal.wait_for(fits, f"a page of {columns} x {lines}")
        for lines, columns in ((1, 1), (2, 3), (1, 200)):
            terminal.set_size(lines, columns)
            terminal.wait_for(lambda page, c=columns: page[-1].startswith("pf0"[:c]), "a row")
        terminal.set_size(24, 80)
        terminal.wait_for(lambda page: order(page) == [0, 1, 2, 3], "all VFs")
        terminal.press("q")
        assert terminal.end() == (0, "") and terminal.is_as_before()


@pytest.mark.parametrize("signal", ["TERM", "INT", "HUP"])
def test_signals_leave_the_terminal_as_it_was(stage, signal):
    with start_top(stage) as terminal:
        terminal.wait_for_text("TX%")
        assert not terminal.is_as_before()
        stage.world.kill(top_pid(stage), signal)
        assert terminal.end() == (0, "")
        assert terminal.is_as_before()


def start_in_shell(svf):
    """`top` as a job of a shell, which tells how it ended or stopped and waits for Enter. (In a
    session of its own, since job control does not reach across pid namespaces.)"""
    script = f"set -m; {paths.LOADER} top; echo exit $?; read -r x; fg; echo exit $?; read -r x"
    return Terminal(svf.world, ["setsid", "--ctty", "dash", "-c", script], svf.ns)


def test_interrupt_from_the_keyboard(stage):
    with start_in_shell(stage) as terminal:
        terminal.wait_for_text("TX%")
        terminal.press("\x03")
        terminal.wait_for_text("exit 0")
        assert terminal.is_as_before()


@pytest.mark.parametrize("hup", ["taken", "ignored"])
def test_it_ends_with_its_terminal(stage, hup):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if hup == "ignored" else signal.SIG_DFL)
    with start_top(stage) as terminal:
        signal.signal(signal.SIGHUP, before)
        terminal.wait_for_text("TX%")
        terminal.hang_up()
        wait.until(lambda: top_pid(stage) is None, "the end")


def test_stopped_and_continued(stage):
    with start_in_shell(stage) as terminal:
        terminal.wait_for_text("TX%")
        terminal.press("\x1a")
        terminal.wait_for_text("exit 148")
        assert terminal.is_as_before()
        terminal.screen.reset()
        terminal.press("\r")
        terminal.wait_for(lambda lines: order(lines) == [0, 1, 2, 3], "the page again")
        terminal.press("q")
        terminal.wait_for_text("exit 0")
        assert terminal.is_as_before()


def test_the_documents_screen_is_todays(stage):
    """docs/screens.md has the page of a terminal and the text, with today's columns."""
    document = (paths.TREE / "docs/screens.md").read_text().split("## top\n")[1].split("\n## ")[0]
    shown = [line.split() for line in document.splitlines() if line.startswith("    PF ")]
    with start_top(stage, columns=80) as terminal:
        page = terminal.wait_for_text("PF ").split()
    text = stage.command("top", "-b", "--count", 1).stdout.splitlines()[2].split()
    assert shown == [page, text]


# --- a pipe ---

def test_plain_text_has_all_columns(stage):
    with Traffic(stage, seconds=30):
        wait.until(lambda: stage.counters().stats[1, "tx"]["packets"], "traffic")
        text = stage.command("top", "-b", "--count", 2, "--sort", "tx").stdout
    blocks = text.split("\n\n")
    assert len(blocks) == 3 and blocks[2] == ""
    for block in blocks[:2]:
        lines = block.splitlines()
        assert lines[0].endswith("Z") and lines[1].startswith("pf0: ")
        assert "\x1b" not in block and len(lines) == 3 + VFS
        assert lines[2].split()[-3:] == ["NETDEV", "OWNER", "ADDRESS"]
        assert all(len(line.split()) == len(lines[2].split()) for line in lines[3:])
        assert order(lines) == [1, 0, 2, 3]
        assert [row["ADDRESS"] for row in rows(lines)] == [stage.macs[i] for i in (1, 0, 2, 3)]
        assert [row["OWNER"] for row in rows(lines)] == [stage.homes[1], stage.homes[0], "-", "-"]


def test_a_signal_ends_plain_text(stage):
    top = stage.world.start([paths.LOADER, "top", "-b"], stage.ns)
    assert top.stdout.readline().endswith("Z\n")
    stage.world.kill(top_pid(stage), "TERM")
    rest = top.stdout.read()
    assert top.wait(10) == 0 and rest.endswith("\n\n"), "ends behind a whole block"
    top.stdout.close()
    top.stdin.close()


def test_a_reader_that_leaves_ends_it(stage):
    text = stage.world.shell(f"timeout 20 {paths.LOADER} top -b | head -n 1", stage.ns)
    assert text.endswith("Z\n")


@pytest.mark.parametrize("words, code, message", [
    ((), EXIT_USAGE, "top: this is no terminal: use -b for text, -j for JSON"),
    (("nosuch0", "-b"), EXIT_NOT_FOUND, "nosuch0: no such netdev"),
    (("-b", "--sort", "size"), EXIT_USAGE,
     "top: --sort size: must be vf or rx or tx or drops or name"),
    (("-b", "--count", "0"), EXIT_USAGE, "top: --count 0: must be a number from 1 to 2147483647"),
    (("-b", "-w", "0"), EXIT_USAGE, "top: --watch 0: must be a number from 1 to 86400"),
])
def test_refusals(stage, words, code, message):
    done = stage.command("top", *words, check=False)
    assert (done.returncode, done.stderr) == (code, f"svf-loader: {message}\n")


def test_unknown_terminal(stage):
    with start_top(stage, term="nonsense") as terminal:
        assert terminal.end() == (
            EXIT_UNSUPPORTED,
            "svf-loader: top: no such terminal type as `nonsense`: set TERM, or use -b\n")
        assert terminal.is_as_before()


# --- which PFs ---

def test_all_pfs_or_one(wire, svf):
    """Also in another namespace than the caller's (-n)."""
    wire.world.ip("link add pf1 numrxqueues 1 numtxqueues 1 type veth peer name wire1\n"
                  "link set wire1 up\nlink set pf1 up", wire.host)
    svf.up("--lane", "tc", vfs=2)
    svf.command("up", "pf1", "--vfs", 1, "--lane", "tc")

    def seen(text):
        return [tuple(line.split()[:2]) for line in text.splitlines()
                if line.startswith("pf") and ":" not in line.split()[0]]
    both = [("pf0", "0"), ("pf0", "1"), ("pf1", "0")]
    assert seen(svf.command("top", "-b", "--count", 1).stdout) == both
    assert seen(svf.command("top", "pf1", "-b", "--count", 1).stdout) == both[2:]
    there = wire.world.run([paths.LOADER, "-n", wire.host, "top", "-b", "--count", 1]).stdout
    assert seen(there) == both
    with start_top(svf) as terminal:
        terminal.wait_for(lambda lines: seen("\n".join(lines)) == both, "three VFs of two PFs")
        terminal.press("/pf1\r")
        terminal.wait_for(lambda lines: seen("\n".join(lines)) == both[2:], "those of one")
        terminal.press("q")
        assert terminal.end() == (0, "")
    svf.command("down", "pf1")


# --- what comes and goes ---

@pytest.mark.parametrize("words", [(), ("pf0",)], ids=["all PFs", "one PF"])
def test_a_pf_goes_down_and_comes_up(wire, svf, words):
    svf.up(vfs=2)
    with start_top(svf, *words) as terminal:
        terminal.wait_for(lambda lines: order(lines) == [0, 1], "two VFs")
        svf.down()
        terminal.wait_for_text("has no VFs" if words else "no PF is up")
        assert not rows(terminal.look())
        svf.up(vfs=3)
        terminal.wait_for(lambda lines: order(lines) == [0, 1, 2], "three VFs")
        wire.world.ip(f"link del {svf.pf}", wire.host)
        terminal.wait_for_text("the PF is gone")
        terminal.press("q")
        assert terminal.end() == (0, "")


def test_batch_goes_on_while_a_pf_is_down(svf):
    svf.up(vfs=1)
    top = svf.world.start([paths.LOADER, "top", "pf0", "-j"], svf.ns)
    assert json.loads(top.stdout.readline())["pfs"][0]["vfs"][0]["vf"] == 0
    svf.down()
    seen = []

    def is_down():
        seen.append(json.loads(top.stdout.readline())["pfs"][0])
        return seen[-1].get("error")
    assert wait.until(is_down, "an error").startswith("pf0: has no VFs")
    svf.world.kill(top_pid(svf), "INT")
    top.stdout.close()
    top.stdin.close()
    assert top.wait(10) == 0


def test_dead_agent_and_deleted_netdev(wire, svf):
    svf.up(vfs=2)
    with start_top(svf, columns=120) as terminal:
        terminal.wait_for(lambda lines: [row["RX%"] for row in rows(lines)] == ["0", "0"], "rings")
        wire.world.kill(daemon_pid(svf), "STOP")  # nobody starts another one
        svf.kill_agent()
        terminal.wait_for_text("agent dead")
        assert [row["RX%"] for row in rows(terminal.look())] == ["-", "-"]
        wire.world.ip("link del pf0v1", wire.host)
        terminal.wait_for(lambda lines: [row["LINK"] for row in rows(lines)] == ["off", "gone"],
                          "the netdev gone")
        terminal.press("q")
        assert terminal.end() == (0, "")


def daemon_pid(svf):
    """Pid of the PF daemon, by its pidfile."""
    return int(svf.world.shell(f"cat {svf.run_dir}/daemon.pid"))
