"""A connection to a mail server with one folder open, made anew when it breaks."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from classifier.schema import InputError
from classifier.sources.imap.address import Address

TIMEOUT = 60.0
"""Seconds without a byte from the server after which a connection counts as lost."""

BROKEN = (OSError, ValueError, imaplib.IMAP4.error)
"""What a lost connection or an answer that breaks the protocol raises."""

_DRAFTS = b"\\Drafts"
_SHOWN = 20


class Connection:
    """One folder, open without a right to change it."""

    def __init__(self, address: Address, password: str) -> None:
        self._address = address
        self._password = password
        self._client: Any = None
        self.folder = ""
        """Name of the open folder."""
        self.next_uid = 1
        """The UID that the next message to arrive was to have when the folder was opened."""
        self._validity = 0
        self._broken = False

    def place(self, uid: int) -> str:
        """Return the address of a message (RFC 5092)."""
        at = self._address
        scheme = "imaps" if at.tls else "imap"
        folder = quote(self.folder, safe="/")
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
            self._start()
            self._client.login(self._address.user, self._password)
            self._open()
        except LoginError:
            raise InputError(
                f"login refused for {self._address.user}; check the user and the password"
            ) from None
        except ssl.SSLCertVerificationError as error:
            raise InputError(
                f"certificate not trusted ({error.verify_message}); nothing was sent. If the server"
                " is your own, name its authority in SSL_CERT_FILE"
            ) from error
        except BROKEN as error:
            raise InputError(f"no connection: {_reason(error)}; check host and port") from error

    def _start(self) -> None:
        """Begin a connection that nobody can listen to."""
        from imapclient import IMAPClient, SocketTimeout  # noqa: PLC0415 - an extra

        at, context = self._address, ssl.create_default_context()
        timeout = SocketTimeout(connect=TIMEOUT, read=TIMEOUT)
        self._client = IMAPClient(
            at.host, at.port, ssl=at.tls, ssl_context=context if at.tls else None, timeout=timeout
        )
        if not at.tls:
            self._client.starttls(context)

    def _open(self) -> None:
        """Open the folder without a right to change it."""
        folder = self._address.folder or self._client.find_special_folder(_DRAFTS)
        if not folder:
            raise InputError(f"the server marks no folder as drafts; {self._folders()}")
        try:
            told = self._client.select_folder(folder, readonly=True)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise InputError(f"no folder {folder!r}; {self._folders()}") from error
        if self._validity and told[b"UIDVALIDITY"] != self._validity:
            raise InputError(f"folder {folder!r} was made anew while it was read; run it again")
        self.folder, self._validity = folder, told[b"UIDVALIDITY"]
        self.next_uid = told.get(b"UIDNEXT", 1)

    def _folders(self) -> str:
        names = sorted(str(name) for _, _, name in self._client.list_folders())
        more = ", ..." if len(names) > _SHOWN else ""
        return f"name one of {', '.join(names[:_SHOWN])}{more}"

    def ask(self, request: Callable[[Any], Any]) -> Any:
        """Put a request, over a new connection if the last request broke the old one."""
        if self._broken:
            self.close()
            self.connect()
        self._broken = True
        answer = request(self._client)
        self._broken = False
        return answer

    def ask_twice(self, request: Callable[[Any], Any]) -> Any:
        """Put a request, and once more when it breaks."""
        try:
            return self.ask(request)
        except BROKEN:
            pass
        try:
            return self.ask(request)
        except BROKEN as error:
            raise InputError(f"connection lost: {_reason(error)}; run it again") from error

    def close(self) -> None:
        """Say goodbye, or hang up if nobody listens."""
        if self._client:
            with suppress(*BROKEN):
                (self._client.shutdown if self._broken else self._client.logout)()
        self._client = None


def _reason(error: Exception) -> str:
    """Say what broke; the text of a protocol error might quote a message."""
    return getattr(error, "strerror", None) or type(error).__name__
