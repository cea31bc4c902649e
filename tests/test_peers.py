"""scripts/peers and scripts/compare_models.py, on the small corpus, with the real programs."""

import numpy as np
import pytest

import compare_models as script
from classifier.corpus import load_examples
from classifier.schema import LABELS
from peers import MissingPeerError
from tests.small_corpus import records, write


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Write a small corpus of both splits; return its folder."""
    folder = tmp_path_factory.mktemp("messages")
    write(folder / "train-all.jsonl", records(20, seed=1))
    held_out = [r | {"group": f"t-{r['group']}"} for r in records(8, seed=2, tactics=())]
    write(folder / "test-all.jsonl", held_out)
    return folder


@pytest.mark.parametrize("peer", script.PEERS, ids=lambda peer: peer.name)
def test_a_peer_learns_what_is_easy_or_says_why_not(peer, corpus):
    train, test = (load_examples([corpus / f"{split}-all.jsonl"]) for split in ("train", "test"))
    try:
        judged = script.judged_by(peer, train, test)
    except MissingPeerError as error:
        pytest.skip(str(error))
    assert judged.scores.shape == judged.flagged.shape == (len(test), len(LABELS))
    assert judged.size > 100
    truth = np.array([example.labels for example in test], dtype=bool)
    for number in range(len(LABELS)):
        offending = truth[:, number]
        assert judged.scores[offending, number].mean() > judged.scores[~offending, number].mean()


def test_a_threshold_is_the_best_within_the_budget(corpus):
    examples = load_examples([corpus / "train-all.jsonl"])
    truth = np.array([example.labels for example in examples], dtype=float)
    assert script.thresholds_of(examples, truth).tolist() == [1.0, 1.0]
    assert np.isinf(script.thresholds_of(examples, -truth)).all()


def test_one_command_prints_everyone_and_writes_the_page(corpus, capsys, monkeypatch):
    few = [peer for peer in script.PEERS if peer.name in ("keyword list", "rspamd's Bayes")]
    monkeypatch.setattr(script, "PEERS", few)
    monkeypatch.setattr(script, "RESAMPLES", 20)
    assert script.main(["--messages", str(corpus), "--folder", str(corpus), "--write"]) == 0
    page = (corpus / "COMPARISON.md").read_text(encoding="utf-8")
    assert page in capsys.readouterr().out
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    assert {"| **blastcheck**", "| keyword list", "| keyword list, he"} <= {row[0] for row in rows}
    assert "| rspamd's Bayes | skipped: " in page
