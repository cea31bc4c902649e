"""Suites: each question with a judge whose answers are known, so that every figure is by hand."""

import json
import math

import pytest

from classifier.corpus import Example, TacticSpan
from classifier.evaluation import SUITES, Case, default_files, intervals, load_cases, run_suite
from classifier.evaluation.cases import AXES, Variant
from classifier.evaluation.disguises import WAYS
from classifier.evaluation.results import Bar, Result, Value, by_language, results_table
from classifier.schema import DataError, Evidence, Message, Report
from tests.small_corpus import write


def case(text, labels=(0, 0), *, lang="en", group=None, **more):
    """Return a case; `kind`, `spans` go to its example, the rest to the case."""
    example = {key: more.pop(key) for key in ("kind", "spans") if key in more}
    return Case(Example(Message(text, lang=lang), labels, group=group or text, **example), **more)


def judge(messages):
    """Flag a text for the labels whose first letters (c, g) it begins with; score 0.9 or 0.1."""
    for message in messages:
        head = message.text.split(" ")[0]
        flags = tuple(x for x in ("cv_blast", "give_to_get") if x[0] in head)
        scores = {x: 0.9 if x in flags else 0.1 for x in ("cv_blast", "give_to_get")}
        end = len(message.text)
        evidence = tuple(
            Evidence("mass_address" if flag == "cv_blast" else "debt_reminder", flag, end - 4, end,
                     message.text[-4:], 1.0)
            for flag in flags
        )  # fmt: skip
        verdict = "flag" if flags else "ok"
        yield Report(message, "en", verdict, flags=flags, scores=scores, evidence=evidence)


def values(results, **wanted):
    """Return {language: (n, value)} of the results that have these fields."""
    chosen = [r for r in results if all(getattr(r, k) == v for k, v in wanted.items())]
    return {r.lang: (r.n, r.estimate.value) for r in chosen}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(intervals, "RESAMPLES", 20)


def test_pairs_are_right_when_both_members_are():
    cases = [
        case("c 1", (1, 0), group="a"), case("- 1", group="a"),
        case("c 2", (1, 0), group="b"), case("c 3", group="b"),
        case("c 4", (1, 0), group="c", lang="fr"), case("- 2", group="c", lang="fr"),
        case("c 5", (1, 0), group="alone"),
    ]  # fmt: skip
    found = run_suite("pairs", cases, judge)
    assert values(found, label="cv_blast") == {"all": (3, 2 / 3), "en": (2, 0.5), "fr": (1, 1.0)}
    assert values(found, label="give_to_get") == {}


def test_ordinary_counts_what_is_flagged_at_all_and_ignores_the_rest():
    cases = [case(t, kind="ordinary") for t in ("c x", "g x", "cg x", "- x")]
    cases += [case("c y", kind="hard_negative"), case("c z", (1, 0), kind="offence")]
    found = run_suite("ordinary", cases, judge)
    assert values(found, label="any")["all"] == (4, 0.75)
    assert values(found, label="cv_blast")["en"] == (4, 0.5)
    assert values(run_suite("near", cases, judge), label="any")["all"] == (1, 1.0)


def test_swap_asks_only_for_give_to_get():
    cases = [
        case("g 1", swap="give_only"),
        case("c 2", swap="give_only"),
        case("- 3", swap="ask_only"),
    ]
    found = run_suite("swap", cases, judge)
    assert values(found, part="give_only") == {"all": (2, 0.5), "en": (2, 0.5)}
    assert values(found, part="ask_only") == {"all": (1, 0.0), "en": (1, 0.0)}
    assert [r.met for r in found] == [False, False, True, True]


def test_needle_counts_hits_and_whether_they_show_the_place():
    hay = " hay" * 300
    there = (TacticSpan(len(hay) + 3, len(hay) + 5, "mass_address"),)
    elsewhere = (TacticSpan(0, 1, "mass_address"),)
    other_label = (TacticSpan(len(hay) + 3, len(hay) + 5, "debt_reminder"),)
    cases = [
        case(f"c{hay} end", (1, 0), spans=there, group="1"),
        case(f"c{hay} end", (1, 0), spans=elsewhere, group="2"),
        case(f"c{hay} end", (1, 0), spans=other_label, group="3"),
        case(f"-{hay} end", (1, 0), spans=there, group="4"),
        case("c short", (1, 0), spans=elsewhere),
    ]
    found = run_suite("needle", cases, judge)
    assert values(found, measure="recall", label="cv_blast")["all"] == (4, 0.75)
    shown = values(found, measure="evidence meets the marked words", label="cv_blast")
    assert shown["all"] == (3, pytest.approx(1 / 3))


def test_disguise_compares_each_way_with_the_plain_text():
    """The judge reads the first word only: capitals turn `c` into `C`, which it does not know."""
    found = run_suite("disguise", [case("c Word"), case("- word")], judge)
    assert {r.part for r in found} == set(WAYS)
    assert values(found, part="upper case")["all"] == (2, 0.5)
    assert values(found, part="hidden HTML")["all"] == (2, 1.0)


def test_the_language_is_left_open_to_plain_and_disguised():
    def by_language_known(messages):
        for message in messages:
            yield Report(message, "en", "flag" if message.lang else "ok")

    found = run_suite("disguise", [case("word")], by_language_known)
    assert {r.estimate.value for r in found} == {1.0}


def test_fairness_compares_each_variant_with_its_base():
    cases = [
        case("- base", variants=(Variant("name", "- one"), Variant("age", "c two"))),
        case("c base", (1, 0), lang="he", variants=(Variant("age", "c three"),)),
    ]
    found = run_suite("fairness", cases, judge)
    moved = values(found, measure="mean change", label="cv_blast", part="age")
    assert moved == {"all": (2, pytest.approx(0.4)), "en": (1, pytest.approx(0.8)), "he": (1, 0.0)}
    assert values(found, measure="flips", label="cv_blast", part="")["all"] == (
        3,
        pytest.approx(1 / 3),
    )
    assert values(found, measure="flips", label="give_to_get", part="")["all"] == (3, 0.0)
    assert values(found, measure="flips", label="cv_blast", part="name") == {
        "all": (1, 0.0), "en": (1, 0.0),
    }  # fmt: skip


def test_calibration_is_the_error_of_stated_probabilities():
    cases = [case(f"c {i}", (int(i < 5), 0)) for i in range(10)]
    found = values(run_suite("calibration", cases, judge), label="cv_blast")
    assert found["all"] == (10, pytest.approx(0.4))  # 0.9 said, 0.5 true


def test_messages_without_labels_are_asked_about_only_as_ordinary(tmp_path):
    rows = [{"id": "a", "lang": "en", "text": "c x"},
            {"id": "b", "lang": "en", "text": "- x", "cv_blast": 1, "give_to_get": 0}]  # fmt: skip
    cases = load_cases([write(tmp_path / "data.jsonl", rows)])
    assert values(run_suite("ordinary", cases, judge), label="any")["all"] == (1, 1.0)
    assert values(run_suite("calibration", cases, judge), label="cv_blast")["all"][0] == 1


@pytest.mark.parametrize("name", SUITES)
def test_a_suite_without_messages_says_what_it_needs(name):
    with pytest.raises(DataError, match=f"suite {name}: no such messages among 1"):
        run_suite(name, [case("- x", labelled=False)], judge)


BROKEN = {
    "one label only": ({"cv_blast": 1}, "give_to_get must be 0 or 1"),
    "an unknown case": ({"case": "both"}, "case 'both' is none of give_only, ask_only"),
    "variants that are no list": ({"variants": 3}, "variants must be a list"),
    "a variant that is no object": ({"variants": ["x"]}, "variant 0: is not an object"),
    "an unknown axis": ({"variants": [{"axis": "height", "text": "x"}]}, "axis 'height' is none"),
    "an axis that is a list": ({"variants": [{"axis": ["age"], "text": "x"}]}, "is none of"),
    "a variant without words": ({"variants": [{"axis": "age", "text": " "}]}, "variant 0: needs"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_record_is_named_with_its_line(tmp_path, name):
    row, says = BROKEN[name]
    path = write(tmp_path / "data.jsonl", [{"text": "- x", "lang": "en"}, {"text": "- y", **row}])
    with pytest.raises(DataError) as caught:
        load_cases([path])
    assert f"{path}:2: " in str(caught.value)
    assert says in str(caught.value)


def test_variants_and_cases_are_read(tmp_path):
    row = {"text": "x", "lang": "fr", "cv_blast": 0, "give_to_get": 0, "case": "ask_only",
           "variants": [{"axis": axis, "text": axis} for axis in AXES]}  # fmt: skip
    [found] = load_cases([write(tmp_path / "data.jsonl", [row])])
    assert (found.swap, found.lang, found.labelled) == ("ask_only", "fr", True)
    assert [v.axis for v in found.variants] == [*AXES]


def test_the_files_of_the_nearest_checkout_are_found(tmp_path):
    inner = tmp_path / "clone" / "docs" / "deep"
    inner.mkdir(parents=True)
    with pytest.raises(DataError, match=r"no data/messages in .*name the messages as DATA"):
        default_files("pairs", inner)
    (tmp_path / "clone/data/messages").mkdir(parents=True)
    with pytest.raises(DataError, match=r"suite swap: no .*swap-\*\.jsonl; name"):
        default_files("swap", inner)
    path = write(tmp_path / "clone/data/messages/test-en.jsonl", [])
    assert default_files("pairs", inner) == [path]
    with pytest.raises(DataError, match=r"ordinary-\*\.jsonl; name"):
        default_files("ordinary", inner)


@pytest.mark.parametrize(
    ("bar", "value", "met"),
    [
        (Bar(0.5), 0.5, True), (Bar(0.5), 0.49, False),
        (Bar(0.5, at_most=True), 0.5, True), (Bar(0.5, at_most=True), 0.51, False),
        (Bar(0.5), math.nan, None),
    ],
)  # fmt: skip
def test_bars(bar, value, met):
    assert bar.met_by(value) is met


def test_results_are_json_and_a_table():
    [whole, _] = by_language("s", "m", [Value(1.0, "en", 1)], label="any", bar=Bar(0.5))
    assert json.loads(json.dumps(whole.to_dict())) == {
        "suite": "s", "measure": "m", "part": "", "lang": "all", "label": "any", "n": 1,
        "value": 1.0, "low": pytest.approx(0.025), "high": 1.0, "bar": ">= 0.5", "met": True,
    }  # fmt: skip
    nothing = Result("s", "m", "", "en", "", 0, intervals.UNDEFINED, Bar(1))
    assert nothing.to_dict()["value"] is None
    head, rule, first, second = results_table([whole, nothing]).splitlines()
    assert len({line.count("|") for line in (head, rule, first, second)}) == 1
    assert "1.000 (0.03-1.00) | >= 0.5 | met |" in first
    assert "| 0 | - | >= 1 |  |" in second
