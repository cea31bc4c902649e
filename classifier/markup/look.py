"""Whether a reader can see an element: the inline styles that hide text in mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Colour = tuple[int, int, int]

_NAMED: Mapping[str, Colour] = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
    "ghostwhite": (248, 248, 255),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "navy": (0, 0, 128),
    "yellow": (255, 255, 0),
}
_SAME_COLOUR = 8
"""Colours whose channels differ by no more than this cannot be told apart."""
_TINY_PX = 1.0
_FAR_AWAY_PX = -900.0
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\b")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+(0?\.?\d*))?")
_NUMBER = re.compile(r"\s*(-?\d{0,6}\.?\d{0,6})\s*([a-z%]*)")
_CLIPPED = re.compile(r"rect\((?:0(?:px)?[\s,]*){4}\)|inset\((?:50|100)%|circle\(0")
_SHRUNK = re.compile(r"scale(?:3d|x|y)?\(0(?:\.0*)?[\s,)]")
_RELATIVE = {"em", "%"}
_LONGEST_STYLE = 4_000


@dataclass(frozen=True, slots=True)
class Look:
    """How an element's text appears; children inherit it, and may undo all but `hidden`."""

    hidden: bool = False
    """Out of sight whatever the children say: display, opacity, size, position."""
    unseen: bool = False
    """`visibility: hidden`."""
    tiny: bool = False
    """A font of one pixel or less. Mail layouts set it on a parent and undo it below."""
    verbatim: bool = False
    """White space counts, as in `<pre>`."""
    colour: Colour | None = None
    background: Colour | None = None

    @property
    def visible(self) -> bool:
        """Whether text with this look can be read."""
        return not (self.hidden or self.unseen or self.tiny or self._camouflaged)

    @property
    def _camouflaged(self) -> bool:
        if self.colour is None or self.background is None:
            return False
        pairs = zip(self.colour, self.background, strict=True)
        return all(abs(ink - paper) <= _SAME_COLOUR for ink, paper in pairs)


def look_of(attributes: Mapping[str, str], parent: Look) -> Look:
    """Return the look of an element with these attributes inside one that looks like `parent`."""
    style = _declarations(attributes.get("style", ""))
    return Look(
        hidden=parent.hidden or "hidden" in attributes or _out_of_sight(style),
        unseen=_visibility(style, parent),
        tiny=_tiny(style, parent),
        verbatim=_verbatim(style, parent),
        colour=_ink(attributes, style) or parent.colour,
        background=_paper(attributes, style, parent),
    )


def _declarations(style: str) -> dict[str, str]:
    """`a: b; c: d` as a mapping, lower case; the last declaration wins, as in CSS."""
    if not style:
        return {}
    pairs = (part.partition(":") for part in style[:_LONGEST_STYLE].lower().split(";"))
    plain = ((name.strip(), value.replace("!important", "").strip()) for name, _, value in pairs)
    return {name: value for name, value in plain if value}


def _out_of_sight(style: Mapping[str, str]) -> bool:
    if not style:
        return False
    gone = style.get("display") == "none" or style.get("mso-hide") == "all"
    cropped = "hidden" in style.get("overflow", "")
    flat = _zero(style, "max-height") or any(
        _zero(style, side) and (cropped or _zero(style, other))
        for side, other in (("width", "height"), ("height", "width"))
    )
    clear = _zero(style, "opacity") or _transparent(style.get("color", ""))
    return gone or flat or clear or _clipped(style) or _far_away(style)


def _clipped(style: Mapping[str, str]) -> bool:
    """Cut away or shrunk to nothing, in the spellings that hide text for screen readers."""
    nothing = {"clip": _CLIPPED, "clip-path": _CLIPPED, "transform": _SHRUNK}
    return any(pattern.search(style.get(name, "")) for name, pattern in nothing.items())


def _far_away(style: Mapping[str, str]) -> bool:
    names = ("left", "top", "text-indent", "margin-left")
    return any(_pixels(style[name], 0.0) <= _FAR_AWAY_PX for name in names if name in style)


def _zero(style: Mapping[str, str], name: str) -> bool:
    return name in style and _pixels(style[name], 1.0) == 0.0


def _pixels(value: str, otherwise: float) -> float:
    """The number a CSS length begins with; units are close enough to pixels for the tests here."""
    number = _NUMBER.match(value)
    try:
        return float(number[1]) if number else otherwise
    except ValueError:
        return otherwise


def _visibility(style: Mapping[str, str], parent: Look) -> bool:
    value = style.get("visibility")
    return parent.unseen if value is None else value in {"hidden", "collapse"}


def _tiny(style: Mapping[str, str], parent: Look) -> bool:
    size = style.get("font-size")
    if size is None:
        return parent.tiny
    number = _NUMBER.match(size)
    if number and number[2] in _RELATIVE:
        return parent.tiny or _pixels(size, 1.0) == 0.0
    if number and number[2] == "rem":
        return _pixels(size, 1.0) == 0.0
    return _pixels(size, 2 * _TINY_PX) <= _TINY_PX


def _verbatim(style: Mapping[str, str], parent: Look) -> bool:
    value = style.get("white-space")
    return parent.verbatim if value is None else value.startswith(("pre", "break-spaces"))


def _ink(attributes: Mapping[str, str], style: Mapping[str, str]) -> Colour | None:
    return _colour(style.get("color") or attributes.get("color") or attributes.get("text", ""))


def _paper(attributes: Mapping[str, str], style: Mapping[str, str], parent: Look) -> Colour | None:
    """The background behind the text; None when a picture or a style sheet may decide it."""
    if value := style.get("background-color") or style.get("background"):
        return parent.background if _transparent(value) else _colour(value)
    if "background" in attributes:
        return None
    if value := attributes.get("bgcolor", ""):
        return _colour(value)
    return None if "class" in attributes else parent.background


def _colour(value: str) -> Colour | None:
    text = value.strip().lower()[:100]
    if "url(" in text or "gradient" in text:
        return None
    if found := _HEX.search(text):
        digits = found[1] if len(found[1]) > len("abc") else "".join(2 * c for c in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := _RGB.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    return _NAMED.get(text.partition(" ")[0])


def _transparent(value: str) -> bool:
    found = _RGB.search(value)
    alpha = found[4] if found else None
    return value.startswith("transparent") or (bool(alpha) and _pixels(alpha or "", 1.0) == 0.0)
