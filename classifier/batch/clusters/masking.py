"""The words of a letter that stay when it is sent to somebody else, as numbers.

Names, firms, numbers, dates, links and slots are left out, so that two letters that differ in them
only are the same sequence. What cannot be told by its look (a role in small letters, any Hebrew
name) stays, and is left to the alignment.
"""

from __future__ import annotations

import re
from zlib import crc32

FIRST_WORD = 2
"""Numbers below this begin a paragraph, see `letters.Letter`."""

_WORD = r"([^\W\d_]+(?:['\"\u2019\u05f4\u05f3][^\W\d_]+)*+)(?![\w@/]|[.:](?:[^\W_]|//))"
_OTHER = r"\{[^{}\n]{1,60}\}+|\[[^\[\]\n]{1,60}\]|<<[^<>\n]{1,60}>>|\w\S*"
"""Links, addresses, numbers, slots."""
_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_NAME = rf"(?<=[\w,;)'\"] ){_CAPITAL}[^\W\d_]\S*"
"""A capitalised word in the middle of a sentence; `I` and `I'm` are none."""
_words = re.compile(f"{_WORD}|{_OTHER}").findall
_words_but_names = re.compile(f"{_NAME}|{_WORD}|{_OTHER}").findall
_names = re.compile(_NAME).findall
_MOSTLY = 0.5
"""From this share of capitalised words on a text is shouted or titled, and capitals say nothing."""
_FOLD = str.maketrans("\u2019\u05f3\u05f4", "''\"")
_MOST_WORDS = 100_000


def kept_words(text: str) -> list[int]:
    """Return the words of `text` that are no names, numbers, links or slots, each as a number.

    >>> kept_words("I wrote to Acme on 3 May.") == kept_words("I wrote to Globex Ltd on 12 June.")
    True
    """
    shouted = len(_names(text)) > _MOSTLY * (text.count(" ") + 1)
    find = _words if shouted else _words_but_names
    return [_numbers[word] for word in find(text) if word]


class _Numbers(dict[str, int]):
    """Word -> its number, so that a known one costs a look-up."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        folded = word.translate(_FOLD).casefold().encode("utf-8", "surrogatepass")
        number = self[word] = max(crc32(folded), FIRST_WORD)
        return number


_numbers = _Numbers()
