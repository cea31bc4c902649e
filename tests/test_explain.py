"""The explanation is arithmetic: what it says can be added up, and done again."""

import math
from dataclasses import replace

import numpy as np
import pytest

from classifier.checker import Checker
from classifier.config import Settings
from classifier.corpus import load_examples
from classifier.explain import changes, evidence, probability, reasons
from classifier.explain.changes import MAX_CHANGES
from classifier.explain.reasons import SMALL
from classifier.features.message import COLUMN_GROUPS, MESSAGE_COLUMNS
from classifier.features.relations import TACTIC_NAMES
from classifier.languages import read_toml
from classifier.preparation import Prepared, prepare
from classifier.schema import LABELS, LANGUAGES, TACTICS, Envelope, Message
from tests.conftest import ROOT

MIXED = {
    "en": "Dear all,\n\nI lost my job in May. Please pass my CV on to everyone you know. I praised"
    " your book, so now it is your turn to recommend me. No is fine too.\n\nThanks, Dana",
    "fr": "Bonjour à tous,\n\nJ'ai perdu mon poste en mai. Merci de transférer mon CV à tous vos"
    " contacts. J'ai loué ton livre, à ton tour de me recommander. Un non me va aussi.\n\nDana",
    "he": "שלום לכולם,\n\nפוטרתי במאי. אנא העבירו את קורות החיים שלי לכל מי שאתם מכירים. פרגנתי"
    " לספר שלך, עכשיו תורך להמליץ עליי. גם לא זו תשובה טובה.\n\nדנה",
}
ENVELOPE = Envelope(to=1, bcc=60, to_self=True, cv_attached=True, thread="fake_reply")


@pytest.fixture(scope="module")
def messages():
    """Return messages of all kinds: mixed ones, with and without an envelope, and the corpus."""
    examples = load_examples(sorted((ROOT / "data/messages").glob("train-*.jsonl")))[::61]
    mixed = [
        Message(text, lang=lang, envelope=envelope, subject=subject)
        for lang, text in MIXED.items()
        for envelope in (None, ENVELOPE)
        for subject in ("", text[:20])
    ]
    return [*mixed, *(example.message for example in examples)]


@pytest.fixture(scope="module")
def read(checker, messages):
    """Return (prepared, scored) of every message that can be judged."""
    found = [prepared for m in messages if isinstance(prepared := prepare(m), Prepared)]
    return [(p, checker.model.scorer.score(p.reading, p.lang, p.facts)) for p in found]


@pytest.fixture(scope="module")
def reports(checker, messages):
    return [report for report in map(checker.check, messages) if report.scores]


def test_there_is_enough_to_explain(reports):
    assert {report.verdict for report in reports} >= {"ok", "flag"}
    assert {report.lang for report in reports} == set(LANGUAGES)


def test_reasons_sum_to_the_log_odds(checker, read):
    for prepared, scored in read:
        found = reasons(checker.model, prepared, scored)
        for number, label in enumerate(LABELS):
            total = math.fsum(reason.weight for reason in found if reason.label == label)
            assert total == pytest.approx(scored.scores[number], abs=1e-9)


def test_reasons_go_from_strong_to_weak_and_name_nothing_twice(reports):
    for report in reports:
        for label in LABELS:
            mine = [reason for reason in report.reasons if reason.label == label]
            weights = [abs(reason.weight) for reason in mine]
            assert weights == sorted(weights, reverse=True)
            assert len({reason.name for reason in mine}) == len(mine)


def test_reasons_are_in_the_language_of_the_message(reports):
    for report in reports:
        names = read_toml(report.lang, "names")
        said = {reason.name for reason in report.reasons}
        assert {names["small"], names["other_words"]} <= said


def test_a_reason_that_weighs_little_is_not_named(checker, read):
    for prepared, scored in read[:9]:
        names = read_toml(prepared.lang, "names")
        always = {names["small"], names["other_words"]}
        word = names["word"].partition("{")[0]
        for reason in reasons(checker.model, prepared, scored):
            named = reason.name not in always and not reason.name.startswith(word)
            assert abs(reason.weight) >= SMALL or not named


def columns_of(tactic):
    return [i for i, group in enumerate(COLUMN_GROUPS) if group == tactic]


def share(message, scored, tactic, label):
    """Return what a tactic adds: its columns, and its part of the rule's and the passage's."""
    rules = ("primary", "two_secondaries") if label == "cv_blast" else ("link",)
    shared = [MESSAGE_COLUMNS.index(f"rule:{rule}") for rule in rules]
    shared.append(MESSAGE_COLUMNS.index(f"passage:{label}"))
    terms = message[LABELS.index(label)] * scored.columns
    surely = {name: 1 / (1 + math.exp(-peak)) for name, peak in peaks_of(scored).items()}
    others = math.fsum(surely[name] for name in surely if TACTICS[name] == label)
    return terms[columns_of(tactic)].sum() + terms[shared].sum() * surely[tactic] / others


def peaks_of(scored):
    return dict(zip(TACTIC_NAMES, scored.act_logits.max(axis=0).tolist(), strict=True))


def test_evidence_of_a_tactic_weighs_what_its_columns_add(checker, read):
    message = checker.model.scorer.weights.message
    for prepared, scored in read:
        found = evidence(checker.model, prepared, scored, LABELS)
        for tactic in {item.tactic for item in found}:
            columns = columns_of(tactic)
            terms = message[:, columns] @ scored.columns[columns]
            label = TACTICS[tactic]
            whole = min(0.0, *terms) if label is None else share(message, scored, tactic, label)
            mine = [item.weight for item in found if item.tactic == tactic]
            assert max(mine) - min(mine) < 1e-12
            # A place in the subject takes its share with it: Message.text cannot show it.
            assert abs(math.fsum(mine)) <= abs(whole) + 1e-9
            fallback = whole > 0 and math.fsum(mine) == 0.0
            if not prepared.message.subject and whole > 0 and not fallback:
                assert math.fsum(mine) == pytest.approx(whole, abs=1e-9)


def test_evidence_for_a_label_speaks_for_it_and_healthy_signs_against(checker, read):
    for prepared, scored in read:
        for item in evidence(checker.model, prepared, scored, LABELS):
            assert TACTICS[item.tactic] == item.label
            assert item.weight <= 0 if item.label is None else item.weight >= 0


def test_evidence_stands_in_the_text_in_its_order(reports):
    for report in reports:
        places = [(item.start, item.end, item.tactic) for item in report.evidence]
        assert places == sorted(places)
        text = report.message.text
        assert [i for i in report.evidence if text[i.start : i.end] != i.text] == []
        assert [i for i in report.evidence if i.text != i.text.strip()] == []


def unplaced(checker, read, label):
    """Return the messages for which no evidence of `label` is found, were it raised."""
    return [
        prepared.message.id
        for prepared, scored in read
        if label not in {e.label for e in evidence(checker.model, prepared, scored, (label,))}
    ]


@pytest.mark.parametrize("label", LABELS)
def test_a_raised_label_always_has_a_place(checker, read, label):
    bare = [(prepared, scored) for prepared, scored in read if not prepared.message.subject]
    assert unplaced(checker, bare, label) == []


def test_a_raised_label_has_a_place_beside_a_subject_too(checker, read):
    assert [found for label in LABELS for found in unplaced(checker, read, label)] == []


def test_the_strongest_sentence_weighs_what_its_tactic_adds(checker, read):
    for prepared, scored in read:
        for label in LABELS:
            found = evidence(checker.model, prepared, scored, (label,))
            mine = [item for item in found if item.label == label]
            tactics = [item.tactic for item in mine]
            shares = {
                tactic: share(checker.model.scorer.weights.message, scored, tactic, label)
                for tactic in tactics
            }
            assert [i for i in mine if i.weight == 0.0 and shares[i.tactic] > 0] == []


def test_without_a_raised_label_only_healthy_signs_are_shown(checker, read):
    for prepared, scored in read:
        assert {i.label for i in evidence(checker.model, prepared, scored, ())} <= {None}


def test_a_label_without_any_cue_shows_its_strongest_sentence(checker):
    """With weights of nothing but one word's, the sentence of that word is the place."""
    prepared = prepare(Message("We spoke again today. The zebra came by. Nothing more.", lang="en"))
    scored = checker.model.scorer.score(prepared.reading, "en", prepared.facts)
    terms = np.zeros_like(scored.token_terms)
    terms[prepared.reading.norms.index("zebra")] = 99.0
    quiet = np.full_like(scored.act_logits, -9.0)
    changed = replace(scored, act_logits=quiet, token_terms=terms)
    [item] = [e for e in evidence(checker.model, prepared, changed, ("cv_blast",)) if e.label]
    assert item.text == "The zebra came by."
    assert item.weight >= 0.0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_change_is_a_fresh_check_of_the_shorter_text(checker, lang):
    report = checker.check(Message(MIXED[lang], lang=lang))
    assert report.changes
    for change in report.changes:
        shorter = MIXED[lang][: change.start] + MIXED[lang][change.end :].removeprefix(" ")
        again = checker.check(Message(shorter, lang=lang))
        assert change.text == MIXED[lang][change.start : change.end]
        assert change.before == report.scores[change.label]
        assert again.scores[change.label] == pytest.approx(change.after, abs=1e-9)


def test_changes_of_the_corpus_are_fresh_checks_of_shorter_texts(checker, reports):
    """Where the cut leaves the neighbours' words and sentences alone, the score is the same."""
    tried = 0
    for report in reports:
        for change in report.changes:
            text = report.message.text
            rest = text[: change.start] + text[change.end :].removeprefix(" ")
            prepared = prepare(Message(rest, lang=report.lang, subject=report.message.subject))
            whole = prepare(report.message)
            if not isinstance(prepared, Prepared):
                continue
            if prepared.reading.n_sentences != whole.reading.n_sentences - 1:
                continue
            if len(prepared.asides) != len(whole.asides):
                continue
            again = checker.check(
                Message(rest, lang=report.lang, subject=report.message.subject,
                        envelope=report.message.envelope)
            )  # fmt: skip
            tried += 1
            assert again.scores[change.label] == pytest.approx(change.after, abs=0.02)
    assert tried >= 5


def test_changes_lower_the_score_best_first_and_are_few(reports):
    for report in reports:
        for label in LABELS:
            mine = [change for change in report.changes if change.label == label]
            assert len(mine) <= MAX_CHANGES
            assert all(change.after < change.before for change in mine)
            assert [c.after for c in mine] == sorted(c.after for c in mine)
        assert {change.label for change in report.changes} <= {*report.flags, *report.unsure}


def test_one_sentence_cannot_be_left_out(checker):
    prepared = prepare(Message("Please pass my CV on to everyone you know", lang="en"))
    scored = checker.model.scorer.score(prepared.reading, "en", prepared.facts)
    found = evidence(checker.model, prepared, scored, LABELS)
    assert found
    assert changes(checker.model, prepared, scored, found) == ()


@pytest.mark.parametrize("tactic", TACTICS)
def test_a_tactic_switched_off_is_neither_shown_nor_weighed(checker, tactic):
    quiet = Checker.load(settings=Settings(off=frozenset({tactic})))
    weights = quiet.model.scorer.weights.message
    assert not weights[:, columns_of(tactic)].any()
    others = [i for i in range(len(COLUMN_GROUPS)) if i not in columns_of(tactic)]
    np.testing.assert_array_equal(
        weights[:, others], checker.model.scorer.weights.message[:, others]
    )
    for lang, text in MIXED.items():
        report = quiet.check(Message(text, lang=lang, envelope=ENVELOPE))
        assert tactic not in {item.tactic for item in report.evidence}
        assert tactic not in {advice.tactic for advice in report.advice}
        for label in LABELS:
            total = math.fsum(r.weight for r in report.reasons if r.label == label)
            assert probability(total) == pytest.approx(report.scores[label], abs=1e-9)


def test_all_tactics_off_still_judges_by_the_words():
    quiet = Checker.load(settings=Settings(off=frozenset(TACTICS)))
    report = quiet.check(Message(MIXED["en"], lang="en"))
    assert report.evidence == ()
    assert set(report.scores) == set(LABELS)


def test_probability_is_the_logistic_of_the_score():
    assert probability(0.0) == 0.5
    assert probability(math.log(9)) == pytest.approx(0.9)
    assert probability(-600.0) == pytest.approx(0.0)
    assert probability(600.0) == 1.0
