"""`blastcheck models`: the models of this machine, and which of them is in use."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from classifier.cli.shell import Exit, complain, say

if TYPE_CHECKING:
    from classifier.store.gate import Outcome

FORMAT = click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, or JSON.",
)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def models() -> None:
    """List, compare, use, hand on and remove the models of this machine.

    `default` is the model that comes with blastcheck; it is always there. A model that judges
    worse than the one in use is not taken into use.
    """


@models.command("list")
@FORMAT
def list_(format: str) -> None:
    """List the models, the one in use marked, and say where they are."""
    from classifier.cli.model_card import listed
    from classifier.store.models import Store

    store = Store()
    rows = listed(store)
    if format == "json":
        for row in rows:
            say(json.dumps(row, ensure_ascii=False))
        return
    for row in rows:
        mark = "*" if row["in_use"] else " "
        say(f"{mark} {row['name']:<20} {row['tag'] or row['fault']}")
    say(f"\n* in use. Kept in {store.where.models}")


@models.command()
@click.argument("name")
@FORMAT
def show(name: str, format: str) -> None:
    """Show what the model NAME says of itself, and what was done with it."""
    from classifier.cli.model_card import card, card_text
    from classifier.store.models import Store

    found = card(Store(), name)
    say(json.dumps(found, ensure_ascii=False) if format == "json" else card_text(found))


@models.command()
@click.argument("a")
@click.argument("b")
@click.argument("data", nargs=-1, type=click.Path(path_type=Path))
@FORMAT
def compare(a: str, b: str, data: tuple[Path, ...], format: str) -> None:
    """Tell what changes if B takes the place of A, on labelled messages in DATA (JSON Lines).

    A and B are names, or model folders. Without DATA, the frozen messages that the gate asks. Exit
    status 1 if B is worse than A.
    """
    from classifier.checker import Checker
    from classifier.cli.comparison import comparison_json, say_comparison
    from classifier.evaluation import comparison as comparing
    from classifier.evaluation import load_cases
    from classifier.evaluation.frozen import frozen_cases
    from classifier.store.gate import judge_of
    from classifier.store.models import Store

    store = Store()
    old, new = (Checker.load(store.folder(name)) for name in (a, b))
    cases = load_cases(data) if data else frozen_cases()
    found = comparing.compare(cases, judge_of(old), judge_of(new))
    tags = (old.model.tag, new.model.tag)
    if format == "json":
        say(comparison_json(found, *tags))
    else:
        say_comparison(found, *tags)
    sys.exit(Exit.FLAGGED if list(found.losses()) else Exit.OK)


@models.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Take it though it is worse; the history will tell.")
@FORMAT
def use(name: str, *, force: bool, format: str) -> None:
    """Judge by the model NAME from now on, if it is no worse than the one in use.

    Both judge the frozen messages. A model that loses average precision or F1 in any language or
    label by more than the interval, or that flags more ordinary messages, is refused, with exit
    status 1.
    """
    if not take_into_use(name, force=force, format=format):
        sys.exit(Exit.FLAGGED)


def take_into_use(name: str, *, force: bool = False, format: str = "text") -> bool:
    """Ask the gate about a kept model, print what it says, and return whether it was taken."""
    from classifier.cli.comparison import comparison_json, say_comparison
    from classifier.store.gate import take
    from classifier.store.models import Store

    outcome = take(Store(), name, force=force)
    found = outcome.comparison
    old = outcome.beside or outcome.before
    if outcome.beside:
        complain(f"{outcome.before}, the model in use, is broken; compared with {outcome.beside}")
    if format == "json":
        decided = {"taken": outcome.taken, "forced": outcome.taken and bool(outcome.losses)}
        told = json.loads(comparison_json(found, old, name)) if found else {"schema": 1}
        say(json.dumps({**told, **decided}, ensure_ascii=False))
    else:
        if found:
            say_comparison(found, old, name)
        say(f"\n{_decision(outcome)}" if found else _decision(outcome))
    return outcome.taken


def keep_and_use(folder: Path, name: str, ids: Iterable[str]) -> bool:
    """Keep a model just trained and ask the gate about it; return whether it is in use now.

    Args:
        folder: the model.
        name: what to call it; see `check_name_to_keep`.
        ids: of the messages that it was trained on, so that `forget` can tell.
    """
    from classifier.store.feedback import PREFIX
    from classifier.store.models import Store

    local = {one for one in ids if one.startswith(PREFIX)}
    kept = Store().keep(folder, name, feedback=local)
    say(f"{kept} is kept.")
    return take_into_use(kept)


def check_name_to_keep(name: str) -> None:
    """Raise ConfigError if no model can be kept as `name`: better before training than after."""
    from classifier.store.models import checked_name

    checked_name(name)


def _decision(outcome: Outcome) -> str:
    name, before = outcome.name, outcome.before
    if name == before:
        return f"{name} is in use already."
    if not outcome.taken:
        return (
            f"{name} is not taken into use: it would be worse than {before}, which stays. More"
            " messages like those above may help it; --force takes it as it is."
        )
    forced = ", by force: the history says so" if outcome.losses else ""
    return f"{name} is in use now{forced}. `blastcheck models rollback` goes back to {before}."


@models.command()
def rollback() -> None:
    """Go back to the model that was in use before."""
    from classifier.store.models import Store

    say(f"{Store().rollback()} is in use now.")


@models.command()
@click.argument("name")
@click.argument("file", type=FILE)
def export(name: str, file: Path) -> None:
    """Write the model NAME into one FILE, for somebody else to import."""
    from hashlib import sha256

    from classifier.store.models import Store

    Store().export(name, file)
    say(f"{file}: {file.stat().st_size:,} bytes, SHA-256 {sha256(file.read_bytes()).hexdigest()}")


@models.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="What to call it; by default what it calls itself.")
def import_(file: Path, name: str | None) -> None:
    """Keep the model in FILE, which `export` wrote, or in a model folder; it is not used yet.

    It is checked before it is kept: names, sizes, hash, every number, golden scores. Nothing in
    it is run.
    """
    from classifier.store.models import Store

    kept = Store().keep(file, name)
    say(f"{kept} is kept. `blastcheck models use {kept}` takes it into use, if it is no worse.")


@models.command()
@click.argument("name")
def remove(name: str) -> None:
    """Delete the model NAME; not the one in use, nor the shipped one."""
    from classifier.store.models import Store

    Store().remove(name)
    say(f"{name} is deleted.")


@models.command()
def where() -> None:
    """Print the folder of everything that blastcheck keeps: models, history, feedback."""
    from classifier.store.places import data_folder

    say(str(data_folder()))
