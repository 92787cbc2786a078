#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
follow.py carrier|join|maddr|mac ROUNDS HOST FAR GUEST [LOADER]

How long it takes until something outside of the product is followed by it. Each round is a line
of numbers, in ms. The places are those of scripts/bench.sh: the PF (pf0) is in the namespace HOST,
the other end of its cable (wire) in FAR, a VF's netdev (eth0) in GUEST. It is all done by system
calls of this one process, so that nothing but the product is in the times.

carrier: PF set down, PF set up, cable pulled, cable back: until the VF netdev's namespace is told
  of its carrier (RTM_NEWLINK).
join: a socket joins a group (IGMP); maddr: what `ip maddr add` does, of which no frame tells. Until
  a frame to the group arrives at the VF netdev; one is sent every ms, and none may arrive before.
mac: the (trusted) VF netdev gets another MAC: until frames pass with it both ways; until LOADER
  shows it, asked again and again from then on.
"""

import contextlib
import ctypes
import fcntl
import json
import random
import select
import socket
import struct
import subprocess
import sys
import time

PF, WIRE, VF_NETDEV = "pf0", "wire", "eth0"
DEADLINE_S = 5
REST_S = 0.2  # between two changes, and up to twice that: not in step with what looks periodically
TICK_S = 0.001  # between two frames

SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFHWADDR, SIOCGIFHWADDR = 0x8913, 0x8914, 0x8924, 0x8927
SIOCADDMULTI, SIOCDELMULTI, SIOCGIFINDEX = 0x8931, 0x8932, 0x8933
IFF_UP, IFF_LOWER_UP = 1, 1 << 16
ARPHRD_ETHER, ETH_P_EXPERIMENT, FRAME_LEN = 1, 0x88B5, 60
RTMGRP_LINK, RTM_NEWLINK = 1, 16
NLMSG, IFINFO = struct.Struct("=IHHII"), struct.Struct("=BxHiII")

LIBC = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def inside(namespace):
    """In a network namespace for a while; a socket stays in the one it is made in."""
    with open("/proc/self/ns/net", "rb") as here, \
            open(f"/var/run/netns/{namespace}", "rb") as there:
        enter(there)
        try:
            yield
        finally:
            enter(here)


def enter(namespace):
    """setns()"""
    if LIBC.setns(namespace.fileno(), 0):
        raise OSError(ctypes.get_errno(), "setns")


class Port:
    """A netdev in a namespace: its address, and frames of ours."""

    def __init__(self, namespace, netdev):
        self.namespace, self.netdev = namespace, netdev
        with inside(namespace):
            self.control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.frames = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(ETH_P_EXPERIMENT))
            self.frames.bind((netdev, ETH_P_EXPERIMENT))

    def ask(self, request, data=b""):
        """An ioctl on the netdev."""
        return fcntl.ioctl(self.control, request,
                           struct.pack("16s24s", self.netdev.encode(), data))[16:]

    @property
    def mac(self):
        """Its address."""
        return self.ask(SIOCGIFHWADDR)[2:8]

    @property
    def index(self):
        """Its ifindex."""
        return struct.unpack_from("=i", self.ask(SIOCGIFINDEX))[0]

    def set_mac(self, mac):
        """Gives it another."""
        self.ask(SIOCSIFHWADDR, struct.pack("=H", ARPHRD_ETHER) + mac)

    def set_up(self, up):
        """Sets it up or down."""
        flags, = struct.unpack_from("=H", self.ask(SIOCGIFFLAGS))
        self.ask(SIOCSIFFLAGS, struct.pack("=H", flags | IFF_UP if up else flags & ~IFF_UP))

    def send(self, dst, src, mark):
        """One frame; who drops it may say so."""
        frame = dst + src + struct.pack("!HI", ETH_P_EXPERIMENT, mark)
        with contextlib.suppress(OSError):
            self.frames.send(frame.ljust(FRAME_LEN, b"\0"))

    def got(self, mark):
        """Whether one with this mark is among what has arrived."""
        found = False
        with contextlib.suppress(BlockingIOError):
            while True:
                frame, where = self.frames.recvfrom(FRAME_LEN, socket.MSG_DONTWAIT)
                incoming = where[2] != socket.PACKET_OUTGOING
                found |= incoming and struct.unpack_from("!I", frame, 14)[0] == mark
        return found


def ms_since(start):
    """From time.monotonic()."""
    return (time.monotonic() - start) * 1e3


def rest():
    """A time that is never the same."""
    time.sleep(REST_S * (1 + random.random()))


def until(done, start, what):
    """Calls it every tick until it is true; how long that took."""
    while not done():
        if ms_since(start) > DEADLINE_S * 1e3:
            sys.exit(f"follow.py: {what}: not within {DEADLINE_S} s")
        time.sleep(TICK_S)
    return ms_since(start)


# --- carrier ---


def events_of(namespace):
    """A socket that the kernel tells of links."""
    with inside(namespace):
        events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        events.bind((0, RTMGRP_LINK))
        return events


def carriers_in(data, index):
    """The carriers of a netdev that messages tell of."""
    while len(data) >= NLMSG.size + IFINFO.size:
        length, kind, *_ = NLMSG.unpack_from(data)
        _, _, about, flags, _ = IFINFO.unpack_from(data, NLMSG.size)
        if kind == RTM_NEWLINK and about == index:
            yield bool(flags & IFF_LOWER_UP)
        data = data[(length + 3) & ~3:]


def carrier_round(pf, wire, guest):
    """Four times."""
    times = []
    for end, up in ((pf, False), (pf, True), (wire, False), (wire, True)):
        with events_of(guest.namespace) as events:
            rest()
            start = time.monotonic()
            end.set_up(up)
            while True:
                if not select.select([events], [], [], DEADLINE_S)[0]:
                    sys.exit(f"follow.py: {end.netdev} {'up' if up else 'down'}: no event")
                if up in carriers_in(events.recv(65536), guest.index):
                    break
            times.append(ms_since(start))
    return times


# --- groups ---


@contextlib.contextmanager
def joined(guest, group):
    """A socket in the group."""
    with inside(guest.namespace):
        member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with member:
        member.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                          socket.inet_aton(group) + struct.pack("=4si", b"", guest.index))
        yield


@contextlib.contextmanager
def listed(guest, mac):
    """An address in the netdev's list."""
    guest.ask(SIOCADDMULTI, struct.pack("=H", socket.AF_UNSPEC) + mac)
    try:
        yield
    finally:
        guest.ask(SIOCDELMULTI, struct.pack("=H", socket.AF_UNSPEC) + mac)


def group_round(wire, guest, by_socket):
    """A group that nobody has been in."""
    low = random.randrange(1 << 16)
    if by_socket:
        mac = bytes([0x01, 0x00, 0x5E, 0x63, *divmod(low, 256)])
        member = joined(guest, f"239.99.{low >> 8}.{low & 255}")
    else:
        mac = bytes([0x03, 0x00, 0x5E, 0x63, *divmod(low, 256)])
        member = listed(guest, mac)

    def arrives():
        wire.send(mac, wire.mac, low)
        return guest.got(low)

    end_s = time.monotonic() + REST_S * (1 + random.random())
    while time.monotonic() < end_s:
        if arrives():
            sys.exit("follow.py: a frame to the group arrives though nobody is in it")
        time.sleep(TICK_S)
    start = time.monotonic()
    with member:
        return [until(arrives, start, "a frame to the group")]


# --- addresses ---


def shown(host, loader):
    """The addresses of the VFs as the product shows them."""
    done = subprocess.run(["nsenter", f"--net=/var/run/netns/{host}", "--", loader, "-j", "show",
                           PF], check=True, capture_output=True)
    return [bytes.fromhex(vf["address"].replace(":", ""))
            for vf in json.loads(done.stdout)[0]["vfinfo_list"]]


def mac_round(wire, guest, host, loader):
    """An address that nobody has had."""
    low = random.randrange(1 << 24)
    mac = b"\x02\x5e\x63" + low.to_bytes(3, "big")
    passed = set()

    def passes():
        wire.send(mac, wire.mac, low)
        guest.send(wire.mac, mac, low)
        passed.update(port for port in (wire, guest) if port.got(low))
        return len(passed) == 2

    rest()
    start = time.monotonic()
    guest.set_mac(mac)
    frames_ms = until(passes, start, "frames with another MAC")
    return [frames_ms, until(lambda: mac in shown(host, loader), start, "showing another MAC")]


def main():
    """See above."""
    what, rounds, host, far, guest, *more = sys.argv[1:]
    pf, wire, guest = Port(host, PF), Port(far, WIRE), Port(guest, VF_NETDEV)
    measure = {
        "carrier": lambda: carrier_round(pf, wire, guest),
        "join": lambda: group_round(wire, guest, True),
        "maddr": lambda: group_round(wire, guest, False),
        "mac": lambda: mac_round(wire, guest, host, *more),
    }[what]
    for _ in range(int(rounds)):
        print(*(f"{ms:.1f}" for ms in measure()), flush=True)


main()
