# SPDX-License-Identifier: GPL-2.0-only
"""
docs/containers.md's lines, as they stand there, with real runtimes: the container reaches the wire and
is reached from it, in both lanes; when it ends, its namespace is gone. All have a busybox root. runc
and podman must be there; docker and systemd-nspawn are tested where they are installed.
"""

import json
import re
import shutil
from pathlib import Path

import pytest
from svfnet import paths, traffic, wait, world as worlds
from svfnet.product import Svf
from svfnet.topology import FAR_IP4, Topology

LINES = (paths.TREE / "docs/containers.md").read_text()
MAN = (paths.TREE / "docs/man/svf-loader.8").read_text().replace("\\-", "-")
BUNDLE = "/run/bundle"
VF_IP4, PORT, NETDEV = "10.77.1.13", 8080, "net1"
KINDS = ["runc by pid", "runc in a namespace", "podman by pid", "podman in a namespace",
         "docker by pid",
         "systemd-nspawn in a namespace"]
END_S, START_S = 10, 30
OPTIONAL = {"docker": ("docker", "dockerd"), "systemd-nspawn": ("systemd-nspawn",)}
DOCKERD = ["dockerd", "--data-root", "/run/dockerd", "--exec-root", "/run/docker-exec", "--pidfile",
           "/run/dockerd.pid",
           "-H", "unix:///run/docker.sock", "--bridge=none", "--iptables=false",
           "--ip6tables=false",
           "--storage-driver=vfs"]
SPEC_LINES = {"pid": '{ "type": "network" }',
              "ns": '{ "type": "network", "path": "/run/netns/web" }'}


def lines(kind):
    """The commands that follow <!-- kind -->."""
    return re.findall(r"    (.*)\n", LINES.split(f"<!-- {kind} -->\n")[1].split("\n\n")[0] + "\n")


def cgroups():
    """Where engines put their containers: they leave the upper directories behind."""
    names = ("docker", "libpod_parent")
    return {path for name in names for path in Path("/sys/fs/cgroup").glob(f"*/{name}")}


def remove_empty(top):
    """A cgroup and those below it, but for what somebody is in."""
    for path in [*sorted((p for p in top.rglob("*") if p.is_dir()), reverse=True), top]:
        try:
            path.rmdir()
        except OSError:
            pass


class Box:
    """A container called web, started and given VF 0 by the documented lines."""

    def __init__(self, kind, lane):
        assert shutil.which("runc") and shutil.which("podman") and shutil.which("busybox"), \
            "needs runc, podman and busybox-static: scripts/install-deps.sh --test"
        self.kind, self.engine = kind, kind.split()[0]
        self.cgroups = cgroups()
        self.world = worlds.World()
        self.wire = Topology(self.world, ipv6=False)
        self.svf = Svf(self.world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=2)
        self.make_bundle()
        if self.engine == "docker":
            self.start_docker()
        self.start()

    def start_docker(self):
        """A daemon with all it owns in the world's own /run, and an image of the busybox root."""
        self.world.add_netns("engine")
        self.daemon = self.world.start(DOCKERD, "engine", stdin=-3, stdout=-3, stderr=-3)
        wait.until(lambda: self.world.run(["docker", "version"], check=False).returncode == 0,
                   "dockerd", START_S)
        self.world.shell(f"tar -C {BUNDLE}/rootfs -c . | docker import - box")

    def make_bundle(self):
        """A root directory of busybox, and runc's own spec but for what a test machine refuses (see
        test_runc.py) and what it runs."""
        world = self.world
        world.shell(f"""mkdir -p {BUNDLE}/rootfs/bin {BUNDLE}/rootfs/proc {BUNDLE}/rootfs/www
            mkdir -p {BUNDLE}/rootfs/usr {BUNDLE}/rootfs/etc; touch {BUNDLE}/rootfs/etc/os-release
            cp {shutil.which("busybox")} {BUNDLE}/rootfs/bin/busybox
            for name in sh sleep ip httpd nc; do ln -s busybox {BUNDLE}/rootfs/bin/$name; done
            echo served by the container > {BUNDLE}/rootfs/www/index.html
            cd {BUNDLE}; runc spec""")
        with open(world.path(f"{BUNDLE}/config.json"), encoding="utf-8") as f:
            spec = json.load(f)
        assert json.loads(SPEC_LINES["pid"]) in spec["linux"]["namespaces"]
        assert all(line in LINES for line in SPEC_LINES.values())
        if "in a namespace" in self.kind:
            spec["linux"]["namespaces"].remove(json.loads(SPEC_LINES["pid"]))
            spec["linux"]["namespaces"].append(json.loads(SPEC_LINES["ns"]))
        spec["process"].pop("rlimits", None)
        spec["process"].update(terminal=False, args=["sleep", "600"])
        spec["linux"]["cgroupsPath"] = f"/svf-test-{world.pid}-web"
        with open(world.path(f"{BUNDLE}/config.json"), "w", encoding="utf-8") as f:
            json.dump(spec, f)

    def start(self):
        """The lines, with this machine's names: svf-loader's path, the PF, an address of the wire, and
        podman's storage in the world's own /run. Engines run where the operator is, in the host's
        mount namespace; svf-loader in the PF's network namespace."""
        for line in lines(self.kind):
            line = line.replace("eth0", "pf0").replace("192.0.2.13/24", f"{VF_IP4}/16")
            line = line.replace("podman ", f"{self.podman()} ").replace("IMAGE", "box sleep 600")
            if line.startswith("systemd-nspawn"):
                self.start_nspawn(line)
                continue
            here = self.wire.host if line.startswith("svf-loader") else ""
            line = line.replace("svf-loader", str(paths.LOADER), 1)
            self.world.shell(f"{line} < /dev/null > /run/out 2>&1", here)

    def start_nspawn(self, line):
        """Without a systemd to register with, and with a program of the root's instead of an init."""
        line = line.replace("DIR", f"{BUNDLE}/rootfs")
        line = line.replace("--boot", "--register=no --keep-unit /bin/sleep 600")
        self.daemon = self.world.start(line.split(), stdin=-3, stdout=-3, stderr=-3)
        wait.until(lambda: self.world.pids("sleep"), "a container of systemd-nspawn's", START_S)

    def podman(self):
        """Podman with storage of its own."""
        return "podman --root /run/storage --runroot /run/runroot --cgroup-manager cgroupfs"

    def inside(self, *words):
        """Runs a program of the container's in it."""
        how = {"runc": ["runc", "exec", "web"], "docker": ["docker", "exec", "web"],
               "podman": [*self.podman().split(), "--runtime", "runc", "exec",
                          "web"]}.get(self.engine)
        how = how or ["nsenter", "-t", self.pid(), "-m", "-n", "-p", "-r", "--"]
        return self.world.run([*how, *words]).stdout

    def pid(self):
        """The container's first process."""
        if self.engine == "runc":
            return self.world.json(["runc", "state", "web"])["pid"]
        if self.engine == "systemd-nspawn":
            return self.world.pids("sleep")[0]
        engine = "docker" if self.engine == "docker" else self.podman()
        return int(self.world.shell(f"{engine} inspect -f '{{{{.State.Pid}}}}' web"))

    def end(self):
        """The container ends, as its operator ends it."""
        if self.engine == "runc":
            self.world.run(["runc", "delete", "--force", "web"])
        elif self.engine == "docker":
            self.world.run(["docker", "rm", "--force", "web"])
        elif self.engine == "systemd-nspawn":
            self.world.kill(self.pid())
            self.daemon.wait(END_S)
        else:
            self.world.shell(f"{self.podman()} --runtime runc rm --force --time 0 web")

    def close(self):
        """All away."""
        self.end()
        if self.engine == "docker":
            self.world.kill(self.world.pids("dockerd")[0], "TERM")
            self.daemon.wait(START_S)
        self.world.close()
        for path in cgroups() - self.cgroups:
            remove_empty(path)


@pytest.fixture(scope="module", params=[(k, lane) for lane in ("afxdp", "tc") for k in KINDS],
                ids=lambda p: f"{p[0]}, {p[1]}", name="box")
def box_fixture(request):
    """Each way to start one, in each lane."""
    missing = [p for p in OPTIONAL.get(request.param[0].split()[0], ()) if not shutil.which(p)]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
    made = Box(*request.param)
    yield made
    made.close()


def test_the_container_has_the_vf_and_nothing_else(box):
    shown = box.inside("ip", "addr")
    names = re.findall(r"^\d+: ([\w.]+)", shown, re.M)
    assert names == ["lo", NETDEV] and f"inet {VF_IP4}/16" in shown
    assert box.svf.vf_mac(0) in shown


def test_reached_from_the_wire_and_reaches_it(box):
    """Echoes, and pages by TCP both ways, by the container's own programs and rights."""
    world, far = box.world, box.wire.far
    traffic.ping(world, far, VF_IP4)
    box.inside("httpd", "-p", str(PORT), "-h", "/www")
    world.shell(f"""mkdir -p /run/www; echo served by the far host > /run/www/index.html
        busybox httpd -p {PORT} -h /run/www""", far)
    get = ("import urllib.request as u; "
           f"print(u.urlopen('http://{VF_IP4}:{PORT}/', timeout=5).read().decode(), end='')")
    from_box = world.run(["python3", "-c", get], far).stdout
    from_far = box.inside("sh", "-c",
                          f"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 {FAR_IP4} {PORT}")
    assert from_box == "served by the container\n" and from_far.endswith("served by the far host\n")


def test_the_rings_carried_it(box):
    """In lane afxdp the container's frames went through the VF's rings."""
    ring = box.svf.counters().rings.get((0, 0), {})
    if box.svf.show()["svf"]["lane"] == "afxdp":
        assert ring["rx_packets"] > 8 and ring["tx_packets"] > 8
    else:
        assert not any(ring.values())


def test_show_tells_the_container(box):
    """By the namespace's name, or by the container's first process."""
    svf = box.svf.vf(0)["svf"]
    by_name = "in a namespace" in box.kind
    assert svf["owner"] == ("netns web" if by_name else f"pid {box.pid()} (sleep)")
    assert svf["netdev"] == NETDEV


def test_detach_and_attach_while_it_runs(box):
    box.svf.command("detach", "pf0", "vf", 0)
    assert re.findall(r"^\d+: ([\w.]+)", box.inside("ip", "link"), re.M) == ["lo"]
    box.svf.command("attach", "pf0", "vf", 1, "--netns", box.pid(), "--ifname", NETDEV, "--address",
                    f"{VF_IP4}/16")
    traffic.ping(box.world, box.wire.far, VF_IP4)


def test_when_the_container_ends(box):
    """Its namespace is gone, and with it the netdev; a named one stays, and the VF in it."""
    box.end()
    if "in a namespace" in box.kind:
        assert box.svf.vf(1)["svf"]["owner"] == "netns web"
        assert box.world.run(["ip", "-o", "link", "show", NETDEV], "web").stdout
        box.svf.command("detach", "pf0", "vf", 1)
        box.world.del_netns("web")
    else:
        wait.until(lambda: box.svf.vf(1)["svf"]["owner"] is None, "the end of the namespace", END_S)
    box.start()
    traffic.ping(box.world, box.wire.far, VF_IP4)


def test_the_manual_has_the_same_lines():
    """svf-loader(8) names the same ways, shorter."""
    section = MAN.split(".SH CONTAINERS\n")[1].split("\n.SH")[0]
    for words in ('--netns "$(runc state web | jq .pid)"', "podman inspect -f '{{.State.Pid}}' web",
                  "--network none",
                  "ns:/run/netns/web", "docker inspect -f '{{.State.Pid}}' web",
                  "--network-namespace-path=/run/netns/web"):
        assert words in section and words in LINES


def test_the_page_says_what_is_tested():
    titles = re.findall(r"^### (.*)$", LINES, re.M)
    assert titles == ["runc: tested", "podman: tested", "docker: tested where it is installed",
                      "systemd-nspawn: in a namespace tested where it is installed, by pid not tested"]
