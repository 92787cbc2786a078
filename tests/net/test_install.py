# SPDX-License-Identifier: GPL-2.0-only
"""
`make install` puts the programs anywhere, and they work from there: nothing of the build tree's
path is in them. `make uninstall` takes away what was installed and nothing else. Nothing is built
here: make is told that the programs are new, and installs copies of them.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from svfnet import paths, snapshot, traffic
from svfnet.product import Svf
from svfnet.topology import FAR_IP4, Topology
from svfnet.world import World

FILES = {  # below PREFIX: (mode, what it is a copy of)
    "sbin/svf-loader": (0o755, paths.LOADER),
    "sbin/vf-agent": (0o755, paths.AGENT),
    "sbin/svf-ip": (0o755, paths.SVF_IP),
    "share/man/man7/svf.7": (0o644, paths.TREE / "docs/man/svf.7"),
    "share/man/man8/svf-loader.8": (0o644, paths.TREE / "docs/man/svf-loader.8"),
    "share/man/man5/svf.json.5": (0o644, paths.TREE / "docs/man/svf.json.5"),
    "share/man/man8/vf-agent.8": (0o644, paths.TREE / "docs/man/vf-agent.8"),
    "share/man/man8/svf-ip.8": (0o644, paths.TREE / "docs/man/svf-ip.8"),
    "share/bash-completion/completions/svf-ip":
        (0o644, paths.TREE / "scripts/completion/svf-ip.bash"),
    "share/bash-completion/completions/svf-loader":
        (0o644, paths.TREE / "scripts/completion/svf-loader.bash"),
    "lib/udev/rules.d/70-svf.rules": (0o644, paths.TREE / "scripts/net/70-svf.rules"),
    "lib/systemd/network/70-svf.network": (0o644, paths.TREE / "scripts/net/70-svf.network"),
    "lib/systemd/system/svf@.service": (0o644, None),  # made: tests/net/test_state.py
}
# What an outer make, or the caller, would have ours do differently.
NOT_FOR_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PREFIX", "DESTDIR", "SBINDIR",
                "MANDIR", "COMPDIR", "UDEVDIR", "NETDDIR", "UNITDIR",
                "BUILD")


def make(target, **variables):
    """Runs the Makefile's target; `all` counts as done."""
    env = {k: v for k, v in os.environ.items() if k not in NOT_FOR_MAKE}
    words = [f"{name}={value}" for name, value in variables.items()]
    subprocess.run(["make", "-s", "-o", "all", "-C", paths.TREE, target, *words],
                   env=env, check=True, capture_output=True)


@pytest.fixture(scope="module", name="built")
def built_fixture(tmp_path_factory):
    """A build directory with copies of the programs."""
    build = tmp_path_factory.mktemp("build")
    for program in (paths.LOADER, paths.AGENT, paths.SVF_IP):
        shutil.copy2(program, build)
    return build


def files_below(directory):
    """{relative path: mode} of all that is no directory."""
    return {str(p.relative_to(directory)): p.lstat().st_mode & 0o7777
            for p in Path(directory).rglob("*") if p.is_symlink() or not p.is_dir()}


def variables_of(tmp, case):
    """(make's variables, where the files must then be): only below `tmp` may be written."""
    return {
        "destdir": ({"DESTDIR": tmp}, tmp / "usr/local"),
        "prefix": ({"PREFIX": tmp / "opt/svf-1.0+x"}, tmp / "opt/svf-1.0+x"),
        "both": ({"DESTDIR": tmp, "PREFIX": "/usr"}, tmp / "usr"),
    }[case]


@pytest.mark.parametrize("case", ["destdir", "prefix", "both"])
def test_install_and_uninstall(built, tmp_path, case):
    """Each twice, as updates do; a stranger's files stay."""
    variables, prefix = variables_of(tmp_path, case)
    for path in (prefix / "sbin/vf-agent-of-another", prefix / "share/man/man8/ip.8"):
        path.parent.mkdir(parents=True)
        path.touch(0o600)
    before = files_below(tmp_path)
    below = prefix.relative_to(tmp_path)
    after = {**before, **{str(below / file): mode for file, (mode, _) in FILES.items()}}
    for target, wanted in [("install", after)] * 2 + [("uninstall", before)] * 2:
        make(target, BUILD=built, **variables)
        assert files_below(tmp_path) == wanted


def test_installed_files_are_copies(prefix):
    for file, (_, source) in FILES.items():
        assert source is None or (prefix / file).read_bytes() == source.read_bytes(), file


def test_directories_of_their_own(built, tmp_path):
    """What a distribution sets: other directories than PREFIX's."""
    variables = {"DESTDIR": tmp_path, "SBINDIR": "/usr/bin", "MANDIR": "/m", "COMPDIR": "/c",
                 "UDEVDIR": "/u", "NETDDIR": "/n", "UNITDIR": "/s"}
    make("install", BUILD=built, **variables)
    assert sorted(files_below(tmp_path)) == [
        "c/svf-ip", "c/svf-loader", "m/man5/svf.json.5", "m/man7/svf.7", "m/man8/svf-ip.8",
        "m/man8/svf-loader.8", "m/man8/vf-agent.8", "n/70-svf.network", "s/svf@.service",
        "u/70-svf.rules", "usr/bin/svf-ip",
        "usr/bin/svf-loader", "usr/bin/vf-agent"]
    make("uninstall", BUILD=built, **variables)
    assert not files_below(tmp_path)


@pytest.fixture(scope="module", name="prefix")
def prefix_fixture(built, tmp_path_factory):
    """PREFIX of an installation whose build directory is gone."""
    prefix = tmp_path_factory.mktemp("prefix") / "opt/svf"
    build = shutil.copytree(built, tmp_path_factory.mktemp("gone") / "build")
    make("install", BUILD=build, PREFIX=prefix)
    shutil.rmtree(build)
    return prefix


@pytest.fixture(name="hidden")
def hidden_fixture():
    """A wire in a world in which neither the tree nor the build directory can be reached."""
    with World() as world:
        for directory in {paths.TREE, paths.BUILD}:
            world.run(["mount", "-t", "tmpfs", "tmpfs", directory])
            assert not world.shell(f"ls -A {directory}")
            if paths.BUILD.is_relative_to(paths.TREE):
                break
        yield Topology(world)


def up_and_down(wire, command, agent, cwd="/"):
    """`up` by a shell command, frames through the rings, `down`; the agent is this file."""
    world, svf = wire.world, Svf(wire.world, wire.host, wire.pf)
    before = snapshot.take(world, wire.host, wire.far)
    world.shell(f"cd {cwd}; {command} up {wire.pf} --vfs 2", wire.host)
    exe = world.shell(f"readlink /proc/{svf.agent_pid()}/exe").strip()
    assert exe == str(agent)
    traffic.ping(world, wire.take_vf(0), FAR_IP4)
    rings = {vf: counters for (vf, _), counters in svf.rings(2).items()}
    assert rings[0]["rx_packets"] >= 3 and rings[0]["tx_packets"] >= 3
    world.shell(f"cd {cwd}; {command} down {wire.pf}", wire.host)
    world.del_netns("c0")
    snapshot.assert_same(before, snapshot.take(world, wire.host, wire.far), "after down")


@pytest.mark.parametrize("how", ["absolute", "relative", "path", "link"])
def test_installed_loader_finds_its_agent(prefix, hidden, how):
    """However it is called; by the file it is, not by the name it was called by."""
    sbin = prefix / "sbin"
    command, cwd = {
        "absolute": (f"{sbin}/svf-loader", "/"),
        "relative": ("../sbin/svf-loader", sbin),
        "path": (f"PATH={sbin}:$PATH; svf-loader", "/"),
        "link": ("/run/link", "/"),
    }[how]
    hidden.world.run(["ln", "-s", f"{sbin}/svf-loader", "/run/link"])
    up_and_down(hidden, command, sbin / "vf-agent", cwd)


def test_built_loader_finds_its_agent(wire):
    up_and_down(wire, paths.LOADER, paths.AGENT)


def test_loader_without_its_agent(built, tmp_path, wire):
    """Half an installation: one line says what is missing, and nothing is left. Lane tc needs no
    agent."""
    loader = shutil.copy2(built / "svf-loader", tmp_path)
    before = snapshot.take(wire.world, wire.host, wire.far)
    done = wire.world.run([loader, "up", wire.pf, "--vfs", 2], wire.host, check=False)
    assert done.returncode != 0
    assert done.stderr.count("\n") == 1 and f"{tmp_path}/vf-agent" in done.stderr, done.stderr
    snapshot.assert_same(before, snapshot.take(wire.world, wire.host, wire.far), "after up failed")
    wire.world.run([loader, "up", wire.pf, "--vfs", 2, "--lane", "tc"], wire.host)
    wire.world.run([loader, "down", wire.pf], wire.host)
    snapshot.assert_same(before, snapshot.take(wire.world, wire.host, wire.far), "after down")


@pytest.mark.parametrize("program", ["svf-loader", "vf-agent"])
def test_version(prefix, program):
    """The version of the Makefile, without root and without a kernel to ask."""
    makefile = (paths.TREE / "Makefile").read_text()
    version = re.search(r"^VERSION\s*:=\s*(\S+)", makefile, re.M).group(1)
    done = subprocess.run([prefix / "sbin" / program, "--version"], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(rf"{program} .*{re.escape(version)}.*\n", done.stdout)
    page = (prefix / f"share/man/man8/{program}.8").read_text()
    assert f'"svf {version}"' in page


@pytest.mark.parametrize("page", ["svf.7", "svf-loader.8", "svf-ip.8", "vf-agent.8"])
def test_man_page(prefix, page):
    """man(1) finds it."""
    name, section = page.rsplit(".", 1)
    done = subprocess.run(["man", "-M", prefix / "share/man", "-w", section, name],
                          capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(prefix / f"share/man/man{section}/{page}")


def test_completion(prefix):
    """Under the name by which bash-completion finds it."""
    script = f"""source {prefix}/share/bash-completion/completions/svf-loader
        complete -p svf-loader; COMP_WORDS=(svf-loader sh) COMP_CWORD=1; _svf_loader
        echo "${{COMPREPLY[*]}}" """
    done = subprocess.run(["bash", "-uec", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["complete -F _svf_loader svf-loader", "show"]


def complete(prefix, *words):
    """What svf-loader's completion offers for the last word."""
    quoted = " ".join(f"'{word}'" for word in ("svf-loader", *words))
    script = f"""source {prefix}/share/bash-completion/completions/svf-loader
        COMP_WORDS=({quoted}) COMP_CWORD={len(words)}; _svf_loader
        echo "${{COMPREPLY[*]}}" """
    done = subprocess.run(["bash", "-uc", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_completion_of_options(prefix, tmp_path):
    (tmp_path / "batch-of-mine").touch()
    assert complete(prefix, "show", "--br") == ["--brief"]
    assert complete(prefix, "show", "--color", "=", "") == ["auto", "always", "never"]
    assert "up" in complete(prefix, "--color", ""), "the word after it is the command"
    assert "down" in complete(prefix, "-n", "web", "")
    assert complete(prefix, "--batch", f"{tmp_path}/ba") == [f"{tmp_path}/batch-of-mine"]
    assert {"--batch", "--force", "--namespace"} <= set(complete(prefix, "--"))


def test_completion_of_svf_ip_is_that_of_ip(prefix):
    script = f"""_ip() {{ COMPREPLY=(from-ip); }}
        source {prefix}/share/bash-completion/completions/svf-ip
        complete -p svf-ip; _svf_ip; echo "${{COMPREPLY[*]}}" """
    done = subprocess.run(["bash", "-uec", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["complete -F _svf_ip svf-ip", "from-ip"]
