"""Save, find and load model folders."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from classifier.features.message import COLUMN_GROUPS, MESSAGE_COLUMNS
from classifier.features.relations import RELATION_NAMES, TACTIC_NAMES
from classifier.features.words import HashSpec
from classifier.languages.classes import CLASS_NAMES
from classifier.model.arrays import MEMBERS, npz_bytes, pack, unpack
from classifier.model.checks import (
    hash_spec,
    languages_without_golden,
    manifest_faults,
    shape_faults,
    weights_faults,
)
from classifier.model.npz import read_arrays
from classifier.model.scoring import Scorer
from classifier.model.weights import Weights
from classifier.preparation import NotJudged, prepare
from classifier.schema import LABELS, LANGUAGES, Label, Message, ModelError

SCHEMA = 2
"""Of the folder. A reader refuses a newer one; raise it when an old reader would err."""

GOLDEN_TOLERANCE = 1e-6
"""Golden scores may differ by this much: libraries add in other orders."""

NEVER = -100.0
"""Log-odds of what no words can outweigh."""

MAX_WEIGHTS_BYTES = 64_000_000
MAX_MANIFEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `model.json` says of a model."""

    name: str
    thresholds: dict[Label, float]
    """Probability from which a label is flagged."""
    unsure: dict[Label, float]
    """Probability from which a label is in doubt; at most the threshold."""
    golden: list[dict[str, Any]]
    """Messages with the scores they must get: `lang`, `text`, `scores`."""
    schema: int = SCHEMA
    sha256: str = ""
    """Of `weights.npz`."""
    labels: list[str] = field(default_factory=lambda: list(LABELS))
    languages: list[str] = field(default_factory=lambda: list(LANGUAGES))
    tactics: list[str] = field(default_factory=lambda: list(TACTIC_NAMES))
    relations: list[str] = field(default_factory=lambda: list(RELATION_NAMES))
    columns: list[str] = field(default_factory=lambda: list(MESSAGE_COLUMNS))
    classes: list[str] = field(default_factory=lambda: list(CLASS_NAMES))
    hashing: dict[str, Any] = field(default_factory=lambda: asdict(HashSpec()))
    training: dict[str, Any] = field(default_factory=dict)
    """Data hash, seed, recipe, library versions."""


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model, ready to score."""

    manifest: Manifest
    scorer: Scorer
    folder: Path
    checked: set[str] = field(default_factory=set, compare=False)
    """Languages whose golden scores were found right."""

    @property
    def tag(self) -> str:
        """`name@` and the first 12 hex digits of the SHA-256 of the weights."""
        return f"{self.manifest.name}@{self.manifest.sha256[:12]}"

    def check_golden_scores(self, lang: str) -> None:
        """Score the golden messages of `lang` again, once, before its first verdict.

        Raises:
            ModelError: they differ: another tokenizer, hash or rule file made this model.
        """
        if lang in self.checked:
            return
        for golden in self.manifest.golden:
            if golden["lang"] == lang:
                got = golden_scores(self.scorer, golden)
                if not np.allclose(got, golden["scores"], rtol=0, atol=GOLDEN_TOLERANCE):
                    raise ModelError(
                        f"{self.folder}: a golden message ({lang}) scores"
                        f" {[round(s, 6) for s in got]}, recorded {golden['scores']}; the model"
                        " was made by another version, train it again"
                    )
        self.checked.add(lang)


def load(folder: Path) -> Model:
    """Open the model in `folder`, after checking that it is the one its manifest describes.

    Raises:
        ModelError: a file is missing or damaged, or of another schema or version.
    """
    manifest = _read_manifest(folder / "model.json")
    path = folder / "weights.npz"
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_WEIGHTS_BYTES else b""
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != manifest.sha256:
        raise ModelError(f"{path}: not the file that {folder / 'model.json'} describes")
    return Model(manifest, Scorer(_read_weights(path, data, manifest)), folder)


def silenced(model: Model, tactics: Collection[str]) -> Model:
    """Return `model` as if no sentence ever did one of `tactics`, golden scores unchecked.

    Their columns weigh nothing, and the guideline's rule is never theirs.
    """
    weights = model.scorer.weights
    off = [i for i, group in enumerate(COLUMN_GROUPS) if group in tactics]
    message, intercepts = weights.message.copy(), weights.act_intercepts.copy()
    message[:, off] = 0.0
    intercepts[[TACTIC_NAMES.index(tactic) for tactic in tactics]] = NEVER
    scorer = Scorer(replace(weights, message=message, act_intercepts=intercepts))
    return replace(model, scorer=scorer, checked=set(LANGUAGES))


def golden_scores(scorer: Scorer, golden: dict[str, Any]) -> list[float]:
    """Return the scores (log-odds) of a golden message."""
    prepared = prepare(Message(text=golden["text"], lang=golden["lang"]))
    if isinstance(prepared, NotJudged):
        raise ModelError(f"golden message is not judged: {prepared.why}")
    scored = scorer.score(prepared.reading, prepared.lang, prepared.facts)
    return [float(score) for score in scored.scores]


def _read_manifest(path: Path) -> Manifest:
    try:
        data = json.loads(_manifest_text(path))
        _check_schema(path, data)
        manifest = Manifest(**data)
        if faults := "; ".join(manifest_faults(data)):
            raise ModelError(f"{path}: {faults}")
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelError(f"{path}: {error}") from error
    same = {"labels": LABELS, "tactics": TACTIC_NAMES, "relations": RELATION_NAMES,
            "columns": MESSAGE_COLUMNS, "classes": CLASS_NAMES, "languages": LANGUAGES}  # fmt: skip
    if other := [key for key, known in same.items() if list(known) != getattr(manifest, key)]:
        raise ModelError(
            f"{path}: its {', '.join(other)} differ from this version's; train the model again"
        )
    return manifest


def _manifest_text(path: Path) -> str:
    if path.stat().st_size > MAX_MANIFEST_BYTES:
        raise ModelError(f"{path}: more than {MAX_MANIFEST_BYTES:,} bytes")
    return path.read_text(encoding="utf-8")


def _check_schema(path: Path, data: object) -> None:
    found = data.get("schema") if isinstance(data, dict) else None
    if type(found) is int and found > SCHEMA:
        raise ModelError(
            f"{path}: made for a newer blastcheck (schema {found}, this version reads {SCHEMA});"
            " upgrade blastcheck to use this model"
        )
    if type(found) is not int or found != SCHEMA:
        raise ModelError(f"{path}: schema {found!r:.40}, this version reads {SCHEMA}")


def _read_weights(path: Path, data: bytes, manifest: Manifest) -> Weights:
    try:
        weights = unpack(read_arrays(data, MEMBERS), hash_spec(manifest.hashing))
    except ValueError as error:
        raise ModelError(f"{path}: {error}") from error
    if faults := "; ".join(shape_faults(weights)):
        raise ModelError(f"{path}: {faults}")
    return weights


def verify(model: Model) -> None:
    """Check all that loading leaves out: every number, and the golden scores of every language.

    Raises:
        ModelError: a number is none, or a golden score is missing or differs.
    """
    if faults := "; ".join(weights_faults(model.scorer.weights)):
        raise ModelError(f"{model.folder}: {faults}")
    if missing := languages_without_golden(model.manifest.golden):
        raise ModelError(f"{model.folder}: no golden message for {', '.join(missing)}")
    for lang in LANGUAGES:
        model.check_golden_scores(lang)


def save(folder: Path, manifest: Manifest, weights: Weights) -> Manifest:
    """Write a model folder, the same bytes for the same weights; return the completed manifest."""
    arrays = pack(weights)
    stored = Scorer(unpack(arrays, weights.hashing))
    data = npz_bytes(arrays)
    golden = [{**entry, "scores": golden_scores(stored, entry)} for entry in manifest.golden]
    manifest = replace(
        manifest,
        golden=golden,
        sha256=hashlib.sha256(data).hexdigest(),
        hashing=asdict(weights.hashing),
    )
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "weights.npz").write_bytes(data)
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")
    return manifest
