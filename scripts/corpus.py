"""Keep the corpus: take marked messages in, check the whole, count it.

usage: python scripts/corpus.py take MARKED.jsonl ... --split train|test
       python scripts/corpus.py check
       python scripts/corpus.py counts

A marked message holds its spans inline as ⟦tactic|words⟧ under "marked"; see data/GUIDELINES.md.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from classifier.corpus import record_faults  # noqa: E402
from classifier.schema import CODES, LABELS, LANGUAGES, TACTICS  # noqa: E402

MESSAGES = ROOT / "data" / "messages"
SECOND_LABELS = ROOT / "data" / "second_labels.jsonl"
SPLITS = ("train", "test")
KINDS = ("offence", "hard_negative", "ordinary")
CHANNELS = {
    "linkedin_message": r"linkedin.*(message|inmail|dm)|recommandation|inmail|linkedin$",
    "linkedin_post": r"linkedin.*post|publication linkedin|post linkedin",
    "comment": r"comment|avis|review|reply|תגובה|critique|issue|github|pull|_pr$",
    "facebook_post": r"facebook|instagram|post|publication|tiktok|story|stat|twitter|tweet",
    "whatsapp": r"whatsapp|telegram|signal",
    "chat": r"sms|slack|teams|messenger|dm$|chat|app|text|discord|texto|voice|vinted|message|vocal",
    "forum": r"forum|reddit|board|blog|readme|lisez|wiki|annonce|site",
    "mail": "",
}
"""Channel -> what a writer's own word for it contains; the first that fits, mail for the rest."""
MAX_RUN_MESSAGES = 8
"""A run of RUN words may stand in this many messages; more looks like a template."""
RUN = 6
LEAK_RUN = 12
"""Words in a row that no training and test message may share; shorter ones are stock formulas."""
MAX_JACCARD = 0.5
"""Two messages of different groups may share this much of their words."""

_SPAN = re.compile(r"⟦([a-z_]+)\|([^⟦⟧]*)⟧")
_CODE_OF = {tactic: code for code, tactic in CODES.items()}

Record = dict[str, Any]


def labels_of(codes: Iterable[str]) -> tuple[int, int]:
    """Return (cv_blast, give_to_get) as they follow from annotators' codes.

    Any primary (P) or two secondaries (S, I) make a cv_blast, any link (L) a give_to_get.
    """
    codes = set(codes)
    secondary = sum(code[0] in "SI" for code in codes)
    primary = any(code[0] == "P" for code in codes)
    return int(primary or secondary >= 2), int(any(code[0] == "L" for code in codes))  # noqa: PLR2004


def unmark(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the plain text and its spans.

    >>> unmark("Hi, ⟦easy_out|no is fine⟧!")
    ('Hi, no is fine!', [{'start': 4, 'end': 14, 'tactic': 'easy_out'}])
    """
    text, spans, at = "", [], 0
    for match in _SPAN.finditer(marked):
        text += marked[at : match.start()]
        spans.append({"start": len(text), "end": len(text) + len(match[2]), "tactic": match[1]})
        text += match[2]
        at = match.end()
    return text + marked[at:], spans


def labelled(row: Record) -> Record:
    """Return a marked row as a labelled record."""
    row = dict(row)
    text, spans = unmark(row.pop("marked"))
    cv_blast, give_to_get = labels_of(row["codes"])
    row["medium"] = row["channel"]
    row["channel"] = channel_of(row["medium"])
    head = {"id": row.pop("id"), "lang": row.pop("lang"), "text": text}
    return {**head, "cv_blast": cv_blast, "give_to_get": give_to_get, "spans": spans, **row}


def channel_of(medium: str) -> str:
    """Return the channel behind a writer's own word for where a message stands.

    >>> channel_of("WhatsApp group"), channel_of("note on a door"), channel_of("linkedin_post")
    ('whatsapp', 'mail', 'linkedin_post')
    """
    if medium in CHANNELS:
        return medium
    folded = medium.casefold()
    return next(name for name, pattern in CHANNELS.items() if re.search(pattern, folded))


def path_of(split: str, lang: str) -> Path:
    """Return the file of a split and language."""
    return MESSAGES / f"{split}-{lang}.jsonl"


def load(split: str) -> list[Record]:
    """Return all records of a split."""
    paths = [path for lang in LANGUAGES if (path := path_of(split, lang)).exists()]
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").split("\n")]
    return [json.loads(line) for line in lines if line]


def take(paths: Iterable[Path], split: str) -> int:
    """Add marked files to a split, replacing records of the same id; return how many."""
    rows = [
        labelled(json.loads(line))
        for path in paths
        for line in path.read_text(encoding="utf-8").split("\n")
        if line.strip()
    ]
    records = {record["id"]: record for record in [*load(split), *rows]}
    MESSAGES.mkdir(parents=True, exist_ok=True)
    for lang in LANGUAGES:
        mine = [record for record in records.values() if record["lang"] == lang]
        lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in mine)
        path_of(split, lang).write_text("".join(lines), encoding="utf-8")
    return len(rows)


def faults(train: list[Record], test: list[Record]) -> Iterator[str]:
    """Yield everything that is wrong with the corpus."""
    both = [*train, *test]
    for record in both:
        for fault in (*record_faults(record), *_label_faults(record)):
            yield f"{record.get('id')}: {fault}"
    for key, count in Counter(record["id"] for record in both).items():
        if count > 1:
            yield f"id {key} stands {count} times"
    shared = {r["group"] for r in train} & {r["group"] for r in test}
    for group in sorted(shared):
        yield f"group {group} stands in both splits"
    yield from _templates(both)
    yield from _near_duplicates(both)
    yield from _leaks(train, test)


def _label_faults(record: Record) -> Iterator[str]:
    """Yield where labels, codes, marks and kind disagree."""
    if "⟦" in record["text"] or "⟧" in record["text"]:
        yield "a mark ⟦tactic|words⟧ is misspelt: its brackets stand in the text"
    codes = set(record["codes"])
    labels = tuple(record[label] for label in LABELS)
    if "exception" not in record and labels != labels_of(codes):
        yield f"labels {labels} do not follow from codes {sorted(codes)}"
    marked = {_CODE_OF[s["tactic"]] for s in record["spans"] if s["tactic"] in _CODE_OF}
    if marked != codes:
        yield f"codes {sorted(codes)} but marks {sorted(marked)}"
    if record["kind"] not in KINDS or (record["kind"] == "offence") != any(labels):
        yield f"kind {record['kind']!r} with labels {labels}"
    if record["channel"] not in CHANNELS:
        yield f"channel {record['channel']!r} is none of {', '.join(CHANNELS)}"


def words_of(record: Record) -> list[str]:
    """Return the words of a record, folded."""
    return re.findall(r"\w+", record["text"].casefold())


def _runs(words: list[str], n: int) -> set[str]:
    return {" ".join(words[i : i + n]) for i in range(len(words) - n + 1)}


def _templates(records: list[Record]) -> Iterator[str]:
    where: dict[str, int] = Counter(
        run for record in records for run in _runs(words_of(record), RUN)
    )
    for run, count in where.items():
        if count > MAX_RUN_MESSAGES:
            yield f"template? {run!r} stands in {count} messages"


def _near_duplicates(records: list[Record]) -> Iterator[str]:
    """Yield pairs of other groups with Jaccard above MAX_JACCARD, by pairs that share a run."""
    words = [set(words_of(record)) for record in records]
    holders: dict[str, list[int]] = defaultdict(list)
    for i, record in enumerate(records):
        for run in _runs(words_of(record), 3):
            holders[run].append(i)
    pairs = {
        pair for places in holders.values() if len(places) <= 40  # noqa: PLR2004
        for pair in combinations(places, 2)
    }  # fmt: skip
    for a, b in sorted(pairs):
        if records[a]["group"] == records[b]["group"]:
            continue
        jaccard = len(words[a] & words[b]) / len(words[a] | words[b])
        if jaccard > MAX_JACCARD:
            yield f"{records[a]['id']} and {records[b]['id']}: Jaccard {jaccard:.2f}"


def _leaks(train: list[Record], test: list[Record]) -> Iterator[str]:
    known = {run for record in train for run in _runs(words_of(record), LEAK_RUN)}
    for record in test:
        if shared := _runs(words_of(record), LEAK_RUN) & known:
            yield f"{record['id']}: shares {min(shared)!r} with a training message"


def counts_table() -> str:
    """Return the counts of both splits as Markdown tables."""
    parts = []
    for split in SPLITS:
        records = load(split)
        parts.append(f"**{split}**: {len(records)} messages\n")
        parts.append(_table("", _summary(records)))
        parts.append(_table("tactic", _tactics(records)))
        parts.append(_table("channel", _by_field(records, "channel")))
        parts.append(_table("words", _lengths(records)))
    return "\n".join(parts)


def agreement_table() -> str:
    """Return how far the blind second labels agree with the first, as a Markdown table.

    Cohen's (1960) kappa per label; `codes` is the share of coded messages with the same codes.
    """
    second = {
        row["id"]: row["codes"]
        for row in map(json.loads, SECOND_LABELS.read_text(encoding="utf-8").splitlines())
    }
    lines = ["| split | language | n | kappa cv_blast | kappa give_to_get | same codes |",
             "|---|---|---:|---:|---:|---:|"]  # fmt: skip
    for split in SPLITS:
        for lang in LANGUAGES:
            mine = [r for r in load(split) if r["lang"] == lang and r["id"] in second]
            pairs = [(labels_of(r["codes"]), labels_of(second[r["id"]])) for r in mine]
            kappas = [_kappa([(a[i], b[i]) for a, b in pairs]) for i in range(len(LABELS))]
            coded = [r for r in mine if r["codes"] or second[r["id"]]]
            same = sum(set(r["codes"]) == set(second[r["id"]]) for r in coded) / len(coded)
            lines.append(
                f"| {split} | {lang} | {len(mine)} | {kappas[0]:.2f} | {kappas[1]:.2f}"
                f" | {same:.0%} |"
            )
    return "\n".join(lines) + "\n"


def _kappa(pairs: list[tuple[int, int]]) -> float:
    """Return Cohen's kappa of two raters' binary labels."""
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    first, second = (sum(pair[i] for pair in pairs) / n for i in (0, 1))
    expected = first * second + (1 - first) * (1 - second)
    return (observed - expected) / (1 - expected)


def _table(head: str, rows: dict[str, dict[str, int]]) -> str:
    lines = [f"| {head} | {' | '.join(LANGUAGES)} |", "|---|" + "---:|" * len(LANGUAGES)]
    lines += [f"| {name} | {' | '.join(str(row.get(lang, 0)) for lang in LANGUAGES)} |"
              for name, row in rows.items()]  # fmt: skip
    return "\n".join(lines) + "\n"


def _tally(pairs: Iterable[tuple[str, str]], names: Iterable[str]) -> dict[str, dict[str, int]]:
    counted = Counter(pairs)
    return {name: {lang: counted[name, lang] for lang in LANGUAGES} for name in names}


def _summary(records: list[Record]) -> dict[str, dict[str, int]]:
    def name(record: Record) -> str:
        labels = [label for label in LABELS if record[label]]
        return " + ".join(labels) or f"fine: {record['kind']}"

    names = ["cv_blast", "give_to_get", "cv_blast + give_to_get", "fine: hard_negative",
             "fine: ordinary"]  # fmt: skip
    pairs = [(name(record), record["lang"]) for record in records]
    groups = {(record["group"], record["lang"]) for record in records}
    return {
        **_tally(pairs, names),
        **_tally((("groups", lang) for _, lang in groups), ["groups"]),
        **_tally((("messages", record["lang"]) for record in records), ["messages"]),
    }


def _tactics(records: list[Record]) -> dict[str, dict[str, int]]:
    pairs = ((t, r["lang"]) for r in records for t in {s["tactic"] for s in r["spans"]})
    return _tally(pairs, TACTICS)


def _by_field(records: list[Record], field: str) -> dict[str, dict[str, int]]:
    return _tally(((r[field], r["lang"]) for r in records), CHANNELS)


def _lengths(records: list[Record]) -> dict[str, dict[str, int]]:
    bands = {"up to 25": 25, "26 to 80": 80, "81 to 200": 200, "over 200": 10**9}

    def band(record: Record) -> str:
        n_words = len(record["text"].split())
        return next(name for name, most in bands.items() if n_words <= most)

    return _tally(((band(record), record["lang"]) for record in records), bands)


def main() -> int:
    """Run one of the three commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    taking = commands.add_parser("take")
    taking.add_argument("paths", nargs="+", type=Path)
    taking.add_argument("--split", choices=SPLITS, required=True)
    commands.add_parser("check")
    commands.add_parser("counts")
    options = parser.parse_args()
    if options.command == "take":
        print(f"{take(options.paths, options.split)} messages taken into {options.split}")
        return 0
    if options.command == "counts":
        print(counts_table())
        return 0
    train, test = load("train"), load("test")
    found = list(faults(train, test))
    print("\n".join(found))
    print(f"corpus: {len(train)} training and {len(test)} test messages, {len(found)} faults")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
