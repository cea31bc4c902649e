"""What the corpus is made of: labels and kinds, and what its fine messages are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from classifier.schema import LANGUAGES
from curation import Record
from curation.diversity import CLASSES, class_of
from curation.looks import look
from curation.tables import table

PUBLIC = frozenset({"forum", "comment", "linkedin_post", "facebook_post"})
OFFERING = frozenset({"executive", "senior", "tradesperson", "academic", "other"})
LONG = 80
"""Words beyond which a mail is long."""
MIN_JOB_WORDS, MIN_OFFICE_WORDS = 2, 3
"""Different words of a field that make a message one of it."""


def _different(record: Record, topic: str) -> int:
    found = look("topic", topic, record["lang"]).findall(record["text"])
    return len({word.casefold() for word in found})


def is_recruiter(record: Record) -> bool:
    """Whether the sender is a recruiter, HR or an employer, in a mail or LinkedIn message."""
    direct = record["channel"] in ("mail", "linkedin_message")
    return direct and bool(look("topic", "recruiter", "any").search(record.get("sender", "")))


def is_vacancy(record: Record) -> bool:
    """Whether the text uses the words of a vacancy and the sender may well offer one."""
    return _different(record, "vacancy") > 0 and record["sender_kind"] in OFFERING


def is_job_talk(record: Record) -> bool:
    """Whether a public message speaks of the job market and is no vacancy."""
    talks = _different(record, "job_market") >= MIN_JOB_WORDS
    return record["channel"] in PUBLIC and talks and not is_vacancy(record)


def is_long_office_mail(record: Record) -> bool:
    """Whether a long ordinary mail uses several words of office life."""
    long = record["channel"] == "mail" and len(record["text"].split()) > LONG
    ordinary = record["kind"] == "ordinary"
    return long and ordinary and _different(record, "office") >= MIN_OFFICE_WORDS


TOPICS: dict[str, Callable[[Record], bool]] = {
    "fine: vacancy": is_vacancy,
    "fine: from a recruiter, HR or employer": is_recruiter,
    "fine: talk about the job market": is_job_talk,
    "fine: long office mail": is_long_office_mail,
}
"""Overlapping: a recruiter's mail may hold a vacancy."""


def mix_table(records: Sequence[Record]) -> str:
    """Return counts and shares of each language as a Markdown table."""
    by_lang = [[r for r in records if r["lang"] == lang] for lang in LANGUAGES]
    fine = [[r for r in mine if r["kind"] != "offence"] for mine in by_lang]
    rows = {
        name: [_cell(sum(class_of(r) == name for r in mine), len(mine)) for mine in by_lang]
        for name in CLASSES
    }
    rows |= {
        name: [_cell(sum(map(is_it, some)), len(mine))
               for some, mine in zip(fine, by_lang, strict=True)]
        for name, is_it in TOPICS.items()
    }  # fmt: skip
    return table("", LANGUAGES, rows)


def _cell(count: int, whole: int) -> str:
    return f"{count} ({count / whole:.0%})" if whole else "0"
