"""From annotators' codes to labels, and the exceptions that keep a label at 0.

The rule is that of `data/GUIDELINES.md`; `faults` proves it for every record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from classifier import corpus
from classifier.schema import CODES, LABELS
from curation import Record

KINDS = ("offence", "hard_negative", "ordinary")

EXCEPTIONS: Mapping[str, frozenset[str]] = {
    "advertised_post": frozenset({"S3", "S4"}),
    "tailored": frozenset({"S1", "S4"}),
    "known_person": frozenset({"S1", "S4"}),
    "closeness": frozenset({"S2", "S5"}),
    "invited_thread": frozenset({"S2", "S4", "S5"}),
}
"""Exception -> the secondaries it lifts; any other code of cv_blast beside them loses it.

`data/GUIDELINES.md#exceptions` says when each holds.
"""

_CODE_OF = {tactic: code for code, tactic in CODES.items()}


def labels_of(codes: Iterable[str], exception: str | None = None) -> tuple[int, int]:
    """Return (cv_blast, give_to_get) as they follow from codes and exception.

    Any primary (P) or two secondaries (S, I) make a cv_blast, any link (L) a give_to_get. An
    exception lifts secondaries only, and never a link.

    Raises:
        KeyError: `exception` is none of EXCEPTIONS.
    """
    codes = set(codes)
    secondaries = {code for code in codes if code[0] in "SI"}
    lifted = exception is not None and secondaries <= EXCEPTIONS[exception]
    return corpus.labels_of(codes - secondaries if lifted else codes)


def faults(record: Record) -> Iterator[str]:
    """Yield where labels, codes, exception, marks and kind disagree."""
    if "⟦" in record["text"] or "⟧" in record["text"]:
        yield "a mark ⟦tactic|words⟧ is misspelt: its brackets stand in the text"
    codes = set(record["codes"])
    labels = tuple(record[label] for label in LABELS)
    exception = record.get("exception")
    if exception is not None and exception not in EXCEPTIONS:
        yield f"exception {exception!r} is none of {', '.join(EXCEPTIONS)}"
    elif labels != labels_of(codes, exception):
        beside = f" and exception {exception}" if exception else ""
        yield f"labels {labels} do not follow from codes {sorted(codes)}{beside}"
    elif exception and labels == labels_of(codes):
        yield f"exception {exception} changes nothing beside codes {sorted(codes)}"
    marked = {_CODE_OF[s["tactic"]] for s in record["spans"] if s["tactic"] in _CODE_OF}
    if marked != codes:
        yield f"codes {sorted(codes)} but marks {sorted(marked)}"
    if record["kind"] not in KINDS or (record["kind"] == "offence") != any(labels):
        yield f"kind {record['kind']!r} with labels {labels}"
