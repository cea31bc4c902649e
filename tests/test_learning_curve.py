"""scripts/learning_curve.py, on the small corpus."""

import json

import numpy as np
import pytest

import learning_curve as script
from classifier.schema import LABELS, LANGUAGES
from tests.small_corpus import records, write


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Write a small corpus of both splits; return its folder."""
    folder = tmp_path_factory.mktemp("messages")
    write(folder / "train-all.jsonl", records(20, seed=1))
    held_out = [r | {"group": f"t-{r['group']}"} for r in records(8, seed=2, tactics=())]
    write(folder / "test-all.jsonl", held_out)
    return folder


def groups_of(known):
    return {example.group for example, _ in known}


def test_a_smaller_share_is_part_of_a_larger_one_and_keeps_groups_whole(corpus):
    train = script.judged([corpus / "train-all.jsonl"])
    half, most = (groups_of(script.drawn(train, share, seed=3)) for share in (0.5, 0.75))
    assert half < most < groups_of(train)
    assert len(script.drawn(train, 1.0, seed=3)) == len(train)
    assert half != groups_of(script.drawn(train, 0.5, seed=4))
    for lang in LANGUAGES:
        mine = {e.group for e, _ in train if e.message.lang == lang}
        assert len(half & mine) == round(len(mine) / 2)


def test_one_command_writes_page_and_figures(corpus, monkeypatch):
    monkeypatch.setattr(script, "SHARES", (0.5, 1.0))
    assert script.main(["--folder", str(corpus), "--messages", str(corpus), "--seeds", "2"]) == 0
    found = json.loads((corpus / "learning_curve.json").read_text(encoding="utf-8"))
    assert found["seeds"] == 2
    assert len(found["points"]) == 2 * len(LANGUAGES) * len(LABELS)
    for point in found["points"]:
        measured = point["average_precision"]
        low, value, high = (round(measured[key], 9) for key in ("low", "value", "high"))
        assert 0 < low <= value <= high <= 1
    page = (corpus / "LEARNING_CURVE.md").read_text(encoding="utf-8")
    assert [line.split(" ")[1] for line in page.splitlines() if line.startswith("| ")][1:] == [
        "50%", "100%", "last",
    ]  # fmt: skip


def test_an_estimate_is_that_of_a_perfect_and_a_useless_score(corpus):
    examples = [e for e, _ in script.judged([corpus / "test-all.jsonl"])]
    truth = np.array([float(e.labels[0]) for e in examples])
    perfect = script.estimate(examples, [truth, truth], 0)
    assert (perfect.value, perfect.low, perfect.high) == (1, 1, 1)
    mixed = script.estimate(examples, [truth, -truth], 0)
    assert mixed.low < mixed.value < mixed.high == 1
