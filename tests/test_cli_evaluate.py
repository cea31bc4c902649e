"""The command `evaluate`: what it prints, writes and refuses."""

import json
import shutil

import jsonschema
import pytest
from click.testing import CliRunner

from classifier.checker import Checker
from classifier.cli import Exit, main
from classifier.corpus import load_examples
from classifier.evaluation import MEASURES, SUITES, intervals
from classifier.model import find
from classifier.schema import LABELS
from tests.small_corpus import record, records, write

LINES = records(2, tactics=("easy_out", "desperation"))
SHORT = record("en", "ordinary", 99, "Hi there")


@pytest.fixture
def command(monkeypatch, tmp_path):
    """Run the command in an empty folder, with few bootstrap samples."""
    monkeypatch.setattr(intervals, "RESAMPLES", 20)
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: tmp_path / "home" / name)
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(main, list(map(str, args)))


@pytest.fixture
def data(tmp_path):
    return write(tmp_path / "data.jsonl", [*LINES, SHORT])


def test_text_is_a_table_of_languages_and_labels(command, data):
    done = command("evaluate", data)
    assert (done.exit_code, done.stderr) == (Exit.OK, "")
    heads, _, *lines = done.stdout.splitlines()
    assert heads.split("|")[1:5] == [" language ", " label ", " n ", " offending "]
    assert [line.split("|")[1].strip() for line in lines[::2]] == ["all", "en", "fr", "he"]
    assert lines[0].split("|")[3].strip() == str(len(LINES) + 1)


def test_json_is_one_object_with_every_measure(command, data):
    done = command("evaluate", data, "--format", "json")
    [line] = done.stdout.splitlines()
    found = json.loads(line)
    assert (found["schema"], found["model"]) == (1, Checker.load().model.tag)
    assert [(m["lang"], m["label"]) for m in found["measures"][:2]] == [("all", x) for x in LABELS]
    for measures in found["measures"]:
        for name in MEASURES:
            assert set(measures[name]) == {"value", "low", "high"}


def test_undefined_measures_are_json(command, tmp_path):
    fine = write(tmp_path / "fine.jsonl", [row for row in LINES if row["kind"] == "ordinary"])
    done = command("evaluate", fine, "--format", "json")

    def refuse(constant):
        raise AssertionError(constant)

    found = json.loads(done.stdout, parse_constant=refuse)
    assert found["measures"][0]["recall"]["value"] is None


def test_several_files_are_measured_together(command, tmp_path):
    halves = [write(tmp_path / f"{i}.jsonl", LINES[i::2]) for i in range(2)]
    whole = write(tmp_path / "whole.jsonl", [*LINES[::2], *LINES[1::2]])
    assert command("evaluate", *halves).stdout == command("evaluate", whole).stdout


ROW = {
    "type": "object",
    "required": ["id", "lang", "group", "verdict", "flags", "labels", "scores"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string"},
        "lang": {"enum": ["en", "fr", "he", "other"]},
        "group": {"type": "string"},
        "verdict": {"enum": ["ok", "unsure", "flag", "not_judged"]},
        "flags": {"type": "array", "items": {"enum": list(LABELS)}},
        "labels": {"type": "object", "additionalProperties": {"enum": [0, 1]}},
        "scores": {"type": "object", "additionalProperties": {"type": "number"}},
    },
}


def test_rows_tell_each_message_without_its_words(command, data, tmp_path):
    done = command("evaluate", data, "--rows", tmp_path / "rows.jsonl")
    assert done.exit_code == Exit.OK
    text = (tmp_path / "rows.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    validator = jsonschema.Draft202012Validator(ROW)
    for row, line in zip(rows, [*LINES, SHORT], strict=True):
        validator.validate(row)
        assert row["id"] == line["id"]
        assert row["labels"] == {label: line[label] for label in LABELS}
    assert (rows[-1]["verdict"], rows[-1]["scores"]) == ("not_judged", {})
    assert [line["text"] for line in LINES if line["text"] in text] == []


def test_rows_are_the_verdicts_of_check(command, data, tmp_path):
    command("evaluate", data, "--rows", tmp_path / "rows.jsonl")
    rows = map(json.loads, (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines())
    checker = Checker.load()
    for row, example in zip(rows, load_examples([data]), strict=True):
        report = checker.check(example.message)
        assert (row["verdict"], row["scores"]) == (report.verdict, dict(report.scores))


def test_thresholds_of_the_settings_count(command, data, tmp_path):
    (tmp_path / "blastcheck.toml").write_text("thresholds = { cv_blast = 1.0 }", encoding="utf-8")
    mine = command("evaluate", data, "--format", "json")
    models = command("evaluate", data, "--format", "json", "--no-config")
    recalls = [json.loads(d.stdout)["measures"][0]["recall"]["value"] for d in (mine, models)]
    assert recalls[0] == 0.0 < recalls[1]


def test_another_model_can_be_named(command, data, tmp_path):
    shutil.copytree(find(), tmp_path / "other")
    done = command("evaluate", data, "--model", tmp_path / "other")
    assert (done.exit_code, done.stderr) == (Exit.OK, "")
    done = command("evaluate", data, "--model", tmp_path / "nowhere")
    assert done.exit_code == Exit.USAGE
    assert "nowhere" in done.stderr


GOOD = LINES[0]
BROKEN = {
    "no JSON": "{",
    "no object": "[1]",
    "deep": "[" * 100_000,
    "no label": {key: value for key, value in GOOD.items() if key != "cv_blast"},
    "no text": GOOD | {"text": None},
    "another language": GOOD | {"lang": "de"},
}
ILL_TYPED = {
    "spans are a number": GOOD | {"spans": 3},
    "a span is a number": GOOD | {"spans": [3]},
    "a tactic is a list": GOOD | {"spans": [{"start": 0, "end": 2, "tactic": ["x"]}]},
    "codes are a number": GOOD | {"codes": 4},
    "a code is a list": GOOD | {"codes": [["P1"]]},
    "an envelope is a list": GOOD | {"envelope": [1]},
    "a count is a word": GOOD | {"envelope": {"to": "many"}},
    "a subject is a number": GOOD | {"subject": 4},
    "a thread is unknown": GOOD | {"envelope": {"to": 1, "thread": "lost"}},
}


@pytest.mark.parametrize(
    "name",
    [*BROKEN, *ILL_TYPED],
)
def test_a_broken_record_is_named_with_its_line(command, tmp_path, name):
    path = write(tmp_path / "broken.jsonl", [GOOD, {**BROKEN, **ILL_TYPED}[name], GOOD])
    done = command("evaluate", path)
    assert done.exit_code == Exit.USAGE
    assert done.stderr.startswith(f"blastcheck: {path}:2: ")
    assert GOOD["text"] not in done.stderr
    assert done.stdout == ""


def test_all_broken_records_are_named_at_once(command, tmp_path):
    path = write(tmp_path / "broken.jsonl", BROKEN.values())
    done = command("evaluate", path)
    assert [f"{path}:{n}: " in done.stderr for n in range(1, len(BROKEN) + 1)] == [True] * len(
        BROKEN
    )


def test_a_missing_file_is_one_line(command, tmp_path):
    done = command("evaluate", tmp_path / "nowhere.jsonl")
    assert done.exit_code == Exit.USAGE
    assert "nowhere.jsonl: " in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_without_messages_says_so(command, tmp_path):
    done = command("evaluate", write(tmp_path / "empty.jsonl", []))
    assert done.exit_code == Exit.USAGE
    assert "empty.jsonl" in done.stderr
    assert "internal error" not in done.stderr


def test_rows_that_cannot_be_written_say_so(command, data, tmp_path):
    done = command("evaluate", data, "--rows", tmp_path / "nowhere" / "rows.jsonl")
    assert done.exit_code == Exit.USAGE
    assert "nowhere" in done.stderr
    assert "internal error" not in done.stderr


# evaluate --suite


def test_the_command_names_every_suite():
    [option] = [param for param in main.commands["evaluate"].params if param.name == "suite"]
    assert [*option.type.choices] == [*SUITES, "all"]


def test_a_suite_is_asked_of_the_messages_named(command, data):
    done = command("evaluate", "--suite", "near", data)
    assert (done.exit_code, done.stderr) == (Exit.OK, "")
    heads, _, *lines = done.stdout.splitlines()
    assert heads.startswith("| suite | measure |")
    fine = sum(row["kind"] == "hard_negative" for row in LINES)
    assert lines[0].startswith(f"| near | flagged |  | all | any | {fine} | ")


def test_a_suite_as_json(command, data):
    done = command("evaluate", "--suite", "calibration", data, "--format", "json")
    [line] = done.stdout.splitlines()
    found = json.loads(line)
    assert (found["schema"], found["model"]) == (1, Checker.load().model.tag)
    assert {row["suite"] for row in found["results"]} == {"calibration"}
    assert set(found["results"][0]) >= {"n", "value", "low", "high", "bar", "met"}


def test_a_suite_that_cannot_be_asked_is_an_error(command, data):
    done = command("evaluate", "--suite", "swap", data)
    assert (done.exit_code, done.stdout) == (Exit.USAGE, "")
    assert "suite swap: no such messages among" in done.stderr


def test_all_asks_what_it_can_and_names_what_is_missing(command, data):
    done = command("evaluate", "--suite", "all", data, "--format", "json")
    asked = {row["suite"] for row in json.loads(done.stdout)["results"]}
    missing = {line.split()[2].rstrip(":") for line in done.stderr.splitlines()}
    assert done.exit_code == Exit.NOT_JUDGED
    assert asked | missing == set(SUITES)
    assert asked & missing == set()
    assert {"near", "calibration", "disguise"} <= asked
    assert {"swap", "fairness"} <= missing


def test_without_data_a_suite_looks_in_the_clone_and_says_so(command, tmp_path, monkeypatch):
    done = command("evaluate", "--suite", "near")
    assert done.exit_code == Exit.USAGE
    assert "name the messages as DATA" in done.stderr
    (tmp_path / "data/messages").mkdir(parents=True)
    path = write(tmp_path / "data/messages/test-en.jsonl", LINES)
    monkeypatch.chdir(tmp_path / "data")
    done = command("evaluate", "--suite", "near")
    assert done.exit_code == Exit.OK
    assert done.stderr == f"blastcheck: suite near: asked of {path}\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "Missing argument"),
        (["--suite", "nonsense"], "nonsense"),
        (["--suite", "near", "--rows", "out.jsonl"], "exclude each other"),
    ],
)
def test_evaluate_refuses_what_it_cannot_do(command, args, says):
    done = command("evaluate", *args)
    assert done.exit_code == Exit.USAGE
    assert says in done.stderr
