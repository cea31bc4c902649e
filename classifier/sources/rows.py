"""A row of a table as a Message: which column is what, whatever the table calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classifier.encodings import cap
from classifier.mail import names_a_cv
from classifier.mail.headers import count_addresses
from classifier.schema import LANGUAGES, Envelope, Message

FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "message", "content", "draft", "texte", "corps", "contenu",
             "טקסט", "הודעה", "תוכן"),
    "subject": ("subject", "title", "objet", "sujet", "נושא"),
    "to": ("to", "recipient", "recipients", "email", "e-mail", "mail", "à", "destinataire",
           "destinataires", "courriel", "אל", "נמען", "נמענים"),
    "cc": ("cc", "copie", "עותק"),
    "bcc": ("bcc", "cci", "עותק מוסתר"),
    "attachments": ("attachments", "attachment", "pièces jointes", "pièce jointe", "קבצים מצורפים",
                    "קובץ מצורף"),
    "lang": ("lang", "language", "langue", "שפה"),
    "id": ("id", "message-id", "message_id", "uid"),
}  # fmt: skip
"""What a message can have -> the names of the column it is looked for in, in this order."""


class RowError(ValueError):
    """A row holds no message; the text says why, without any word of it."""


def message_of_row(row: Mapping[str, Any], columns: Mapping[str, str]) -> Message:
    """Return the message that a row holds.

    Args:
        row: Column -> value.
        columns: Field (a key of FIELDS) -> column, where the defaults do not find it.

    Raises:
        RowError: there is no text in it.
    """
    found = columns_of(list(row), columns)
    values = {field: row[column] for field, column in found.items()}
    text = values.get("text")
    if not isinstance(text, str):
        raise RowError(_no_text(found, text))
    text, limits = cap(text)
    lang = _text(values.get("lang")).strip().lower()
    return Message(
        text,
        id=_text(values.get("id")),
        subject=_text(values.get("subject")),
        lang=lang if lang in LANGUAGES else None,
        envelope=_envelope(values),
        limits=limits,
    )


def columns_of(names: list[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return field -> column for the fields that a table with these column names has."""
    plain = {name.strip().casefold(): name for name in reversed(names)}
    wanted = {**FIELDS, **{field: (name.casefold(),) for field, name in columns.items()}}
    found: dict[str, str] = {}
    for field, aliases in wanted.items():
        for alias in aliases:
            if alias in plain:
                found.setdefault(field, plain[alias])
    return found


def _no_text(found: Mapping[str, str], text: Any) -> str:
    if "text" not in found:
        return "no column for the text; name it with --column text=NAME"
    kind = "nothing" if text is None else f"a {type(text).__name__}"
    return f"{found['text']!r} holds {kind}, not text; name another with --column text=NAME"


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _listed(value: Any) -> list[str]:
    """Return the entries of a list, or of a text with commas or semicolons between them."""
    if isinstance(value, (list, tuple)):
        return [_text(item) for item in value]
    return [part.strip() for part in _text(value).replace(";", ",").split(",") if part.strip()]


def _count(value: Any) -> int:
    if isinstance(value, int):
        return max(value, 0)
    if isinstance(value, (list, tuple)):
        return len(value)
    return count_addresses([_text(value).encode("utf-8", "replace")])


def _envelope(values: Mapping[str, Any]) -> Envelope | None:
    if not values.keys() & {"to", "cc", "bcc", "attachments"}:
        return None
    names = tuple(_listed(values.get("attachments")))
    return Envelope(
        to=_count(values.get("to")),
        cc=_count(values.get("cc")),
        bcc=_count(values.get("bcc")),
        attachments=names,
        cv_attached=any(map(names_a_cv, names)),
    )
