"""`blastcheck check`, the default command: a report on each message."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import difflib
import gc
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from classifier.cli.shell import (
    Exit,
    complain,
    say,
    settings_from,
    settings_options,
    wants_color,
    width,
)
from classifier.crash import without_words
from classifier.schema import LANGUAGES, BlastcheckError, InputError

if TYPE_CHECKING:
    from classifier.checker import Checker
    from classifier.config import Settings
    from classifier.schema import Message, Report


@dataclass(frozen=True)
class Options:
    """The options of `check` that are about one run, not about a model or a settings file."""

    format: str
    input_format: str
    lang: str | None
    ui_lang: str | None
    color: str | None
    explain: bool
    strict: bool
    quiet: bool

    def over(self, settings: Settings) -> Options:
        """Return these options, filled from `settings` where nothing was said."""
        return replace(
            self, ui_lang=self.ui_lang or settings.ui_lang, color=self.color or settings.color
        )


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, or JSON Lines, one report a message.",
)
@click.option(
    "--input-format",
    type=click.Choice(["auto", "txt", "md", "html", "eml"]),
    default="auto",
    show_default=True,
    help="How to read FILES; auto goes by their names, for standard input by its content.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the messages.")
@click.option("--ui-lang", type=click.Choice(LANGUAGES), help="Language of the report.")
@click.option("--explain", is_flag=True, help="Show also what weighed little, and the reasons.")
@click.option("--strict", is_flag=True, help="Exit with status 4 when a message is unsure.")
@click.option("--quiet", is_flag=True, help="One line a message.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    help="Colour the text; auto does so on a terminal unless NO_COLOR is set.",
)
@settings_options
def check(
    files: tuple[Path, ...],
    *,
    config: Path | None,
    no_config: bool,
    model: str | None,
    **options: Any,
) -> None:
    """Check the message in each of FILES; - is standard input."""
    gc.disable()  # nothing loaded at the start is garbage, and looking for it takes a tenth of it
    settings = settings_from(config=config, no_config=no_config, model=model)
    chosen = Options(**options).over(settings)
    from classifier.checker import Checker

    checker = Checker.load(settings.model, settings=settings)
    statuses: set[Exit] = set()
    for path in files:
        statuses.update(_check_file(path, checker, chosen))
        if not gc.isenabled():
            # What the first file needed stays to the end. Looking through it once more when Python
            # exits would take longer than judging the file.
            gc.freeze()
            gc.enable()
    sys.exit(_worst(statuses))


def _check_file(path: Path, checker: Checker, options: Options) -> Iterator[Exit]:
    """Print a report on each message in `path`, yield its status; a broken file is one line."""
    try:
        for message in _messages(path, options):
            report = checker.check(message, ui_lang=options.ui_lang)
            say(_rendered(report, options))
            yield _status(report, strict=options.strict)
    except BrokenPipeError:
        raise
    except (InputError, OSError) as error:
        complain(_unread(path, error))
        yield Exit.NOT_JUDGED
    except BlastcheckError:
        raise
    except Exception as error:
        complain(f"{path}: not judged: {without_words(error)}")
        yield Exit.NOT_JUDGED


def _unread(path: Path, error: InputError | OSError) -> str:
    """Say why `path` was not read; a name that is nearly a command may be meant as one."""
    if isinstance(error, InputError):
        return str(error)
    close = difflib.get_close_matches(str(path), _command_names(), n=1)
    hint = f"; did you mean the command {close[0]!r}?" if close and not path.exists() else ""
    return f"{path}: {error.strerror or type(error).__name__}{hint}"


def _command_names() -> list[str]:
    parent = click.get_current_context().parent
    group = parent.command if parent else None
    return list(group.commands) if isinstance(group, click.Group) else []


def _messages(path: Path, options: Options) -> Iterator[Message]:
    named = None if options.input_format == "auto" else options.input_format
    return messages_at(path, named, options.lang)


def messages_at(path: Path, named: str | None, lang: str | None) -> Iterator[Message]:
    """Yield the messages in a file, or in standard input where it is `-`.

    Args:
        path: of the file.
        named: its format; None goes by its name, or its content.
        lang: what to take for their language; None leaves it to be found out.

    Raises:
        InputError: it cannot be read as a message.
        OSError: it cannot be read.
    """
    from classifier.readers import MAX_BYTES, read_bytes, read_messages, sniff

    messages: Iterable[Message]
    if str(path) == "-":
        data = sys.stdin.buffer.read(MAX_BYTES + 1)  # one more, so that the cut is noticed
        messages = [read_bytes(data, format=named or sniff(data), id="-", source="-")]
    else:
        path.stat()  # so that a missing file is told by its reason, not by its suffix
        messages = read_messages(path, format=named)
    for message in messages:
        yield replace(message, lang=lang) if lang else message


def _rendered(report: Report, options: Options) -> str:
    from classifier.render import render_json, render_line, render_text

    if options.format == "json":
        return render_json(report)
    if options.quiet:
        return render_line(report, ui_lang=options.ui_lang)
    return render_text(
        report,
        color=wants_color(options.color or "auto"),
        width=width(),
        ui_lang=options.ui_lang,
        explain=options.explain,
    )


def _status(report: Report, *, strict: bool) -> Exit:
    if report.verdict == "unsure":
        return Exit.UNSURE if strict else Exit.OK
    return {"flag": Exit.FLAGGED, "not_judged": Exit.NOT_JUDGED}.get(report.verdict, Exit.OK)


def _worst(statuses: set[Exit]) -> Exit:
    """Return the status of the run: what was flagged counts more than what was not read."""
    order = (Exit.FLAGGED, Exit.NOT_JUDGED, Exit.UNSURE)
    return next((status for status in order if status in statuses), Exit.OK)
