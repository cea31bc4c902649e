"""scripts/suites.py: what a suite's file must hold, and what is refused."""

import importlib.util
import json
import subprocess
import sys

import pytest

from classifier.schema import LANGUAGES
from tests.conftest import ROOT
from tests.small_corpus import write

_spec = importlib.util.spec_from_file_location("suites_script", ROOT / "scripts" / "suites.py")
script = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(script)

FINE = {"cv_blast": 0, "give_to_get": 0}
HAY = " ".join(f"straw{number}" for number in range(250))


def swap(lang, number):
    case = ("give_only", "ask_only")[number % 2]
    return {
        "id": f"swap-{lang}-{number}",
        "lang": lang,
        "text": f"{case} {number}",
        "case": case,
        **FINE,
    }


def needle(lang, number):
    return {
        "id": f"needle-{lang}-{number}", "lang": lang, "codes": ["P1"], "group": f"n{number}",
        "marked": f"{number} {HAY} ⟦forward_request|pass my CV on⟧",
    }  # fmt: skip


def fairness(lang, number):
    variants = [{"axis": axis, "text": f"{number} {axis}"} for axis in script.AXES]
    return {
        "id": f"fair-{lang}-{number}",
        "lang": lang,
        "text": str(number),
        "variants": variants,
        **FINE,
    }


def ordinary(lang, number):
    return {
        "id": f"plain-{lang}-{number}",
        "lang": lang,
        "text": f"day {number}",
        "kind": "ordinary",
        **FINE,
    }


MAKERS = {"swap": swap, "needle": needle, "fairness": fairness, "ordinary": ordinary}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Take whole, faultless suites of every language into an empty folder."""
    monkeypatch.setattr(script, "FOLDER", tmp_path / "suites")
    paths = [
        write(tmp_path / f"{suite}-{lang}.jsonl",
              [make(lang, number) for number in range(script.MINIMUM[suite])])
        for suite, make in MAKERS.items()
        for lang in LANGUAGES
    ]  # fmt: skip
    assert script.take(paths) == len(LANGUAGES) * sum(script.MINIMUM.values())
    return script.FOLDER


def test_whole_suites_have_no_fault(folder):
    assert list(script.faults(folder, [])) == []


def test_a_needle_is_stored_with_its_spans_and_labels(folder):
    row = json.loads((folder / "needle-fr.jsonl").read_text(encoding="utf-8").splitlines()[0])
    [span] = row["spans"]
    assert row["text"][span["start"] : span["end"]] == "pass my CV on"
    assert (row["cv_blast"], row["give_to_get"], row["kind"]) == (1, 0, "offence")
    assert "marked" not in row


def change(folder, name, **fields):
    """Change fields of the first record of a file; None takes one away."""
    path = folder / f"{name}.jsonl"
    first, *rest = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    first = {key: value for key, value in {**first, **fields}.items() if value is not None}
    write(path, [first, *rest])


FAULTS = {
    "another language": ("swap-en", {"lang": "fr"}, "lang 'fr' in a file of en"),
    "no id": ("swap-en", {"id": None}, "needs an id"),
    "an id twice": ("swap-en", {"id": "plain-en-1"}, "id plain-en-1 stands 2 times"),
    "no label": ("ordinary-he", {"cv_blast": None}, "cv_blast must be 0 or 1"),
    "no text": ("ordinary-he", {"text": ""}, "needs a non-empty string field 'text'"),
    "a mark left over": ("ordinary-he", {"text": "⟦cv_push|x"}, "a mark ⟦tactic|words⟧"),
    "an offence that is ordinary": ("ordinary-en", {"give_to_get": 1}, "carries a label"),
    "a swap that offends": ("swap-fr", {"give_to_get": 1}, "carries a label"),
    "a swap without case": ("swap-fr", {"case": None}, "needs a case: give_only or ask_only"),
    "another kind": ("ordinary-en", {"kind": "offence"}, "kind 'offence' is not ordinary"),
    "a short needle": ("needle-en", {"text": "x" * 5000}, "has 1 words"),
    "labels without codes": ("needle-en", {"codes": ["S1"]}, "do not follow from codes"),
    "a span outside": (
        "needle-en", {"spans": [{"start": 0, "end": 9**9, "tactic": "cv_push"}]}, "is not inside",
    ),
    "no spans": ("needle-en", {"spans": []}, "needs the offending words marked"),
    "no variants": ("fairness-en", {"variants": []}, "needs variants"),
    "an idle variant": (
        "fairness-en", {"variants": [{"axis": "age", "text": "0"}]}, "age variant changes nothing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_faults(folder, name):
    file, fields, says = FAULTS[name]
    change(folder, file, **fields)
    assert [fault for fault in script.faults(folder, []) if says in fault] != []


def test_twelve_words_of_a_training_message_are_a_fault(folder):
    words = "one two three four five six seven eight nine ten eleven twelve"
    training = [{"text": f"Zero, {words.upper()}!"}]
    change(folder, "ordinary-en", text=words.rpartition(" ")[0])
    assert list(script.faults(folder, training)) == []
    change(folder, "ordinary-en", text=words)
    [fault] = script.faults(folder, training)
    assert fault == f"ordinary-en.jsonl: plain-en-0: shares {words!r} with a training message"
    change(folder, "ordinary-en", text="another")
    change(folder, "fairness-en", variants=[{"axis": "age", "text": words}])
    assert any("fair-en-0: shares" in fault for fault in script.faults(folder, training))


def test_too_few_messages_or_variants_are_a_fault(folder):
    for name in ("swap-en", "fairness-fr"):
        path = folder / f"{name}.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(lines[:10]), encoding="utf-8")
    (folder / "needle-he.jsonl").unlink()
    found = list(script.faults(folder, []))
    assert "swap-en.jsonl: 10 messages, fewer than 100" in found
    assert "swap-en.jsonl: give_only: 5, fewer than 40" in found
    assert "fairness-fr.jsonl: age: 10, fewer than 18" in found
    assert "needle-he.jsonl: missing" in found


def test_counts_tell_suites_and_their_parts(folder):
    assert folder.exists()
    lines = script.counts_table().splitlines()
    assert "| swap | 100 | 100 | 100 |" in lines
    assert "| swap: give_only | 50 | 50 | 50 |" in lines
    assert "| fairness: spelling | 40 | 40 | 40 |" in lines


def test_a_file_of_another_name_is_refused(tmp_path):
    path = write(tmp_path / "swaps-en.jsonl", [])
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/suites.py", "take", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "swaps-en.jsonl: not named SUITE-LANGUAGE.jsonl" in done.stderr
