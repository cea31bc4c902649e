"""Measure speed and memory beside peers in one run, and write the table as ratios.

usage: python scripts/benchmark.py [--write]     --write puts it into models/default/BENCHMARK.md

Peers: bare imports for the start-up, and for the throughput what one would write with the same two
libraries: `spacy.blank` tokens and characters into `TfidfVectorizer`, `LogisticRegression` a label.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from classifier.checker import Checker  # noqa: E402
from classifier.corpus import Example, load_examples  # noqa: E402

RUNS = 9
THROUGHPUT_RUNS = 5
WORDS = range(30, 301)
"""Lengths of the messages that the throughput is measured on."""
SAMPLE = ROOT / "data/samples/en/vp-blast.txt"


MEASURE = """
import os, subprocess, sys, time
started = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, _, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - started, usage.ru_maxrss / 1024)
"""
"""Run by a small process: a child's peak is never below the memory of who started it."""


def run_once(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; return wall seconds and peak resident megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], capture_output=True, cwd=ROOT, check=True
    )
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def side_by_side(ours: Sequence[str], peer: Sequence[str]) -> tuple[float, float, float]:
    """Run both in turn RUNS times; return the median seconds of each and our peak megabytes."""
    run_once(ours), run_once(peer)  # warm the disk's cache
    pairs = [(run_once(ours), run_once(peer)) for _ in range(RUNS)]
    our_seconds = statistics.median(pair[0][0] for pair in pairs)
    peer_seconds = statistics.median(pair[1][0] for pair in pairs)
    return our_seconds, peer_seconds, max(pair[0][1] for pair in pairs)


def start_up() -> list[str]:
    """Return table rows for cold starts."""
    python = sys.executable
    rows = []
    for name, ours, peer, peer_name in (
        ("cold `blastcheck message.txt`", [python, "-m", "classifier", str(SAMPLE)],
         [python, "-c", "import spacy"], "`import spacy`"),
        ("`blastcheck --help`", [python, "-m", "classifier", "--help"],
         [python, "-c", "import click"], "`import click`"),
    ):  # fmt: skip
        mine, other, peak = side_by_side(ours, peer)
        rows.append(f"| {name} | {mine:.2f} s, {peak:.0f} MB | {peer_name} {other:.2f} s |"
                    f" {mine / other:.2f} times the peer's time |")  # fmt: skip
    return rows


def peer_pipeline(train: Sequence[Example]) -> Callable[[Sequence[Example]], object]:
    """Train the peer; return a function that gives its probabilities."""
    import spacy  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.multiclass import OneVsRestClassifier  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline, make_union  # noqa: PLC0415

    pipes = {lang: spacy.blank(lang) for lang in ("en", "fr", "he")}

    def docs(examples: Sequence[Example]) -> list[object]:
        return [pipes[e.message.lang or "en"](e.message.text) for e in examples]

    model = make_pipeline(
        make_union(
            TfidfVectorizer(analyzer=lambda doc: [t.lower_ for t in doc]),
            TfidfVectorizer(
                preprocessor=lambda doc: doc.text.lower(), analyzer="char_wb", ngram_range=(2, 5)
            ),
        ),
        OneVsRestClassifier(LogisticRegression(max_iter=1000)),
    )
    import numpy as np  # noqa: PLC0415

    model.fit(docs(train), np.array([example.labels for example in train]))
    return lambda examples: model.predict_proba(docs(examples))


def seconds_of(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds that `work` takes by `clock`, by default on the wall."""
    started = clock()
    work()
    return clock() - started


def throughput(checker: Checker, train: Sequence[Example]) -> list[str]:
    """Return table rows for judging in one process, evidence and advice included.

    blastcheck gets a stream of messages in both; the peer is timed one at a time, and all at once.
    Both count seconds of processor time: other programs then change the rates less.
    """
    examples = [e for e in train if len(e.message.text.split()) in WORDS]
    peer = peer_pipeline(train)

    def ours() -> None:
        for _ in checker.check_all((example.message for example in examples), explain=False):
            pass

    def one_by_one() -> None:
        for example in examples:
            peer([example])

    ours()
    rows = []
    for name, other in (("one at a time", one_by_one), ("all at once", lambda: peer(examples))):
        pairs = [
            (seconds_of(ours, time.process_time), seconds_of(other, time.process_time))
            for _ in range(THROUGHPUT_RUNS)
        ]
        mine, theirs = (
            statistics.median(len(examples) / pair[i] for pair in pairs) for i in (0, 1)
        )
        rows.append(
            f"| judging {len(examples)} messages of 30 to 300 words on one core | {mine:,.0f} a"
            f" second | `spacy.blank` + TF-IDF + logistic regression, {name}: {theirs:,.0f} a"
            f" second | {mine / theirs:.1f} times the peer's rate |"
        )
    return rows


def training(paths: Sequence[Path]) -> str:
    """Return the table row for training with cross-validation and calibration."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    from classifier.training.build import build_model  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        seconds = seconds_of(lambda: build_model(paths, Path(folder)))
    return f"| training on the corpus, calibration included | {seconds:.0f} s | - | - |"


def main() -> int:
    """Print the table; with --write also store it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    paths = sorted((ROOT / "data/messages").glob("train-*.jsonl"))
    train = load_examples(paths)
    rows = [*start_up(), *throughput(Checker.load(), train), training(paths)]
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    lines = ["| what | blastcheck | beside | ratio |", "|---|---|---|---|", *rows]
    table = "\n".join(lines) + f"\n\nMeasured in one run by `scripts/benchmark.py`; {machine}.\n"
    print(table)
    if options.write:
        (ROOT / "models/default/BENCHMARK.md").write_text(table, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
