import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.features.facts import FACTS, measure_facts
from classifier.features.message import COLUMN_GROUPS, MESSAGE_COLUMNS, message_columns
from classifier.features.passages import passage_sums
from classifier.features.relations import RELATION_NAMES, TACTIC_NAMES, relations_of
from classifier.features.words import (
    HashSpec,
    char_columns,
    crc,
    feature_word,
    pair_columns,
    word_column,
)
from classifier.pipeline import pipeline_for, read
from classifier.schema import Envelope
from classifier.text import clean

SPEC = HashSpec(word_bits=10, char_bits=8)


def reading_of(text, lang="en"):
    return read(pipeline_for(lang), clean(text).text)


@pytest.mark.parametrize(
    ("norm", "word"),
    [("cv", "cv"), ("2026", "0"), ("!!!!", "!!"), ("?", "?"), (" \n", ""), ("{{name}}", "{}"),
     ("[company]", "{}"), ("https://x.org", "www"), ("a@example.org", "@"), ("קו\"ח", "קו\"ח")],
)  # fmt: skip
def test_feature_word(norm, word):
    assert feature_word(norm) == word


def test_hashes_are_the_published_vectors():
    """models/FORMAT.md promises these to every other runtime."""
    assert crc("") == 0
    assert crc("123456789") == 0xCBF43926  # the check value of CRC-32/ISO-HDLC


@given(st.text(st.characters(categories=["Ll", "Lo"]), min_size=1, max_size=12))
def test_columns_stay_in_their_blocks(word):
    assert 0 <= word_column(crc(word), SPEC) < 1 << SPEC.word_bits
    assert all(1 << SPEC.word_bits <= c < SPEC.n_columns for c in char_columns(word, SPEC))


@given(st.lists(st.integers(0, 2**32 - 1), max_size=6))
def test_pairs_depend_on_neighbours_only(hashes):
    columns = pair_columns(np.array(hashes, dtype=np.uint32), SPEC)
    assert len(columns) == max(len(hashes) - 1, 0)
    for i, column in enumerate(columns):
        pair = np.array(hashes[i : i + 2], dtype=np.uint32)
        assert pair_columns(pair, SPEC)[0] == column


FACT_CASES = [
    ("asks_a_question", "Could we talk?", None, 1.0),
    ("asks_a_question", "We should talk.", None, 0.0),
    ("unfilled_slot", "Dear {{first_name}}, hello", None, 1.0),
    ("unfilled_slot", "Dear Dana, hello", None, 0.0),
    ("specifics", "Ref 4711 on 12/03", None, 2.5),
    ("crowd_size", "Hi", Envelope(to=1, bcc=39), pytest.approx(np.log(41) / 3)),
    ("hidden_crowd", "Hi", Envelope(to=1, to_self=True, bcc=4), 1.0),
    ("hidden_crowd", "Hi", Envelope(to=1, bcc=2), 0.0),
    ("search_to_a_crowd", "Hi", Envelope(bcc=40, cv_attached=True), 1.0),
    ("search_to_a_crowd", "Lunch is served", Envelope(bcc=40), 0.0),
    ("cv_attached", "Hi", Envelope(to=1, cv_attached=True), 1.0),
    ("fake_thread", "Hi", Envelope(thread="fake_reply"), 1.0),
    ("sentences", "One. Two.", None, pytest.approx(np.log(3) / 3)),
]


@pytest.mark.parametrize(("name", "text", "envelope", "value"), FACT_CASES)
def test_fact(name, text, envelope, value):
    facts = measure_facts(reading_of(text), envelope)
    assert facts[[fact.__name__ for fact in FACTS].index(name)] == value


def test_relations_stand_in_their_sentence():
    reading = reading_of("Please pass my CV on to all your contacts. The weather is fine.")
    relations = relations_of([reading], reading.sentence_of)

    assert relations.shape == (2, len(RELATION_NAMES))
    assert relations[0].sum() > 0
    assert set(np.unique(relations)) <= {0.0, 1.0}


def test_columns_of_a_message_that_does_nothing_are_nearly_nought():
    nothing = np.full((3, len(TACTIC_NAMES)), -9.0)
    columns = message_columns(
        nothing,
        np.full((3, 2), -9.0),
        np.zeros((3, len(RELATION_NAMES))),
        "fr",
        np.zeros(len(FACTS)),
    )
    named = dict(zip(MESSAGE_COLUMNS, columns, strict=True))
    assert named.pop("lang:fr") > 0
    assert max(abs(value) for value in named.values()) < 0.01
    assert len(COLUMN_GROUPS) == len(MESSAGE_COLUMNS)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5))
def test_a_passage_is_a_sentence_and_the_two_after_it_in_its_message(sizes):
    message_of = np.repeat(np.arange(len(sizes)), sizes)
    values = np.arange(1.0, 1 + sum(sizes))[:, None]
    expected = [
        sum(v for v, m in zip(values[i : i + 3, 0], message_of[i : i + 3], strict=True) if m == own)
        for i, own in enumerate(message_of)
    ]
    assert passage_sums(values, message_of)[:, 0].tolist() == expected
