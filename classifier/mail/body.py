"""The text a reader of the mail sees, put together from its parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from classifier.encodings import MAX_TEXT
from classifier.mail.mime import Part
from classifier.markup import visible_text
from classifier.quoting import asides_in
from classifier.schema import Aside

_SEALED = frozenset(
    ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
)
_STUB_CHARS = 300
_COMPARED_CHARS = 20_000
_COMPARED_WORDS = 10
_SAME_SHARE = 0.5
_MARKER_CHARS = 500
_WORD = re.compile(r"\w+")
_UUENCODED = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,200})\n(?=[ -`]{2,62}\n)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Body:
    """A text with its asides (sorted, disjoint), and what was guessed or cut for it."""

    text: str
    asides: tuple[Aside, ...] = ()
    limits: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Names of files that stood uuencoded in the text."""


def body_of(parts: Sequence[Part]) -> Body:
    """Return the text of a mail: of alternatives the plain one, if it says the same."""
    readable = [part for part in parts if not part.attached] or _named_texts(parts)
    bodies = [_one_of(list(group)) for _, group in groupby(readable, key=_alternative)]
    body = _joined(bodies)
    if not body.text.strip() and any(part.kind in _SEALED for part in parts):
        sealed = "the message is encrypted or sealed; its text cannot be read"
        return replace(body, limits=(*body.limits, sealed))
    return body


def _named_texts(parts: Sequence[Part]) -> list[Part]:
    """Texts that have a file name but are not called attachments, when there is nothing else."""
    texts = (part for part in parts if part.kind in {"text/plain", "text/html"})
    return [part for part in texts if part.disposition != "attachment"]


def _alternative(part: Part) -> tuple[str, int] | int:
    """What the part is a version of; parts outside of multipart/alternative stand alone."""
    around = (box for box in part.containers if box[0] == "multipart/alternative")
    return next(around, id(part))


def _one_of(versions: list[Part]) -> Body:
    """Choose between the plain and the HTML version of one text."""
    plain = _joined([_plain(part) for part in versions if part.kind == "text/plain"])
    rich = _joined([_rich(part) for part in versions if part.kind == "text/html"])
    if not rich.text.strip():
        return replace(plain, limits=plain.limits + rich.limits)
    if not plain.text.strip() or _is_stub(plain.text):
        return rich
    if _differ(plain.text, rich.text):
        note = "the plain and the HTML version differ; the HTML one, which people see, was read"
        return replace(rich, limits=(*rich.limits, note))
    return plain


def _is_stub(text: str) -> bool:
    """`Please view this message in HTML`, in whatever language."""
    return len(text) < _STUB_CHARS and "html" in text.casefold()


def _differ(plain: str, rich: str) -> bool:
    seen = set(_WORD.findall(rich[:_COMPARED_CHARS].casefold()))
    said = set(_WORD.findall(plain[: 2 * _COMPARED_CHARS].casefold()))
    return len(seen) >= _COMPARED_WORDS and len(seen & said) < _SAME_SHARE * len(seen)


def _plain(part: Part) -> Body:
    text, limits = part.text()
    text, files = _without_uuencoded(text.strip("\n"))
    if part.parameters.get("format", "").lower() != "flowed":
        return Body(text, (), limits, files)
    lines = _unflowed(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    asides, position = [], 0
    for depth, line in lines:
        if depth:
            asides.append(Aside("quoted", position, position + len(line)))
        position += len(line) + 1
    return Body("\n".join(line for _, line in lines), tuple(asides), limits, files)


def _rich(part: Part) -> Body:
    html, limits = part.text()
    text, asides, cuts = visible_text(html)
    return Body(text, tuple(_forwarded(text, a) for a in asides), limits + cuts)


def _forwarded(text: str, aside: Aside) -> Aside:
    """HTML marks replies and forwards alike; the words above a forward tell."""
    if aside.kind != "quoted":
        return aside
    first = asides_in(text[aside.start : min(aside.end, aside.start + _MARKER_CHARS)])[:1]
    forwarded = any(a.kind == "forwarded" and a.start == 0 for a in first)
    return replace(aside, kind="forwarded") if forwarded else aside


def _unflowed(text: str, *, delsp: bool) -> list[tuple[int, str]]:
    """Join the lines that format=flowed broke (RFC 3676), and return each with its quote depth.

    Here a `>` is a quote mark for sure: own lines that begin with one are stuffed with a space.
    """
    lines: list[tuple[int, list[str]]] = []
    flows = False
    for raw in text.split("\n"):
        content = raw.lstrip(">")
        depth = len(raw) - len(content)
        content = content.removeprefix(" ")
        if flows and depth == lines[-1][0] and content != "-- ":
            lines[-1][1].append(content)
        else:
            lines.append((depth, ["> " * depth, content]))
        flows = content.endswith(" ") and content != "-- "
        if flows and delsp:
            lines[-1][1][-1] = content.removesuffix(" ")
    return [(depth, "".join(pieces)) for depth, pieces in lines]


def _without_uuencoded(text: str) -> tuple[str, tuple[str, ...]]:
    """Take out files that stand in the text, and name them."""
    if "begin " not in text:
        return text, ()
    kept, files, position = [], [], 0
    while found := _UUENCODED.search(text, position):
        end = text.find("\nend", found.end())
        if end < 0:
            break
        kept.append(text[position : found.start()])
        files.append(found[1].strip())
        position = end + len("\nend")
    return "".join([*kept, text[position:]]), tuple(files)


def _joined(bodies: Sequence[Body]) -> Body:
    """Put texts below each other, offsets moved along; at most MAX_TEXT characters."""
    text, asides = "", list[Aside]()
    limits = [limit for body in bodies for limit in body.limits]
    for body in bodies:
        if not body.text.strip():
            continue
        text += "\n\n" if text else ""
        shift = len(text)
        asides += [Aside(a.kind, a.start + shift, a.end + shift) for a in body.asides]
        text += body.text
        if len(text) > MAX_TEXT:
            limits.append(f"text cut to {MAX_TEXT:,} characters")
            text = text[:MAX_TEXT]
            break
    kept = (Aside(a.kind, a.start, min(a.end, len(text))) for a in asides if a.start < len(text))
    files = tuple(name for body in bodies for name in body.files)
    return Body(text, tuple(kept), tuple(dict.fromkeys(limits)), files)
