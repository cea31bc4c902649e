"""What a probe is shown of a message; see `probes`."""

from __future__ import annotations

import re
from itertools import takewhile

import numpy as np

from classifier.languages import function_words
from curation import Record
from curation.looks import look

FIRST_WORDS = 5
MIN_LINES = 3
SIGNATURE_WORDS = 3
"""A last line of at most this many words is a signing name."""
GREETING_WITHIN, NAME_WITHIN = 60, 30
"""Characters within which a greeting, and behind it the name, are looked for."""

_SENTENCE_END = re.compile(r"[.!?…:\n\"«»“”(•*]+")
_NAME = re.compile(r"(?<!\w)[A-ZÀ-Ý][a-zà-ÿœ]+(?:[-'\u2019][A-Za-zÀ-ÿœ]+)*(?!\w)")
_PUNCTUATION = re.compile(r"[^\w\s]")


def shape(record: Record) -> np.ndarray:
    """Return float64 (4,): log words, log characters, log lines, punctuation per character."""
    text = record["text"]
    marks = len(_PUNCTUATION.findall(text)) / len(text)
    sizes = np.log1p([len(text.split()), len(text), text.count("\n") + 1])
    return np.array([*sizes, marks])


def first_words(record: Record) -> str:
    """Return the first words of a text."""
    return " ".join(record["text"].split()[:FIRST_WORDS])


def any_last_line(record: Record) -> str:
    """Return the last line that is not blank; of a text of one line, all of it."""
    return str(record["text"].rstrip().splitlines()[-1])


def last_line(record: Record) -> str | None:
    """Return the last line that is not blank, of a text of at least three such; else None.

    In a shorter text the last line is the message, or half of it.
    """
    lines = [line for line in record["text"].splitlines() if line.strip()]
    return any_last_line(record) if len(lines) >= MIN_LINES else None


def names(record: Record) -> str:
    """Return the names and places.

    English and French: words with one capital in front (so not CV, LinkedIn or I) that do not
    begin a sentence or line and are no function words. Hebrew has no capitals: whom the greeting
    names, and a last line of a few words.
    """
    text = record["text"]
    if record["lang"] == "he":
        return f"{_greeted(text)} {_signed(text)}"
    common = function_words(record["lang"])
    inside = (part.split(None, 1)[1:] for part in _SENTENCE_END.split(text))
    found = [name for rest in inside for name in _NAME.findall(" ".join(rest))]
    return " ".join(name for name in found if name.casefold() not in common)


def _greeted(text: str) -> str:
    greeting = look("greeting", "he").search(text[:GREETING_WITHIN])
    behind = text[greeting.end() :].lstrip() if greeting else ""
    return "".join(takewhile(lambda c: c not in ",.!?:\n-", behind[:NAME_WITHIN]))


def _signed(text: str) -> str:
    lines = text.rstrip().splitlines()
    return lines[-1] if len(lines) > 1 and len(lines[-1].split()) <= SIGNATURE_WORDS else ""
