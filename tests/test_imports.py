"""Labelled files of every tool, as the tools write them, and what is said of bad ones."""

import csv
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.imports import FORMATS, TARGETS, ImportOptions, read_labelled
from classifier.imports.labels import Names, answer, plain, word_lists
from classifier.imports.rows import Mark
from classifier.imports.spans import found_spans
from classifier.schema import LABELS, TACTICS, ConfigError
from tests.conftest import ROOT

CASES = ROOT / "tests/cases/imports"
MESSAGES = [*map(json.loads, (CASES / "messages.jsonl").read_text(encoding="utf-8").splitlines())]
FINE = ImportOptions(unlabelled_is_fine=True)


def as_known(examples, *, spans=True):
    """Return what was read, in the form of messages.jsonl."""
    found = []
    for _, example in examples:
        labels = [label for label, on in zip(LABELS, example.labels, strict=True) if on]
        marks = [[span.start, span.end, span.tactic] for span in example.spans]
        found.append((example.message.text, labels, marks if spans else []))
    return found


def expected(*, spans=True):
    return [(m["text"], m["labels"], m["spans"] if spans else []) for m in MESSAGES]


@pytest.mark.parametrize("name", [
    "label_studio.json", "label_studio_min.json", "label_studio.csv", "doccano_both.jsonl",
    "argilla_list.json", "argilla_dict.json", "argilla_flat.json", "prodigy_choice.jsonl",
])  # fmt: skip
def test_exports_with_labels_and_marks(name):
    imported = read_labelled([CASES / name], ImportOptions())
    assert (imported.faults, imported.unknown) == ([], {})
    assert as_known(imported.examples) == expected()


@pytest.mark.parametrize("name", ["doccano.csv", "doccano.txt", "doccano_classes.jsonl"])
def test_exports_with_labels_alone(name):
    imported = read_labelled([CASES / name], ImportOptions())
    assert (imported.faults, imported.unknown) == ([], {})
    assert as_known(imported.examples) == expected(spans=False)


@pytest.mark.parametrize("name", ["doccano_spans.jsonl", "doccano_graphemes.jsonl"])
def test_labels_follow_from_marks_alone(name):
    assert as_known(read_labelled([CASES / name], FINE).examples) == expected()
    strict = read_labelled([CASES / name], ImportOptions())
    assert len(strict.examples) == 4
    assert [fault.why[:23] for fault in strict.faults] == ["nothing was said of cv_"] * 2


def test_yes_and_no_questions_about_one_text_are_joined():
    imported = read_labelled([CASES / "prodigy.jsonl"], ImportOptions())
    assert as_known(imported.examples) == expected(spans=False)
    [ignored] = imported.faults
    assert ignored.place.endswith("prodigy.jsonl, line 13")
    assert "'ignore'" in ignored.why


FORMAT_OF = {
    "label_studio.json": "label-studio", "label_studio_min.json": "label-studio-min",
    "label_studio.csv": "label-studio-csv", "doccano_both.jsonl": "doccano",
    "doccano.csv": "doccano-csv", "doccano.txt": "fasttext", "prodigy.jsonl": "prodigy",
    "argilla_flat.json": "argilla",
}  # fmt: skip


@pytest.mark.parametrize(("name", "format"), FORMAT_OF.items())
def test_a_format_that_is_named_reads_the_same(name, format):
    assert format in FORMATS
    named = read_labelled([CASES / name], ImportOptions(format=format))
    assert named == read_labelled([CASES / name], ImportOptions())


# ------------------------------------------------------------------ files the libraries write


def test_spacy_docbins(tmp_path):
    spacy = pytest.importorskip("spacy")
    nlp, docs = spacy.blank("xx"), spacy.tokens.DocBin(store_user_data=True)
    for message in MESSAGES:
        doc = nlp(unicodedata.normalize("NFC", message["text"]))
        doc.cats = {label: float(label in message["labels"]) for label in LABELS}
        words = [message["text"][start:end] for start, end, _ in message["spans"]]
        doc.spans["sc"] = [
            doc.char_span(at, at + len(w), label=tactic, alignment_mode="expand")
            for w, (_, _, tactic) in zip(
                (unicodedata.normalize("NFC", word) for word in words),
                message["spans"],
                strict=True,
            )
            for at in [doc.text.index(w)]
        ]
        docs.add(doc)
    docs.to_disk(tmp_path / "mine.spacy")
    imported = read_labelled([tmp_path / "mine.spacy"], ImportOptions())
    assert imported.faults == []
    read = as_known(imported.examples)
    assert [labels for _, labels, _ in read] == [m["labels"] for m in MESSAGES]
    words = [[text[start:end] for start, end, _ in marks] for text, _, marks in read]
    meant = [[m["text"][start:end] for start, end, _ in m["spans"]] for m in MESSAGES]
    assert words == [[unicodedata.normalize("NFC", w) for w in some] for some in meant]


def test_a_damaged_docbin_is_told(tmp_path):
    (tmp_path / "broken.spacy").write_bytes(b"\x78\x9c not a DocBin")
    [fault] = read_labelled([tmp_path / "broken.spacy"], ImportOptions()).faults
    assert "no whole .spacy file" in fault.why


def test_parquet(tmp_path):
    pa = pytest.importorskip("pyarrow", reason="comes with the extra 'parquet'")
    parquet = pytest.importorskip("pyarrow.parquet")

    columns = {
        "message": [m["text"] for m in MESSAGES],
        "cv_blast": ["cv_blast" in m["labels"] for m in MESSAGES],
        "give_to_get": ["give_to_get" in m["labels"] for m in MESSAGES],
    }
    parquet.write_table(pa.table(columns), tmp_path / "mine.parquet")
    imported = read_labelled([tmp_path / "mine.parquet"], ImportOptions())
    assert as_known(imported.examples) == expected(spans=False)


def test_folders_of_datasets(tmp_path):
    datasets = pytest.importorskip("datasets", reason="comes with the extra 'datasets'")
    names = datasets.ClassLabel(names=["Fine", "CV blast", "Give to get"])
    features = datasets.Features({"text": datasets.Value("string"), "labels": [names]})
    rows = {
        "text": [m["text"] for m in MESSAGES],
        "labels": [[LABELS.index(label) + 1 for label in m["labels"]] or [0] for m in MESSAGES],
    }
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(str(tmp_path / "mine"))
    imported = read_labelled([tmp_path / "mine"], ImportOptions())
    assert as_known(imported.examples) == expected(spans=False)


# ------------------------------------------------------------------ spreadsheets


def sheet(path, header, *rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


WORDS = [
    ("Hi, do send my CV to everyone.", "CV blast", (1, 0)),
    ("Faites suivre mon CV à tous.", "CV tous azimuts", (1, 0)),
    ("תעבירו את קורות החיים לכולם.", "פיזור קורות חיים", (1, 0)),
    ("I praised you, praise me.", "Giving in order to get", (0, 1)),
    ("Je t'ai aidé, aide-moi.", "Donner pour obtenir", (0, 1)),
    ("עזרתי לך, עכשיו תעזור לי.", "נתינה כדי לקבל", (0, 1)),
    ("Lunch on Monday?", "ok", (0, 0)),
    ("Déjeuner lundi ?", "Rien à signaler", (0, 0)),
    ("ארוחה ביום שני?", "תקין", (0, 0)),
    ("Send my CV round, you owe me.", "both", (1, 1)),
    ("Fais suivre mon CV, tu me dois ça.", "les deux", (1, 1)),
    ("תעבירו הלאה, אתם חייבים לי.", "שניהם", (1, 1)),
]


def test_labels_as_words_in_three_languages(tmp_path):
    path = sheet(tmp_path / "mine.csv", ["texte", "verdict"], *[w[:2] for w in WORDS])
    imported = read_labelled([path], ImportOptions())
    assert imported.faults == []
    assert [example.labels for _, example in imported.examples] == [w[2] for w in WORDS]


@pytest.mark.parametrize("yes", ["1", "yes", "x", "oui", "כן", "TRUE", "✓"])
@pytest.mark.parametrize("no", ["0", "no", "non", "לא", "False"])
def test_a_column_for_each_label(tmp_path, yes, no):
    path = sheet(tmp_path / "a.csv", ["Message", "CV blast", "Give to get"],
                 ["Send my CV on.", yes, no], ["You owe me.", no, yes])  # fmt: skip
    imported = read_labelled([path], ImportOptions())
    assert [example.labels for _, example in imported.examples] == [(1, 0), (0, 1)]


def test_an_unknown_name_is_told_with_the_nearest(tmp_path):
    path = sheet(tmp_path / "a.csv", ["text", "label"], ["Hello you.", "CV blats"])
    imported = read_labelled([path], ImportOptions())
    assert imported.unknown == {"CV blats": [f"{path}, row 2 at line 2"]}
    assert Names({}).nearest("CV blats") == "'cv blast', which is cv_blast"


def test_a_name_of_ones_own(tmp_path):
    path = sheet(tmp_path / "a.csv", ["text", "label"], ["Hello you.", "Spammy"])
    imported = read_labelled([path], ImportOptions(names={"spammy": "cv_blast"}))
    assert [example.labels for _, example in imported.examples] == [(1, 0)]


def test_a_name_can_only_mean_what_exists():
    with pytest.raises(ConfigError, match=r"'cv_blats' is none of cv_blast.*nearest: cv_blast"):
        Names({"x": "cv_blats"})


def test_wrong_columns_are_told_with_what_there_is(tmp_path):
    path = sheet(tmp_path / "a.csv", ["brief", "urteil"], ["Hello you.", "0"])
    [fault] = read_labelled([path], ImportOptions()).faults
    assert "no column for the text; name it with --column text=NAME, one of 'brief'" in fault.why
    [fault] = read_labelled([path], ImportOptions(columns={"text": "brief"})).faults
    assert "no column for the labels; name it with --column label=NAME" in fault.why
    options = ImportOptions(columns={"text": "brief", "label": "urteil"}, names={"0": "fine"})
    assert [e.labels for _, e in read_labelled([path], options).examples] == [(0, 0)]


def test_half_an_answer_is_no_answer(tmp_path):
    path = sheet(tmp_path / "a.csv", ["text", "cv_blast"], ["Hello you.", "0"], ["Oh dear.", ""])
    whys = [fault.why for fault in read_labelled([path], ImportOptions()).faults]
    assert whys[0].startswith("nothing was said of give_to_get")
    assert len(read_labelled([path], FINE).examples) == 2


def test_two_answers_are_no_answer(tmp_path):
    path = sheet(tmp_path / "a.csv", ["text", "label"], ["Hello you.", "fine, cv blast"])
    [fault] = read_labelled([path], ImportOptions()).faults
    assert fault.why.startswith("cv_blast: said to be and not to be")


# ------------------------------------------------------------------ what is broken


def test_broken_json_in_the_middle_costs_itself(tmp_path):
    lines = [json.dumps({"text": f"Hello {i}.", "cv_blast": 0, "give_to_get": 0}) for i in range(9)]
    lines[4] = lines[4][:-9]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    imported = read_labelled([tmp_path / "a.jsonl"], ImportOptions())
    assert len(imported.examples) == 8
    assert [fault.place for fault in imported.faults] == [f"{tmp_path / 'a.jsonl'}, line 5"]


@pytest.mark.parametrize("name", ["label_studio.json", "label_studio_min.json"])
def test_a_broken_object_in_a_list_costs_itself(tmp_path, name):
    text = (CASES / name).read_text(encoding="utf-8")
    broken = text.replace('"both-en"', '"both-en', 1)
    (tmp_path / name).write_text(broken, encoding="utf-8")
    imported = read_labelled([tmp_path / name], ImportOptions())
    left = [message for message in expected() if not message[0].startswith("Dear network")]
    assert as_known(imported.examples) == left
    assert [fault.why[:8] for fault in imported.faults] == ["not JSON"]


@given(st.binary(max_size=300))
def test_nothing_a_file_holds_raises(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(content)
    imported = read_labelled([path], ImportOptions())
    assert all(fault.why for fault in imported.faults)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 300) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["text", "label", "data", "annotations", "spans", "start", "end", "answer",
                         "fields", "responses", "entities", "cv_blast", "options", "accept"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(JSON, min_size=1, max_size=3), st.sampled_from([None, *FORMATS]))
def test_no_shape_of_json_raises(tmp_path_factory, rows, format):
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    imported = read_labelled([path], ImportOptions(format=format))
    assert all(fault.why for fault in imported.faults)


def test_a_missing_file_is_told(tmp_path):
    [fault] = read_labelled([tmp_path / "none.csv"], ImportOptions()).faults
    assert "No such file" in fault.why


# ------------------------------------------------------------------ marks

TEXTS = st.lists(
    st.sampled_from(["word", "e\u0301te\u0301", "שלום", "קו\u05b7ו", "👋🏽", "😞", "👩\u200d🌾",
                     "\r\n", "a\u0323\u0307b", "ok,"]),
    min_size=3, max_size=9,
)  # fmt: skip


def utf16(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


WAYS = {
    "characters": len,
    "utf-16": utf16,
    "composed": lambda text: len(unicodedata.normalize("NFC", text)),
    "apart": lambda text: len(unicodedata.normalize("NFD", text)),
    "composed utf-16": lambda text: utf16(unicodedata.normalize("NFC", text)),
    "line ends": lambda text: len(text.replace("\r\n", "\n")),
}


@given(TEXTS, st.sampled_from(sorted(WAYS)), st.data())
def test_a_quoted_mark_is_found_however_its_tool_counts(words, way, data):
    first = data.draw(st.integers(0, len(words) - 2))
    last = data.draw(st.integers(first + 1, len(words) - 1))
    text = " ".join(words)
    before, inside = " ".join(words[:first]) + " " * bool(first), " ".join(words[first:last])
    mark = Mark(WAYS[way](before), WAYS[way](before + inside), "x", inside)
    [(start, end)] = found_spans(text, [mark])
    assert unicodedata.normalize("NFC", text[start:end]).split() == (
        unicodedata.normalize("NFC", inside).split()
    )


def test_a_mark_that_is_nowhere_is_refused(tmp_path):
    span = {"start": 0, "end": 9, "label": "forward_request", "text": "pass it"}
    record = {"text": "Hi 😀, pass my CV on.", "cv_blast": 1, "give_to_get": 0, "spans": [span]}
    (tmp_path / "a.jsonl").write_text(json.dumps(record), encoding="utf-8")
    imported = read_labelled([tmp_path / "a.jsonl"], ImportOptions())
    assert imported.examples == []
    assert "('pass it') are not at 0 to 9" in imported.faults[0].why
    assert imported.faults[0].place.endswith("a.jsonl, item 1")


def test_a_mark_outside_the_text_is_refused():
    assert found_spans("short", [Mark(2, 99, "x")]) is None


def test_a_mark_without_a_quote_must_stand_on_whole_words():
    assert found_spans("😀 pass it on", [Mark(3, 10, "x")]) == [(2, 9)]
    assert found_spans("pass it on", [Mark(1, 7, "x")]) == [(1, 7)]  # all ways agree
    assert found_spans("😀 pass it on", [Mark(4, 9, "x")]) is None


# ------------------------------------------------------------------ words


def test_no_name_means_two_things():
    for section, lists in word_lists().items():
        words = [plain(word) for words in lists.values() for word in words]
        assert sorted({w for w in words if words.count(w) > 1}) == [], section


def test_every_list_means_something():
    assert set(word_lists()["labels"]) == {*LABELS, "both", "fine", "skip"}
    assert set(TARGETS) == {*word_lists()["labels"], *TACTICS}


def test_an_answer_that_is_none_is_told():
    assert (answer("  "), answer(None), answer(float("nan"))) == (None, None, None)
    with pytest.raises(ValueError, match="'perhaps' is neither yes nor no"):
        answer("perhaps")
