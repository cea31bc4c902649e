import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from classifier.features.relations import TACTIC_NAMES
from classifier.model import Scorer, find, load
from classifier.model.arrays import pack, unpack
from classifier.model.folder import GOLDEN_TOLERANCE, golden_scores, save, silenced
from classifier.preparation import prepare
from classifier.schema import Message, ModelError
from tests.conftest import ROOT

TEXT = "Hi all, I lost my job. If you hear of anything please pass my CV on! Thanks, Dana"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(find(), tmp_path / "model")
    return tmp_path / "model"


def scored(scorer, text=TEXT, lang="en"):
    prepared = prepare(Message(text=text, lang=lang))
    return scorer.score(prepared.reading, prepared.lang, prepared.facts)


def test_golden_messages_get_their_scores(checker):
    for golden in checker.model.manifest.golden:
        got = golden_scores(checker.model.scorer, golden)
        np.testing.assert_allclose(got, golden["scores"], rtol=0, atol=GOLDEN_TOLERANCE)


def test_terms_sum_to_the_score(checker):
    weights = checker.model.scorer.weights
    found = scored(checker.model.scorer)
    total = found.token_terms.sum(0) + weights.message @ found.columns + weights.intercepts
    np.testing.assert_allclose(total, found.scores, rtol=0, atol=1e-9)


def test_scores_do_not_depend_on_what_was_scored_before(checker):
    fresh = Scorer(checker.model.scorer.weights)
    for text in ("Bonjour à tous et à toutes", "a few other words", TEXT * 20):
        scored(fresh, text)
    np.testing.assert_array_equal(
        scored(fresh).scores, scored(Scorer(checker.model.scorer.weights)).scores
    )


def test_the_word_table_starts_anew_when_full(checker, monkeypatch):
    monkeypatch.setattr("classifier.model.scoring.MAX_TABLE_WORDS", 5)
    small = Scorer(checker.model.scorer.weights)
    first = scored(small).scores
    scored(small, "many other words that fill the little table of this scorer up")
    np.testing.assert_array_equal(scored(small).scores, first)


@pytest.mark.parametrize("batch_tokens", [1, 40, 8192])
def test_a_batch_scores_to_the_bit_as_one_by_one(checker, monkeypatch, batch_tokens):
    monkeypatch.setattr("classifier.model.scoring.BATCH_TOKENS", batch_tokens)
    texts = [TEXT, "Could we move our call to Thursday at ten?\n\n", "!! ok ...\n\n- ok", TEXT * 9]
    messages = [prepare(Message(text=text * 2, lang="en")) for text in texts]
    items = [(one.reading, one.lang, one.facts) for one in messages]
    together = checker.model.scorer.score_all(items)
    for item, found in zip(items, together, strict=True):
        alone = Scorer(checker.model.scorer.weights).score(*item)
        for name in alone.__slots__:
            np.testing.assert_array_equal(getattr(found, name), getattr(alone, name))


def test_no_messages_get_no_scores(checker):
    assert checker.model.scorer.score_all([]) == []


def test_packing_twice_changes_nothing(checker):
    weights = checker.model.scorer.weights
    again = unpack(pack(weights), weights.hashing)
    np.testing.assert_allclose(again.acts, weights.acts, rtol=1e-6)
    np.testing.assert_array_equal(again.grams, weights.grams)


def test_saving_twice_gives_the_same_bytes(checker, tmp_path):
    for name in ("a", "b"):
        save(tmp_path / name, checker.model.manifest, checker.model.scorer.weights)
    for file in ("model.json", "weights.npz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_the_shipped_model_is_small():
    assert sum(path.stat().st_size for path in find().iterdir()) <= 3_000_000


def test_silenced_tactics_weigh_nothing(checker):
    model = silenced(checker.model, {"forward_request"})
    text = "I lost my job in May. Please forward my CV to everyone you know."
    loud, quiet = scored(checker.model.scorer, text), scored(model.scorer, text)
    number = TACTIC_NAMES.index("forward_request")
    assert loud.act_logits[:, number].max() > 0 > -50 > quiet.act_logits[:, number].max()
    assert quiet.scores[0] < loud.scores[0]


def test_a_missing_model_lists_the_places(tmp_path):
    with pytest.raises(ModelError, match="name a model folder with --model"):
        find(tmp_path)


def test_the_variable_names_a_model(folder, monkeypatch):
    monkeypatch.setenv("BLASTCHECK_MODEL", str(folder))
    assert find() == folder


def rewrite(folder, **changes):
    path = folder / "model.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(manifest), encoding="utf-8")


def rehash(folder):
    rewrite(folder, sha256=hashlib.sha256((folder / "weights.npz").read_bytes()).hexdigest())


DAMAGES = {
    "other weights": lambda f: (f / "weights.npz").write_bytes(b"PK"),
    "no weights": lambda f: (f / "weights.npz").unlink(),
    "not a zip": lambda f: ((f / "weights.npz").write_bytes(b"PK"), rehash(f)),
    "a newer schema": lambda f: rewrite(f, schema=99),
    "an unknown key": lambda f: rewrite(f, color="red"),
    "not JSON": lambda f: (f / "model.json").write_text("{"),
    "not an object": lambda f: (f / "model.json").write_text("[]"),
    "other columns": lambda f: rewrite(f, columns=["a"]),
    "other golden scores": lambda f: rewrite(
        f, golden=[{"lang": "en", "text": TEXT, "scores": [9.0, 9.0]}]
    ),
    "a pickle inside": lambda f: (
        np.savez(f / "weights.npz", columns=np.array([object()], dtype=object)), rehash(f)),
    "wrong shapes": lambda f: (
        np.savez(f / "weights.npz", **{name: np.zeros(1) for name in (
            "columns", "idf", "acts", "act_scales", "grams", "act_relations", "act_intercepts",
            "message", "intercepts")}), rehash(f)),
}  # fmt: skip


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_a_damaged_model_stays_shut(folder, damage):
    DAMAGES[damage](folder)
    with pytest.raises(ModelError) as caught:
        load(folder).check_golden_scores("en")
    assert str(folder) in str(caught.value)


def test_scores_do_not_depend_on_hash_seed_or_locale():
    code = (
        "from classifier import Checker, Message;"
        f"print(Checker.load().check(Message(text={TEXT!r})).to_dict())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", code], env=environment, cwd=ROOT,
            capture_output=True, check=True,
        ).stdout
        for environment in ({"PYTHONHASHSEED": "1", "LC_ALL": "C"},
                            {"PYTHONHASHSEED": "2", "LC_ALL": "tr_TR.UTF-8"})
    }  # fmt: skip
    assert len(outputs) == 1


def test_weights_are_frozen(checker):
    with pytest.raises(dataclasses.FrozenInstanceError):
        checker.model.scorer.weights.idf = None
