"""One judged message on its way from the worker that judged it to the outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from classifier.render.json_lines import json_line
from classifier.schema import Message, Report, Verdict
from classifier.sources import Failure, Record, place_key

Outcome = Verdict | Literal["failed"]


@dataclass(frozen=True)
class Entry:
    """A report and what goes with it, as text: it crosses processes and the disk unparsed."""

    key: int
    """64 bits that stand for the place, the same in every run."""
    digest: int
    """64 bits that stand for the content; 0 for a failure."""
    outcome: Outcome
    """The verdict, or `failed` for what could not be read or judged."""
    report_json: str
    """One line that `report.schema.json` describes. A failure is `not_judged`, with its reason."""
    extra_json: str
    """One line: `place`; `text` and `subject` if the plan keeps them; a note a finding."""

    @cached_property
    def report(self) -> dict[str, Any]:
        """The report as `Report.to_dict` gives it; not to be changed, see `with_report`."""
        return dict(json.loads(self.report_json))

    @cached_property
    def extra(self) -> dict[str, Any]:
        """What goes with the report."""
        return dict(json.loads(self.extra_json))

    @property
    def place(self) -> str:
        """Where the message stands, for people; unique in a run."""
        return str(self.extra["place"])

    def with_report(self, report: Mapping[str, Any]) -> Entry:
        """Return this entry with another report; its outcome follows the verdict."""
        outcome = self.outcome if self.outcome == "failed" else report["verdict"]
        return replace(self, outcome=outcome, report_json=json_line(dict(report)))


def entry_of(record: Record, report: Report, extra: Mapping[str, Any]) -> Entry:
    """Return the entry of a judged record."""
    return Entry(
        place_key(record.place),
        record.digest,
        report.verdict,
        json_line(report.to_dict()),
        json_line({"place": record.place, **extra}),
    )


def failed_entry(failure: Failure) -> Entry:
    """Return the entry of something that could not be read or judged."""
    message = Message("", id=failure.id, source=failure.source)
    why = f"{failure.place}: {failure.why}"
    return Entry(
        place_key(failure.place),
        0,
        "failed",
        json_line(Report(message, "other", "not_judged", not_judged=why).to_dict()),
        json_line({"place": failure.place}),
    )
