"""What is quoted, forwarded, signature or disclaimer, and what stays the sender's own."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.languages import read_toml
from classifier.quoting import asides_in, key_of, own_spans
from classifier.quoting.lines import BLANK
from classifier.schema import LANGUAGES, Aside, Envelope, Message

CASES = [
    json.loads(line)
    for line in (Path(__file__).parent / "cases" / "quoting.jsonl").read_text("utf-8").splitlines()
]
MARKERS = [
    "On 1/1/2026 10:00 a@b.example wrote:",
    "Le 1/1/2026 à 10:00, a@b.example a écrit :",
    "בתאריך 1/1/2026 10:00 מאת דנה:",
    "From: a@b.example",
    "Sent: Monday",
    "Subject: x",
    "-----Original Message-----",
    "________________",
    "-- ",
    "Best,",
    "Dana",
    "+44 20 7946 0000",
    "P.S. hello",
    "Sent from my iPhone",
    "This e-mail and any attachments are confidential, intended solely for the addressee, and "
    "privileged; unauthorised use is strictly prohibited.",
    "unsubscribe",
    "-----BEGIN PGP MESSAGE-----",
    "-----END PGP MESSAGE-----",
    "> quoted",
    ">> twice",
    ">",
    "\N{RIGHT-TO-LEFT MARK}",
    "own words",
    "",
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_case(case):
    text = "\n".join(part for _, part in case["parts"])
    own, asides = own_spans(Message(text=text, envelope=Envelope() if "mail" in case else None))

    assert [text[start:end] for start, end in own] == [
        part.strip() for kind, part in case["parts"] if kind == "own"
    ]
    assert [(a.kind, _bare(text[a.start : a.end])) for a in asides] == [
        (kind, _bare(part)) for kind, part in case["parts"] if kind != "own"
    ]


def _bare(text):
    return text.strip(" \r\n\N{NO-BREAK SPACE}\N{RIGHT-TO-LEFT MARK}\u202a\u202b\u202c")


def test_every_language_has_its_cases():
    counts = {lang: sum(c["label"].startswith(f"{lang} ") for c in CASES) for lang in LANGUAGES}
    assert {lang: n for lang, n in counts.items() if n < 15} == {}


@given(st.lists(st.sampled_from(MARKERS) | st.text(max_size=30), max_size=30).map("\n".join))
def test_own_words_and_asides_share_out_the_text(text):
    own, asides = own_spans(Message(text=text))
    spans = sorted([*own, *((a.start, a.end) for a in asides)])

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    gaps = [0, *(edge for span in spans for edge in span), len(text)]
    left_out = [text[a:b] for a, b in zip(gaps[::2], gaps[1::2], strict=True)]
    assert [gap for gap in left_out if gap.strip(BLANK)] == []
    assert [text[a:b] for a, b in own if text[a:b] != text[a:b].strip()] == []


@given(st.text(alphabet=">:-_@ \n\r\ta1Fromwrote\u05d0\u202b", max_size=300))
def test_any_text_is_read(text):
    asides = asides_in(text)
    assert list(asides) == sorted(asides, key=lambda a: a.start)


@pytest.mark.parametrize(
    "line",
    [
        *("on 1:00\n", "from: a@b\nto: b\n", ">", ">\n", "\n", "--\n", "_____\n", "\r", " "),
        *("best\nx\n050-1234567\n", "confidential intended recipient\n\n", "wrote:\n>a\n"),
        *("\u202b", "on 1:00 a@b ", "unsubscribe\n> aaaa. b\n", "On 1/1/26 10:00 a@b\n", "- "),
        *("-----begin pgp message\n", "<a@b>,\n", "Sent from my iphone\n", "best,\ndana\n"),
    ],
)
def test_long_monotonous_text_is_read(line):
    text = (line * 200_000)[:200_000]
    assert all(0 <= a.start < a.end <= len(text) for a in asides_in(text))


def test_an_html_quote_ends_what_its_attribution_begins():
    text = "On 3 Mar 2026 at 10:15 Dana <d@levy.example> wrote:\nold words\nmy answer"
    known = (Aside("quoted", text.index("old"), text.index("old") + len("old words")),)
    own, asides = own_spans(Message(text=text, asides=known))

    assert [text[a:b] for a, b in own] == ["my answer"]
    assert [a.kind for a in asides] == ["quoted"]


def test_an_aside_inside_a_line_stays_inside_it():
    text = "own words, then Dana Levy, CEO"
    known = (Aside("signature", 16, len(text)),)
    own, asides = own_spans(Message(text=text, asides=known))

    assert [text[a:b] for a, b in own] == ["own words, then"]
    assert asides == known


def test_asides_outside_of_the_text_are_clipped():
    assert own_spans(Message(text="ab", asides=(Aside("quoted", 1, 9), Aside("quoted", 5, 9)))) == (
        ((0, 1),),
        (Aside("quoted", 1, 2),),
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rules_are_in_comparable_form(lang):
    tables = read_toml(lang, "quoting").values()
    phrases = [p for table in tables for phrases in table.values() for p in phrases]
    assert [p for p in phrases if key_of(p) != p.strip()] == []
