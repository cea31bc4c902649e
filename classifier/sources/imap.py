r"""Drafts on a mail server (IMAP, RFC 9051), read without leaving a trace there.

`imaps://user@host/Folder`; without a folder the one that the server marks as `\Drafts` (RFC 6154).
The folder is opened with EXAMINE and messages are fetched with BODY.PEEK, so that nothing becomes
read. `imap://` begins in the clear and must be able to STARTTLS; certificates are always checked.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from classifier.readers import MAX_BYTES
from classifier.schema import InputError
from classifier.sources.record import Failure, Found, Notice, ReadOptions, Record

TIMEOUT = 60.0
"""Seconds without a byte from the server after which a connection counts as lost."""

SCHEMES = ("imaps://", "imap://")

_WINDOW = 10_000
"""UIDs that are asked for at once; what a server answers to all of them may be too long a line."""
_GROUP = 50
_GROUP_BYTES = 4_000_000
_SHOWN = 20
_DRAFTS = b"\\Drafts"
_TRIES = 2
_WHOLE = f"BODY.PEEK[]<0.{MAX_BYTES + 1}>"
_ANSWERED = b"BODY[]<0>"
_BROKEN = (OSError, ValueError, imaplib.IMAP4.error)
"""What a lost connection or an answer that breaks the protocol raises."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a folder is."""

    source: str
    """As the user wrote it."""
    user: str
    host: str
    port: int | None
    folder: str
    """Empty: the one for drafts."""
    tls: bool
    """From the first byte, not by STARTTLS."""

    @classmethod
    def parse(cls, source: str) -> Address:
        """Read an address.

        Raises:
            InputError: it has no user or host, or it has a password.
        """
        try:
            parts = urlsplit(source)
            port = parts.port
        except ValueError:
            raise InputError("not an address; write imaps://user@host/Folder") from None
        if parts.password is not None:
            scheme = f"{parts.scheme}://{parts.username}@{parts.hostname}"
            raise InputError(f"{scheme}: a password does not belong in an address; leave it out")
        if not parts.username or not parts.hostname:
            raise InputError("no user or host; write imaps://user@host/Folder")
        folder = unquote(parts.path.lstrip("/"))
        user, tls = unquote(parts.username), parts.scheme == "imaps"
        return cls(source, user, parts.hostname, port, folder, tls)


def is_address(source: str) -> bool:
    """Tell whether a source is a mail server."""
    return source.lower().startswith(SCHEMES)


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
    session = _Session(address, options.password(address.user, address.host))
    found = 0
    try:
        session.connect()
        for uids in session.windows():
            wanted = [uid for uid in uids if not options.held(session.place(uid))]
            found += len(uids)
            for start in range(0, len(wanted), _GROUP):
                yield from session.messages(wanted[start : start + _GROUP])
    finally:
        session.close()
    if not found:
        yield Notice(source, "an empty mailbox")


class _Session:
    """A connection with one folder open; made anew when it breaks."""

    def __init__(self, address: Address, password: str) -> None:
        self._address = address
        self._password = password
        self._client: Any = None
        self._folder = ""
        self._validity = 0
        self._next = 1
        self._broken = False

    def place(self, uid: int) -> str:
        """Return the address of a message (RFC 5092)."""
        at = self._address
        scheme = "imaps" if at.tls else "imap"
        folder = quote(self._folder, safe="/")
        base = f"{scheme}://{at.user}@{at.host}/{folder};UIDVALIDITY={self._validity}"
        return f"{base}/;UID={uid}"

    def connect(self) -> None:
        """Log in and open the folder.

        Raises:
            InputError: that cannot be done; the text says which step failed.
        """
        try:
            from imapclient.exceptions import LoginError  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise InputError(
                "reading mail servers needs: pip install 'blastcheck[imap]'"
            ) from error
        try:
            client = self._client = self._connected()
            client.login(self._address.user, self._password)
        except LoginError:
            raise InputError(
                f"login refused for {self._address.user}; check the user and the password"
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise InputError(
                f"certificate not trusted ({error.verify_message}); nothing was sent. If the server"
                " is your own, name its authority in SSL_CERT_FILE"
            ) from error
        except _BROKEN as error:
            raise InputError(f"no connection: {_reason(error)}; check host and port") from error
        self._open()

    def _connected(self) -> Any:
        from imapclient import IMAPClient, SocketTimeout  # noqa: PLC0415 - an extra

        at, context = self._address, ssl.create_default_context()
        timeout = SocketTimeout(connect=TIMEOUT, read=TIMEOUT)
        if at.tls:
            return IMAPClient(at.host, at.port, ssl=True, ssl_context=context, timeout=timeout)
        client = IMAPClient(at.host, at.port, ssl=False, timeout=timeout)
        client.starttls(context)
        return client

    def _open(self) -> None:
        """Open the folder without a right to change it."""
        folder = self._address.folder or self._client.find_special_folder(_DRAFTS)
        if not folder:
            raise InputError(f"the server marks no folder as drafts; {self._folders()}")
        try:
            told = self._client.select_folder(folder, readonly=True)
        except imaplib.IMAP4.error as error:
            raise InputError(f"no folder {folder!r}; {self._folders()}") from error
        if self._validity and told[b"UIDVALIDITY"] != self._validity:
            raise InputError(f"folder {folder!r} was made anew while it was read; run it again")
        self._folder, self._validity = folder, told[b"UIDVALIDITY"]
        self._next = told.get(b"UIDNEXT", 1)

    def _folders(self) -> str:
        names = sorted(str(name) for _, _, name in self._client.list_folders())
        more = ", ..." if len(names) > _SHOWN else ""
        return f"name one of {', '.join(names[:_SHOWN])}{more}"

    def windows(self) -> Iterator[list[int]]:
        """Yield the UIDs of the folder in ascending lists, those that arrive meanwhile too."""
        low, width = 1, _WINDOW
        while low < self._next:
            uids = self._search(f"{low}:{low + width - 1}")
            low = min(low + width, self._next)
            width = _WINDOW if uids else 2 * width  # old folders begin with a long gap
            yield uids
        while uids := [uid for uid in self._search(f"{low}:*") if uid >= low]:
            low = uids[-1] + 1
            yield uids

    def _search(self, uids: str) -> list[int]:
        return sorted(self._patiently(lambda client: client.search(["UID", uids])))

    def messages(self, uids: Sequence[int]) -> Iterator[Record | Failure]:
        """Yield the messages with these UIDs, in order."""
        if not uids:
            return
        told = self._patiently(lambda client: client.fetch(uids, ["RFC822.SIZE"]))
        sizes = {uid: int(told.get(uid, {}).get(b"RFC822.SIZE", 0)) for uid in uids}
        for group in _groups(sizes):
            yield from self._group(group)

    def _group(self, uids: Sequence[int]) -> Iterator[Record | Failure]:
        """Fetch some messages together; when that breaks, one by one."""
        try:
            found = self._ask(lambda client: client.fetch(uids, [_WHOLE]))
        except _BROKEN:
            yield from map(self._alone, uids)
        else:
            for uid in uids:
                yield self._found(uid, found)

    def _alone(self, uid: int) -> Record | Failure:
        for _ in range(_TRIES):
            try:
                return self._found(uid, self._ask(lambda client: client.fetch([uid], [_WHOLE])))
            except _BROKEN:
                continue
        return self._failed(uid, "the server cannot send it whole; look at it in your mail program")

    def _found(self, uid: int, found: Any) -> Record | Failure:
        content = found.get(uid, {}).get(_ANSWERED)
        if content is None:
            return self._failed(uid, "gone before it was read; another program moved or deleted it")
        name = f"{self._folder}#{uid}"
        source = self._address.source
        return Record(self.place(uid), name, source, content, "eml", len(content))

    def _failed(self, uid: int, why: str) -> Failure:
        return Failure(self.place(uid), why, self._address.source, 0, f"{self._folder}#{uid}")

    def _ask(self, request: Callable[[Any], Any]) -> Any:
        """Put a request, over a new connection if the last request broke the old one."""
        if self._broken:
            self.close()
            self.connect()
        self._broken = True
        answer = request(self._client)
        self._broken = False
        return answer

    def _patiently(self, request: Callable[[Any], Any]) -> Any:
        """Put a request, and once more when it breaks."""
        try:
            return self._ask(request)
        except _BROKEN:
            pass
        try:
            return self._ask(request)
        except _BROKEN as error:
            raise InputError(f"connection lost: {_reason(error)}; run it again") from error

    def close(self) -> None:
        """Say goodbye, or hang up if nobody listens."""
        if self._client:
            with suppress(*_BROKEN):
                (self._client.shutdown if self._broken else self._client.logout)()
        self._client = None


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


def _reason(error: Exception) -> str:
    """Say what broke; the text of a protocol error might quote a message."""
    return getattr(error, "strerror", None) or type(error).__name__
