"""`blastcheck rules`: what the cues are, and why."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import click

from classifier.cli.shell import say, width
from classifier.schema import LANGUAGES, TACTICS


@click.command()
@click.option("--lang", type=click.Choice(LANGUAGES), help="Only this language.")
@click.option("--tactic", type=click.Choice(list(TACTICS)), help="Only this tactic.")
@click.option(
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, or JSON Lines, one tactic a line.",
)
def rules(lang: str | None, tactic: str | None, format: str) -> None:
    """List the tactics and their cues, each with its reason and its source."""
    from classifier.languages import load_cues
    from classifier.render import render_rules, render_rules_json

    tactics = [tactic] if tactic else list(TACTICS)
    for name in [lang] if lang else LANGUAGES:
        cues = load_cues(name)
        if format == "json":
            for line in render_rules_json(name, cues, tactics=tactics):
                say(line)
        else:
            say(render_rules(name, cues, tactics=tactics, width=width()))
