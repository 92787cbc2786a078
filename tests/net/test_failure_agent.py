# SPDX-License-Identifier: GPL-2.0-only
"""
All or nothing, the agent's side: `up --vfs 2` while each call by which vf-agent makes something
fails in turn. Beside a copy of svf-loader stands, as vf-agent, a script that runs the real one
under strace. Either `up` ends well, or the machine is as before and one line says what failed.
"""

import os
import re
from collections import Counter

import pytest

from svfnet import inject, paths, snapshot
from svfnet.product import Svf
from svfnet.topology import Topology

HERE = "/run/inject"
TRACED = ("socket,setsockopt,bind,ioctl,bpf,epoll_create1,epoll_ctl,eventfd2,signalfd4,"
          "timerfd_create,clone3,fcntl,getsockopt")
MAKING = re.compile(r"(socket|setsockopt|bind|ioctl|bpf|epoll_create1|epoll_ctl|eventfd2|signalfd4"
                    r"|timerfd_create|clone3|getsockopt)\(|fcntl\(.*DUPFD")
AT_LEAST = 40  # calls of an agent for 2 VFs on one queue
SHORT_LIMIT = 60


class Stage:
    """A wire, and the copy of the loader with the script beside it."""

    def __init__(self, world):
        self.world = world
        self.wire = Topology(world, addresses=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        os.makedirs(world.path(HERE))
        world.run(["cp", paths.LOADER, f"{HERE}/svf-loader"])
        self.before = self.snapshot()

    def snapshot(self):
        """State of host and far end."""
        return snapshot.take(self.world, self.wire.host, self.wire.far)

    def write_agent(self, options):
        """The script, with strace's options."""
        path = self.world.path(f"{HERE}/vf-agent")
        with open(path, "w", encoding="ascii") as f:
            f.write(f"#!/bin/sh\nexec strace -qq -o {HERE}/log -s 40 -e trace={TRACED} {options} "
                    f"-- {paths.AGENT} \"$@\"\n")
        os.chmod(path, 0o755)

    def up(self):
        """`up` by the copy."""
        return self.world.run([f"{HERE}/svf-loader", "up", self.wire.pf, "--vfs", 2],
                              self.wire.host, check=False)

    def points(self):
        """The making calls of an undisturbed agent until its heart beats on its own."""
        self.write_agent("")
        assert self.up().returncode == 0
        with open(self.world.path(f"{HERE}/log"), encoding="utf-8", errors="replace") as f:
            lines = f.read().splitlines()
        self.svf.down()
        seen, points = Counter(), []
        for line in lines:
            name = line.partition("(")[0]
            seen[name] += 1
            if MAKING.match(line) and " = -1 " not in line:
                points.append(inject.Point(name, seen[name], line.strip()))
        return points

    def attempt(self, point):
        """What is wrong after an `up` with a failure at this point, "" if nothing."""
        self.write_agent(f"-e inject={point.name}:error=EPERM:when={point.ordinal}")
        done = self.up()
        if done.returncode == 0:
            self.svf.down()
        left = snapshot.difference(self.before, self.snapshot())
        if left:
            return f"{point}: exit {done.returncode}, {done.stderr.strip()}: not as before:\n{left}"
        if done.returncode != 0 and done.stderr.count("\n") != 1:
            return f"{point}: exit {done.returncode}, not one line:\n{done.stderr}"
        return "" if done.returncode == 0 else None


@pytest.fixture(scope="module", name="stage")
def stage_fixture(world):
    """A stage in a world of its own module."""
    return Stage(world)


def test_a_failure_at_each_making_call_of_the_agent_leaves_nothing(stage, long):
    points = stage.points()
    assert len(points) >= AT_LEAST
    outcomes = [stage.attempt(p) for p in (points if long else inject.spread(points, SHORT_LIMIT))]
    complaints = [o for o in outcomes if o]
    assert not complaints, "\n".join([f"{len(complaints)} of {len(outcomes)}:", *complaints[:3]])
    assert outcomes.count(None) > len(outcomes) / 2, "most of them must matter"


def test_an_agent_that_is_not_yet_known_by_its_pidfile_is_ended_too(stage):
    """It is stopped where it begins, and `up` is told to end meanwhile. Who ends first would leave
    it: three times, since the PF daemon that has to kill it used to lose that race but now and
    then."""
    with open(stage.world.path(f"{HERE}/vf-agent"), "w", encoding="ascii") as f:
        f.write(f"#!/bin/sh\nkill -STOP $$\nexec {paths.AGENT} \"$@\"\n")
    os.chmod(stage.world.path(f"{HERE}/vf-agent"), 0o755)
    for _ in range(3):
        done = stage.world.run(["timeout", "-s", "TERM", "2", f"{HERE}/svf-loader", "up",
                                stage.wire.pf, "--vfs", 2], stage.wire.host, check=False)
        assert done.returncode == 124, done.stderr
        assert not snapshot.difference(stage.before, stage.snapshot())
