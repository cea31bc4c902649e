"""The address of a folder on a mail server."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from classifier.schema import InputError

SCHEMES = ("imaps://", "imap://")


def is_address(source: str) -> bool:
    """Tell whether a source is a mail server."""
    return source.lower().startswith(SCHEMES)


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
