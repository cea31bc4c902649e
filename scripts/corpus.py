"""Keep the corpus: take marked messages in, check the whole, count it.

usage: python scripts/corpus.py take MARKED.jsonl ... --split train|test
       python scripts/corpus.py check
       python scripts/corpus.py counts
       python scripts/corpus.py kinds       (fill in the closed fields)

A marked message holds its spans inline as ⟦tactic|words⟧ under "marked"; see data/GUIDELINES.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[level]) for level in (1, 0)]

from curation import counts, gates, records  # noqa: E402


def check() -> int:
    """Print every fault; return 1 when there is one that is not a known shortfall.

    What the whole falls short of is asked only of records that are sound.
    """
    train, test = records.load("train"), records.load("test")
    found = list(gates.faults(train, test))
    if not found:
        short = list(gates.shortfalls(train))
        print("".join(f"known: {one}\n" for one in short if one.startswith(gates.KNOWN_SHORTFALLS)))
        found = gates.unexpected(short)
    print("\n".join(found))
    print(f"corpus: {len(train)} training and {len(test)} test messages, {len(found)} faults")
    return int(bool(found))


def main() -> int:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    taking = commands.add_parser("take")
    taking.add_argument("paths", nargs="+", type=Path)
    taking.add_argument("--split", choices=records.SPLITS, required=True)
    for name in ("check", "counts", "kinds"):
        commands.add_parser(name)
    options = parser.parse_args()
    if options.command == "check":
        return check()
    if options.command == "take":
        print(f"{records.take(options.paths, options.split)} messages taken into {options.split}")
    elif options.command == "kinds":
        print(f"{records.fill_kinds()} records changed")
    else:
        print(counts.counts_table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
