"""SpamAssassin's Bayes alone, one token database a label; its rules are about spam."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np

from classifier.corpus import Example
from classifier.schema import LABELS, Message
from peers import MissingPeerError, Peer, Trained, folder_size
from peers.letters import write_letters

SCRIPT = Path(__file__).with_suffix(".pl")


def train(examples: Sequence[Example], folder: Path) -> Trained:
    """Learn one database a label, of all languages."""
    if not which("sa-learn"):
        raise MissingPeerError("no program sa-learn; apt-get install spamassassin")
    with TemporaryDirectory() as scratch:
        paths = write_letters([example.message for example in examples], Path(scratch))
        for number, label in enumerate(LABELS):
            pairs = zip(paths, examples, strict=True)
            lines = [f"{example.labels[number]} {path}" for path, example in pairs]
            _run("learn", folder / label / "bayes", lines)

    def scores(messages: Sequence[Message]) -> np.ndarray:
        with TemporaryDirectory() as scratch:
            paths = [str(path) for path in write_letters(messages, Path(scratch))]
            columns = [_run("scan", folder / label / "bayes", paths).split() for label in LABELS]
        return np.array(columns, dtype=np.float64).T

    return Trained(scores, folder_size(folder))


def _run(what: str, database: Path, lines: Iterable[str]) -> str:
    """Run the Perl program beside this module; return what it prints."""
    database.parent.mkdir(exist_ok=True)
    done = subprocess.run(
        ["perl", str(SCRIPT), what, str(database)],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"SpamAssassin, {what}: {done.stderr[-1000:]}")
    return done.stdout


PEER = Peer("SpamAssassin's Bayes", explains=False, train=train)
