"""Writers' own words for channel, sender, register and variety, and the kinds they come to.

The words are data (`data/kinds.toml`); the kinds are closed lists, so that they can be counted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from curation import ROOT, Record

TABLE = ROOT / "data" / "kinds.toml"

CHANNELS = ("linkedin_message", "linkedin_post", "comment", "facebook_post", "whatsapp", "chat",
            "forum", "mail")  # fmt: skip
SENDERS = ("student", "junior", "senior", "executive", "tradesperson", "academic", "immigrant",
           "returning_parent", "over_50", "employed_secret", "for_a_relative", "other")  # fmt: skip
REGISTERS = ("formal", "neutral", "casual", "slang", "non_native", "typos", "no_punctuation",
             "emoji")  # fmt: skip
VARIETIES = {
    "en": ("US", "UK", "India", "Israel", "Africa", "Australia", "Canada", "Ireland",
           "non_native", "other"),
    "fr": ("France", "Québec", "Belgique", "Suisse", "Maghreb", "Afrique", "other"),
    "he": ("spoken", "formal", "religious", "army", "tech", "academic", "immigrant", "other"),
}  # fmt: skip

_BEHIND = re.compile(r",| to | under | à ")


def allowed(field: str, lang: str) -> tuple[str, ...]:
    """Return the kinds a field may have: `channel`, `sender`, `register` or `variety`."""
    closed = {"channel": CHANNELS, "sender": SENDERS, "register": REGISTERS}
    return closed[field] if field in closed else VARIETIES[lang]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def _patterns(field: str, lang: str) -> Mapping[str, re.Pattern[str]]:
    """Return kind -> what its words look like, in the order in which they are tried."""
    kinds = _table()[field]
    kinds = kinds.get(lang, kinds)
    return {
        kind: re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)
        for kind, words in kinds.items()
    }


def kind_of(field: str, words: str, lang: str = "") -> str:
    """Return the kind that a writer's words name; a kind by its own name stays what it is.

    Of a sender the part before the first comma or `to` is looked at first: the reader stands
    behind it. The other fields list words of equal weight; there the rarer kind comes first.

    >>> kind_of("sender", "tradesperson, retired welder"), kind_of("sender", "retired welder")
    ('tradesperson', 'over_50')
    """
    named = words.strip().replace("-", "_")
    if named in allowed(field, lang):
        return named
    words = words.replace("_", " ")
    parts = (_BEHIND.split(words)[0], words) if field == "sender" else (words,)
    for part in parts:
        for kind, pattern in _patterns(field, lang).items():
            if pattern.search(part):
                return kind
    return str(_table()["otherwise"][field])


def with_kinds(record: Record) -> Record:
    """Return a record with its channel and the three kinds.

    A kind that is already there is kept, unless it is `other` and the words name one.

    A writer's own words stay in `medium`, `sender`, `register` and `variety`. Hebrew names its
    variety in any of three fields, most records only in the sender or the register.
    """
    lang = record["lang"]
    words = {field: str(record.get(field) or "") for field in ("sender", "register", "variety")}
    medium = str(record.get("medium") or record["channel"])
    sources = ("variety", "sender", "register") if lang == "he" else ("variety",)
    varieties = (kind_of("variety", words[source], lang) for source in sources)
    derived = {
        "sender_kind": kind_of("sender", words["sender"]),
        "register_kind": kind_of("register", words["register"]),
        "variety_kind": next((kind for kind in varieties if kind != "other"), "other"),
    }
    given = {key: record[key] for key in derived if record.get(key, "other") != "other"}
    return {**record, "medium": medium, "channel": kind_of("channel", medium), **derived, **given}


def kind_faults(record: Record) -> list[str]:
    """Return which of the closed fields hold something else."""
    fields = {"channel": "channel", "sender_kind": "sender", "register_kind": "register",
              "variety_kind": "variety"}  # fmt: skip
    return [
        f"{key} {record.get(key)!r} is none of {', '.join(allowed(field, record['lang']))};"
        " python scripts/corpus.py kinds fills in what is missing"
        for key, field in fields.items()
        if record.get(key) not in allowed(field, record["lang"])
    ]
