"""Models kept on this machine: names, the gate, the history, and going back."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.evaluation import frozen, intervals
from classifier.model import load, shipped, verify
from classifier.schema import ConfigError, ModelError
from classifier.store.durable import GONE, NEW, add_line, whole_lines
from classifier.store.gate import take
from classifier.store.history import Entry, folder_in_use, read_history, used_in_turn
from classifier.store.models import Store, checked_name
from classifier.store.places import NAME, Places
from tests.conftest import ROOT
from tests.small_models import small_cases, small_models


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return small_models(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    return small_cases(tmp_path_factory.mktemp("cases"))


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    monkeypatch.setattr(intervals, "RESAMPLES", 100)


@pytest.fixture
def store(tmp_path):
    return Store(Places(tmp_path / "local"))


@pytest.fixture
def used(store, built, cases):
    """Return a store with `honest` in use."""
    store.keep(built / "honest")
    take(store, "honest", cases, force=True)
    return store


def deeds(store):
    return [(entry.did, entry.model) for entry in store.history()]


# ------------------------------------------------------------------ keeping


def test_the_shipped_model_is_there_from_the_start(store):
    assert (store.names(), store.in_use(), folder_in_use(store.where)) == (
        ["default"], "default", None)  # fmt: skip
    assert store.folder("default") == shipped()
    assert not store.where.folder.exists()


def test_a_kept_model_is_a_copy(store, built):
    assert store.keep(built / "honest") == "honest"
    for name in ("model.json", "weights.npz"):
        kept = store.where.models / "honest" / name
        assert kept.read_bytes() == (built / "honest" / name).read_bytes()
    assert store.names() == ["default", "honest"]
    assert store.in_use() == "default"


def test_a_taken_name_gets_a_number_and_the_same_model_none(store, built):
    names = [store.keep(built / one, "mine") for one in ("honest", "other", "honest", "other")]
    assert names == ["mine", "mine.2", "mine", "mine.2"]


def test_a_name_means_one_model_for_good(store, built):
    store.keep(built / "honest", "mine")
    store.remove("mine")
    assert store.keep(built / "other", "mine") == "mine.2"


def test_what_is_kept_can_be_removed_but_not_in_use(used, built):
    used.keep(built / "other")
    used.remove("other")
    with pytest.raises(ConfigError, match="honest is in use"):
        used.remove("honest")
    with pytest.raises(ConfigError, match="comes with blastcheck"):
        used.remove("default")
    with pytest.raises(ModelError, match="no such model; there are default, honest"):
        used.remove("other")


@given(st.text(max_size=70))
def test_a_name_is_never_a_way_out_of_the_folder(name):
    try:
        checked_name(name)
    except ConfigError:
        return
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    assert ".." not in (name[:2], name) and not name.startswith((".", "-"))  # noqa: PT018


@pytest.mark.parametrize("name", ["a", "noa-2026", "x.2", "a" * 64])
def test_plain_names_will_do(name):
    assert NAME.fullmatch(name)


@pytest.mark.parametrize(
    "name",
    ["", ".x", "x.", "-x", "Mine", "con", "nul.2", "a/b", "../x", "a" * 65, "x\n", "default"],
)
def test_odd_names_will_not(name):
    with pytest.raises(ConfigError):
        checked_name(name)


def test_a_broken_folder_is_not_kept(store, built, tmp_path):
    broken = shutil.copytree(built / "honest", tmp_path / "broken")
    (broken / "weights.npz").write_bytes(b"PK")
    with pytest.raises(ModelError, match=str(broken)):
        store.keep(broken)
    assert (store.names(), deeds(store)) == (["default"], [])


def test_only_the_files_of_a_model_are_kept(store, built, tmp_path):
    more = shutil.copytree(built / "honest", tmp_path / "more")
    (more / "run-me.py").write_text("raise SystemExit", encoding="utf-8")
    store.keep(more)
    kept = {path.name for path in (store.where.models / "honest").iterdir()}
    assert kept == {"model.json", "weights.npz"}


# ------------------------------------------------------------------ the gate


def test_a_poisoned_model_is_refused_and_told_why(used, built, cases):
    used.keep(built / "poisoned")
    outcome = take(used, "poisoned", cases)
    assert (outcome.taken, used.in_use()) == (False, "honest")
    assert any(line.startswith("all cv_blast F1") for line in outcome.losses)
    wrong = [flip for flip in outcome.comparison.flips if not flip.right]
    assert wrong
    assert all(flip.case.message.text for flip in wrong)
    last = used.history()[-1]
    assert (last.did, last.losses, last.before) == ("refused", outcome.losses, "honest")


def test_force_takes_it_and_the_history_says_so(used, built, cases):
    used.keep(built / "poisoned")
    assert take(used, "poisoned", cases, force=True).taken
    last = used.history()[-1]
    assert (last.did, last.model, last.forced) == ("used", "poisoned", True)
    assert last.losses
    assert folder_in_use(used.where) == used.where.models / "poisoned"


def test_an_equal_is_taken_without_force(used, built, cases):
    used.keep(built / "other")
    outcome = take(used, "other", cases, force=False)
    assert (outcome.losses, outcome.taken, used.in_use()) == ((), True, "other")
    assert not used.history()[-1].forced


def test_a_small_model_does_not_hold_against_the_shipped_one(store, built):
    store.keep(built / "poisoned")
    outcome = take(store, "poisoned")
    assert not outcome.taken
    assert {line.split()[0] for line in outcome.losses} >= {"all", "en", "fr", "he"}


def test_the_shipped_model_needs_no_gate(used):
    outcome = take(used, "default")
    assert (outcome.taken, outcome.comparison, used.in_use()) == (True, None, "default")


def test_what_is_in_use_already_is_not_noted_again(used, cases):
    before = deeds(used)
    assert take(used, "honest", cases).taken
    assert deeds(used) == before


def test_a_broken_model_is_not_taken_even_by_force(used, built, cases):
    used.keep(built / "other")
    (used.where.models / "other" / "weights.npz").write_bytes(b"PK")
    with pytest.raises(ModelError, match="not the file that"):
        take(used, "other", cases, force=True)
    assert used.in_use() == "honest"


def test_if_the_one_in_use_is_broken_the_shipped_one_is_the_measure(used, built, cases):
    used.keep(built / "other")
    (used.where.models / "honest" / "model.json").write_text("{", encoding="utf-8")
    outcome = take(used, "other", cases, force=True)
    assert (outcome.beside, outcome.before, used.in_use()) == ("default", "honest", "other")


def test_without_frozen_messages_only_force_helps(used, built, monkeypatch):
    used.keep(built / "other")
    monkeypatch.setattr(frozen, "PATTERNS", ("messages/none-*.jsonl", "none"))
    with pytest.raises(Exception, match=r"no messages/none-\*\.jsonl in .*; install"):
        take(used, "other")
    assert take(used, "other", force=True).losses[0].startswith("not compared: ")
    assert used.history()[-1].forced


def test_an_unknown_model_names_those_there_are(store):
    with pytest.raises(ModelError, match=r"\(default\); a folder"):
        take(store, "nobody")


# ------------------------------------------------------------------ going back


def test_rollback_goes_back_step_by_step(used, built, cases):
    used.keep(built / "other")
    take(used, "other", cases, force=True)
    assert [used.rollback(), used.in_use()] == ["honest", "honest"]
    assert [used.rollback(), used.in_use()] == ["default", "default"]
    with pytest.raises(ConfigError, match="nothing to go back to"):
        used.rollback()


def test_rollback_passes_over_what_is_gone_or_broken(used, built, cases):
    used.keep(built / "other")
    take(used, "other", cases, force=True)
    (used.where.models / "honest" / "weights.npz").unlink()
    assert used.rollback() == "default"
    used.remove("honest")
    assert used.names() == ["default", "other"]


def test_a_model_in_use_that_is_gone_is_an_error_with_a_way_out(used):
    shutil.rmtree(used.where.models / "honest")
    with pytest.raises(ModelError, match="`blastcheck models use default` goes back"):
        folder_in_use(used.where)
    take(used, "default")
    assert folder_in_use(used.where) is None


@given(st.lists(st.sampled_from(["a", "b", "c", "back"]), max_size=12))
def test_turns_are_a_stack(moves):
    entries, stack = [], ["default"]
    for move in moves:
        if move == "back" and len(stack) > 1:
            stack.pop()
            entries.append(Entry("rolled_back", stack[-1]))
        elif move not in ("back", stack[-1]):
            stack.append(move)
            entries.append(Entry("used", move))
    assert used_in_turn(entries)[-1] == stack[-1]


# ------------------------------------------------------------------ the history


def test_what_a_power_cut_left_of_a_line_does_not_count(tmp_path):
    path = tmp_path / "history.jsonl"
    add_line(path, '{"did": "used", "model": "a"}')
    with path.open("a", encoding="utf-8") as file:
        file.write('{"did": "used", "model": "b"')
    assert [entry.model for entry in read_history(path)] == ["a"]
    add_line(path, '{"did": "used", "model": "c"}')
    assert [entry.model for entry in read_history(path)] == ["a", "c"]


@given(st.binary(max_size=200))
def test_a_spoilt_history_is_read_as_far_as_it_goes(tmp_path_factory, junk):
    path = tmp_path_factory.mktemp("h") / "history.jsonl"
    path.write_bytes(junk)
    assert used_in_turn(read_history(path)) == ["default"]
    add_line(path, '{"did": "used", "model": "a"}')
    assert used_in_turn(read_history(path))[-1] == "a"


def test_lines_of_json_that_are_no_entries_do_not_count(tmp_path):
    path = tmp_path / "history.jsonl"
    lines = ("[]", "3", '{"did": "used"}', '{"did": "danced", "model": "a"}',
             '{"did": "used", "model": ["a"]}')  # fmt: skip
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert read_history(path) == []
    assert len(whole_lines(path)) == len(lines)


def test_the_history_is_only_added_to(used, built, cases):
    before = used.where.history.read_bytes()
    used.keep(built / "other")
    take(used, "other", cases, force=True)
    used.rollback()
    used.remove("other")
    assert used.where.history.read_bytes().startswith(before)
    assert deeds(used)[2:] == [
        ("kept", "other"), ("used", "other"), ("rolled_back", "honest"), ("removed", "other")
    ]  # fmt: skip
    assert all(json.loads(line)["at"] for line in whole_lines(used.where.history))


def test_only_the_owner_can_read_what_is_kept(used):
    modes = [path.stat().st_mode & 0o077 for path in (used.where.folder, used.where.history)]
    assert modes == [0, 0]


# ------------------------------------------------------------------ at once, and cut short


def test_what_a_run_cut_short_has_left_is_swept_away(used, built):
    for name in (f"{NEW}1", f"{GONE}2"):
        shutil.copytree(built / "other", used.where.models / name)
    (used.where.folder / f"{NEW}3").write_text("half", encoding="utf-8")
    assert used.names() == ["default", "honest"]
    used.keep(built / "other")
    left = [p.name for folder in (used.where.folder, used.where.models) for p in folder.iterdir()]
    assert [name for name in left if name.startswith((NEW, GONE))] == []


def fire(what, store, built, *more):
    """Run `tests/store_under_fire.py` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "tests.store_under_fire", what, store.where.folder, built, *more],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "scripts")))},
        capture_output=True,
        text=True,
        check=False,
    )


def test_kill_9_in_a_loop_never_leaves_a_broken_model_in_use(store, built):
    done = fire("kill", store, built, "60")
    assert done.returncode == 0, done.stdout + done.stderr
    verify(load(store.folder(store.in_use())))


def test_processes_at_once_take_turns(store, built):
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: fire("keep", store, built), range(3)))
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    assert store.names() == ["default", "honest", "mine", "mine.2"]
    kept = [model for did, model in deeds(store) if did == "kept"]
    assert sorted(kept) == ["honest", "mine", "mine.2"]
