"""Word classes: words that do the same in such messages, under names all languages share.

A class lets the model read a word that stands in no training message, and lets one language
learn from another. The idea is that of word clusters (Brown et al. 1992; Turian, Ratinov and
Bengio 2010), with classes written by hand instead of learnt from many other people's texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from classifier.languages import read_toml
from classifier.schema import LanguageDataError

CLASS_NAMES = (
    "i", "my", "you", "your", "crowd", "we", "they", "anyone", "something", "nothing",
    "negation", "only", "also", "already", "still", "soon", "past", "duration", "condition",
    "because", "but", "least", "please", "thanks", "sorry", "hello", "goodbye", "blessing",
    "wishes", "want", "need", "request", "beg", "can", "must", "dare", "know", "think", "see",
    "say", "answer", "wait", "read", "meet", "give", "present", "help", "send", "share",
    "writing", "link", "like", "rating", "vote", "recommend", "introduce", "donate", "buy",
    "money", "free", "exchange", "debt", "selfless", "done", "effort", "love", "superb",
    "good", "glossy", "virtue", "honour", "job", "hiring", "seeking", "applying", "cv",
    "internship", "occupation", "sector", "skills", "company", "laid_off", "career",
    "network", "group", "colleague", "friend", "kin", "person", "secret", "urgent",
    "hardship", "illness", "home", "papers", "school", "event", "food", "animal", "ride",
    "tech", "office", "news", "sport", "art", "anger", "laugh", "any", "new", "here",
    "attached", "option", "agreed", "rule",
)  # fmt: skip
"""The classes, in the order of the model's columns; each language defines all."""


@cache
def load_classes(lang: str) -> Mapping[str, int]:
    """Return word -> place of its class in CLASS_NAMES, from `classes.toml`.

    Raises:
        LanguageDataError: a class is missing or unknown, or a word stands in two.
    """
    data = read_toml(lang, "classes")
    if wrong := sorted(data.keys() ^ set(CLASS_NAMES)):
        raise LanguageDataError(f"{lang}/classes.toml: missing or unknown: {', '.join(wrong)}")
    found: dict[str, int] = {}
    for number, name in enumerate(CLASS_NAMES):
        for word in data[name].split():
            if found.setdefault(word, number) != number:
                other = CLASS_NAMES[found[word]]
                raise LanguageDataError(
                    f"{lang}/classes.toml: {word!r} stands under {other} and {name}"
                )
    return found
