"""What the headers and the list of parts say about how a message is sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b
from itertools import pairwise

from classifier.mail.headers import (
    MAX_FIELD,
    Headers,
    count_addresses,
    decode_field,
    read_headers,
    sole_address,
)
from classifier.mail.mime import Part
from classifier.quoting import folded, key_of, rules
from classifier.schema import AsideKind, Envelope, ThreadKind

_DOCUMENTS = frozenset(
    ("pdf", "doc", "docx", "odt", "rtf", "pages", "txt", "html", "htm", "md", "tex")
)
_PICTURES = frozenset(("jpg", "jpeg", "png", "heic", "webp", "gif", "tif", "tiff", "bmp"))
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,5})\Z")
_WORD = re.compile(
    r"[A-ZÀ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|[\u05d0-\u05ea]+(?:[\"'][\u05d0-\u05ea]+)*"
)
_DOCUMENT_TYPES = (
    "application/octet-stream",
    "application/pdf",
    "application/msword",
    "application/rtf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml",
    "application/vnd.oasis.opendocument.text",
    "image/",
    "text/",
)
_NOT_FILES = (
    "signature",
    "x-pkcs7-signature",
    "delivery-status",
    "pgp-encrypted",
    "rfc822-headers",
)
_LONGEST_NAME = 255
_PREFIX = re.compile(
    r"(?:\[[^\]\n]{0,60}\]\s*)*([^\W\d_]{1,12})\s?(?:\[\d{1,3}\]|\(\d{1,3}\))?[:\uff1a]"
)
_HEBREW_PREFIXES = "והבלכשמ"


def envelope_of(
    headers: Headers, parts: Iterable[Part], *, files: Iterable[str], asides: Iterable[AsideKind]
) -> Envelope:
    """Return the envelope facts of a mail.

    Args:
        headers: Its header block.
        parts: Its leaves.
        files: Names of files that stood in the text itself (uuencoded).
        asides: The kinds of foreign text found in the body.
    """
    leaves = list(parts)
    named = [
        *((_name(part), part.kind) for part in leaves if _is_file(part)),
        *((f, "") for f in files),
    ]
    sender, to = sole_address(headers.all(b"from")), headers.all(b"to")
    return Envelope(
        to=count_addresses(to),
        cc=count_addresses(headers.all(b"cc")),
        bcc=count_addresses(headers.all(b"bcc")),
        to_self=bool(sender) and sole_address(to) == sender,
        attachments=tuple(name for name, _ in named if name),
        cv_attached=any(names_a_cv(name, kind) for name, kind in named),
        thread=_thread(headers, set(asides) | _carried(leaves)),
    )


def cvs_in(parts: Iterable[Part], files: Iterable[str]) -> tuple[str, ...]:
    """Return a fingerprint of each CV: of its bytes as sent, or of its name in the text itself."""
    attached = [part for part in parts if _is_file(part) and names_a_cv(_name(part), part.kind)]
    named = [name.casefold() for name in files if names_a_cv(name)]
    return (*(blake2b(part.body, digest_size=8).hexdigest() for part in attached), *named)


def names_a_cv(name: str, content_type: str = "") -> bool:
    """Whether a file is a CV by its name: a document or a picture called so in en, fr or he.

    >>> names_a_cv("MyCV2026.docx"), names_a_cv("cvs_report.xlsx"), names_a_cv("canvas.pdf")
    (True, False, False)
    """
    plain = unicodedata.normalize("NFC", name[:_LONGEST_NAME])
    found = _SUFFIX.search(plain)
    suffix = found[1].lower() if found else ""
    readable = suffix in _DOCUMENTS | _PICTURES if suffix else _may_be_document(content_type)
    stem = plain[: found.start()] if found else plain
    return readable and _says_cv([word.casefold() for word in _WORD.findall(folded(stem))])


def _says_cv(words: list[str]) -> bool:
    known = rules()
    spaced = f" {' '.join(words)} "
    if any(f" {phrase} " in spaced for phrase in known.cv_phrases):
        return True
    return any(_is_cv(word, after) for word, after in pairwise([*words, ""]))


def _is_cv(word: str, after: str) -> bool:
    """`Résumé.pdf` is a CV, `Résumé de la réunion.pdf` is not."""
    known = rules()
    if word in known.cv_or_summary:
        return after not in known.summary_after
    bare = word[1:] if word[:1] in _HEBREW_PREFIXES else word
    return word in known.cv_words or bare in known.cv_words


def _may_be_document(content_type: str) -> bool:
    return not content_type or content_type.startswith(_DOCUMENT_TYPES)


def _is_file(part: Part) -> bool:
    """Whether a part is an attachment, and not a seal, a receipt or the picture in a signature."""
    picture = part.kind.startswith("image/") and part.disposition != "attachment"
    shown = picture and any(kind == "multipart/related" for kind, _ in part.containers)
    return part.attached and not shown and not part.kind.endswith(_NOT_FILES)


def _name(part: Part) -> str:
    """The file name; an attached mail without one goes by its subject."""
    name = part.name
    if not name and part.kind == "message/rfc822":
        inner = read_headers(bytes(part.body[:MAX_FIELD]))
        name = decode_field(inner.first(b"subject")) + ".eml"
    shown = "".join(c if c.isprintable() else "_" for c in " ".join(name.split()))
    return re.split(r"[/\\]", shown)[-1][:_LONGEST_NAME]


def _carried(parts: Iterable[Part]) -> set[AsideKind]:
    """An attached mail is a forward, except in the report of a mail server."""
    for part in parts:
        report = any(kind == "multipart/report" for kind, _ in part.containers)
        if part.kind == "message/rfc822" and not report:
            return {"forwarded"}
    return set()


def _thread(headers: Headers, kinds: set[AsideKind]) -> ThreadKind:
    """Compare what the subject claims with what is there."""
    found = _PREFIX.match(key_of(decode_field(headers.first(b"subject"))))
    claim = found[1] if found else ""
    answers = bool(headers.first(b"in-reply-to") or headers.first(b"references"))
    passes_on = "forwarded" in kinds or bool(headers.first(b"x-forwarded-message-id"))
    if claim in rules().forward_prefixes:
        return "forward" if passes_on or "quoted" in kinds else "fake_forward"
    if claim in rules().reply_prefixes:
        return "reply" if answers or passes_on or "quoted" in kinds else "fake_reply"
    if passes_on:
        return "forward"
    return "reply" if answers or "quoted" in kinds else "new"
