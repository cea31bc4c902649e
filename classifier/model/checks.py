"""What must hold of a model's numbers before anybody judges by it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from classifier.features.classes import N_CLASS_COLUMNS
from classifier.features.message import MESSAGE_COLUMNS
from classifier.features.relations import CONTEXT_NAMES, TACTIC_NAMES
from classifier.features.words import HashSpec
from classifier.model.arrays import MEMBERS
from classifier.model.weights import Weights
from classifier.schema import LABELS, LANGUAGES

MAX_BITS = 22
"""Of either half of the hashed columns: a table of 16 MB each, in memory."""

MAX_CHAR_NGRAM = 8
MAX_GOLDEN, MAX_GOLDEN_CHARS = 50, 2_000
NAME_CHARS = 64


def hash_spec(stated: object) -> HashSpec:
    """Return the HashSpec of a manifest's `hashing`.

    Raises:
        ValueError: it is none, or would take more memory than any model needs.
    """
    if not isinstance(stated, dict) or stated.keys() != {"word_bits", "char_bits", "char_ngrams"}:
        raise ValueError(f"hashing {stated!r}: needs word_bits, char_bits and char_ngrams")
    word_bits, char_bits, lengths = (
        stated[key] for key in ("word_bits", "char_bits", "char_ngrams")
    )
    bits_hold = all(type(b) is int and 1 <= b <= MAX_BITS for b in (word_bits, char_bits))
    ngrams_hold = (
        isinstance(lengths, list | tuple)
        and all(type(length) is int for length in lengths)
        and len(lengths) == len(("shortest", "longest"))
        and 1 <= lengths[0] <= lengths[1] <= MAX_CHAR_NGRAM
    )
    if not (bits_hold and ngrams_hold):
        raise ValueError(
            f"hashing {stated!r}: bits are 1 to {MAX_BITS}, n-grams 1 to {MAX_CHAR_NGRAM} long"
        )
    return HashSpec(word_bits, char_bits, (lengths[0], lengths[1]))


def manifest_faults(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the values of a manifest whose keys are right."""
    name = data.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= NAME_CHARS or not name.isprintable():
        yield f"name {name!r:.80}: needs 1 to {NAME_CHARS} printable characters"
    for key in ("thresholds", "unsure"):
        given = data.get(key)
        if not isinstance(given, dict) or set(given) != set(LABELS):
            yield f"{key} must give a number to each of {', '.join(LABELS)}"
        elif not all(_is_number(value) and 0 <= value <= 1 for value in given.values()):
            yield f"{key} must be from 0 to 1"
    if not isinstance(data.get("training", {}), dict):
        yield "training must be an object"
    yield from _golden_faults(data.get("golden"))


def _golden_faults(golden: object) -> Iterator[str]:
    if not isinstance(golden, list) or len(golden) > MAX_GOLDEN:
        yield f"golden must be a list of at most {MAX_GOLDEN} messages"
        return
    for number, entry in enumerate(golden):
        if not isinstance(entry, dict) or entry.keys() != {"lang", "text", "scores"}:
            yield f"golden {number}: needs lang, text and scores, nothing else"
        elif entry["lang"] not in LANGUAGES:
            yield f"golden {number}: lang is none of {', '.join(LANGUAGES)}"
        elif not isinstance(entry["text"], str) or len(entry["text"]) > MAX_GOLDEN_CHARS:
            yield f"golden {number}: needs a text of at most {MAX_GOLDEN_CHARS:,} characters"
        elif not _are_scores(entry["scores"]):
            yield f"golden {number}: needs a finite score for each of {', '.join(LABELS)}"


def _are_scores(scores: object) -> bool:
    return isinstance(scores, list) and len(scores) == len(LABELS) and all(map(_is_number, scores))


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]


def languages_without_golden(golden: list[dict[str, Any]]) -> list[str]:
    """Return the languages in which a model could say anything and nobody would notice."""
    return [lang for lang in LANGUAGES if lang not in {entry["lang"] for entry in golden}]


def shape_faults(weights: Weights) -> Iterator[str]:
    """Yield the arrays whose shape or order is not that of models/FORMAT.md."""
    kept, n_tactics, n_labels = weights.columns.size, len(TACTIC_NAMES), len(LABELS)
    wanted = {
        "columns": (kept,),
        "idf": (kept,),
        "acts": (kept, n_tactics),
        "act_scales": (n_tactics,),
        "grams": (kept, n_labels),
        "passages": (kept, n_labels),
        "passage_scales": (n_labels,),
        "passage_intercepts": (n_labels,),
        "act_relations": (len(CONTEXT_NAMES), n_tactics),
        "act_classes": (N_CLASS_COLUMNS, n_tactics),
        "act_intercepts": (n_tactics,),
        "message": (n_labels, len(MESSAGE_COLUMNS)),
        "intercepts": (n_labels,),
    }
    shapes = {name: getattr(weights, name).shape for name in wanted}
    faults = [f"{name} has shape {shapes[name]}" for name in wanted if shapes[name] != wanted[name]]
    yield from faults
    if not faults and not _columns_hold(weights.columns, weights.hashing):
        yield "columns do not ascend, or lie outside the hashed ones"


def _columns_hold(columns: np.ndarray, hashing: HashSpec) -> bool:
    if not len(columns):
        return True
    ascend = bool((columns[1:] > columns[:-1]).all())
    return ascend and bool(columns[0] >= 0 and columns[-1] < hashing.n_columns)


def weights_faults(weights: Weights) -> Iterator[str]:
    """Yield the arrays that hold a value which is no number, or is endless."""
    for name, dtype in MEMBERS.items():
        if np.issubdtype(dtype, np.floating) and not np.isfinite(getattr(weights, name)).all():
            yield f"{name}: holds a value that is not a finite number"
