"""Masks: what names or reaches a person goes, plain words and verdicts stay."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.corpus import load_examples
from classifier.schema import Message, Report
from classifier.store import anonymize
from classifier.store.feedback import Feedback, exported
from classifier.store.places import Places
from tests.conftest import ROOT

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


def test_a_masked_record_keeps_its_labels_and_tells_no_day(tmp_path):
    kept = Feedback(Places(tmp_path / "local"))
    message = Message("Hi Dana, please pass my CV on to all.", subject="From Dana Levi")
    kept.remember(Report(message, "en", "flag", ("cv_blast",), model="m@1"), ("cv_blast",), "right")
    [open_record] = exported(kept.records(), mask=False)
    [masked] = exported(kept.records(), mask=True)
    assert masked["cv_blast"] == 1
    assert [name for name in ("Dana", "Levi") if name in json.dumps(masked)] == []
    assert open_record.keys() - masked.keys() == {"day", "judged"}
