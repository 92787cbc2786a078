# SPDX-License-Identifier: GPL-2.0-only
"""Where the programs under test and the test tools are: $SVF_BUILD, or build/ of this tree."""

import os
from pathlib import Path

TREE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("SVF_BUILD", TREE / "build")).resolve()
LOADER = BUILD / "svf-loader"
AGENT = BUILD / "vf-agent"
SVF_IP = BUILD / "svf-ip"

SEND = BUILD / "tools" / "svf-send"
CAPTURE = BUILD / "tools" / "svf-capture"
REGISTER = BUILD / "tools" / "svf-register"
FLOOD = BUILD / "tools" / "svf-flood"
VLAN_PUSH = BUILD / "tools" / "vlan-push.bpf.o"
REFLECT = BUILD / "tools" / "reflect.bpf.o"
IP_VFINFO = BUILD / "tools" / "ip_vfinfo.so"
