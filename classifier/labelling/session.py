"""The loop: a question, an answer kept at once, the next question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.checker import Checker
from classifier.labelling.answers import Answer, Answers, Row
from classifier.labelling.choice import Chooser, Picked
from classifier.labelling.pool import Candidate
from classifier.schema import LABELS, Label, Report


@dataclass(frozen=True, slots=True)
class Question:
    """A message to label."""

    candidate: Candidate
    report: Report
    """What blastcheck says of it: the marked words."""
    picked: Picked
    answered: int
    """Answers so far."""
    left: int
    """Messages of the pool that were not answered."""


class Session:
    """Asks about a pool, and keeps what is answered."""

    def __init__(self, pool: Sequence[Candidate], answers: Answers, checker: Checker) -> None:
        self._pool, self._answers, self._checker = pool, answers, checker
        self._chooser = Chooser(pool, _thresholds(checker))
        places = {_key_of(one): i for i, one in enumerate(pool)}
        self._done = [places[key] for key in map(_key, answers.rows) if key in places]
        self._skipped: list[int] = []
        self._now: tuple[int, Picked] | None = None
        self._move()

    def question(self) -> Question | None:
        """Return what is asked now; None when nothing is left."""
        if self._now is None:
            return None
        place, picked = self._now
        candidate = self._pool[place]
        report = self._checker.check(candidate.message, explain=False)
        left = len(self._pool) - len(self._done)
        return Question(candidate, report, picked, len(self._answers.rows), left)

    def answer(self, answer: Answer) -> None:
        """Keep an answer to the question, and go on.

        Raises:
            ConfigError: it cannot be written; the question stays.
        """
        if self._now is not None:
            place, picked = self._now
            self._answers.add(self._pool[place], answer, picked)
            self._done.append(place)
            self._move()

    def skip(self) -> None:
        """Ask about something else first."""
        if self._now is not None:
            self._skipped.append(self._now[0])
            self._move()

    def undo(self) -> bool:
        """Take back the last answer and ask again; False if it was not about this pool."""
        last = self._answers.rows[-1:]
        if not self._done or [_key(row) for row in last] != [_key_of(self._pool[self._done[-1]])]:
            return False
        self._answers.undo()
        self._now = self._done.pop(), last[0]["picked"]
        return True

    def _move(self) -> None:
        self._now = self._chooser.pick(self._done, frozenset(self._skipped))


def _key_of(candidate: Candidate) -> tuple[str, str]:
    return candidate.text, candidate.subject


def _key(row: Row) -> tuple[str, str]:
    return row["text"], row.get("subject", "")


def _thresholds(checker: Checker) -> dict[Label, float]:
    own = {**checker.model.manifest.thresholds, **checker.settings.thresholds}
    return {label: own[label] for label in LABELS}
