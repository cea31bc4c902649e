"""The command: arguments, exit statuses, diagnostics, and what importing it costs.

The runs of `cases/cli/` use a checker that judges by single words, so that they test the command
and nothing else.
"""

import io
import json
import os
import re
import subprocess
import sys
import tomllib
import types
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from classifier.cli import Exit, main
from classifier.cli.shell import wants_color
from classifier.schema import Evidence, LanguageDataError, ModelError, Report

HERE = Path(__file__).parent
ROOT = HERE.parent
CASES = [
    pytest.param(case, id=case["label"])
    for path in sorted((HERE / "cases" / "cli").glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]


class OneWordChecker:
    """Judges by the words FLAG, UNSURE and FOREIGN; anything else is fine."""

    @classmethod
    def load(cls, folder=None, *, settings):
        if folder:
            raise ModelError(f"{folder.name}: no model here")
        assert settings is not None
        return cls()

    def check(self, message, *, ui_lang=None):
        assert ui_lang in (None, "en", "fr", "he")
        text = message.text
        if "CRASH" in text:
            raise ValueError(text)
        report = Report(message, message.lang or "en", "ok", limits=message.limits)
        if "FOREIGN" in text:
            return replace(report, verdict="not_judged", not_judged="In no language of ours.")
        if "UNSURE" in text:
            scores = {"cv_blast": 0.5, "give_to_get": 0.1}
            return replace(report, verdict="unsure", unsure=("cv_blast",), scores=scores)
        if "FLAG" not in text:
            return replace(report, scores={"cv_blast": 0.02, "give_to_get": 0.1})
        start = text.index("FLAG")
        found = Evidence("mass_address", "cv_blast", start, start + 4, "FLAG", 1.0)
        scores = {"cv_blast": 0.97, "give_to_get": 0.1}
        return replace(
            report, verdict="flag", flags=("cv_blast",), scores=scores, evidence=(found,)
        )


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Run the command in an empty folder, with a checker that is easily foreseen."""
    checker = types.ModuleType("classifier.checker")
    checker.Checker = OneWordChecker
    monkeypatch.setitem(sys.modules, "classifier.checker", checker)
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: tmp_path / "home" / name)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return lambda *args, stdin=None: CliRunner().invoke(main, args, input=stdin)


@pytest.mark.parametrize("case", CASES)
def test_case(command, case, tmp_path):
    for name, text in case.get("files", {}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    result = command(*case["args"], stdin=case.get("stdin"))
    assert [want for want in case.get("want", ()) if want not in result.stdout] == []
    assert [want for want in case.get("want_err", ()) if want not in result.stderr] == []
    assert [text for text in case.get("absent", ()) if text in result.output] == []
    assert result.exit_code == case["exit"]


def test_exit_statuses_are_the_documented_ones():
    assert {status.name: int(status) for status in Exit} == {
        "OK": 0,
        "FLAGGED": 1,
        "USAGE": 2,
        "NOT_JUDGED": 3,
        "UNSURE": 4,
        "INTERRUPTED": 130,
        "BROKEN_PIPE": 141,
    }


def test_too_long_an_input_is_cut_and_says_so(command, monkeypatch):
    monkeypatch.setattr("classifier.readers.MAX_BYTES", 10)
    report = json.loads(command("-", "--format", "json", stdin="OK " * 100).stdout)
    assert report["limits"] == ["only the first 10 bytes were read"]


def test_json_lines_are_one_report_a_message(command, tmp_path):
    for name in "abc":
        (tmp_path / name).write_text("FLAG\u2028\n", encoding="utf-8")
    result = command("--format", "json", "a", "b", "c")
    assert [json.loads(line)["source"] for line in result.stdout.splitlines()] == ["a", "b", "c"]


def test_a_file_under_no_permission_is_one_line(command, tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("OK", encoding="utf-8")

    def refuse(_path, **_):
        raise PermissionError(13, "Permission denied")
        yield

    monkeypatch.setattr("classifier.readers.read_messages", refuse)
    result = command("a.txt")
    assert result.stderr == "blastcheck: a.txt: Permission denied\n"
    assert result.exit_code == Exit.NOT_JUDGED


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (LanguageDataError("en/cues.toml: broken"), Exit.USAGE),
        (KeyboardInterrupt(), Exit.INTERRUPTED),
    ],
)
def test_faults_that_concern_every_file_stop_the_run(command, tmp_path, monkeypatch, error, status):
    def fail(*_, **__):
        raise error

    (tmp_path / "a.txt").write_text("OK", encoding="utf-8")
    monkeypatch.setattr(OneWordChecker, "check", fail)
    result = command("a.txt", "a.txt")
    assert (result.exit_code, result.stderr.count("\n")) == (status, 1 if str(error) else 0)


def test_a_crash_outside_a_message_shows_none_of_its_words(command, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("my-secret")

    (tmp_path / "a.txt").write_text("OK", encoding="utf-8")
    monkeypatch.setattr(OneWordChecker, "load", fail)
    result = command("a.txt")
    assert result.exit_code == Exit.NOT_JUDGED
    assert re.fullmatch(
        r"blastcheck: internal error: RuntimeError at test_cli.py:\d+ in fail; .*\n", result.stderr
    )


@pytest.mark.parametrize(
    ("choice", "environment", "tty", "wanted"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {}, True, False),
    ],
)
def test_colour(monkeypatch, choice, environment, tty, wanted):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    stream.isatty = lambda: tty
    monkeypatch.setattr(sys, "stdout", stream)
    assert wants_color(choice) is wanted


def test_every_command_and_option_has_help():
    commands = {"blastcheck": main, **main.commands, **main.commands["models"].commands}
    silent = [name for name, found in commands.items() if not found.help]
    silent += [
        f"{name} {option.opts}"
        for name, found in commands.items()
        for option in found.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


def python(*args, **options):
    """Run Python in a new process, in the folder of the project."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, *args],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
        **options,
    )


def test_help_imports_nothing_slow():
    code = (
        "import sys\nfrom classifier.cli import main\nmain(['--help'], standalone_mode=False)\n"
        "print(sorted({'spacy', 'sklearn', 'numpy', 'scipy', 'lxml', 'joblib', 'platformdirs',"
        " 'classifier.render'} & set(sys.modules)), file=sys.stderr)"
    )
    result = python("-c", code)
    assert result.stderr.decode().strip() == "[]"
    assert b"Usage: " in result.stdout


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "cp1255"])
def test_an_output_that_lacks_letters_shows_escapes(encoding):
    result = python("-m", "classifier", "rules", "--lang", "he", env={"PYTHONIOENCODING": encoding})
    assert (result.returncode, result.stderr) == (0, b"")
    assert b"\\u2067" in result.stdout


def test_a_reader_that_goes_away_is_no_complaint():
    command = f"{sys.executable} -m classifier rules; echo $? >&2"
    result = subprocess.run(
        ["bash", "-c", f"({command}) | true"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert result.stderr.decode().split() == [str(int(Exit.BROKEN_PIPE))]


@pytest.mark.skipif(
    not (ROOT / "models" / "default" / "model.json").exists(), reason="no default model built yet"
)
@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Dear all, please forward my CV to everyone you know.", "What stands out"),
        ("Bonjour à tous, merci de faire suivre mon CV à tous vos contacts.", "Ce qui ressort"),
        ("שלום לכולם, אשמח אם תעבירו את קורות החיים שלי לכל מי שאתם מכירים.", "מה בולט כאן"),
    ],
    ids=["en", "fr", "he"],
)
def test_the_real_model_flags_a_blast_without_what_only_training_needs(text, heading):
    code = (
        "import atexit, sys\nfrom classifier.cli import main\n"
        "slow = {'sklearn', 'scipy', 'pandas', 'spacy.lang.fr'}\n"
        "atexit.register(lambda: print(sorted(slow & set(sys.modules)), file=sys.stderr))\n"
        "main(['-', '--no-config'])"
    )
    result = python("-c", code, input=text.encode())
    assert result.stderr.decode().strip() == "[]"
    assert heading in result.stdout.decode()
    assert result.returncode == Exit.FLAGGED
