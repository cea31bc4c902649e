"""scripts/corpus.py: marks to spans, codes to labels, and the gates a corpus must pass."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.corpus import record_faults
from classifier.schema import CODES, LABELS, LANGUAGES, TACTICS
from curation import counts, gates, labelling, records
from tests.conftest import ROOT
from tests.small_corpus import record, write

MARKED = [
    ("no marks at all", "no marks at all", []),
    ("⟦easy_out|no is fine⟧", "no is fine", [("easy_out", "no is fine")]),
    ("a ⟦easy_out|b⟧⟦cv_push|c⟧ d", "a bc d", [("easy_out", "b"), ("cv_push", "c")]),
    ("שלום ⟦easy_out|גם לא טוב⟧!", "שלום גם לא טוב!", [("easy_out", "גם לא טוב")]),
    ("😀 ⟦easy_out|😀⟧", "😀 😀", [("easy_out", "😀")]),
    ("two\n⟦easy_out|lines\nlong⟧\n", "two\nlines\nlong\n", [("easy_out", "lines\nlong")]),
    ("[easy_out|no mark]", "[easy_out|no mark]", []),
]


@pytest.mark.parametrize(("marked", "text", "spans"), MARKED, ids=[m for m, _, _ in MARKED])
def test_unmark(marked, text, spans):
    plain, found = records.unmark(marked)
    assert plain == text
    assert [(s["tactic"], plain[s["start"] : s["end"]]) for s in found] == spans


pieces = st.lists(
    st.tuples(
        st.text(st.characters(exclude_characters="⟦⟧", exclude_categories=["Cs"]), max_size=9),
        st.sampled_from([None, *TACTICS]),
    )
)


@given(pieces)
def test_marks_come_off_and_spans_quote_what_was_marked(drawn):
    marked = "".join(f"⟦{tactic}|{words}⟧" if tactic else words for words, tactic in drawn)
    text, spans = records.unmark(marked)
    assert text == "".join(words for words, _ in drawn)
    assert [(s["tactic"], text[s["start"] : s["end"]]) for s in spans] == [
        (tactic, words) for words, tactic in drawn if tactic
    ]


CODED = [
    ([], (0, 0)),
    (["P1"], (1, 0)),
    (["P2"], (1, 0)),
    (["P3"], (1, 0)),
    (["S1"], (0, 0)),
    (["S1", "S1"], (0, 0)),
    (["S1", "S4"], (1, 0)),
    (["S5", "I"], (1, 0)),
    (["I"], (0, 0)),
    (["L1"], (0, 1)),
    (["L4", "S2"], (0, 1)),
    (["P1", "L2"], (1, 1)),
    (["S1", "S2", "L3"], (1, 1)),
]


@pytest.mark.parametrize(("codes", "labels"), CODED)
def test_labels_follow_from_codes(codes, labels):
    assert labelling.labels_of(codes) == labels


EXCEPTED = [
    (["S2", "S5"], "closeness", (0, 0)),
    (["S2", "S5", "S1"], "closeness", (1, 0)),
    (["S2", "S5", "P3"], "closeness", (1, 0)),
    (["S2", "S5", "L2"], "closeness", (0, 1)),
    (["S1", "S4"], "tailored", (0, 0)),
    (["S1", "S2"], "tailored", (1, 0)),
    (["S3", "S4"], "advertised_post", (0, 0)),
    (["S2", "S3"], "advertised_post", (1, 0)),
    (["S2", "S5"], "invited_thread", (0, 0)),
    (["P1", "S2", "S5"], "invited_thread", (1, 0)),
]


@pytest.mark.parametrize(("codes", "exception", "labels"), EXCEPTED)
def test_an_exception_lifts_secondaries_of_its_own_only(codes, exception, labels):
    assert labelling.labels_of(codes, exception) == labels


@given(st.sets(st.sampled_from(sorted(CODES))), st.sampled_from(sorted(labelling.EXCEPTIONS)))
def test_an_exception_never_touches_primaries_and_links(codes, exception):
    plain, excepted = labelling.labels_of(codes), labelling.labels_of(codes, exception)
    assert excepted[1] == plain[1]
    assert excepted[0] <= plain[0]
    if any(code[0] == "P" for code in codes):
        assert excepted[0] == 1


def test_the_guideline_lists_the_exceptions_and_what_they_lift():
    guideline = (ROOT / "data/GUIDELINES.md").read_text(encoding="utf-8")
    table = guideline.split("| `exception` |")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table]
    listed = {name.strip("`"): set(lifts.split(", ")) for name, _, lifts, _ in cells}
    assert listed == labelling.EXCEPTIONS


@given(st.lists(st.sampled_from(sorted(CODES))), st.sampled_from(sorted(CODES)))
def test_another_code_takes_no_label_away(codes, more):
    before, after = labelling.labels_of(codes), labelling.labels_of([*codes, more])
    assert all(old <= new for old, new in zip(before, after, strict=True))


MARKED_ROW = {
    "id": "m1",
    "lang": "en",
    "marked": "Hi all, ⟦forward_request|pass my CV on to everyone⟧, ⟦easy_out|or not⟧.",
    "codes": ["P1"],
    "group": "g1",
    "kind": "offence",
    "channel": "Facebook group",
}


def test_a_marked_row_becomes_a_record_without_fault():
    made = records.labelled(MARKED_ROW)
    assert "marked" not in made
    assert (made["cv_blast"], made["give_to_get"]) == (1, 0)
    assert (made["medium"], made["channel"]) == ("Facebook group", "facebook_post")
    assert [*record_faults(made), *gates.faults([made], [])] == []
    assert list(made)[:3] == ["id", "lang", "text"]


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Let the script keep its corpus in an empty folder."""
    monkeypatch.setattr(records, "MESSAGES", tmp_path / "messages")
    return tmp_path


def test_take_adds_and_replaces_by_id(corpus):
    first = write(corpus / "first.jsonl", [MARKED_ROW, MARKED_ROW | {"id": "m2", "lang": "fr"}])
    assert records.take([first], "train") == 2
    changed = write(corpus / "second.jsonl", [MARKED_ROW | {"marked": "Lunch?", "codes": []}])
    assert records.take([changed], "train") == 1
    texts = {row["id"]: row["text"] for row in records.load("train")}
    assert texts == {
        "m1": "Lunch?",
        "m2": "Hi all, pass my CV on to everyone, or not.",
    }
    assert records.load("test") == []
    assert sorted(path.name for path in (corpus / "messages").iterdir()) == [
        f"train-{lang}.jsonl" for lang in sorted(LANGUAGES)
    ]


def test_a_line_separator_in_a_text_does_not_split_a_record(corpus):
    records.take([write(corpus / "a.jsonl", [MARKED_ROW | {"marked": "one\u2028two"}])], "test")
    [row] = records.load("test")
    assert row["text"] == "one\u2028two"


# Gates

PLAIN = "the heron walked along our quiet canal before seven and caught nothing at all again"
OTHER = "your second invoice came twice this month so I paid only the later copy of it"


def fine(number, text=PLAIN):
    return record("en", "ordinary", number, text)


BLAST = record("en", "forward_request", 1, "Dear all, ⟦forward_request|pass my CV on⟧ please.")
CLOSE = record(
    "en", "closeness", 1, "Sis, ⟦untargeted_ask|any job⟧, ⟦open_favour|shout if you hear⟧."
)
CLOSE |= {"cv_blast": 0, "kind": "hard_negative", "exception": "closeness"}
FAULTY = {
    "an exception nobody knows": (
        [CLOSE | {"exception": "a good mood"}],
        "exception 'a good mood' is none of advertised_post",
    ),
    "an exception that a primary overrides": (
        [BLAST | {"cv_blast": 0, "kind": "hard_negative", "exception": "closeness"}],
        "labels (0, 0) do not follow from codes ['P1'] and exception closeness",
    ),
    "an exception without need": (
        [BLAST | {"exception": "closeness"}],
        "exception closeness changes nothing beside codes ['P1']",
    ),
    "a kind that is not filled in": (
        [fine(1) | {"sender_kind": None}],
        "sender_kind None is none of student",
    ),
    "a kind of another language": (
        [fine(1) | {"variety_kind": "Maghreb"}],
        "variety_kind 'Maghreb' is none of US",
    ),
    "a label that does not follow": (
        [BLAST | {"cv_blast": 0, "kind": "hard_negative"}],
        "labels (0, 0) do not follow from codes ['P1']",
    ),
    "a code without a mark": ([BLAST | {"spans": []}], "codes ['P1'] but marks []"),
    "a mark without a code": (
        [BLAST | {"codes": [], "cv_blast": 0, "kind": "ordinary"}],
        "codes [] but marks ['P1']",
    ),
    "a kind that contradicts": ([BLAST | {"kind": "ordinary"}], "kind 'ordinary' with labels"),
    "an unknown kind": ([fine(1) | {"kind": "odd"}], "kind 'odd'"),
    "an unknown channel": ([fine(1) | {"channel": "pigeon"}], "channel 'pigeon' is none of"),
    "an id that stands twice": (
        [fine(1), fine(1, OTHER) | {"group": "another"}],
        "id en-ordinary-1 stands 2 times",
    ),
    "a span outside": (
        [BLAST | {"spans": [{"start": 0, "end": 999, "tactic": "forward_request"}]}],
        "is not inside a text",
    ),
    "near-duplicates": (
        [fine(1), fine(2, PLAIN.replace("nothing", "two eels"))],
        "en-ordinary-1 and en-ordinary-2: Jaccard 0.",
    ),
    "a template": (
        [fine(i, f"{chr(97 + i) * 5} one two three four five six {chr(97 + i) * 7}"
                 + "".join(f" {chr(97 + i)}{j}" for j in range(20))) for i in range(9)],
        "template? 'one two three four five six' stands in 9 messages",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_is_told(name):
    rows, says = FAULTY[name]
    found = list(gates.faults(rows, []))
    assert [fault for fault in found if says in fault] != [], found
    assert [fault for fault in gates.faults([], rows) if says in fault] != []


def test_a_corpus_without_fault_is_silent():
    assert list(gates.faults([BLAST, fine(1)], [fine(2, OTHER)])) == []


@pytest.mark.parametrize("marked", ["Fine, ⟦easy_out no is fine⟧.", "Fine, ⟦easy_out|no."])
def test_a_mark_left_in_the_text_is_told(marked):
    assert list(gates.faults([fine(1, marked)], [])) != []


def test_an_exception_keeps_its_label():
    assert list(gates.faults([CLOSE], [])) == []


def test_members_of_a_group_may_be_alike():
    twin = fine(2, PLAIN.replace("nothing", "two eels")) | {"group": fine(1)["group"]}
    assert list(gates.faults([fine(1), twin], [])) == []


def test_eight_messages_may_share_a_run_and_nine_may_not():
    rows = FAULTY["a template"][0]
    assert [fault for fault in gates.faults(rows[:8], []) if "template" in fault] == []


def test_a_group_in_both_splits_is_told():
    test = fine(2, OTHER) | {"group": fine(1)["group"]}
    [fault] = gates.faults([fine(1)], [test])
    assert fault == f"group {test['group']} stands in both splits"


def test_twelve_words_in_a_row_leak_and_eleven_do_not():
    words = PLAIN.split()
    padding = " ".join(f"word{i}" for i in range(20))
    leaks = {
        n: [f for f in gates.faults([fine(1)], [fine(2, f"{' '.join(words[:n])} {padding}")])
            if "with a training message" in f]
        for n in (11, 12)
    }  # fmt: skip
    assert leaks[11] == []
    assert leaks[12] == [f"en-ordinary-2: shares {' '.join(words[:12])!r} with a training message"]


def test_counts_are_those_of_the_files(corpus):
    records.take(
        [write(corpus / "a.jsonl", [MARKED_ROW, MARKED_ROW | {"id": "m2", "lang": "he"}])], "train"
    )
    lines = counts.counts_table().splitlines()
    assert "**train**: 2 messages" in lines
    assert "**test**: 0 messages" in lines
    assert "| cv_blast | 1 | 0 | 1 |" in lines
    assert "| forward_request | 1 | 0 | 1 |" in lines
    assert "| facebook_post | 1 | 0 | 1 |" in lines
    assert "| up to 25 | 1 | 0 | 1 |" in lines


def test_the_command_counts_faults_in_its_exit_status(corpus):
    folder = corpus / "data" / "messages"
    folder.mkdir(parents=True)
    write(folder / "train-en.jsonl", [BLAST | {"cv_blast": 0}])
    code = (
        "import pathlib, runpy, sys; sys.argv = ['corpus.py', 'check'];"
        f"module = runpy.run_path({str(ROOT / 'scripts/corpus.py')!r});"
        f"module['records'].MESSAGES = pathlib.Path({str(folder)!r});"
        "sys.exit(module['main']())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "corpus: 1 training and 0 test messages, 2 faults"


@pytest.mark.parametrize("split", records.SPLITS)
def test_records_of_the_project_are_one_line_each_and_sorted_by_language(split):
    for lang in LANGUAGES:
        text = records.path_of(split, lang).read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.split("\n") if line]
        assert {row["lang"] for row in rows} == {lang}
        assert {tuple(row[label] for label in LABELS) for row in rows} >= {(0, 0), (1, 0), (0, 1)}
