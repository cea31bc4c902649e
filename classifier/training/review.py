"""What is to be said of new messages before a model is trained on them, all of it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from classifier.corpus import Example
from classifier.imports import Fault
from classifier.model import Model
from classifier.preparation import Prepared, prepare
from classifier.render.characters import FSI, isolate, visible
from classifier.schema import LABELS, LANGUAGES
from classifier.training.build import too_few
from classifier.training.intake import Corpus, Intake, Placed
from classifier.training.recipe import Recipe
from classifier.training.suspects import Suspect, suspects

FEW = 10
"""Of fewer messages of a kind in a language little can be learnt; it is said, not forbidden."""

SHOWN_PLACES = 5
SHOWN_SUSPECTS = 40
EXCERPT_CHARS = 60


@dataclass(frozen=True)
class Review:
    """New messages as they go into a training, and what there is to know of them."""

    kept: Sequence[Placed]
    left_out: Sequence[Fault]
    errors: Sequence[str]
    """What must be settled before there can be a training."""
    notices: Sequence[str] = ()
    suspects: Sequence[Suspect] = ()
    prepared: Sequence[Prepared] = field(default=(), repr=False)

    @property
    def examples(self) -> list[Example]:
        """The messages to learn from."""
        return [example for _, example in self.kept]


def review(intake: Intake, corpus: Corpus, model: Model, recipe: Recipe) -> Review:
    """Read the new messages as the model in use does, and look for what is wrong with them."""
    kept, prepared, left_out = [], [], list(intake.left_out)
    for place, example in intake.kept:
        read = prepare(example.message)
        if not isinstance(read, Prepared):
            left_out.append(Fault(place, f"not judged, so not learnt from: {read.why}"))
            continue
        message = replace(example.message, lang=read.lang)
        kept.append((place, replace(example, message=message)))
        prepared.append(read)
    examples = [example for _, example in kept]
    errors = list(intake.errors)
    if not corpus.examples and (examples or not errors):
        errors += too_few(examples, recipe)
    return Review(
        kept,
        left_out,
        errors,
        tuple(_notices(examples, corpus)),
        suspects(examples, prepared, model) if examples else (),
        prepared,
    )


def _notices(examples: Sequence[Example], corpus: Corpus) -> Iterator[str]:
    kinds = {example.labels for example in examples}
    if examples and len(kinds) == 1:
        yield f"all {len(examples)} messages are labelled {kind_of(examples[0])}"
    for lang in sorted({str(example.message.lang) for example in examples}):
        for kind, count in Counter(kind_of(e) for e in examples if e.message.lang == lang).items():
            if count < FEW:
                rest = "the corpus has more" if corpus.examples else "little can be learnt of it"
                yield f"only {count} of {kind} in {lang}; {rest}"
    missing = [lang for lang in LANGUAGES if all(e.message.lang != lang for e in examples)]
    if missing and examples and not corpus.examples:
        yield f"no message in {', '.join(missing)}: the model will know nothing of it"


def kind_of(example: Example) -> str:
    """Return what an example was labelled, in words: `cv_blast`, `both`, `fine` ..."""
    named = [label for label, on in zip(LABELS, example.labels, strict=True) if on]
    return {0: "fine", 1: named[0] if named else "", 2: "both"}[len(named)]


def review_lines(found: Review) -> Iterator[str]:
    """Yield the report on new messages, for people."""
    yield from _balance(found.examples)
    if found.left_out:
        yield f"\nLeft out ({len(found.left_out)}):"
        yield from _grouped(found.left_out)
    if found.notices:
        yield "\nTo know:"
        yield from (f"  {notice}" for notice in found.notices)
    if found.suspects:
        yield from _suspect_lines(found)
    if found.errors:
        yield "\nTo be settled before a model can be trained:"
        lines = (line for error in found.errors for line in error.split("\n"))
        yield from (f"  {visible(line)}" for line in lines)


def excerpt(text: str) -> str:
    """Return the beginning of a message as one line that cannot drive or turn round a terminal."""
    words = " ".join(text.split())
    cut = words if len(words) <= EXCERPT_CHARS else f"{words[:EXCERPT_CHARS]}…"
    return isolate(visible(cut), FSI)


def _balance(examples: Sequence[Example]) -> Iterator[str]:
    yield f"{len(examples)} new messages to learn from"
    counts = Counter((e.message.lang, kind_of(e)) for e in examples)
    kinds = ("fine", *LABELS, "both")
    if examples:
        yield "".join(["  ", *(f"{kind:>13}" for kind in kinds)])
    for lang in LANGUAGES:
        if any(counts[lang, kind] for kind in kinds):
            yield "".join([f"  {lang}", *(f"{counts[lang, k]:>13}" for k in kinds)])[2:]


def _grouped(faults: Sequence[Fault]) -> Iterator[str]:
    """Yield each reason once, with its first places."""
    by_why: dict[str, list[str]] = {}
    for fault in faults:
        by_why.setdefault(fault.why, []).append(fault.place)
    for why, places in by_why.items():
        more = f" and {len(places) - SHOWN_PLACES} more" if len(places) > SHOWN_PLACES else ""
        yield visible(f"  {'; '.join(places[:SHOWN_PLACES])}{more}: {why}")


def _suspect_lines(found: Review) -> Iterator[str]:
    yield (
        f"\nLabels to look at again ({len(found.suspects)}), the likeliest slips first;"
        " all are learnt from as they are:"
    )
    for suspect in found.suspects[:SHOWN_SUSPECTS]:
        place, example = found.kept[suspect.number]
        words = excerpt(example.message.text)
        yield (
            f"  {visible(place)}: {suspect.label} = {suspect.given}, likely {1 - suspect.given}:"
            f" {words}"
        )
    if len(found.suspects) > SHOWN_SUSPECTS:
        yield f"  and {len(found.suspects) - SHOWN_SUSPECTS} more"
