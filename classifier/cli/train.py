"""`blastcheck train`: from labelled messages to a model folder."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from classifier.cli.models import check_name_to_keep, keep_and_use
from classifier.cli.shell import Exit, say, settings_from, width

if TYPE_CHECKING:
    from classifier.training.build import Built
    from classifier.training.fits import Tell
    from classifier.training.retrain import Job

INPUT_FORMATS = (
    "auto", "jsonl", "csv", "tsv", "parquet", "label-studio", "label-studio-min",
    "label-studio-csv", "doccano", "doccano-csv", "fasttext", "prodigy", "argilla", "spacy",
    "datasets",
)  # fmt: skip
"""Names of `imports.FORMATS`, repeated here so that --help imports nothing heavy."""

FIELDS = ("text", "label", "lang", "subject", "id")


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder to write the model into.",
)
@click.option("--name", default="default", show_default=True, help="Name the model goes by.")
@click.option("--check", "--dry-run", is_flag=True, help="Only say what is in DATA; train nothing.")
@click.option("--only", is_flag=True, help="Train on DATA alone, without the shipped corpus.")
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The corpus that DATA join; by default data/messages of the clone.",
)
@click.option(
    "--weight",
    type=click.FloatRange(0, 100, min_open=True),
    default=3.0,
    show_default=True,
    help="How much a message in DATA counts beside one of the corpus.",
)
@click.option(
    "--test",
    "tests",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Held-out labelled messages to measure on, in place of the corpus' own; may be given more"
    " than once.",
)
@click.option(
    "--map",
    "names",
    multiple=True,
    metavar="NAME=LABEL",
    help="What a name in DATA means: cv_blast, give_to_get, both, fine, skip, or a tactic; may be"
    " given more than once.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=NAME",
    help="The column of a table that holds FIELD: text, label, lang, subject or id.",
)
@click.option(
    "--input-format",
    type=click.Choice(INPUT_FORMATS),
    default="auto",
    show_default=True,
    help="How to read every file; auto goes by content.",
)
@click.option(
    "--unlabelled",
    type=click.Choice(["refuse", "fine"]),
    default="refuse",
    show_default=True,
    help="What a message is that nothing was said of.",
)
@click.option(
    "--model", metavar="NAME|DIR", help="A model or its folder to compare with, not the one in use."
)
@click.option("--seed", type=int, metavar="N", help="Another seed for the folds.")
@click.option(
    "--use",
    is_flag=True,
    help="Also keep the model under its name and take it into use, if it is no worse.",
)
def train(
    data: tuple[Path, ...],
    *,
    out: Path | None,
    name: str,
    check: bool,
    model: str | None,
    use: bool,
    **options: Any,
) -> None:
    """Train a model on labelled messages in DATA and write it to a folder.

    DATA are files of JSON Lines, CSV or Parquet, exports of Label Studio, doccano, Prodigy or
    Argilla, spaCy's .spacy, or a folder of Hugging Face's datasets. They join the shipped corpus.
    First it is said what is in them and what is left out; then the model is trained and measured,
    and what moved is shown. The same data give the same bytes.

    Exit status: 0 all was well; 1 with --use, the model would be worse and is not in use; 2 nothing
    was trained; 3 some of DATA was left out.
    """
    if not (out or check):
        raise click.UsageError("say where to write the model with -o DIR, or --check to only look")
    if use:
        check_name_to_keep(name)
    job = _job(data, options)
    from classifier.training import retrain

    if job.of_the_corpus and out and not check:
        _train(partial(retrain.train_corpus, job), out, name, use=use)
        return
    from classifier.training.review import review_lines

    in_use = settings_from(config=None, no_config=True, model=model).model
    looked = retrain.look(job, in_use)
    for line in review_lines(looked.review):
        say(line)
    if check and looked.review.errors:
        sys.exit(Exit.USAGE)
    if out and not check:
        _train(partial(retrain.train, looked), out, name, use=use)
    if looked.review.left_out:
        sys.exit(Exit.NOT_JUDGED)


def _train(train: Callable[..., Built], out: Path, name: str, *, use: bool) -> None:
    """Train with a bar, say what comes of it, and ask the gate if the model is to be used."""
    sys.stdout.flush()
    with _progress() as tell:
        lines = list[str]()
        built = train(out, name=name, say=lines.append, tell=tell)
    say("\n".join(["", *lines]))
    if use and not keep_and_use(out, name, (e.message.id for e in built.examples)):
        sys.exit(Exit.FLAGGED)


def _job(data: tuple[Path, ...], options: dict[str, Any]) -> Job:
    from dataclasses import replace

    from classifier.imports import ImportOptions
    from classifier.training.recipe import Recipe
    from classifier.training.retrain import Job

    form, seed = options["input_format"], options["seed"]
    reading = ImportOptions(
        None if form == "auto" else form,
        _pairs("--column", options["columns"], FIELDS),
        _pairs("--map", options["names"]),
        options["unlabelled"] == "fine",
    )
    recipe = Recipe() if seed is None else replace(Recipe(), seed=seed)
    return Job(
        data,
        reading,
        options["corpus"],
        options["tests"],
        options["only"],
        options["weight"],
        recipe,
    )


def _pairs(option: str, given: tuple[str, ...], known: tuple[str, ...] = ()) -> dict[str, str]:
    """Return name -> meaning of options that are written NAME=MEANING."""
    pairs = {}
    for pair in given:
        name, equals, meaning = pair.rpartition("=") if not known else pair.partition("=")
        if not (name and equals and meaning) or (known and name not in known):
            rule = f"write FIELD=NAME, FIELD one of {', '.join(known)}" if known else (
                "write NAME=LABEL, as in 'CV Blast=cv_blast'"
            )  # fmt: skip
            raise click.UsageError(f"{option} {pair}: {rule}")
        pairs[name] = meaning
    return pairs


@contextmanager
def _progress() -> Iterator[Tell]:
    """Show a bar with what is done and the time left, on a terminal."""
    from tqdm import tqdm

    layout = "{percentage:3.0f}% |{bar}| {desc}, {elapsed} passed, {remaining} left"
    with tqdm(
        total=100.0,
        bar_format=layout,
        leave=False,
        file=sys.stderr,
        ncols=width(),
        nrows=24,
        disable=not sys.stderr.isatty(),
    ) as bar:

        def tell(stage: str, done: float) -> None:
            bar.set_description_str(stage, refresh=False)
            bar.update(max(0.0, 100 * done - bar.n))

        yield tell
