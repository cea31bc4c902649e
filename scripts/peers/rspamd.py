"""rspamd's Bayes: named, so that its absence shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from classifier.corpus import Example
from peers import MissingPeerError, Peer, Trained


def train(_examples: Sequence[Example], _folder: Path) -> Trained:
    """Say why it is not trained here."""
    raise MissingPeerError("its Bayes learns only through a running rspamd and a Redis server")


PEER = Peer("rspamd's Bayes", explains=False, train=train)
