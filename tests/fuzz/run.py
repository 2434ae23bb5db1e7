#!/usr/bin/env python3
"""Runs the fuzz targets on corpora made of tests/feeds, seeds/ and what was found before.

    run.py PROGRAM                 each target for a fixed number of inputs, always the same
    run.py PROGRAM --seconds 1800  each for so long; what is found stays in --corpus
    run.py PROGRAM --replay        each input once: also with a program that has no libFuzzer
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FEEDS = HERE.parent / "feeds"
FEED_OF = {
    "aws_offers": "aws_offers.json", "aws_offers_csv": "aws_offers.csv",
    "aws_products": "aws_products.json", "aws_instance_types": "aws_instance_types.json",
    "aws_instance_regions": "aws_instance_regions.json",
    "aws_spot_history": "aws_spot_history.json", "aws_spot_advisor": "aws_spot_advisor.json",
    "azure_retail_prices": "azure_retail_prices.json", "ec2instances": "ec2instances.json",
    "gpuhunt": "gpuhunt.csv", "skypilot": "skypilot*.csv",
    "table": "table.csv", "table_json": "table.json",
}
TARGETS = [*FEED_OF, "catalog", "answer", "image", "charges", "request", "config", "state",
           "headers", "glob"]
SEEDS_OF = {"answer": "catalog"}  # what reads the same
RUNS = 4000


def seeds(target):
    folder = HERE / "seeds" / SEEDS_OF.get(target, target)
    return [*FEEDS.glob(FEED_OF.get(target, "")), *sorted(folder.glob("*"))] \
        if target in FEED_OF else sorted(folder.glob("*"))


def mutilated(content):
    """Inputs that end early at many places, and some that are turned over."""
    step = max(1, len(content) // 64)
    yield from (content[:at] for at in range(0, len(content), step))
    yield content[::-1]
    yield content.replace(b'"', b"'")
    yield content.replace(b"\n", b"\r\n")
    yield content + content


def fill(corpus, target, replay):
    for seed in seeds(target):
        content = seed.read_bytes()
        (corpus / seed.name).write_bytes(content)
        for i, part in enumerate(mutilated(content) if replay else []):
            (corpus / f"{seed.name}.{i}").write_bytes(part)


def run(program, target, corpus, options):
    fill(corpus, target, options.replay)
    command = [program, f"--target={target}"]
    if options.replay:
        command += sorted(map(str, corpus.iterdir()))
    else:
        length = (f"-max_total_time={options.seconds}" if options.seconds else f"-runs={RUNS}")
        command += [str(corpus), length, "-seed=1", "-timeout=10", "-rss_limit_mb=1024",
                    "-max_len=65536", "-verbosity=1", "-print_final_stats=1",
                    f"-artifact_prefix={options.found}/{target}-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stderr + done.stdout
    runs = [line.split()[-1] for line in said.splitlines() if "number_of_executed_units" in line]
    print(f"{target}: {runs[0] + ' inputs' if runs else said.splitlines()[-1:]}", flush=True)
    if done.returncode != 0:
        print(said[-4000:])
    return done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--target", action="append", choices=TARGETS)
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--replay", action="store_true")
    parser.add_argument("--corpus", type=pathlib.Path, help="kept; else a temporary folder")
    parser.add_argument("--found", default=".", help="folder for inputs that fail")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        passed = True
        for target in options.target or TARGETS:
            corpus = (options.corpus or pathlib.Path(temporary)) / target
            corpus.mkdir(parents=True, exist_ok=True)
            passed = run(options.program, target, corpus, options) and passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
