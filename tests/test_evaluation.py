"""Measures against values worked out by hand, and against scikit-learn where it has the same."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from classifier.corpus import Example
from classifier.evaluation import (
    MEASURES,
    Rows,
    evaluate,
    grouped_mean,
    intervals,
    measures_table,
    pairs_right,
)
from classifier.evaluation.measures import (
    ECE_BINS,
    calibration_error,
    f1,
    false_positive_rate,
    measure,
    precision,
    recall,
)
from classifier.schema import Message, Report


def rows_of(truth, scores, *, flagged=None, groups=None):
    scores = np.array(scores, dtype=float)
    return Rows(
        truth=np.array(truth, dtype=bool),
        flagged=scores >= 0.5 if flagged is None else np.array(flagged, dtype=bool),
        scores=scores,
        groups=np.arange(len(scores)) if groups is None else np.array(groups),
    )


#                truth            scores               at 0.5: 2 hits, 1 false alarm, 1 miss
SIX = rows_of([1, 1, 1, 0, 0, 0], [0.9, 0.6, 0.2, 0.7, 0.3, 0.1])
BY_HAND = {
    "precision": 2 / 3,
    "recall": 2 / 3,
    "f1": 2 / 3,
    "average_precision": (1 / 1 + 2 / 3 + 3 / 5) / 3,  # ranks of the offending: 1, 3 and 5
    "roc_auc": (3 + 2 + 1) / 9,  # fine ones ranked below each of them
    "false_positive_rate": 1 / 3,
    "calibration_error": (0.1 + 0.4 + 0.8 + 0.7 + 0.3 + 0.1) / 6,  # each alone in its bin
}


def test_every_measure_has_a_value_by_hand():
    assert BY_HAND.keys() == MEASURES.keys()


@pytest.mark.parametrize("name", MEASURES)
def test_measure_by_hand(name):
    assert MEASURES[name](SIX) == pytest.approx(BY_HAND[name])


labelled = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=40)


@given(labelled)
def test_measures_agree_with_scikit_learn(pairs):
    rows = rows_of([truth for truth, _ in pairs], [score for _, score in pairs])
    truth, flagged = rows.truth, rows.flagged
    expected = {
        "precision": metrics.precision_score(truth, flagged, zero_division=np.nan),
        "recall": metrics.recall_score(truth, flagged, zero_division=np.nan),
        "f1": metrics.f1_score(truth, flagged, zero_division=np.nan),
    }
    if truth.any():
        expected["average_precision"] = metrics.average_precision_score(truth, rows.scores)
    if truth.any() and not truth.all():
        expected["roc_auc"] = metrics.roc_auc_score(truth, rows.scores)
        expected["false_positive_rate"] = 1 - metrics.recall_score(~truth, ~flagged)
    for name, value in expected.items():
        assert MEASURES[name](rows) == pytest.approx(value, nan_ok=True), name


@given(labelled)
def test_measures_are_shares_or_undefined(pairs):
    rows = rows_of([truth for truth, _ in pairs], [score for _, score in pairs])
    values = {name: one(rows) for name, one in MEASURES.items()}
    wrong = {n: v for n, v in values.items() if not (math.isnan(v) or -1e-12 <= v <= 1 + 1e-12)}
    assert wrong == {}


def test_calibration_error_is_the_gap_of_each_bin():
    sure = rows_of([1, 1, 0, 0], [0.95, 0.95, 0.95, 0.95])
    mixed = rows_of([1, 0, 0, 0, 1, 1], [0.01, 0.02, 0.03, 0.02, 0.99, 0.99])
    assert calibration_error(sure) == pytest.approx(0.45)
    assert calibration_error(mixed) == pytest.approx((4 * abs(0.02 - 0.25) + 2 * 0.01) / 6)


def test_calibration_error_of_a_calibrated_forecast_is_near_nothing():
    random = np.random.default_rng(0)
    scores = random.random(50_000)
    honest = rows_of(random.random(50_000) < scores, scores)
    boastful = rows_of(honest.truth, np.clip(2 * scores - 0.5, 0, 1))
    assert calibration_error(honest) < 0.02 < calibration_error(boastful)


def test_the_highest_and_lowest_probability_have_a_bin():
    assert calibration_error(rows_of([1, 0], [1.0, 0.0])) == 0.0
    assert calibration_error(rows_of([0, 1], [1.0, 0.0])) == 1.0
    assert calibration_error(rows_of([0], [1 - 1 / ECE_BINS / 2])) == pytest.approx(29 / 30)


NOBODY = {
    "none offends": (rows_of([0, 0], [0.1, 0.9]), {"recall", "average_precision", "roc_auc"}),
    "all offend": (rows_of([1, 1], [0.1, 0.9]), {"roc_auc", "false_positive_rate"}),
    "none is flagged": (rows_of([1, 0], [0.1, 0.2]), {"precision"}),
    "none offends, none is flagged": (
        rows_of([0, 0], [0.1, 0.2]),
        {"precision", "recall", "f1", "average_precision", "roc_auc"},
    ),
}


@pytest.mark.parametrize("name", NOBODY)
def test_without_a_class_a_measure_is_undefined(name):
    rows, undefined = NOBODY[name]
    values = {name: one(rows) for name, one in MEASURES.items()}
    assert {name for name, value in values.items() if math.isnan(value)} == undefined


def test_undefined_measures_are_dashes_in_the_table():
    table = measures_table([measure(rows_of([0, 0], [0.1, 0.2]), "he", "cv_blast", resamples=99)])
    *_, line = table.splitlines()
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == [
        "he", "cv_blast", "2", "0", "-", "-", "-", "-", "-", "0.000 (0.00-0.00)",
        "0.150 (0.10-0.20)",
    ]  # fmt: skip
    assert "nan" not in table


def test_the_table_is_markdown_of_equal_width():
    measured = [measure(SIX, lang, "cv_blast", resamples=9) for lang in ("all", "fr")]
    heads, rule, *lines = measures_table(measured).splitlines()
    assert len({line.count("|") for line in (heads, rule, *lines)}) == 1
    assert set(rule) == set("|- ")
    assert [line.split("|")[1].strip() for line in lines] == ["all", "fr"]
    assert "0.667 (" in lines[0]


def many(n):
    """Return n rows of which four in five are judged right."""
    truth = np.arange(n) % 2 == 0
    wrong = np.arange(n) % 5 == 0
    return rows_of(truth, np.where(truth ^ wrong, 0.8, 0.3) + np.arange(n) % 7 / 100)


@pytest.fixture(scope="module")
def small_and_large():
    return [measure(many(n), "all", "cv_blast", resamples=100) for n in (50, 1_000)]


@pytest.mark.parametrize("name", MEASURES)
def test_intervals_hold_the_value_and_shrink_with_n(small_and_large, name):
    small, large = (getattr(measures, name) for measures in small_and_large)
    for estimate in (small, large):
        assert estimate.low <= estimate.value <= estimate.high
    assert large.high - large.low < (small.high - small.low) / 2


def test_intervals_do_not_change_from_run_to_run():
    first, second = (measure(many(60), "all", "cv_blast", resamples=50) for _ in range(2))
    assert first == second


def test_copies_of_a_message_make_the_interval_no_narrower():
    """Twins and siblings are drawn together, so ten copies say no more than one message."""
    once = many(60)
    copied = Rows(*(np.repeat(a, 10) for a in (once.truth, once.flagged, once.scores, once.groups)))
    alone, together = (
        measure(rows, "all", "cv_blast", resamples=200).precision for rows in (once, copied)
    )
    assert (alone.low, alone.high) == pytest.approx((together.low, together.high))


def example(labels, lang="en", group="g"):
    return Example(Message("x", lang=lang), labels, group=group)


def judged(example, scores, flags):
    scores = dict(zip(("cv_blast", "give_to_get"), scores, strict=True))
    verdict = "flag" if flags else "ok"
    return Report(example.message, example.message.lang, verdict, flags=flags, scores=scores)


@pytest.fixture
def quick(monkeypatch):
    """Draw few samples where the number cannot be chosen."""
    monkeypatch.setattr(intervals, "RESAMPLES", 20)


@pytest.mark.usefixtures("quick")
def test_messages_not_judged_count_as_not_flagged():
    examples = [example((1, 0), group="a"), example((1, 0), group="b"), example((0, 1), group="c")]
    reports = [
        judged(examples[0], (0.9, 0.1), ("cv_blast",)),
        Report(examples[1].message, "other", "not_judged", not_judged="Too short."),
        judged(examples[2], (0.2, 0.8), ("give_to_get",)),
    ]
    blast, trade = evaluate(examples, reports)[:2]
    assert (blast.n, blast.positives, blast.recall.value) == (3, 2, 0.5)
    assert blast.precision.value == 1.0
    assert blast.calibration_error.value == pytest.approx((0.1 + abs(0.2 - 0) + 1) / 3)
    assert (trade.positives, trade.recall.value, trade.false_positive_rate.value) == (1, 1.0, 0.0)


@pytest.mark.usefixtures("quick")
def test_languages_are_measured_together_and_apart():
    examples = [example((i % 2, 0), lang, str(i)) for i, lang in enumerate(["fr", "he", "fr"])]
    reports = [judged(e, (0.9, 0.1), ("cv_blast",)) for e in examples]
    measured = evaluate(examples, reports)
    assert [(m.lang, m.label, m.n) for m in measured] == [
        ("all", "cv_blast", 3),
        ("all", "give_to_get", 3),
        ("fr", "cv_blast", 2),
        ("fr", "give_to_get", 2),
        ("he", "cv_blast", 1),
        ("he", "give_to_get", 1),
    ]
    assert [m.precision.value for m in measured[::2]] == [1 / 3, 0.0, 1.0]


PAIR = [example((1, 0), group="a"), example((0, 0), group="a")]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("flags", "share"),
    [((1, 0), 1.0), ((1, 1), 0.0), ((0, 0), 0.0), ((0, 1), 0.0)],
)
def test_a_pair_is_right_when_both_verdicts_are(flags, share):
    reports = [
        judged(e, (0.5, 0.5), ("cv_blast",) * flag) for e, flag in zip(PAIR, flags, strict=True)
    ]
    assert pairs_right(PAIR, reports, "cv_blast").value == share


@pytest.mark.usefixtures("quick")
def test_pairs_are_counted_over_all_groups_and_need_both_sides():
    examples = [
        *PAIR,
        *(example(labels, group="b") for labels in ((1, 0), (0, 0), (0, 1))),
        example((1, 1), group="alone"),
    ]
    flags = [1, 0, 1, 0, 1, 1]
    reports = [
        judged(e, (0.5, 0.5), ("cv_blast",) * flag) for e, flag in zip(examples, flags, strict=True)
    ]
    found = pairs_right(examples, reports, "cv_blast")
    assert found.value == pytest.approx(2 / 3)  # a: right; b: one of two
    assert found.low <= found.value <= found.high


def test_without_pairs_their_share_is_undefined():
    reports = [judged(e, (0.5, 0.5), ()) for e in PAIR]
    assert math.isnan(pairs_right(PAIR, reports, "give_to_get").value)


def test_shares_of_nothing_are_undefined():
    rows = rows_of([0], [0.0])
    assert math.isnan(precision(rows))
    assert math.isnan(recall(rows))
    assert math.isnan(f1(rows))
    assert false_positive_rate(rows) == 0.0


def test_measures_are_plain_values_for_json():
    found = measure(SIX, "en", "cv_blast", resamples=9).to_dict()
    assert set(found) == {"lang", "label", "n", "positives", *MEASURES}
    assert set(found["f1"]) == {"value", "low", "high"}


# Shares with intervals over groups


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=1, max_size=30))
def test_a_share_lies_in_its_interval(pairs):
    values, groups = zip(*pairs, strict=True)
    found = grouped_mean(values, groups)
    assert found.value == pytest.approx(sum(values) / len(values))
    assert 0 <= found.low <= found.high <= 1
    assert found.low <= found.value + 1e-12
    assert found.value <= found.high + 1e-12 or len(set(groups)) == 1


def test_none_of_many_is_surer_than_none_of_few():
    few, many_ = (grouped_mean([0] * n, range(n)) for n in (30, 3_000))
    assert (few.low, few.high) == (0.0, pytest.approx(0.1157, abs=1e-4))  # Clopper and Pearson
    assert many_.high < 0.0013


def test_copies_in_one_group_make_a_share_no_surer():
    alone, copied = grouped_mean([1] * 9, range(9)), grouped_mean([1] * 90, [*range(9)] * 10)
    assert alone == copied
    mixed = [0, 1, 1, 0, 1, 0, 0, 0]
    assert grouped_mean(mixed, range(8)) == grouped_mean(mixed * 5, [*range(8)] * 5)


def test_the_share_of_nothing_is_undefined():
    assert str(grouped_mean([], [])) == "-"
