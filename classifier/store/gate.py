"""The gate: a model that is worse than the one in use is not taken into use.

Both judge the same frozen messages, each with its own thresholds, whatever a settings file says.
The shipped model, and going back, need no gate: the way out must always be open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from classifier.checker import Checker
from classifier.evaluation.cases import Case
from classifier.evaluation.comparison import Comparison, compare
from classifier.evaluation.frozen import frozen_cases
from classifier.evaluation.results import Judge
from classifier.model import load, verify
from classifier.schema import ConfigError, DataError, ModelError
from classifier.store.durable import writing
from classifier.store.history import Entry, note
from classifier.store.models import Store
from classifier.store.places import DEFAULT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate decided about a model."""

    name: str
    before: str
    """The model that was in use until then."""
    taken: bool
    comparison: Comparison | None = None
    """None where nothing was to be compared, or could be."""
    losses: tuple[str, ...] = ()
    """Where it lost, a line each."""
    beside: str = ""
    """What it was compared with, where that is not `before`: that one is broken."""


def take(
    store: Store, name: str, cases: Sequence[Case] | None = None, *, force: bool = False
) -> Outcome:
    """Take a kept model into use, if it is no worse than the one in use.

    What happened is noted in the history, a refusal and the use of `force` too.

    Args:
        store: where the models are.
        name: of a kept model, or `default`.
        cases: labelled messages to compare on; by default the frozen ones.
        force: take it whatever the gate says.

    Raises:
        ModelError: there is no such model, or it is broken; `force` does not help.
        DataError: the frozen messages are missing; `force` helps.
        ConfigError: another process changed the model in use meanwhile.
    """
    if name not in store.names():
        raise ModelError(
            f"{name}: no model of `blastcheck models list` ({', '.join(store.names())}); a folder"
            " or file comes in by `blastcheck models import`"
        )
    before = store.in_use()
    new = load(store.folder(name))
    verify(new)
    outcome = Outcome(name, before, taken=True)
    if name not in (before, DEFAULT):
        outcome = _judged(store, outcome, Checker(new), cases, force=force)
    if name != before:
        _note(store, outcome, new.tag)
    return outcome


def _judged(
    store: Store, asked: Outcome, new: Checker, cases: Sequence[Case] | None, *, force: bool
) -> Outcome:
    """Return what the gate says to the question `asked`."""
    beside = asked.before if _is_whole(store, asked.before) else DEFAULT
    told = "" if beside == asked.before else beside
    try:
        cases = frozen_cases() if cases is None else cases
    except DataError as error:
        if not force:
            raise
        blind = (f"not compared: {error}",)
        return Outcome(asked.name, asked.before, taken=True, losses=blind, beside=told)
    found = compare(cases, judge_of(Checker(load(store.folder(beside)))), judge_of(new))
    losses = tuple(found.losses())
    return Outcome(asked.name, asked.before, not losses or force, found, losses, told)


def _is_whole(store: Store, name: str) -> bool:
    try:
        verify(load(store.folder(name)))
    except ModelError:
        return False
    return True


def judge_of(checker: Checker) -> Judge:
    """Return the function that judges messages by a checker."""
    return partial(checker.check_all, explain=False)


def _note(store: Store, outcome: Outcome, tag: str) -> None:
    """Note the outcome, unless the world has changed since it was judged."""
    with writing(store.where):
        if store.in_use() != outcome.before or outcome.name not in store.names():
            raise ConfigError(
                f"{outcome.name}: another blastcheck changed the models meanwhile; repeat the"
                " command"
            )
        entry = Entry(
            "used" if outcome.taken else "refused",
            outcome.name,
            tag,
            before=outcome.before,
            forced=outcome.taken and bool(outcome.losses),
            losses=outcome.losses,
        )
        note(store.where.history, entry)
