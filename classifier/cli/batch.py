"""`blastcheck batch`: judge whole folders, mailboxes and tables."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from classifier.cli.outputs import OUTPUT_FORMATS, outputs_of
from classifier.cli.shell import Exit, complain, cores, say, settings_from, settings_options, width
from classifier.schema import LANGUAGES, InputError

if TYPE_CHECKING:
    from classifier.batch import Plan, Summary
    from classifier.batch.run import Watcher
    from classifier.config import Settings

INPUT_FORMATS = (
    *("auto", "txt", "md", "html", "eml", "mbox", "csv", "tsv", "jsonl", "parquet", "whatsapp"),
)


@click.command()
@click.argument("sources", nargs=-1, required=True)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write the reports.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also, or only, write one HTML page to look at.",
)
@click.option(
    "--format",
    type=click.Choice(OUTPUT_FORMATS),
    help="What to write; by default as the name of FILE ends.",
)
@click.option(
    "--input-format",
    type=click.Choice(INPUT_FORMATS),
    default="auto",
    show_default=True,
    help="How to read every file; auto goes by name, then by content.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=NAME",
    help="The column of a table that holds FIELD: text, subject, from, to, cc, bcc, attachments,"
    " lang or id.",
)
@click.option(
    "--template",
    type=click.Path(path_type=Path),
    metavar="LETTER",
    help="Mail-merge: fill each row of the tables into this letter.",
)
@click.option("--sender", metavar="NAME", help="In chats and tables, read only what NAME wrote.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the messages.")
@click.option(
    "--ui-lang", type=click.Choice(LANGUAGES), help="Language of the advice and the page."
)
@click.option("--explain", is_flag=True, help="Also fill in the reasons and the changes.")
@click.option("--strict", is_flag=True, help="Exit with status 4 when a message is unsure.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes to judge with; by default one a core.",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was interrupted.")
@settings_options
def batch(
    sources: tuple[str, ...],
    *,
    strict: bool,
    config: Path | None,
    no_config: bool,
    model: str | None,
    **options: Any,
) -> None:
    """Judge every message in SOURCES.

    A source is a file or folder of messages, a mailbox (mbox, Maildir), a table (CSV, TSV, JSON
    Lines, Parquet) with a message a row, a chat (LinkedIn's messages.csv, WhatsApp), a .zip or
    compressed file of these, or drafts on a mail server: imaps://user@host or
    imaps://user@host/Folder. Its password comes from the variable BLASTCHECK_IMAP_PASSWORD, the
    keyring, or a prompt.

    Exit statuses are those of blastcheck itself. What cannot be read is told with its place, and
    the run goes on.
    """
    settings = settings_from(config=config, no_config=no_config, model=model)
    plan = _plan(sources, settings, options)
    from classifier.batch import run_batch
    from classifier.batch.journal import OutputError

    try:
        with _progress(sources) as watcher:
            summary = run_batch(plan, watcher)
    except OutputError as error:
        complain(str(error))
        sys.exit(Exit.NOT_JUDGED)
    except KeyboardInterrupt:
        complain(f"stopped; repeat the command with --resume to go on ({plan.journal})")
        sys.exit(Exit.INTERRUPTED)
    say(str(summary))
    sys.exit(_status(summary, strict=strict))


def _plan(sources: tuple[str, ...], settings: Settings, options: dict[str, Any]) -> Plan:
    from dataclasses import replace

    from classifier.batch import Plan
    from classifier.batch.clusters import MassSend
    from classifier.batch.slips import Slips
    from classifier.batch.task import Task
    from classifier.sources import ReadOptions

    named = options["input_format"]
    settings = replace(settings, ui_lang=options["ui_lang"] or settings.ui_lang)
    return Plan(
        sources,
        outputs_of(options["out"], options["format"], options["report"]),
        Task(settings, options["lang"], options["explain"], findings=(MassSend(settings), Slips())),
        ReadOptions(
            None if named == "auto" else named,
            _columns(options["columns"]),
            options["template"],
            options["sender"],
            _passwords(sources),
        ),
        options["jobs"] or cores(),
        options["resume"],
    )


def _passwords(sources: tuple[str, ...]) -> Callable[[str, str], str]:
    """Ask for every password now, before a bar is drawn; a wrong address is told later."""
    from functools import cache

    from classifier.cli.password import password_for
    from classifier.sources import Address, is_address

    known = cache(password_for)
    for source in filter(is_address, sources):
        with suppress(InputError):
            address = Address.parse(source)
            known(address.user, address.host)
    return known


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return field -> column of `--column FIELD=NAME`."""
    from classifier.sources.rows import FIELDS

    columns = {}
    for pair in pairs:
        field, equals, name = pair.partition("=")
        if field not in FIELDS or not equals or not name:
            fields = ", ".join(FIELDS)
            raise click.UsageError(f"--column {pair}: write FIELD=NAME, FIELD one of {fields}")
        columns[field] = name
    return columns


@contextmanager
def _progress(sources: tuple[str, ...]) -> Iterator[Watcher]:
    """Show a bar with rate and time left on a terminal, and failures above it."""
    from classifier.batch.run import Watcher

    if not sys.stderr.isatty():
        yield Watcher(complain=complain)
        return
    from tqdm import tqdm

    from classifier.sources import size_of

    done = 0
    layout = "{percentage:3.0f}% |{bar}| {desc}, {elapsed} passed, {remaining} left"
    with tqdm(
        total=size_of(sources),
        bar_format=layout,
        leave=False,
        file=sys.stderr,
        ncols=width(),  # a terminal that does not know its size would show nothing
        nrows=24,
    ) as bar:

        def moved(messages: int, size: int) -> None:
            nonlocal done
            done += messages
            rate = done / max(bar.format_dict["elapsed"], 0.001)
            bar.set_description_str(f"{done:,} messages, {rate:,.0f} a second", refresh=False)
            bar.update(size)

        def above(text: str) -> None:
            with bar.external_write_mode(file=sys.stderr):
                complain(text)

        yield Watcher(moved, above)


def _status(summary: Summary, *, strict: bool) -> Exit:
    counts = summary.outcomes
    if counts["flag"]:
        return Exit.FLAGGED
    if counts["failed"] or counts["not_judged"]:
        return Exit.NOT_JUDGED
    return Exit.UNSURE if strict and counts["unsure"] else Exit.OK
