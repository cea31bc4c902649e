"""A row of a table as a Message: which column is what, whatever the table calls it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from classifier.encodings import cap
from classifier.mail import names_a_cv
from classifier.mail.headers import count_addresses
from classifier.mail.people import people_in
from classifier.markup import visible_text
from classifier.schema import LANGUAGES, Aside, Envelope, InputError, Message, Recipient
from classifier.sources.letter import Letter
from classifier.sources.record import ReadOptions

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
    "from": ("from", "sender", "de", "expéditeur", "מאת", "שולח"),
    "lang": ("lang", "language", "langue", "שפה"),
    "id": ("id", "message-id", "message_id", "uid"),
}  # fmt: skip
"""What a message can have -> the names of the column it is looked for in, in this order."""


_HTML = re.compile(r"</(?:p|div|span|a|body|li)>|<br ?/?>", re.IGNORECASE)
_MOST_RECIPIENTS = 1_000_000
_SHOWN = 20
"""Columns that an error text lists."""


class RowError(ValueError):
    """A row holds no message; the text says why, without any word of it."""


@dataclass(frozen=True)
class RowReader:
    """Makes messages of rows, as the options say."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Field (a key of FIELDS) -> column, where the defaults do not find it."""
    sender: str | None = None
    """Take only rows that this person wrote."""
    letter: Letter | None = None
    """Mail-merge: what a row is filled into."""

    @classmethod
    def of(cls, options: ReadOptions) -> RowReader:
        """Return the reader that the options ask for.

        Raises:
            InputError: the template cannot be read.
        """
        letter = Letter.read(options.template) if options.template else None
        return cls(options.columns, options.sender, letter)

    def check(self, names: Sequence[str], source: str) -> None:
        """Make sure that a table has the columns that are needed.

        Raises:
            InputError: there is none for the text, or for who wrote it if only one person's
                messages are wanted, or one that was named is missing.
        """
        found = columns_of(names, self.columns)
        missing = [repr(name) for key, name in self.columns.items() if key not in found]
        if missing or (problem := self._missing(found)):
            wanted = " or ".join(missing) or problem
            known = ", ".join(map(repr, names[:_SHOWN]))
            raise InputError(f"{source}: no column {wanted}; name it with --column, one of {known}")

    def _missing(self, found: Mapping[str, str]) -> str:
        """Return what there is no column for; empty when nothing is missing."""
        if self.sender and "from" not in found:
            return "for who wrote it"
        return "" if self.letter or "text" in found else "for the text"

    def message(self, row: Mapping[str, Any]) -> Message | None:
        """Return the message of a row; None when another person wrote it.

        Raises:
            RowError: there is no text in it.
        """
        found = columns_of(list(row), self.columns)
        if problem := self._missing(found):
            raise RowError(f"no column {problem}; name it with --column FIELD=NAME")
        values = {key: row[column] for key, column in found.items()}
        if self.sender and _text(values.get("from")).strip().casefold() != self.sender.casefold():
            return None
        if self.letter:
            message = self.letter.filled(row)
            envelope = _addressed(message.envelope, _envelope(values))
            cvs = _cvs(values) if "attachments" in values else message.cvs
            people = _people(values) or message.recipients
            return replace(
                message,
                id=_text(values.get("id")),
                envelope=envelope,
                recipients=people,
                cvs=cvs,
            )
        return _message(values, found)


def _message(values: Mapping[str, Any], found: Mapping[str, str]) -> Message:
    text = values["text"]
    if not isinstance(text, str):
        raise RowError(_no_text(found["text"], text))
    asides: tuple[Aside, ...] = ()
    if _HTML.search(text):
        text, asides, limits = visible_text(text)
    else:
        text, limits = cap(text)
    lang = _text(values.get("lang")).strip().lower()
    return Message(
        text,
        id=_text(values.get("id")),
        subject=_text(values.get("subject")),
        lang=lang if lang in LANGUAGES else None,
        envelope=_envelope(values),
        asides=asides,
        limits=limits,
        recipients=_people(values),
        cvs=_cvs(values) if "attachments" in values else None,
    )


def _addressed(letter: Envelope | None, row: Envelope | None) -> Envelope | None:
    """Return the envelope of a letter with the recipients of a row, and the files of both."""
    if letter is None or row is None:
        return row or letter
    return replace(
        letter,
        to=row.to,
        cc=row.cc,
        bcc=row.bcc,
        attachments=(*letter.attachments, *row.attachments),
        cv_attached=letter.cv_attached or row.cv_attached,
    )


def columns_of(names: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return field -> column for the fields that a table with these column names has."""
    plain = {name.strip().casefold(): name for name in reversed(names)}
    wanted = {**FIELDS, **{key: (name.casefold(),) for key, name in columns.items()}}
    found: dict[str, str] = {}
    for key, aliases in wanted.items():
        for alias in aliases:
            if alias in plain:
                found.setdefault(key, plain[alias])
    return found


def _no_text(column: str, text: Any) -> str:
    kind = "nothing" if text is None else f"a {type(text).__name__}"
    return f"{column!r} holds {kind}, not text; name another with --column text=NAME"


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _listed(value: Any) -> list[str]:
    """Return the entries of a list, or of a text with commas or semicolons between them."""
    if isinstance(value, (list, tuple)):
        return [_text(item) for item in value]
    return [part.strip() for part in _text(value).replace(";", ",").split(",") if part.strip()]


def _count(value: Any) -> int:
    if isinstance(value, int):
        return min(max(value, 0), _MOST_RECIPIENTS)
    if isinstance(value, (list, tuple)):
        return len(value)
    return count_addresses([_text(value).encode("utf-8", "replace")])


def _people(values: Mapping[str, Any]) -> tuple[Recipient, ...]:
    """Return who a row is addressed to; a name alone counts where there is no address."""
    cells = [cell for key in ("to", "cc", "bcc") for cell in _listed(values.get(key))]
    people = people_in([", ".join(cells).encode("utf-8", "replace")])
    return people or tuple(Recipient(name=cell) for cell in cells[:1] if not cell.isdecimal())


def _cvs(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the CVs in a row: their content is not known."""
    return tuple(name.casefold() for name in _listed(values["attachments"]) if names_a_cv(name))


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
