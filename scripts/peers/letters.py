"""Messages as mail on disk, for the filters that read nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from classifier.schema import Message


def write_letters(messages: Sequence[Message], folder: Path) -> list[Path]:
    """Write each message as a mail of its own; return the files, in the same order."""
    paths = []
    for number, message in enumerate(messages):
        letter = EmailMessage()
        if message.subject:
            letter["Subject"] = " ".join(message.subject.split())
        letter.set_content(message.text, cte="8bit")
        paths.append(folder / f"{number}.eml")
        paths[-1].write_bytes(letter.as_bytes())
    return paths
