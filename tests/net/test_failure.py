# SPDX-License-Identifier: GPL-2.0-only
"""
All or nothing: `up --vfs 2` with a failure, or a signal, at each call by which it makes or changes
something. Either it ends well, or the machine is as before and one line says what failed.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from svfnet import inject, paths, snapshot
from svfnet.product import Svf
from svfnet.topology import Topology
from svfnet.world import World

UP = [paths.LOADER, "up", "pf0", "--vfs", "2"]
WORKERS = 2
DETAILED = 3  # complaints told in full
SHORT_LIMIT = 160  # points per test without --long: `up` takes most of half a second
TOLERATED_MAX = 0.2  # share of calls that `up` may do without (probing, fsync, hints)


class Place:
    """A world with a wire, in which one worker fails `up` again and again."""

    def __init__(self):
        self.world = World()
        self.make()

    def make(self):
        """A new world: what one attempt left behind must not disturb the next."""
        self.world.close()
        self.world = World()
        self.wire = Topology(self.world, addresses=False)
        self.svf = Svf(self.world, self.wire.host, self.wire.pf)
        self.before = self.snapshot()

    def snapshot(self):
        """State of host and far end."""
        return snapshot.take(self.world, self.wire.host, self.wire.far)

    def attempt(self, point, what):
        """One failing `up`: (complaint or "", whether it went well all the same)."""
        done = inject.run(self.world, UP, self.wire.host, point, what)
        if done.returncode == 0:
            self.check_up()
            self.svf.down()
        complaint = self.judge(done, f"{what} at {point}")
        if complaint:
            self.make()
        return complaint, done.returncode == 0

    def check_up(self):
        """An `up` that succeeded has all it should have."""
        assert len(self.svf.show()["vfinfo_list"]) == 2 and self.svf.agent_alive()

    def judge(self, done, what):
        """What is wrong after a failed `up`, "" if nothing."""
        left = snapshot.difference(self.before, self.snapshot())
        if left:
            return f"{what}: exit {done.returncode}, {done.stderr.strip()}: not as before:\n{left}"
        if done.returncode != 0 and done.stderr.count("\n") != 1:
            return f"{what}: exit {done.returncode}, not one line:\n{done.stderr}"
        return ""


@pytest.fixture(scope="module")
def places():
    """A world per worker."""
    made = [Place() for _ in range(WORKERS)]
    yield made
    for place in made:
        place.world.close()


@pytest.fixture(scope="module")
def points(places):
    """The creating calls of an undisturbed `up`."""
    found = inject.record(places[0].world, UP, places[0].wire.host)
    places[0].svf.down()
    return found


def attempt_all(places, points, what):
    """Shares the points among the places; [(complaint, went well)]."""
    def work(index):
        return [places[index].attempt(p, what(i)) for i, p in enumerate(points)
                if i % WORKERS == index]
    with ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(work, range(WORKERS)), [])


def check(results, chosen):
    """Tells all points that went wrong, then some of them in detail."""
    complaints = [text for text, _ in results if text]
    short = [text.splitlines()[0] for text in complaints]
    assert not complaints, "\n".join([f"{len(complaints)} of {len(chosen)}:", *short, "",
                                      *complaints[:DETAILED]])


def test_up_makes_calls_worth_failing(points):
    names = {p.name for p in points}
    assert {"bpf", "socket", "openat"} <= names and len(points) > 50, names


def test_a_failure_at_each_creating_call_leaves_nothing(places, points, long):
    chosen = points if long else inject.spread(points, SHORT_LIMIT)
    results = attempt_all(places, chosen, lambda i: "error=EPERM")
    check(results, chosen)
    tolerated = sum(well for _, well in results)
    assert tolerated <= TOLERATED_MAX * len(chosen), f"{tolerated} of {len(chosen)} had no effect"


def test_a_signal_at_each_creating_call_leaves_nothing(places, points, long):
    chosen = points if long else inject.spread(points, SHORT_LIMIT // 2)
    results = attempt_all(places, chosen, lambda i: ("signal=TERM", "signal=INT")[i // WORKERS % 2])
    check(results, chosen)


def test_up_works_after_all_that(places):
    for place in places:
        place.svf.up(vfs=2)
        place.check_up()
        place.svf.down()
        snapshot.assert_same(place.before, place.snapshot(), "down")
