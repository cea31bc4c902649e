"""Disguises: the reader sees the same words, a program other characters; the verdict must not care.

Each is known from spam (Unicode TR36 and TR39 name most). `WAYS` gathers them by what they play on.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from classifier.readers import read_bytes
from classifier.schema import Message

TextDisguise = Callable[[str], str]
"""Plain text to plain text."""

HtmlDisguise = Callable[[str, str], str]
"""Plain text, and harmless words to hide beside it, to HTML."""

HARMLESS = {
    "en": "Thank you for the minutes. The garden needs water and the cat is well. See you Sunday.",
    "fr": "Merci pour le compte rendu. Le jardin a soif et le chat va bien. À dimanche au lac.",
    "he": "תודה על סיכום הפגישה. הגינה צריכה מים והחתול בסדר. נתראה ביום ראשון באגם.",
}
"""What somebody may hide in a message to make it look innocent."""


def after_letters(mark: str) -> TextDisguise:
    """Return a disguise that puts `mark` after every letter."""
    return lambda text: "".join(char + mark if char.isalpha() else char for char in text)


def letters(upper: int, lower: int) -> TextDisguise:
    """Return a disguise that writes Latin letters in another alphabet of Unicode's."""
    table = {65 + i: upper + i for i in range(26)} | {97 + i: lower + i for i in range(26)}
    return lambda text: text.translate(table)


def _swapped(latin: str, other: str) -> TextDisguise:
    table = str.maketrans(latin, other)
    return lambda text: text.translate(table)


def _spread(between: str) -> TextDisguise:
    """Return a disguise that sets the letters of longer words apart."""
    longer = 4
    return lambda text: " ".join(
        between.join(word) if len(word) >= longer and word.isalpha() else word
        for word in text.split(" ")
    )


def _around_words(before: str, after: str) -> TextDisguise:
    return lambda text: " ".join(f"{before}{word}{after}" for word in text.split(" "))


def _mirrored(text: str) -> str:
    """Write each line backwards and tell the reader's screen to turn it round."""
    turn = "\N{LEFT-TO-RIGHT OVERRIDE}" if max(text) >= "א" else "\N{RIGHT-TO-LEFT OVERRIDE}"
    return "\n".join(
        f"{turn}{line[::-1]}\N{POP DIRECTIONAL FORMATTING}" for line in text.split("\n")
    )


def _page(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _between_letters(markup: str) -> HtmlDisguise:
    return lambda text, _: "<p>" + "".join(_page(char) + markup for char in text)


def _hidden(style: str) -> HtmlDisguise:
    """Return a disguise with harmless words that this style hides, before and after."""
    return lambda text, harmless: (
        f'<body style="background: #ffffff"><div style="{style}">{harmless * 4}</div>'
        f'<p>{_page(text)}</p><div style="{style}">{harmless * 4}</div>'
    )


TEXT_DISGUISES: dict[str, TextDisguise] = {
    "zero-width spaces": after_letters("\N{ZERO WIDTH SPACE}"),
    "zero-width joiners": after_letters("\N{ZERO WIDTH JOINER}"),
    "soft hyphens": after_letters("\N{SOFT HYPHEN}"),
    "word joiners": after_letters("\N{WORD JOINER}"),
    "byte order marks": after_letters("\ufeff"),
    "invisible times": after_letters("\N{INVISIBLE TIMES}"),
    "grapheme joiners": after_letters("\N{COMBINING GRAPHEME JOINER}"),
    "variation selectors": after_letters("\ufe0f"),
    "more variation selectors": after_letters("\U000e0101"),
    "tag characters": after_letters("\U000e0041"),
    "Hangul fillers": after_letters("\N{HANGUL FILLER}"),
    "control characters": after_letters("\x01"),
    "annotation marks": after_letters("\ufff9"),
    "direction marks": after_letters("\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}"),
    "embedded words": _around_words("\u202b", "\u202c"),
    "isolated words": _around_words("\u2067", "\u2069"),
    "mirrored lines": _mirrored,
    "some Cyrillic letters": _swapped("oeO", "оеО"),
    "all Cyrillic look-alikes": _swapped("AaBcCeEHiIjJKMoOpPsSTxXyY", "АаВсСеЕНіІјЈКМоОрРѕЅТхХуУ"),
    "Greek letters": _swapped("ABEHIKMNOPTXYZo", "ΑΒΕΗΙΚΜΝΟΡΤΧΥΖο"),
    "full width": lambda text: text.translate({i: i + 0xFEE0 for i in range(0x21, 0x7F)}),
    "mathematical bold": letters(0x1D400, 0x1D41A),
    "mathematical monospace": letters(0x1D670, 0x1D68A),
    "circled letters": letters(0x24B6, 0x24D0),
    "squared letters": letters(0x1F130, 0x1F130),
    "small capitals": _swapped("abcdefghijklmnopqrtuvwyz", "ᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘǫʀᴛᴜᴠᴡʏᴢ"),
    "Hebrew presentation forms": _swapped("אדהכלםרת", "ﬡﬢﬣﬤﬥﬦﬧﬨ"),
    "Hebrew points": after_letters("\N{HEBREW POINT QAMATS}"),
    "letters struck through": after_letters("\N{COMBINING LONG STROKE OVERLAY}"),
    "letters underlined": after_letters("\N{COMBINING LOW LINE}"),
    "enclosed letters": after_letters("\N{COMBINING ENCLOSING KEYCAP}"),
    "letters set apart": _spread(" "),
    "letters with points": _spread("."),
    "capitals": str.upper,
    "accents apart": lambda text: unicodedata.normalize("NFD", text),
    "hard spaces": lambda text: text.replace(" ", "\N{NO-BREAK SPACE}"),
    "wide spaces": lambda text: text.replace(" ", "\N{IDEOGRAPHIC SPACE}"),
    "other line ends": lambda text: text.replace("\n", "\N{LINE SEPARATOR}"),
    "typographic marks": _swapped("'-", "\N{RIGHT SINGLE QUOTATION MARK}\N{NON-BREAKING HYPHEN}"),
}

HTML_DISGUISES: dict[str, HtmlDisguise] = {
    "a page": lambda text, _: _page(text),
    "letters as entities": lambda text, _: "".join(f"&#{ord(char)};" for char in text),
    "empty elements": _between_letters("<b></b>"),
    "comments": _between_letters("<!-- x -->"),
    "places to break": _between_letters("<wbr>"),
    "hidden letters": _between_letters('<span style="display:none">x</span>'),
    "tiny letters": _between_letters('<span style="font-size:0">x</span>'),
    "display: none": _hidden("display: none"),
    "visibility: hidden": _hidden("visibility: hidden"),
    "opacity: 0": _hidden("opacity: 0"),
    "font-size: 0": _hidden("font-size: 0"),
    "max-height: 0": _hidden("max-height: 0; overflow: hidden"),
    "height: 0": _hidden("height: 0; overflow: hidden"),
    "clip-path": _hidden("clip-path: inset(100%)"),
    "clip": _hidden("position: absolute; clip: rect(0, 0, 0, 0)"),
    "scale(0)": _hidden("transform: scale(0)"),
    "far to the left": _hidden("position: absolute; left: -9999px"),
    "white on white": _hidden("color: #fff"),
    "transparent": _hidden("color: transparent"),
}

WAYS: dict[str, tuple[str, ...]] = {
    "zero-width characters": (
        "zero-width spaces", "zero-width joiners", "word joiners", "byte order marks",
    ),
    "bidi marks": ("direction marks", "embedded words", "isolated words"),
    "mirrored lines": ("mirrored lines",),
    "soft hyphens": ("soft hyphens",),
    "other invisible characters": (
        "invisible times", "grapheme joiners", "variation selectors", "more variation selectors",
        "tag characters", "Hangul fillers", "control characters", "annotation marks",
    ),
    "look-alike letters": ("some Cyrillic letters", "all Cyrillic look-alikes", "Greek letters"),
    "full width": ("full width",),
    "fancy alphabets": (
        "mathematical bold", "mathematical monospace", "circled letters", "squared letters",
        "small capitals", "Hebrew presentation forms",
    ),
    "niqqud": ("Hebrew points",),
    "combining accents": (
        "accents apart", "letters struck through", "letters underlined", "enclosed letters",
    ),
    "letter spacing": ("letters set apart", "letters with points"),
    "upper case": ("capitals",),
    "other spaces and marks": (
        "hard spaces", "wide spaces", "other line ends", "typographic marks",
    ),
    "HTML entities": ("a page", "letters as entities"),
    "tags inside words": (
        "empty elements", "comments", "places to break", "hidden letters", "tiny letters",
    ),
    "hidden HTML": (
        "display: none", "visibility: hidden", "opacity: 0", "font-size: 0", "max-height: 0",
        "height: 0", "clip-path", "clip", "scale(0)", "far to the left", "white on white",
        "transparent",
    ),
}  # fmt: skip
"""What a disguise plays on -> the disguises that do."""


def as_html(name: str, text: str, lang: str) -> str:
    """Return `text` in one of HTML_DISGUISES; what it hides is in language `lang`."""
    return '<meta charset="utf-8">' + HTML_DISGUISES[name](text, HARMLESS.get(lang, ""))


def disguised(message: Message, lang: str, way: str, turn: int) -> Message | None:
    """Return `message` in one disguise of a way, its language left open; None if nothing changes.

    Args:
        message: what to disguise.
        lang: its language; what a page hides is written in it.
        way: a key of WAYS.
        turn: which of the way's disguises, counted round and round.
    """
    name = WAYS[way][turn % len(WAYS[way])]
    if change := TEXT_DISGUISES.get(name):
        text = change(message.text)
        return None if text == message.text else replace(message, text=text, lang=None)
    page = as_html(name, message.text, lang).encode("utf-8", "surrogatepass")
    read = read_bytes(page, format="html")
    return replace(message, text=read.text, lang=None, asides=read.asides, limits=read.limits)
