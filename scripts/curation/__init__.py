"""The care of the corpus: its rules, its kinds, its gates and what is told of it.

`scripts/corpus.py` is the command; nothing of this is part of the installed package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

Record = dict[str, Any]
"""A labelled message, as data/README.md lists its fields."""
