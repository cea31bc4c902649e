"""Where sentences begin: at end marks, blank lines, and line ends that are not mere wrapping."""

from __future__ import annotations

WRAP_COLUMN = 58
"""A line at least this long that goes on in lower case was wrapped, not ended."""

_END_MARKS = frozenset(".!?\N{HORIZONTAL ELLIPSIS}\N{ARABIC QUESTION MARK}")
_ABBREVIATIONS = frozenset(
    "m mm mme mlle dr mr mrs ms prof st ste no nr vs etc cf ex env tel tél art inc ltd co e g i".split()
)


def sentence_starts(words: list[str]) -> list[bool]:
    """Tell for each token whether a sentence begins there.

    The white space after an end mark stays with the sentence it ends.
    """
    starts = [False] * len(words)
    pending = True
    column = 0
    previous = ""
    for i, word in enumerate(words):
        first = word[0]
        if first.isspace():
            if "\n" in word:
                pending = pending or _ends_line(word, column, words, i)
                column = 0
        else:
            if pending:
                starts[i] = True
                pending = False
            column += len(word) + 1
            if not first.isalnum():
                pending = _ends_sentence(word, first, previous)
            previous = word
    return starts


def _ends_sentence(word: str, first: str, previous: str) -> bool:
    """Tell whether the punctuation or emoji `word` closes a sentence."""
    if first == "." and len(word) == 1:
        return not (len(previous) == 1 or previous.casefold() in _ABBREVIATIONS)
    return first in _END_MARKS or ord(first) >= 0x2600  # noqa: PLR2004  (emoji begin here)


def _ends_line(word: str, column: int, words: list[str], i: int) -> bool:
    if word.count("\n") > 1 or column < WRAP_COLUMN or i + 1 == len(words):
        return True
    following = words[i + 1][0]
    return not (following.islower() or "\u05d0" <= following <= "\u05ea")
