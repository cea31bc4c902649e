"""Judge chunks of records: what runs in a worker process, and what one broken message costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from classifier.batch.entry import Entry, entry_of, failed_entry
from classifier.batch.task import Item, Task
from classifier.checker import Checker
from classifier.crash import without_words
from classifier.schema import BlastcheckError, InputError, Message, Report
from classifier.sources import Failure, Record


class Judge:
    """Judges chunks; loads the model once."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._checker = Checker.load(settings=task.settings)

    def judge(self, items: Sequence[Item]) -> list[Entry]:
        """Return an entry for each item, in order. Never raises for what one message holds.

        Raises:
            ModelError: the model does not give the scores it was shipped with.
        """
        parsed = [self._parsed(item) for item in items]
        pairs = [found for found in parsed if isinstance(found, tuple)]
        entries = iter(self._entries(pairs))
        return [
            next(entries) if isinstance(found, tuple) else failed_entry(found) for found in parsed
        ]

    def _parsed(self, item: Item) -> tuple[Record, Message] | Failure:
        if isinstance(item, Failure):
            return item
        try:
            message = item.message()
        except InputError as error:
            return item.failed(str(error))
        except Exception as error:
            return item.failed(without_words(error))
        return item, replace(message, lang=self._task.lang or message.lang)

    def _entries(self, pairs: Sequence[tuple[Record, Message]]) -> list[Entry]:
        """Return an entry a message; when they cannot be judged together, one by one."""
        messages = (message for _, message in pairs)
        try:
            reports = self._checker.check_all(messages, explain=self._task.explain)
            return [self._entry(*pair, report) for pair, report in zip(pairs, reports, strict=True)]
        except BlastcheckError:  # a broken model, say: no message is to blame
            raise
        except Exception:
            return [self._alone(*pair) for pair in pairs]

    def _alone(self, record: Record, message: Message) -> Entry:
        try:
            report = self._checker.check(message, explain=self._task.explain)
            return self._entry(record, message, report)
        except BlastcheckError:
            raise
        except Exception as error:
            return failed_entry(record.failed(without_words(error)))

    def _entry(self, record: Record, message: Message, report: Report) -> Entry:
        kept = {"text": message.text, "subject": message.subject} if self._task.keep_text else {}
        notes = {f.name: f.note(record, message, report) for f in self._task.findings}
        told = {name: note for name, note in notes.items() if note is not None}
        return entry_of(record, report, {**kept, **told})
