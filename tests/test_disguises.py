"""Disguises: known ways, the same words to the eye, and each really changes something."""

import pytest

from classifier.evaluation.disguises import (
    HARMLESS,
    HTML_DISGUISES,
    TEXT_DISGUISES,
    WAYS,
    disguised,
)
from classifier.readers import read_bytes
from classifier.schema import LANGUAGES, Message

TEXTS = {
    "en": "Hi Tom, it's me - please\nforward my CV, A to Z.",
    "fr": "Salut, c'est l'été - merci de\nfaire suivre mon CV.",
    "he": "היי תום - אנא העבירו את\nקורות החיים (CV) שלי.",
}


def test_every_disguise_belongs_to_one_way():
    gathered = [name for names in WAYS.values() for name in names]
    assert sorted(gathered) == sorted([*TEXT_DISGUISES, *HTML_DISGUISES])


def test_there_are_harmless_words_to_hide_in_each_language():
    assert HARMLESS.keys() == set(LANGUAGES)


@pytest.mark.parametrize("name", TEXT_DISGUISES)
def test_a_disguise_changes_the_characters(name):
    assert [text for text in TEXTS.values() if TEXT_DISGUISES[name](text) != text] != []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_disguised_message_keeps_its_subject_and_loses_its_language(way, lang):
    plain = Message(TEXTS[lang], id="x", subject="Hello", lang=lang)
    for turn in range(len(WAYS[way])):
        made = disguised(plain, lang, way, turn)
        if made is not None:
            assert (made.id, made.subject, made.lang) == ("x", "Hello", None)


def test_disguises_of_a_way_take_turns():
    made = {disguised(Message(TEXTS["en"]), "en", "bidi marks", turn).text for turn in range(6)}
    assert len(made) == len(WAYS["bidi marks"])


def test_what_changes_nothing_is_no_disguise():
    assert disguised(Message("12 + 12"), "en", "upper case", 0) is None


@pytest.mark.parametrize("way", ["HTML entities", "tags inside words", "hidden HTML"])
def test_pages_show_the_words_and_nothing_hidden(way):
    text = TEXTS["en"]
    for turn in range(len(WAYS[way])):
        made = disguised(Message(text), "en", way, turn)
        assert made.text.split() == text.split()


def test_what_is_hidden_is_there():
    """Without the style the harmless words would be read, so hiding is what is tested."""
    page = HTML_DISGUISES["display: none"]("Hi Tom", HARMLESS["en"])
    assert "cat is well" in page
    shown = read_bytes(page.replace("display: none", "").encode(), format="html").text
    assert "cat is well" in shown
