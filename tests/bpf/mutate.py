#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Takes the sorter's rules out one by one: the test must notice each.

Usage (root): tests/bpf/mutate.py [-j JOBS] [--check] [WORD]   only rules that contain WORD

A mutant is a copy of bpf/ with one piece of text replaced, built and run in a
directory of its own below $TMPDIR; random frames are left out, so that it is a row that notices.
A text that is not there exactly once is an error, so that the lists (mutants_*.py) keep up with the
sorter; --check only asks for that. TAP on stdout. A mutant the verifier refuses counts as noticed,
and is told.
"""
import argparse
import concurrent.futures
import pathlib
import shutil
import subprocess
import sys
import tempfile

import mutants_rules
import mutants_ways

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLANG = ("clang -O2 -g -target bpf -mcpu=v3 -std=gnu17 -w -I{root}/include"
         " -idirafter /usr/include/x86_64-linux-gnu -c {src} -o {obj}"
         " && bpftool gen skeleton {obj} name {name} >{skel}")
CC = ("gcc -O1 -std=gnu17 -D_GNU_SOURCE -pthread -w -I{root}/include -I{dir} -c {src} -o {obj}")
LINK = "gcc -pthread {objs} -o {exe} -lcmocka -lbpf"
LOADER = ("sorter_maps.c", "grace.c")
# The sorter's bytes are in the skeleton, and that is in this one.
HAS_SORTER = "world.c"
RUN = ("SVF_FAIL_FAST=1 SVF_SKIP='random*' SVF_MIXED_FRAMES={frames} CMOCKA_MESSAGE_OUTPUT=TAP"
       " timeout 300 {exe}")


def run(command):
    return subprocess.run(command, shell=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)


def need(command):
    done = run(command)
    if done.returncode:
        raise RuntimeError(done.stdout)


def copy_tree(workdir):
    for name in ("bpf", "tests/bpf", "loader"):
        shutil.copytree(ROOT / name, workdir / name)


def build_sorter(workdir):
    need(CLANG.format(root=ROOT, src=workdir / "bpf/svf_sorter.bpf.c", name="svf_sorter_bpf",
                      obj=workdir / "svf_sorter.bpf.o", skel=workdir / "svf_sorter.skel.h"))


def build_object(workdir, source, name):
    need(CC.format(root=ROOT, dir=workdir, src=source, obj=workdir / f"{name}.o"))


def build_base(workdir):
    """What all mutants have in common."""
    copy_tree(workdir)
    build_sorter(workdir)
    need(CLANG.format(root=ROOT, src=workdir / "tests/bpf/probe.bpf.c", name="svf_probe",
                      obj=workdir / "svf_probe.bpf.o", skel=workdir / "svf_probe.skel.h"))
    for path in (workdir / "tests/bpf").glob("*.c"):
        if not path.name.endswith(".bpf.c"):
            build_object(workdir, path, path.stem)
    for name in LOADER:
        build_object(workdir, workdir / "loader" / name, pathlib.Path(name).stem)


def build_mutant(base, workdir, mutated):
    """Returns the executable."""
    shutil.copy(base / "svf_probe.skel.h", workdir)
    objs = {path.name: path for path in base.glob("*.o") if not path.name.endswith(".bpf.o")}
    if mutated.parent.name == "loader":
        build_object(workdir, mutated, mutated.stem)
    else:
        build_sorter(workdir)
        build_object(workdir, workdir / "tests/bpf" / HAS_SORTER, "world")
    objs.update({path.name: path for path in workdir.glob("*.o")
                 if not path.name.endswith(".bpf.o")})
    exe = workdir / "bpf_sorter"
    need(LINK.format(objs=" ".join(str(path) for path in objs.values()), exe=exe))
    return exe


def mutate(root, mutant):
    """Replaces the text in a tree; returns an error or None."""
    _rule, name, old, new = mutant
    path = (root / "bpf" / name).resolve()
    text = path.read_text()
    if text.count(old) != 1:
        return path, f"the text is there {text.count(old)} times: {old!r}"
    path.write_text(text.replace(old, new))
    return path, None


def try_mutant(base, mutant):
    """Returns (noticed, what was seen)."""
    with tempfile.TemporaryDirectory(prefix="svf-mutant-") as tmp:
        workdir = pathlib.Path(tmp)
        copy_tree(workdir)
        path, error = mutate(workdir, mutant)
        if error:
            return False, error
        try:
            exe = build_mutant(base, workdir, path)
        except RuntimeError as err:
            return False, f"does not build: {err}"
        frames = 2000000 if path.parent.name == "loader" else 200000
        done = run(RUN.format(exe=exe, frames=frames))
        failed = [line for line in done.stdout.splitlines() if line.startswith("not ok")]
        if failed:
            return True, failed[0].partition(" - ")[2]
        if done.returncode and "cannot load the programs" in done.stdout:
            return True, "refused by the verifier"
        return False, f"survives (exit {done.returncode})"


def check(mutants):
    n_wrong = 0
    for rule, name, old, _new in mutants:
        count = (ROOT / "bpf" / name).read_text().count(old)
        if count != 1:
            print(f"{name}: {rule}: the text is there {count} times: {old!r}")
            n_wrong += 1
    return 1 if n_wrong else 0


def run_mutants(mutants, jobs):
    n_survivors = 0
    print(f"1..{len(mutants)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="svf-mutants-") as tmp:
        base = pathlib.Path(tmp)
        build_base(base)
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            tries = pool.map(lambda mutant: try_mutant(base, mutant), mutants)
            for i, (mutant, (noticed, text)) in enumerate(zip(mutants, tries), 1):
                print(f"{'ok' if noticed else 'not ok'} {i} - {mutant[1]}: {mutant[0]} # {text}",
                      flush=True)
                n_survivors += not noticed
    return 1 if n_survivors else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-j", type=int, default=2)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("word", nargs="?", default="")
    args = parser.parse_args()
    mutants = [m for m in mutants_rules.MUTANTS + mutants_ways.MUTANTS
               if args.word in m[0] or args.word in m[1]]
    return check(mutants) if args.check else run_mutants(mutants, args.j)


if __name__ == "__main__":
    sys.exit(main())
