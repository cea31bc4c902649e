"""What the texts show when one looks for it: forms of address, greetings, slots, asides.

Each look is a rule of thumb over words that stand in `data/looks.toml`; it counts, it never labels.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from classifier.languages import function_words
from classifier.quoting import asides_in
from classifier.schema import LANGUAGES
from curation import ROOT, Record
from curation.likeness import words_of

TABLE = ROOT / "data" / "looks.toml"

ADDRESS = ("tu", "vous", "both", "none")
GENDERS = ("female", "male", "plural", "slash", "unsaid")
NEAR = 3
"""Words after "I" within which a Hebrew participle is the sender's."""
MIN_FOREIGN = 2
"""Foreign words, all different, that make a message one that switches languages."""
FOREIGN_LETTERS = 3
"""Letters a foreign word has; shorter ones stand in more than one language."""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def look(*path: str) -> re.Pattern[str]:
    """Return the expression for the list of words at `path` in the table.

    >>> bool(look("address", "fr", "vous").search("C'est à vous."))
    True
    """
    words: Any = _table()
    for key in path:
        words = words[key]
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def address_of(text: str) -> str:
    """Return whether a French text says `tu`, `vous`, both (a plural, or two readers) or none.

    The form that stands at least four times as often as the other wins.
    """
    tu, vous = (len(look("address", "fr", form).findall(text)) for form in ("tu", "vous"))
    if not tu and not vous:
        return "none"
    if tu and vous and max(tu, vous) < 4 * min(tu, vous):
        return "both"
    return "tu" if tu > vous else "vous"


def gender_of(text: str) -> str:
    """Return the gender in which a Hebrew sender speaks of himself or herself.

    `slash` when a slash form stands anywhere; else by the first participle of the sender's own;
    else `plural` when the sender says "we"; else `unsaid`, also where spelling does not tell.
    """
    if look("address", "he", "slash").search(text):
        return "slash"
    for clause in re.split(r"[.!?\n,;:]+", text):
        words = clause.split()
        pronouns = [i for i, word in enumerate(words)
                    if look("address", "he", "after").fullmatch(word)]  # fmt: skip
        for word in [w for i in pronouns for w in words[i + 1 : i + 1 + NEAR]] or words[:1]:
            for gender in ("female", "male"):
                if look("address", "he", gender).fullmatch(word):
                    return gender
    return "plural" if look("address", "he", "plural").search(text) else "unsaid"


def asides_of(record: Record) -> set[str]:
    """Return the kinds of asides: `quoted`, `forwarded`, `signature`, `disclaimer`."""
    found = asides_in(record["text"], mail=record["channel"] == "mail")
    return {aside.kind for aside in found}


def has_slot(record: Record) -> bool:
    """Return whether a slot of a template was left unfilled."""
    return bool(look("slot", "any").search(record["text"]))


@cache
def _foreign(lang: str) -> frozenset[str]:
    """Return function words of the other languages that are none in this one."""
    others = (function_words(other) for other in LANGUAGES if other != lang)
    return frozenset().union(*others) - function_words(lang)


def switches(record: Record) -> bool:
    """Return whether a message switches languages, addresses on the net aside.

    Hebrew: lower-case Latin words (names of products are mostly written with capitals). English
    and French: function words of the other languages.
    """
    text = re.sub(r"\S*[@/]\S*|\S+\.\w{2,}\b", " ", record["text"])
    if record["lang"] == "he":
        return len(set(re.findall(r"\b[a-z]{3,}\b", text))) >= MIN_FOREIGN
    words = {word for word in words_of({"text": text}) if len(word) >= FOREIGN_LETTERS}
    return len(words & _foreign(record["lang"])) >= MIN_FOREIGN
