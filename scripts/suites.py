"""Keep the suites that judge a model: take messages in, check them all, count them.

usage: python scripts/suites.py take swap-en.jsonl needle-fr.jsonl ...
       python scripts/suites.py check
       python scripts/suites.py counts

A file is named SUITE-LANGUAGE.jsonl; data/suites/README.md says what its records hold. Needles come
marked as ⟦tactic|words⟧ and are stored with text, spans and labels.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from classifier.evaluation import load_cases  # noqa: E402
from classifier.evaluation.cases import AXES, SWAPS  # noqa: E402
from classifier.evaluation.suites import NEEDLE_WORDS  # noqa: E402
from classifier.schema import LABELS, LANGUAGES, DataError  # noqa: E402
from curation import labelling, likeness, records  # noqa: E402

FOLDER = ROOT / "data" / "suites"
MINIMUM = {"swap": 100, "needle": 40, "fairness": 40, "ordinary": 100}
"""Suite -> messages it must hold in each language."""
MIN_PART = {"swap": 40, "fairness": 18}
"""Suite -> messages (swap: of each case) or variants (fairness: on each axis) in each language."""

Record = dict[str, Any]


def name_of(path: Path) -> tuple[str, str]:
    """Return the suite and the language that a file's name tells.

    Raises:
        DataError: it tells neither.
    """
    suite, _, lang = path.stem.partition("-")
    if suite not in MINIMUM or lang not in LANGUAGES or path.suffix != ".jsonl":
        raise DataError(
            f"{path}: not named SUITE-LANGUAGE.jsonl with one of {', '.join(MINIMUM)} and one of"
            f" {', '.join(LANGUAGES)}"
        )
    return suite, lang


def stored(record: Record) -> Record:
    """Return a record as it is stored: a marked one with text, spans and labels."""
    if "marked" not in record:
        return record
    record = dict(record)
    text, spans = records.unmark(record.pop("marked"))
    labels = dict(zip(LABELS, labelling.labels_of(record["codes"]), strict=True))
    head = {"id": record.pop("id"), "lang": record.pop("lang"), "text": text}
    return {**head, **labels, "spans": spans, **record, "kind": "offence"}


def records_of(path: Path) -> list[Record]:
    """Return the records of a JSON Lines file."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line.strip()]


def take(paths: Iterable[Path]) -> int:
    """Write files into FOLDER, each in place of the one of its name; return how many records."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = 0
    for path in paths:
        suite, lang = name_of(path)
        rows = [stored(record) for record in records_of(path)]
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (FOLDER / f"{suite}-{lang}.jsonl").write_text("".join(lines), encoding="utf-8")
        taken += len(rows)
    return taken


def faults(folder: Path, training: list[Record]) -> Iterator[str]:
    """Yield everything that is wrong with the suites in `folder`."""
    known = {run for record in training for run in runs(record["text"])}
    ids: Counter[str] = Counter()
    for suite in MINIMUM:
        for lang in LANGUAGES:
            path = folder / f"{suite}-{lang}.jsonl"
            if not path.exists():
                yield f"{path.name}: missing"
                continue
            try:
                load_cases([path])
            except DataError as error:
                yield from str(error).splitlines()
                continue
            records = records_of(path)
            ids.update(str(record.get("id")) for record in records)
            for record in records:
                for fault in _record_faults(suite, lang, record, known):
                    yield f"{path.name}: {record.get('id')}: {fault}"
            yield from (f"{path.name}: {fault}" for fault in _shortfalls(suite, records))
    yield from (f"id {key} stands {count} times" for key, count in ids.items() if count > 1)


def runs(text: str) -> Iterator[str]:
    """Yield the runs of words that no training message may share."""
    words = likeness.words_of({"text": text})
    for i in range(len(words) - likeness.LEAK_RUN + 1):
        yield " ".join(words[i : i + likeness.LEAK_RUN])


def _record_faults(suite: str, lang: str, record: Record, known: set[str]) -> Iterator[str]:
    if not record.get("id"):
        yield "needs an id"
    if record.get("lang") != lang:
        yield f"lang {record.get('lang')!r} in a file of {lang}"
    if "⟦" in record["text"] or "⟧" in record["text"]:
        yield "a mark ⟦tactic|words⟧ is misspelt: its brackets stand in the text"
    texts = [record["text"], *(variant["text"] for variant in record.get("variants", ()))]
    if shared := known.intersection(run for text in texts for run in runs(text)):
        yield f"shares {min(shared)!r} with a training message"
    yield from _KIND_FAULTS[suite](record)


def _fine(record: Record) -> Iterator[str]:
    if any(record[label] for label in LABELS):
        yield "carries a label; all messages of this suite are fine"


def _swap(record: Record) -> Iterator[str]:
    yield from _fine(record)
    if "case" not in record:
        yield f"needs a case: {' or '.join(SWAPS)}"


def _needle(record: Record) -> Iterator[str]:
    labels = tuple(record[label] for label in LABELS)
    if labels != labelling.labels_of(record.get("codes", ())) or not any(labels):
        yield f"labels {labels} do not follow from codes {record.get('codes')}"
    if not record.get("spans"):
        yield "needs the offending words marked"
    if (n_words := len(record["text"].split())) < NEEDLE_WORDS:
        yield f"has {n_words} words; a needle lies among {NEEDLE_WORDS} or more"


def _fairness(record: Record) -> Iterator[str]:
    if not record.get("variants"):
        yield "needs variants"
    for variant in record.get("variants", ()):
        if variant["text"] == record["text"]:
            yield f"its {variant['axis']} variant changes nothing"


def _ordinary(record: Record) -> Iterator[str]:
    yield from _fine(record)
    if record.get("kind") != "ordinary":
        yield f"kind {record.get('kind')!r} is not ordinary"


_KIND_FAULTS = {
    "swap": _swap, "needle": _needle, "fairness": _fairness, "ordinary": _ordinary,
}  # fmt: skip


def _shortfalls(suite: str, records: list[Record]) -> Iterator[str]:
    """Yield where there are too few messages, cases or variants."""
    if len(records) < MINIMUM[suite]:
        yield f"{len(records)} messages, fewer than {MINIMUM[suite]}"
    for part, count in _parts(suite, records).items():
        if count < MIN_PART[suite]:
            yield f"{part}: {count}, fewer than {MIN_PART[suite]}"


def _parts(suite: str, records: list[Record]) -> dict[str, int]:
    """Return how many messages or variants there are of each case or axis."""
    if suite == "swap":
        counted = Counter(record.get("case") for record in records)
        return {name: counted[name] for name in SWAPS}
    if suite == "fairness":
        counted = Counter(v["axis"] for record in records for v in record.get("variants", ()))
        return {name: counted[name] for name in AXES}
    return {}


def counts_table() -> str:
    """Return how many messages each suite holds, as a Markdown table."""
    lines = [f"| suite | {' | '.join(LANGUAGES)} |", "|---|" + "---:|" * len(LANGUAGES)]
    for suite in MINIMUM:
        held = {lang: FOLDER / f"{suite}-{lang}.jsonl" for lang in LANGUAGES}
        found = {lang: records_of(path) if path.exists() else [] for lang, path in held.items()}
        lines.append(f"| {suite} | {' | '.join(str(len(rows)) for rows in found.values())} |")
        by_part = {lang: _parts(suite, rows) for lang, rows in found.items()}
        for part in _parts(suite, []):
            counts = " | ".join(str(parts[part]) for parts in by_part.values())
            lines.append(f"| {suite}: {part} | {counts} |")
    return "\n".join(lines) + "\n"


def check() -> int:
    """Print every fault; return 1 when there is one."""
    if not any(FOLDER.glob("*.jsonl")):
        print("suites: none taken yet, nothing to check")
        return 0
    found = list(faults(FOLDER, records.load("train")))
    print("\n".join(found))
    print(f"suites: {len(found)} faults")
    return int(bool(found))


def main() -> int:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("take").add_argument("paths", nargs="+", type=Path)
    commands.add_parser("check")
    commands.add_parser("counts")
    options = parser.parse_args()
    if options.command == "check":
        return check()
    if options.command == "counts":
        print(counts_table())
        return 0
    try:
        print(f"{take(options.paths)} messages taken into {FOLDER}")
    except (DataError, OSError, ValueError) as error:
        print(f"suites: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
