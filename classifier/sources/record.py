"""What comes out of a source: records, failures and notices, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

from classifier.readers import read_bytes
from classifier.schema import Message


@dataclass(frozen=True, slots=True)
class Record:
    """One message as it was found; parsing it is left to whoever judges it."""

    place: str
    """Where it stands, for people: `drafts.mbox, message 3 at byte 812`. Unique in a run."""
    id: str
    """Unique in its source: `drafts.mbox#3`."""
    source: str
    """What was read: a path or address as the user gave it."""
    content: bytes | Message
    """The bytes of a single-message format, or the message that a row holds."""
    format: str = "eml"
    """A key of `readers.READERS`; says how to read bytes."""
    size: int = 0
    """Bytes of its source from the end of the record before to the end of this one."""
    limits: tuple[str, ...] = ()
    """What was cut or guessed while finding it, one sentence each."""

    def message(self) -> Message:
        """Parse the content.

        Raises:
            InputError: nothing reads the format.
        """
        if isinstance(self.content, bytes):
            found = read_bytes(self.content, format=self.format, id=self.id, source=self.source)
        else:
            found = replace(self.content, id=self.id, source=self.source)
        return replace(found, limits=(*self.limits, *found.limits)) if self.limits else found

    def failed(self, why: str) -> Failure:
        """Return the failure to read or judge this record."""
        return Failure(self.place, why, self.source, self.size, self.id)

    @property
    def digest(self) -> int:
        """Return 64 bits that tell this content from another at the same place."""
        content = self.content
        return hash64(content if isinstance(content, bytes) else repr(content).encode(*_ANY))


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be read. The run goes on with what follows it."""

    place: str
    why: str
    """The reason and the way out, without any word of a message."""
    source: str
    size: int = 0
    """As in Record."""
    id: str = ""
    """As in Record; empty when no single message failed."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know about a source that is no failure: it is empty, say."""

    place: str
    text: str


Found = Record | Failure | Notice

_ANY = ("utf-8", "surrogatepass")


def hash64(content: bytes) -> int:
    """Return 64 bits of BLAKE2b, the same in every run."""
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "little")


def place_key(place: str) -> int:
    """Return the key under which a run remembers a place."""
    return hash64(place.encode(*_ANY))


def _never(_place: str) -> bool:
    return False


@dataclass(frozen=True)
class ReadOptions:
    """How to read sources; the defaults go by name and content."""

    format: str | None = None
    """A key of `FORMATS` for every file; None goes by suffix, then by content."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field (`text`, `subject`, `to` ...) -> the column that holds it."""
    template: Path | None = None
    """Mail-merge: the letter into which each row of a table is filled."""
    sender: str | None = None
    """Chats: read only what this person wrote."""
    password: Callable[[str, str], str] | None = None
    """(user, host) -> password; asked only for a mail server."""
    ours: frozenset[Path] = frozenset()
    """Files that a folder may hold and that are no sources: the run's own outputs."""
    held: Callable[[str], bool] = _never
    """Whether the message at a place was judged before, so that it need not be fetched."""
