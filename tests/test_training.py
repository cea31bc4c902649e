"""From labelled lines to a model folder, on a corpus small enough to learn in a second."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from classifier.checker import Checker
from classifier.corpus import Example, example_of, load_examples
from classifier.evaluation import intervals
from classifier.features.message import message_columns
from classifier.features.relations import TACTIC_NAMES
from classifier.features.words import HashSpec
from classifier.model import Scorer, load
from classifier.preparation import prepare
from classifier.schema import LABELS, TACTICS, DataError, Message
from classifier.training import fit as fit_module
from classifier.training.build import (
    FLAG_BUDGET,
    UNSURE_BUDGET,
    build_model,
    choose_thresholds,
)
from classifier.training.card import write_card
from classifier.training.design import (
    Counts,
    act_matrix,
    act_targets,
    gram_matrix,
    inverse_document_frequency,
    passage_targets,
)
from classifier.training.fit import fit
from classifier.training.recipe import Recipe
from classifier.training.splits import Splits
from tests.small_corpus import record, records, write

RECIPE = Recipe(folds=3, hashing=HashSpec(word_bits=12, char_bits=11))
LINES = records()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write(tmp_path_factory.mktemp("data") / "small.jsonl", LINES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models") / "small"


@pytest.fixture(scope="module")
def built(data, folder):
    return build_model([data], folder, name="small", recipe=RECIPE)


def test_the_folder_loads_and_judges(built, folder):
    checker = Checker.load(folder)
    texts = {
        "cv_blast": "Hi Carl, the mill let me go. Please pass my CV on to everyone you know. Bye!",
        "give_to_get": "Rachel, j'ai recommandé Brest, tu me dois bien ça demain. Merci.",
        None: "היי רון, הארוחה אצל נמל הייתה טובה אתמול. נשיקות לילדים.",
    }
    flags = {label: checker.check(Message(text=text)).flags for label, text in texts.items()}
    assert flags == {label: (label,) if label else () for label in texts}
    assert checker.model.tag == f"small@{built.manifest.sha256[:12]}"


@pytest.mark.usefixtures("built")
def test_two_runs_give_the_same_bytes(data, folder, tmp_path):
    build_model([data], tmp_path / "again", name="small", recipe=RECIPE)
    for file in ("model.json", "weights.npz"):
        assert (tmp_path / "again" / file).read_bytes() == (folder / file).read_bytes()


def test_the_number_of_jobs_changes_no_weight(built, data, tmp_path):
    alone = build_model([data], tmp_path, recipe=replace(RECIPE, n_jobs=1))
    assert alone.manifest.sha256 == built.manifest.sha256


def test_two_runs_of_one_job_give_the_same_bytes(data, tmp_path):
    for name in ("a", "b"):
        build_model([data], tmp_path / name, recipe=replace(RECIPE, n_jobs=1))
    for file in ("model.json", "weights.npz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_another_seed_gives_another_model(built, data, tmp_path):
    other = build_model([data], tmp_path, recipe=replace(RECIPE, seed=1))
    assert other.manifest.sha256 != built.manifest.sha256


def test_the_manifest_says_how_the_model_was_made(built, folder, data):
    training = load(folder).manifest.training
    assert training["files"] == [data.name]
    assert training["messages"] == len(built.examples)
    assert training["recipe"]["seed"] == RECIPE.seed
    assert training["recipe"]["hashing"]["word_bits"] == 12
    assert set(training["versions"]) >= {"numpy", "scikit-learn", "spacy"}
    assert len(training["data_sha256"]) == 64


def test_what_is_said_on_the_way(data, tmp_path):
    said = []
    build_model([data], tmp_path, recipe=RECIPE, say=said.append)
    assert said[0] == f"{len(LINES)} messages read"
    assert said[-1].startswith(f"{tmp_path}: default@")


# The weights against the scikit-learn models they were folded from.


@pytest.fixture(scope="module")
def learnt(data):
    """Return examples, what fit gives, and the scikit-learn models behind it."""
    examples = load_examples([data])
    prepared = [prepare(example.message) for example in examples]
    kept = []
    folded = fit_module._folded

    def keep(stages, *rest):
        kept.append(stages)
        return folded(stages, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_module, "_folded", keep)
        fitted = fit(examples, prepared, RECIPE)
    return examples, prepared, fitted, kept[0]


UNSEEN = {
    "en": "Hello! The port let me go??? Please pass my CV on to everyone you know, 100 %. You owe"
    " me one, or not; see www.example.org",
    "fr": "Bonjour à toutes,\n\nvoici un article sur Lyon. Écris-moi une lettre en échange.",
    "he": 'שלום, מצורפים קו"ח. אנא שלחו הלאה לכל אנשי הקשר! הנה מאמר, 2026.',
}


def by_the_stages(prepared, weights, stages):
    """Return the scores of a message as scikit-learn's own decision functions give them."""
    counts = Counts([prepared], weights.hashing)
    counts.words, counts.chars = counts.words[:, weights.columns], counts.chars[:, weights.columns]
    act_x, gram_x = act_matrix(counts), gram_matrix(counts, weights.idf, counts.adder())
    passage_x = gram_matrix(counts, weights.idf, counts.passage_adder())
    acts = np.column_stack([model.decision_function(act_x) for model in stages.acts])
    grams = np.concatenate([model.decision_function(gram_x) for model in stages.grams])
    passages = np.column_stack([model.decision_function(passage_x) for model in stages.passages])
    row = message_columns(acts, passages, counts.relations, prepared.lang, prepared.facts)
    full = np.concatenate([row, grams])[None]
    return [
        slope * model.decision_function(full)[0] + offset
        for model, (slope, offset) in zip(stages.final, stages.lines, strict=True)
    ]


def test_scores_are_those_of_the_scikit_learn_models(learnt):
    _, prepared, fitted, stages = learnt
    scorer = Scorer(fitted.weights)
    unseen = [prepare(Message(text, lang=lang)) for lang, text in UNSEEN.items()]
    for one in (*unseen, *prepared[::17]):
        found = scorer.score(one.reading, one.lang, one.facts).scores
        expected = by_the_stages(one, fitted.weights, stages)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_sentence_acts_are_those_of_the_scikit_learn_models(learnt):
    _, prepared, fitted, stages = learnt
    scorer = Scorer(fitted.weights)
    for one in prepared[::17]:
        counts = Counts([one], fitted.weights.hashing)
        kept = fitted.weights.columns
        counts.words, counts.chars = counts.words[:, kept], counts.chars[:, kept]
        matrix = act_matrix(counts)
        expected = np.column_stack([model.decision_function(matrix) for model in stages.acts])
        found = scorer.score(one.reading, one.lang, one.facts).act_logits
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_probabilities_out_of_fold_are_calibrated_and_tell_the_classes_apart(learnt):
    examples, _, fitted, _ = learnt
    labels = np.array([example.labels for example in examples], dtype=bool)
    assert fitted.out_of_fold.shape == labels.shape
    assert ((fitted.out_of_fold > 0) & (fitted.out_of_fold < 1)).all()
    for i in range(len(LABELS)):
        scores, truth = fitted.out_of_fold[:, i], labels[:, i]
        assert scores.mean() == pytest.approx(truth.mean(), abs=1e-3)  # Platt's line does that
        assert np.median(scores[truth]) > 0.8
        assert np.median(scores[~truth]) < 0.2


def test_twins_stay_in_one_fold():
    examples = [Example(Message("x", lang="en"), (i % 2, 0), group=f"g{i // 4}") for i in range(80)]
    splits = Splits(examples, RECIPE.seed)
    for stage in range(3):
        for train, test in splits.folds(stage, RECIPE.folds):
            groups = [{examples[i].group for i in rows} for rows in (train, test)]
            assert groups[0] & groups[1] == set()


def test_rare_columns_are_pruned(learnt):
    _, prepared, fitted, _ = learnt
    counts = Counts(prepared, RECIPE.hashing)
    df = sum((counts.adder() @ m > 0).sum(axis=0).A1 for m in (counts.words, counts.chars))
    np.testing.assert_array_equal(fitted.weights.columns, np.flatnonzero(df >= RECIPE.min_df))
    counts.prune(RECIPE.min_df)
    np.testing.assert_array_equal(fitted.weights.idf, inverse_document_frequency(counts))
    assert fitted.weights.idf.min() >= 1


ACTS = [
    ("⟦easy_out|No is fine with me⟧. See you.", {0: ["easy_out"]}),
    ("See you. ⟦easy_out|No is fine with me⟧.", {1: ["easy_out"]}),
    ("We spoke, and I ask you for ⟦easy_out|a⟧ long and honest answer to all of this.", {}),
    ("⟦easy_out|Decline⟧. See you there.", {0: ["easy_out"]}),
    ("⟦easy_out|No is fine. See you⟧ there.", {0: ["easy_out"], 1: ["easy_out"]}),
    ("All ⟦easy_out|a no is fine⟧ and ⟦quid_pro_quo|write me a reference back⟧.",
     {0: ["easy_out", "quid_pro_quo"]}),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "wanted"), ACTS, ids=[marked for marked, _ in ACTS])
def test_a_sentence_does_the_acts_that_cover_enough_of_it(tmp_path, marked, wanted):
    path = write(tmp_path / "one.jsonl", [record("en", "ordinary", 0, marked)])
    [example] = load_examples([path])
    found = act_targets(example, prepare(example.message))
    acts = {
        sentence: [TACTIC_NAMES[number] for number in np.flatnonzero(row)]
        for sentence, row in enumerate(found)
        if row.any()
    }
    assert {sentence: sorted(names) for sentence, names in acts.items()} == wanted


def test_an_offence_without_marks_does_not_unteach_its_act():
    """Feedback and spreadsheets mark no words: more of them than of marked ones must not hurt."""
    marked = [example_of(line, "small") for line in LINES]
    bare = [replace(e, spans=()) for e in marked if any(e.labels)]
    examples = [*marked, *bare, *bare]
    fitted = fit(examples, [prepare(e.message) for e in examples], RECIPE)
    [offence] = [e for e in marked if e.message.id == bare[0].message.id]
    one = prepare(offence.message)
    logits = Scorer(fitted.weights).score(one.reading, one.lang, one.facts).act_logits
    [span] = [s for s in offence.spans if TACTICS.get(s.tactic)]
    assert logits[:, TACTIC_NAMES.index(span.tactic)].max() > 1


# Thresholds


def share_from(threshold, scores, among):
    return (scores[among] >= threshold).sum() / max(among.sum(), 1)


rows = st.integers(4, 400).flatmap(
    lambda n: st.tuples(
        arrays.arrays(float, (n, len(LABELS)), elements=st.floats(0, 1)),
        st.lists(st.sampled_from(["offence", "hard_negative", "ordinary"]), min_size=n, max_size=n),
    )
)


@given(rows)
def test_thresholds_keep_the_budgets(drawn):
    scores, kinds = drawn
    labels = [(int(kind == "offence"),) * len(LABELS) for kind in kinds]
    examples = [Example(Message(""), both, kind=kind) for both, kind in zip(labels, kinds)]  # noqa: B905
    fine = np.array([kind != "offence" for kind in kinds])
    ordinary = np.array([kind == "ordinary" for kind in kinds])
    chosen = choose_thresholds(examples, scores)
    for number, label in enumerate(LABELS):
        flag, unsure = chosen[label]
        assert flag / 2 - 1e-3 <= unsure <= flag
        for threshold, budget in ((flag, FLAG_BUDGET), (unsure, UNSURE_BUDGET)):
            assert share_from(threshold, scores[:, number], ordinary) <= budget["ordinary"]
            assert share_from(threshold, scores[:, number], fine) <= budget["fine"]


def test_a_perfect_score_is_cut_where_the_classes_part():
    truth = np.arange(100) % 2
    scores = np.where(truth, 0.9, 0.2)[:, None].repeat(len(LABELS), axis=1)
    examples = [Example(Message(""), (value, value), kind="ordinary") for value in truth]
    assert choose_thresholds(examples, scores) == dict.fromkeys(LABELS, (0.9, 0.45))


def test_sure_scores_can_still_be_flagged():
    truth = np.arange(100) % 2
    scores = np.where(truth, 0.9996, 0.0004)[:, None].repeat(len(LABELS), axis=1)
    examples = [Example(Message(""), (value, value), kind="ordinary") for value in truth]
    for flag, _ in choose_thresholds(examples, scores).values():
        assert flag <= 0.9996


def test_the_model_keeps_its_budgets(built):
    probabilities = built.fitted.out_of_fold
    for number, label in enumerate(LABELS):
        truth = np.array([bool(e.labels[number]) for e in built.examples])
        flagged = probabilities[:, number] >= built.manifest.thresholds[label]
        assert (flagged & ~truth).sum() <= FLAG_BUDGET["fine"] * (~truth).sum()
        assert built.manifest.unsure[label] <= built.manifest.thresholds[label]


# Faults


def test_too_little_data_says_how_much_is_needed(tmp_path):
    few = write(tmp_path / "few.jsonl", LINES[::40])
    with pytest.raises(DataError, match=r"cv_blast=0: 3 independent messages; .* at least 6"):
        build_model([few], tmp_path / "model", recipe=RECIPE)
    assert not (tmp_path / "model").exists()


def test_one_class_alone_says_which_is_missing(tmp_path):
    rows = [row for row in LINES if not row["give_to_get"]]
    with pytest.raises(DataError, match="give_to_get=1: 0 independent messages"):
        build_model([write(tmp_path / "a.jsonl", rows)], tmp_path / "model", recipe=RECIPE)


def test_copies_of_one_message_are_no_independent_messages(tmp_path):
    rows = [row | {"group": "one"} if row["cv_blast"] else row for row in LINES]
    with pytest.raises(DataError, match="cv_blast=1: 1 independent"):
        build_model([write(tmp_path / "a.jsonl", rows)], tmp_path / "model", recipe=RECIPE)


def test_broken_rows_are_named_all_at_once(tmp_path):
    rows = [*LINES, "{", LINES[0] | {"cv_blast": 7}]
    path = write(tmp_path / "broken.jsonl", rows)
    with pytest.raises(DataError) as caught:
        build_model([path], tmp_path / "model", recipe=RECIPE)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{path}:{len(LINES) + 1}: not JSON")
    assert second == f"{path}:{len(LINES) + 2}: cv_blast must be 0 or 1, not 7"


def test_records_without_id_are_independent(tmp_path):
    rows = [{key: row[key] for key in ("text", "lang", *LABELS)} for row in LINES]
    examples = load_examples([write(tmp_path / "bare.jsonl", rows)])
    assert len({example.group for example in examples}) == len(rows)


def test_a_tactic_that_nobody_marked_stops_nothing(tmp_path):
    rows = records(tactics=())
    build_model([write(tmp_path / "a.jsonl", rows)], tmp_path / "model", recipe=RECIPE)
    checker = Checker.load(tmp_path / "model")
    scores = checker.check(Message("Bob, I endorsed the mill, so you owe me one.")).scores
    assert scores["give_to_get"] > 0.9


def test_messages_too_short_to_judge_are_left_out(tmp_path, data):
    short = [record("en", "ordinary", 99, "Hi there"), record("fr", "ordinary", 99, "Salut")]
    more = write(tmp_path / "short.jsonl", short)
    found = build_model([data, more], tmp_path / "model", recipe=RECIPE)
    assert len(found.examples) == len(LINES)


# The card


def held_out(tmp_path):
    rows = [row | {"group": f"t-{row['group']}", "id": f"t-{row['id']}",
                   "text": row["text"].replace(".", ", Carl.", 1)}
            for row in records(5, seed=2, tactics=())]  # fmt: skip
    return write(tmp_path / "test.jsonl", rows)


def test_the_card_tells_what_was_measured(built, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(intervals, "RESAMPLES", 20)
    table = write_card(folder, built, load_examples([held_out(tmp_path)]))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    card = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert table in card
    assert "$" not in card
    assert metrics["table"] == table
    assert metrics["model"] == f"small@{built.manifest.sha256[:12]}"
    assert len(metrics["measures"]) == 8
    assert f"`{built.manifest.training['data_sha256']}`" in card


def test_without_held_out_messages_no_card_is_written(built, tmp_path):
    assert "no metrics and no card" in write_card(tmp_path, built, [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("same", ["group", "text"])
def test_messages_that_stand_in_training_are_refused(built, folder, tmp_path, same):
    leak = LINES[0] | {"id": "leak"}
    leak |= {"text": "Quite another text"} if same == "group" else {"group": "another"}
    leak |= {"spans": []}
    path = write(tmp_path / "leak.jsonl", [leak])
    with pytest.raises(DataError, match="stand in the training data: leak"):
        write_card(folder, built, load_examples([path]))


@pytest.mark.parametrize(
    ("acts", "labels", "expected"),
    [
        # The first of the three sentences that hold it begins the passage, then the second ...
        ([(), (), (), ("mass_address",)], (1, 0), [(0, 0), (1, 0), (1, 0), (1, 0)]),
        ([("cv_push",), ("open_favour",), ()], (1, 0), [(1, 0), (0, 0), (0, 0)]),
        ([("cv_push",), (), (), ("open_favour",)], (1, 0), [(0, 0)] * 4),
        ([("quid_pro_quo",), ("cv_push",)], (0, 1), [(0, 1), (0, 0)]),
        # An exception lifts the label of the message, and so that of its passages.
        ([("cv_push", "gift_wrap")], (0, 0), [(0, 0)]),
    ],
)
def test_a_passage_is_an_offence_when_the_rule_holds_in_it(acts, labels, expected):
    done = np.array(
        [[name in sentence for name in TACTIC_NAMES] for sentence in acts], dtype=np.int8
    )
    found = passage_targets(done, np.array([labels]), np.zeros(len(acts), dtype=int))
    assert [tuple(row) for row in found.tolist()] == expected


def test_a_handful_of_scores_does_not_move_a_threshold():
    """With log-odds whose tail is known, the threshold is where the tail says, extremes or not."""
    odds = np.random.default_rng(7).logistic(size=2000)
    freaks = np.sort(odds)
    freaks[-3:] += 4.0
    examples = [
        Example(Message("x"), (0, 0), kind="ordinary") for _ in odds
    ] + [Example(Message("x"), (1, 1)) for _ in range(100)]  # fmt: skip
    found = []
    for some in (odds, freaks):
        scores = np.concatenate([1 / (1 + np.exp(-some)), np.full(100, 0.5)])
        flag, _ = choose_thresholds(examples, np.column_stack([scores, scores]))["cv_blast"]
        found.append(np.log(flag / (1 - flag)))
    share = FLAG_BUDGET["ordinary"]
    assert found == pytest.approx([np.log((1 - share) / share)] * 2, abs=0.7)
