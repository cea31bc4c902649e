"""The arrays of `weights.npz`: how they are stored, and back."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from classifier.features.words import HashSpec
from classifier.model.scoring import Weights

MEMBERS = {
    "columns": np.int32,
    "idf": np.float16,
    "acts": np.int8,
    "act_scales": np.float32,
    "grams": np.float16,
    "act_relations": np.float32,
    "act_classes": np.int8,
    "act_intercepts": np.float64,
    "message": np.float64,
    "intercepts": np.float64,
}
"""Arrays of `weights.npz` and how they are stored."""

_IN_ACT_SCALES = ("acts", "act_classes")
"""Arrays in units of `act_scales`; they stay int8 in memory."""


def pack(weights: Weights) -> dict[str, np.ndarray]:
    """Return the arrays of `weights.npz`: acts as int8 with a scale a tactic, n-grams float16."""
    act_arrays = {name: getattr(weights, name) * weights.act_scales for name in _IN_ACT_SCALES}
    largest = [np.abs(array).max(axis=0) for array in act_arrays.values()]
    scales = np.maximum(np.max(largest, axis=0), 1e-9) / 127
    arrays = {name: getattr(weights, name) for name in MEMBERS}
    arrays |= {name: np.rint(array / scales) for name, array in act_arrays.items()}
    arrays["act_scales"] = scales
    return {name: arrays[name].astype(dtype) for name, dtype in MEMBERS.items()}


def unpack(arrays: dict[str, np.ndarray], hashing: HashSpec) -> Weights:
    """Return the weights as they will be added up: float64, but for the acts, which stay int8."""
    same = ("columns", *_IN_ACT_SCALES)
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
