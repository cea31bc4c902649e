import json
import math
import socket
import subprocess
import sys
import tomllib

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import Checker, Message
from classifier.config import Settings
from classifier.corpus import load_examples
from classifier.pipeline import pipeline_for
from classifier.readers import read_messages
from classifier.schema import LABELS, LANGUAGES, TACTICS, Envelope
from tests.conftest import ROOT

SAMPLES = ROOT / "data/samples"
EXPECTED = tomllib.loads((SAMPLES / "expected.toml").read_text(encoding="utf-8"))
SCHEMA = json.loads((ROOT / "classifier/report.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXPECTED)
def test_sample_gets_its_verdict_and_tactics(checker, name):
    [message] = read_messages(SAMPLES / name)
    report = checker.check(message)
    wanted = EXPECTED[name]

    assert (report.verdict, list(report.flags)) == (wanted["verdict"], wanted["flags"])
    shown = {item.tactic for item in report.evidence if item.label}
    assert set(wanted["tactics"]) - shown == set()


@pytest.fixture(scope="module")
def examples():
    return load_examples(sorted((ROOT / "data/messages").glob("train-*.jsonl")))[::23]


def test_reports_fit_the_schema(checker, examples):
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for report in checker.check_all(example.message for example in examples):
        validator.validate(json.loads(json.dumps(report.to_dict())))


def test_a_batch_gives_the_same_reports_as_one_by_one(checker, examples):
    messages = [example.message for example in examples]
    together = [report.to_dict() for report in checker.check_all(messages)]
    alone = [checker.check(message).to_dict() for message in messages]
    backwards = [report.to_dict() for report in checker.check_all(reversed(messages))]
    assert together == alone == backwards[::-1]


@pytest.mark.parametrize(("most_words", "kept"), [(50_000, True), (0, False)])
def test_new_words_are_forgotten_when_many_are_known(checker, monkeypatch, most_words, kept):
    monkeypatch.setattr("classifier.pipeline.MAX_WORDS", most_words)
    monkeypatch.setattr("classifier.checker.BATCH_MESSAGES", 2)
    words = [f"zwq{kept}{letter}".lower() for letter in "abcde"]
    messages = [Message(text=f"Hi all, do pass {word} on to anyone!", lang="en") for word in words]
    first = [report.to_dict() for report in checker.check_all(messages)]
    strings = pipeline_for("en").vocab.strings
    assert {word in strings for word in words} == {kept}
    assert [report.to_dict() for report in checker.check_all(messages)] == first


def test_reasons_sum_to_the_score(checker, examples):
    for example in examples:
        report = checker.check(example.message)
        for label in report.scores:
            total = sum(r.weight for r in report.reasons if r.label == label)
            assert 1 / (1 + math.exp(-total)) == pytest.approx(report.scores[label], abs=1e-9)


def test_evidence_quotes_the_message(checker, examples):
    for example in examples:
        report = checker.check(example.message)
        for item in (*report.evidence, *report.changes):
            assert example.message.text[item.start : item.end] == item.text
            assert item.text.strip()


def test_a_flag_comes_with_evidence_and_advice(checker, examples):
    for example in examples:
        report = checker.check(example.message)
        shown = {item.label for item in report.evidence}
        assert set(report.flags) - shown == set(), example.message.id
        advised = {TACTICS[advice.tactic] for advice in report.advice}
        assert set(report.flags) - advised == set(), example.message.id


def test_what_would_change_is_computed_without_the_sentence(checker):
    text = "Dear all, I lost my job in May. Please pass my CV on to everyone you know. Thank you."
    report = checker.check(Message(text=text, lang="en"))
    change = report.changes[0]
    without = text[: change.start].rstrip() + text[change.end :]
    again = checker.check(Message(text=without, lang="en"))
    assert report.verdict == "flag"
    assert change.before == report.scores[change.label]
    assert again.scores[change.label] == pytest.approx(change.after, abs=0.02)


NOT_JUDGED = {
    "empty": "",
    "white space": " \n\t ",
    "three words": "see you soon",
    "German": "Ich suche Arbeit und bin für jeden Hinweis dankbar",
    "Russian": "Ищу работу, пожалуйста перешлите моё резюме",
    "only numbers": "1234 5678 910 1112 1314",
    "only quoted": "> please pass my CV on to everyone you know\n> thanks",
}


@pytest.mark.parametrize("name", list(NOT_JUDGED))
def test_what_was_not_read_is_never_called_ok(checker, name):
    report = checker.check(Message(text=NOT_JUDGED[name]))
    assert report.verdict == "not_judged"
    assert report.not_judged
    assert report.scores == {}


def test_quoted_words_are_not_the_senders(checker):
    blast = "Please pass my CV on to everyone in your network, I take any job."
    own = "Sorry to hear this Dana, I cannot help with that, but good luck with the search."
    quoted = f"{own}\n\nOn Mon, 3 Aug 2026, Dana <dana@example.org> wrote:\n> {blast}\n"
    report = checker.check(Message(text=quoted, lang="en"))
    assert report.verdict == "ok"
    assert [aside.kind for aside in report.asides] == ["quoted"]


def test_a_search_to_a_crowd_weighs_more_than_to_one(checker):
    text = "I am looking for a new position in logistics, my CV is attached, I look forward to it."
    crowd, one = (
        checker.check(Message(text=text, lang="en", envelope=envelope)).scores["cv_blast"]
        for envelope in (Envelope(to=1, bcc=60, to_self=True, cv_attached=True), Envelope(to=1))
    )
    assert crowd > one


def test_thresholds_can_be_set(checker):
    never = Settings(thresholds=dict.fromkeys(LABELS, 1.0))
    report = Checker(checker.model, never).check(Message(text="pass my CV on to everyone, please"))
    assert report.flags == ()


def test_tactics_can_be_switched_off():
    text = "Please pass my CV on to everyone in your network, dear all, I need any job."
    quiet = Checker.load(settings=Settings(off=frozenset({"forward_request"})))
    tactics = {item.tactic for item in quiet.check(Message(text=text)).evidence}
    assert "forward_request" not in tactics


@given(st.sampled_from([None, *LANGUAGES]), st.text(max_size=400))
def test_any_text_gets_a_report(lang, text):
    report = CHECKER.check(Message(text=text, lang=lang))
    assert report.verdict in {"ok", "unsure", "flag", "not_judged"}
    assert all(0 <= score <= 1 for score in report.scores.values())
    for item in report.evidence:
        assert text[item.start : item.end] == item.text


CHECKER = Checker.load()


def test_no_socket_is_opened(checker, monkeypatch):
    def refuse(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    for name in EXPECTED:
        [message] = read_messages(SAMPLES / name)
        checker.check(message)


def test_judging_imports_nothing_heavy_that_it_does_not_need():
    code = (
        "import sys; from pathlib import Path; from classifier.cli import main\n"
        "try: main(['data/samples/fr/vp-blast.txt'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('sklearn', 'scipy', 'pandas', 'joblib', 'spacy.lang.fr')"
        " if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True,
                          encoding="utf-8", env=None, check=True)  # fmt: skip
    assert done.stderr.strip() == "[]"
