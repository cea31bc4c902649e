"""Measure `blastcheck batch` and `label`: rate, memory, pages, clusters, the next question.

usage: python scripts/benchmark_batch.py [--rounds N] [--sizes N ...] [--pages N ...]
                                         [--clustered N] [--pool N] [--write]
       --rounds 0 leaves the rate out, --clustered 0 the clusters, --pool 0 the questions;
       --write puts the table into models/default/BATCH.md
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from classifier.batch.clusters import MassSend  # noqa: E402
from classifier.batch.entry import entry_of  # noqa: E402
from classifier.batch.journal import Journal  # noqa: E402
from classifier.checker import Checker  # noqa: E402
from classifier.corpus import load_examples  # noqa: E402
from classifier.labelling.answers import Answer, Answers  # noqa: E402
from classifier.labelling.pool import Candidate  # noqa: E402
from classifier.labelling.session import Session  # noqa: E402
from classifier.schema import LABELS, LANGUAGES, Message, Report  # noqa: E402
from classifier.sources import Record  # noqa: E402

RATED = 40_000
"""Messages that the rate is measured on."""
WORDS = range(30, 301)
SHORT = 300
"""Characters under which a message is taken to measure the memory on, to save time."""
SIZES = (20_000, 200_000)
"""Messages that the memory is measured on."""
PAGES = (5_000,)
"""Messages on the page that is opened."""
OPENED = 5
"""Times it is opened, each in a new browser."""
CLUSTERED = 100_000
"""Messages that clusters are looked for among."""
POOL = 20_000
"""Messages that `label` may ask about."""
QUESTIONS = 50
"""Questions that are asked and answered."""
NAMES = ("Ms Weil", "Mr Tan", "Noa", "Monsieur Durand", "Ana", "Dr Haddad", "Petra")


def run(source: Path, jobs: int) -> tuple[float, float, float]:
    """Judge a source; return seconds, and peak megabytes of all processes and of the largest.

    Of all together the proportional set size is taken: a page that they share counts once.
    """
    out = source.with_name("out.jsonl")
    command = [sys.executable, "-m", "classifier", "batch", "--no-config", str(source)]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, "-o", str(out), "--jobs", str(jobs)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    together = largest = 0.0
    while process.poll() is None:
        sizes = list(megabytes(process.pid))
        together = max(together, sum(shared for shared, _ in sizes))
        largest = max([largest, *(resident for _, resident in sizes)])
        time.sleep(1)
    seconds = time.perf_counter() - started
    if process.returncode not in (0, 1):
        raise SystemExit(f"exit status {process.returncode}")
    out.unlink()
    return seconds, together, largest


def megabytes(group: int) -> Iterator[tuple[float, float]]:
    """Yield the proportional and the resident size of each process of a group."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if fields[2] != str(group):
                continue
            lines = (entry / "smaps_rollup").read_text().splitlines()[1:]
        except OSError:  # it ended meanwhile
            continue
        found = dict(line.split()[:2] for line in lines)
        yield int(found["Pss:"]) / 1024, int(found["Rss:"]) / 1024


def rate(texts: Sequence[str], folder: Path, rounds: int) -> str:
    """Return the row that compares two processes with one, run in turn."""
    source = written(folder / "rate.jsonl", (texts[n % len(texts)] for n in range(RATED)))
    pairs = [(run(source, 1)[0], run(source, 2)[0]) for _ in range(rounds)]
    one, two = (RATED / statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    best = max(first / second for first, second in pairs)
    return (
        f"| {RATED:,} messages of 30 to 300 words, start and writing included | two processes:"
        f" {two:,.0f} a second | one process: {one:,.0f} a second |"
        f" {two / one:.2f} times the rate (best round {best:.2f}) |"
    )


def memory(size: int, texts: Sequence[str], folder: Path) -> str:
    """Return the row of the memory at one size; the messages are generated, none twice."""
    short = [text for text in texts if len(text) < SHORT]
    varied = (f"{short[n % len(short)]} {n}" for n in range(size))
    source = written(folder / f"{size}.jsonl", varied)
    seconds, together, largest = run(source, 2)
    source.unlink()
    return (
        f"| memory at {size:,} generated messages, two processes | {together:.0f} MB together,"
        f" {largest:.0f} MB the largest | - | {seconds:,.0f} s |"
    )


def opening(size: int, texts: Sequence[str], folder: Path) -> str:
    """Return the row of how long a page takes from its address to the first rows on the screen."""
    import chromium  # noqa: PLC0415 - extra 'browser'

    source = written(folder / "page.jsonl", (texts[n % len(texts)] for n in range(size)))
    page = folder / "page.html"
    command = [sys.executable, "-m", "classifier", "batch", "--no-config", str(source)]
    command += ["--report", str(page)]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)  # 1: some flagged
    times = []
    for _ in range(OPENED):
        with chromium.browser() as context:
            tab = context.pages[0]
            started = time.perf_counter()
            tab.goto(page.as_uri())
            tab.locator("#rows tr").first.wait_for()
            tab.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
            times.append(time.perf_counter() - started)
    return (
        f"| a page of {size:,} messages, {page.stat().st_size / 1e6:.1f} MB, opened in Chromium |"
        f" {statistics.median(times):.2f} s until its rows are drawn | - |"
        f" slowest of {OPENED}: {max(times):.2f} s |"
    )


def clusters(size: int, texts: Sequence[str], folder: Path) -> str:
    """Return the row of the time that finding clusters takes, the journal read from disk.

    Half of the messages are copies of letters, 2 to 500 each, with a name and numbers changed.
    """
    journal = Journal.create(folder / "clusters.partial", {})
    finding, copies = MassSend(), cycle([2, 5, 20, 100, 500])
    letters = (
        (text, number)
        for text in cycle(texts)
        for number in range(next(copies) if len(text) % 2 else 1)
    )
    for place, (text, number) in enumerate(islice(letters, size)):
        message = Message(f"Dear {NAMES[number % len(NAMES)]},\n\n{text} {number * 37}")
        record = Record(f"{place}", f"{place}", "", message)
        report = Report(message, "en", "not_judged", not_judged="-")
        note = finding.note(record, message, report)
        journal.add([entry_of(record, report, {finding.name: note} if note else {})])
    started = time.perf_counter()
    found = finding.conclude(journal).facts
    seconds = time.perf_counter() - started
    journal.remove()
    return (
        f"| clusters among {size:,} messages, templates and shares included | {len(found)} told,"
        f" the biggest of {found[0]['size']:,} | - | {seconds:,.0f} s |"
    )


def questions(size: int, texts: Sequence[str], folder: Path) -> str:
    """Return the row of the time until the next question; the messages have been judged before."""
    chance = random.Random(size)
    pool = [
        Candidate(
            f"{n}",
            f"{texts[n % len(texts)]} {n}",
            "",
            LANGUAGES[n % len(LANGUAGES)],
            None,
            {label: chance.random() for label in LABELS},
            None,
        )
        for n in range(size)
    ]
    checker = Checker.load()
    started = time.perf_counter()
    session = Session(pool, Answers(folder / "answers.jsonl"), checker)
    once = time.perf_counter() - started
    times = []
    for _ in range(QUESTIONS):
        started = time.perf_counter()
        session.question()
        session.answer(Answer(()))
        times.append(time.perf_counter() - started)
    return (
        f"| answer kept and next question of `label`, pool of {size:,} | {max(times):.3f} s the"
        f" slowest of {QUESTIONS}, the first included | - | {once:,.0f} s once, before the first |"
    )


def written(path: Path, texts: Iterator[str]) -> Path:
    """Write texts as JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in texts)
    return path


def main() -> int:
    """Print the table; with --write also store it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--pages", type=int, nargs="*", default=PAGES)
    parser.add_argument("--clustered", type=int, default=CLUSTERED)
    parser.add_argument("--pool", type=int, default=POOL)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    examples = load_examples(sorted((ROOT / "data/messages").glob("train-*.jsonl")))
    texts = [e.message.text for e in examples]
    lengthy = [text for text in texts if len(text.split()) in WORDS]
    with TemporaryDirectory() as scratch:
        rows = [rate(lengthy, Path(scratch), options.rounds)] if options.rounds else []
        rows += [memory(size, texts, Path(scratch)) for size in options.sizes]
        rows += [opening(size, lengthy, Path(scratch)) for size in options.pages]
        if options.clustered:
            rows.append(clusters(options.clustered, lengthy, Path(scratch)))
        if options.pool:
            rows.append(questions(options.pool, lengthy, Path(scratch)))
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    lines = ["| what | blastcheck | beside | ratio or time |", "|---|---|---|---|", *rows]
    table = "\n".join(lines) + f"\n\nMeasured by `scripts/benchmark_batch.py`; {machine}.\n"
    print(table)
    if options.write:
        (ROOT / "models/default/BATCH.md").write_text(table, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
