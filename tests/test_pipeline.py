import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.pipeline import build_pipeline, pipeline_for, read
from classifier.pipeline.sentences import sentence_starts
from classifier.pipeline.tokenizer import Tokenizer, token_pattern
from classifier.schema import LANGUAGES
from classifier.text import clean

WORDS = {
    ("en", "I'm here, don't email a.b@example.org!!!"): [
        "I'm", "here", ",", "don't", "email", "a.b@example.org", "!!!"],
    ("fr", "Pourriez-vous transférer l'offre aux candidat·e·s motivé(e)s ?"): [
        "Pourriez", "-vous", "transférer", "l'", "offre", "aux", "candidat·e·s", "motivé(e)s", "?"],
    ("he", 'מעוניין/ת לשלוח קו"ח ע"י ג\'ינה'): ["מעוניין/ת", "לשלוח", 'קו"ח', 'ע"י', "ג'ינה"],
    ("en", "Hi {{first_name}}, see https://example.org/a?b=c"): [
        "Hi", "{{first_name}}", ",", "see", "https://example.org/a?b=c"],
}  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), list(WORDS))
def test_tokens(pipelines, lang, text):
    assert [token.text for token in pipelines[lang](text)] == WORDS[lang, text]


@given(st.sampled_from(LANGUAGES), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_doc_is_its_text(lang, text):
    cleaned = clean(text).text
    nlp = pipeline_for(lang)
    assert nlp(cleaned).text == cleaned
    starts = read(nlp, cleaned).char_starts()
    assert starts[-1] == len(cleaned)


PIECES = ["a", "l'", "qu'il", "-vous", ".", "(e)s", "/ת", "קו", '"', "{{", "}}", "[", "]", "(",
          " ", "  ", "\n", "\n ", "\t", "1", "%", "@", "b.example", "https://", "www.", "!!!", "_",
          "😀", "é" * 50]  # fmt: skip


@given(st.sampled_from(LANGUAGES), st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_stretches_between_spaces_are_cut_as_the_whole_text_is(lang, text):
    pieces = [(piece[0], piece[2] == " ") for piece in token_pattern(lang).findall(text)]
    tokenizer = pipeline_for(lang).tokenizer
    for _ in range(2):  # what was met before is looked up
        words, spaces, _ = tokenizer.cut(text)
        assert list(zip(words, spaces, strict=True)) == pieces


def test_stretches_are_forgotten_when_there_are_many(monkeypatch):
    monkeypatch.setattr("classifier.pipeline.tokenizer.MAX_CHUNKS", 3)
    tokenizer = build_pipeline("en").tokenizer
    text = "one two, three four! five six one two"
    assert tokenizer.cut(text)[0] == tokenizer.words(text)


def test_words_met_in_a_memory_zone_can_be_met_again():
    nlp = build_pipeline("en")
    text = "zibble zabble, zibble"
    for _ in range(3):
        with nlp.memory_zone():
            assert nlp(text).text == text
            assert nlp("zabble").text == "zabble"
    assert [token.norm_ for token in nlp(text)] == ["zibble", "zabble", ",", "zibble"]


def test_sentence_starts_reach_spacy(pipelines):
    doc = pipelines["en"]("\n\nHello there. How are you?")
    assert [token.is_sent_start for token in doc] == [
        False, True, False, False, True, False, False, False]  # fmt: skip


SENTENCES = {
    "Hello there. How are you?": ["Hello there.", "How are you?"],
    "Dr. Levi will come. Bring it.": ["Dr. Levi will come.", "Bring it."],
    "hi all\nlooking for work\ncall me": ["hi all", "looking for work", "call me"],
    "This line was wrapped by a mail client at about seventy columns and\ngoes on here.": [
        "This line was wrapped by a mail client at about seventy columns and\ngoes on here."
    ],
    "Great 😀 thanks": ["Great 😀", "thanks"],
    "one\n\ntwo": ["one", "two"],
}


@pytest.mark.parametrize("text", list(SENTENCES))
def test_sentences(pipelines, text):
    doc = pipelines["en"](text)
    assert [span.text.strip() for span in doc.sents] == SENTENCES[text]


@given(st.lists(st.sampled_from(["a", ".", "\n", "B", "!", " "]), max_size=30))
def test_every_text_with_a_word_has_a_first_sentence(words):
    starts = sentence_starts(words)
    solid = [i for i, word in enumerate(words) if not word.isspace()]
    assert len(starts) == len(words)
    assert [i for i in range(len(words)) if starts[i]][:1] == solid[:1]


@given(st.sampled_from(["Please pass my CV on. I lost my job.\nAnything helps! Thanks 😀 Dana"]),
       st.integers(0, 3))  # fmt: skip
def test_taking_a_sentence_out_leaves_the_others(text, number):
    reading = read(pipeline_for("en"), text)
    rest = reading.without_sentence(number)
    kept = [w for w, s in zip(reading.words, reading.sentence_of, strict=True) if s != number]
    assert rest.words == kept
    assert rest.n_sentences == reading.n_sentences - 1
    for name, token in rest.signals:
        assert (name, rest.words[token]) in {(n, reading.words[t]) for n, t in reading.signals}
    for cue in rest.cues:
        assert " ".join(rest.words[cue.start : cue.end]) in " ".join(reading.words)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pipeline_has_no_problem(lang):
    assert build_pipeline(lang).analyze_pipes()["problems"] == {
        "blastcheck_cues": [],
        "blastcheck_classes": [],
    }


def test_no_spacy_language_package_is_imported():
    code = (
        "import sys, json; from classifier.pipeline import pipeline_for;"
        "[pipeline_for(lang)('a b') for lang in ('en', 'fr', 'he')];"
        "print(json.dumps([m for m in sys.modules if m.startswith('spacy.lang.')]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = json.loads(done.stdout)
    assert [m for m in loaded if m in {"spacy.lang.en", "spacy.lang.fr", "spacy.lang.he"}] == []


def test_hostile_runs_are_cut_quickly(pipelines):
    tokenizer = pipelines["en"].tokenizer
    assert isinstance(tokenizer, Tokenizer)
    for text in ("!" * 20_000, "😀" * 20_000, "a" * 20_000, "é'" * 20_000, "{" * 20_000):
        assert len(pipelines["en"](clean(text).text).text) <= len(text)
