#!/usr/bin/env python3
"""Runs every command of README, docs/, examples/ and CONTRIBUTING in a fresh clone.

    python3 scripts/test_docs.py [--here] [--list] [--only TEXT] [FILE.md …]

A block of commands is a fenced one marked `sh`, or an indented one whose lines begin with a command that is
known here. A block marked `text` right behind it is what it prints, and is compared: times, rates and
sizes of memory may differ, a line `…` stands for any lines. Python and R blocks are run as programs. A comment
before a block says what cannot be seen:

    <!-- test-docs: skip, WHY -->     it is not run, and is listed with its reason
    <!-- test-docs: long, WHY -->     it is run with LONG=1 only
    <!-- test-docs: try, WHY -->      it is run; another status than 0 is part of what it shows

`…` at a command's end, or before a #, stands for the options named in MORE. What README calls your own csv is made of
the embedded data (see `prepare`). --here runs in this working copy, as it is built, instead of in a clone.
"""
import argparse
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMANDS = ("firn-", "make", "python3 ", "Rscript ", "cat ", "cp ", "mv ", "rm ", "tar ", "pip ", "echo ", "mkdir ")
MODEL = "data/models/all-MiniLM-L6-v2"
MORE = f"--model {MODEL} -o more.h5"
# A block that does not end within this many seconds has failed; make builds and fetches in one of them.
LIMIT = 3600


class Block:
    def __init__(self, path, line, kind, text, directive):
        self.path, self.line, self.kind, self.text = path, line, kind, text
        self.rule, _, self.reason = (directive or "run,").partition(",")
        self.rule, self.reason = self.rule.strip(), self.reason.strip()
        self.expected = None

    def __str__(self):
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        return f"{self.path}:{self.line}: {first.strip()[:70]}"


def blocks(path, text):
    """The blocks of a page that are commands, programs, or what they print."""
    found, directive, lines = [], None, text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        if comment := re.fullmatch(r"\s*<!-- test-docs: (.*) -->", line):
            directive = comment[1]
        elif fence := re.fullmatch(r"```(\w*)", line):
            end = number + 1
            while lines[end] != "```":
                end += 1
            body = "\n".join(lines[number + 1:end])
            kind = fence[1]
            if kind == "text" and found and not directive:
                found[-1].expected = body
            elif kind in ("sh", "python", "r"):
                found.append(Block(path, number + 2, kind, body, directive))
            directive, number = None, end
        elif line.startswith("    ") and line.strip() and (number == 0 or not lines[number - 1].strip()):
            end = number
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end].strip()):
                end += 1
            body = "\n".join(entry[4:] for entry in lines[number:end]).rstrip()
            first = body.lstrip()
            kind = ("python" if first.startswith(("import ", "from ")) else
                    "sh" if first.startswith(COMMANDS) else None)
            if kind:
                found.append(Block(path, number + 1, kind, body, directive))
            directive, number = None, end - 1
        elif line.strip():
            directive = None
        number += 1
    return found


def without_figures(text):
    """The text with what differs from run to run left out: seconds, rates, memory, spaces at ends."""
    text = re.sub(r"\d+(\.\d+)?( ?(s|ms|min|MB|GB|MB/s|rows/s|tokens/s|texts/s)\b)", r"#\2", text)
    return [line.rstrip() for line in text.strip().split("\n")]


def agrees(expected, found):
    wanted, lines = without_figures(expected), without_figures(found)
    pattern = "\n".join(".*?" if line == "…" else re.escape(line) for line in wanted)
    return re.fullmatch(pattern.replace("\n.*?\n", r"\n(?:.*\n)*?"), "\n".join(lines), re.S) is not None


def prepare(folder):
    """What README means by your own files, out of the embedded data."""
    with open(folder / "data/movies/movies.csv", newline="") as file:
        rows = list(csv.DictReader(file))

    def write(name, header, records):
        with open(folder / name, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(records)

    write("reviews.csv", ["review", "sentiment"], [(row["text"], row["label"]) for row in rows])
    write("new.csv", ["id", "review"], [(row["id"], row["text"]) for row in rows[:200]])
    flags = [(row["text"], len(row["text"]) % 2, "bad" in row["text"], "!" in row["text"],
              ";".join(word for word in ("film", "plot", "cast") if word in row["text"]),
              len(row["text"]) / 40, 1 + len(row["text"]) % 3) for row in rows[:300]]
    write("a.csv", ["text", "toxic", "insult", "threat", "tags", "stars", "w"],
          [(text, one, int(two), int(three), tags, stars, w)
           for text, one, two, three, tags, stars, w in flags])
    (folder / "questions.txt").write_text("a waste of time\nlovely music\n")


def tools(folder):
    """What the examples read with: a virtual environment, and R where it can be had."""
    venv = folder / ".venv-docs"
    if not (venv / "bin/python3").exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin/python3", "-m", "pip", "install", "-q", "--disable-pip-version-check",
                    "h5py==3.16.0", "pandas==3.1.1", "scikit-learn==1.9.1"], check=True)
    has_r = subprocess.run(["Rscript", "-e", "library(hdf5r)"], capture_output=True).returncode == 0 \
        if shutil.which("Rscript") else False
    if not has_r:
        subprocess.run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "r-base-core",
                        "r-cran-hdf5r"], check=True, stdout=subprocess.DEVNULL)
    return venv / "bin"


def run(block, folder, environment):
    """Runs a block; returns its status and all that it printed."""
    if block.kind == "sh":
        text = re.sub(r" …(?=\s*(#|$))", f" {MORE}", block.text, flags=re.M)
        command = ["bash", "-euo", "pipefail", "-c", text]
    elif block.kind == "python":
        command = ["python3", "-c", block.text]
    else:
        command = ["Rscript", "-e", block.text]
    result = subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=LIMIT)
    return result.returncode, result.stdout, result.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--here", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    pages = [pathlib.Path(name) for name in arguments.files] or [
        pathlib.Path("README.md"), *sorted(path.relative_to(ROOT) for path in ROOT.glob("docs/*.md")),
        pathlib.Path("examples/README.md"), pathlib.Path("CONTRIBUTING.md")]
    found = [block for page in pages for block in blocks(page, (ROOT / page).read_text())
             if arguments.only in str(block)]
    if arguments.list:
        for block in found:
            print(f"{block.rule:5} {block}" + (f"  ({block.reason})" if block.reason else ""))
        return 0
    scratch = tempfile.TemporaryDirectory(prefix="firn-docs-")
    folder = ROOT
    if not arguments.here:
        folder = pathlib.Path(scratch.name) / "firn"
        subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
    environment = dict(os.environ, NO_COLOR="1", XDG_CACHE_HOME=f"{scratch.name}/cache",
                       PATH=f"{folder}/.build/release:{os.environ['PATH']}")
    environment["PATH"] = f"{tools(folder)}:{environment['PATH']}"
    subprocess.run(["make", "build", "data"], cwd=folder, env=environment, check=True,
                   stdout=subprocess.DEVNULL)
    # Pages write beside the clone's files; a working copy is kept clean of them.
    work = folder
    if arguments.here:
        work = pathlib.Path(scratch.name) / "work"
        work.mkdir()
        for name in os.listdir(folder):
            if name not in (".git", "outputs"):
                os.symlink(folder / name, work / name)
        (work / "outputs").mkdir()
    prepare(work)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for block in found:
        if block.rule == "skip" or (block.rule == "long" and not os.environ.get("LONG")):
            counts["skipped"] += 1
            print(f"skip {block}\n       {block.reason}", flush=True)
            continue
        start = time.monotonic()
        try:
            status, out, errors = run(block, work, environment)
        except subprocess.TimeoutExpired:
            status, out, errors = "none: still running", "", ""
        good = status == 0 or block.rule == "try"
        differs = good and block.expected is not None and not agrees(block.expected, out)
        counts["failed" if differs or not good else "passed"] += 1
        print(f"{'FAIL' if differs or not good else 'ok  '} {block}  "
              f"({time.monotonic() - start:.1f} s)", flush=True)
        if not good:
            print(f"     status {status}\n{out[-2000:]}{errors[-2000:]}")
        elif differs:
            print(f"     it printed:\n{out}     the page says:\n{block.expected}")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
