# SPDX-License-Identifier: GPL-2.0-only
"""
Fixtures of the net tests. They need root, the built programs (make) and Debian's pytest and
scapy; a test that needs more says so.
"""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from svfnet import paths, snapshot, world as worlds  # noqa: E402
from svfnet.product import Svf  # noqa: E402
from svfnet.topology import Topology  # noqa: E402


def pytest_addoption(parser):
    """--long: what takes minutes."""
    parser.addoption("--long", action="store_true", help="run the tests at full length")


def pytest_configure(config):
    """Without root nothing of this can be shown: that is a failure, not a skip."""
    if os.geteuid() != 0 and not config.option.collectonly:
        pytest.exit("net tests: need root", returncode=1)


def pytest_sessionstart(session):
    """A missing program is told once, by its path."""
    needed = [paths.LOADER, paths.AGENT, paths.SEND, paths.CAPTURE, paths.FLOOD, paths.VLAN_PUSH,
              paths.REFLECT, paths.SVF_IP, paths.IP_VFINFO]
    missing = [str(p) for p in needed if not p.exists()]
    if missing and not session.config.option.collectonly:
        pytest.exit(f"net tests: run make first: no {', '.join(missing)}", returncode=1)


def allowed_skips():
    """(file, reason) of each skip that skips.txt allows."""
    lines = (Path(__file__).parent / "skips.txt").read_text().splitlines()
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    assert all(len(row) == 3 for row in rows), "skips.txt: file | what it says | why"
    return {(file, says) for file, says, _ in rows}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """What is skipped without being listed is a failure."""
    report = (yield).get_result()
    if not report.skipped:
        return
    reason = call.excinfo.value.msg
    if (item.path.name, reason) not in allowed_skips():
        report.outcome = "failed"
        report.longrepr = f"skipped, which skips.txt does not allow: {reason}"


@pytest.fixture(scope="session", name="long")
def long_fixture(request):
    """Whether --long was given."""
    return request.config.option.long


@pytest.fixture(scope="module")
def world():
    """A private world for a module that makes its topology once and reuses it."""
    with worlds.World() as w:
        yield w


@pytest.fixture
def wire():
    """A wire of one queue with nothing up on it, in a world of its own: a test that fails in the
    middle of something spoils no other. (0.1 s.)"""
    with worlds.World() as own:
        yield Topology(own)


@pytest.fixture
def svf(wire):
    """svf-loader on the wire's PF."""
    return Svf(wire.world, wire.host, wire.pf, wire.queues)


@pytest.fixture
def unchanged(wire):
    """Fails the test if host or far end are not as before it (after the test's own `down`)."""
    before = snapshot.take(wire.world, wire.host, wire.far)
    yield
    snapshot.assert_same(before, snapshot.take(wire.world, wire.host, wire.far), "after the test")


@pytest.fixture(scope="session", autouse=True)
def say_what_is_tested():
    """Names the programs under test in the log."""
    print(f"svf-loader: {paths.LOADER}")
