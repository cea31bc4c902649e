"""scripts/curation: kinds from writers' words, looks at texts, coverage, probes, counts."""

import json
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.schema import LABELS, LANGUAGES, TACTICS
from curation import agreement, coverage, diversity, gates, kinds, looks, mix, probes, traits, views
from curation.records import labelled
from tests.conftest import ROOT
from tests.small_corpus import record

CASES = [
    json.loads(line)
    for line in (ROOT / "tests/cases/kinds.jsonl").read_text(encoding="utf-8").splitlines()
]


def ids(cases):
    return [case["words"] if "words" in case else case["text"][:40] for case in cases]


NAMED = [case for case in CASES if "field" in case]
LOOKED = [case for case in CASES if "look" in case]


@pytest.mark.parametrize("case", NAMED, ids=ids(NAMED))
def test_a_writers_word_names_a_kind(case):
    assert kinds.kind_of(case["field"], case["words"], case.get("lang", "en")) == case["kind"]


@pytest.mark.parametrize("field", ["channel", "sender", "register", "variety"])
def test_a_kind_by_its_own_name_stays(field):
    for lang in LANGUAGES:
        closed = kinds.allowed(field, lang)
        assert [kinds.kind_of(field, kind, lang) for kind in closed] == list(closed)


@given(st.text(max_size=60), st.sampled_from(["channel", "sender", "register", "variety"]),
       st.sampled_from(LANGUAGES))  # fmt: skip
def test_any_word_comes_to_a_kind_of_the_closed_list(words, field, lang):
    assert kinds.kind_of(field, words, lang) in kinds.allowed(field, lang)


ROW = {"id": "m", "lang": "en", "marked": "Hello there.", "codes": [], "group": "g",
       "kind": "ordinary", "channel": "sms", "sender": "retired welder", "register": "formal",
       "variety": "UK / Leeds"}  # fmt: skip


def test_taking_fills_in_the_kinds_and_keeps_the_words():
    made = labelled(ROW)
    assert {key: made[key] for key in ("medium", "sender", "register", "variety")} == {
        "medium": "sms", "sender": "retired welder", "register": "formal", "variety": "UK / Leeds",
    }  # fmt: skip
    closed = [made[key] for key in ("channel", "sender_kind", "register_kind", "variety_kind")]
    assert closed == ["chat", "over_50", "formal", "UK"]
    assert kinds.with_kinds(made) == made


def test_a_writers_own_kind_stands():
    assert labelled(ROW | {"sender_kind": "tradesperson"})["sender_kind"] == "tradesperson"
    assert labelled(ROW | {"sender_kind": "other"})["sender_kind"] == "over_50"


def test_hebrew_names_its_variety_in_any_of_three_fields():
    row = ROW | {"lang": "he", "variety": "Israel", "register": "neutral", "sender": "reservist"}
    assert labelled(row)["variety_kind"] == "army"


def test_few_senders_of_the_project_are_of_no_kind():
    for lang in LANGUAGES:
        rows = [r for split in ("train", "test") for r in rows_of(split, lang)]
        counted = [r["sender_kind"] for r in rows if r["kind"] != "ordinary"]
        assert counted.count("other") <= 0.1 * len(counted), lang


def rows_of(split, lang):
    text = (ROOT / f"data/messages/{split}-{lang}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


LOOKS = {
    "address": looks.address_of,
    "gender": looks.gender_of,
    "slot": lambda text: looks.has_slot({"text": text}),
    "switch_en": lambda text: looks.switches({"text": text, "lang": "en"}),
    "switch_fr": lambda text: looks.switches({"text": text, "lang": "fr"}),
    "switch_he": lambda text: looks.switches({"text": text, "lang": "he"}),
    "last_line": lambda text: views.last_line({"text": text}),
    "names_en": lambda text: views.names({"text": text, "lang": "en"}).split(),
    "names_fr": lambda text: views.names({"text": text, "lang": "fr"}).split(),
    "names_he": lambda text: views.names({"text": text, "lang": "he"}).split(),
}


@pytest.mark.parametrize("case", LOOKED, ids=ids(LOOKED))
def test_a_look_at_a_text(case):
    assert LOOKS[case["look"]](case["text"]) == case["want"]


def test_every_look_has_a_case():
    assert {case["look"] for case in LOOKED} == LOOKS.keys()


# ------------------------------------------------------------------ coverage


def full(lang="en", per_cell=1):
    """Return records in which nothing is missing: each tactic in each length, all alike often."""
    channels, senders = coverage.MATRIX_CHANNELS, kinds.SENDERS[:-1]
    made = []
    cells = product(TACTICS, (20, 50, 100, 300), range(per_cell))
    for number, (tactic, n_words, _) in enumerate(cells):
        marked = f"⟦{tactic}|{' '.join(f'w{i}' for i in range(n_words))}⟧"
        row = record(lang, tactic, number, marked) | {
            "kind": "offence" if number % 2 else "hard_negative",
            "cv_blast": number % 2,
            "group": f"g{number // 2}",
            "channel": channels[number % len(channels)],
            "sender_kind": senders[number % len(senders)],
            "envelope": {"to": 1},
        }
        made.append(row)
    return made


@pytest.fixture(scope="module")
def complete():
    return [row for lang in LANGUAGES for row in full(lang, per_cell=5)]


def test_nothing_is_missing_where_all_is_there(complete):
    assert list(coverage.gaps(complete)) == []


def without(rows, test):
    return [row for row in rows if not test(row)]


HOLES = {
    "fr: no message of 26 to 80 words shows gift_wrap": lambda r: (
        r["lang"] == "fr"
        and coverage.band_of(r) == "26 to 80"
        and "gift_wrap" in coverage.tactics_of(r)
    ),
    "he: channel forum has 0 of ": lambda r: r["lang"] == "he" and r["channel"] == "forum",
    "en: sender academic has 0 of ": lambda r: r["lang"] == "en" and r["sender_kind"] == "academic",
    "en: 0 groups of twins, fewer than 180": lambda r: r["lang"] == "en" and r["cv_blast"] == 1,
}


@pytest.mark.parametrize("says", HOLES)
def test_a_gap_is_told(complete, says):
    assert [gap for gap in coverage.gaps(without(complete, HOLES[says])) if says in gap] != []


def test_mails_without_envelopes_are_told(complete):
    rows = [{k: v for k, v in row.items() if k != "envelope"} for row in complete]
    told = [gap for gap in coverage.gaps(rows) if "have an envelope, less than a fifth" in gap]
    assert [gap[:2] for gap in told] == list(LANGUAGES)


def test_chats_count_with_whatsapp_and_ordinary_messages_are_no_job_seekers():
    assert coverage.channel_of({"channel": "chat"}) == "whatsapp"
    seeker = {"kind": "offence", "sender_kind": "junior"}
    assert coverage.seeker_of(seeker) == "junior"
    assert coverage.seeker_of(seeker | {"kind": "ordinary"}) == ""
    assert coverage.seeker_of(seeker | {"sender_kind": "other"}) == ""


def test_the_matrix_counts_messages():
    rows = [full()[0], full()[1] | {"lang": "he"}]
    page = coverage.matrix(rows).splitlines()
    assert "| forward_request | 1 | 0 | 0 | 0 |" in page
    assert page.count("| *all messages* | 0 | 1 | 0 | 0 |") == 1


def test_twins_are_groups_with_both_values_of_a_label():
    members = (("x", 1, 0), ("x", 0, 0), ("y", 1, 0), ("z", 0, 1), ("z", 0, 0))
    rows = [{"group": g, "cv_blast": a, "give_to_get": b} for g, a, b in members]
    assert traits.twin_groups(rows) == {"x", "z"}
    assert traits.twin_groups(rows, "cv_blast") == {"x"}


# ------------------------------------------------------------------ mix, diversity, agreement


def test_the_mix_counts_topics_of_fine_messages_only():
    words = "We are hiring a clerk, full time, to apply write to us."
    fine = labelled(ROW | {"marked": words, "channel": "mail", "sender": "HR manager"})
    offence = fine | {"kind": "offence", "cv_blast": 1}
    page = mix.mix_table([fine, offence]).splitlines()
    assert "| fine: vacancy | 1 (50%) | 0 | 0 |" in page
    assert "| fine: from a recruiter, HR or employer | 1 (50%) | 0 | 0 |" in page
    assert "| cv_blast | 1 (50%) | 0 | 0 |" in page


@given(st.lists(st.sampled_from("abcd"), min_size=4, max_size=40), st.integers(1, 4))
def test_the_moving_ratio_is_the_mean_of_all_windows(words, window):
    windows = [words[i : i + window] for i in range(len(words) - window + 1)]
    want = np.mean([len(set(one)) / window for one in windows])
    assert diversity.moving_average_ttr(words, window) == pytest.approx(want)


def test_too_few_words_have_no_ratio():
    assert np.isnan(diversity.moving_average_ttr(["a"], 2))
    assert "| ordinary | - | - | - |" in diversity.diversity_table(
        [record("en", "ordinary", 1, "a")]
    )


def test_agreement_is_counted_for_every_split_and_language():
    lines = agreement.agreement_table().splitlines()
    assert len(lines) == 2 + 2 * len(LANGUAGES)
    assert len({line.count("|") for line in lines}) == 1


# ------------------------------------------------------------------ probes


def messages(tell, n=300, seed=5):
    """Return n messages of random words; `tell` may give the label away."""
    random, made = Random(seed), []
    for number in range(n):
        label = random.randrange(2)
        words = [f"w{random.randrange(400)}" for _ in range(random.randrange(8, 40))]
        text = "\n".join([" ".join(words[:4]), " ".join(words[4:]), "Bye"])
        row = {"text": text, "lang": "en", "group": f"g{number}", **dict.fromkeys(LABELS, label)}
        made.append(tell(row, label))
    return made


TELLS = {
    "length and punctuation": lambda r, y: r | {"text": r["text"] + "!" * (9 * y)},
    "last line": lambda r, y: r | {"text": r["text"] + ["\nsee you", "\nthanks a lot"][y]},
    "names and places": lambda r, y: r | {"text": r["text"] + [" to Anna", " to Leeds"][y]},
    "first five words": lambda r, y: r | {"text": ["so ", "dear all "][y] + r["text"]},
}


@pytest.mark.parametrize("probe", TELLS)
def test_a_probe_finds_what_gives_the_label_away(probe):
    found = {f.probe: f for f in probes.run(messages(TELLS[probe])) if f.label == "cv_blast"}
    assert found[probe].fault
    assert found[probe].auc.low <= found[probe].auc.value <= found[probe].auc.high


def test_every_probe_that_is_held_to_a_range_has_a_tell():
    held = {n for n, p in probes.PROBES.items() if (p.low, p.high) != probes.UNLIMITED}
    assert held == TELLS.keys()


def test_no_probe_finds_anything_where_nothing_is():
    assert list(probes.faults(messages(lambda row, _: row))) == []


def test_a_probe_says_nothing_of_few_messages():
    assert probes.run(messages(lambda row, _: row, n=20)) == []


def test_known_shortfalls_are_strict():
    known = [f"{start}, AUC 0.7" for start in gates.KNOWN_SHORTFALLS]
    assert gates.unexpected(known) == []
    assert gates.unexpected([*known, "a new one"]) == ["a new one"]
    mended = gates.KNOWN_SHORTFALLS[0]
    assert gates.unexpected(known[1:]) == [f"mended, take it off KNOWN_SHORTFALLS: {mended}"]


def test_shortfalls_are_gaps_and_artefacts():
    told = list(gates.shortfalls(messages_of_kinds()))
    assert [t for t in told if t.startswith("artefact: first five words tells cv_blast in en")]
    assert [t for t in told if "no message of" in t]


def messages_of_kinds():
    rows = messages(TELLS["first five words"])
    more = {"kind": "ordinary", "channel": "mail", "sender_kind": "other", "spans": []}
    return [row | more for row in rows]
