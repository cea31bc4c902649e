"""bogofilter: the Bayesian mail filter of Raymond, one word list a label."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np

from classifier.corpus import Example
from classifier.schema import LABELS, Message
from peers import MissingPeerError, Peer, Trained, folder_size
from peers.letters import write_letters


def train(examples: Sequence[Example], folder: Path) -> Trained:
    """Learn one word list a label, of all languages."""
    if not which("bogofilter"):
        raise MissingPeerError("no program bogofilter; apt-get install bogofilter")
    with TemporaryDirectory() as scratch:
        paths = write_letters([example.message for example in examples], Path(scratch))
        for number, label in enumerate(LABELS):
            (folder / label).mkdir()
            for option, value in (("-s", 1), ("-n", 0)):
                mine = [
                    p for p, e in zip(paths, examples, strict=True) if e.labels[number] == value
                ]
                _run(folder / label, [option, "-b"], mine)

    def scores(messages: Sequence[Message]) -> np.ndarray:
        with TemporaryDirectory() as scratch:
            paths = write_letters(messages, Path(scratch))
            printed = [_run(folder / label, ["-TT", "-b"], paths) for label in LABELS]
        columns = [[float(line.split()[-1]) for line in lines.splitlines()] for lines in printed]
        return np.array(columns).T

    return Trained(scores, folder_size(folder))


def _run(words: Path, options: Sequence[str], letters: Sequence[Path]) -> str:
    """Run bogofilter on files named on its standard input; return what it prints."""
    done = subprocess.run(
        ["bogofilter", "-C", "-d", str(words), *options],
        input="".join(f"{path}\n" for path in letters),
        capture_output=True,
        text=True,
        check=False,
    )
    last_good = 2  # 0 spam, 1 ham, 2 unsure, 3 an error
    if done.returncode > last_good:
        raise RuntimeError(f"bogofilter {' '.join(options)}: {done.stderr}")
    return done.stdout


PEER = Peer("bogofilter", explains=False, train=train)
