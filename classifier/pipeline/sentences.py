"""Where sentences begin: at end marks, blank lines, and line ends that are not mere wrapping."""

from __future__ import annotations

WRAP_COLUMN = 58
"""A line at least this long that goes on in lower case was wrapped, not ended."""

_END_MARKS = frozenset(".!?\N{HORIZONTAL ELLIPSIS}\N{ARABIC QUESTION MARK}")
_TAIL = _END_MARKS | frozenset(")]\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}")
"""What may follow an end mark in the same sentence: `?!`, `!)`."""

_ABBREVIATIONS = frozenset(
    ["mm", "mme", "mlle", "dr", "mr", "mrs", "ms", "prof", "st", "ste", "no", "nr", "vs", "etc",
     "cf", "ex", "env", "tel", "tél", "art", "inc", "ltd", "co"]
)  # fmt: skip


def sentence_starts(words: list[str]) -> list[bool]:
    """Tell for each token whether a sentence begins there.

    The white space after an end mark stays with the sentence it ends.
    """
    starts = [False] * len(words)
    pending = True
    line_start = solid = -1
    for i, word in enumerate(words):
        first = word[0]
        if first.isalnum():
            if pending:
                starts[i], pending = True, False
            solid = i
        elif not first.isspace():
            if solid < 0 or (pending and first not in _TAIL):
                starts[i] = True
            tail = pending and solid >= 0 and first in _TAIL
            pending = tail or _ends_sentence(word, first, words[solid] if solid >= 0 else "")
            solid = i
        elif "\n" in word:
            pending = pending or _ends_line(words, line_start + 1, i)
            line_start = i
    return starts


def _ends_sentence(word: str, first: str, previous: str) -> bool:
    """Tell whether the punctuation or emoji `word` closes a sentence."""
    if first == "." and len(word) == 1:
        return not (len(previous) == 1 or previous.casefold() in _ABBREVIATIONS)
    return first in _END_MARKS or ord(first) >= 0x2600  # noqa: PLR2004  (emoji begin here)


def _ends_line(words: list[str], first: int, end: int) -> bool:
    """Tell whether the line of tokens `first` to `end` stops there, or was merely wrapped."""
    if words[end].count("\n") > 1 or end + 1 == len(words):
        return True
    if sum(map(len, words[first:end])) + end - first < WRAP_COLUMN:
        return True
    following = words[end + 1][0]
    return not (following.islower() or "\u05d0" <= following <= "\u05ea")
