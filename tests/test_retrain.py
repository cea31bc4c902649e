"""New labelled messages: what is said of them, what a training makes of them, what moved."""

import csv
import json
import subprocess
import sys
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from classifier.cli import Exit, main
from classifier.corpus import example_of, load_examples
from classifier.evaluation import intervals
from classifier.features.words import HashSpec
from classifier.imports import FORMATS, ImportOptions
from classifier.model import find, load
from classifier.preparation import prepare
from classifier.schema import LANGUAGES, ConfigError, DataError
from classifier.training import fit as fit_module
from classifier.training import retrain
from classifier.training.intake import WEIGHT, Corpus, find_corpus, read_corpus, take_in
from classifier.training.moved import changed_coefficients
from classifier.training.place import whole_folder
from classifier.training.review import review, review_lines
from classifier.training.suspects import suspects
from tests.conftest import ROOT
from tests.small_corpus import record, records, write

RECIPE = fit_module.Recipe(folds=3, hashing=HashSpec(word_bits=12, char_bits=11))
APPEALS = ROOT / "data/samples/appeals.csv"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Return a folder like data/messages of a clone, small enough to learn in a second or two."""
    folder = tmp_path_factory.mktemp("corpus")
    rows = records(12, tactics=("desperation", "easy_out"))
    for lang in LANGUAGES:
        write(folder / f"train-{lang}.jsonl", [row for row in rows if row["lang"] == lang])
    held_out = [
        row | {"id": f"t-{row['id']}", "group": f"t-{row['group']}", "text": f"{row['text']} Kim"}
        for row in records(4, seed=2, tactics=())
    ]
    write(folder / "test-en.jsonl", held_out)
    return folder


@pytest.fixture(autouse=True)
def few_samples(monkeypatch):
    monkeypatch.setattr(intervals, "RESAMPLES", 20)


@pytest.fixture
def command(corpus, tmp_path, monkeypatch):
    """Run `blastcheck train` with the small corpus, in an empty folder, with a small recipe."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(fit_module, "Recipe", lambda: RECIPE)

    def run(*args):
        named = [] if "--corpus" in args else ["--corpus", corpus]
        return CliRunner().invoke(main, ["train", *map(str, [*args, *named])])

    return run


def sheet(path, *rows, header=("text", "label")):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


# ------------------------------------------------------------------ training


@pytest.fixture(scope="module")
def trained(corpus, tmp_path_factory):
    """Return the look at thirty new messages, the model, its folder, and what was said."""
    out, said = tmp_path_factory.mktemp("models") / "mine", []
    looked = retrain.look(retrain.Job([APPEALS], corpus=corpus, recipe=RECIPE))
    told = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intervals, "RESAMPLES", 20)
        built = retrain.train(
            looked, out, name="mine", say=said.append, tell=lambda *step: told.append(step)
        )
    return looked, built, out, said, told


def test_new_messages_join_the_corpus(trained, corpus):
    looked, built, out, _, _ = trained
    known = load_examples(sorted(corpus.glob("train-*.jsonl")))
    assert len(looked.review.kept) == 30
    assert len(built.examples) == len(known) + 30
    assert {path.name for path in out.iterdir()} == {
        "model.json", "weights.npz", "metrics.json", "MODEL_CARD.md",
    }  # fmt: skip
    training = load(out).manifest.training
    assert training["new"]["messages"] == 30
    assert training["new"]["weight"] == WEIGHT
    assert training["new"]["files"] == ["appeals.csv"]
    assert training["files"] == ["appeals.csv", *(f"train-{lang}.jsonl" for lang in LANGUAGES)]
    card = " ".join((out / "MODEL_CARD.md").read_text(encoding="utf-8").split())
    assert f"{len(known)} written for this project and 30 of its maker's own" in card


def test_same_data_and_seed_give_the_same_bytes(trained, corpus, tmp_path):
    """Also from another folder: places on the disk must not decide what stands in which fold."""
    copy = tmp_path / "appeals.csv"
    copy.write_bytes(APPEALS.read_bytes())
    looked = retrain.look(retrain.Job([copy], corpus=corpus, recipe=RECIPE))
    retrain.train(looked, tmp_path / "again", name="mine")
    for name in ("model.json", "weights.npz", "metrics.json", "MODEL_CARD.md"):
        assert (tmp_path / "again" / name).read_bytes() == (trained[2] / name).read_bytes()


def test_the_report_shows_what_moved(trained):
    text = "\n".join(trained[3])
    assert "The 30 new messages, judged before and after by models that never saw them:" in text
    assert "of 30 flagged before" in text
    assert "held-out messages, before → after:" in text
    after = text.split("The 10 coefficients")[1].splitlines()[1:11]
    assert all(line.split()[0] in ("cv_blast", "give_to_get") for line in after)


def test_progress_is_told(trained):
    shares = [done for _, done in trained[4]]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert len(set(shares)) > 10


def test_changed_coefficients_are_those_that_changed(trained):
    looked, _, out, _, _ = trained
    before, after = looked.before.model, load(out)
    found = changed_coefficients(before, after, looked.review.prepared, count=10_000)
    assert [one.effect for one in found] == sorted((o.effect for o in found), reverse=True)
    assert changed_coefficients(after, after, looked.review.prepared)[0].effect == 0
    old, new = before.scorer.weights.message[0], after.scorer.weights.message[0]
    names = {one.name for one in found}
    assert "the message is in he" in names
    told = next(o for o in found if o.name == "the message is in he" and o.label == "cv_blast")
    at = list(load(out).manifest.columns).index("lang:he")
    assert (told.before, told.after) == (old[at], new[at])


def test_messages_that_count_more_move_more(corpus):
    """A contradiction that is as common as the rule is decided by the weights."""
    examples = load_examples(sorted(corpus.glob("train-*.jsonl")))
    twins = [
        replace(e, labels=(0, 0), spans=(), codes=(), group=f"x{e.group}")
        for e in examples
        if e.labels == (1, 0)
    ]
    both = [*examples, *twins]
    prepared = [prepare(example.message) for example in both]
    means = []
    for weight in (0.2, 5.0):
        weights = np.array([1.0] * len(examples) + [weight] * len(twins))
        fitted = fit_module.fit(both, prepared, RECIPE, weights)
        means.append(fitted.out_of_fold[len(examples) :, 0].mean())
    assert means[0] > 0.5 > means[1]


def test_messages_that_count_one_are_like_any(corpus):
    examples = load_examples(sorted(corpus.glob("train-*.jsonl")))
    prepared = [prepare(example.message) for example in examples]
    plain = fit_module.fit(examples, prepared, RECIPE)
    ones = fit_module.fit(examples, prepared, RECIPE, np.ones(len(examples)))
    np.testing.assert_array_equal(plain.weights.grams, ones.weights.grams)
    np.testing.assert_array_equal(plain.out_of_fold, ones.out_of_fold)


# ------------------------------------------------------------------ the command


def test_the_command_trains_and_says_all(command, tmp_path):
    new = sheet(tmp_path / "new.csv", ["Dear all, pass my CV to everyone you know.", "CV blast"],
                ["Lunch at the mill was lovely, see you soon.", "fine"])  # fmt: skip
    done = command(new, "-o", "mine", "--name", "mine")
    assert (done.exit_code, done.stderr) == (Exit.OK, "")
    assert done.stdout.startswith("2 new messages to learn from\n")
    assert "only 1 of cv_blast in en; the corpus has more" in done.stdout
    assert "mine: mine@" in done.stdout
    assert "held-out messages, before → after" in done.stdout
    assert load(tmp_path / "mine").manifest.name == "mine"


def test_only_leaves_the_corpus_out(command, tmp_path):
    rows = records(8, seed=3, tactics=("forward_request",))
    rows = [row | {"text": f"{row['text']} Pat"} for row in rows]
    done = command(write(tmp_path / "own.jsonl", rows), "-o", "own", "--only")
    assert done.exit_code == Exit.OK
    training = load(tmp_path / "own").manifest.training
    assert training["messages"] == len(rows)
    assert training["files"] == ["own.jsonl"]
    assert "messages of its maker's own" in (tmp_path / "own/MODEL_CARD.md").read_text("utf-8")


def test_the_corpus_alone_makes_the_plain_model(command, corpus, tmp_path, monkeypatch):
    """Also where no model can be loaded: after a change of columns there is none that fits."""
    monkeypatch.setenv("BLASTCHECK_MODEL", str(tmp_path / "gone"))
    done = command(*sorted(corpus.glob("train-*.jsonl")), "-o", "plain", "--only")
    assert done.exit_code == Exit.OK
    assert "| all | cv_blast |" in done.stdout
    training = load(tmp_path / "plain").manifest.training
    assert "new" not in training
    assert "written for this project" in (tmp_path / "plain/MODEL_CARD.md").read_text("utf-8")


def test_check_trains_nothing(command, tmp_path):
    done = command(APPEALS, "--check", "-o", "mine")
    assert done.exit_code == Exit.OK
    assert "30 new messages to learn from" in done.stdout
    assert "all 30 messages are labelled fine" in done.stdout
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "Missing argument"),
        (["data.csv"], "say where to write the model with -o DIR"),
        (["data.csv", "--check", "--map", "x"], "write NAME=LABEL"),
        (["data.csv", "--check", "--column", "x=y"], "FIELD one of text, label, lang"),
        (["data.csv", "--check", "--map", "x=cv"], "'cv' is none of cv_blast"),
        (["data.csv", "--check", "--weight", "0"], "weight"),
        (["data.csv", "--check", "--corpus", "nowhere"], "no corpus (train-*.jsonl) in nowhere"),
    ],
)
def test_what_cannot_be_asked_for(command, args, says):
    done = command(*args)
    assert done.exit_code == Exit.USAGE
    assert says in done.stderr


def test_formats_are_those_that_can_be_read():
    [option] = [one for one in main.commands["train"].params if one.name == "input_format"]
    assert tuple(option.type.choices) == ("auto", *FORMATS)


def test_a_missing_corpus_is_told_with_the_ways_out(tmp_path):
    with pytest.raises(DataError, match=r"with --corpus DIR; or train .* alone with --only"):
        read_corpus(tmp_path, (), only=False)
    assert find_corpus(None) == ROOT / "data/messages"


# ------------------------------------------------------------------ bad input


def test_broken_json_in_the_middle(command, tmp_path):
    rows = [row | {"text": f"{row['text']} Pat"} for row in records(2, seed=4, tactics=())]
    lines = [*rows[:5], '{"text": "cut', *rows[5:]]
    done = command(write(tmp_path / "a.jsonl", lines), "--check")
    assert done.exit_code == Exit.NOT_JUDGED
    assert f"{tmp_path / 'a.jsonl'}, line 6: not JSON" in done.stdout
    assert done.stdout.startswith(f"{len(rows)} new messages")


def test_wrong_columns(command, tmp_path):
    path = sheet(tmp_path / "a.csv", ["Hello.", "1"], ["Hi.", "0"], header=("brief", "urteil"))
    done = command(path, "-o", "mine")
    assert done.exit_code == Exit.USAGE
    assert "row 2 at line 2; " in done.stdout
    assert "no column for the text; name it with --column text=NAME" in done.stdout
    assert "no message is left to learn from" in done.stderr


def test_labels_as_words_in_three_languages(command, tmp_path):
    path = sheet(tmp_path / "a.csv",
                 ["Please send my CV to all of your friends.", "CV blast"],
                 ["Merci d'envoyer mon CV à tous vos amis.", "CV tous azimuts"],
                 ["אנא שלחו את קורות החיים שלי לכל החברים.", "פיזור קורות חיים"])  # fmt: skip
    done = command(path, "--check")
    assert done.exit_code == Exit.OK
    assert "all 3 messages are labelled cv_blast" in done.stdout


def test_unknown_labels_stop_the_training_and_name_the_nearest(command, tmp_path):
    path = sheet(tmp_path / "a.csv", ["Lunch on Monday with all of us?", "fien"],
                 ["Do pass my CV to all you know.", "CV Blsat"])  # fmt: skip
    done = command(path, "-o", "mine")
    assert done.exit_code == Exit.USAGE
    assert "'fien' is no label" in done.stderr
    assert "the nearest known is 'rien', which is fine" in done.stderr
    assert "'CV Blsat' is no label" in done.stderr
    assert "'cv blast', which is cv_blast" in done.stderr
    assert not (tmp_path / "mine").exists()
    mapped = command(path, "--check", "--map", "fien=fine", "--map", "CV Blsat=cv_blast")
    assert mapped.exit_code == Exit.OK


def test_one_class_only(command):
    done = command(APPEALS, "-o", "mine", "--only")
    assert done.exit_code == Exit.USAGE
    assert "cv_blast=1: 0 independent messages; training needs at least" in done.stderr
    assert "give_to_get=1: 0 independent messages" in done.stderr


def test_three_messages(command, tmp_path):
    rows = [row | {"text": f"{row['text']} Pat"} for row in records(1, seed=4, tactics=())[:3]]
    path = write(tmp_path / "a.jsonl", rows)
    alone = command(path, "-o", "mine", "--only")
    assert alone.exit_code == Exit.USAGE
    assert "training needs at least" in alone.stderr
    joined = command(path, "--check")
    assert joined.exit_code == Exit.OK
    assert "only 1 of " in joined.stdout


def test_another_language_is_left_out(command, tmp_path):
    path = sheet(
        tmp_path / "a.csv",
        ["Liebe Freunde, bitte leitet meinen Lebenslauf an alle weiter, die ihr kennt.", "fine"],
        ["Do pass my CV to all you know, friends.", "cv blast"],
    )
    done = command(path, "--check")
    assert done.exit_code == Exit.NOT_JUDGED
    assert "row 2 at line 2: not judged, so not learnt from: the language is none of" in done.stdout
    assert done.stdout.startswith("1 new messages")


def test_a_language_that_is_named_and_unknown_is_left_out(command, tmp_path):
    path = sheet(tmp_path / "a.csv", ["Hallo ihr Lieben alle.", "fine", "German"],
                 header=("text", "label", "language"))  # fmt: skip
    assert "its language 'german' is none of en, fr, he" in command(path, "--check").stdout


def intake_of(tmp_path, corpus, *rows):
    known = read_corpus(corpus, (), only=False)
    return take_in([sheet(tmp_path / "a.csv", *rows)], ImportOptions(), known)


def test_copies_and_contradictions_are_left_out(tmp_path, corpus):
    intake = intake_of(
        tmp_path, corpus,
        ["One and the same text.", "fine"], ["one  and the same TEXT.", "fine"],
        ["Another text, seen twice.", "fine"], ["Another text, seen twice.", "CV blast"],
        ["   ", "fine"],
    )  # fmt: skip
    assert [example.message.text for _, example in intake.kept] == ["One and the same text."]
    whys = {fault.place.rsplit(", ", 1)[1]: fault.why for fault in intake.left_out}
    assert whys["row 3 at line 3"].endswith("a.csv, row 2 at line 2")
    assert whys["row 3 at line 3"].startswith("the same text as")
    for row in ("row 4 at line 4", "row 5 at line 5"):
        assert whys[row].startswith("contradicts")
    assert whys["row 6 at line 6"] == "the text is empty"


def test_the_same_words_to_one_and_to_forty_are_two_messages(tmp_path, corpus):
    path = tmp_path / "twins.jsonl"
    twin = {"lang": "en", "text": "I would be glad to hear of a post as a surveyor in Leith."}
    write(path, [
        twin | {"id": "one", "cv_blast": 0, "give_to_get": 0, "envelope": {"to": 1}},
        twin | {"id": "forty", "cv_blast": 1, "give_to_get": 0, "envelope": {"to": 1, "bcc": 40}},
    ])  # fmt: skip
    intake = take_in([path], ImportOptions(), read_corpus(corpus, (), only=False))
    assert intake.left_out == []
    assert [example.labels for _, example in intake.kept] == [(0, 0), (1, 0)]


def test_what_the_corpus_has_and_what_it_holds_out_is_left_out(tmp_path, corpus):
    first = json.loads((corpus / "train-en.jsonl").read_text("utf-8").split("\n")[0])
    held = json.loads((corpus / "test-en.jsonl").read_text("utf-8").split("\n")[0])
    again = unicodedata.normalize("NFD", first["text"])
    intake = intake_of(tmp_path, corpus, [again, "CV blast"], [first["text"] + " ", "fine"],
                       [held["text"].upper(), "fine"])  # fmt: skip
    assert intake.kept == []
    whys = [fault.why for fault in intake.left_out]
    assert any("contradicts" in why for why in whys)
    assert any("the held-out messages" in why for why in whys)
    alone = intake_of(tmp_path, corpus, [again, "CV blast"])
    assert alone.left_out[0].why == f"stands in the corpus already ({first['id']})"
    other = intake_of(tmp_path, corpus, [again, "fine"])
    assert other.left_out[0].why.startswith(f"contradicts the corpus: {first['id']}")
    assert other.errors == ["no message is left to learn from; see what was left out, and why"]


@pytest.mark.parametrize("seed", range(3))
def test_most_planted_noise_is_among_the_first_listed(seed):
    """Labels of 40 % of the messages turned round."""
    random = np.random.default_rng(seed)
    examples = [example_of(row, row["id"]) for row in records(25, seed=seed, tactics=())]
    planted = set(random.choice(len(examples), int(0.4 * len(examples)), replace=False).tolist())
    noisy = []
    for number, example in enumerate(examples):
        labels = list(example.labels)
        if number in planted:
            turned = int(random.integers(2))
            labels[turned] = 1 - labels[turned]
        noisy.append(replace(example, labels=tuple(labels)))
    found = suspects(noisy, [prepare(e.message) for e in noisy], load(find()))
    first = {one.number for one in found[: len(planted)]}
    assert len(first & planted) >= 0.6 * len(planted)


def test_doubtful_labels_are_listed_and_kept(tmp_path, checker):
    blast = "Dear all, I lost my job. Please send my CV on to everybody you know, anything helps!"
    rows = [[blast, "fine"], ["Lunch on Monday at the old mill, as ever?", "fine"]]
    intake = take_in([sheet(tmp_path / "a.csv", *rows)], ImportOptions(), Corpus())
    found = review(intake, Corpus(examples=[example_of(record("en", "x", 1, "A text."), "")]),
                   checker.model, RECIPE)  # fmt: skip
    assert [(one.number, one.label, one.given) for one in found.suspects] == [(0, "cv_blast", 0)]
    assert len(found.kept) == 2
    text = "\n".join(review_lines(found))
    assert "a.csv, row 2 at line 2: cv_blast = 0, likely 1: Dear all, I lost my job." in text


def test_the_same_reason_is_told_once(command, tmp_path):
    path = sheet(tmp_path / "a.csv", *[[f"Text {i} without any word on it.", ""] for i in range(9)])
    text = command(path, "--check").stdout
    assert text.count("nothing was said of") == 1
    assert "and 4 more: nothing was said of cv_blast or give_to_get" in text


# ------------------------------------------------------------------ the folder


def test_two_trainings_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    out = tmp_path / "mine"
    hold = (
        "import sys; from pathlib import Path; from classifier.training.place import whole_folder\n"
        f"with whole_folder(Path({str(out)!r})) as made:\n"
        "    (made / 'model.json').write_text('{}'); print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ConfigError, match="another training is writing there"):
            whole_folder(out).__enter__()
        assert not out.exists()
        other.communicate("")
    assert [path.name for path in out.iterdir()] == ["model.json"]
    with whole_folder(out):
        pass  # the right to write is free again


def test_a_training_that_fails_changes_nothing(tmp_path):
    out = tmp_path / "mine"
    out.mkdir()
    (out / "model.json").write_text("old", encoding="utf-8")
    (out / "NOTES.md").write_text("kept", encoding="utf-8")
    with pytest.raises(KeyError), whole_folder(out) as made:  # noqa: PT012 - it fails half way
        (made / "model.json").write_text("half", encoding="utf-8")
        raise KeyError
    assert (out / "model.json").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    with whole_folder(out) as made:
        (made / "model.json").write_text("new", encoding="utf-8")
    assert (out / "model.json").read_text(encoding="utf-8") == "new"
    assert (out / "NOTES.md").read_text(encoding="utf-8") == "kept"


def test_a_file_is_no_place_for_a_model(tmp_path):
    (tmp_path / "mine").write_text("x", encoding="utf-8")
    with pytest.raises(ConfigError, match="a file stands there"), whole_folder(tmp_path / "mine"):
        pass
