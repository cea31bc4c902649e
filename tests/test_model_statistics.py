"""scripts/model_statistics.py, on the small corpus."""

from xml.etree import ElementTree

import numpy as np
import pytest

import model_statistics as script
import reliability
from classifier.evaluation import Rows, intervals
from tests.small_corpus import records, write


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Write held-out messages as a checkout has them, with no suite beside; return its folder."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "data/messages").mkdir(parents=True)
    held_out = records(4, seed=2, tactics=())
    write(root / "data/messages/test-all.jsonl", held_out)
    return root


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    monkeypatch.setattr(intervals, "RESAMPLES", 5)


def test_one_command_writes_page_and_drawing(checkout):
    assert script.main(["--checkout", str(checkout), "--folder", str(checkout)]) == 0
    page = (checkout / "STATISTICS.md").read_text(encoding="utf-8")
    assert "| he | give_to_get | 16 | 4 | 0.9 | " in page
    assert "cv_blast: probability" in page
    assert page.count("\n### ") == 8
    assert "Not asked: suite swap: no data/suites/swap-*.jsonl" in page
    svg = ElementTree.parse(checkout / "reliability.svg").getroot()
    assert svg.tag.endswith("svg")


def test_a_file_of_others_is_printed_clear_and_borderline_apart(checkout, tmp_path, capsys):
    rows = records(2, seed=3, tactics=())
    for number, row in enumerate(rows):
        row["difficulty"] = ("clear", "borderline")[number % 2]
    path = write(tmp_path / "others.jsonl", [*rows, {"id": "o", "text": rows[0]["text"]}])
    before = sorted(checkout.rglob("*"))
    assert script.main(["--extra", str(path)]) == 0
    printed = capsys.readouterr().out
    assert printed.index("## borderline") < printed.index("## clear") < printed.index("## ordinary")
    assert sorted(checkout.rglob("*")) == before


def test_a_missing_file_is_named(tmp_path, capsys):
    assert script.main(["--extra", str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err


def test_bins_hold_every_message_and_its_share():
    rows = Rows(
        truth=np.array([False, True, True, True]),
        flagged=np.zeros(4, dtype=bool),
        scores=np.array([0.05, 0.06, 0.95, 1.0]),
        groups=np.arange(4),
    )
    bins = reliability.bins_of(rows)
    assert [one.n for one in bins] == [2, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (bins[0].observed.value, bins[-1].observed.value) == (0.5, 1.0)
    assert bins[-1].stated == pytest.approx(0.975)
    assert "| 0.1 to 0.2 | 0 | - | - |" in reliability.table("cv_blast", bins)
    circles = reliability.drawing({"cv_blast": bins}).count("<circle")
    assert circles == 2
