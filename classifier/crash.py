"""What may be said of an unforeseen error: its type and place, never its text."""

from __future__ import annotations

import traceback
from pathlib import Path


def without_words(error: Exception) -> str:
    """Describe an unforeseen error by type and place. Its own text might quote a message."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}"
    return f"internal error: {type(error).__name__} at {place}; please report it"
