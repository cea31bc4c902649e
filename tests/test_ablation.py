"""scripts/ablation.py, on the small corpus."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

import ablation as script
from classifier.corpus import load_examples
from classifier.preparation import prepare
from classifier.schema import LABELS
from classifier.training.fit import fit
from classifier.training.recipe import Recipe
from tests.small_corpus import records, write


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Write a small training split; return its folder."""
    folder = tmp_path_factory.mktemp("messages")
    write(folder / "train-all.jsonl", records(12, seed=1))
    return folder


@pytest.fixture(scope="module")
def bench(corpus):
    return script.Bench(load_examples([corpus / "train-all.jsonl"]), Recipe(n_jobs=1))


def test_with_everything_it_is_what_training_measures(corpus, bench):
    examples = load_examples([corpus / "train-all.jsonl"])
    trained = fit(examples, [prepare(e.message) for e in examples], Recipe(n_jobs=1)).out_of_fold
    for number in range(len(LABELS)):
        truth, mine = bench.labels[:, number], bench.scores("")[:, number]
        expected = average_precision_score(truth, trained[:, number])
        assert average_precision_score(truth, mine) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("family", script.FAMILIES)
def test_each_family_can_be_left_out(bench, family):
    assert not np.allclose(bench.scores(family), bench.scores(""))


def test_one_command_writes_the_table(corpus, monkeypatch):
    monkeypatch.setattr(script, "RESAMPLES", 5)
    monkeypatch.setattr(script, "FAMILIES", {"facts": script.FAMILIES["facts"]})
    assert script.main(["--messages", str(corpus), "--folder", str(corpus)]) == 0
    rows = [line for line in (corpus / "ABLATION.md").read_text("utf-8").splitlines()
            if line.startswith("| ")]  # fmt: skip
    assert [row.split(" | ")[0] for row in rows[1:]] == [
        "| everything",
        "| without facts: numbers about the whole message",
    ]
