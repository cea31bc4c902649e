"""Where messages come from: files, folders, mailboxes, tables, chats, servers.

`read_sources` yields every message lazily and in order, without parsing it, and never raises for
what a source holds: a broken place is a Failure, and what follows it is still read.
"""

from classifier.sources.files import FORMATS, read_sources, size_of
from classifier.sources.imap import Address, is_address
from classifier.sources.record import Failure, Found, Notice, ReadOptions, Record, place_key

__all__ = [
    "FORMATS",
    "Address",
    "Failure",
    "Found",
    "Notice",
    "ReadOptions",
    "Record",
    "is_address",
    "place_key",
    "read_sources",
    "size_of",
]
