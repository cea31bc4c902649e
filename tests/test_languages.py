import pytest

from classifier.languages import load_cues, load_forms, load_signals, phrase_variants, read_toml
from classifier.schema import LANGUAGES, TACTICS, LanguageDataError
from classifier.text import clean
from tests.conftest import ROOT

CUES = [(lang, cue) for lang in LANGUAGES for cue in load_cues(lang)]
MIN_CUES = 12


def found(nlp, text):
    doc = nlp(clean(text).text)
    return {span.id_ for span in doc.spans["cues"]}


@pytest.mark.parametrize(("lang", "cue"), CUES, ids=lambda item: getattr(item, "id", item))
def test_cue_hits_and_misses(pipelines, lang, cue):
    assert [text for text in cue.hits if cue.id not in found(pipelines[lang], text)] == []
    assert [text for text in cue.misses if cue.id in found(pipelines[lang], text)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_tactic_has_enough_cues(lang):
    counts = dict.fromkeys(TACTICS, 0)
    for cue in load_cues(lang):
        counts[cue.tactic] += 1
    assert {tactic: n for tactic, n in counts.items() if n < MIN_CUES} == {}


def test_an_id_means_one_tactic_in_every_language():
    tactics = {}
    for _, cue in CUES:
        tactics.setdefault(cue.id, set()).add(cue.tactic)
    assert {id_: found for id_, found in tactics.items() if len(found) > 1} == {}


def test_sources_exist():
    guideline = (ROOT / "data/GUIDELINES.md").read_text(encoding="utf-8")
    headings = {line.lstrip("#").strip() for line in guideline.splitlines() if line[:1] == "#"}
    sources = {cue.source for _, cue in CUES}
    missing = {s for s in sources if s.removeprefix("data/GUIDELINES.md#") not in headings}
    assert missing == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_phrases_are_not_repeated_between_cues(lang):
    lists = load_forms(lang).lists
    owners = {}
    for cue in load_cues(lang):
        if cue.with_ or cue.unless:
            continue
        for phrase in cue.phrases:
            for variant in phrase_variants(phrase, lists):
                owners.setdefault(variant, set()).add(cue.id)
    assert {variant: ids for variant, ids in owners.items() if len(ids) > 1} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_signal_has_phrases(lang):
    assert [name for name, phrases in load_signals(lang).items() if not phrases] == []


def test_languages_have_the_same_files_and_names():
    folder = ROOT / "classifier/languages"
    files = {lang: sorted(p.name for p in (folder / lang).iterdir()) for lang in LANGUAGES}
    assert len({tuple(names) for names in files.values()}) == 1, files
    names = {lang: list(read_toml(lang, "names")) for lang in LANGUAGES}
    assert names["en"] == names["fr"] == names["he"]


def test_phrase_variants():
    lists = {"cv": ("cv", "work history")}

    assert phrase_variants("my {own |}<cv>", lists) == [
        "my own cv",
        "my own work history",
        "my cv",
        "my work history",
    ]


@pytest.mark.parametrize("phrase", ["my <cvv>", "{a|{b|c}}", "{0|1|2|3|4|5|6|7|8|9}" * 3])
def test_broken_phrases_are_named(phrase):
    with pytest.raises(LanguageDataError, match="phrase"):
        phrase_variants(phrase, {})
