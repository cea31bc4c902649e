"""Judge a stream on several processes, in order, holding a bounded number of messages.

joblib's `Parallel` reads its input in a thread of its own and keeps results until they are asked
for, so a slow disk would fill the memory, and Ctrl-C leaves tracebacks of its workers behind. A
queue of futures of the standard library has neither fault.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING

from classifier.batch.entry import Entry, failed_entry
from classifier.batch.task import Item, Task
from classifier.schema import BlastcheckError, Message
from classifier.sources import Failure, Record

if TYPE_CHECKING:
    from classifier.batch.judging import Judge

CHUNK = 200
"""Messages that are judged together."""

CHUNK_BYTES = 4_000_000
"""Bytes after which a chunk is full, so that large messages do not pile up."""

AHEAD = 2
"""Chunks in flight for each process: one being judged, one waiting."""


class WorkerError(BlastcheckError):
    """No worker process can be started."""


Judged = tuple[list[Entry], int]
"""The entries of a chunk, and the bytes of sources that it took."""


def judge_all(items: Iterable[Item], task: Task, *, jobs: int) -> Generator[Judged]:
    """Yield the entries of all items, a chunk at a time, in order.

    Args:
        items: What to judge; read lazily, at most AHEAD chunks a process before it is judged.
        task: How to judge.
        jobs: Processes; 1 judges in this one.

    Raises:
        ModelError: there is no model to judge with.
        WorkerError: no process can be started.
    """
    if jobs == 1:
        judge = _judge(task)
        for chunk in chunks(items):
            yield judge.judge(chunk), _size(chunk)
    else:
        with _Pool(task, jobs) as pool:
            yield from pool.run(chunks(items))


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Cut a stream into chunks of at most CHUNK items and about CHUNK_BYTES."""
    chunk: list[Item] = []
    held = 0
    for item in items:
        chunk.append(item)
        held += _weight(item)
        if len(chunk) >= CHUNK or held >= CHUNK_BYTES:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


def _weight(item: Item) -> int:
    """Return about how many bytes an item holds."""
    if not isinstance(item, Record):
        return 0
    return len(item.content.text if isinstance(item.content, Message) else item.content)


def _size(chunk: Sequence[Item]) -> int:
    return sum(item.size for item in chunk)


class _Pool:
    """Worker processes, and the chunks in flight in order."""

    def __init__(self, task: Task, jobs: int) -> None:
        self._task = task
        self._jobs = jobs
        self._executor = self._start(jobs)
        self._flying: deque[tuple[Future[list[Entry]], list[Item]]] = deque()

    def _start(self, jobs: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            jobs, mp_context=_context(), initializer=_start_worker, initargs=(self._task,)
        )

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self._executor.shutdown(cancel_futures=True)

    def run(self, chunked: Iterable[list[Item]]) -> Iterator[Judged]:
        """Yield each chunk's entries in order."""
        for chunk in chunked:
            self._send(chunk)
            if len(self._flying) > AHEAD * self._jobs:
                yield self._next()
        while self._flying:
            yield self._next()

    def _send(self, chunk: list[Item]) -> None:
        try:
            future = self._executor.submit(_judge_chunk, chunk)
        except (BrokenProcessPool, OSError):  # OSError: it broke while a process was being started
            future = Future()  # `_next` will meet the chunk that broke it
            future.set_exception(BrokenProcessPool())
        self._flying.append((future, chunk))

    def _next(self) -> Judged:
        future, chunk = self._flying.popleft()
        try:
            return future.result(), _size(chunk)
        except BrokenProcessPool:
            return self._survive(chunk), _size(chunk)

    def _survive(self, chunk: list[Item]) -> list[Entry]:
        """Judge a chunk again after a worker died, then send again what was in flight.

        Every chunk in flight fails when a worker dies, so the one at fault is found by judging
        them alone, and its message by judging its messages alone.
        """
        self._executor.shutdown(cancel_futures=True)
        self._check_start()
        entries = self._tried(chunk)
        self._executor = self._start(self._jobs)
        waiting = [chunk for _, chunk in self._flying]
        self._flying.clear()
        for item in waiting:
            self._send(item)
        return entries

    def _check_start(self) -> None:
        """Make sure that it was a message that ended a worker, and not the worker's own start."""
        with self._start(1) as alone:
            try:
                alone.submit(os.getpid).result()
            except (BrokenProcessPool, OSError) as error:
                raise WorkerError(
                    "processes to judge with cannot be started; use --jobs 1"
                ) from error

    def _tried(self, chunk: list[Item]) -> list[Entry]:
        """Judge a chunk in a process of its own, in halves as long as that dies."""
        with self._start(1) as alone:
            try:
                return alone.submit(_judge_chunk, chunk).result()
            except BrokenProcessPool:
                if len(chunk) == 1:
                    return [failed_entry(_killer(chunk[0]))]
        half = len(chunk) // 2
        return [*self._tried(chunk[:half]), *self._tried(chunk[half:])]


def _killer(item: Item) -> Failure:
    if isinstance(item, Failure):
        return item
    return item.failed("judging it ended the process, perhaps for want of memory; left out")


def _context() -> BaseContext:
    """Return how to start processes: forked from one clean process that has imported everything.

    Plain fork copies the threads' locks of this process, spawn imports spaCy once a worker.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["classifier.batch.shared"])
    return context


_worker: Judge | Exception


def _judge(task: Task) -> Judge:
    """Load spaCy and the model: 100 MB that the parent of workers can do without."""
    from classifier.batch.judging import Judge  # noqa: PLC0415

    return Judge(task)


def _start_worker(task: Task) -> None:
    """Load the model; leave Ctrl-C to the parent, and go when the parent is gone."""
    global _worker  # noqa: PLW0603 - what an initializer of a pool is for
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_outlive_nobody, daemon=True).start()
    try:
        _worker = _judge(task)
    except Exception as error:  # told with the first chunk; raised here it would break the pool
        _worker = error


def _outlive_nobody() -> None:
    """End this process when its parent was killed: the queue it waits at would never say so."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
    os._exit(1)


def _judge_chunk(chunk: list[Item]) -> list[Entry]:
    if isinstance(_worker, Exception):
        raise _worker
    return _worker.judge(chunk)
