# SPDX-License-Identifier: GPL-2.0-only
"""
A private world to run things in: its own mount and pid namespace with an empty /run (and so
/run/svf and /run/netns) and an empty bpffs. All of it - processes, network namespaces with their netdevs, pins,
files - hangs on one process, which ends when its standard input closes. So nothing can be
left behind, even if the tests are killed, and two runs at once do not meet.
"""

import json
import os
import subprocess

# Pid 1 of the world: prepares the mounts, lets the kernel reap its orphans, lives until EOF.
KEEPER = """
import signal, subprocess, sys
for kind, target in [("tmpfs", "/run"), ("bpf", "/sys/fs/bpf")]:
    subprocess.run(["mount", "-t", kind, kind, target], check=True)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
sys.stdin.read()
"""
TIMEOUT_S = 60


class CommandFailed(AssertionError):
    """A command that had to succeed did not."""


class World:
    """One private world; network namespaces in it are known by name ("" is the machine's)."""

    def __init__(self):
        self.keeper = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
             "/usr/bin/python3", "-ISc", KEEPER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.keeper.stdout.readline() == "ready\n", "cannot make a private world"
        children = f"/proc/{self.keeper.pid}/task/{self.keeper.pid}/children"
        with open(children, encoding="ascii") as f:
            self.pid = int(f.read().split()[0])

    def close(self):
        """Ends every process of the world, and with it everything they held."""
        self.keeper.stdin.close()
        self.keeper.stdout.close()
        self.keeper.wait(TIMEOUT_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def path(self, name):
        """A path of the world as seen from here."""
        return f"/proc/{self.pid}/root{name}"

    def netns_inode(self, ns):
        """Number of a network namespace, as in `ls -i` and in PF labels."""
        return os.stat(self.path(f"/run/netns/{ns}")).st_ino

    def command(self, args, ns=""):
        """The command line that runs args in the world (never `ip netns exec`: it hides bpffs)."""
        enter = ["nsenter", "-t", str(self.pid), "-m", "-p"]
        if ns:
            enter.append(f"--net={self.path(f'/run/netns/{ns}')}")
        return enter + ["--"] + [str(a) for a in args]

    def environment(self, extra=None):
        """The agent checks its ledger of frames in all tests."""
        return {**os.environ, "SVF_AGENT_OPTIONS": "--verify-frames", "LC_ALL": "C", **(extra or {})}

    def run(self, args, ns="", check=True, stdin="", env=None, timeout_s=TIMEOUT_S):
        """Runs a command to its end; stdin may be bytes or text, output is text."""
        if isinstance(stdin, str):
            stdin = stdin.encode()
        done = subprocess.run(self.command(args, ns), input=stdin, capture_output=True,
                              env=self.environment(env), timeout=timeout_s, check=False)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        if check and done.returncode != 0:
            words = " ".join(str(a) for a in args)
            raise CommandFailed(f"{words}: exit {done.returncode}\n{done.stderr}{done.stdout}")
        return done

    def start(self, args, ns="", **kwargs):
        """Starts a command and returns its Popen, standard input and output as text pipes."""
        kwargs = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, **kwargs}
        return subprocess.Popen(self.command(args, ns), env=self.environment(), **kwargs)

    def shell(self, script, ns="", check=True, **kwargs):
        """Runs a shell script, returns its standard output."""
        return self.run(["sh", "-ec" if check else "-c", script], ns, check, **kwargs).stdout

    def ip(self, lines, ns=""):
        """Runs lines of `ip` commands at once."""
        self.run(["ip", "-batch", "-"], ns, stdin=lines + "\n")

    def json(self, args, ns=""):
        """Runs a command that prints JSON; nothing printed is []."""
        return json.loads(self.run(args, ns).stdout or "[]")

    def link(self, name, ns=""):
        """What `ip -d -j link` says about one netdev."""
        return self.json(["ip", "-d", "-j", "link", "show", "dev", name], ns)[0]

    def add_netns(self, name, ipv6=True, dad=False):
        """Makes a network namespace with lo up. Without duplicate address detection IPv6 addresses
        do not change some time after; without IPv6 nobody speaks unasked in it."""
        self.run(["ip", "netns", "add", name])
        conf, script = "/proc/sys/net/ipv6/conf", "ip link set lo up"
        if not dad:
            script += f"; echo 0 | tee {conf}/default/accept_dad > {conf}/all/accept_dad"
        if not ipv6:
            script += f"; echo 1 | tee {conf}/default/disable_ipv6 > {conf}/all/disable_ipv6"
        self.shell(script, name)

    def del_netns(self, name):
        """Deletes a network namespace and, with it, what is in there."""
        self.run(["ip", "netns", "del", name])

    def pids(self, comm):
        """Pids (as the world counts them) of the living processes called comm."""
        script = f"grep -lx {comm} /proc/[0-9]*/comm 2>/dev/null | cut -d/ -f3"
        return [int(pid) for pid in self.shell(script, check=False).split()]

    def kill(self, pid, signal="KILL"):
        """Sends a signal to one process of the world."""
        self.run(["kill", f"-{signal}", str(pid)])
