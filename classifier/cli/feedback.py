"""`blastcheck feedback` and `forget`: disagreements of daily use, kept on this machine."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from classifier.cli.check import messages_at
from classifier.cli.shell import Exit, complain, say, settings_from, settings_options
from classifier.schema import LANGUAGES, ConfigError, InputError, Label

if TYPE_CHECKING:
    from classifier.config import Settings
    from classifier.schema import Report
    from classifier.store.feedback import Feedback, Said

ANSWERS = (*get_args(Label), "none")


@click.command()
@click.argument("file", required=False, type=click.Path(allow_dash=True, path_type=Path))
@click.option("--wrong", "said", flag_value="wrong", help="The verdict on FILE is wrong.")
@click.option("--right", "said", flag_value="right", help="The verdict on FILE is right.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    type=click.Choice(ANSWERS),
    help="What the message is; may be given more than once.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the message.")
@click.option("--list", "listing", is_flag=True, help="List what is kept.")
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.jsonl",
    help="Write what is kept into a file, as `blastcheck train` takes it.",
)
@click.option(
    "--anonymize",
    is_flag=True,
    help="With --export: mask names, addresses, numbers and links. Read the result before you"
    " hand it on: it misses names that are on no list.",
)
@settings_options
def feedback(
    file: Path | None,
    *,
    config: Path | None,
    no_config: bool,
    model: str | None,
    **options: Any,
) -> None:
    """Remember whether the verdict on the message in FILE was right, to train with it later.

    The sender's own words are kept in your own data folder, nowhere else; `blastcheck forget ID`
    deletes them.
    """
    from classifier.store.feedback import Feedback

    listing, export, said = (options[key] for key in ("listing", "export", "said"))
    if sum((file is not None, listing, export is not None)) != 1:
        raise click.UsageError("name a FILE with --wrong or --right, or say --list, or --export")
    if options["anonymize"] and export is None:
        raise click.UsageError("--anonymize goes with --export")
    if (file is None) != (said is None):
        raise click.UsageError("FILE and one of --wrong and --right go together")
    kept = Feedback()
    if file is not None:
        settings = settings_from(config=config, no_config=no_config, model=model)
        _remember(kept, _judged(file, options["lang"], settings), said, options["labels"])
    elif export is not None:
        _export(kept, export, anonymize=options["anonymize"])
    else:
        _list(kept)


def _judged(file: Path, lang: str | None, settings: Settings) -> Report:
    """Return the verdict on one message; exit with a line if there is none."""
    from classifier.checker import Checker

    try:
        [message] = messages_at(file, None, lang)  # the formats of `check` hold one each
    except (InputError, OSError) as error:
        told = str(error) if isinstance(error, InputError) else f"{file}: {error.strerror}"
        complain(f"{told}; nothing was kept")
        sys.exit(Exit.NOT_JUDGED)
    report = Checker.load(settings.model, settings=settings).check(message, explain=False)
    if report.verdict == "not_judged":
        complain(f"{file}: not judged: {report.not_judged}; nothing was kept")
        sys.exit(Exit.NOT_JUDGED)
    return report


def _remember(kept: Feedback, report: Report, said: Said, labels: Sequence[str]) -> None:
    from classifier.store.feedback import labels_meant

    meant = labels_meant(report, said, labels)
    known_as = kept.remember(report, meant, said)
    say(f"{known_as}: kept as {', '.join(meant) or 'nothing to flag'}, in {kept.where.feedback}")


def _list(kept: Feedback) -> None:
    from classifier.render.characters import FSI, isolate, visible

    for record in kept.records():
        head = isolate(visible(" ".join(str(record.get("text")).split())[:60]), FSI)
        labels = ", ".join(label for label in get_args(Label) if record.get(label)) or "none"
        said = visible(f"{record['id']} {record.get('lang')} {record.get('said')} ({labels})")
        say(f"{said} {head}")
    say(f"{len(kept.records())} messages in {kept.where.feedback}")


def _export(kept: Feedback, out: Path, *, anonymize: bool) -> None:
    from classifier.store.durable import write_whole
    from classifier.store.feedback import exported

    records = exported(kept.records(), mask=anonymize)
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    try:
        write_whole(out, "".join(f"{line}\n" for line in lines).encode())
    except OSError as error:
        raise ConfigError(f"--export {out}: {error.strerror}; name another file") from error
    read = "; read it before you hand it on" if anonymize else ", with every word as it was"
    say(f"{len(records)} messages in {out}{read}")


@click.command()
@click.argument("id")
def forget(id: str) -> None:
    """Delete the message ID of your feedback, and say which models were trained with it."""
    from classifier.store.feedback import Feedback
    from classifier.store.models import Store

    store = Store()
    Feedback().forget(id)
    say(f"{id} is deleted.")
    if trained := store.trained_on(id):
        say(
            f"Trained with it: {', '.join(trained)}. A model holds weights, no messages; to be"
            " without its influence, train again and remove these."
        )
