"""Word classes: the tables, the look-up, and the columns they fill."""

import numpy as np
import pytest

from classifier.features.classes import CLASS_SCALE, N_CLASSES, SKIP_WEIGHT, class_columns
from classifier.languages import read_toml
from classifier.languages.classes import CLASS_NAMES, load_classes
from classifier.pipeline import pipeline_for, read
from classifier.schema import LANGUAGES, LanguageDataError


def named(lang, text):
    reading = read(pipeline_for(lang), text)
    return {
        word: CLASS_NAMES[c]
        for word, c in zip(reading.words, reading.classes, strict=True)
        if c >= 0
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_defines_every_class_in_order(lang):
    assert tuple(read_toml(lang, "classes")) == CLASS_NAMES
    empty = [name for name, words in read_toml(lang, "classes").items() if not words.split()]
    assert empty == []


def test_a_word_in_two_classes_is_a_fault(monkeypatch):
    broken = dict.fromkeys(CLASS_NAMES, "") | {"job": "work", "hiring": "work"}
    monkeypatch.setattr("classifier.languages.classes.read_toml", lambda *_: broken)
    with pytest.raises(LanguageDataError, match="'work' stands under job and hiring"):
        load_classes.__wrapped__("en")


@pytest.mark.parametrize(
    ("lang", "word", "name"),
    [
        ("en", "Recruiters", "hiring"),
        ("fr", "Étoile", "like"),
        ("he", "המלצות", "recommend"),
        ("he", "ובמתנה", "present"),
    ],
)
def test_a_word_is_found_in_its_forms(lang, word, name):
    assert named(lang, f"{word} 5")[word] == name


def test_columns_of_a_sentence_by_hand():
    #                   a   -   b   c | d    in two sentences
    classes = np.array([3, -1, 5, 7, 9])
    sentence_of = np.array([0, 0, 0, 0, 1])
    got = [(t.tolist(), c.tolist(), w) for t, c, w in class_columns(classes, sentence_of)]

    def pair(a, b):
        return N_CLASSES + N_CLASSES * a + b

    assert got == [
        ([0, 2, 3, 4], [3, 5, 7, 9], CLASS_SCALE),
        ([2, 3], [pair(3, 5), pair(5, 7)], CLASS_SCALE),
        ([3], [pair(3, 7)], CLASS_SCALE * SKIP_WEIGHT),
    ]


def test_words_far_apart_are_no_pair():
    classes = np.array([3, -1, -1, -1, -1, 5])
    _, (tokens, _, _), _ = class_columns(classes, np.zeros(6, dtype=int))
    assert tokens.tolist() == []
