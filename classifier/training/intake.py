"""What goes into a training: new messages, the corpus they join, and the held-out ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from classifier.corpus import Example, load_examples
from classifier.evaluation.frozen import frozen_files
from classifier.imports import Fault, Imported, ImportOptions, read_labelled
from classifier.imports.labels import Names
from classifier.schema import DataError, Envelope

WEIGHT = 3.0
"""How much a new message counts beside one of the corpus. Thirty messages of a new kind are then as
loud as ninety: heard, and still outvoted by seven thousand where they are wrong."""

Placed = tuple[str, Example]
"""An example, and the place it was read from."""


@dataclass(frozen=True)
class Corpus:
    """Labelled messages that are there already."""

    files: Sequence[Path] = ()
    """Of the messages to train on."""
    examples: Sequence[Example] = ()
    held_out: Sequence[Example] = ()


def find_corpus(folder: Path | None) -> Path:
    """Return the folder of the shipped corpus: the one named, a clone's, or one in this folder.

    Raises:
        DataError: it is nowhere; the text lists the places and the ways out.
    """
    clone = Path(str(resources.files("classifier"))).parent
    places = [folder] if folder else [clone / "data/messages", Path.cwd() / "data/messages"]
    for place in places:
        if any(place.glob("train-*.jsonl")):
            return place
    listed = ", ".join(map(str, dict.fromkeys(places)))
    raise DataError(
        f"no corpus (train-*.jsonl) in {listed}; it comes with a clone of the project, whose"
        " data/messages you name with --corpus DIR; or train on your messages alone with --only"
    )


def read_corpus(folder: Path | None, tests: Sequence[Path], *, only: bool) -> Corpus:
    """Read the corpus and the held-out messages.

    Args:
        folder: where the corpus is; None looks for it.
        tests: files of held-out messages; without any, those of the corpus, else those that come
            with every installation.
        only: leave out the corpus' messages for training.

    Raises:
        DataError: there is no corpus, or a file is broken.
    """
    try:
        found = find_corpus(folder)
    except DataError:
        if folder or not only:
            raise
        found = None
    train = sorted(found.glob("train-*.jsonl")) if found and not only else []
    tests = tests or (sorted(found.glob("test-*.jsonl")) if found else _frozen())
    return Corpus(
        train, load_examples(train) if train else (), load_examples(tests) if tests else ()
    )


def _frozen() -> list[Path]:
    """Return the held-out messages that come with every installation."""
    return [path for path in frozen_files() if path.name.startswith("test-")]


@dataclass
class Intake:
    """New messages, sorted into those to learn from and those left out, each with the reason."""

    kept: list[Placed] = field(default_factory=list)
    left_out: list[Fault] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """What must be settled before there can be a training."""


def take_in(paths: Iterable[Path], options: ImportOptions, corpus: Corpus) -> Intake:
    """Read new messages, and leave out what would teach nothing or harm.

    Raises:
        ConfigError: an option names what does not exist.
    """
    imported = read_labelled(paths, options)
    intake = Intake(left_out=[*imported.faults], errors=[*_unknown(imported, options)])
    rows = _without_contradictions(imported.examples, intake)
    rows = _new_ones(rows, corpus, intake)
    intake.kept += rows
    if not intake.kept and not intake.errors:
        intake.errors.append("no message is left to learn from; see what was left out, and why")
    return intake


def _unknown(imported: Imported, options: ImportOptions) -> Iterable[str]:
    names = Names(options.names)
    for name, places in imported.unknown.items():
        rows = f"{places[0]}" + (f" and {len(places) - 1} more" if len(places) > 1 else "")
        yield (
            f"{name!r} is no label ({rows}); the nearest known is {names.nearest(name)};"
            f" say what it means with --map {name!r}=cv_blast, give_to_get, both, fine or skip"
        )


def key_of(example: Example) -> tuple[str, str]:
    """Return the form in which messages are the same: case, spaces and composition aside."""
    both = (example.message.subject, example.message.text)
    subject, text = (" ".join(unicodedata.normalize("NFC", t).casefold().split()) for t in both)
    return subject, text


def _without_contradictions(rows: Sequence[Placed], intake: Intake) -> list[Placed]:
    """Keep the first of equal messages, and none of those that were labelled in two ways.

    The same words to one reader and to forty are two messages.
    """
    by_key: dict[tuple[tuple[str, str], Envelope | None], list[Placed]] = {}
    for place, example in rows:
        by_key.setdefault((key_of(example), example.message.envelope), []).append((place, example))
    kept = []
    for same in by_key.values():
        (first, example), *others = same
        if len({one.labels for _, one in same}) > 1:
            for place, _ in same:
                other = next(where for where, _ in same if where != place)
                why = f"contradicts {other}: the same text with another label; settle it"
                intake.left_out.append(Fault(place, why))
            continue
        kept.append((first, example))
        intake.left_out += [Fault(place, f"the same text as {first}") for place, _ in others]
    return kept


def _new_ones(rows: Sequence[Placed], corpus: Corpus, intake: Intake) -> list[Placed]:
    """Leave out what stands in the corpus, or is held out to test on."""
    known = {key_of(example): example for example in corpus.examples}
    held_out = {key_of(example) for example in corpus.held_out}
    groups = {example.group for example in corpus.held_out}
    kept = []
    for place, example in rows:
        key = key_of(example)
        if key in held_out or example.group in groups:
            why = "stands in the held-out messages; to learn from it would make the test worthless"
        elif key not in known:
            kept.append((place, example))
            continue
        elif known[key].labels == example.labels:
            why = f"stands in the corpus already ({known[key].message.id})"
        else:
            id_ = known[key].message.id
            why = f"contradicts the corpus: {id_} is the same text with another label; settle it"
        intake.left_out.append(Fault(place, why))
    return kept
