"""What a training moved: the new messages, the held-out ones, and the coefficients, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product

import numpy as np

from classifier.advice import tactic_title
from classifier.checker import Checker
from classifier.corpus import Example
from classifier.evaluation import MEASURES
from classifier.evaluation.measures import rows_of
from classifier.features.message import COLUMN_GROUPS, MESSAGE_COLUMNS
from classifier.features.words import crc, feature_word, pair_columns, word_column
from classifier.languages import read_toml
from classifier.model import Model, Weights
from classifier.preparation import Prepared
from classifier.render.characters import FSI, isolate, visible
from classifier.schema import LABELS, LANGUAGES, TACTICS, Label, Report
from classifier.training.review import Review, excerpt

TEN = 10
SHOWN_MESSAGES = 10

_FAMILIES = {
    "peak": "the strongest sentence", "share": "how surely one sentence does it",
    "again": "a second sentence", "total": "all sentences together",
    "count": "how often", "rule": "the guideline's rule", "passage": "the strongest passage",
}  # fmt: skip
"""Family of message columns -> what it counts."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A weight of two models."""

    label: Label
    name: str
    """What carries it, in words."""
    before: float
    after: float
    """Log-odds for one unit of its column; of a word, for one occurrence in an average message."""
    effect: float
    """How far the change moves the score of an average new message, in log-odds, unsigned."""


def changed_coefficients(
    before: Model, after: Model, prepared: Sequence[Prepared], count: int = TEN
) -> list[Coefficient]:
    """Return the coefficients whose change moves the new messages most, the heaviest first.

    Args:
        before: the model that was in use.
        after: the one trained on the new messages too.
        prepared: the new messages.
        count: how many to return.
    """
    found = [*_columns(before, after, prepared), *_words(before, after, prepared)]
    return sorted(found, key=lambda one: (-one.effect, one.label, one.name))[:count]


def _columns(before: Model, after: Model, prepared: Sequence[Prepared]) -> Iterator[Coefficient]:
    scored = after.scorer.score_all([(p.reading, p.lang, p.facts) for p in prepared])
    usual = np.abs(np.array([one.columns for one in scored])).mean(axis=0)
    old, new = before.scorer.weights.message, after.scorer.weights.message
    for i, label in enumerate(LABELS):
        for j, column in enumerate(MESSAGE_COLUMNS):
            effect = abs(new[i, j] - old[i, j]) * usual[j]
            name = _column_name(column, COLUMN_GROUPS[j])
            yield Coefficient(label, name, float(old[i, j]), float(new[i, j]), float(effect))


def _words(before: Model, after: Model, prepared: Sequence[Prepared]) -> Iterator[Coefficient]:
    """Yield words and pairs of the new messages; a column that stands for several is told as one.

    What a word adds is its weight over the length of its message's vector of n-grams.
    """
    hashing = after.scorer.weights.hashing
    if before.scorer.weights.hashing != hashing:
        return
    known: dict[int, str] = {}
    uses: dict[int, float] = {}
    new = after.scorer.weights
    for one in prepared:
        grams = list(_grams(one, after))
        squares = sum(_weight(new.idf[:, None], new, column)[0] ** 2 for column, _ in grams)
        for column, name in grams:
            known.setdefault(column, name)
            uses[column] = uses.get(column, 0.0) + 1 / max(squares, 1.0) ** 0.5 / len(prepared)
    for column, use in uses.items():
        old_weight = _weight(before.scorer.weights.grams, before.scorer.weights, column)
        new_weight = _weight(new.grams, new, column)
        for i, label in enumerate(LABELS):
            old_one, new_one = float(old_weight[i]), float(new_weight[i])
            effect = abs(new_one - old_one) * use
            yield Coefficient(label, f"“{known[column]}”", old_one, new_one, effect)


def _grams(one: Prepared, model: Model) -> Iterator[tuple[int, str]]:
    """Yield column and words of each word and pair of a message."""
    hashing, reading = model.scorer.weights.hashing, one.reading
    words = [
        (word, int(sentence))
        for norm, sentence in zip(reading.norms, reading.sentence_of, strict=True)
        if (word := feature_word(norm))
    ]
    for word, _ in words:
        yield word_column(crc(word), hashing), word
    hashes = np.array([crc(word) for word, _ in words], dtype=np.uint32)
    for ((a, first), (b, second)), column in zip(
        pairwise(words), pair_columns(hashes, hashing).tolist(), strict=True
    ):
        if first == second:
            yield column, f"{a} {b}"


def _weight(values: np.ndarray, weights: Weights, column: int) -> np.ndarray:
    """Return the row of a hashed column; zeros where the model has none."""
    at = int(np.searchsorted(weights.columns, column))
    if at < len(weights.columns) and weights.columns[at] == column:
        row: np.ndarray = values[at]
        return row
    return np.zeros(values.shape[1])


@cache
def _column_name(column: str, group: str, lang: str = "en") -> str:
    family, rest = column.split(":", 1)
    if family == "lang":
        return f"the message is in {rest}"
    named = tactic_title(group, lang) if group in TACTICS else str(read_toml(lang, "names")[group])
    return f"{named} ({_FAMILIES[family]})" if family in _FAMILIES else named


def moved_lines(
    before: Checker, after: Checker, found: Review, out_of_fold: np.ndarray
) -> Iterator[str]:
    """Yield what moved in the new messages and in the coefficients, for people.

    Args:
        before: judges with the model in use.
        after: judges with the new model.
        found: the new messages, n of them.
        out_of_fold: float64 (n, n_labels), their probabilities by models that did not see them.
    """
    new = found.kept
    reports = list(before.check_all((e.message for _, e in new), explain=False))
    thresholds = after.model.manifest.thresholds
    yield f"\nThe {len(new)} new messages, judged before and after by models that never saw them:"
    for i, label in enumerate(LABELS):
        truth = np.array([example.labels[i] for _, example in new], dtype=bool)
        was = np.array([label in report.flags for report in reports])
        now = out_of_fold[:, i] >= thresholds[label]
        for side, rows in (("labelled so", truth), ("labelled fine", ~truth)):
            if rows.any():
                yield (
                    f"  {label}, {side}: {was[rows].sum()} of {rows.sum()} flagged before,"
                    f" {now[rows].sum()} after"
                )
    yield from _message_lines(reports, new, out_of_fold)
    yield f"\nThe {TEN} coefficients whose change moved them most (log-odds, before → after):"
    for one in changed_coefficients(before.model, after.model, found.prepared):
        name = isolate(visible(one.name), FSI)
        yield f"  {one.label:<12} {one.before:+6.2f} → {one.after:+6.2f}  {name}"


def _message_lines(
    reports: Sequence[Report], new: Sequence[tuple[str, Example]], out_of_fold: np.ndarray
) -> Iterator[str]:
    """Yield the messages whose probabilities moved most."""
    before = np.array([[report.scores[label] for label in LABELS] for report in reports])
    change = np.abs(out_of_fold - before)
    for row in np.argsort(-change.max(axis=1), kind="stable")[:SHOWN_MESSAGES].tolist():
        i = int(change[row].argmax())
        place, example = new[row]
        words = f"{visible(place)}: {excerpt(example.message.text)}"
        yield f"  {LABELS[i]} {before[row, i]:.0%} → {out_of_fold[row, i]:.0%}  {words}"


def held_out_lines(before: Checker, after: Checker, held_out: Sequence[Example]) -> Iterator[str]:
    """Yield what moved in the held-out messages, a line a language and label."""
    judged = [
        list(checker.check_all((e.message for e in held_out), explain=False))
        for checker in (before, after)
    ]
    yield f"\nThe {len(held_out)} held-out messages, before → after:"
    yield f"  {'':<17}{'F1':>16}{'precision':>17}{'false alarms':>17}"
    langs = [lang for lang in LANGUAGES if any(e.message.lang == lang for e in held_out)]
    for lang, label in product(("all", *langs), LABELS):
        chosen = [i for i, e in enumerate(held_out) if lang in ("all", e.message.lang)]
        rows = [
            rows_of([held_out[i] for i in chosen], [reports[i] for i in chosen], label)
            for reports in judged
        ]
        values = [" → ".join(f"{measure(one):.3f}" for one in rows) for measure in _MEASURES]
        yield f"  {lang:<4}{label:<13}{values[0]:>16}{values[1]:>17}{values[2]:>17}"


_MEASURES = tuple(MEASURES[name] for name in ("f1", "precision", "false_positive_rate"))
