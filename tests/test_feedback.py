"""Feedback: kept as `train` takes it, without what others wrote; forgotten for good; masked."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.checker import Checker
from classifier.corpus import load_examples
from classifier.readers import read_messages
from classifier.schema import Aside, ConfigError, Envelope, Message, Report
from classifier.store.feedback import Feedback, exported, labels_meant, own_words
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


# ------------------------------------------------------------------ masking

anonymize = pytest.importorskip("classifier.store.anonymize")


@pytest.fixture(scope="module", autouse=True)
def _names():
    pytest.importorskip("faker", reason="comes with the extra 'anonymize'")


SECRETS = [
    (
        "en",
        "Hi Martin,\nI spoke to Dana Levi-Cohen at Orbit in Leeds. Call +44 20 7946 0958 or"
        " write to jo.b@x.co.uk or @joburg, see https://jo.me/cv.\nCheers\nCol",
        (
            "Martin",
            "Dana",
            "Levi",
            "Cohen",
            "Orbit",
            "Leeds",
            "7946",
            "jo.b",
            "joburg",
            "jo.me",
            "Col",
        ),
    ),
    (
        "en",
        "David told me about your post. My flat is 12 Baker Street, London.",
        ("David", "12", "Baker", "Street", "London"),
    ),
    (
        "fr",
        "Bonjour Zoé,\nj'ai vu Monsieur d'Artagnan chez L'Oréal, à Lyon. Tél. 06 12 34 56 78,"
        " zoe.d@exemple.fr\nCordialement,\nJean-Luc Dupont",
        ("Zoé", "Artagnan", "Oréal", "Lyon", "34", "zoe.d", "Jean", "Luc", "Dupont"),
    ),
    (
        "he",
        "היי דנה, פגשתי את רון לוי ואת דוד ברחוב הרצל 12. הטלפון 050-1234567,"
        " ron@x.co.il\nתודה\nיוסי",
        ("דנה", "רון", "לוי", "דוד", "הרצל", "1234567", "ron@", "יוסי"),
    ),
    ("he", "נתתי לאביחי ולדוד את הקישור www.ron.co.il/a", ("אביחי", "דוד", "ron")),
]


@pytest.mark.parametrize(("lang", "text", "secrets"), SECRETS)
def test_what_names_or_reaches_a_person_is_masked(lang, text, secrets):
    masked = anonymize.anonymized(text, lang)
    assert [secret for secret in secrets if secret in masked] == []


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "I'm looking for a job, and I hope you are well. My CV is attached."),
        ("fr", "Je cherche un emploi. Mon CV est joint, merci de le transférer."),
        ("he", "אני מחפש עבודה. קורות החיים מצורפים, תודה על העזרה."),
    ],
)
def test_plain_words_stay(lang, text):
    assert anonymize.anonymized(text, lang) == text


@given(st.sampled_from(["en", "fr", "he"]), st.text(max_size=200))
def test_masking_never_fails_and_leaves_no_digit(lang, text):
    masked = anonymize.anonymized(text, lang)
    assert {c for c in masked if c in "123456789"} == set()


def test_masks_change_hardly_any_verdict(checker):
    paths = [ROOT / f"data/messages/train-{lang}.jsonl" for lang in ("en", "fr", "he")]
    examples = [example for path in paths for example in load_examples([path])[::40]]
    same = 0
    for example in examples:
        text = anonymize.anonymized(example.message.text, example.message.lang)
        reports = checker.check_all([example.message, replace(example.message, text=text)])
        before, after = (found.flags for found in reports)
        same += before == after
    assert same / len(examples) >= 0.9


def test_a_masked_record_keeps_its_labels_and_tells_no_day(kept):
    kept.remember(report("Hi Dana, please pass my CV on to all."), ("cv_blast",), "right")
    [open_record] = exported(kept.records(), mask=False)
    [masked] = exported(kept.records(), mask=True)
    assert masked["cv_blast"] == 1
    assert "Dana" not in json.dumps(masked)
    assert open_record.keys() - masked.keys() == {"day", "model"}
