"""Hashed word and character n-grams: which buckets a token and a pair of tokens fall into.

The hash is CRC-32 (RFC 1952), which every runtime has; numbers, links and addresses count as
one word each, since which number it is must not matter.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

PAIR_MULTIPLIER = 0x9E3779B1
"""Odd constant of Fibonacci hashing (Knuth, TAOCP 6.4): sets the first word of a pair apart."""


@dataclass(frozen=True, slots=True)
class HashSpec:
    """How n-grams become columns. Stored with a model; models/FORMAT.md explains it."""

    word_bits: int = 18
    """Word 1- and 2-grams fall into 2 ** word_bits buckets."""
    char_bits: int = 17
    """Character n-grams of a word fall into 2 ** char_bits buckets."""
    char_ngrams: tuple[int, int] = (3, 5)
    """Shortest and longest character n-gram, of the word between two blanks."""

    @property
    def n_columns(self) -> int:
        """Columns of the n-gram block: the word buckets, then the character buckets."""
        return (1 << self.word_bits) + (1 << self.char_bits)


def feature_word(norm: str) -> str:
    """Return the word a token counts as; empty for white space.

    >>> feature_word("2026"), feature_word("a@example.org"), feature_word("!!!"), feature_word("cv")
    ('0', '@', '!!', 'cv')
    """
    first = norm[0]
    if first.isspace():
        return ""
    if first.isdigit():
        return "0"
    if "@" in norm:
        return "@"
    if norm.startswith(("http://", "https://", "www.")):
        return "www"
    if first.isalpha():
        return norm
    return first * min(len(norm), 2) if first not in "{[" else "{}"


def crc(word: str) -> int:
    """Return the CRC-32 of `word` in UTF-8."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


def word_column(hashed: int, spec: HashSpec) -> int:
    """Return the column of a word of this hash."""
    return (hashed ^ hashed >> 16) & ((1 << spec.word_bits) - 1)


def char_columns(word: str, spec: HashSpec) -> list[int]:
    """Return the columns of the character n-grams of `word`, one an occurrence."""
    if not word[0].isalpha():
        return []
    framed = f" {word} "
    offset, mask = 1 << spec.word_bits, (1 << spec.char_bits) - 1
    shortest, longest = spec.char_ngrams
    hashes = (
        crc(framed[i : i + n])
        for n in range(shortest, longest + 1)
        for i in range(len(framed) - n + 1)
    )
    return [offset + ((h ^ h >> 16) & mask) for h in hashes]


def pair_columns(hashes: np.ndarray, spec: HashSpec) -> np.ndarray:
    """Return the columns of the pairs of neighbours.

    Args:
        hashes: uint32 (n,), CRC-32 of the words.
        spec: how many buckets there are.

    Returns:
        int64 (n - 1,), column of each pair; empty for fewer than two words.
    """
    mixed = hashes[:-1] * np.uint32(PAIR_MULTIPLIER) ^ hashes[1:]
    mixed ^= mixed >> np.uint32(15)
    columns: np.ndarray = (mixed & np.uint32((1 << spec.word_bits) - 1)).astype(np.int64)
    return columns
