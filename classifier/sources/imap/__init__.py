r"""Drafts on a mail server (IMAP, RFC 9051), read without leaving a trace there.

`imaps://user@host/Folder`; without a folder the one that the server marks as `\Drafts` (RFC 6154).
The folder is opened with EXAMINE and messages are fetched with BODY.PEEK, so that nothing becomes
read. `imap://` begins in the clear and must be able to STARTTLS; certificates are always checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from classifier.readers import MAX_BYTES
from classifier.schema import InputError
from classifier.sources.imap.address import Address, is_address
from classifier.sources.imap.connection import BROKEN, Connection
from classifier.sources.record import Failure, Found, Notice, ReadOptions, Record

__all__ = ["Address", "is_address", "read_imap"]

_WINDOW = 10_000
"""UIDs that are asked for at once; what a server answers to all of them may be too long a line."""
_GROUP = 50
_GROUP_BYTES = 4_000_000
_TRIES = 2
_MOST_BROKEN = 5
_WHOLE = f"BODY.PEEK[]<0.{MAX_BYTES + 1}>"
_ANSWERED = b"BODY[]<0>"


def read_imap(source: str, options: ReadOptions) -> Iterator[Found]:
    """Yield the messages of a folder, the oldest first; what arrives meanwhile comes last.

    A message that another program deletes meanwhile, or that the server cannot send, is a Failure.

    Raises:
        InputError: the address, the password, the certificate or the folder is wrong, or the
            connection is lost for good.
    """
    address = Address.parse(source)
    if options.password is None:
        raise InputError("no password; see blastcheck batch --help for where it may come from")
    with closing(Connection(address, options.password(address.user, address.host))) as connection:
        connection.connect()
        folder, found = _Folder(connection, source), 0
        for uids in folder.windows():
            wanted = [uid for uid in uids if not options.held(connection.place(uid))]
            found += len(uids)
            for start in range(0, len(wanted), _GROUP):
                yield from folder.messages(wanted[start : start + _GROUP])
    if not found:
        yield Notice(source, "an empty mailbox")


class _Folder:
    """The messages of an open folder."""

    def __init__(self, connection: Connection, source: str) -> None:
        self._connection = connection
        self._source = source
        self._broken = 0
        """Messages in a row at which the connection broke."""

    def windows(self) -> Iterator[list[int]]:
        """Yield the UIDs of the folder in ascending lists, those that arrive meanwhile too."""
        low, width = 1, _WINDOW
        while low < self._connection.next_uid:
            uids = self._search(f"{low}:{low + width - 1}")
            low = min(low + width, self._connection.next_uid)
            width = _WINDOW if uids else 2 * width  # old folders begin with a long gap
            yield uids
        while uids := [uid for uid in self._search(f"{low}:*") if uid >= low]:
            low = uids[-1] + 1
            yield uids

    def _search(self, uids: str) -> list[int]:
        return sorted(self._connection.ask_twice(lambda client: client.search(["UID", uids])))

    def messages(self, uids: Sequence[int]) -> Iterator[Record | Failure]:
        """Yield the messages with these UIDs, in order."""
        if not uids:
            return
        told = self._connection.ask_twice(lambda client: client.fetch(uids, ["RFC822.SIZE"]))
        sizes = {uid: int(told.get(uid, {}).get(b"RFC822.SIZE", 0)) for uid in uids}
        for group in _groups(sizes):
            yield from self._group(group)

    def _group(self, uids: Sequence[int]) -> Iterator[Record | Failure]:
        """Fetch some messages together; when that breaks, one by one."""
        try:
            found = self._connection.ask(lambda client: client.fetch(uids, [_WHOLE]))
        except BROKEN:
            yield from map(self._alone, uids)
        else:
            for uid in uids:
                yield self._found(uid, found)

    def _alone(self, uid: int) -> Record | Failure:
        """Fetch a message by itself.

        Raises:
            InputError: the connection broke at so many messages that it must be more than they.
        """
        for _ in range(_TRIES):
            try:
                found = self._connection.ask(lambda client: client.fetch([uid], [_WHOLE]))
            except BROKEN:
                continue
            self._broken = 0
            return self._found(uid, found)
        self._broken += 1
        if self._broken >= _MOST_BROKEN:
            raise InputError("the connection breaks at every message; run it again later")
        return self._failed(uid, "the server cannot send it whole; look at it in your mail program")

    def _found(self, uid: int, found: Any) -> Record | Failure:
        content = found.get(uid, {}).get(_ANSWERED)
        if content is None:
            return self._failed(uid, "gone before it was read; another program moved or deleted it")
        place, name = self._place(uid)
        return Record(place, name, self._source, content, "eml", len(content))

    def _failed(self, uid: int, why: str) -> Failure:
        place, name = self._place(uid)
        return Failure(place, why, self._source, id=name)

    def _place(self, uid: int) -> tuple[str, str]:
        return self._connection.place(uid), f"{self._connection.folder}#{uid}"


def _groups(sizes: dict[int, int]) -> Iterator[list[int]]:
    """Gather UIDs so that what is fetched at once stays small."""
    group: list[int] = []
    held = 0
    for uid, size in sizes.items():
        if group and held + size > _GROUP_BYTES:
            yield group
            group, held = [], 0
        group.append(uid)
        held += size
    if group:
        yield group
