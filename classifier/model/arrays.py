"""The arrays of `weights.npz`: how they are stored, and back."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from classifier.features.words import HashSpec
from classifier.model.weights import Weights

MEMBERS = {
    "columns": np.int32,
    "idf": np.float16,
    "acts": np.int8,
    "act_scales": np.float32,
    "grams": np.float16,
    "passages": np.int8,
    "passage_scales": np.float32,
    "act_relations": np.float32,
    "act_classes": np.int8,
    "act_intercepts": np.float64,
    "passage_intercepts": np.float64,
    "message": np.float64,
    "intercepts": np.float64,
}
"""Arrays of `weights.npz` and how they are stored."""

_IN_UNITS = {"acts": "act_scales", "act_classes": "act_scales", "passages": "passage_scales"}
"""int8 array -> its units, a column each; they stay int8 in memory."""


def pack(weights: Weights) -> dict[str, np.ndarray]:
    """Return the arrays of `weights.npz`: some as int8 with a scale a column, n-grams float16."""
    wide = {name: getattr(weights, name) * getattr(weights, u) for name, u in _IN_UNITS.items()}
    arrays = {name: getattr(weights, name) for name in MEMBERS}
    for units in dict.fromkeys(_IN_UNITS.values()):
        mine = [name for name, own in _IN_UNITS.items() if own == units]
        largest = np.max([np.abs(wide[name]).max(axis=0, initial=1e-9) for name in mine], axis=0)
        arrays[units] = largest / 127
        arrays |= {name: np.rint(wide[name] / arrays[units]) for name in mine}
    return {name: arrays[name].astype(dtype) for name, dtype in MEMBERS.items()}


def unpack(arrays: dict[str, np.ndarray], hashing: HashSpec) -> Weights:
    """Return the weights as they will be added up: float64, but for what stays int8."""
    same = ("columns", *_IN_UNITS)
    as_stored = {name: arrays[name].astype(MEMBERS[name]) for name in same}
    wide = {name: arrays[name].astype(np.float64) for name in MEMBERS if name not in as_stored}
    return Weights(hashing=hashing, **as_stored, **wide)


def npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    """Return an uncompressed .npz without the clock: `np.savez` would stamp the time.

    Unpacking would cost a fiftieth of a cold start, and compressed bytes depend on the library.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(info, member.getvalue())
    return buffer.getvalue()
