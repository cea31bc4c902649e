"""The way of every message, training or judging: own words, clean text, Reading, facts."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from classifier.features.facts import measure_facts
from classifier.pipeline import Reading, pipeline_for, read
from classifier.quoting import own_spans
from classifier.schema import LANGUAGES, Aside, Message
from classifier.text import MAX_OWN_CHARS, CleanText, clean, detect_language

MIN_WORDS = 4
"""Fewer words than this say too little to judge."""


@dataclass(frozen=True)
class Prepared:
    """A message ready to be scored."""

    message: Message
    lang: str
    clean: CleanText
    """Offsets lead into `Message.text`; negative ones into the subject before it."""
    reading: Reading
    facts: np.ndarray
    """float64 (n_facts,) of `measure_facts`."""
    asides: tuple[Aside, ...]
    limits: tuple[str, ...]

    @cached_property
    def char_starts(self) -> list[int]:
        """n_tokens + 1 offsets into the clean text: where tokens begin, and its length."""
        return self.reading.char_starts()


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A message that cannot be scored, and why."""

    lang: str
    why: str
    asides: tuple[Aside, ...]
    limits: tuple[str, ...]


def prepare(message: Message) -> Prepared | NotJudged:
    """Set aside what others wrote, clean the rest, and read it in its language."""
    spans, asides = own_spans(message)
    own = clean(message.text, spans, subject=message.subject if spans else "")
    limits = message.limits
    if own.cut:
        limits += (f"only the first {MAX_OWN_CHARS:,} characters were judged",)
    if not own.text.strip():
        return NotJudged("other", "there are no words of the sender's own", asides, limits)
    lang = message.lang or detect_language(own.text[bisect_right(own.origins, -1) :])
    if lang not in LANGUAGES:
        why = f"the language is none of {', '.join(LANGUAGES)}"
        return NotJudged("other", why, asides, limits)
    reading = read(pipeline_for(lang), own.text)
    words = islice((word for word in reading.words if word[0].isalpha()), MIN_WORDS)
    if len(list(words)) < MIN_WORDS:
        return NotJudged(lang, f"fewer than {MIN_WORDS} words of the sender's own", asides, limits)
    facts = measure_facts(reading, message.envelope)
    return Prepared(message, lang, own, reading, facts, asides, limits)
