"""Why a message got its scores: evidence in its words, reasons that add up, and what would change.

Nothing here is a story about the run; all of it is terms of the one sum that is the score.
"""

from __future__ import annotations

from classifier.explain.changes import changes
from classifier.explain.evidence import evidence
from classifier.explain.probability import probability
from classifier.explain.reasons import reasons

__all__ = ["changes", "evidence", "probability", "reasons"]
