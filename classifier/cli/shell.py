"""What every command shares: exit statuses, diagnostics, settings, the shape of the terminal."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from classifier.crash import without_words
from classifier.schema import BlastcheckError

if TYPE_CHECKING:
    from classifier.config import Settings

WIDEST = 100
"""Columns a report takes at most: longer lines are hard to read."""


class Exit(IntEnum):
    """Exit statuses, the same for every command. When several apply: 1, then 3, then 4."""

    OK = 0
    FLAGGED = 1
    USAGE = 2
    """A wrong option or configuration, or a broken model: nothing was judged."""
    NOT_JUDGED = 3
    """Some input was unreadable or could not be judged."""
    UNSURE = 4
    """Only with --strict."""
    INTERRUPTED = 130
    """Ctrl-C: 128 + SIGINT, as in any shell."""
    BROKEN_PIPE = 141
    """The reader of our output went away: 128 + SIGPIPE."""


class Commands(click.Group):
    """A group whose default command is `check`, and which shows every error as one line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `check` before arguments that name no command."""
        known = {*self.commands, *ctx.help_option_names, "--version"}
        return super().parse_args(ctx, ["check", *args] if args and args[0] not in known else args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; every exception but click's own becomes a line and a status."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.exceptions.Exit, click.ClickException):
            raise
        except BrokenPipeError:
            _leave_quietly()
        except KeyboardInterrupt:
            sys.exit(Exit.INTERRUPTED)
        except BlastcheckError as error:
            complain(str(error))
            sys.exit(Exit.USAGE)
        except Exception as error:
            complain(without_words(error))
            sys.exit(Exit.NOT_JUDGED)
        return result


def _leave_quietly() -> NoReturn:
    """Exit without the complaint that Python makes when it cannot flush a closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(Exit.BROKEN_PIPE)


def complain(text: str) -> None:
    """Write a diagnostic to stderr; what it quotes cannot drive the terminal."""
    from classifier.render.characters import visible

    lines = [visible(line) for line in f"blastcheck: {text}".split("\n")]
    sys.stderr.write("\n".join(lines) + "\n")


def say(text: str) -> None:
    """Write one line to stdout."""
    sys.stdout.write(text + "\n")


def show_version(ctx: click.Context, _param: click.Parameter, value: object) -> None:
    """Print the version and exit, when `value` says so."""
    if not value:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        say(f"blastcheck {version('blastcheck')}")
    except PackageNotFoundError:
        say("blastcheck (run from its source, not installed)")
    ctx.exit()


def settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that `settings_from` reads."""
    path = click.Path(path_type=Path)
    add = (
        click.option("--no-config", is_flag=True, help="Read no settings file."),
        click.option("--config", type=path, metavar="FILE", help="Read only this settings file."),
        click.option(
            "--model", metavar="NAME|DIR", help="A model or its folder, not the one in use."
        ),
    )
    for option in add:
        command = option(command)
    return command


def settings_from(*, config: Path | None, no_config: bool, model: str | None) -> Settings:
    """Return the settings of files and options; an option wins.

    The model is the option's, else the variable's, else the settings file's, else the one in use
    (`blastcheck models use`); None stands for the shipped one.

    Raises:
        ConfigError: a settings file is wrong.
        ModelError: the model in use is gone.
    """
    from dataclasses import replace

    from classifier.config import MODEL_VARIABLE, Settings, load_settings
    from classifier.store.history import folder_in_use

    if config and no_config:
        raise click.UsageError("--config and --no-config exclude each other: leave one out")
    settings = Settings() if no_config else load_settings(Path.cwd(), file=config)
    named = os.environ.get(MODEL_VARIABLE)
    chosen = _model_named(model) if model else Path(named) if named else settings.model
    return replace(settings, model=chosen or folder_in_use())


def _model_named(model: str) -> Path:
    """Return the folder of the model of that name, else `model` as a path, as ./NAME always is."""
    from classifier.store.history import folder_of
    from classifier.store.places import DEFAULT

    if model == DEFAULT:
        from classifier.model import shipped

        return shipped()
    return folder_of(model) or Path(model)


def wants_color(choice: str) -> bool:
    """Tell whether to colour; said outright, `choice` wins over NO_COLOR (no-color.org)."""
    if choice in ("always", "never"):
        return choice == "always"
    dumb = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not dumb and sys.stdout.isatty()


def cores() -> int:
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def width() -> int:
    """Return the columns to write in."""
    return min(WIDEST, shutil.get_terminal_size().columns)
