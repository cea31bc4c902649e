"""HTML to the text a reader sees, with the stretches its writer did not write.

lxml parses into events, never into a tree, and nothing here recurses: html.parser needs 51 s for
60 kB of `<a `, and lxml's own default silently drops the text below 256 nested elements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from classifier.encodings import MAX_TEXT
from classifier.markup.containers import ends_own_words, foreign_kind, may_hold_answers
from classifier.markup.look import Look, look_of
from classifier.schema import Aside, AsideKind

MAX_HTML = 2_000_000
"""Code points of HTML that are read, not counting pictures inside it."""

MAX_DEPTH = 1_000
"""Elements within elements; what lies deeper is read as if it began a new page."""

MAX_ASIDES = 1_000
"""Quotes in one page; the last goes on to its end."""

_STEP = 8_192
_PICTURE = re.compile(r"data:image/[\w.+;=-]{1,60},[A-Za-z0-9+/=%]*")
_SKIPPED = frozenset(("script", "style", "title", "template", "iframe", "noembed", "noframes"))
_VERBATIM = frozenset(("pre", "textarea", "listing", "xmp", "plaintext"))
_LINES = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
        *("details", "div", "dl", "dt", "fieldset", "figure", "figcaption", "footer", "form"),
        *("header", "hr", "html", "legend", "li", "main", "nav", "option", "pre", "section"),
        *("summary", "tr"),
    )
)
_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"))
_CELLS = frozenset(("td", "th"))
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANK = " \t\r\n\f\N{NO-BREAK SPACE}"
_UNFINISHED = re.compile(r"<[A-Za-z/!?][^>]*\Z")


def visible_text(html: str) -> tuple[str, tuple[Aside, ...], tuple[str, ...]]:
    """Return what a reader of `html` sees.

    Returns:
        The text, with line breaks where blocks begin and end; quotes and signatures in it
        (offsets in code points, sorted, disjoint); one sentence for whatever was left out.
    """
    page = _Page()
    if len(html) > MAX_HTML:
        html = _PICTURE.sub("", html)
    limits = _feed(page, html[:MAX_HTML])
    if len(html) > MAX_HTML:
        limits.append(f"HTML of {len(html):,} characters cut to {MAX_HTML:,}")
    text, asides = page.result()
    if len(asides) >= MAX_ASIDES:
        limits.append(f"over {MAX_ASIDES:,} quotes in the HTML; all after them is taken as quoted")
    if page.hidden:
        limits.append(f"{page.hidden:,} characters of hidden HTML text were left out")
    return text, asides, tuple(limits)


def _feed(page: _Page, html: str) -> list[str]:
    """Parse piece by piece, so that depth and length can be watched on the way."""
    parser, position, limits = _parser(page), 0, []
    while position < len(html) and page.length <= MAX_TEXT:
        end = html.find("<", position + _STEP)
        end = len(html) if end < 0 else end
        parser.feed(html[position:end].encode("utf-8", "replace"))
        position = end
        if len(page.frames) > MAX_DEPTH:
            page.carry_over()
            _close(parser)
            parser = _parser(page)
            limits = [f"HTML nested over {MAX_DEPTH:,} deep; read as if it were flat from there"]
    if page.frames and page.frames[-1][0] in _SKIPPED:
        limits.append(f"the HTML ends inside a <{page.frames[-1][0]}>, which was not read")
    _close(parser)
    if page.length > MAX_TEXT:
        limits.append(f"text of the HTML cut after {MAX_TEXT:,} characters")
    elif _UNFINISHED.match(html, max(0, html.rfind("<"))):
        limits.append("the HTML ends inside a tag; the tag was not read")
    return limits


def _parser(page: _Page) -> Any:
    # Imported here, not above: it costs a tenth of a cold start, and most drafts are not HTML.
    from lxml import etree  # noqa: PLC0415

    return etree.HTMLParser(target=page, huge_tree=True, recover=True, encoding="utf-8")


def _close(parser: Any) -> None:
    from lxml.etree import LxmlError  # noqa: PLC0415

    try:
        parser.close()
    except LxmlError:  # an empty document is an error to lxml, and no news to us
        return


class _Page:
    """The parser's target: takes events, builds text and asides."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, Look, bool]] = []
        """Open elements: tag, look, and whether an aside ends with the element."""
        self.length = 0
        self.hidden = 0
        """Characters of text that the page hides."""
        self._pieces: list[str] = []
        self._asides: list[Aside] = []
        self._kind: AsideKind | None = None
        self._start = -1
        self._first = ""
        """The aside's first text; Gmail's forwards begin with dashes."""
        self._to_the_end = self._loose = False
        self._newlines = 0
        self._space = False
        self._prefix = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open an element."""
        look = self.frames[-1][1] if self.frames else Look()
        if attributes:
            look = look_of(attributes, look)
        if tag in _SKIPPED:
            look = replace(look, hidden=True)
        elif tag in _VERBATIM:
            look = replace(look, verbatim=True)
        self._break(tag)
        if tag == "br" and look.visible:
            self._newlines = min(self._newlines + 1, 2)
        elif tag == "li":
            self._prefix = "- "
        self.frames.append((tag, look, self._opens_aside(tag, attributes)))

    def end(self, tag: str) -> None:
        """Close an element."""
        if not self.frames:
            return
        _, _, closes = self.frames.pop()
        if closes and not self._to_the_end:
            self._close_aside()
        self._break(tag)
        if tag in _CELLS:
            self._space = True

    def data(self, text: str) -> None:
        """Take a piece of text."""
        tag, look, _ = self.frames[-1] if self.frames else ("", Look(), False)
        if not look.visible:
            self.hidden += 0 if tag in _SKIPPED else len(text.strip(_BLANK))
            return
        if look.verbatim:
            self._write(text.replace("\r", ""))
        elif not text.strip(_BLANK):
            self._space = True
        else:
            plain = _SPACES.sub(" ", text)
            self._space |= plain[0] == " "
            self._write(plain.strip(" "))
            self._space = plain[-1] == " "

    def close(self) -> None:
        """End the document; lxml wants the method."""

    def carry_over(self) -> None:
        """Forget the open elements; an aside among them goes on to the end of the page."""
        self._to_the_end |= self._kind is not None
        self.frames.clear()

    def result(self) -> tuple[str, tuple[Aside, ...]]:
        """Return the text and the asides."""
        self._close_aside()
        text = "".join(self._pieces)[:MAX_TEXT]
        kept = (a for a in self._asides if a.start < len(text))
        return text, tuple(replace(a, end=min(a.end, len(text))) for a in kept)

    def _opens_aside(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Open an aside, unless one is open; whether it ends where the element does."""
        if self._kind is not None:
            return self._ends_loose_aside(tag)
        if not attributes and tag != "blockquote":
            return False
        full = len(self._asides) >= MAX_ASIDES - 1
        kind = foreign_kind(tag, attributes)
        self._to_the_end = ends_own_words(attributes) or (full and kind is not None)
        self._kind = "quoted" if self._to_the_end else kind
        self._loose = may_hold_answers(tag, attributes)
        self._start = -1
        return self._kind is not None

    def _ends_loose_aside(self, tag: str) -> bool:
        """Gmail's quote ends with its first blockquote, if answers may stand below."""
        ends = self._loose and tag == "blockquote" and not self._first.startswith("---")
        self._loose &= tag != "blockquote"
        return ends

    def _close_aside(self) -> None:
        if self._kind is not None and self._start >= 0:
            self._asides.append(Aside(self._kind, self._start, self.length))
        self._kind = None

    def _break(self, tag: str) -> None:
        if tag in _LINES:
            self._newlines = max(self._newlines, 1)
        elif tag in _PARAGRAPHS:
            self._newlines = 2

    def _write(self, text: str) -> None:
        """Append visible text, after the line breaks or the space that wait for it."""
        if self.length and self._newlines:
            self._append("\n" * self._newlines)
        elif self.length and self._space:
            self._append(" ")
        if self._kind is not None and self._start < 0:
            self._start, self._first = self.length, text[:3]
        self._append(self._prefix + text)
        self._newlines, self._space, self._prefix = 0, False, ""

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self.length += len(text)
