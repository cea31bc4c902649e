"""The objects that annotation tools write, each tool's as a Row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from classifier.imports.labels import Names
from classifier.imports.rows import Fault, Found, ImportOptions, Mark, Row, ShapeError
from classifier.imports.tables import marks_in, names_in, text_and_more

Object = Mapping[str, Any]


def label_studio_row(place: str, task: Object, options: ImportOptions) -> Row:
    """Return the row of a task of Label Studio's JSON export: choices, and labels of words.

    Raises:
        ShapeError: nobody annotated it, or two who did disagree.
    """
    found = text_and_more({**task["data"], "id": task.get("id")}, options)
    kept = [a for a in task["annotations"] if not a.get("was_cancelled")]
    said = [tuple(_choices(annotation, Names(options.names))) for annotation in kept]
    if not said:
        raise ShapeError("nobody annotated it; finish it in Label Studio, or leave it out")
    _agree(said)
    marks = [mark for annotation in kept[:1] for mark in _labelled(annotation)]
    return Row(place, found.pop("text"), said[0], tuple(marks), fields=found)


def _choices(annotation: Object, names: Names) -> Iterator[tuple[str, bool]]:
    for result in annotation["result"]:
        if result.get("type") == "choices":
            yield from ((name, True) for name in names_in(result["value"], names))


def _labelled(annotation: Object) -> Iterator[Mark]:
    for result in annotation["result"]:
        if result.get("type") in ("labels", "hypertextlabels"):
            yield from marks_in(result["value"], "value")


def _agree(answers: Sequence[tuple[tuple[str, bool], ...]]) -> None:
    if len({frozenset(said) for said in answers}) > 1:
        raise ShapeError(
            f"its {len(answers)} annotators disagree; settle it in the tool and export again"
        )


def doccano_row(place: str, record: Object, options: ImportOptions) -> Row:
    """Return the row of a line of doccano's export: classes, marked words, or both.

    Raises:
        ShapeError: it has no text.
    """
    found = text_and_more({"text": record.get("data"), **record}, options)
    entries = [*record.get("label", ()), *record.get("cats", ()), *record.get("entities", ())]
    said = tuple((entry, True) for entry in entries if isinstance(entry, str))
    marks = tuple(_doccano_mark(entry) for entry in entries if not isinstance(entry, str))
    return Row(place, found.pop("text"), said, marks, fields=found)


def _doccano_mark(entry: Any) -> Mark:
    try:
        if isinstance(entry, Mapping):
            return Mark(int(entry["start_offset"]), int(entry["end_offset"]), str(entry["label"]))
        start, end, name = entry
        return Mark(int(start), int(end), str(name))
    except (KeyError, TypeError, ValueError):
        raise ShapeError(f"{entry!r} is neither a label nor a mark") from None


def prodigy_row(place: str, task: Object, options: ImportOptions) -> Row:
    """Return the row of an answer in Prodigy's `db-out`.

    A choice says no to what was not chosen; a yes-or-no question speaks of one label only, so the
    answers to one text are joined later. A rejected choice says nothing one could learn from.

    Raises:
        ShapeError: it was ignored, or it has no text.
    """
    verdict = task.get("answer")
    found = text_and_more({**task, "id": task.get("id")}, options)
    if verdict not in ("accept", "reject"):
        raise ShapeError(f"its answer is {verdict!r}, so it was left out")
    text = found.pop("text")
    if "label" in task and isinstance(task["label"], str):
        answer = (task["label"], verdict == "accept")
        return Row(place, text, (answer,), closed=False, fields=found)
    if verdict == "reject":
        raise ShapeError("it was rejected as a whole, which says nothing of its labels; left out")
    named = {str(o.get("id")): str(o.get("text", o.get("id"))) for o in task.get("options", ())}
    chosen = task.get("accept", ())
    known = Names(options.names)
    said = tuple((c if known.meaning(c) else named.get(c, c), True) for c in map(str, chosen))
    marks = [mark for span in task.get("spans", ()) for mark in _prodigy_marks(span, task, text)]
    return Row(place, text, said, tuple(marks), fields=found)


def _prodigy_marks(span: Object, task: Object, text: str) -> Iterator[Mark]:
    """Yield a span; where the task has tokens, they say which words it means."""
    quote = span.get("text")
    first, last = span.get("token_start"), span.get("token_end")
    tokens = task.get("tokens", ())
    if quote is None and isinstance(first, int) and isinstance(last, int) and tokens:
        held = tokens[first : last + 1]
        quote = "".join(t["text"] + (" " if t.get("ws", True) else "") for t in held).strip()
        quote = quote if quote in text else None
    yield from marks_in({**span, "text": quote}, "spans")


def argilla_row(place: str, record: Object, options: ImportOptions) -> Row:
    """Return the row of an Argilla record, nested (`fields`, `responses`) or flat.

    Raises:
        ShapeError: nobody answered, or two who did disagree.
    """
    fields = record.get("fields")
    flat = {key: value for key, value in record.items() if "." not in key}
    metadata = record.get("metadata") or {}
    base = {**metadata, **(fields if isinstance(fields, Mapping) else flat)}
    found = text_and_more({"id": record.get("id"), **base}, options)
    answers = list(_argilla_answers(record))
    if not answers:
        raise ShapeError("nobody answered it; finish it in Argilla, or leave it out")
    names = Names(options.names)
    said = [tuple((n, True) for v in values for n in names_in(v, names)) for values in answers]
    _agree(said)
    marks = [m for value in answers[0] if isinstance(value, list) for m in _argilla_marks(value)]
    return Row(place, found.pop("text"), said[0], tuple(marks), fields=found)


def _argilla_answers(record: Object) -> Iterator[list[Any]]:
    """Yield what each person answered, a value a question; drafts and discards are left out."""
    by_user: dict[str, list[Any]] = {}
    responses = record.get("responses") or {}
    for given in responses.values() if isinstance(responses, Mapping) else ():
        for response in given:
            if response.get("status", "submitted") == "submitted":
                by_user.setdefault(str(response.get("user_id")), []).append(response["value"])
    for key, values in record.items():
        if key.endswith(".responses") and isinstance(values, list):
            users = record.get(f"{key}.users") or range(len(values))
            statuses = record.get(f"{key}.status") or ["submitted"] * len(values)
            for user, status, value in zip(users, statuses, values, strict=False):
                if status == "submitted":
                    by_user.setdefault(str(user), []).append(value)
    yield from by_user.values()


def _argilla_marks(values: Sequence[Any]) -> Iterator[Mark]:
    for value in values:
        if isinstance(value, Mapping) and value.keys() >= {"start", "end"}:
            yield from marks_in(value, "span")


def joined(rows: Iterator[Found]) -> Iterator[Found]:
    """Join Prodigy's yes-or-no answers about the same text into one row, where the first stood."""
    kept: dict[str, Found] = {}
    for row in rows:
        if isinstance(row, Fault) or row.closed:
            kept[row.place] = row
            continue
        first = kept.setdefault(row.text, row)
        if isinstance(first, Row) and first is not row:
            kept[row.text] = replace(first, said=(*first.said, *row.said))
    yield from kept.values()
