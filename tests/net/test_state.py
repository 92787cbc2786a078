# SPDX-License-Identifier: GPL-2.0-only
"""
Declarative state: what `export` prints `apply` makes again, of PFs that are up and of PFs that are
down; whole or not at all; under traffic; on trial, whoever dies meanwhile; saved, and brought up as
the systemd unit does it.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from svfnet import paths, wait
from svfnet.product import EXIT_BUSY, EXIT_REFUSED, EXIT_USAGE
from svfnet.topology import FAR_IP4, vf_ip4

EXIT_DIFFERS = 6
TOP = Path(__file__).resolve().parents[2]
# One of each attribute, where they go together.
RICH = [
    {"vf": 0, "mac": "02:00:00:00:00:10", "vlan": 100, "qos": 3, "spoofchk": False},
    {"vf": 1, "vlan": 7, "proto": "802.1ad", "max_tx_rate": 200, "min_tx_rate": 40, "storm": 1000,
     "max_rx_rate": 300, "burst": 65536},
    {"vf": 2, "trunk": [{"vlan": 10, "vlanEnd": 20}, {"vlan": 5, "protocol": "802.1ad"}],
     "untagged": False, "mac_list": ["00:00:5e:00:01:01", "00:00:5e:00:01:02"]},
    {"vf": 3, "trust": True, "promisc": "unmatched", "allmulti": True, "bcast": False,
     "isolation": "private", "host_access": False, "allow_proto": ["lldp", "lacp"]},
    {"vf": 4, "state": "disable", "query_rss": True, "mtu": 1400},
]


def document(*vfs, pf="pf0", **keys):
    """A file of one PF, as text."""
    if "numvfs" not in keys and not vfs:
        keys["numvfs"] = 2
    return json.dumps({"version": 1, "pfs": [{"ifname": pf, **keys, "vfs": list(vfs)}]})


def export(svf):
    """What `export` prints, as text."""
    return svf.command("export").stdout


def apply(svf, text, *options, check=True, command="apply"):
    """`svf-loader apply -` of a text."""
    return svf.command(command, *options, "-", stdin=text, check=check)


def diff(svf, text):
    """Lines of `svf-loader diff -`, and its exit code told by whether there are any."""
    done = apply(svf, text, command="diff", check=False)
    assert done.returncode == (EXIT_DIFFERS if done.stdout else 0), done.stderr
    return done.stdout.splitlines()


def generations(svf):
    """{VF: generation of its configuration}"""
    return {vf: config["generation"] for vf, config in svf.table("svf_vfs")}


def refused(done, code, *texts):
    """One line on stderr with these texts, nothing on stdout."""
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == 1 and not done.stdout, done.stderr
    for text in texts:
        assert text in done.stderr


@pytest.mark.parametrize("lane", ["afxdp", "tc"])
def test_what_is_exported_is_applied_again(svf, unchanged, lane):
    svf.command("apply", "-", stdin=document(*RICH, numvfs=6, lane=lane, isolation="vepa",
                                             rate=1000, storm=5000))
    first = export(svf)
    for vf in RICH:
        assert vf in json.loads(first)["pfs"][0]["vfs"]
    agent, sorter = svf.world.pids("vf-agent"), generations(svf)
    assert not diff(svf, first)
    apply(svf, first)
    assert generations(svf) == sorter, "a VF was published again"
    assert svf.world.pids("vf-agent") == agent
    svf.down()
    lines = diff(svf, first)
    assert lines[0].startswith(f"up pf0 --vfs 6 --lane {lane}")
    assert any(line.startswith("set pf0 vf 4 ") for line in lines)
    apply(svf, first)
    assert export(svf) == first
    svf.down()


def test_it_converges_from_anything(svf, unchanged):
    texts = [document(*RICH, numvfs=5),
             document({"vf": 1, "trust": True}, {"vf": 9, "vlan": 4}, rate=500),
             document(numvfs=0),
             document({"vf": 0, "trunk": [{"vlan": 4094}]}, numvfs=3,
                      defaults={"vlan": 0}, pools=[{"name": "web", "vfs": "1-2",
                                                    "defaults": {"vlan": 12, "trust": True}}])]
    for first in texts:
        for second in texts:
            apply(svf, first)
            assert diff(svf, second) or first == second
            apply(svf, second)
            assert not diff(svf, second)
    assert [(v["vf"], v.get("vlan_list", [{}])[0].get("vlan")) for v in svf.show()["vfinfo_list"]
            ] == [(0, None), (1, 12), (2, 12)]
    apply(svf, json.dumps({"version": 1, "pfs": [{"ifname": "pf0", "up": False}]}))


def test_addresses_are_swapped(svf, unchanged):
    a, b = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
    apply(svf, document({"vf": 0, "mac": a}, {"vf": 1, "mac": b}, numvfs=2))
    done = apply(svf, document({"vf": 0, "mac": b}, {"vf": 1, "mac": a}, numvfs=2))
    assert not done.stderr
    assert [svf.vf_mac(0), svf.vf_mac(1)] == [b, a]
    apply(svf, document(numvfs=2))
    assert a not in svf.vf_mac(1) and not diff(svf, document(numvfs=2))
    svf.down()


def test_guarantees_move_from_one_vf_to_another(svf, unchanged):
    apply(svf, document({"vf": 1, "min_tx_rate": 900}, {"vf": 2, "min_tx_rate": 100}, numvfs=3,
                        rate=1000))
    apply(svf, document({"vf": 0, "min_tx_rate": 950}, numvfs=2, rate=1000))
    apply(svf, document({"vf": 0, "min_tx_rate": 50}, numvfs=2, rate=100))
    assert not diff(svf, document({"vf": 0, "min_tx_rate": 50}, numvfs=2, rate=100))
    svf.down()


def test_a_pf_that_was_renamed_is_known_by_its_name(wire, svf, unchanged):
    apply(svf, document(*RICH, numvfs=5))
    wire.world.ip("link set pf0 name pf9", wire.host)
    assert not diff(svf, export(svf))
    apply(svf, document({"vf": 0, "vlan": 5}, numvfs=2))
    assert not diff(svf, document({"vf": 0, "vlan": 5}, numvfs=2))
    refused(svf.command("export", "pf9", check=False), EXIT_BUSY, "use that name")
    wire.world.ip("link set pf9 name pf0", wire.host)
    svf.down()


def test_diff_prints_commands(svf, unchanged):
    svf.up(vfs=3)
    svf.set(1, "vlan", 5)
    text = document({"vf": 0, "vlan": 100, "qos": 2}, {"vf": 3, "trust": True}, numvfs=4, rate=100)
    lines = ["add pf0 vf 3", "set pf0 vf 0 vlan 100 qos 2", "set pf0 vf 1 vlan 0",
             "set pf0 vf 3 trust on", "set pf0 rate 100"]
    before = export(svf)
    assert diff(svf, text) == lines
    assert apply(svf, text, "--dry-run").stdout.splitlines() == lines
    dumped = json.loads(apply(svf, text, "--dry-run", "-j").stdout)
    assert [row["command"] for row in dumped] == lines and {row["pf"] for row in dumped} == {"pf0"}
    assert export(svf) == before
    for line in lines:
        svf.command(*line.split())
    assert not diff(svf, text)
    svf.down()


def test_what_cannot_change_while_up_is_refused_before_anything_changed(svf, unchanged):
    svf.up(vfs=2)
    before = export(svf)
    for key, value, option in [("lane", "tc", "--lane tc"), ("ring_size", 64, "--ring-size 64"),
                               ("max_vfs", 9, "--max-vfs 9")]:
        for command in ("apply", "diff"):
            done = apply(svf, document({"vf": 0, "vlan": 5}, numvfs=4, **{key: value}), check=False,
                         command=command)
            refused(done, EXIT_REFUSED, option.split()[0], option.split()[1], "svf-loader down pf0")
    refused(apply(svf, document({"vf": 0, "vlna": 5}), check=False), EXIT_USAGE,
            'standard input: pfs[0].vfs[0].vlna: unknown key; did you mean "vlan"?')
    assert export(svf) == before
    svf.down()


def test_a_failure_in_the_middle_takes_everything_back(wire, svf, unchanged):
    apply(svf, document(*RICH[:3], numvfs=3))
    before = export(svf)
    # The last change is refused by what the PF is: its MTU, known only then.
    bad = document({"vf": 0, "vlan": 9}, {"vf": 1, "trust": True}, {"vf": 4, "mtu": 1501}, numvfs=5,
                   isolation="vepa")
    refused(apply(svf, bad, check=False), EXIT_REFUSED, "pf0: vf 4: mtu 1501",
            "everything is as it was before")
    assert export(svf) == before
    assert not wire.world.shell("ip -o link | grep -E 'pf0[vr][34]' || true", wire.host)
    svf.down()
    refused(apply(svf, bad, check=False), EXIT_REFUSED, "pf0: vf 4: mtu 1501")
    assert "pf0" not in svf.command("show").stdout


def test_of_two_pfs_both_or_none(wire, svf, unchanged):
    wire.world.ip("link add pf1 type veth peer name wire1", wire.host)
    two = [{"ifname": "pf0", "numvfs": 1, "lane": "tc"},
           {"ifname": "pf1", "numvfs": 2, "lane": "tc"}]
    bad = [two[0], {**two[1], "vfs": [{"vf": 1, "mtu": 9000}]}]
    try:
        refused(apply(svf, json.dumps({"version": 1, "pfs": bad}), check=False), EXIT_REFUSED,
                "pf1: vf 1: mtu 9000")
        assert not svf.command("show").stdout
        apply(svf, json.dumps({"version": 1, "pfs": two}))
        assert [pf["ifname"] for pf in json.loads(export(svf))["pfs"]] == ["pf0", "pf1"]
        apply(svf, json.dumps({"version": 1, "pfs": [{"ifname": "pf1", "up": False}]}))
        assert [pf["ifname"] for pf in json.loads(export(svf))["pfs"]] == ["pf0"]
        svf.down()
    finally:
        wire.world.ip("link del pf1", wire.host)


def test_a_vf_that_somebody_holds_goes_by_force(wire, svf, unchanged):
    svf.up(vfs=3)
    wire.take_vf(2, addresses=False)
    refused(apply(svf, document({"vf": 0, "vlan": 5}, numvfs=2), check=False), EXIT_BUSY,
            "pf0: vf 2", "c2", "--force")
    assert "vlan" not in export(svf)
    apply(svf, document({"vf": 0, "vlan": 5}, numvfs=2), "--force")
    assert [v["vf"] for v in svf.show()["vfinfo_list"]] == [0, 1]
    svf.down()
    wire.world.del_netns("c2")


@pytest.mark.parametrize("lane", ["afxdp", "tc"])
def test_apply_under_traffic_to_another_vf_loses_nothing(wire, svf, unchanged, lane):
    apply(svf, document(numvfs=3, lane=lane))
    ns = wire.take_vf(0)
    wire.world.run(["ping", "-c1", "-W5", vf_ip4(0)], wire.far)
    ping = wire.world.start(["ping", "-i", "0.002", "-c", "1500", "-W", "2", vf_ip4(0)], wire.far)
    others = [{**vf, "vf": vf["vf"] + 1} for vf in RICH]
    for text in (document(*others[:4], numvfs=6), document(numvfs=3), document(*others, numvfs=8)):
        apply(svf, text)
    assert ping.poll() is None, "the changes took longer than the traffic"
    out = ping.communicate(timeout=60)[0]
    assert re.search(r"1500 packets transmitted, 1500 received, 0% packet loss", out), out
    wire.world.run(["ping", "-c1", "-W5", FAR_IP4], ns)
    svf.down()
    wire.world.del_netns(ns)


# --- on trial ---


def start_try(svf, text, timeout_s):
    """`try` at work, when the change is in force."""
    svf.world.shell(f"cat > /run/tried.json <<'EOF'\n{text}\nEOF")
    trial = svf.world.start([paths.LOADER, "try", "--timeout", timeout_s, "/run/tried.json"],
                            svf.ns, stderr=subprocess.PIPE)
    line = trial.stdout.readline()
    assert "confirm" in line, line + trial.stderr.read()
    assert not diff(svf, text)
    return trial


def pid_of(svf, session_leader):
    """Pid of `try` itself, or of the process that waits for it."""
    rows = svf.world.shell("ps -eo pid=,sid=,args= | grep '[s]vf-loader try' || true").splitlines()
    for row in rows:
        pid, sid, program = row.split(None, 2)
        if (pid == sid) == session_leader and "nsenter" not in program:
            return int(pid)
    raise AssertionError(rows)


@pytest.fixture(name="tried")
def tried_fixture(svf, unchanged):
    """(before, what is tried): a PF that is up."""
    apply(svf, document(*RICH[:3], numvfs=3))
    yield export(svf), document({"vf": 1, "vlan": 9}, {"vf": 3, "trust": True}, numvfs=4,
                                isolation="vepa")
    svf.world.run(["rm", "-f", "/run/tried.json"])
    assert not svf.world.shell("ls /run/svf/*/try.json 2>/dev/null || true")
    svf.down()
    wait.until(lambda: not svf.world.pids("svf-loader"), "the end of all processes")


def test_confirmed_it_stays(svf, tried):
    trial = start_try(svf, tried[1], 60)
    refused(svf.set(0, "vlan", 6, check=False), EXIT_BUSY, "a try waits", "svf-loader confirm pf0")
    svf.command("confirm")
    assert trial.wait(20) == 0
    assert not diff(svf, tried[1])
    refused(svf.command("confirm", check=False), EXIT_REFUSED, "no try")


def test_not_confirmed_it_is_taken_back(svf, tried):
    trial = start_try(svf, tried[1], 2)
    assert trial.wait(30) == EXIT_REFUSED
    assert "as it was before" in trial.stderr.read()
    assert export(svf) == tried[0]


def test_the_time_begins_when_all_is_applied(svf, tried):
    """Sixty VFs take longer to change than `confirm` has time."""
    text = document(numvfs=60, defaults={"vlan": 9})
    trial = start_try(svf, text, 2)
    assert trial.poll() is None
    svf.command("confirm")
    assert trial.wait(20) == 0
    assert not diff(svf, text)


def test_interrupted_it_is_taken_back_at_once(svf, tried):
    start = start_try(svf, tried[1], 600)
    svf.world.kill(pid_of(svf, False), "INT")
    assert start.wait(20) == EXIT_REFUSED
    assert export(svf) == tried[0]


@pytest.mark.parametrize("signal_", ["KILL", "HUP"])
def test_killed_it_is_taken_back_in_time(svf, tried, signal_):
    trial = start_try(svf, tried[1], 3)
    svf.world.kill(pid_of(svf, False), signal_)
    trial.wait(20)
    assert not diff(svf, tried[1]), "taken back at once"
    wait.until(lambda: export(svf) == tried[0], "the change taken back", 30)


def test_with_its_terminal_closed_it_is_taken_back_in_time(svf, tried):
    """script(1) makes the terminal; when it is killed, the kernel hangs that up."""
    svf.world.shell(f"cat > /run/tried.json <<'EOF'\n{tried[1]}\nEOF")
    terminal = svf.world.start(
        ["script", "-qfc", f"{paths.LOADER} try --timeout 3 /run/tried.json", "/dev/null"], svf.ns)
    wait.until(lambda: not diff(svf, tried[1]), "the change in force", 20)
    trial = pid_of(svf, True) and svf.world.pids("script")[0]
    svf.world.kill(trial)
    terminal.wait(20)
    wait.until(lambda: export(svf) == tried[0], "the change taken back", 30)


def test_when_the_process_that_waits_is_killed_try_takes_it_back(svf, tried):
    trial = start_try(svf, tried[1], 600)
    svf.world.kill(pid_of(svf, True))
    assert trial.wait(20) == EXIT_REFUSED
    assert export(svf) == tried[0]


def test_when_both_are_killed_the_next_command_takes_it_back(svf, tried):
    trial = start_try(svf, tried[1], 2)
    pids = pid_of(svf, False), pid_of(svf, True)
    for pid in pids:
        svf.world.kill(pid)
    trial.wait(20)
    assert not diff(svf, tried[1])
    # Refused while the try could still be confirmed, and then done on what was before.
    wait.until(lambda: not svf.set(0, "spoofchk", "on", check=False).returncode, "the deadline", 20)
    assert not diff(svf, tried[0].replace('"spoofchk": false', '"spoofchk": true'))


def test_killed_in_the_middle_of_the_change_it_is_taken_back(svf, tried):
    """Twenty VFs are being made when `try` is killed: what was cut short is ended, and undone."""
    svf.world.shell("cat > /run/tried.json", stdin=document({"vf": 0, "vlan": 50}, numvfs=20))
    trial = svf.world.start([paths.LOADER, "try", "--timeout", 2, "/run/tried.json"], svf.ns)
    wait.until(lambda: '"changing": true' in svf.world.shell("cat /run/svf/*/state.json"),
               "VFs being made", 20)
    svf.world.kill(pid_of(svf, False))
    trial.wait(20)
    wait.until(lambda: not svf.world.shell("ls /run/svf/*/try.json 2>/dev/null || true"),
               "the deadline", 40)
    assert export(svf) == tried[0]


def test_a_pf_that_was_down_goes_down_again(svf, tried):
    svf.down()
    trial = start_try(svf, tried[1], 1)
    assert trial.wait(30) == EXIT_REFUSED
    assert not svf.command("show").stdout
    assert not svf.world.shell("ls /run/svf 2>/dev/null || true")
    apply(svf, tried[0])


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_pf_can_be_taken_down_on_trial(svf, tried, confirmed):
    down = json.dumps({"version": 1, "pfs": [{"ifname": "pf0", "up": False}]})
    trial = start_try(svf, down, 60 if confirmed else 1)
    if confirmed:
        svf.command("confirm", "pf0")
    assert trial.wait(30) == (0 if confirmed else EXIT_REFUSED)
    if confirmed:
        assert not svf.world.shell("ls /run/svf 2>/dev/null || true")
        apply(svf, tried[0])
    assert export(svf) == tried[0]


def test_try_that_fails_leaves_nothing(svf, tried):
    svf.world.shell("cat > /run/tried.json", stdin=document({"vf": 1, "mtu": 9000}, numvfs=3))
    done = svf.command("try", "/run/tried.json", check=False)
    refused(done, EXIT_REFUSED, "mtu 9000", "as it was before")
    assert export(svf) == tried[0]


def test_try_of_what_is_there_already_needs_no_confirm(svf, tried):
    svf.world.shell("cat > /run/tried.json", stdin=tried[0])
    assert svf.command("try", "/run/tried.json").returncode == 0


# --- saved ---


@pytest.fixture(name="etc")
def etc_fixture(svf):
    """An /etc of the world's own, with /etc/svf."""
    svf.world.shell("""mkdir -p /run/etc /run/etc.work
        mount -t overlay svf-etc -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/etc.work /etc
        mkdir -p /etc/svf""")
    yield Path(svf.world.path("/etc/svf"))


def test_saved_it_comes_up_as_the_unit_does_it(wire, svf, etc, unchanged):
    apply(svf, document(*RICH, numvfs=6))
    saved = etc / "pf0.json"
    assert not saved.exists()
    svf.command("save")
    assert saved.read_text() == export(svf)
    assert [f.name for f in etc.iterdir() if f.suffix == ".new"] == []
    first = export(svf)
    start, reload_, stop = unit_commands("pf0")
    svf.world.run(stop, svf.ns)
    assert not svf.command("show").stdout
    svf.world.run(start, svf.ns)
    assert export(svf) == first
    ns = wire.take_vf(5)
    svf.world.run(["ping", "-c1", "-W5", vf_ip4(5)], wire.far)
    changed = json.loads(first)
    changed["pfs"][0]["vfs"][0]["vlan"] = 200
    saved.write_text(json.dumps(changed))
    svf.world.run(reload_, svf.ns)
    assert svf.vf(0)["vlan_list"][0]["vlan"] == 200
    apply(svf, document(numvfs=1), "--save", "--force")
    svf.world.del_netns(ns)
    assert json.loads(saved.read_text())["pfs"][0]["numvfs"] == 1
    apply(svf, json.dumps({"version": 1, "pfs": [{"ifname": "pf0", "up": False}]}), "--save")
    assert not saved.exists()


# --- the unit ---


def unit_text():
    """svf@.service as it is installed, but for its directory."""
    return (TOP / "scripts/svf@.service.in").read_text()


def unit_commands(pf):
    """ExecStart, ExecReload and ExecStop of svf@PF.service."""
    def command(key):
        line = re.search(rf"^{key}=(.*)$", unit_text(), re.M).group(1)
        words = line.replace("%I", pf).split()
        assert words[0] == "@SBINDIR@/svf-loader"
        return [paths.LOADER, *words[1:]]
    return [command(key) for key in ("ExecStart", "ExecReload", "ExecStop")]


def test_the_unit_is_one_to_systemd(tmp_path):
    """`systemd-analyze verify` of what `make install` installs; it needs no systemd that runs."""
    if not shutil.which("systemd-analyze"):
        pytest.fail("systemd-analyze is missing: scripts/install-deps.sh")
    subprocess.run(["make", "-s", f"BUILD={paths.LOADER.parent}", f"DESTDIR={tmp_path}", "install"],
                   cwd=TOP, check=True, timeout=300)
    unit = tmp_path / "usr/local/lib/systemd/system/svf@.service"
    text = unit.read_text()
    assert "@" not in re.sub(r"svf@|%\w", "", text.replace("@.service", "")), text
    # Its programs are not installed where it says.
    here = tmp_path / "svf@eth0.service"
    here.write_text(text.replace("/usr/local", f"{tmp_path}/usr/local"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", here], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0 and str(here) not in done.stderr, done.stderr
    broken = tmp_path / "svf@eth1.service"
    broken.write_text(here.read_text().replace("ExecStart=", "ExecStrat="))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", broken], capture_output=True,
                          text=True, timeout=60, check=False)
    assert "ExecStrat" in done.stderr, "the check cannot fail"


