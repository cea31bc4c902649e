"""A mail (RFC 5322) as a Message: the text people see, and the facts of its envelope."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import replace

from classifier.encodings import decode
from classifier.mail.body import Body, body_of
from classifier.mail.envelope import cvs_in, envelope_of, names_a_cv
from classifier.mail.headers import MAX_ADDRESSES, MAX_FIELD, Headers, decode_field, read_headers
from classifier.mail.mime import Part, parts_of
from classifier.mail.people import people_in
from classifier.quoting import asides_in
from classifier.schema import Message

__all__ = ["names_a_cv", "read_mail"]

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ADDRESS_FIELDS = (b"to", b"cc", b"bcc")
_READ_FIELDS = frozenset(
    (*_ADDRESS_FIELDS, b"from", b"subject", b"content-type", b"content-disposition")
)
_SUBJECT_CHARS = 2_000


def read_mail(data: bytes) -> Message:
    """Return the mail in `data`: text, subject, envelope, asides, limits. Never raises.

    The asides are those the markup shows (an HTML blockquote); `quoting.own_spans` adds those
    that only the words show.
    """
    data = _with_line_feeds(data)
    headers = read_headers(data)
    parts, limits = parts_of(data, headers)
    body = body_of(parts)
    message = Message(
        text=body.text,
        subject=" ".join(decode_field(headers.first(b"subject")).split())[:_SUBJECT_CHARS],
        asides=body.asides,
        limits=tuple(dict.fromkeys([*_header_limits(headers), *limits, *body.limits])),
    )
    return _with_envelope(message, headers, parts, body)


def _with_envelope(
    message: Message, headers: Headers, parts: Sequence[Part], body: Body
) -> Message:
    kinds = {a.kind for a in asides_in(message.text, known=message.asides, mail=True)}
    envelope = envelope_of(headers, parts, files=body.files, asides=kinds)
    people = people_in([value for name in _ADDRESS_FIELDS for value in headers.all(name)])
    return replace(message, envelope=envelope, recipients=people, cvs=cvs_in(parts, body.files))


def _with_line_feeds(data: bytes) -> bytes:
    """Bring UTF-16 files, and those of old Macs, into the form everything else expects."""
    if data.startswith(_UTF16):
        data = decode(data)[0].encode("utf-8", "replace")
    data = data.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    return data if b"\n" in data else data.replace(b"\r", b"\n")


def _header_limits(headers: Headers) -> list[str]:
    """Name what of the headers was not read."""
    limits = ["the header block was too long; its end was not read"] if headers.cut else []
    for name, value in headers.fields:
        most = MAX_ADDRESSES if name in _ADDRESS_FIELDS else MAX_FIELD
        if len(value) > most and name in _READ_FIELDS:
            limits.append(f"header {name.decode().title()} cut to {most:,} bytes")
    return limits
