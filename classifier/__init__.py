"""blastcheck: a check before you press Send.

>>> from classifier import Checker, Message
>>> checker = Checker.load()
>>> checker.check(Message(text="Could we move our call to Thursday at ten?")).verdict
'ok'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from classifier.schema import Message, Report

if TYPE_CHECKING:
    from classifier.checker import Checker
    from classifier.readers import read_messages

__all__ = ["Checker", "Message", "Report", "read_messages"]


def __getattr__(name: str) -> Any:
    """Import what is slow to import at first use, so that `blastcheck --help` answers at once."""
    if name == "Checker":
        from classifier.checker import Checker  # noqa: PLC0415

        return Checker
    if name == "read_messages":
        from classifier.readers import read_messages  # noqa: PLC0415

        return read_messages
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
