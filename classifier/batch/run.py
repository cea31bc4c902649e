"""The path of a batch: sources, judging, journal, findings, outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from classifier.batch.entry import Entry
from classifier.batch.findings import Conclusion
from classifier.batch.journal import Journal
from classifier.batch.parallel import judge_all
from classifier.batch.sinks import KEEPS_TEXT, check_installed, open_sink
from classifier.batch.summary import Summary
from classifier.batch.task import Item, Task
from classifier.batch.whole import check_place, whole_file
from classifier.sources import Failure, Notice, ReadOptions, read_sources


@dataclass(frozen=True)
class Output:
    """A file to write."""

    path: Path
    format: str
    """A key of `sinks.SINKS`."""


@dataclass(frozen=True)
class Plan:
    """One run."""

    sources: Sequence[str]
    outputs: Sequence[Output]
    """At least one; the journal stands beside the first."""
    task: Task = field(default_factory=Task)
    options: ReadOptions = field(default_factory=ReadOptions)
    jobs: int = 1
    resume: bool = False

    @property
    def journal(self) -> Path:
        """Where the journal stands while the run lasts."""
        first = self.outputs[0].path
        return first.with_name(f"{first.name}.partial")

    def fingerprint(self) -> dict[str, Any]:
        """Return what must be the same to go on with an interrupted run, as JSON."""
        settings = {k: str(v) for k, v in asdict(self.task.settings).items() if k != "color"}
        return {
            "sources": list(self.sources),
            "settings": settings,
            "language": self.task.lang,
            "explanation": self.task.explain,
            "findings": [finding.name for finding in self.task.findings],
            "text": self.task.keep_text,
            "input format": self.options.format,
            "columns": dict(self.options.columns),
            "template": self.options.template and str(self.options.template),
            "sender": self.options.sender,
        }


@dataclass
class Watcher:
    """What a run tells while it runs; the command draws a bar from it."""

    moved: Callable[[int, int], None] = lambda _messages, _bytes: None
    """Messages done and bytes of sources read since the last call."""
    complain: Callable[[str], None] = lambda _text: None
    """A failure or notice, one line with its place."""


def run_batch(plan: Plan, watcher: Watcher | None = None) -> Summary:
    """Judge all messages of the plan's sources and write its outputs.

    An output is written beside its place and moved there when it is whole.

    Raises:
        ConfigError: an output is no ordinary file or needs an extra, an interrupted run is in the
            way, or another one is to be resumed.
        ModelError: there is no model to judge with.
        OutputError: an output or the journal cannot be written; what was judged can be resumed.
    """
    watcher = watcher or Watcher()
    keep_text = plan.task.keep_text or any(o.format in KEEPS_TEXT for o in plan.outputs)
    plan = replace(plan, task=replace(plan.task, keep_text=keep_text))
    for output in plan.outputs:
        check_place(output.path)
        check_installed(output.format)
    begin = Journal.resume if plan.resume else Journal.create
    with closing(begin(plan.journal, plan.fingerprint())) as journal:
        _judge(plan, journal, watcher)
        summary = _write(plan, journal)
        journal.remove()
    return summary


def _judge(plan: Plan, journal: Journal, watcher: Watcher) -> None:
    ours = frozenset({journal.path, *(output.path for output in plan.outputs)})
    options = replace(plan.options, held=journal.holds_place, ours=ours)
    items = _new(read_sources(plan.sources, options), journal, watcher)
    with closing(judge_all(items, plan.task, jobs=plan.jobs)) as judged:
        for entries, size in judged:
            journal.add(entries)
            for entry in entries:
                if entry.outcome == "failed":
                    watcher.complain(entry.report["not_judged"])
            watcher.moved(len(entries), size)


def _new(found: Iterator[Any], journal: Journal, watcher: Watcher) -> Iterator[Item]:
    """Yield what is not in the journal yet."""
    for item in found:
        if isinstance(item, Notice):
            watcher.complain(f"{item.place}: {item.text}")
        elif isinstance(item, Failure) or not journal.holds(item):
            yield item
        else:
            watcher.moved(0, item.size)


def _write(plan: Plan, journal: Journal) -> Summary:
    summary = Summary(resumed=journal.resumed)
    conclusions: list[Conclusion] = []
    for finding in plan.task.findings:
        conclusion = finding.conclude(journal)
        conclusions.append(conclusion)
        summary.facts[finding.name] = conclusion.facts
    with ExitStack() as stack:
        sinks = [
            open_sink(o.format, stack.enter_context(whole_file(o.path)), plan.task.settings.ui_lang)
            for o in plan.outputs
        ]
        for entry in journal:
            joined = _joined(entry, conclusions)
            summary.outcomes[joined.outcome] += 1
            for sink in sinks:
                sink.write(joined)
        for sink in sinks:
            sink.finish(summary)
    return summary


def _joined(entry: Entry, conclusions: Sequence[Conclusion]) -> Entry:
    for conclusion in conclusions:
        entry = conclusion.join(entry)
    return entry
