"""The one path through all of it: a message in, a report out. Start reading here."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from classifier.advice import advise
from classifier.config import Settings
from classifier.explain import changes, evidence, probability, reasons
from classifier.model import Model, Scored, find, load, silenced
from classifier.pipeline import memory_zones
from classifier.preparation import NotJudged, Prepared, prepare
from classifier.quoting import stretches_beside
from classifier.schema import LABELS, Aside, Label, Message, Report, Slip, Verdict
from classifier.slips import slips_in

BATCH_MESSAGES = 500
"""Messages judged together; between batches spaCy may forget words, see `memory_zones`."""


@dataclass(frozen=True)
class Checker:
    """Judges messages; holds the loaded model and the user's settings, no other state."""

    model: Model
    settings: Settings = field(default_factory=Settings)

    @classmethod
    def load(cls, folder: Path | None = None, *, settings: Settings | None = None) -> Checker:
        """Load the model in `folder`, by default the shipped one.

        Raises:
            ModelError: there is no model, or it is damaged.
        """
        settings = settings or Settings()
        model = load(find(folder or settings.model))
        return cls(silenced(model, settings.off) if settings.off else model, settings)

    def check(
        self, message: Message, *, ui_lang: str | None = None, explain: bool = True
    ) -> Report:
        """Judge one message.

        Args:
            message: What to judge.
            ui_lang: Language of the advice; by default the settings', else the message's own.
            explain: Also fill in `reasons` and `changes`, a third of the whole work.
        """
        return self._reports([message], ui_lang, explain=explain)[0]

    def check_all(self, messages: Iterable[Message], *, explain: bool = True) -> Iterator[Report]:
        """Yield one report a message, in the order given; see `check`. Reads lazily."""
        waiting = iter(messages)
        while batch := list(islice(waiting, BATCH_MESSAGES)):
            with ExitStack() as zones:
                zones.enter_context(_no_collection())
                for zone in memory_zones():
                    zones.enter_context(zone)
                reports = self._reports(batch, None, explain=explain)
            yield from reports

    def _reports(
        self, messages: Sequence[Message], ui_lang: str | None, *, explain: bool
    ) -> list[Report]:
        """Judge messages together, each as if it were alone."""
        prepared = [prepare(message) for message in messages]
        judged = [one for one in prepared if isinstance(one, Prepared)]
        for lang in {one.lang for one in judged}:
            self.model.check_golden_scores(lang)
        scored = iter(self.model.scorer.score_all([(p.reading, p.lang, p.facts) for p in judged]))
        return [
            self._judge(one, next(scored), ui_lang, explain=explain)
            if isinstance(one, Prepared)
            else self._not_judged(message, one, ui_lang)
            for message, one in zip(messages, prepared, strict=True)
        ]

    def _not_judged(self, message: Message, prepared: NotJudged, ui_lang: str | None) -> Report:
        return Report(
            message,
            prepared.lang,
            "not_judged",
            slips=self._slips(message, prepared.asides, ui_lang or prepared.lang),
            asides=prepared.asides,
            limits=prepared.limits,
            not_judged=prepared.why,
            model=self.model.tag,
        )

    def _judge(
        self, prepared: Prepared, scored: Scored, ui_lang: str | None, *, explain: bool
    ) -> Report:
        scores = {
            label: probability(score)
            for label, score in zip(LABELS, scored.scores.tolist(), strict=True)
        }
        flags, unsure = self._decide(scores)
        raised = (*flags, *unsure)
        found = tuple(
            item
            for item in evidence(self.model, prepared, scored, raised)
            if item.tactic not in self.settings.off
        )
        advice_lang = ui_lang or self.settings.ui_lang or prepared.lang
        offending = sorted((e for e in found if e.label), key=lambda e: -e.weight)
        return Report(
            prepared.message,
            prepared.lang,
            _verdict(flags, unsure),
            flags=flags,
            unsure=unsure,
            scores=scores,
            evidence=found,
            reasons=reasons(self.model, prepared, scored) if explain else (),
            advice=advise((item.tactic for item in offending), advice_lang),
            changes=changes(self.model, prepared, scored, found) if raised and explain else (),
            slips=self._slips(prepared.message, prepared.asides, advice_lang),
            asides=prepared.asides,
            limits=prepared.limits,
            model=self.model.tag,
        )

    def _slips(self, message: Message, asides: tuple[Aside, ...], lang: str) -> tuple[Slip, ...]:
        return slips_in(message, stretches_beside(message.text, asides), lang)

    def _decide(self, scores: dict[Label, float]) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
        """Return the labels flagged and those in doubt."""
        manifest = self.model.manifest
        thresholds = {**manifest.thresholds, **self.settings.thresholds}
        flags = tuple(label for label in LABELS if scores[label] >= thresholds[label])
        unsure = tuple(
            label
            for label in LABELS
            if label not in flags and scores[label] >= manifest.unsure[label]
        )
        return flags, unsure


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold Python's cycle collector back for one batch: it finds nothing, and costs a tenth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _verdict(flags: tuple[Label, ...], unsure: tuple[Label, ...]) -> Verdict:
    if flags:
        return "flag"
    return "unsure" if unsure else "ok"
