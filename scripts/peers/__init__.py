"""What one could use in place of blastcheck, each trained on the same messages: a module a peer.

A peer's `train` learns from labelled messages and returns a Trained; it raises MissingPeerError,
with the reason, where the peer cannot run here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.corpus import Example
from classifier.schema import Message


class MissingPeerError(Exception):
    """A peer cannot run on this machine; the text says why, and what would change it."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A peer that has learned."""

    scores: Callable[[Sequence[Message]], np.ndarray]
    """Messages to float64 (n, n_labels): the higher, the more likely; on any scale."""
    size: int
    """Bytes of what it learned, as it lies on disk."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to tell the labels from a text."""

    name: str
    explains: bool
    """Whether it says which words its score comes from."""
    train: Callable[[Sequence[Example], Path], Trained]
    """Learns from examples; the folder is empty, its own, and outlives the Trained."""


def text_of(message: Message) -> str:
    """Return what every peer reads: the subject, then the text."""
    return f"{message.subject}\n{message.text}" if message.subject else message.text


def folder_size(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
