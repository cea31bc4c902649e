"""A model is a folder that says what it is: `model.json` and `weights.npz`.

Loading runs no code from the folder and checks the weights' hash and shapes; before the first
verdict in a language its golden message is scored again. The hash guards against mix-ups, not
against someone who rewrites both.
"""

from __future__ import annotations

from classifier.config import find_model as find
from classifier.config import shipped_model as shipped
from classifier.model.folder import Manifest, Model, load, save, silenced, verify
from classifier.model.scoring import Scored, Scorer
from classifier.model.weights import Weights

__all__ = [
    "Manifest",
    "Model",
    "Scored",
    "Scorer",
    "Weights",
    "find",
    "load",
    "save",
    "shipped",
    "silenced",
    "verify",
]
