# SPDX-License-Identifier: GPL-2.0-only
"""Ordinary traffic: ping, TCP and UDP by iperf3, and the kernel's count of bad checksums."""

import itertools
import json

_ports = itertools.count(5201)
CHECKSUM_ERRORS = ("InCsumErrors", "Udp6InCsumErrors", "UdpLite6InCsumErrors", "Icmp6InCsumErrors")


def ping(world, ns, address, count=3):
    """Some echoes; fails if one is missing."""
    world.run(["ping", "-q", "-n", "-c", count, "-i", "0.01", "-W", "2", address], ns)


def iperf(world, server_ns, client_ns, address, *words):
    """One iperf3 run from client to server (or back with -R): its JSON report."""
    port = next(_ports)
    server = world.start(["iperf3", "-s", "-1", "--forceflush", "-p", port], server_ns)
    for line in server.stdout:
        if "Server listening" in line:
            break
    done = world.run(["timeout", "30", "iperf3", "-J", "-c", address, "-p", port, "--connect-timeout", "3000",
                      *words], client_ns, check=False)
    server.stdin.close()
    server.stdout.close()
    if done.returncode != 0:
        server.kill()
    server.wait(10)
    report = json.loads(done.stdout)
    assert done.returncode == 0 and "error" not in report, report.get("error")
    return report["end"]


def checksum_errors(world, ns):
    """{protocol counter: value} of all frames with a bad checksum that a namespace received."""
    errors = {}
    rows = [line.split() for line in world.shell("cat /proc/net/snmp", ns).splitlines()]
    for names, values in zip(rows[::2], rows[1::2]):
        for name, value in zip(names[1:], values[1:]):
            if name in CHECKSUM_ERRORS:
                errors[names[0] + name] = int(value)
    for line in world.shell("cat /proc/net/snmp6", ns).splitlines():
        name, value = line.split()
        if name in CHECKSUM_ERRORS:
            errors[name] = int(value)
    return errors
