"""spaCy's DocBin files, `.spacy`: documents with categories and spans, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from classifier.schema import InputError


@dataclass(frozen=True, slots=True)
class Document:
    """What a Doc says of a text."""

    text: str
    cats: Mapping[str, float]
    """Category -> how sure, 0 to 1."""
    spans: tuple[tuple[int, int, str], ...]
    """Start and end in code points, and label, of all span groups and entities."""


def read_docbin(content: bytes, source: str) -> Iterator[Document]:
    """Yield the documents of a `.spacy` file. Loading runs no code: it holds numbers and strings.

    Raises:
        InputError: it is damaged, or no DocBin.
    """
    vocab = Vocab()
    try:
        for doc in DocBin().from_bytes(content).get_docs(vocab):
            yield Document(doc.text, dict(doc.cats), tuple(_spans(doc)))
    except Exception as error:  # msgpack, zlib, srsly and spaCy each have their own
        raise InputError(f"{source}: no whole .spacy file of spaCy 3; save it again") from error


def _spans(doc: Doc) -> Iterator[tuple[int, int, str]]:
    groups = [span for group in doc.spans.values() for span in group]
    yield from dict.fromkeys((s.start_char, s.end_char, s.label_) for s in (*groups, *doc.ents))
