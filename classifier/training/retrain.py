"""`blastcheck train` as functions: look at new messages, train with them, show what moved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from classifier.checker import Checker
from classifier.corpus import Example, load_examples
from classifier.imports import ImportOptions
from classifier.schema import DataError
from classifier.training.build import Built, Material, build_from
from classifier.training.card import write_card
from classifier.training.fits import Tell, silent
from classifier.training.intake import WEIGHT, Corpus, find_corpus, read_corpus, take_in
from classifier.training.moved import held_out_lines, moved_lines
from classifier.training.place import whole_folder
from classifier.training.recipe import Recipe
from classifier.training.review import Review, review


@dataclass(frozen=True)
class Job:
    """What is to be trained, from what."""

    data: Sequence[Path]
    options: ImportOptions = field(default_factory=ImportOptions)
    corpus: Path | None = None
    """Folder of the corpus; None looks for it."""
    tests: Sequence[Path] = ()
    """Held-out messages; without any, those of the corpus."""
    only: bool = False
    """Train on `data` alone."""
    weight: float = WEIGHT
    """How much a new message counts beside one of the corpus."""
    recipe: Recipe = field(default_factory=Recipe)

    @property
    def of_the_corpus(self) -> bool:
        """Whether `data` are the corpus itself, and no messages of somebody's own."""
        try:
            home = find_corpus(self.corpus).resolve()
        except DataError:
            return False
        return self.only and all(path.resolve().parent == home for path in self.data)


@dataclass(frozen=True)
class Looked:
    """New messages after the look at them, and what they join."""

    job: Job
    corpus: Corpus
    review: Review
    before: Checker
    """Judges with the model in use."""


def look(job: Job, model: Path | None = None) -> Looked:
    """Read new messages and say all that there is to say of them; nothing is trained.

    Args:
        job: what is to be trained.
        model: the model in use; None takes the usual one.

    Raises:
        DataError: there is no corpus.
        ConfigError: an option names what does not exist.
    """
    corpus = read_corpus(job.corpus, job.tests, only=job.only)
    before = Checker.load(model)
    intake = take_in(job.data, job.options, corpus)
    return Looked(job, corpus, review(intake, corpus, before.model, job.recipe), before)


def train(
    looked: Looked,
    out: Path,
    *,
    name: str,
    say: Callable[[str], None] = lambda _: None,
    tell: Tell = silent,
) -> Built:
    """Train on what was looked at, write the model folder, and say what moved.

    Args:
        looked: the new messages, and what they join.
        out: where to write; the folder appears when it is whole.
        name: what the model is called.
        say: is given the report, line by line.
        tell: is told how far the work is.

    Raises:
        DataError: something must be settled first.
        ConfigError: `out` cannot be written.
    """
    job, found, corpus = looked.job, looked.review, looked.corpus
    if found.errors:
        raise DataError("\n".join(found.errors))
    with whole_folder(out) as folder:
        built = build_from(_material(looked), folder, name=name, recipe=job.recipe, tell=tell)
        tell("measuring", 1.0)
        say(f"{out}: {built.manifest.name}@{built.manifest.sha256[:12]}")
        write_card(folder, built, corpus.held_out)
        after = Checker.load(folder)
        mine = built.fitted.out_of_fold[-len(found.kept) :]
        for line in moved_lines(looked.before, after, found, mine):
            say(line)
        if corpus.held_out:
            for line in held_out_lines(looked.before, after, corpus.held_out):
                say(line)
    return built


def train_corpus(
    job: Job,
    out: Path,
    *,
    name: str,
    say: Callable[[str], None] = lambda _: None,
    tell: Tell = silent,
) -> Built:
    """Train on the corpus itself, write the model folder, and say how good it is.

    The corpus has checks of its own, and no other model is asked: after a change of columns none
    fits.

    Raises:
        DataError: a file is broken, or there are too few messages.
        ConfigError: `out` cannot be written.
    """
    held_out = read_corpus(job.corpus, job.tests, only=True).held_out
    material = Material(load_examples(job.data), job.data)
    with whole_folder(out) as folder:
        built = build_from(material, folder, name=name, recipe=job.recipe, tell=tell)
        tell("measuring", 1.0)
        say(f"{out}: {built.manifest.name}@{built.manifest.sha256[:12]}")
        say(write_card(folder, built, held_out))
    return built


def _material(looked: Looked) -> Material:
    job, corpus, new = looked.job, looked.corpus, looked.review.examples
    files = [*corpus.files, *job.data]
    weights = [1.0] * len(corpus.examples) + [job.weight] * len(new)
    facts = {
        "files": sorted(path.name for path in job.data),
        "messages": len(new),
        "weight": job.weight if corpus.examples else 1.0,
        "sha256": _digest(new),
        "left_out": len(looked.review.left_out),
    }
    alike = not corpus.examples or job.weight == 1
    counted = None if alike else np.array(weights)
    return Material([*corpus.examples, *new], files, counted, {"new": facts})


def _digest(examples: Sequence[Example]) -> str:
    """Return the hash of what is learnt from new messages, however their files call it."""
    learnt = [(e.message.subject, e.message.text, e.labels, e.spans) for e in examples]
    return hashlib.sha256(repr(learnt).encode("utf-8", "surrogatepass")).hexdigest()
