"""`blastcheck train`: from labelled messages to a model folder."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import sys
from pathlib import Path

import click

from classifier.cli.models import check_name_to_keep, keep_and_use
from classifier.cli.shell import Exit, say


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder to write the model into.",
)
@click.option("--name", default="default", show_default=True, help="Name the model goes by.")
@click.option(
    "--test",
    "tests",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Held-out labelled messages to measure on; may be given more than once.",
)
@click.option(
    "--use",
    is_flag=True,
    help="Also keep the model under its name and take it into use, if it is no worse.",
)
def train(
    data: tuple[Path, ...], *, out: Path, name: str, tests: tuple[Path, ...], use: bool
) -> None:
    """Train a model on labelled messages in DATA (JSON Lines) and write it to a folder.

    With --test its metrics and model card are measured on messages it has not seen. The same data
    give the same bytes.
    """
    from classifier.training.build import build_model
    from classifier.training.card import write_card

    if use:
        check_name_to_keep(name)
    built = build_model(data, out, name=name, say=say)
    say(write_card(out, built, tests))
    if use and not keep_and_use(out, name, (e.message.id for e in built.examples)):
        sys.exit(Exit.FLAGGED)
