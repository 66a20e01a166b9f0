"""Time and memory of the stages over more and more rows of made text, and the exponents they grow by.

Each stage runs as a process of its own at ROWS/100, ROWS/10 and ROWS rows. Time is the processor's, of
all threads, which other work on the machine changes least; memory is the process's peak. The exponent
is the slope of a line through the logarithms of the last two sizes: 1 is flat per row for time, 0 is
the same memory whatever the rows.

    python3 pipelines/bench/scale.py --rows 1000000 --bin .build/release --model MODEL --folder DIR
"""

import argparse
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import time

# What the tests' small model knows, so that no text is [UNK] alone.
WORDS = "film movie story plot actor good great fine lovely bad".split()


def write_texts(path, rows):
    """Rows of 6 to 19 words, no two alike: the row's number, a digit a word, and a tail."""
    with open(path, "w") as file:
        file.write("text,label\n")
        for row in range(rows):
            words = [WORDS[int(digit)] for digit in f"{row:08d}"[2 if rows <= 10**6 else 0 :]]
            words += [WORDS[(row + place) % 7] for place in range(row % 14)]
            file.write(" ".join(words) + (",good\n" if row % 3 else ",bad\n"))


def run(command):
    """Seconds and peak bytes of a process."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: status {os.waitstatus_to_exitcode(status)}")
    seconds = time.monotonic() - started
    return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime,
            "bytes": usage.ru_maxrss * 1024}


def stages(binaries, model, folder, threads):
    """The stages in their order, each with its command; those that are built."""
    tokens, features = folder / "tokens.h5", folder / "features.h5"
    shards = [folder / f"shard-{number}.h5" for number in (0, 1)]
    encode = ["firn-encode", tokens, "--model", model, "--force"]
    all_stages = {
        "tokenize": ["firn-tokenize", folder / "texts.csv", "--model", model, "-o", tokens,
                     "--test-size", "0.1", "--max-length", "32", "--force"],
        "encode": encode + ["-o", features],
        "encode again": ["firn-encode", tokens, "--model", model, "-o", features],
        "shard 0": encode + ["-o", shards[0], "--shard", "0/2"],
        "shard 1": encode + ["-o", shards[1], "--shard", "1/2"],
        "merge": ["firn-merge", *shards, "-o", folder / "merged.h5", "--force"],
        "merge, copied": ["firn-merge", *shards, "-o", folder / "copied.h5", "--copy", "--force"],
        "inspect": ["firn-inspect", features],
        "train": ["firn-train", features, "-o", folder / "run", "--force"],
    }
    sharded = (binaries / "firn-merge").exists()
    for name, command in all_stages.items():
        if not (binaries / command[0]).exists() or (name.startswith("shard") and not sharded):
            continue
        command = [str(binaries / command[0])] + [str(word) for word in command[1:]] + ["--quiet"]
        if command[0].endswith(("tokenize", "encode", "train")):
            command += ["--threads", str(threads)]
        yield name, command


def exponent(small, large, key):
    """The slope between two sizes, in logarithms."""
    return math.log(large[key] / small[key]) / math.log(large["rows"] / small["rows"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=10**6)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()

    found = {}
    for rows in (arguments.rows // 100, arguments.rows // 10, arguments.rows):
        shutil.rmtree(arguments.folder, ignore_errors=True)
        arguments.folder.mkdir(parents=True)
        write_texts(arguments.folder / "texts.csv", rows)
        for name, command in stages(arguments.bin, arguments.model, arguments.folder,
                                    arguments.threads):
            measured = run(command) | {"rows": rows}
            found.setdefault(name, []).append(measured)
            print(f"{rows:>10,} rows {name:<14} {measured['seconds']:8.2f} s "
                  f"{measured['cpu']:8.2f} s of processor {measured['bytes'] / 1e6:8.1f} MB", file=sys.stderr)
    shutil.rmtree(arguments.folder)

    sizes = [f"{measured['rows']:,}" for measured in next(iter(found.values()))]
    print("| stage | " + " | ".join(f"s of processor, MB at {size} rows" for size in sizes)
          + " | time grows as rows^ | memory as rows^ |")
    print("| --- |" + " --- |" * (len(sizes) + 2))
    for name, runs in found.items():
        cells = [f"{run['cpu']:.2f}, {run['bytes'] / 1e6:.0f}" for run in runs]
        cells += [f"{exponent(runs[-2], runs[-1], key):.2f}" for key in ("cpu", "bytes")]
        print(f"| {name} | " + " | ".join(cells) + " |")
    (arguments.folder.parent / "scale.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
