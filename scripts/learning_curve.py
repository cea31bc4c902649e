"""Measure what more training messages would bring, and write it beside the model.

usage: python scripts/learning_curve.py [--folder models/default] [--seeds 5]

For each share of the training groups and each seed a model is fitted as `blastcheck train` fits it,
and scores the held-out messages. Writes LEARNING_CURVE.md and learning_curve.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from classifier.corpus import Example, load_examples  # noqa: E402
from classifier.evaluation import Estimate, Rows  # noqa: E402
from classifier.evaluation.measures import average_precision  # noqa: E402
from classifier.model import Scorer  # noqa: E402
from classifier.preparation import Prepared, prepare  # noqa: E402
from classifier.schema import LABELS, LANGUAGES  # noqa: E402
from classifier.training.fit import fit  # noqa: E402
from classifier.training.recipe import Recipe  # noqa: E402
from curation.tables import table  # noqa: E402

SHARES = (0.1, 0.25, 0.5, 0.75, 1.0)
RESAMPLES = 200
Known = tuple[Example, Prepared]

PAGE = """\
# Learning curve

Average precision on the held-out messages, mean of {seeds} seeds, with 95 % intervals over seeds
and held-out groups. Written by `python scripts/learning_curve.py`. Where the last step still gains,
more messages of that language and label would help.

{table}"""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the curve."""

    share: float
    lang: str
    label: str
    messages: int
    """Training messages of this language, mean over seeds."""
    average_precision: Estimate
    """Mean over seeds; the interval is over seeds and held-out groups together."""


def judged(paths: Sequence[Path]) -> list[Known]:
    """Return the examples of these files that are long enough to judge, prepared."""
    examples = load_examples(paths)
    return [(e, p) for e in examples if isinstance(p := prepare(e.message), Prepared)]


def drawn(train: Sequence[Known], share: float, seed: int) -> list[Known]:
    """Return the messages of a share of the groups, the same share in each language.

    A smaller share of the same seed is part of a larger one.
    """
    random = np.random.default_rng(seed)
    kept: set[str] = set()
    for lang in LANGUAGES:
        groups = sorted({e.group for e, _ in train if e.message.lang == lang})
        kept |= set(random.permutation(groups)[: round(share * len(groups))])
    return [(e, p) for e, p in train if e.group in kept]


def scores(train: Sequence[Known], test: Sequence[Known], recipe: Recipe) -> np.ndarray:
    """Return float64 (n_test, n_labels): log-odds by a model fitted on `train`."""
    fitted = fit([e for e, _ in train], [p for _, p in train], recipe)
    scorer = Scorer(fitted.weights)
    return np.array([s.scores for s in scorer.score_all([(p.reading, p.lang, p.facts)
                                                         for _, p in test])])  # fmt: skip


def curve(
    train: Sequence[Known],
    test: Sequence[Known],
    recipe: Recipe,
    *,
    shares: Sequence[float],
    seeds: int,
) -> Iterator[Point]:
    """Yield the points of the curve, the smallest share first."""
    for share in shares:
        runs, sizes = [], dict.fromkeys(LANGUAGES, 0.0)
        for seed in range(seeds):
            some = drawn(train, share, seed)
            runs.append(scores(some, test, replace(recipe, seed=recipe.seed + seed)))
            for example, _ in some:
                sizes[example.message.lang or ""] += 1 / seeds
        print(f"{share:.0%} of the groups: {seeds} seeds done", file=sys.stderr)
        for lang in LANGUAGES:
            rows = [i for i, (e, _) in enumerate(test) if e.message.lang == lang]
            for number, label in enumerate(LABELS):
                precision = estimate([e for e, _ in (test[i] for i in rows)],
                                     [run[rows, number] for run in runs], number)  # fmt: skip
                yield Point(share, lang, label, round(sizes[lang]), precision)


def estimate(test: Sequence[Example], runs: Sequence[np.ndarray], number: int) -> Estimate:
    """Return the average precision of the runs, with its 95 % interval.

    Each resample draws held-out groups with replacement, and one of the runs.

    Args:
        test: n held-out examples of one language.
        runs: for each seed float64 (n,), scores.
        number: which of LABELS.
    """
    truth = np.array([bool(example.labels[number]) for example in test])
    groups = np.unique([example.group for example in test], return_inverse=True)[1]
    members = [np.flatnonzero(groups == g) for g in range(groups.max() + 1)]

    def precision(run: np.ndarray, rows: np.ndarray) -> float:
        return average_precision(Rows(truth, truth, run, groups).take(rows))

    random = np.random.default_rng(0)
    samples = []
    for _ in range(RESAMPLES):
        picked = random.integers(len(members), size=len(members))
        run = runs[random.integers(len(runs))]
        samples.append(precision(run, np.concatenate([members[g] for g in picked])))
    low, high = np.nanpercentile(samples, (2.5, 97.5))
    mean = np.mean([precision(run, np.arange(len(test))) for run in runs])
    return Estimate(float(mean), float(low), float(high))


def page(points: Sequence[Point], seeds: int) -> str:
    """Return the curve as Markdown, and what the last step brought."""
    cells = {(p.share, p.lang, p.label): p for p in points}
    columns = [f"{lang} {label}" for lang in LANGUAGES for label in LABELS]
    pairs = [(lang, label) for lang in LANGUAGES for label in LABELS]
    shares = sorted({p.share for p in points})
    rows = {}
    for share in shares:
        sizes = ", ".join(str(cells[share, lang, LABELS[0]].messages) for lang in LANGUAGES)
        rows[f"{share:.0%} ({sizes})"] = [
            _cell(cells[share, lang, label].average_precision) for lang, label in pairs
        ]
    gains = [
        cells[shares[-1], lang, label].average_precision.value
        - cells[shares[-2], lang, label].average_precision.value
        for lang, label in pairs
    ]
    rows["last step"] = [f"{gain:+.3f}" for gain in gains]
    head = "share of the groups (messages en, fr, he)"
    return PAGE.format(seeds=seeds, table=table(head, columns, rows))


def _cell(found: Estimate) -> str:
    return f"{found.value:.3f} ({found.low:.2f}-{found.high:.2f})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the curve and write it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "models/default")
    parser.add_argument("--messages", type=Path, default=ROOT / "data/messages")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args(arguments)
    train, test = (
        judged(sorted(options.messages.glob(f"{split}-*.jsonl"))) for split in ("train", "test")
    )
    points = list(curve(train, test, Recipe(), shares=SHARES, seeds=options.seeds))
    plain = [
        {"share": p.share, "lang": p.lang, "label": p.label, "messages": p.messages,
         "average_precision": p.average_precision.to_dict()} for p in points
    ]  # fmt: skip
    text = json.dumps({"seeds": options.seeds, "points": plain}, indent=1) + "\n"
    (options.folder / "learning_curve.json").write_text(text, encoding="utf-8")
    (options.folder / "LEARNING_CURVE.md").write_text(page(points, options.seeds), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
