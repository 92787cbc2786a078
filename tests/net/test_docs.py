# SPDX-License-Identifier: GPL-2.0-only
"""
The documents name things that exist: functions, files, maps, verdicts, links. Reads the tree
only: no root, no build. Alone: python3 -m pytest --noconftest tests/net/test_docs.py
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
ABI = (TOP / "include/svf/abi.h").read_text()
DOCS = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
PAGES = sorted((TOP / "docs/man").iterdir())
CODE_DIRS = ("bpf", "include/svf", "loader", "vf-agent")


def read_code():
    """All C of the product, without comments: what a comment names need not exist."""
    files = [f for d in CODE_DIRS for f in sorted((TOP / d).iterdir()) if f.suffix in (".c", ".h")]
    text = "\n".join(f.read_text() for f in files)
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def list_macro(name):
    """The first and second argument of each X() in an X-macro of abi.h."""
    start = re.search(rf"#define {name}\(X\)", ABI).end()
    end = re.compile(r"[^\\]\n").search(ABI, start).end()
    return re.findall(r"X\((\w+)(?:,\s*(\w+))?", ABI[start:end])


def list_fields(struct):
    """Names of the fields of a struct of abi.h that are written out."""
    body = re.search(rf"struct {struct} \{{(.*?)\n\}};", ABI, re.S).group(1)
    body = re.sub(r"/\*.*?\*/|^#.*?$", "", body, flags=re.S | re.M)
    return re.findall(r"__u\d+\s+(\w+)(?:\[\w+\])?;", body)


MAPS = [name for name, _ in list_macro("SVF_MAPS")]
VERDICTS = [field for _, field in list_macro("SVF_VERDICTS")]
DROPS = [field for _, field in list_macro("SVF_DROPS")]
STRUCTS = re.findall(r"^struct (\w+) \{", ABI, re.M)


def test_functions_of_architecture_exist():
    code = read_code()
    named = set(re.findall(r"`(\w+)\(\)`", (TOP / "docs/architecture.md").read_text()))
    assert len(named) > 50
    missing = sorted(name for name in named if not re.search(rf"\b{name}\b", code))
    assert not missing


@pytest.mark.parametrize("doc", DOCS, ids=lambda d: d.name)
def test_files_named_exist(doc):
    pattern = r"`((?:\./)?(?:bpf|include|loader|svf-ip|vf-agent|scripts|tests|docs)/[\w./-]+)"
    missing = sorted(p for p in re.findall(pattern, doc.read_text()) if not (TOP / p).exists())
    assert not missing


def test_architecture_lists_every_file():
    text = (TOP / "docs/architecture.md").read_text()
    files = [f.relative_to(TOP) for d in CODE_DIRS for f in (TOP / d).iterdir()]
    owners = [f for f in files if f.suffix == ".c" or f.name.endswith(".bpf.h")
              or f.parts[0] == "include"]
    assert not sorted(str(f) for f in owners if f"`{f}`" not in text)


@pytest.mark.parametrize("name", MAPS + VERDICTS + DROPS)
def test_abi_describes(name):
    """Each map, verdict and drop has a row of its own in a table."""
    assert f"\n| `{name}` |" in (TOP / "docs/abi.md").read_text()


@pytest.mark.parametrize("struct", STRUCTS)
def test_abi_describes_fields(struct):
    text = (TOP / "docs/abi.md").read_text()
    assert not [field for field in list_fields(struct) if f"`{field}`" not in text]


def test_abi_tells_version_and_exit_codes():
    text = (TOP / "docs/abi.md").read_text()
    version = re.search(r"#define SVF_ABI_VERSION\s+(\d+)", ABI).group(1)
    assert f"ABI version: {version} " in text
    codes = re.findall(r"SVF_EXIT_\w+ = (\d+)", (TOP / "include/svf/errmsg.h").read_text())
    exits = text.split("## Exit codes")[1]
    assert re.findall(r"^\| (\d+) \|", exits, re.M) == codes


@pytest.mark.parametrize("doc", DOCS, ids=lambda d: d.name)
def test_relative_links_exist(doc):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", doc.read_text())
    links = [link for link in links if "://" not in link]
    assert not sorted(link for link in links if not (doc.parent / link).exists())


def test_readme_shows_fields_that_exist():
    """The dumps in README are of today's structs."""
    text = (TOP / "README.md").read_text()
    dumps = text.split("### Look with bpftool")[1].split("\n## ")[0]
    known = {field for struct in STRUCTS for field in list_fields(struct)} | {"key", "value"}
    shown = set(re.findall(r'"(\w+)":', dumps))
    assert shown and not shown - known


@pytest.mark.parametrize("title, steps", [("from the NIC to the container", 6),
                                          ("from the container to the NIC", 7)])
def test_the_life_of_a_frame_has_all_steps_of_the_sr_iov_picture(title, steps):
    text = (TOP / "docs/architecture.md").read_text()
    section = text.split(f"## The life of a frame: {title}\n")[1].split("\n## ")[0]
    found = re.findall(r"^(\d)\. \*\*.*?(?=^\d\. \*\*|\Z)", section, re.S | re.M)
    assert found == [str(i) for i in range(1, steps + 1)]
    assert re.search(r"`\w+\(\)`", section), "steps name functions"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_man_pages_are_clean(page):
    """Each has what a page begins and ends with, troff has no complaint, and pages of ours that it
    refers to are there."""
    done = subprocess.run(["man", "--warnings", "-l", "-Tutf8", page], capture_output=True,
                          text=True, check=True, env={**os.environ, "MANWIDTH": "80"})
    assert done.stderr == ""
    headings = re.findall(r"^\.SH (.*)", page.read_text(), re.M)
    assert headings[0] == "NAME" and headings[-1] == "SEE ALSO"
    referred = re.findall(r"\b((?:svf|vf)[\w.-]*) ?\((\d)\)", page.read_text().replace("\\-", "-"))
    assert not [name for name in referred if not (TOP / "docs/man" / ".".join(name)).exists()]


def test_svf_7_has_the_concepts_and_the_picture():
    page = (TOP / "docs/man/svf.7").read_text()
    concepts = page.split(".SH CONCEPTS\n")[1].split("\n.SH ")[0]
    assert re.findall(r"^\.TP\n\.B (.*)", concepts, re.M) == [
        "PF", "VF", "VF netdev", "representor", "ring port", "rings, queues", "sorter",
        "verdict, drop, loss", "agent", "PF daemon", "lane"]
    picture = page.split("picture\n")[1].split('.\\" end of')[0].replace("\\-", "-")
    assert picture in (TOP / "README.md").read_text(), "as in README"
    files = page.split(".SH FILES\n")[1].split("\n.SH ")[0]
    named = re.findall(r"^\.I (/\S+)", files, re.M)
    assert len(named) == 3
    assert not [path for path in named if f"\n| {path}" not in (TOP / "docs/abi.md").read_text()]
    for word in ("veb", "vepa", "private", "VST", "trunk", "trust", "afxdp", "tc"):
        assert re.search(rf"^\.BR? \"?{word}\b", page, re.M), word


def test_every_source_says_its_licence():
    folders = ("bpf", "include", "loader", "vf-agent", "tests", "scripts")
    sources = [f for d in folders for f in (TOP / d).rglob("*")
               if f.suffix in (".c", ".h", ".py", ".sh", ".bash") and "__pycache__" not in f.parts]
    sources += [TOP / "Makefile", TOP / ".ci/run"]
    assert len(sources) > 100
    assert not [f for f in sources if "SPDX-License-Identifier: GPL-2.0" not in f.read_text()[:200]]
    assert "GNU GENERAL PUBLIC LICENSE" in (TOP / "LICENSE").read_text()


def test_scripts_need_no_sudo_and_wait_for_the_apt_lock():
    scripts = [f for f in sorted((TOP / "scripts").glob("*.sh"))] + [TOP / ".ci/run"]
    code = {f: re.sub(r"^\s*#.*$", "", f.read_text(), flags=re.M) for f in scripts}
    assert not [f for f, text in code.items() if re.search(r"(^|[;&|(]\s*|\$\()sudo ", text, re.M)]
    apt = code[TOP / "scripts/install-deps.sh"]
    assert re.search(r"DPkg::Lock::Timeout=[\"$]*\w", apt) and "lock_wait_s=300" in apt
