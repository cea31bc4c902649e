"""Signatures, disclaimers and the footers of mailing lists.

Conservative on purpose: the closing and the person's name stay own words, and so does every line
that asks for something or points to a CV.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from classifier.quoting.lines import Line, Marks, key_of
from classifier.quoting.rules import Rules, rules
from classifier.schema import AsideKind

_SIGNATURE_LINES = 15
_TAIL_LINES = 25
_DEVICE_CHARS = 100
_SHORTEST_DISCLAIMER = 100
_LONGEST_DISCLAIMER = 6_000
_DISCLAIMER_PHRASES = 2
_RULE = re.compile(r"(?:[-_=*] ?){5,}\Z")
_NAME_CHARS = 45
_NAME_WORDS = 6
_CONTACT_CHARS = 90
_CONTACT_WORDS = 9
_PHONE = re.compile(r"(?:\+|\(|\b)\d(?:[ ().\-/]{0,3}\d){6,14}")
_ADDRESS = re.compile(
    r"[^\s@]{1,64}@[^\s@]{1,64}|\bwww\.|https?:|\b[a-z0-9-]{2,40}\.(?:com|org|fr|net)\b"
)
_WORDS = re.compile(r"[^\W\d_]+(?:['\"][^\W\d_]+)*")
_PGP_BEGIN = ("-----begin pgp", "-----begin certificate", "-----begin smime")
_PGP_SIGNED = "-----begin pgp signed message"
_ARMOUR_HEADERS = ("hash:", "version:", "comment:", "charset:")


def mark_footers(text: str, lines: Sequence[Line], marks: Marks) -> None:
    """Mark the lines below, after `mark_history` has marked what is quoted."""
    found = rules()
    _mark_armour(lines, marks)
    _mark_single_lines(lines, marks, found)
    lowered = text.casefold()
    legal = any(map(lowered.__contains__, found.disclaimer_words))
    for first, end in list(_regions(marks)):
        if legal:
            _mark_disclaimers(text, lines, marks, (first, end))
        _mark_list_footer(lines, marks, (first, end))
    for first, end in list(_regions(marks)):
        _mark_signature(lines, marks, (first, end))


def _regions(marks: Marks) -> Iterator[tuple[int, int]]:
    """Stretches of lines that are still the sender's own."""
    first = None
    for index, kind in enumerate([*marks, "quoted"]):
        if kind is None and first is None:
            first = index
        elif kind is not None and first is not None:
            yield first, index
            first = None


def _mark(marks: Marks, lines: range, kind: AsideKind) -> None:
    for index in lines:
        marks[index] = kind


def _mark_armour(lines: Sequence[Line], marks: Marks) -> None:
    """PGP and S/MIME blocks; the text of a clear-signed message stays own."""
    index = 0
    while index < len(lines):
        if marks[index] is None and lines[index].key.startswith(_PGP_BEGIN):
            end = _end_of_armour(lines, index)
            _mark(marks, range(index, end), "signature")
            index = end
        else:
            index += 1


def _end_of_armour(lines: Sequence[Line], index: int) -> int:
    signed = lines[index].key.startswith(_PGP_SIGNED)
    for after in range(index + 1, len(lines)):
        if signed and not lines[after].key.startswith(_ARMOUR_HEADERS):
            return after
        if lines[after].key.startswith("-----end "):
            return after + 1
    return len(lines)


def _mark_single_lines(lines: Sequence[Line], marks: Marks, found: Rules) -> None:
    """`Sent from my iPhone`, `Think before you print`."""
    for index, line in enumerate(lines):
        if marks[index] is not None or not line.key:
            continue
        if line.key.startswith(found.footer_lines):
            marks[index] = "disclaimer"
        elif line.key.startswith(found.sent_from) and _names_device(line.key, found):
            marks[index] = "signature"


def _names_device(key: str, found: Rules) -> bool:
    return len(key) <= _DEVICE_CHARS and any(device in key for device in found.devices)


def _mark_disclaimers(
    text: str, lines: Sequence[Line], marks: Marks, region: tuple[int, int]
) -> None:
    """Mark paragraphs with two phrases of lawyers, from the line where the legal talk begins."""
    following = False
    for first, end in list(_paragraphs(lines, region)):
        words = key_of(text[lines[first].start : lines[end - 1].end][:_LONGEST_DISCLAIMER])
        count = _legal_phrases(words)
        long_enough = len(words) >= _SHORTEST_DISCLAIMER
        if (count >= _DISCLAIMER_PHRASES and long_enough) or (following and count):
            start = _start_of_disclaimer(text, lines, range(first, end))
            _mark(marks, range(start, end), "disclaimer")
            following = True


def _paragraphs(lines: Sequence[Line], region: tuple[int, int]) -> Iterator[tuple[int, int]]:
    first, end = region
    for index in range(first + 1, end):
        if lines[index].after_blank:
            yield first, index
            first = index
    yield first, end


def _legal_phrases(words: str) -> int:
    """How many phrases of lawyers stand in a paragraph; one inside another does not count."""
    there = [phrase for phrase in rules().disclaimer_phrases if phrase in words]
    return sum(not any(phrase in other != phrase for other in there) for phrase in set(there))


def _start_of_disclaimer(text: str, lines: Sequence[Line], span: range) -> int:
    """The first line that opens like a disclaimer, else the first with a phrase of one."""
    for index in span:
        if lines[index].key.startswith(rules().disclaimer_openings):
            return index
    for index in span:
        if _legal_phrases(key_of(text[lines[index].start : lines[index].end])):
            return index
    return span.start


def _mark_list_footer(lines: Sequence[Line], marks: Marks, region: tuple[int, int]) -> None:
    """`_____` above a word about the mailing list, or a line that says how to unsubscribe."""
    found = rules()
    for index in range(max(region[0], region[1] - _TAIL_LINES), region[1]):
        key = lines[index].key
        ruled = _RULE.match(key) and any(
            word in line.key
            for line in lines[index + 1 : min(index + 4, region[1])]
            for word in found.list_mentions
        )
        if ruled or key.startswith(found.list_lines):
            _mark(marks, range(index, region[1]), "disclaimer")
            return


def _mark_signature(lines: Sequence[Line], marks: Marks, region: tuple[int, int]) -> None:
    start = _delimiter(lines, region)
    if start is None:
        start = _contact_block(lines, region)
    if start is not None:
        end = _before_postscript(lines, start, region[1])
        _mark(marks, range(start, end), "signature")


def _delimiter(lines: Sequence[Line], region: tuple[int, int]) -> int | None:
    """The last `-- ` (RFC 3676, 4.3), if what follows is short enough to be a signature."""
    for index in range(region[1] - 1, max(region[0], region[1] - _SIGNATURE_LINES) - 1, -1):
        if lines[index].key in {"--", "-"} and lines[index].end - lines[index].start == len("--"):
            return index
    return None


def _contact_block(lines: Sequence[Line], region: tuple[int, int]) -> int | None:
    """The line below closing and name, if title, phone and address follow to the end."""
    for index in range(region[1] - 1, max(region[0], region[1] - _SIGNATURE_LINES) - 1, -1):
        if _is_sign_off(lines[index].key):
            start = _after_name(lines, index, region[1])
            end = _before_postscript(lines, start, region[1])
            block = [line.key for line in lines[start:end]]
            if all(map(_may_be_contact, block)) and any(map(_is_contact, block)):
                return start
    return None


def _is_sign_off(key: str) -> bool:
    if not key or len(key) > _CONTACT_CHARS * 2:
        return False
    bare, found = key.strip(" ,.!;-"), rules()
    closing = bare.partition(",")[0] in found.sign_offs and len(key) <= _NAME_CHARS
    tail = bare[-_CONTACT_CHARS:]
    return closing or any(map(tail.__contains__, found.sign_off_parts))


def _after_name(lines: Sequence[Line], index: int, end: int) -> int:
    """Index after the closing and the name below it (or beside it: `Best, Dana`)."""
    closing, _, beside = lines[index].key.strip(" ,.!;-").partition(",")
    below = index + 1
    if (beside and closing in rules().sign_offs) or below >= end:
        return below
    key = lines[below].key
    name = 0 < len(key) <= _NAME_CHARS and len(key.split()) <= _NAME_WORDS
    return below + 1 if name and not _is_contact(key) else below


def _before_postscript(lines: Sequence[Line], start: int, end: int) -> int:
    for index in range(start, end):
        if lines[index].key.startswith(rules().postscripts):
            return index
    return end


def _may_be_contact(key: str) -> bool:
    """Title, firm, street: short, no sentence, nothing asked and no CV offered."""
    short = 0 < len(key) <= _CONTACT_CHARS and len(key.split()) <= _CONTACT_WORDS
    prose = key.endswith(("?", "!", ":", ",")) or not rules().own_words.isdisjoint(
        _WORDS.findall(key)
    )
    return short and not prose


def _is_contact(key: str) -> bool:
    labelled = key.partition(":")[0].strip() in rules().contact_labels and ":" in key
    return labelled or bool(_PHONE.search(key) or _ADDRESS.search(key))
