"""The advice texts: complete, comparable between languages, typographically sound."""

import re

import pytest

from classifier.advice import _load, _problems, advice_for, advise, tactic_title
from classifier.languages import read_toml
from classifier.schema import LANGUAGES, TACTICS, LanguageDataError

OFFENCES = [tactic for tactic, label in TACTICS.items() if label]
HEALTHY = [tactic for tactic, label in TACTICS.items() if not label]


def texts_of(lang):
    for tactic, entry in read_toml(lang, "advice").items():
        for name, value in entry.items():
            for text in value if isinstance(value, list) else [value]:
                yield f"{tactic}.{name}", text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tactic", OFFENCES)
def test_every_offence_has_a_whole_advice(tactic, lang):
    advice = advice_for(tactic, lang)
    assert all((advice.title, advice.why, advice.text, advice.example))
    assert advice.tactic == tactic
    assert len(read_toml(lang, "advice")[tactic]["examples"]) in (2, 3)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tactic", HEALTHY)
def test_healthy_signs_have_a_reason_and_no_advice(tactic, lang):
    advice = advice_for(tactic, lang)
    assert advice.title
    assert advice.why
    assert (advice.text, advice.example) == ("", "")


def test_seed_chooses_among_the_examples():
    examples = read_toml("en", "advice")["cv_push"]["examples"]
    given = [advice_for("cv_push", "en", seed=seed).example for seed in range(4)]
    assert given == [examples[seed % len(examples)] for seed in range(4)]


def test_advise_keeps_the_order_and_repeats_nothing():
    found = advise(["open_favour", "easy_out", "cv_push", "open_favour"], "fr")
    assert [advice.tactic for advice in found] == ["open_favour", "cv_push"]


def test_an_unknown_tactic_names_file_and_value():
    with pytest.raises(LanguageDataError, match=r"he/advice.toml: no tactic 'opne_favour'"):
        advice_for("opne_favour", "he")
    with pytest.raises(LanguageDataError, match="opne_favour"):
        advise(["opne_favour"], "he")


def test_titles_differ_within_a_language():
    for lang in LANGUAGES:
        titles = [tactic_title(tactic, lang) for tactic in TACTICS]
        assert sorted(set(titles)) == sorted(titles)


def test_faults_are_all_named_with_their_place(monkeypatch):
    broken = {tactic: dict(entry) for tactic, entry in read_toml("en", "advice").items()}
    del broken["easy_out"]
    del broken["cv_push"]["why"]
    broken["cv_push"]["examples"] = []
    broken["gift_wrap"]["texts"] = ""
    broken["misspelt"] = {}
    assert list(_problems(broken)) == [
        "missing tactics: easy_out",
        "unknown tactics: misspelt",
        "cv_push: why is missing, empty, or not a str",
        "cv_push: examples is missing, empty, or not a list",
        "gift_wrap: unknown texts",
    ]
    monkeypatch.setattr("classifier.advice.read_toml", lambda _lang, _name: broken)
    with pytest.raises(LanguageDataError, match=r"xx/advice\.toml:\n  missing tactics: easy_out"):
        _load("xx")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_texts_are_clean(lang):
    faults = [place for place, text in texts_of(lang) if text != " ".join(text.split(" ")).strip()]
    faults += [place for place, text in texts_of(lang) if "  " in text or "..." in text]
    faults += [
        place
        for place, text in texts_of(lang)
        if not place.endswith("title") and text[-1] not in ".?!”»״"
    ]
    assert faults == []


def test_french_spaces_before_tall_signs_do_not_break():
    assert [place for place, text in texts_of("fr") if re.search(r" [;:?!»]|« ", text)] == []
    assert [place for place, text in texts_of("fr") if re.search(r"[^\s\xa0][;:?!»]", text)] == []
    assert [place for place, text in texts_of("fr") if "'" in text] == []


def test_hebrew_speaks_to_everyone_without_slashes():
    gendered = re.compile(r"\b(אתה|את/ה|תוכל|תוכלי|מחפש|מחפשת|מציע|מציעה|שלח|שלחי|כתוב לי)\b|\w/\w")
    assert [place for place, text in texts_of("he") if gendered.search(text)] == []
