"""What a model can do, written by the run that made it: metrics.json and MODEL_CARD.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from classifier.checker import Checker
from classifier.corpus import Example
from classifier.evaluation import Estimate, Measures, evaluate, measures_table, pairs_right
from classifier.schema import LABELS, LANGUAGES, DataError, Label
from classifier.training.build import Built

CARD = Template("""\
# Model card: $name@$digest

Judges one message, in English, French or Hebrew, as its sender would send it: is it a CV blast
(`cv_blast`), is it a manipulative give-to-get (`give_to_get`)? What the labels mean stands in
`data/GUIDELINES.md`; how the model is stored and computed, in `models/FORMAT.md`. This page was
written by the run that made the model.

## Meant for
A person's own message, before sending. Not for judging other people, for hiring, for moderation
without a human reader, or for languages other than the three; it says `not_judged` there.

## Made from
$messages messages$whose ($mix). Data hash `$data_hash`, seed $seed.
Thresholds were chosen out of fold: F1-best, raised until at most $ordinary_budget of ordinary and
$fine_budget of all fine training messages are flagged.

| label | flag from | unsure from |
|---|---|---|
$thresholds

## On $n_test messages it has not seen
Written by other hands than the training messages. 95 % intervals, bootstrapped over groups.

$table

Minimal pairs (nearly the same words, opposite labels) with both members right: $pairs.

## Known limits
Two writers made each language's held-out messages, so intervals tell less than the whole doubt.
Scores are for whole messages; a thread's history and a batch of near-copies are not seen here.
""")


def write_card(folder: Path, built: Built, examples: Sequence[Example]) -> str:
    """Measure the model in `folder` on held-out messages; write its metrics and card.

    Returns:
        The table of measures, or a note that nothing was held out.

    Raises:
        DataError: a held-out message or group also stands in the training data.
    """
    if not examples:
        return "no --test files: no metrics and no card written"
    _check_unseen(examples, built.examples)
    reports = list(
        Checker.load(folder).check_all((example.message for example in examples), explain=False)
    )
    measured = evaluate(examples, reports)
    pairs = {label: pairs_right(examples, reports, label) for label in LABELS}
    table = measures_table(measured)
    (folder / "metrics.json").write_text(_metrics(built, measured, pairs, table), encoding="utf-8")
    card = _card(built, len(examples), table, pairs)
    (folder / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    return table


def _check_unseen(tests: Sequence[Example], training: Sequence[Example]) -> None:
    groups = {example.group for example in training}
    texts = {example.message.text for example in training}
    leaks = [e.message.id for e in tests if e.group in groups or e.message.text in texts]
    if leaks:
        raise DataError(f"held-out messages that stand in the training data: {', '.join(leaks)}")


def _metrics(
    built: Built, measured: Sequence[Measures], pairs: Mapping[Label, Estimate], table: str
) -> str:
    found = {
        "model": f"{built.manifest.name}@{built.manifest.sha256[:12]}",
        "measures": [one.to_dict() for one in measured],
        "pairs": {label: e.to_dict() for label, e in pairs.items()},
        "table": table,
    }
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _card(built: Built, n_test: int, table: str, pairs: Mapping[Label, Estimate]) -> str:
    manifest, training = built.manifest, built.manifest.training
    langs = Counter(example.message.lang for example in built.examples)
    rows = (
        f"| {label} | {manifest.thresholds[label]} | {manifest.unsure[label]} |" for label in LABELS
    )
    return CARD.substitute(
        name=manifest.name,
        digest=manifest.sha256[:12],
        messages=len(built.examples),
        whose=_whose(training.get("new"), len(built.examples)),
        mix=", ".join(f"{langs[lang]} {lang}" for lang in LANGUAGES),
        data_hash=training["data_sha256"],
        seed=training["recipe"]["seed"],
        ordinary_budget=f"{training['flag_budget']['ordinary']:.1%}",
        fine_budget=f"{training['flag_budget']['fine']:.0%}",
        thresholds="\n".join(rows),
        n_test=n_test,
        table=table,
        pairs="; ".join(
            f"{label} {e.value:.0%} ({e.low:.0%} to {e.high:.0%})" for label, e in pairs.items()
        ),
    )


def _whose(new: Mapping[str, Any] | None, count: int) -> str:
    """Say which of the messages were written for this project."""
    if not new:
        return " written for this project"
    if new["messages"] == count:
        return " of its maker's own"
    times = f"{new['weight']:g} times" if new["weight"] != 1 else "once"
    return (
        f", {count - new['messages']} written for this project and {new['messages']} of its"
        f" maker's own, counted {times} each"
    )
