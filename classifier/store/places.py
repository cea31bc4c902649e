"""Where the local data are."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

DATA_VARIABLE = "BLASTCHECK_DATA"
"""Environment variable that names the folder of the local data."""

DEFAULT = "default"
"""Name of the shipped model. It lies in the package, never among the local data."""

NAME = re.compile(
    r"(?!(?:con|nul|prn|aux|com\d|lpt\d)(?:\.|$))[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?"
)
"""Of a model. Small letters, so that a name means the same folder on every system; no device of
Windows."""


def data_folder() -> Path:
    """Return the folder of the local data: the variable's, else the platform's; it may not exist.

    On Linux `~/.local/share/blastcheck`.
    """
    if named := os.environ.get(DATA_VARIABLE):
        return Path(named)
    from platformdirs import user_data_path  # noqa: PLC0415 - 5 ms that the variable does not need

    return user_data_path("blastcheck", appauthor=False)


@dataclass(frozen=True, slots=True)
class Places:
    """The files and folders of the local data."""

    folder: Path

    @property
    def models(self) -> Path:
        """A folder a model."""
        return self.folder / "models"

    @property
    def history(self) -> Path:
        """What was done with models, a JSON object a line; says which model is in use."""
        return self.folder / "history.jsonl"

    @property
    def feedback(self) -> Path:
        """Messages with the labels that their readers gave, as `blastcheck train` takes them."""
        return self.folder / "feedback.jsonl"

    @property
    def lock(self) -> Path:
        """Held by whoever writes."""
        return self.folder / "lock"


def places() -> Places:
    """Return the places of this machine's local data."""
    return Places(data_folder())
