"""Two judges compared: the same figures as scikit-learn's, fair decisions, and what flipped."""

import tomllib
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score

from classifier.corpus import Example
from classifier.evaluation import intervals
from classifier.evaluation.cases import Case
from classifier.evaluation.comparison import compare, comparison_table
from classifier.evaluation.frozen import frozen_files
from classifier.evaluation.measures import Rows
from classifier.evaluation.paired import differences, weighted_average_precision, weighted_f1
from classifier.schema import LANGUAGES, Message, Report
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    monkeypatch.setattr(intervals, "RESAMPLES", 200)


ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]), st.integers(0, 4)),
    min_size=1,
    max_size=40,
)


def rows_from(drawn, scores=None):
    truth, own, groups = map(np.array, zip(*drawn, strict=True))
    scores = own if scores is None else scores
    numbers = np.unique(groups, return_inverse=True)[1]
    return Rows(truth, scores >= 0.5, scores, numbers)


@given(ROWS, st.lists(st.integers(0, 3), min_size=40, max_size=40))
def test_weighted_measures_are_those_of_scikit_learn(drawn, weights):
    rows, weights = rows_from(drawn), np.array(weights[: len(drawn)], dtype=float)
    many = np.vstack([weights, np.ones(len(drawn))])
    for row, ap, f1 in zip(
        many, weighted_average_precision(rows, many), weighted_f1(rows, many), strict=True
    ):
        if row @ rows.truth == 0:
            assert np.isnan(ap)
            continue
        wanted = average_precision_score(rows.truth, rows.scores, sample_weight=row)
        assert ap == pytest.approx(wanted, abs=1e-12)
        assert f1 == pytest.approx(f1_score(rows.truth, rows.flagged, sample_weight=row), abs=1e-12)


@given(ROWS)
def test_a_judge_never_loses_against_itself(drawn):
    rows = rows_from(drawn)
    assert not any(found.lost for found in differences(rows, rows))


def test_differences_do_not_depend_on_the_order_of_the_two():
    random = np.random.default_rng(1)
    truth = random.random(200) < 0.4
    old = Rows(truth, truth.copy(), truth * 0.8, np.arange(200))
    scores = np.where(random.random(200) < 0.3, 1 - old.scores, old.scores)
    new = Rows(truth, scores >= 0.5, scores, old.groups)
    for there, back in zip(differences(old, new), differences(new, old), strict=True):
        assert (there.lost, back.lost) == (True, False)
        assert there.gain.value == -back.gain.value
        assert there.gain.low == pytest.approx(-back.gain.high)


def case(number, labels=(0, 0), lang="en", kind="ordinary"):
    message = Message(f"text {number}", id=f"m{number}", lang=lang)
    return Case(Example(message, labels, group=f"g{number}", kind=kind))


CASES = [
    *(case(i, (1, 0), LANGUAGES[i % 3], "offence") for i in range(60)),
    *(case(i, (0, 1), LANGUAGES[i % 3], "offence") for i in range(60, 120)),
    *(case(i, (0, 0), LANGUAGES[i % 3]) for i in range(120, 240)),
]
TRUTH = {c.message.id: c for c in CASES}


def judge(messages, wrong=()):
    """Judge rightly, but for the messages numbered in `wrong`."""
    for message in messages:
        report = Report(message, message.lang, "ok")
        known = TRUTH[message.id]
        flip = int(message.id[1:]) in wrong
        flags = tuple(name for name in ("cv_blast", "give_to_get") if known.has(name) != flip)
        yield replace(report, flags=flags, scores=dict.fromkeys(flags, 0.9))


def test_equals_pass():
    found = compare(CASES, judge, judge)
    assert list(found.losses()) == []
    assert found.flips == ()
    assert {one.p_value for one in found.compared} == {1.0}
    assert [one.lang for one in found.compared[::2]] == ["all", *LANGUAGES]


def test_a_loss_in_one_language_is_enough():
    new = partial(judge, wrong={*range(0, 45, 3)})
    losses = list(compare(CASES, judge, new).losses())
    assert any(line.startswith("en cv_blast F1") for line in losses)
    assert not any(line.startswith(("fr", "he")) for line in losses)
    assert list(compare(CASES, new, judge).losses()) == []


def test_one_more_false_alarm_is_too_many():
    found = compare(CASES, judge, partial(judge, wrong={200}))
    assert list(found.losses()) == ["false alarms on ordinary messages: 0 of 120 before, 1 now"]


def test_flips_tell_the_text_and_what_became_wrong_comes_first():
    old, new = partial(judge, wrong={0, 1}), partial(judge, wrong={1, 2})
    found = compare(CASES, old, new)
    assert [(flip.case.message.id, flip.right) for flip in found.flips] == [
        ("m2", False), ("m2", False), ("m0", True), ("m0", True)]  # fmt: skip
    told = found.to_dict()["flips"][0]
    assert (told["text"], told["lang"], told["labelled"]) == ("text 2", "he", True)
    both = found.compared[0]
    assert (both.better, both.worse, both.p_value) == (1, 1, 1.0)


def test_mcnemar_is_the_exact_test():
    found = compare(CASES, judge, partial(judge, wrong=set(range(10))))
    assert found.compared[0].p_value == pytest.approx(2 * 0.5**10)


def test_the_table_names_what_is_worse():
    lines = comparison_table(compare(CASES, judge, partial(judge, wrong=set(range(40))))).split(
        "\n"
    )
    assert lines[2].startswith("| all | cv_blast | 240 | 1.000 → ")
    assert lines[2].endswith("| worse |")


def test_the_frozen_messages_are_those_of_the_checkout():
    names = [
        f"{what}-{lang}" for what in ("messages/test", "suites/ordinary") for lang in LANGUAGES
    ]
    assert frozen_files() == [ROOT / f"data/{name}.jsonl" for name in names]


def test_the_frozen_messages_of_the_checkout_are_all_in_the_wheel():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = wheel["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    shipped = {ROOT / path for path in included if path.endswith(".jsonl")}
    assert shipped == set(frozen_files())
