# SPDX-License-Identifier: GPL-2.0-only
"""The C tools as objects: captures that stay, and senders."""

import json
from dataclasses import dataclass

from . import frames, paths

COLLECT_TIMEOUT_MS = 10000
# Senders go slower than rings and ports (a tap's queue holds 64 frames) can fill by bursts.
RATE_PPS = 5000


@dataclass
class Received:
    """One frame as an observation point saw it."""

    netdev: str
    data: bytes
    time_ns: int
    kind: str  # what the kernel took it for: host, broadcast, multicast, otherhost
    meta: bool  # its tag was beside the frame

    @property
    def id(self):
        """Id of a test frame; None for a frame that is not ours."""
        known = frames.identify(self.data)
        return known[1] if known else None


class Capture:
    """svf-capture on a netdev (or several of a namespace), running from its making to close()."""

    def __init__(self, world, netdev, ns="", types=(), all_frames=False):
        netdevs = [netdev] if isinstance(netdev, str) else list(netdev)
        args = [paths.CAPTURE] + (["--all"] if all_frames else [])
        for ethertype in types:
            args += ["--type", hex(ethertype)]
        self.name = f"{ns}/{netdevs[0]}"
        self.process = world.start(args + netdevs, ns)
        assert self.process.stdout.readline() == "ready\n", f"cannot capture on {self.name}"

    def arm(self, round_, sentinels, timeout_ms=COLLECT_TIMEOUT_MS):
        """Asks for the frames of a round; what came before is still there."""
        self.process.stdin.write(f"collect {round_} {sentinels} {timeout_ms}\n")
        self.process.stdin.flush()

    def take(self):
        """The frames of the collect that was armed, and how many sentinels were seen."""
        received = []
        for line in self.process.stdout:
            entry = json.loads(line)
            if entry.get("end"):
                assert entry["lost"] == 0, f"{self.name}: the capture itself lost frames"
                return received, entry["sentinels"]
            received.append(Received(entry["netdev"], bytes.fromhex(entry["hex"]),
                                     entry["time_ns"], entry["kind"], entry["meta"]))
        raise AssertionError(f"{self.name}: svf-capture ended")

    def collect(self, round_, sentinels, timeout_ms=COLLECT_TIMEOUT_MS):
        """The frames of a round up to the last sentinel; without any, those that are there."""
        self.arm(round_, sentinels, timeout_ms if sentinels else 0)
        received, seen = self.take()
        assert seen >= sentinels, f"{self.name}: {seen} of {sentinels} sentinels came"
        return received

    def close(self):
        """Ends the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(COLLECT_TIMEOUT_MS / 1000)


def send(world, netdev, data, ns="", count=1, rate=RATE_PPS, gso_size=0):
    """Sends frames (bytes objects) and waits for the end; what svf-send tells."""
    args = [paths.SEND, "--count", count, "--rate", int(rate), "--gso-size", gso_size, netdev]
    done = world.run(args, ns, stdin=frames.pack(data), timeout_s=120)
    return json.loads(done.stdout)


def start_sending(world, netdev, data, ns="", count=1, rate=RATE_PPS):
    """The same in the background."""
    sender = world.start([paths.SEND, "--count", count, "--rate", rate, netdev], ns, text=False)
    sender.stdin.write(frames.pack(data))
    sender.stdin.close()
    return sender


def start_flood(world, netdev, frame, ns="", seconds=1.0, rate=0, cpu=None):
    """svf-flood in the background."""
    args = [paths.FLOOD, "--seconds", seconds]
    args += ["--rate", rate] if rate else []
    args += ["--cpu", cpu] if cpu is not None else []
    flood = world.start(args + [netdev], ns, text=False)
    flood.stdin.write(frame)
    flood.stdin.close()
    return flood


def finish(process, timeout_s=60):
    """Waits for a background sender; what it tells."""
    out = process.stdout.read()
    process.stdout.close()
    assert process.wait(timeout_s) == 0, f"{process.args} failed"
    return json.loads(out)
