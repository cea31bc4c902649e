"""Reports as text and JSON: golden files, alignment, safety, right-to-left text.

`UPDATE_GOLDEN=1 pytest tests/test_render.py` writes the golden files anew; read the diff.
"""

import json
import os
import re
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from classifier.advice import advise
from classifier.languages import Cue
from classifier.render import render_json, render_line, render_rules, render_rules_json, render_text
from classifier.render.characters import FSI, LRI, PDI, RLI, columns, isolate, visible
from classifier.render.excerpt import SHORT
from classifier.render.marks import Mark, Marking, marked_lines, plain_cells, wrap
from classifier.render.paragraphs import paragraph
from classifier.render.words import percent, ui_words
from classifier.schema import (
    LABELS,
    LANGUAGES,
    TACTICS,
    Aside,
    Change,
    Envelope,
    Evidence,
    LanguageDataError,
    Message,
    Reason,
    Report,
    Slip,
)

HERE = Path(__file__).parent
CASES = {path.stem: path for path in sorted((HERE / "cases" / "render").glob("*.toml"))}
SCHEMA = json.loads((HERE.parent / "classifier" / "report.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
OUR_CODES = re.compile(r"\x1b\[[0-9;]*m")


def place(text, words):
    start = text.index(words)
    return start, start + len(words)


def evidence(text, tactic, words):
    start, end = place(text, words)
    label = TACTICS[tactic]
    return Evidence(tactic, label, start, end, words, 1.0 if label else -0.5)


def slip(text, kind, words, advice):
    start, end = place(text, words) if words in text else (0, 0)
    return Slip(kind, start, end, words, advice)


def report_of(case):
    text = case["text"]
    found = tuple(evidence(text, *entry) for entry in case.get("evidence", ()))
    asides = tuple(Aside(kind, *place(text, words)) for kind, words in case.get("asides", ()))
    envelope = case.get("envelope")
    if envelope:
        envelope = Envelope(**envelope | {"attachments": tuple(envelope["attachments"])})
    message = Message(text, source=case["source"], envelope=envelope)
    return Report(
        message,
        case["lang"],
        case["verdict"],
        flags=tuple(case.get("flags", ())),
        unsure=tuple(case.get("unsure", ())),
        scores=case.get("scores", {}),
        evidence=found,
        reasons=tuple(Reason(*entry) for entry in case.get("reasons", ())),
        advice=advise((e.tactic for e in found), case["lang"]) if found else (),
        slips=tuple(slip(text, *entry) for entry in case.get("slips", ())),
        changes=tuple(
            Change(label, *place(text, words), words, before, after)
            for label, words, before, after in case.get("changes", ())
        ),
        asides=asides,
        limits=tuple(case.get("limits", ())),
        not_judged=case.get("not_judged", ""),
        model="default@0123456789ab",
    )


@pytest.fixture(params=CASES, ids=str)
def name(request):
    return request.param


@pytest.fixture
def report(name):
    return report_of(tomllib.loads(CASES[name].read_text("utf-8")))


def flagged(text, *spans, lang="en"):
    """Return a report that marks `spans` of `text` as (start, end, tactic)."""
    found = tuple(Evidence(t, TACTICS[t], a, b, text[a:b], 1.0) for a, b, t in spans)
    scores = dict.fromkeys(LABELS, 0.9)
    return Report(Message(text), lang, "flag", flags=LABELS, scores=scores, evidence=found)


def golden(path, text):
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["plain", "color"])
def test_text_is_golden(name, report, kind):
    text = render_text(report, color=kind == "color", width=80)
    golden(HERE / "golden" / f"{name}.{kind}.txt", text)


def test_explained_text_is_golden(name, report):
    golden(
        HERE / "golden" / f"{name}.explain.txt",
        render_text(report, color=False, width=80, explain=True),
    )


def test_json_fits_its_schema(report):
    line = render_json(report)
    assert "\n" not in line
    VALIDATOR.validate(json.loads(line))
    assert json.loads(line) == report.to_dict()


def test_schema_itself_is_sound_and_knows_every_tactic():
    Draft202012Validator.check_schema(SCHEMA)
    known = SCHEMA["$defs"]["offence"]["enum"] + SCHEMA["$defs"]["healthy_sign"]["enum"]
    assert sorted(known) == sorted(TACTICS)


@pytest.mark.parametrize(
    "wrong",
    [
        {"schema": 2},
        {"verdict": "maybe"},
        {"extra": 1},
        {"scores": {"cv_blast": 1.5}},
        {"flags": []},
    ],
    ids=str,
)
def test_schema_refuses_what_is_wrong(wrong):
    value = flagged("Hello there").to_dict() | wrong
    assert not VALIDATOR.is_valid(value)


@given(st.text(alphabet=st.characters(categories=None), max_size=80))
def test_json_survives_any_text_on_one_printable_line(text):
    line = render_json(Report(Message(text, id=text), "other", "not_judged", not_judged="No."))
    assert len(line.splitlines()) == 1
    line.encode("utf-8")
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e\u2028]", line)
    assert json.dumps(json.loads(line)["id"]) == json.dumps(text)


NASTY = st.text(
    alphabet=st.sampled_from(
        "ab אש日é\u0301\n\r\t\x00\x07\x1b[]0m;\x7f\x85\x9b\x9d\u00ad\u061c\u200b\u200d\u200e\u200f"
        "\u2028\u2029\u202a\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ud800\U000e0041😀."
    ),
    min_size=1,
    max_size=120,
)


@given(text=NASTY, color=st.booleans(), lang=st.sampled_from([*LANGUAGES, "other"]), data=st.data())
def test_no_control_of_the_message_reaches_the_terminal(text, color, lang, data):
    start, end = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
    tactic = data.draw(st.sampled_from(list(TACTICS)))
    report = flagged(text, (start, end, tactic), (0, len(text), "forward_request"), lang=lang)
    shown = render_text(report, color=color, width=data.draw(st.integers(1, 60)), explain=True)
    shown += render_line(report)
    left = OUR_CODES.sub("", shown) if color else shown
    unsafe = [c for c in left if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n"]
    assert unsafe == []
    assert not re.search("[\u202a-\u202e]", left)
    assert [line for line in left.split("\n") if not balanced(line)] == []


def balanced(line):
    depth = 0
    for char in line:
        depth += (char in (LRI, RLI, FSI)) - (char == PDI)
        if depth < 0:
            return False
    return depth == 0


@given(NASTY, st.integers(1, 30))
def test_wrapping_loses_only_blanks_and_keeps_the_width(text, width):
    rows = list(wrap(plain_cells(text), width))
    joined = "".join(cell.text for row in rows for cell in row)
    assert joined.replace(" ", "") == visible(text).replace(" ", "")
    assert [row for row in rows if len(row) > 1 and sum(c.width for c in row) > width] == []


@given(st.text(alphabet="ab 日é\u0301\n", min_size=1, max_size=60), st.data())
def test_underlines_stand_under_the_marked_words(text, data):
    start, end = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
    mark = Mark(start, end, 1, "flag")
    lines = list(marked_lines(text, (0, len(text)), [mark], marking=Marking.UNDERLINE, width=1000))
    under = [i for i, line in enumerate(lines) if "^" in line]
    drawn = "".join(columns_under(lines[i - 1], lines[i]) for i in under)
    wanted = text[start:end].strip()
    assert drawn.replace(" ", "") == "".join(wanted.split()).replace(
        "\u0301", ""
    ) or wanted.startswith("\u0301")


def columns_under(line, marker):
    """Return the letters of `line`, accents left out, that have a ^ below them."""
    found, column = "", 0
    for char in line:
        if columns(char) and marker[column : column + 1] == "^":
            found += char
        column += columns(char)
    return found


def test_overlapping_marks_get_lines_of_their_own():
    text = "Please forward my CV to all."
    marks = [Mark(0, 20, 1, "flag"), Mark(7, 28, 2, "flag"), Mark(24, 28, 3, "healthy")]
    lines = list(marked_lines(text, (0, len(text)), marks, marking=Marking.UNDERLINE, width=80))
    assert lines == [
        "Please forward my CV to all.",
        "^^^^^^^^^^^^^^^^^^^^ 1  ~~~~ 3",
        "       ^^^^^^^^^^^^^^^^^^^^^ 2",
    ]


def test_right_to_left_words_stand_in_brackets_with_their_number():
    text = "שלום לכולם, תעבירו הלאה"
    marks = [Mark(0, 10, 1, "flag"), Mark(12, 23, 12, "healthy")]
    lines = list(marked_lines(text, (0, len(text)), marks, marking=Marking.BRACKET, width=80))
    assert lines == ["⟦שלום לכולם⟧¹, ⟨תעבירו הלאה⟩¹²"]


def test_nested_brackets_close_in_the_reverse_order():
    marks = [Mark(0, 4, 1, "flag"), Mark(0, 9, 2, "flag"), Mark(5, 9, 3, "flag")]
    lines = list(marked_lines("אבגד הוזח", (0, 9), marks, marking=Marking.BRACKET, width=80))
    assert lines == ["⟦⟦אבגד⟧¹ ⟦הוזח⟧³⟧²"]


def test_plain_english_carries_no_direction_controls():
    text = render_text(flagged("Please help", (0, 6, "desperation")), color=False, width=80)
    assert not re.search("[\u2066-\u2069\u200e\x1b]", text)


def test_hebrew_lines_are_isolated_each_for_itself():
    report = flagged("שלום לכולם", (0, 10, "mass_address"), lang="he")
    lines = render_text(report, color=False, width=40).splitlines()
    assert [line for line in lines if line and RLI not in line and FSI not in line] == []
    assert isolate("abc", LRI) == "abc"
    assert isolate("abc", RLI) == f"{RLI}abc{PDI}"


def test_a_long_message_shows_the_marked_sentences_and_counts_the_rest():
    filler = "Nothing of note stands in this sentence. "
    text = filler * 60 + "Please forward my CV. " + filler * 60
    start = text.index("Please")
    report = flagged(text, (start, start + 20, "forward_request"))
    shown = render_text(report, color=False, width=200)
    assert len(text) > SHORT
    assert shown.count("Nothing of note") == 2
    counts = [int(n) for n in re.findall(r"\[… (\d+) words left out …\]", shown)]
    assert sum(counts) == len(text.split()) - 4 - 2 * 7


def test_what_was_set_aside_is_left_out_and_named(report, name):
    if name != "en_blast":
        return
    text = render_text(report, color=False, width=80)
    assert "555" not in text
    assert "Set aside, not judged: signature" in text


def test_a_report_in_another_language_speaks_it_throughout(report):
    text = render_text(report, color=False, width=80, ui_lang="fr")
    own = [ui_words(lang)["verdict_ok"] for lang in ("en", "he")]
    assert [words for words in own if words in text] == []
    assert (
        "Rien à signaler" in text or "Ce message" in text or "évalu" in text or "relecture" in text
    )


def test_offences_of_a_message_that_is_fine_show_only_when_asked():
    report = report_of(tomllib.loads(CASES["he_ok"].read_text("utf-8")))
    title = "טובה שאין לה סוף"
    assert title not in render_text(report, color=False, width=80)
    assert title in render_text(report, color=False, width=80, explain=True)


def test_hostile_repetition_stays_small_and_quick():
    text = "Please forward my CV. " * 20_000
    spans = [(i, i + 20, "forward_request") for i in range(0, len(text), 22)]
    shown = render_text(flagged(text, *spans), color=False, width=80)
    assert len(shown) < 50_000


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.0, "1%"), (0.004, "1%"), (0.345, "34%"), (0.999, "99%"), (1.0, "99%")],
)
def test_percentages_are_whole_and_never_certain(probability, shown):
    assert percent(ui_words("en"), probability) == shown


@pytest.mark.parametrize("report_lang", LANGUAGES)
def test_quiet_line(report_lang):
    report = flagged("x", lang=report_lang)
    assert len(render_line(report).splitlines()) == 1
    assert ui_words(report_lang)["label_cv_blast"] in render_line(report)


def test_ui_words_have_the_same_keys_and_places_in_every_language():
    def places(lang):
        return {key: sorted(re.findall(r"{(\w*)}", text)) for key, text in ui_words(lang).items()}

    assert places("fr") == places("en")
    assert places("he") == places("en")


def test_broken_ui_words_name_the_keys(monkeypatch):
    def broken(lang, _name):
        return {"quote": "x", "percent": 1} if lang == "xx" else {"quote": "x", "percent": "y"}

    monkeypatch.setattr("classifier.render.words.read_toml", broken)
    with pytest.raises(LanguageDataError, match=r"xx/ui.toml.*percent"):
        ui_words("xx")


def test_paragraphs_wrap_wide_letters_by_their_columns():
    assert paragraph("日本語日本語日本語日本語", width=20) == ["日本語日本語日本語日", "本語"]


CUE = Cue(
    "pass-on", "forward_request", ("pass on my cv",), "Asks.", "data/GUIDELINES.md", ("a",), ("b",)
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rules_list_every_cue_with_reason_and_source(lang):
    text = render_rules(lang, [CUE], tactics=TACTICS, width=80)
    assert [t for t in (*TACTICS, CUE.id, *CUE.phrases, CUE.why, CUE.source) if t not in text] == []
    lines = [json.loads(line) for line in render_rules_json(lang, [CUE], tactics=TACTICS)]
    assert [line["tactic"] for line in lines] == list(TACTICS)
    assert lines[0]["cues"][0]["source"] == CUE.source
