"""`blastcheck label`: label one's own messages, those that teach most first."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from classifier.cli.shell import (
    Exit,
    complain,
    cores,
    say,
    settings_from,
    settings_options,
    wants_color,
    width,
)
from classifier.schema import LANGUAGES, ConfigError, Label

if TYPE_CHECKING:
    from classifier.labelling.answers import Answers
    from classifier.labelling.pool import Candidate, Search
    from classifier.labelling.session import Question, Session

KEYS: dict[str, tuple[Label, ...]] = {
    "c": ("cv_blast",),
    "g": ("give_to_get",),
    "b": ("cv_blast", "give_to_get"),
    "n": (),
}
"""Key -> the labels it gives."""

HELP = """\
  c  it is a CV blast            g  it is giving in order to get
  b  it is both                  n  it is neither
  m  mark words, name a tactic   k  borderline: careful people might differ (again: not)
  s  skip for now                u  undo the last mark or answer
  q  stop (all is saved)         ?  show these keys"""


@click.command()
@click.argument("sources", nargs=-1)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.jsonl",
    required=True,
    help="Where the answers are; what stands there already is gone on with.",
)
@click.option("--web", is_flag=True, help="Ask on a page in your browser, served to this machine.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the messages.")
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the answers in OUT.jsonl for another tool, and ask nothing.",
)
@click.option(
    "--tool",
    type=click.Choice(("label-studio", "doccano")),
    default="label-studio",
    show_default=True,
    help="With --export: the tool that is to read FILE.",
)
@settings_options
def label(
    sources: tuple[str, ...],
    *,
    out: Path,
    config: Path | None,
    no_config: bool,
    model: str | None,
    **options: Any,
) -> None:
    """Label messages of your own in SOURCES, for `blastcheck train`.

    SOURCES are those of `blastcheck batch`. All are judged once; then you are asked about the one
    whose answer teaches most: where blastcheck is unsure, or judges unlike its neighbours; one of
    each mass send; the languages in turn; one in five drawn by chance. Every answer is saved before
    the next question. Only the sender's own words are kept.
    """
    from classifier.labelling.answers import Answers, alone_with

    if (options["export"] is None) == (not sources):
        raise click.UsageError("name SOURCES to label, or --export FILE")
    with alone_with(out):
        answers = Answers(out)
        if options["export"]:
            _export(answers, options["tool"], options["export"])
            return
        settings = settings_from(config=config, no_config=no_config, model=model)
        if not options["web"] and not sys.stdin.isatty():
            raise ConfigError("label asks for keys on a terminal, and this is none; use --web")
        from classifier.labelling.pool import Search

        session = _session(Search(sources, settings, options["lang"], jobs=cores()), answers)
        if options["web"]:
            _serve(session)
        else:
            _ask_all(session, color=wants_color(settings.color))
        say(f"{len(answers.rows)} answers in {out}")


def _session(search: Search, answers: Answers) -> Session:
    from classifier.checker import Checker
    from classifier.labelling.pool import gather
    from classifier.labelling.session import Session

    say("Judging the messages once ...")
    pool: list[Candidate] = gather(search, complain)
    if not pool:
        complain("none of these messages can be judged; there is nothing to label")
        sys.exit(Exit.NOT_JUDGED)
    checker = Checker.load(search.settings.model, settings=search.settings)
    return Session(pool, answers, checker)


def _export(answers: Answers, tool: str, path: Path) -> None:
    from classifier.labelling.exports import EXPORTS
    from classifier.store.durable import write_whole

    try:
        write_whole(path, EXPORTS[tool](answers.rows).encode("utf-8"))
    except OSError as error:
        raise ConfigError(f"--export {path}: {error.strerror}; name another file") from error
    say(f"{len(answers.rows)} answers in {path}, with every word as it was")


def _serve(session: Session) -> None:
    from classifier.labelling.web import Server

    with Server(session) as server:
        say(f"Open {server.url} in a browser on this machine; Ctrl-C here ends it.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("")


def _ask_all(session: Session, *, color: bool) -> None:
    say(HELP)
    while question := session.question():
        _show(question, color=color)
        if not _Asking(session, question).ask():
            return
    say("Nothing is left to ask.")


def _show(question: Question, *, color: bool) -> None:
    from classifier.render.characters import FSI, isolate, visible
    from classifier.render.terminal import render_marked

    one = question.candidate
    why = {"uncertain": "blastcheck is unsure", "neighbours": "judged unlike its neighbours"}
    picked = why.get(question.picked, "drawn by chance")
    say(f"\n{question.answered} answered, {question.left} left; {picked}; {one.lang}")
    say(isolate(visible(one.place), FSI))
    if one.subject:
        say(isolate(visible(one.subject), FSI))
    say(render_marked(question.report, color=color, width=width()).rstrip("\n"))


class _Asking:
    """One question, until it is answered."""

    def __init__(self, session: Session, question: Question) -> None:
        from classifier.corpus import TacticSpan

        self._session, self._question = session, question
        self._borderline = False
        self._spans: list[TacticSpan] = []

    def ask(self) -> bool:
        """Return whether to go on; False to stop."""
        while True:
            click.echo("[c g b n m k s u q ?] ", nl=False)
            try:
                key = click.getchar().lower()
            except (EOFError, KeyboardInterrupt):
                key = "q"
            say(key if key.isprintable() else "")
            if key in "q\x04\x03":
                return False
            if self._done(key):
                return True

    def _done(self, key: str) -> bool:
        """Do what a key says; return whether another question is due."""
        if key in KEYS:
            return self._answered(KEYS[key])
        if key == "s":
            self._session.skip()
            return True
        if key == "u":
            return self._undone()
        if key == "m":
            self._mark()
        elif key == "k":
            self._borderline = not self._borderline
            say("borderline" if self._borderline else "not borderline")
        else:
            say(HELP)
        return False

    def _answered(self, labels: tuple[Label, ...]) -> bool:
        from classifier.labelling.answers import Answer, contradiction

        answer = Answer(labels, self._borderline, tuple(self._spans))
        if wrong := contradiction(answer):
            say(wrong)
            return False
        self._session.answer(answer)
        return True

    def _undone(self) -> bool:
        if self._spans:
            self._spans.pop()
            say("the last mark is gone")
            return False
        if not self._session.undo():
            say("there is no answer to take back")
            return False
        return True

    def _mark(self) -> None:
        from classifier.labelling.marking import span_of, tactic_named
        from classifier.render.characters import FSI, isolate, visible

        text = self._question.candidate.text
        try:
            words = click.prompt("words (copied, or: first words ... last words)")
            tactic = tactic_named(click.prompt("tactic (a code, or the start of a name)"))
            span = span_of(text, words, tactic)
        except ConfigError as error:
            say(visible(str(error)))
            return
        except click.Abort:
            say("nothing was marked")
            return
        self._spans.append(span)
        say(f"{tactic}: {isolate(visible(text[span.start : span.end]), FSI)}")
