# SPDX-License-Identifier: GPL-2.0-only
"""
Failures and signals at chosen system calls of a command, by strace's injection: the product has
no hook for it. Only the command's own process is traced, not its children.
"""

import re
from collections import Counter
from dataclasses import dataclass

# Calls that make or change something outside the process; asking and reading are left out.
CREATING = re.compile(r"""
    bpf\((BPF_MAP_CREATE|BPF_PROG_LOAD|BPF_BTF_LOAD|BPF_OBJ_PIN|BPF_LINK_CREATE|BPF_LINK_UPDATE
        |BPF_MAP_UPDATE_ELEM|BPF_MAP_DELETE_ELEM|BPF_MAP_FREEZE)
    |(sendto|sendmsg)\(.*(RTM_NEW|RTM_SET|RTM_DEL)
    |(socket|ioctl|mkdir|mkdirat|rename|renameat2?|mount|pipe2?|flock|clone3?|fork|vfork|membarrier
        |unlink|unlinkat|rmdir|symlinkat|memfd_create|pidfd_open|fsync)\(
    |open(at)?\(.*(O_CREAT|O_WRONLY|O_RDWR)
    |write\(([3-9]|\d\d)
""", re.VERBOSE)
TRACED = ("bpf,sendto,sendmsg,socket,ioctl,mkdir,mkdirat,rename,renameat,renameat2,mount,pipe,pipe2,"
          "flock,clone,clone3,fork,vfork,membarrier,unlink,unlinkat,rmdir,symlinkat,memfd_create,"
          "pidfd_open,fsync,open,openat,write")
TIMEOUT_S = 300


@dataclass(frozen=True)
class Point:
    """The ordinal-th call of a name."""

    name: str
    ordinal: int
    line: str

    def __str__(self):
        return f"{self.name} #{self.ordinal}: {self.line[:120]}"


def record(world, args, ns, log="/run/strace.log"):
    """Runs args traced; its creating calls in their order."""
    world.run(["strace", "-qq", "-o", log, "-s", "48", "-e", f"trace={TRACED}", "--", *args], ns)
    seen, points = Counter(), []
    with open(world.path(log), encoding="utf-8", errors="replace") as f:
        for line in f:
            name = line.partition("(")[0]
            if not re.fullmatch(r"\w+", name):
                continue
            seen[name] += 1
            if CREATING.match(line) and " = -1 " not in line:
                points.append(Point(name, seen[name], line.strip()))
    return points


def run(world, args, ns, point, what):
    """Runs args with `what` ("error=EPERM", "signal=TERM") injected at a point. One of libbpf's
    probes (global functions in BTF), refused, makes the verifier see them all inlined and give up
    after a million instructions: that takes 20 s and more."""
    return world.run(["strace", "-qq", "-o", "/run/inject.log", "-e", f"trace={point.name}", "-e",
                      f"inject={point.name}:{what}:when={point.ordinal}", "--", *args],
                     ns, check=False, timeout_s=TIMEOUT_S)


def spread(points, limit):
    """At most about `limit` of the points, evenly, the first and the last among them."""
    if len(points) <= limit:
        return points
    return [points[i * (len(points) - 1) // (limit - 1)] for i in range(limit)]
