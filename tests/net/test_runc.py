# SPDX-License-Identifier: GPL-2.0-only
"""
VFs in real containers: runc with a busybox root. The default spec's rlimits are taken out (setting
them needs a privilege that a sandboxed machine may not give); all else is runc's own.
"""

import json
import shutil

import pytest
from svfnet import traffic, wait
from svfnet.product import Svf
from svfnet.topology import FAR_IP4, HOST_IP4, PREFIX4, Topology, vf_ip4

VFS = 2
BUNDLE = "/run/bundle"
START_S = 10


class Containers:
    """Two containers with a VF each; runc's state is in the world's own /run."""

    def __init__(self, world, lane):
        self.world = world
        self.wire = Topology(world, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=VFS)
        self.names = [f"box{vf}" for vf in range(VFS)]
        world.shell(f"""mkdir -p {BUNDLE}/rootfs/bin {BUNDLE}/rootfs/proc
            cp {shutil.which("busybox")} {BUNDLE}/rootfs/bin/busybox
            for name in sh ping sleep ip nc cat; do
                ln -sf busybox {BUNDLE}/rootfs/bin/$name
            done
            cd {BUNDLE}; rm -f config.json; runc spec""")
        for vf, name in enumerate(self.names):
            self.start(name)
            self.give(vf, name)

    def start(self, name):
        """A container that sleeps, with a network namespace of its own."""
        with open(self.world.path(f"{BUNDLE}/config.json"), encoding="utf-8") as f:
            spec = json.load(f)
        spec["process"].pop("rlimits", None)
        spec["process"]["terminal"] = False
        spec["process"]["args"] = ["sleep", "600"]
        spec["linux"]["cgroupsPath"] = f"/svf-test-{self.world.pid}-{name}"
        for kind in ("bounding", "effective", "permitted"):
            spec["process"]["capabilities"].setdefault(kind, []).append("CAP_NET_RAW")
        with open(self.world.path(f"{BUNDLE}/config.json"), "w", encoding="utf-8") as f:
            json.dump(spec, f)
        # detached, it keeps its standard output: not ours, which we read to the end
        self.world.shell(f"runc run --detach --bundle {BUNDLE} {name} < /dev/null > /dev/null 2>&1")

    def give(self, vf, name):
        """Hands a VF over as README says: by the container's pid."""
        pid = self.world.json(["runc", "state", name])["pid"]
        netdev = self.wire.vf_name(vf)
        self.world.ip(f"link set {netdev} netns {pid}", self.wire.host)
        self.world.shell(f"""nsenter -t {pid} --net ip addr add {vf_ip4(vf)}/{PREFIX4} dev {netdev}
            nsenter -t {pid} --net ip link set {netdev} up""")

    def ping(self, name, address):
        """Pings from inside the container, with its own busybox."""
        self.world.run(["runc", "exec", name, "ping", "-c", "1", "-W", "2", address])

    def close(self):
        """Containers, VFs and wire away."""
        for name in self.names:
            self.world.run(["runc", "delete", "--force", name], check=False)
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="boxes")
def boxes_fixture(request, world):
    """Both lanes."""
    assert shutil.which("runc") and shutil.which("busybox"), "needs runc and busybox-static"
    made = Containers(world, request.param)
    yield made
    made.close()


def test_containers_reach_each_other_the_host_and_the_far_host(boxes):
    for address in (vf_ip4(1), HOST_IP4, FAR_IP4):
        boxes.ping("box0", address)
    boxes.ping("box1", vf_ip4(0))


def test_host_and_far_host_reach_a_container(boxes):
    for ns in (boxes.wire.host, boxes.wire.far):
        traffic.ping(boxes.world, ns, vf_ip4(1))


def test_set_mac_reaches_into_a_container(boxes):
    old, new = boxes.svf.vf_mac(0), "02:00:00:00:0b:0c"
    boxes.svf.set(0, "mac", new)
    shown = boxes.world.run(["runc", "exec", "box0", "ip", "link", "show", "pf0v0"]).stdout
    boxes.ping("box0", FAR_IP4)
    boxes.svf.set(0, "mac", old)
    assert new in shown


def test_down_works_when_a_container_has_ended(boxes):
    boxes.world.run(["runc", "delete", "--force", "box1"])
    wait.until(lambda: "box1" not in boxes.world.run(["runc", "list", "-q"]).stdout, "its end", START_S)
    assert boxes.svf.down(check=False).returncode == 0
    left = boxes.world.run(["runc", "exec", "box0", "ip", "link"]).stdout
    assert "pf0v0" not in left
