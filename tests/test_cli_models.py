"""The commands `models`, `feedback` and `forget`: what they print, keep and refuse."""

import json
import re

import pytest
from click.testing import CliRunner

from classifier.checker import Checker
from classifier.cli import Exit, main
from classifier.evaluation import frozen, intervals
from classifier.model import shipped
from classifier.store.models import Store
from tests.conftest import ROOT
from tests.small_corpus import records, write
from tests.small_models import small_models

BLAST = ROOT / "data/samples/en/vp-blast.txt"
SIGNATURE = BLAST.read_text(encoding="utf-8").rstrip().split("\n")[-1]
FINE = ROOT / "data/samples/en/honest-application.txt"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return small_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Run the command with local data of its own, few resamples, and small frozen messages."""
    for folder in ("package/messages", "here"):
        (tmp_path / folder).mkdir(parents=True)
    files = [write(tmp_path / "package/messages/test-en.jsonl", records(12, seed=3))]
    monkeypatch.setattr(frozen, "frozen_files", lambda: files)
    monkeypatch.setattr(intervals, "RESAMPLES", 50)
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: tmp_path / "home" / name)
    monkeypatch.setenv("BLASTCHECK_DATA", str(tmp_path / "local"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path / "here")
    return lambda *args: CliRunner().invoke(main, list(map(str, args)))


def test_at_first_there_is_the_shipped_model_alone(command, tmp_path):
    done = command("models", "list")
    assert done.stdout.splitlines()[0] == f"* {'default':<20} {Checker.load().model.tag}"
    assert done.stdout.endswith(f"Kept in {tmp_path / 'local' / 'models'}\n")
    assert command("models", "where").stdout == f"{tmp_path / 'local'}\n"
    assert not (tmp_path / "local").exists()


def test_from_a_file_to_the_model_in_use_and_back(command, built):
    assert command("models", "export", built / "honest", "h.blastcheck").exit_code == Exit.OK
    done = command("models", "import", "h.blastcheck", "--name", "noa")
    assert done.stdout.startswith("noa is kept.")
    assert command("models", "use", "noa", "--force").exit_code == Exit.OK
    rows = [
        json.loads(r) for r in command("models", "list", "--format", "json").stdout.split("\n")[:-1]
    ]
    assert [(row["name"], row["in_use"]) for row in rows] == [("default", False), ("noa", True)]
    tag = rows[1]["tag"]
    report = json.loads(command("check", BLAST, "--format", "json").stdout)
    assert report["model"] == tag
    assert command("models", "rollback").stdout == "default is in use now.\n"
    assert command("models", "remove", "noa").stdout == "noa is deleted.\n"
    assert json.loads(command("check", BLAST, "--format", "json").stdout)["model"] != tag


def test_a_worse_model_is_refused_with_the_texts_of_what_flipped(command, built):
    command("models", "import", built / "honest")
    command("models", "use", "honest", "--force")
    command("models", "import", built / "poisoned")
    done = command("models", "use", "poisoned")
    assert done.exit_code == Exit.FLAGGED
    assert "Became wrong (" in done.stdout
    assert re.search(r"no longer flagged as cv_blast, \d+% → \d+%\n    .*CV", done.stdout)
    assert "\nWhere it is worse:\n  all cv_blast " in done.stdout
    assert "poisoned is not taken into use: it would be worse than honest" in done.stdout
    shown = json.loads(command("models", "show", "poisoned", "--format", "json").stdout)
    assert [entry["did"] for entry in shown["history"]] == ["kept", "refused"]
    told = json.loads(command("models", "use", "poisoned", "--format", "json").stdout)
    assert (told["taken"], told["passed"]) == (False, False)
    assert {"id", "lang", "label", "old", "new", "text"} <= told["flips"][0].keys()
    forced = command("models", "use", "poisoned", "--force")
    assert forced.exit_code == Exit.OK
    assert "poisoned is in use now, by force: the history says so." in forced.stdout
    assert "used, by force\n  worse: " in command("models", "show", "poisoned").stdout


def test_compare_tells_and_changes_nothing(command, built, tmp_path):
    data = write(tmp_path / "mine.jsonl", records(6, seed=9))
    worse = command("models", "compare", built / "honest", built / "poisoned", data)
    assert (worse.exit_code, "Where it is worse:" in worse.stdout) == (Exit.FLAGGED, True)
    better = command("models", "compare", built / "poisoned", built / "honest", data)
    assert (better.exit_code, "Where it is worse:" in better.stdout) == (Exit.OK, False)
    same = command("models", "compare", "default", "default", "--format", "json")
    assert json.loads(same.stdout)["passed"]
    assert not (tmp_path / "local").exists()


def test_the_options_and_the_variable_win_over_the_model_in_use(command, built, monkeypatch):
    command("models", "import", built / "honest")
    command("models", "use", "honest", "--force")

    def tag_of(*args):
        return json.loads(command("check", FINE, "--format", "json", *args).stdout)["model"]

    assert tag_of().startswith("honest@")
    assert tag_of("--no-config").startswith("honest@")
    assert tag_of("--model", "default").startswith("default@")
    assert tag_of("--model", built / "other").startswith("other@")
    monkeypatch.setenv("BLASTCHECK_MODEL", str(built / "other"))
    assert tag_of().startswith("other@")
    assert tag_of("--model", "default").startswith("default@")
    assert tag_of("--model", "honest").startswith("honest@")


def test_every_command_that_judges_takes_the_model_in_use(command, built, tmp_path):
    command("models", "import", built / "honest")
    command("models", "use", "honest", "--force")
    done = command("evaluate", write(tmp_path / "d.jsonl", records(2)), "--format", "json")
    assert json.loads(done.stdout)["model"].startswith("honest@")
    command("batch", FINE, "-o", "out.jsonl", "--jobs", 1)
    out = (tmp_path / "here" / "out.jsonl").read_text(encoding="utf-8")
    assert json.loads(out)["model"].startswith("honest@")
    assert Checker.load().model.folder == shipped()


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (("use", "nobody"), "nobody: no model of `blastcheck models list` (default)"),
        (("show", "nobody"), "nobody: neither a model"),
        (("compare", "default", "nobody"), "nobody: neither a model"),
        (("remove", "default"), "default comes with blastcheck, and stays"),
        (("rollback",), "nothing to go back to"),
        (("import", "nowhere"), "nowhere: No such file or directory"),
        (("import", str(shipped()), "--name", "A B"), "'A B': a model's name has"),
        (("import", str(shipped()), "--name", "default"), "choose another name"),
        (("import", str(BLAST)), "not a model file"),
        (("export", "default", "no/where"), "No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_one_line(command, args, complaint):
    done = command("models", *args)
    assert (done.exit_code, done.stderr.count("\n")) == (Exit.USAGE, 1)
    assert complaint in done.stderr


def test_a_model_in_use_that_is_gone_is_told_by_every_command(command, built):
    command("models", "import", built / "honest")
    command("models", "use", "honest", "--force")
    (Store().where.models / "honest" / "model.json").unlink()
    done = command("check", FINE)
    assert done.exit_code == Exit.USAGE
    assert "`blastcheck models use default` goes back" in done.stderr
    assert "* honest               broken: " in command("models", "list").stdout
    assert command("models", "use", "default").exit_code == Exit.OK
    assert command("check", FINE).exit_code == Exit.OK


def test_training_with_use_keeps_gates_and_remembers_whom_it_knows(command, tmp_path):
    said = command("feedback", BLAST, "--wrong", "--label", "cv_blast")
    known_as = said.stdout.split(":")[0]
    data = write(tmp_path / "small.jsonl", records())
    feedback = tmp_path / "local/feedback.jsonl"
    done = command("train", data, feedback, "-o", "out", "--only", "--name", "mine", "--use")
    assert done.exit_code in (Exit.OK, Exit.FLAGGED), done.stderr
    assert "mine is kept." in done.stdout
    forgotten = command("forget", known_as)
    assert forgotten.stdout.splitlines()[0] == f"{known_as} is deleted."
    assert "Trained with it: mine." in forgotten.stdout
    refused = command("train", data, "-o", "out", "--only", "--use")
    assert (refused.exit_code, "choose another name" in refused.stderr) == (Exit.USAGE, True)


# ------------------------------------------------------------------ feedback


def test_feedback_is_listed_exported_and_forgotten(command, tmp_path):
    done = command("feedback", BLAST, "--wrong", "--label", "none")
    assert done.exit_code == Exit.OK
    known_as, told = done.stdout.split(": ", 1)
    assert told == f"kept as nothing to flag, in {tmp_path / 'local/feedback.jsonl'}\n"
    listed = command("feedback", "--list").stdout.splitlines()
    assert listed[0].startswith(f"{known_as} en wrong (none) Dear friends and colleagues")
    assert listed[1] == f"1 messages in {tmp_path / 'local/feedback.jsonl'}"
    assert command("feedback", "--export", "out.jsonl").exit_code == Exit.OK
    out = (tmp_path / "here/out.jsonl").read_text(encoding="utf-8")
    assert SIGNATURE not in out
    assert "Harrow & Pike" in out
    assert command("forget", known_as).stdout == f"{known_as} is deleted.\n"
    assert command("forget", known_as).exit_code == Exit.USAGE


def test_an_anonymous_export_names_nobody(command, tmp_path):
    pytest.importorskip("faker", reason="comes with the extra 'anonymize'")
    command("feedback", BLAST, "--right")
    done = command("feedback", "--export", "out.jsonl", "--anonymize")
    assert "read it before you hand it on" in done.stdout
    assert "Harrow" not in (tmp_path / "here/out.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("args", "status", "complaint"),
    [
        ((), Exit.USAGE, "name a FILE"),
        ((BLAST,), Exit.USAGE, "--wrong and --right go together"),
        (("--right",), Exit.USAGE, "name a FILE"),
        ((BLAST, "--list"), Exit.USAGE, "name a FILE"),
        (("--list", "--wrong"), Exit.USAGE, "go together"),
        (("--list", "--anonymize"), Exit.USAGE, "goes with --export"),
        ((FINE, "--wrong"), Exit.USAGE, "the verdict was ok: say what"),
        (("nowhere.txt", "--wrong"), Exit.NOT_JUDGED, "nowhere.txt: No such file"),
        (("--export", "no/where"), Exit.USAGE, "name another file"),
    ],
)
def test_feedback_that_is_not_clear_is_not_kept(command, tmp_path, args, status, complaint):
    done = command("feedback", *args)
    assert (done.exit_code, complaint in done.stderr) == (status, True), done.stderr
    assert not (tmp_path / "local").exists()


def test_what_is_not_judged_is_not_kept(command, tmp_path):
    (tmp_path / "here/short.txt").write_text("Hi", encoding="utf-8")
    done = command("feedback", "short.txt", "--wrong")
    assert done.exit_code == Exit.NOT_JUDGED
    assert "fewer than 4 words" in done.stderr
