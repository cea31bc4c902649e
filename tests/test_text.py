import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.text import MAX_OWN_CHARS, clean, detect_language

CASES = Path(__file__).parent / "cases"


def cases(name):
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", cases("text.jsonl"), ids=lambda case: case["label"])
def test_clean_case(case):
    assert clean(case["given"]).text == case["want"]


@pytest.mark.parametrize("case", cases("language.jsonl"), ids=lambda case: case["text"][:30])
def test_language_case(case):
    assert detect_language(clean(case["text"]).text) == case["want"]


ANY_TEXT = st.text(st.characters(), max_size=300)
TRICKY = st.text("ab e\u0301\u200b\u202e\u05d0\u05b8\u00ad!!!\u0430 \n\r\t😀\ud800ﬁ½", max_size=200)


@given(ANY_TEXT | TRICKY)
def test_origins_lead_back_into_the_text(text):
    cleaned = clean(text)
    assert len(cleaned.origins) == len(cleaned.text)
    assert list(cleaned.origins) == sorted(cleaned.origins)
    assert all(0 <= origin < len(text) for origin in cleaned.origins)


@given(ANY_TEXT | TRICKY)
def test_plain_letters_map_to_themselves(text):
    cleaned = clean(text)
    for char, origin in zip(cleaned.text, cleaned.origins, strict=True):
        if char.isascii() and char.isalnum() and text[origin].isascii():
            assert text[origin] == char


@given(ANY_TEXT | TRICKY)
def test_cleaning_twice_changes_nothing_more(text):
    once = clean(text).text
    assert clean(once).text == once


@given(st.text(min_size=1, max_size=80), st.data())
def test_only_the_given_stretches_are_kept(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    cleaned = clean(text, [(start, end)])
    assert all(start <= origin < end for origin in cleaned.origins)


def test_too_long_own_words_are_cut_and_said():
    cleaned = clean("word " * MAX_OWN_CHARS)
    assert cleaned.cut
    assert len(cleaned.text) == MAX_OWN_CHARS
