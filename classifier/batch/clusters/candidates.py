"""Pairs of letters that may be copies: MinHash signatures in bands (LSH), sorted on disk.

A band is a number a letter; letters with equal numbers are candidates. Bands are written to disk
and looked at one after the other, and in each a letter is compared with its next neighbours only,
so that a million letters with one footer cost no more than others.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

import numpy as np
from rensa import RMinHash

BANDS = 42
ROWS = 3
"""Numbers of the signature that must agree in a band: two letters that share 40% of their word
pairs meet in some band with 94%, two that share 5% with half a percent."""
SKETCH = 32
"""Bytes kept in memory of each signature, to drop candidates that agree by chance."""
LEAST = 0.15
"""Share of the sketch that must agree."""
NEIGHBOURS = 4
"""Next letters of a band that each is compared with."""

_SEED = 20261123
_PIECE = 262_144
_EMPTY = np.uint32(0xFFFFFFFF)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Bands:
    """The signatures of all letters; memory: 32 bytes a letter."""

    def __init__(self) -> None:
        self._files = [
            cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - closed in close
            for _ in range(BANDS)
        ]
        self._sketches: list[np.ndarray] = []

    def add(self, words: np.ndarray, offsets: np.ndarray) -> None:
        """Add letters.

        Args:
            words: uint32, the words of all of them.
            offsets: Where each begins and the last one ends, (letters + 1,).
        """
        pairs, starts = _word_pairs(words, offsets)
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(
            pairs, starts.astype(np.uint64), BANDS * ROWS, _SEED
        )
        rows = np.array(matrix.to_rows(), np.uint32).reshape(len(offsets) - 1, BANDS * ROWS)
        empty = np.diff(starts) == 0
        for band, file in enumerate(self._files):
            keys = _mixed(rows[:, band * ROWS : (band + 1) * ROWS])
            keys[empty] = _EMPTY
            file.write(keys.tobytes())
        self._sketches.append((rows[:, :SKETCH] & 0xFF).astype(np.uint8))

    def pairs(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield candidates: the indexes of the one and of the other, int64."""
        sketches = np.concatenate(self._sketches) if self._sketches else np.empty((0, SKETCH))
        self._sketches = [sketches]
        for file in self._files:
            file.seek(0)
            keys = np.frombuffer(file.read(), np.uint32)
            order = np.lexsort((sketches[:, 0], sketches[:, 1], keys)) if len(keys) else keys
            for distance in range(1, NEIGHBOURS + 1):
                yield from _neighbours(keys, order, distance, sketches)

    def close(self) -> None:
        """Give the disk space back."""
        for file in self._files:
            file.close()


def _word_pairs(words: np.ndarray, offsets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return uint64 numbers for neighbouring words of each letter, and the offsets among them."""
    wide = words.astype(np.uint64)
    pairs = ((wide[:-1] << np.uint64(32)) | wide[1:]) * _MIX
    lengths = np.maximum(np.diff(offsets.astype(np.int64)) - 1, 0)
    inside = np.ones(len(pairs), bool)
    edges = offsets[1:-1].astype(np.int64) - 1
    inside[edges[(edges >= 0) & (edges < len(pairs))]] = False
    return pairs[inside], np.concatenate([[0], np.cumsum(lengths)])


def _mixed(rows: np.ndarray) -> np.ndarray:
    """Return one uint32 for the numbers of each row."""
    mixed = np.zeros(len(rows), np.uint64)
    for column in rows.T:
        mixed = (mixed ^ column.astype(np.uint64)) * _MIX
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def _neighbours(
    keys: np.ndarray, order: np.ndarray, distance: int, sketches: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for start in range(0, len(order) - distance, _PIECE):
        some = order[start : start + _PIECE + distance]
        first, second = some[:-distance], some[distance:]
        same = (keys[first] == keys[second]) & (keys[first] != _EMPTY)
        first, second = first[same], second[same]
        agree = (sketches[first] == sketches[second]).sum(axis=1)
        near = agree >= LEAST * SKETCH
        yield first[near], second[near]
