# SPDX-License-Identifier: GPL-2.0-only
"""
svf-loader on one PF, and its tables read from the pins by bpftool: independent of what the
program says about itself.
"""

import json
import re
from dataclasses import dataclass, field

from . import paths, wait

EXIT_USAGE, EXIT_REFUSED, EXIT_NOT_FOUND, EXIT_BUSY, EXIT_UNSUPPORTED = 1, 2, 3, 4, 5
PF_ID, WIRE_ID = 0xFFFF, 0xFFFE
DIRECTIONS = ("rx", "tx")


@dataclass
class Counters:
    """Counters of VFs, PF and wire, summed over the CPUs, keyed by their names in abi.h."""

    stats: dict = field(default_factory=dict)  # (vf, "rx"|"tx") -> {counter: value}
    drops: dict = field(default_factory=dict)
    rings: dict = field(default_factory=dict)  # (vf, queue) -> {counter: value}
    redirects: dict = field(default_factory=dict)  # vf -> frames that svf_wire put into its rings

    def minus(self, older):
        """What was counted since `older`."""
        redirects = {vf: n - older.redirects.get(vf, 0) for vf, n in self.redirects.items()}
        return Counters(*(subtract(getattr(self, f), getattr(older, f))
                          for f in ("stats", "drops", "rings")), redirects)


def subtract(new, old):
    """Two-level difference; keys missing in old count from zero."""
    return {key: {name: value - old.get(key, {}).get(name, 0) for name, value in entry.items()}
            for key, entry in new.items()}


class Svf:
    """svf-loader, used in one namespace on one PF."""

    def __init__(self, world, ns, pf, queues=1):
        self.world, self.ns, self.pf, self.queues = world, ns, pf, queues
        escaped = pf.replace("%", "%25").replace(".", "%2e")
        self.label = f"{escaped}@{world.netns_inode(ns)}" if ns else escaped
        self.pins = f"/sys/fs/bpf/svf/{self.label}"
        self.run_dir = f"/run/svf/{self.label}"

    def command(self, *args, check=True, **kwargs):
        """Runs svf-loader with these words."""
        return self.world.run([paths.LOADER, *args], self.ns, check, **kwargs)

    def up(self, *args, vfs=2, check=True, **kwargs):
        """`svf-loader up PF --vfs N ...`"""
        return self.command("up", self.pf, "--vfs", vfs, *args, check=check, **kwargs)

    def down(self, check=True):
        """`svf-loader down PF`"""
        return self.command("down", self.pf, check=check)

    def set(self, vf, *words, check=True):
        """`svf-loader set PF vf N ...`"""
        return self.command("set", self.pf, "vf", vf, *words, check=check)

    def set_pf(self, *words, check=True):
        """`svf-loader set PF ...`"""
        return self.command("set", self.pf, *words, check=check)

    def show(self, *options):
        """The JSON object that `svf-loader -j show PF` prints about the PF."""
        return json.loads(self.command("-j", *options, "show", self.pf).stdout)[0]

    def vf(self, vf):
        """The entry of one VF in vfinfo_list."""
        return next(v for v in self.show()["vfinfo_list"] if v["vf"] == vf)

    def vf_mac(self, vf):
        """A VF's address as `show` tells it."""
        return self.vf(vf)["address"]

    def table(self, name):
        """A map as [(key, value)], by BTF; per-CPU values as a list."""
        dump = self.world.json(["bpftool", "-j", "map", "dump", "pinned", f"{self.pins}/{name}"])
        rows = []
        for row in dump:
            row = row["formatted"]
            values = row.get("values")
            value = [v["value"] for v in values] if values is not None else row["value"]
            rows.append((row["key"], value))
        return rows

    def per_cpu(self, name):
        """svf_stats or svf_drops, summed over the CPUs."""
        result = {}
        for key, values in self.table(name):
            names = values[0].keys()
            result[key["vf"], DIRECTIONS[key["direction"]]] = {
                n: sum(v[n] for v in values) for n in names}
        return result

    def counters(self, vfs=256):
        """All counters of PF, wire and VFs 0..vfs-1."""
        def ours(key):
            return key[0] in (PF_ID, WIRE_ID) or key[0] < vfs
        stats = {k: v for k, v in self.per_cpu("svf_stats").items() if ours(k)}
        drops = {k: v for k, v in self.per_cpu("svf_drops").items() if ours(k)}
        redirects = {vf: sum(values) for vf, values in self.table("svf_redirects") if vf < vfs}
        return Counters(stats, drops, self.rings(vfs), redirects)

    def rings(self, vfs=256):
        """svf_ring_stats of VFs 0..vfs-1, keyed {vf, queue} by the slot formula of abi.h."""
        rings = {}
        for slot, value in self.table("svf_ring_stats"):
            key = divmod(slot, self.queues)
            if key[0] < vfs:
                rings[key] = {n: v for n, v in value.items() if n not in ("vf", "queue")}
        return rings

    def agent_pid(self):
        """Pid of the running vf-agent, None if there is none (by /proc, not by what is told)."""
        pids = self.world.pids("vf-agent")
        return pids[0] if pids else None

    def kill_agent(self):
        """kill -9; the pid that was killed."""
        pid = self.agent_pid()
        self.world.kill(pid)
        return pid

    def agent_alive(self):
        """Whether `show` says that the agent moves frames."""
        text = json.dumps(self.show())
        return bool(re.search(r'"(agent_)?alive": true', text))

    def wait_for_agent(self, deadline_s=5):
        """Until an agent is alive again."""
        wait.until(self.agent_alive, "a living agent", deadline_s)
