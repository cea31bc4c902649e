"""Feedback: kept as `train` takes it, without what others wrote; forgotten for good; masked."""

from dataclasses import replace

import pytest

from classifier.checker import Checker
from classifier.corpus import load_examples
from classifier.readers import read_messages
from classifier.schema import Aside, ConfigError, Envelope, Message, Report
from classifier.store.feedback import Feedback, labels_meant, own_words
from classifier.store.places import Places
from tests.conftest import ROOT

SAMPLES = sorted((ROOT / "data/samples").glob("*/*.*"))


@pytest.fixture
def kept(tmp_path):
    return Feedback(Places(tmp_path / "local"))


def report(text="Please pass my CV on to everyone.", flags=("cv_blast",), **fields):
    message = Message(text, id="a", source="a", subject="Hello", **fields)
    return Report(message, "en", "flag" if flags else "ok", flags=flags, model="m@1")


# ------------------------------------------------------------------ what is meant


@pytest.mark.parametrize(
    ("flags", "said", "named", "meant"),
    [
        (("cv_blast",), "wrong", (), ()),
        (("cv_blast",), "wrong", ("give_to_get",), ("give_to_get",)),
        (("cv_blast",), "wrong", ("none",), ()),
        (("cv_blast",), "right", (), ("cv_blast",)),
        (("cv_blast",), "right", ("cv_blast",), ("cv_blast",)),
        ((), "right", (), ()),
        ((), "right", ("none",), ()),
        ((), "wrong", ("give_to_get", "cv_blast"), ("cv_blast", "give_to_get")),
        (("cv_blast", "give_to_get"), "wrong", ("cv_blast",), ("cv_blast",)),
    ],
)
def test_labels_that_are_meant(flags, said, named, meant):
    assert labels_meant(report(flags=flags), said, named) == meant


@pytest.mark.parametrize(
    ("flags", "said", "named", "complaint"),
    [
        ((), "wrong", (), "the verdict was ok: say what the message is"),
        (("cv_blast", "give_to_get"), "wrong", (), "say what the message is with --label"),
        (("cv_blast",), "right", ("none",), "to correct it say --wrong"),
        (("cv_blast",), "wrong", ("cv_blast",), "say --right"),
        ((), "wrong", ("none", "cv_blast"), "excludes the other labels"),
    ],
)
def test_what_is_left_open_is_asked(flags, said, named, complaint):
    with pytest.raises(ConfigError, match=complaint):
        labels_meant(report(flags=flags), said, named)


def test_an_unsure_verdict_needs_a_label():
    unsure = replace(report(flags=()), verdict="unsure", unsure=("cv_blast",))
    with pytest.raises(ConfigError, match="unsure: say what"):
        labels_meant(unsure, "right", ())
    assert labels_meant(unsure, "right", ("cv_blast",)) == ("cv_blast",)
    assert labels_meant(unsure, "wrong", ("none",)) == ()


# ------------------------------------------------------------------ keeping and forgetting


def test_train_takes_what_is_kept(kept):
    envelope = Envelope(to=1, bcc=40, attachments=("CV Dana Levi.pdf",), cv_attached=True)
    known_as = kept.remember(report(envelope=envelope), ("cv_blast",), "right")
    [example] = load_examples([kept.where.feedback])
    assert (example.message.id, example.labels, example.group) == (known_as, (1, 0), known_as)
    assert example.message.envelope == replace(envelope, attachments=())
    assert "Levi" not in kept.where.feedback.read_text(encoding="utf-8")
    assert kept.where.feedback.stat().st_mode & 0o077 == 0


def test_the_same_message_again_is_relabelled(kept):
    first = kept.remember(report(), ("cv_blast",), "right")
    assert kept.remember(report(), (), "wrong") == first
    [record] = kept.records()
    assert (record["cv_blast"], record["said"]) == (0, "wrong")


def test_what_others_wrote_is_not_kept(kept):
    text = "My own words stand here.\n\nOn Monday Noa wrote:\n> call me at 050-1234567\n"
    kept.remember(report(text, asides=(Aside("quoted", 26, len(text)),)), (), "wrong")
    assert kept.records()[0]["text"] == "My own words stand here."


def test_a_forgotten_message_is_gone_from_the_disk(kept):
    ids = [kept.remember(report(f"Message number {i} of mine."), (), "wrong") for i in range(3)]
    kept.forget(ids[1])
    assert [record["id"] for record in kept.records()] == [ids[0], ids[2]]
    texts = [p.read_text(encoding="utf-8") for p in kept.where.folder.iterdir() if p.is_file()]
    assert [text for text in texts if "number 1" in text] == []
    with pytest.raises(ConfigError, match="feedback --list"):
        kept.forget(ids[1])


def test_a_line_of_another_hand_stays_as_it_is(kept):
    kept.remember(report(), (), "wrong")
    with kept.where.feedback.open("a", encoding="utf-8") as file:
        file.write("not JSON\n")
    kept.remember(report("Another message."), (), "wrong")
    assert len(kept.records()) == 2
    assert "not JSON\n" in kept.where.feedback.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_own_words_are_judged_as_the_message_was(checker: Checker, path):
    [message] = read_messages(path)
    whole = checker.check(message, explain=False)
    own = checker.check(replace(message, text=own_words(message), asides=()), explain=False)
    assert own.flags == whole.flags
