"""The command `blastcheck`: parse, call, print, exit. Nothing else.

The only package that prints or exits, and the only one that knows click. What is slow to import is
imported inside the commands, so that `blastcheck --help` answers at once.
"""

from __future__ import annotations

import io
import sys

import click

from classifier.cli.batch import batch
from classifier.cli.check import check
from classifier.cli.evaluate import evaluate
from classifier.cli.feedback import feedback, forget
from classifier.cli.label import label
from classifier.cli.models import models
from classifier.cli.rules import rules
from classifier.cli.shell import Commands, Exit, show_version
from classifier.cli.train import train

__all__ = ["Exit", "main"]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Check a message before you press Send: a CV blast? Giving in order to get?

    `blastcheck message.txt` is short for `blastcheck check message.txt`. A file that is named like
    a command can be reached as ./NAME. Nothing leaves this machine.

    Exit status: 0 nothing to flag; 1 something flagged; 2 wrong usage or configuration; 3 some
    input unreadable or not judged; 4 unsure, only with --strict.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show ⟦ or א gets an escape, not a crash.
        sys.stdout.reconfigure(errors="backslashreplace")


main.add_command(batch)
main.add_command(check)
main.add_command(evaluate)
main.add_command(feedback)
main.add_command(forget)
main.add_command(label)
main.add_command(models)
main.add_command(rules)
main.add_command(train)
