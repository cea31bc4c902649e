"""Who a message goes to, by name and address, read with a bound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from classifier.encodings import decode
from classifier.mail.headers import MAX_FIELD, decode_field
from classifier.schema import Recipient

MOST_PEOPLE = 50
"""Recipients of one message that are remembered."""

_PERSON = re.compile(
    r'(?:"((?:[^"\\]|\\.){0,200})"|([^"<>,;:]{0,200}))\s{0,20}<([^<>\s]{1,200}@[^<>\s]{1,200})>'
    r'|([^\s<>,;:"()]{1,200}@[^\s<>,;:"()]{1,200})'
)


def people_in(values: Sequence[bytes]) -> tuple[Recipient, ...]:
    """Return the people in address fields (RFC 5322), at most MOST_PEOPLE, none twice.

    >>> [person.name for person in people_in([b'"Weil, Anna" <Anna@x.example>, bo@x.example'])]
    ['Weil, Anna', '']
    """
    found: dict[str, Recipient] = {}
    for person in _people(values):
        found.setdefault(person.address, person)
        if len(found) >= MOST_PEOPLE:
            break
    return tuple(found.values())


def _people(values: Sequence[bytes]) -> Iterator[Recipient]:
    for value in values:
        text = decode(value[:MAX_FIELD])[0]
        for quoted, bare, inside, alone in _PERSON.findall(text):
            name = decode_field((quoted.replace("\\", "") or bare).strip().encode())
            yield Recipient(" ".join(name.split()), (inside or alone).casefold())
