# SPDX-License-Identifier: GPL-2.0-only
"""
Everything of a world that `up` and `down` can touch, as text lines, so that two snapshots
compare object by object. Only what changes by itself is left out (counters, lifetimes).
"""

import json

# One shell per namespace: a snapshot is taken some hundred times.
NETNS_SCRIPT = """
echo @link; ip -d -j link show
echo @addr; ip -j addr show
echo @text route; ip route show table all; ip -6 route show table all
echo @qdisc; tc -j qdisc show
echo @fdb; bridge -j fdb show
for dev in $(ip -o link show | cut -d' ' -f2 | cut -d@ -f1 | tr -d :); do
    echo @text filter $dev; tc filter show dev $dev ingress; echo --; tc filter show dev $dev egress
    case $dev in pf[0-9]|wire[0-9]) echo @text features $dev; ethtool -k $dev; ethtool -l $dev;; esac
done
echo @text bpftool net; bpftool net
true
"""
# An svf process that is ending counts until it is gone: down waits for its processes.
WORLD_SCRIPT = """
echo @text bpffs; find /sys/fs/bpf -mindepth 1 | sort
echo @text run; find /run/svf -mindepth 0 2>/dev/null | sort
echo @text etc; find /etc/svf 2>/dev/null | sort
echo @text processes; cat /proc/[0-9]*/comm 2>/dev/null | grep -e svf-loader -e vf-agent | sort
echo @text netns; ls /run/netns
true
"""
LINES_MAX = 30
VOLATILE = {"valid_life_time", "preferred_life_time", "stats64", "stats", "expires"}


def flatten(prefix, value):
    """Lines "path = value" for every leaf of a JSON value; netdevs go by name."""
    if isinstance(value, dict):
        for key, entry in value.items():
            if key not in VOLATILE:
                yield from flatten(f"{prefix}.{key}", entry)
    elif isinstance(value, list) and not any(isinstance(entry, (dict, list)) for entry in value):
        yield f"{prefix} = {' '.join(str(entry) for entry in value)}"
    elif isinstance(value, list):
        for i, entry in enumerate(value):
            name = entry.get("ifname", i) if isinstance(entry, dict) else i
            yield from flatten(f"{prefix}[{name}]", entry)
    else:
        yield f"{prefix} = {value}"


def parse(title, output):
    """Lines of the sections that a script printed."""
    lines, section, body = [], "", []

    def flush():
        if section.startswith("text "):
            lines.extend(f"{title} {section[5:]}: {line.strip()}" for line in body if line.strip())
        elif section:
            for line in body:
                if line.strip():
                    lines.extend(flatten(f"{title} {section}", json.loads(line)))

    for line in output.splitlines():
        if line.startswith("@"):
            flush()
            section, body = line[1:], []
        else:
            body.append(line)
    flush()
    return lines


def take(world, *namespaces):
    """The snapshot: a list of lines."""
    lines = parse("", world.shell(WORLD_SCRIPT, check=False))
    for ns in namespaces:
        lines += parse(ns, world.shell(NETNS_SCRIPT, ns, check=False))
    return lines


def difference(before, after):
    """What is gone ("-") and what is new ("+"), one line each; "" if nothing."""
    was, now = set(before), set(after)
    lines = [f"- {line}" for line in before if line not in now]
    lines += [f"+ {line}" for line in after if line not in was]
    if len(lines) > LINES_MAX:
        lines[LINES_MAX:] = [f"({len(lines)} lines)"]
    return "\n".join(lines)


def assert_same(before, after, when=""):
    """Fails with the difference."""
    changed = difference(before, after)
    assert not changed, f"{when}: not as before:\n{changed}"


def bpf_objects(world, pins):
    """{"prog"|"map"|"link": ids} of what is pinned under a directory, by bpftool."""
    ids = {"prog": set(), "map": set(), "link": set()}
    where = {"prog": f"{pins}/progs", "map": pins, "link": f"{pins}/links"}
    for kind, directory in where.items():
        for path in world.shell(f"find {directory} -maxdepth 1 -type f", check=False).split():
            ids[kind].add(world.json(["bpftool", "-j", kind, "show", "pinned", path])["id"])
    return ids


def living(world, ids):
    """Those of bpf_objects() that the kernel still has."""
    left = []
    for kind, numbers in ids.items():
        alive = {entry["id"] for entry in world.json(["bpftool", "-j", kind, "show"])}
        left += [f"{kind} {i}" for i in sorted(numbers & alive)]
    return left
