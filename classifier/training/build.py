"""One command from labelled data to a model folder: fit, thresholds, metrics, card."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from itertools import chain
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from classifier.corpus import Example, load_examples
from classifier.model import Manifest, save
from classifier.preparation import NotJudged, Prepared, prepare
from classifier.schema import LABELS, DataError, Label, Message
from classifier.training.fit import Fitted, fit
from classifier.training.fits import Tell, silent
from classifier.training.recipe import Recipe

FLAG_BUDGET = {"ordinary": 0.003, "fine": 0.03}
"""Share of ordinary and of all fine messages that may be flagged, out of fold."""

UNSURE_BUDGET = {"ordinary": 0.015, "fine": 0.08}
"""The same for messages called unsure."""

TAIL = 50
"""Highest scores that a threshold is worked out from where fewer may exceed it."""

LEAST_FOR_A_TAIL = 500
"""Scores from which TAIL of them are a tail."""

GOLDEN_TEXTS = {
    "en": "Dear all, I lost my job in May. If you hear of anything, anything at all, please pass"
    " my CV on to whoever you know.",
    "fr": "Bonjour Claire, merci encore pour vos conseils. Auriez-vous un quart d'heure jeudi pour"
    " me parler de votre métier ? Un non me va très bien.",
    "he": "היי דנה, פרגנתי לך בהמלצה חמה בלינקדאין, אז אשמח שתכתבי גם עליי משהו. לא לקחת קשה.",
}
"""One short message a language; a model records their scores, and loading checks them."""


@dataclass(frozen=True, slots=True)
class Built:
    """What building a model gives besides its folder."""

    manifest: Manifest
    examples: list[Example]
    fitted: Fitted


@dataclass(frozen=True)
class Material:
    """What a model is made of."""

    examples: Sequence[Example]
    files: Sequence[Path]
    """Where they stand; the manifest holds their hash and their names."""
    weights: np.ndarray | None = None
    """float64 (n_examples,), how much each counts; None counts all alike."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """What else the manifest is to say of the training."""


def build_model(
    data: Sequence[Path],
    folder: Path,
    *,
    name: str = "default",
    recipe: Recipe | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Built:
    """Train on labelled JSON Lines files and write the model folder; see `build_from`.

    Raises:
        DataError: the data are broken or too few; every fault with its place.
    """
    material = Material(load_examples(data), data)
    return build_from(material, folder, name=name, recipe=recipe, say=say)


def build_from(
    material: Material,
    folder: Path,
    *,
    name: str = "default",
    recipe: Recipe | None = None,
    say: Callable[[str], None] = lambda _: None,
    tell: Tell = silent,
) -> Built:
    """Train on labelled messages and write the model folder.

    The same data, seed and library versions give the same bytes.

    Args:
        material: what to learn from.
        folder: where to write.
        name: what the model is called.
        recipe: what may vary.
        say: is given a line at each step.
        tell: is told how far the work is.

    Raises:
        DataError: there are too few messages.
    """
    recipe, examples = recipe or Recipe(), list(material.examples)
    say(f"{len(examples)} messages read")
    tell("reading", 0.0)
    prepared = _prepare_all(examples, recipe.n_jobs)
    judged = [i for i, one in enumerate(prepared) if isinstance(one, Prepared)]
    examples = [examples[i] for i in judged]
    weights = None if material.weights is None else material.weights[judged]
    if missing := "\n".join(too_few(examples, recipe)):
        raise DataError(missing)
    say(f"{len(examples)} long enough to judge; learning")
    readings = [one for one in prepared if isinstance(one, Prepared)]
    fitted = fit(examples, readings, recipe, weights, tell)
    thresholds = choose_thresholds(examples, fitted.out_of_fold)
    manifest = Manifest(
        name=name,
        thresholds={label: flag for label, (flag, _) in thresholds.items()},
        unsure={label: unsure for label, (_, unsure) in thresholds.items()},
        golden=[{"lang": lang, "text": text} for lang, text in GOLDEN_TEXTS.items()],
        training={**_training_facts(material.files, examples, recipe), **material.facts},
    )
    manifest = save(folder, manifest, fitted.weights)
    say(f"{folder}: {manifest.name}@{manifest.sha256[:12]}")
    return Built(manifest, examples, fitted)


def _prepare_all(examples: Sequence[Example], n_jobs: int) -> list[Prepared | NotJudged]:
    """Prepare every message, a share in each process."""
    messages = [example.message for example in examples]
    size = max(1, -(-len(messages) // n_jobs))
    shares = [messages[i : i + size] for i in range(0, len(messages), size)]
    return list(chain.from_iterable(Parallel(n_jobs)(delayed(_prepare_some)(s) for s in shares)))


def _prepare_some(messages: Sequence[Message]) -> list[Prepared | NotJudged]:
    return [prepare(message) for message in messages]


def too_few(examples: Sequence[Example], recipe: Recipe) -> Iterator[str]:
    """Yield what there is too little of to cross-validate: groups on either side of a label."""
    for number, label in enumerate(LABELS):
        for value in (0, 1):
            groups = {e.group for e in examples if e.labels[number] == value}
            if len(groups) < 2 * recipe.folds:
                yield (
                    f"{label}={value}: {len(groups)} independent messages; training needs at"
                    f" least {2 * recipe.folds}"
                )


def choose_thresholds(
    examples: Sequence[Example], probabilities: np.ndarray
) -> dict[Label, tuple[float, float]]:
    """Return (flag, unsure) thresholds a label, chosen out of fold.

    The flag threshold is the F1-best one, raised until FLAG_BUDGET holds; the unsure band begins
    where UNSURE_BUDGET holds, at half the flag threshold or above.

    Args:
        examples: n of them.
        probabilities: float64 (n, n_labels), calibrated, from models that did not see them.
    """
    chosen: dict[Label, tuple[float, float]] = {}
    ordinary = np.array([example.kind == "ordinary" for example in examples])
    for number, label in enumerate(LABELS):
        truth = np.array([bool(example.labels[number]) for example in examples])
        scores = probabilities[:, number]
        flag = max(_best_f1(scores, truth), _within(FLAG_BUDGET, scores, truth, ordinary))
        unsure = max(flag / 2, _within(UNSURE_BUDGET, scores, truth, ordinary))
        chosen[label] = (_floor(flag), _floor(min(unsure, flag)))
    return chosen


def _floor(threshold: float) -> float:
    """Round down to three digits: rounding up could put a threshold above every score."""
    return math.floor(threshold * 1000 + 1e-6) / 1000


def _best_f1(scores: np.ndarray, truth: np.ndarray) -> float:
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    return float(scores[order][np.argmax(f1)])


def _within(
    budget: dict[str, float], scores: np.ndarray, truth: np.ndarray, ordinary: np.ndarray
) -> float:
    """Return the lowest threshold at which both budgets hold."""
    among = {"ordinary": ordinary & ~truth, "fine": ~truth}
    return max(_exceeded_by(share, scores[among[kind]]) for kind, share in budget.items())


def _exceeded_by(share: float, scores: np.ndarray) -> float:
    """Return a threshold that about this share of the scores exceeds, and no more.

    Where that is a handful of many messages, their own scores say little: another handful would say
    something else. The highest TAIL then say how the log-odds thin out, which is about
    exponentially (peaks over a threshold; Pickands 1975), and the threshold follows from that.

    Args:
        share: 0 to 1.
        scores: float64 (n,), probabilities.
    """
    ranked = np.sort(scores)[::-1]
    allowed = share * len(ranked)
    if len(ranked) < LEAST_FOR_A_TAIL or allowed >= TAIL:
        return float(ranked[int(allowed)]) + 1e-3 if allowed < len(ranked) else 0.0
    odds = _log_odds(ranked[: TAIL + 1])
    step = float((odds[:TAIL] - odds[TAIL]).mean())
    return float(1 / (1 + math.exp(-(odds[TAIL] + step * math.log(TAIL / max(allowed, 1.0))))))


def _log_odds(probabilities: np.ndarray) -> np.ndarray:
    inside = np.clip(probabilities, 1e-9, 1 - 1e-9)
    odds: np.ndarray = np.log(inside / (1 - inside))
    return odds


def _training_facts(
    data: Sequence[Path], examples: Sequence[Example], recipe: Recipe
) -> dict[str, object]:
    digest = hashlib.sha256()
    for path in sorted(data, key=lambda path: (path.name, path)):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            digest.update(file.read_bytes() if file.is_file() else b"")
    return {
        "data_sha256": digest.hexdigest(),
        "files": sorted(path.name for path in data),
        "messages": len(examples),
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "flag_budget": FLAG_BUDGET,
        "unsure_budget": UNSURE_BUDGET,
        "versions": {
            package: metadata.version(package)
            for package in ("numpy", "scikit-learn", "scipy", "spacy")
        },
    }
