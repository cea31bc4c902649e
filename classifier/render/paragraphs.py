"""Paragraphs: made safe, wrapped by display width, isolated in their own direction."""

from __future__ import annotations

from collections.abc import Iterable

from classifier.render.characters import FSI, LRI, RLI, isolate
from classifier.render.marks import painted, plain_cells, wrap

NARROWEST = 20
"""Columns a paragraph gets at least, however narrow the terminal says it is."""


def direction_of(lang: str) -> str:
    """Return the isolate for text in `lang`; FSI lets the first letter decide."""
    return {"he": RLI, "other": FSI}.get(lang, LRI)


def paragraph(
    text: str, *, width: int, direction: str = FSI, indent: int = 0, style: str = ""
) -> list[str]:
    """Return `text` as lines of at most `width` columns, each safe to print.

    Args:
        text: any text at all; line ends become visible signs.
        width: columns of a line, the indent included.
        direction: LRI, RLI or FSI; the default suits words of the user.
        indent: columns to leave at the left.
        style: a colour of `marks.painted`, or nothing.
    """
    rows = wrap(plain_cells(text), max(NARROWEST, width - indent))
    lines = ("".join(cell.text for cell in row).rstrip(" ") for row in rows)
    return [" " * indent + painted(isolate(line, direction), style) for line in lines]


def joined_sections(sections: Iterable[list[str]]) -> str:
    """Return the sections that have lines, with an empty line between them."""
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def shortened(text: str, limit: int) -> str:
    r"""Return `text` on one line, cut at a word once it is longer than `limit` code points.

    >>> shortened("Please forward\n my CV", 15)
    'Please forward…'
    """
    words = " ".join(text[: 4 * limit].split())
    if len(words) <= limit:
        return words
    cut = words[:limit]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut) + "…"
