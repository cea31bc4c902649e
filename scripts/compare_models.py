"""Compare the default model with its peers in one run: same training split, same test split.

usage: python scripts/compare_models.py [--write]    --write also makes models/default/COMPARISON.md

A peer that cannot run here is listed with the reason. Thresholds of the peers come from a fifth of
the training groups that was held back: the best F1 within the budget of false alarms that the
default model has; then each learns from all training messages. None sees the test split before.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from classifier.checker import Checker  # noqa: E402
from classifier.corpus import Example, load_examples  # noqa: E402
from classifier.evaluation import Estimate, Rows, grouped_mean  # noqa: E402
from classifier.evaluation.measures import average_precision, bootstrap, f1  # noqa: E402
from classifier.evaluation.measures import minimal_pairs as pairs_of  # noqa: E402
from classifier.schema import LABELS, LANGUAGES  # noqa: E402
from classifier.training.build import FLAG_BUDGET  # noqa: E402
from classifier.training.splits import Splits  # noqa: E402
from peers import (  # noqa: E402
    MissingPeerError,
    Peer,
    bogofilter,
    fasttext,
    keywords,
    rspamd,
    spamassassin,
    textcat,
    tfidf,
)

PEERS = tuple(
    module.PEER for module in (tfidf, fasttext, textcat, bogofilter, spamassassin, rspamd, keywords)
)
RESAMPLES = 500
WARM_UP = 20
"""Every so many messages are judged before the clock starts: what is loaded once is loaded then."""
HELD_BACK = 5
"""One part in this many of the training groups is kept for the thresholds."""

HEADS = ("", *(f"{what} {label}" for what in ("AP", "F1", "pairs") for label in LABELS),
         "fine flagged", "messages a second", "size", "explains")  # fmt: skip

PAGE = """\
{overview}

Held-out messages of all languages, {counts}; 95 % intervals over groups.
AP: average precision. Pairs: nearly the same words, opposite labels, both verdicts right. Fine
flagged: messages with no label that get one. Thresholds: the best F1 on training messages held
back, within the same budget of false alarms for all ({ordinary:.1%} of ordinary and {fine:.0%}
of all fine messages). Rates are wall time of this one run, one process each, the start of the
program included for the mail filters. {machine}. Written by `scripts/compare_models.py`.
{notes}
## By language

{by_language}
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one classifier made of the test split."""

    name: str
    explains: bool
    scores: np.ndarray
    """float64 (n, n_labels), the higher the more likely."""
    flagged: np.ndarray
    """bool (n, n_labels)."""
    seconds: float
    """Wall time of judging all n."""
    size: int
    """Bytes on disk."""


def ours(test: Sequence[Example], checker: Checker) -> Judged:
    """Judge with the default model, at its own thresholds."""
    list(checker.check_all(example.message for example in test[::WARM_UP]))
    started = time.perf_counter()
    reports = list(checker.check_all((example.message for example in test), explain=False))
    seconds = time.perf_counter() - started
    scores = [[report.scores.get(label, 0.0) for label in LABELS] for report in reports]
    flagged = [[label in report.flags for label in LABELS] for report in reports]
    weights = (ROOT / "models/default/weights.npz").stat().st_size
    return Judged("**blastcheck**", True, np.array(scores), np.array(flagged), seconds, weights)  # noqa: FBT003


def judged_by(peer: Peer, train: Sequence[Example], test: Sequence[Example]) -> Judged:
    """Train a peer, choose its thresholds on what was held back, judge.

    Raises:
        MissingPeerError: it cannot run here.
    """
    kept, held = Splits(train, seed=1).folds(0, HELD_BACK)[0]
    held_back = [train[i] for i in held]
    with TemporaryDirectory() as folder:
        some = peer.train([train[i] for i in kept], Path(folder))
        thresholds = thresholds_of(held_back, some.scores([e.message for e in held_back]))
    with TemporaryDirectory() as folder:
        whole = peer.train(train, Path(folder))
        whole.scores([example.message for example in test[::WARM_UP]])
        started = time.perf_counter()
        scores = whole.scores([example.message for example in test])
        seconds = time.perf_counter() - started
    return Judged(peer.name, peer.explains, scores, scores >= thresholds, seconds, whole.size)


def thresholds_of(examples: Sequence[Example], scores: np.ndarray) -> np.ndarray:
    """Return float64 (n_labels,): where F1 is best among what keeps within FLAG_BUDGET.

    Above every score where nothing keeps within it.
    """
    ordinary = np.array([example.kind == "ordinary" for example in examples])
    found = np.full(len(LABELS), np.inf)
    for number in range(len(LABELS)):
        truth = np.array([bool(example.labels[number]) for example in examples])
        best = 0.0
        for threshold in np.unique(scores[:, number]):
            flagged = scores[:, number] >= threshold
            value = 2 * (flagged & truth).sum() / (flagged.sum() + truth.sum())
            if value > best and _within_budget(flagged & ~truth, ordinary, ~truth):
                best, found[number] = value, threshold
    return found


def _within_budget(wrong: np.ndarray, ordinary: np.ndarray, fine: np.ndarray) -> bool:
    few = (wrong & ordinary).sum() <= FLAG_BUDGET["ordinary"] * ordinary.sum()
    return bool(few and wrong.sum() <= FLAG_BUDGET["fine"] * fine.sum())


def measured(judged: Judged, test: Sequence[Example], lang: str) -> list[Estimate]:
    """Return AP, F1 and pairs of each label, and the share of fine messages flagged."""
    rows = np.array([i for i, e in enumerate(test) if lang in ("all", e.message.lang)])
    examples = [test[i] for i in rows]
    groups = np.unique([example.group for example in examples], return_inverse=True)[1]
    scores, flagged = judged.scores[rows], judged.flagged[rows]
    columns: dict[str, list[Estimate]] = {"ap": [], "f1": [], "pairs": []}
    for number, label in enumerate(LABELS):
        truth = np.array([bool(example.labels[number]) for example in examples])
        known = Rows(truth, flagged[:, number], scores[:, number], groups)
        both = bootstrap(known, {"ap": average_precision, "f1": f1}, resamples=RESAMPLES)
        pairs = pairs_of(examples, label)
        right = [bool(flagged[a, number] and not flagged[b, number]) for a, b in pairs]
        columns["ap"].append(both["ap"])
        columns["f1"].append(both["f1"])
        columns["pairs"].append(grouped_mean(right, [groups[a] for a, _ in pairs]))
    fine = [i for i, example in enumerate(examples) if not any(example.labels)]
    alarms = grouped_mean(flagged[fine].any(axis=1), groups[fine].tolist())
    return [*(cell for cells in columns.values() for cell in cells), alarms]


def cells_of(judged: Judged, test: Sequence[Example], lang: str) -> list[str]:
    """Return the cells of one row."""
    rate = f"{len(test) / judged.seconds:,.0f}"
    size = f"{judged.size / 1e6:.1f} MB" if judged.size >= 1e5 else f"{judged.size / 1e3:.0f} kB"  # noqa: PLR2004
    return [*map(str, measured(judged, test, lang)), rate, size, "yes" if judged.explains else "no"]


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(everyone: Sequence[Judged], missing: dict[str, str], test: Sequence[Example],
         notes: Sequence[str]) -> str:  # fmt: skip
    """Return the whole comparison as Markdown; what stands before the first heading is enough."""
    overview = [[j.name, *cells_of(j, test, "all")] for j in everyone]
    overview += [
        [name, f"skipped: {why}", *[""] * (len(HEADS) - 2)] for name, why in missing.items()
    ]
    langs = [lang for lang in LANGUAGES if any(e.message.lang == lang for e in test)]
    detail = [
        [f"{j.name}, {lang}", *cells_of(j, test, lang)[:-3]] for lang in langs for j in everyone
    ]
    return PAGE.format(
        overview=markdown(HEADS, overview),
        by_language=markdown(HEADS[:-3], detail),
        counts=counts(test),
        machine=f"Python {platform.python_version()}, {platform.machine()}",
        notes="".join(f"\n{note}\n" for note in notes),
        **FLAG_BUDGET,
    )


def counts(test: Sequence[Example]) -> str:
    """Return how many messages, offences and pairs there are."""
    parts = [f"{len(test)} of them"]
    for number, label in enumerate(LABELS):
        offending = sum(example.labels[number] for example in test)
        parts.append(f"{offending} {label} in {len(pairs_of(test, label))} pairs")
    return ", ".join([*parts, f"{sum(not any(e.labels) for e in test)} fine"])


def compare(train: Sequence[Example], test: Sequence[Example], peers: Sequence[Peer]) -> str:
    """Train every peer, judge, and return the comparison as Markdown."""
    checker = Checker.load()
    everyone, missing = [ours(test, checker)], {}
    for peer in peers:
        try:
            everyone.append(judged_by(peer, train, test))
            print(f"{peer.name}: done", file=sys.stderr)
        except MissingPeerError as error:
            missing[peer.name] = str(error)
            print(f"{peer.name}: skipped: {error}", file=sys.stderr)
    learned = checker.model.manifest.training.get("messages")
    notes = [f"The peers learned from {len(train)} messages, {checker.model.tag} from {learned}"
             " that were long enough to judge."]  # fmt: skip
    return page(everyone, missing, test, notes)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison; with --write also store it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="also into FOLDER/COMPARISON.md")
    parser.add_argument("--folder", type=Path, default=ROOT / "models/default")
    parser.add_argument("--messages", type=Path, default=ROOT / "data/messages")
    options = parser.parse_args(arguments)
    train, test = (
        load_examples(sorted(options.messages.glob(f"{split}-*.jsonl")))
        for split in ("train", "test")
    )
    found = compare(train, test, PEERS)
    print(found)
    if options.write:
        (options.folder / "COMPARISON.md").write_text(found, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
