# SPDX-License-Identifier: GPL-2.0-only
"""
`svf-loader show` is what the real ip prints of a PF whose driver has VFs of the same state. ip gets
the VFs by tests/shim/ip_vfinfo.c, from nothing but the JSON of `show`; the state in it is compared
with the sorter's maps elsewhere.
"""

import difflib
import json
import os
import pty
import re
import subprocess

import pytest
from svfnet import frames, paths, product, tools, vfinfo, wait
from svfnet.product import Svf
from svfnet.topology import Topology

VFS = 4
SENT = 1234
MAC = "02:00:00:00:00:77"
# Lines of ours are indented further than ip's, or begin so.
OURS = re.compile(r"    svf numvfs |        [A-Za-z]")


class Setup:
    """A PF with an alias and altnames, and VFs of which each is different."""

    def __init__(self, world):
        self.world = world
        self.wire = Topology(world, addresses=False, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", "tc", vfs=VFS)
        self.svf.set(0, "mac", MAC, "vlan", "100", "qos", "3", "proto", "802.1ad")
        self.svf.set(1, "max_tx_rate", "200", "min_tx_rate", "100", "spoofchk", "off")
        self.svf.set(2, "state", "disable", "query_rss", "on", "vlan", "0", "qos", "5")
        self.svf.set(2, "trust", "on")
        self.svf.set(3, "trunk", "add", "10-20", "state", "enable")
        world.ip("link set pf0 alias vf_0_of_no_card\nlink property add dev pf0 altname long0\n"
                 "link property add dev pf0 altname long1", self.wire.host)
        for vf in (0, 2):
            self.wire.take_vf(vf, addresses=False)
        self.count_frames()

    def count_frames(self):
        """Something for -s: frames a VF may send, and some from an address that is not its own."""
        self.world.ip("link set pf0v1 up", self.wire.host)
        mac, round_ = self.svf.vf_mac(1), frames.new_round()
        good = [frames.build(self.wire.far_mac, mac, "ipv4", round_, i, ()) for i in range(SENT)]
        bad = [frames.build(self.wire.far_mac, MAC, "ipv4", round_, i, ()) for i in range(3)]
        self.svf.set(1, "spoofchk", "on")
        tools.send(self.world, "pf0v1", good + bad, self.wire.host)

        def counted():
            tx = self.svf.show("-s")["vfinfo_list"][1]["stats"]["tx"]
            return (tx["tx_packets"], tx["dropped"]) == (SENT, len(bad))
        wait.until(counted, "the frames counted")
        self.svf.set(1, "spoofchk", "off")

    def ip(self, *words, shim=True):
        """The real ip, with VFs or without."""
        file = self.world.path("/run/vfinfo")
        with open(file, "w", encoding="ascii") as f:
            f.write(vfinfo.encode(self.svf.show("-s")))
        env = ["env", f"LD_PRELOAD={paths.IP_VFINFO}", "SVF_VFINFO=/run/vfinfo"] if shim else []
        return self.world.run([*env, "ip", *words], self.wire.host, check=False)

    def show(self, *words):
        """`svf-loader [OPTION...] show pf0`"""
        return self.svf.command(*words, "show", self.wire.pf)

    def close(self):
        """Everything away."""
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", name="setup")
def setup_fixture(world):
    """One for the module: nothing here changes it for others."""
    made = Setup(world)
    yield made
    made.close()


@pytest.mark.parametrize("options", [
    [], ["-s"], ["-o"], ["-o", "-s"], ["-c=always"], ["-c=never"], ["-c=always", "-s", "-o"],
    ["-stats"], ["-c", "-o"]], ids=" ".join)
def test_text_is_ips_byte_for_byte(setup, options):
    theirs = setup.ip(*options, "link", "show", "dev", "pf0")
    assert "vf 3" in theirs.stdout and not theirs.stderr
    assert setup.show(*options).stdout == theirs.stdout


@pytest.mark.parametrize("options", [["-d"], ["-s", "-d"], ["-d", "-o"]], ids=" ".join)
def test_details_add_lines_and_change_none(setup, options):
    def lines(text):
        return text.replace("\\", "\n").splitlines(keepends=True)
    theirs = lines(setup.ip(*options, "link", "show", "dev", "pf0").stdout)
    ours = lines(setup.show(*options).stdout)
    differ = [line for line in difflib.ndiff(theirs, ours) if line[0] in "+-?"]
    assert len(differ) > VFS
    assert not [line for line in differ if line[0] != "+" or not OURS.match(line[2:])]


def test_details_tell_where_things_are(setup):
    text = setup.show("-d").stdout
    assert re.search(r"^    svf numvfs 4 lane tc xdp none daemon \d+$", text, re.M)
    assert re.search(r"^        netdev pf0v1 ifindex \d+ up carrier on, repr.* pf0r1", text, re.M)
    assert re.search(r"^        netdev pf0v0 ifindex \d+ netnsid \d+ up", text, re.M)
    assert "\n        Allowed 802.1Q VLANs: 10-20.\n" in text


@pytest.mark.parametrize("options", [["-j"], ["-s", "-j"], ["-d", "-j"], ["-s", "-d", "-j"],
                                     ["-j", "-p"], ["-s", "-j", "-p"]], ids=" ".join)
def test_json_is_ips_and_one_object_more(setup, options):
    theirs = setup.ip(*options, "link", "show", "dev", "pf0").stdout
    ours = setup.show(*options).stdout
    told = json.loads(ours)
    for vf in told[0]["vfinfo_list"]:
        assert vf.pop("svf")["lane"] == "tc"
    assert told[0].pop("svf")["pf"] == "pf0" and told[0].pop("num_vf") == VFS
    assert json.dumps(told) == json.dumps(json.loads(theirs)), "with the order of keys"
    assert theirs.endswith("\n") and ours.endswith("\n")


def test_pretty_json_differs_by_whole_lines(setup):
    theirs = setup.ip("-s", "-j", "-p", "link", "show", "dev", "pf0").stdout.splitlines()
    ours = setup.show("-s", "-j", "-p").stdout.splitlines()
    gone = [line[2:] for line in difflib.ndiff(theirs, ours) if line[0] == "-"]
    assert ours[0] == "[ {" and ours[-1] == "    } ]"
    assert all(f"{line}," in ours or line.strip() in ("}", "} ],", "} ]") for line in gone)


def test_brief_is_one_line_each(setup):
    lines = setup.show("-br").stdout.splitlines()
    assert lines[0] + "\n" == setup.ip("-br", "link", "show", "dev", "pf0").stdout
    assert len(lines) == 1 + VFS
    assert lines[1].split() == f"pf0v0 UP {MAC} vf 0 vlan 100 qos 3 proto 802.1ad".split()
    assert lines[2].split()[:2] == ["pf0v1", "UP"]
    assert lines[2].endswith(" vf 1 max_tx_rate 200 min_tx_rate 100 spoofchk off")
    assert lines[3].split()[:2] == ["pf0v2", "LOWERLAYERDOWN"], "state disable"
    assert lines[4].split()[1] == "DOWN" and lines[4].endswith(" vf 3 state enable trunk")
    one = setup.svf.command("-br", "show", "pf0", "vf", "2").stdout.splitlines()
    assert [line.split()[0] for line in one] == ["pf0@if2" if "@" in lines[0] else "pf0", "pf0v2"]


def test_one_vf_alone(setup):
    text = setup.svf.command("show", "pf0", "vf", "1").stdout
    assert re.findall(r"^    vf (\d+) ", text, re.M) == ["1"]


def on_a_terminal(world, ns, args, env=None):
    """What a command writes to a terminal, as (text, exit status)."""
    main, side = pty.openpty()
    with subprocess.Popen(world.command(args, ns), stdout=side, stderr=side, stdin=side,
                          env=world.environment(env)) as process:
        os.close(side)
        text = b""
        while True:
            try:
                chunk = os.read(main, 65536)
            except OSError:
                break
            if not chunk:
                break
            text += chunk
        os.close(main)
    return text.decode().replace("\r\n", "\n"), process.returncode


def test_colour_on_a_terminal_only(setup):
    args = [paths.LOADER, "show", "pf0"]
    plain, coloured = (setup.ip(f"-c={when}", "link", "show", "dev", "pf0").stdout
                       for when in ("never", "always"))
    assert plain != coloured
    assert on_a_terminal(setup.world, setup.wire.host, args) == (coloured, 0)
    assert on_a_terminal(setup.world, setup.wire.host, args, {"NO_COLOR": "1"}) == (plain, 0)
    assert on_a_terminal(setup.world, setup.wire.host, [*args, "-c=never"]) == (plain, 0)
    assert setup.show().stdout == plain and setup.show("-c=auto").stdout == plain


def test_the_parser_of_a_test_suite_reads_it(setup):
    text = setup.show("-s", "-d").stdout
    for vf in range(VFS):
        found = [line.split()[3] for line in text.splitlines() if f"vf {vf}" in line]
        assert found == [setup.svf.vf_mac(vf)]


@pytest.mark.parametrize("words, code, said", [
    (["show", "nope"], product.EXIT_NOT_FOUND, {"object": "nope", "pf": "nope", "errno": "ENODEV"}),
    (["set", "pf0", "vf", "9", "vlan", "1"], product.EXIT_NOT_FOUND,
     {"object": "pf0: vf 9", "pf": "pf0", "vf": 9}),
    (["set", "pf0", "vf", "1", "vlan", "5000"], product.EXIT_USAGE,
     {"object": "pf0: vf 1", "pf": "pf0", "vf": 1}),
    (["shwo"], product.EXIT_USAGE, {"object": None}),
    (["up", "pf0", "--vfs", "7"], None, {"object": "pf0", "pf": "pf0"}),
    (["-n", "nowhere", "show"], product.EXIT_NOT_FOUND, {"object": "nowhere"}),
], ids=lambda v: v[0] if isinstance(v, list) else "")
def test_failures_as_json(setup, words, code, said):
    plain = setup.svf.command(*words, check=False)
    done = setup.svf.command("-j", *words, check=False)
    assert done.returncode == plain.returncode and done.returncode == (code or done.returncode)
    error = json.loads(done.stderr)["error"]
    assert done.stderr.count("\n") == 1 and error["exit"] == done.returncode
    assert plain.stderr == f"svf-loader: {error['message']}\n"
    assert {key: error.get(key) for key in said} == said


def test_namespace(setup):
    """-n enters the network namespace and nothing else: bpffs and /run stay."""
    inside = setup.show("-j").stdout
    for name in (setup.wire.host, f"/run/netns/{setup.wire.host}"):
        outside = setup.world.run([paths.LOADER, "-n", name, "-j", "show", "pf0"]).stdout
        assert json.loads(outside)[0]["vfinfo_list"] == json.loads(inside)[0]["vfinfo_list"]
    setup.world.run([paths.LOADER, "-netns", setup.wire.host, "set", "pf0", "vf", "3", "qos", "0",
                     "vlan", "0"])
    done = setup.world.run([paths.LOADER, "-n", "/dev/null", "show"], check=False)
    assert done.returncode == product.EXIT_NOT_FOUND and "is no network namespace" in done.stderr


BATCH = """# a comment
-br show pf0 vf 1     # and another
set 'pf0' vf "3" \\
    storm 5
set pf0 vf 77 storm 5
set pf0 vf 3 storm 6
"""


def storm(setup):
    """What the batches change."""
    return setup.svf.vf(3)["svf"]["storm"]


def test_batch_stops_at_the_first_failure(setup):
    done = setup.svf.command("-batch", "-", stdin=BATCH, check=False)
    assert done.returncode == product.EXIT_NOT_FOUND
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["pf0v1"]
    told = done.stderr.splitlines()
    assert len(told) == 2 and "vf 77: no such VF" in told[0]
    assert told[1].endswith("Command failed -:5")
    assert storm(setup) == 5


def test_batch_goes_on_if_forced(setup):
    with open(setup.world.path("/run/batch"), "w", encoding="ascii") as f:
        f.write(BATCH + "set pf0 vf 3 'storm 7\n")
    done = setup.world.run([paths.LOADER, "-force", "-n", setup.wire.host, "-batch", "/run/batch"],
                           check=False)
    assert done.returncode == product.EXIT_NOT_FOUND, "the first one's"
    assert re.findall(r"Command failed /run/batch:(\d+)", done.stderr) == ["5", "7"]
    assert "a quote does not end" in done.stderr
    assert storm(setup) == 6


def test_batch_hands_its_options_on(setup):
    done = setup.svf.command("-j", "-batch", "-", stdin="show pf0 vf 1\nset pf0 vf 99 storm 1\n",
                             check=False)
    assert json.loads(done.stdout)[0]["vfinfo_list"][0]["vf"] == 1
    assert json.loads(done.stderr.splitlines()[0])["error"]["vf"] == 99
    nested = setup.svf.command("-batch", "-", stdin="-batch x\n", check=False)
    assert nested.returncode == product.EXIT_USAGE and "cannot stand in a batch" in nested.stderr
    missing = setup.svf.command("-batch", "/nowhere", check=False)
    assert missing.returncode == product.EXIT_USAGE and "/nowhere" in missing.stderr


def test_timeout_tells_who_holds_the_lock(setup):
    holder = ["flock", f"{setup.svf.run_dir}/lock", "sh", "-c",
              f"echo $$ set > {setup.svf.run_dir}/lock; echo; cat"]
    with subprocess.Popen(setup.world.command(holder, setup.wire.host), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        done = setup.svf.command("--timeout", "0", "set", "pf0", "vf", "3", "storm", "8",
                                 check=False)
        process.stdin.close()
    assert done.returncode == product.EXIT_BUSY
    assert re.search(r"pf0: busy: `svf-loader set` \(pid \d+\) has been at work for \d+ s",
                     done.stderr)


def test_long_work_shows_progress_on_a_terminal_only(world):
    wire = Topology(world, addresses=False, ipv6=False, suffix="2")
    svf = Svf(world, wire.host, wire.pf)
    up = [paths.LOADER, "up", wire.pf, "--vfs", "20", "--lane", "tc"]
    text, status = on_a_terminal(world, wire.host, up)
    assert status == 0
    steps = re.findall(r"\r\x1b\[Kpf0: ([^\r]*)", text)
    assert "making VFs: 1 of 20" in steps and "making VFs: 20 of 20" in steps
    assert "waiting for its daemon and agent ..." in steps
    assert text.rpartition("\r\x1b[K")[2].startswith("pf0: 20 VFs up: ")
    text, status = on_a_terminal(world, wire.host, [paths.LOADER, "down", wire.pf])
    assert status == 0 and "removing its VFs ..." in text and text.endswith("\r\x1b[K")
    done = svf.command(*up[1:])
    assert "\r" not in done.stdout and not done.stderr
    done = svf.down()
    assert not done.stdout and not done.stderr
    wire.close()


def test_up_with_json_prints_what_show_does(world):
    wire = Topology(world, addresses=False, ipv6=False, suffix="3")
    svf = Svf(world, wire.host, wire.pf)
    told = json.loads(svf.up("-j", "--lane", "tc").stdout)
    assert told[0]["ifname"] == wire.pf and len(told[0]["vfinfo_list"]) == told[0]["num_vf"] == 2
    svf.down()
    wire.close()


def test_without_ip_it_says_what_is_missing(setup):
    """ip is looked for in $PATH and the usual places: an empty mount over them hides it."""
    hide = "mount --bind /dev/null /usr/bin/ip; mount --bind /dev/null /usr/sbin/ip; exec \"$@\""
    done = setup.world.run(["unshare", "-m", "sh", "-c", hide, "-", paths.LOADER, "-j", "show",
                            "pf0"], setup.wire.host, check=False)
    assert done.returncode == product.EXIT_UNSUPPORTED
    assert json.loads(done.stderr.splitlines()[-1])["error"]["message"] == \
        "cannot find ip: install iproute2"
