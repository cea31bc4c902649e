"""Quoted and forwarded messages: where they begin, and how far they go.

Two ways to be wrong: a sentence of the sender's that is set aside hides an offence, a quotation
that is kept accuses the sender of somebody else's. So what only looks like a quotation needs a
second sign: an address, a time, a line of `>` below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from classifier.quoting.lines import Line, Marks
from classifier.quoting.rules import Rules, rules
from classifier.schema import AsideKind

_ATTRIBUTION_LINES = 4
_HEADER_LINES = 30
_FOLDED_LINES = 10
_FIELD_CHARS = 25
_ROLES = 3
_DAY = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[/.]\d{1,2}[/.]\d{2}")
_TIME = re.compile(r"\b\d{1,2}[:h]\d\d\b")
_OLD_GMAIL = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b")
_SEPARATOR = re.compile(r"(?:[-_=] ?){5,}\Z")
_ITEM = re.compile(r"[\d+$]|- ")
_ITEM_CHARS = 40
_SENTENCE_CHARS = 60
_SENTENCE_END = (".", "?", "!", ",", ":")


class _Opener(NamedTuple):
    """Lines that introduce a quotation."""

    kind: AsideKind
    first: int
    after: int
    """Index of the line after the introduction; unless `>` follows, the rest is the quotation."""


def mark_history(lines: Sequence[Line], marks: Marks, *, mail: bool) -> None:
    """Mark the lines that quote or forward an older message, and their introductions.

    Args:
        lines: The text.
        marks: Where to mark.
        mail: The text is the body of a mail; then a header block on top is a forward. In a text
            that was pasted it is the message's own.
    """
    found, kind = rules(), "quoted"
    index = 0 if mail or not lines else _after_own_headers(lines, found)
    attributed = False
    while index < len(lines):
        if _quoted(lines[index]):
            end = _end_of_run(lines, index)
            if attributed or _is_quotation(lines[index:end]):
                _mark(marks, index, end, "forwarded" if kind == "forwarded" else "quoted")
                attributed = True
            index, kind = end, "quoted"
        elif opener := _opener(lines, index, found):
            first = _with_separators(lines, opener.first)
            below = opener.after < len(lines) and _quoted(lines[opener.after])
            end = opener.after if below else len(lines)
            _mark(marks, first, end, opener.kind)
            attributed, index, kind = True, end, opener.kind
        else:
            index += 1


def _mark(marks: Marks, first: int, end: int, kind: AsideKind) -> None:
    for index in range(first, end):
        marks[index] = marks[index] or kind


def _quoted(line: Line) -> bool:
    return line.depth > 0 or line.known in {"quoted", "forwarded"}


def _end_of_run(lines: Sequence[Line], index: int) -> int:
    while index < len(lines) and _quoted(lines[index]):
        index += 1
    return index


def _is_quotation(run: Sequence[Line]) -> bool:
    """Tell a quotation nobody introduced from a list whose bullets are `>`."""
    if any(line.known or line.depth > 1 for line in run):
        return True
    if any(_ITEM.match(line.key) for line in run):
        return False
    if len(run) == 1:
        return run[0].key.endswith("?") or run[0].end - run[0].start >= _SENTENCE_CHARS
    return any(
        line.end - line.start > _ITEM_CHARS or line.key.endswith(_SENTENCE_END) for line in run
    )


def _with_separators(lines: Sequence[Line], index: int) -> int:
    """Include the rules of dashes or underscores above a header block."""
    while index and _SEPARATOR.match(lines[index - 1].key):
        index -= 1
    return index


def _opener(lines: Sequence[Line], index: int, found: Rules) -> _Opener | None:
    if not lines[index].key or lines[index].known:
        return None
    return (
        _marker(lines, index, found)
        or _header_block(lines, index, found)
        or _attribution(lines, index, found)
    )


def _marker(lines: Sequence[Line], index: int, found: Rules) -> _Opener | None:
    """`-----Original Message-----`, `Begin forwarded message:`, and the fields below."""
    key = lines[index].key
    words = key.strip("-_= :")
    dashed = key.startswith(("--", "- -", "__", "=="))
    kind: AsideKind | None = None
    if key in found.forwarded_lines or (dashed and words.startswith(found.dashed_forwarded)):
        kind = "forwarded"
    elif dashed and words in found.dashed_original:
        kind = "quoted"
    return _Opener(kind, index, _fields(lines, index + 1, found)[0]) if kind else None


def _header_block(lines: Sequence[Line], index: int, found: Rules) -> _Opener | None:
    """Outlook's From / Sent / To / Subject, in whatever order."""
    if _role(lines[index].key, found) not in {"from", "sent", "subject", "to"}:
        return None
    end, roles = _fields(lines, index, found)
    complete = len(roles) >= _ROLES and "from" in roles and bool(roles & {"sent", "subject"})
    address = any("@" in line.key for line in lines[index:end])
    return _Opener("quoted", index, end) if complete and (address or "subject" in roles) else None


def _after_own_headers(lines: Sequence[Line], found: Rules) -> int:
    end, roles = _fields(lines, 0, found)
    return end if "subject" in roles or {"from", "sent"} <= roles else 0


def _fields(lines: Sequence[Line], index: int, found: Rules) -> tuple[int, set[str]]:
    """Index after the header fields that begin at `index`, and their roles."""
    roles, folded, end = set[str](), 0, index
    for line in lines[index : index + _HEADER_LINES]:
        role = _role(line.key, found)
        again = line.after_blank and role in roles
        lost = role is None and (line.after_blank or not _folds(line.key))
        if _quoted(line) or again or lost or folded > _FOLDED_LINES:
            break
        roles |= {role} if role else set()
        folded += role is None
        end += 1
    return end, roles


def _role(key: str, found: Rules) -> str | None:
    name, colon, _ = key[:_FIELD_CHARS].partition(":")
    return found.fields.get(name.strip()) if colon else None


def _folds(key: str) -> bool:
    """Whether a line may continue a long list of addresses."""
    return "@" in key or ";" in key


def _attribution(lines: Sequence[Line], index: int, found: Rules) -> _Opener | None:
    """`On Mon, 2 Mar 2026 at 10:15, Dana <dana@x.example> wrote:`, perhaps over several lines."""
    key = lines[index].key
    begins = key.lstrip("- ").startswith(found.attribution_starts)
    if not begins and not key.endswith((":", ">", "-", "<", ",")):
        return None
    joined = ""
    for after, line in enumerate(lines[index : index + (_ATTRIBUTION_LINES if begins else 2)]):
        if (after and (line.after_blank or line.depth or _starts(line, found))) or not line.key:
            return None
        joined = f"{joined} {line.key}".strip()
        below = index + after + 1 < len(lines) and _quoted(lines[index + after + 1])
        sure = _introduces(joined, found, begins=begins)
        if sure or (below and sure is not None):
            return _Opener("quoted", index, index + after + 1)
    return None


def _starts(line: Line, found: Rules) -> bool:
    return line.key.startswith(found.attribution_starts)


def _introduces(joined: str, found: Rules, *, begins: bool) -> bool | None:
    """Whether a line introduces a quotation: True surely, False if `>` follows, None not at all."""
    said = joined.rstrip("-: ")
    closed = joined.endswith((":", "--"))
    by = begins and any(f" {word} " in joined for word in found.attribution_by)
    ends = said.endswith(found.attribution_ends)
    if not closed or not (ends or by):
        return False if _may_introduce(joined) else None
    day, time = bool(_DAY.search(joined)), bool(_TIME.search(joined))
    return (begins and day and time) or ("@" in joined and (day or time))


def _may_introduce(joined: str) -> bool:
    """An address and a date, in a language not known here or as Gmail once wrote it."""
    if "@" not in joined or not joined.endswith((":", ">")):
        return False
    return bool(_OLD_GMAIL.match(joined) or (_DAY.search(joined) and _TIME.search(joined)))
