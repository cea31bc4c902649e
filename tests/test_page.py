"""The HTML page of a batch as text: whole, safe, bounded. How it looks is in tests/browser/."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tracemalloc
from collections import Counter

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from classifier.batch.sinks import page as page_sink
from classifier.batch.sinks.page import charts, document
from classifier.batch.sinks.page.segments import WHOLE, lines_of, segments
from classifier.batch.sinks.page.tally import BINS
from classifier.cli import main
from classifier.render.characters import visible
from classifier.render.marks import Mark
from classifier.render.words import number, page_words, ui_words
from classifier.schema import LANGUAGES, Aside
from tests import pages
from tests.conftest import ROOT

ASSETS = ROOT / "classifier/batch/sinks/page/assets"
SAMPLES = str(ROOT / "data/samples/en")


def parsed(path):
    return html.fromstring(
        path.read_bytes(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True)
    )


def block(tree, id):
    return json.loads(tree.get_element_by_id(id).text)


@pytest.fixture
def write(tmp_path):
    return lambda entries, **options: pages.write(tmp_path / "page.html", entries, **options)


# ------------------------------------------------------------------ whole


def test_the_page_fetches_nothing_and_runs_only_its_own_script(write):
    path = write(pages.some())
    text = path.read_text("utf-8")
    assert not re.search(r"<(link|img|iframe|object|embed|base)\b|\bsrc=|@import|url\(", text)
    [policy] = parsed(path).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    for name, element in (("style", "style"), ("script", "script")):
        [own] = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_our_scripts_never_make_markup_of_text():
    for name in document.SCRIPTS:
        text = (ASSETS / name).read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
    assert sorted(document.SCRIPTS) == sorted(path.name for path in ASSETS.glob("*.js"))
    assert "style=" not in (ASSETS / "page.html").read_text("utf-8")


def test_counts_stand_on_the_page_without_any_script(write):
    tree = parsed(write(pages.some("fr")))
    tiles = {tile.get("data-outcome"): tile for tile in tree.find_class("tile")}
    counts = {name: tile.find_class("count")[0].text for name, tile in tiles.items()}
    assert counts == {"flag": "4", "unsure": "1", "ok": "32", "failed": "1"}
    assert tree.xpath("string(//h1)").strip() == "À relire avant l’envoi : 5 sur 38"
    assert tree.xpath("//button[@data-tactic]//span[@class='count']/text()")[:2] == ["5", "5"]


def test_the_page_holds_every_message_in_order(write):
    entries = pages.some()
    found = block(parsed(write(entries)), "messages")
    assert [message["place"] for message in found] == [entry.place for entry in entries]


def test_an_empty_batch_says_so(write):
    tree = parsed(write([]))
    assert "no message" in tree.xpath("string(//h1)")
    assert block(tree, "messages") == []


@pytest.mark.parametrize(("lang", "direction"), [("en", "ltr"), ("fr", "ltr"), ("he", "rtl")])
def test_the_page_speaks_as_it_is_told_or_as_most_messages_do(write, lang, direction):
    for tree in (parsed(write(pages.some(lang))), parsed(write([], ui_lang=lang))):
        assert (tree.get("lang"), tree.get("dir")) == (lang, direction)
    tree = parsed(write(pages.some("en"), ui_lang=lang))
    assert tree.get("lang") == lang
    assert {message["voice"] for message in block(tree, "messages")} == {lang}


def test_every_message_is_advised_in_its_own_language(write):
    tree = parsed(write(pages.some()))
    advice = block(tree, "told")["advice"]
    flagged = [one for one in block(tree, "messages") if one["outcome"] == "flag"]
    said = {one["lang"]: advice[one["findings"][0]["advice"]]["title"] for one in flagged}
    assert said == {
        "en": "Writing to everyone at once",
        "fr": "S’adresser à tout le monde à la fois",
        "he": "פנייה לכולם בבת אחת",
    }
    assert len(advice) < 12, "each text stands there once"


def test_page_words_have_the_same_places_in_every_language():
    def places(lang):
        return {k: sorted(re.findall(r"{(\w*)}", text)) for k, text in page_words(lang).items()}

    assert places("en") == places("fr") == places("he")
    for lang in LANGUAGES:
        assert number(page_words(lang), 1234567).translate({0x202F: ","}) == "1,234,567"
        assert ui_words(lang).items() <= page_words(lang).items()


# ------------------------------------------------------------------ safe

HOSTILE = [
    "</script><script>document.title='taken'</script>",
    "<!-- <script> --> \\u003c/script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "\"'`><svg onload=document.title='taken'>",
    "{{ 7*7 }} {% raw %} {n} ${1}",
    "&lt;b&gt; &amp; \u2028\u2029\x00\x1b[31m\x85",
    "\u202emoc.elpmaxe\u202c \u2066\u2067\u2068",
]


ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""What acts on its reader: controls, odd line ends, overrides and isolates."""


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(write, text):
    cluster = {"id": text, "size": 2, "recipients": 2, "personal_share": 0.1}
    letter = {"template": text + "{1}", "slots": [{"slot": 1, "examples": [text]}]}
    about = {"places": [text], "job_search": True, "lang": "en"}
    entries = [
        pages.blast(text=pages.BLAST["en"][0] + text, subject=text, cluster=cluster),
        pages.failure(place=text, why=text),
    ]
    path = write(entries, facts={"clusters": [{**cluster, **letter, **about}]})
    tree = parsed(path)
    assert len(tree.xpath("//script")) == 3
    assert tree.xpath("//*[@onload or @onerror or @src]") == []
    assert ACTING.findall(path.read_text("utf-8")) == []
    [first, second] = block(tree, "messages")
    assert first["subject"] == second["place"] == second["why"].partition(": ")[0] == visible(text)


@given(
    st.text(max_size=300).map(str.strip),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=6),
)
def test_segments_hold_the_text_once_and_in_order(text, spans):
    marks = sorted(
        Mark(min(span), min(max(span), len(text)), place, "flag")
        for place, span in enumerate(spans, 1)
        if min(span) < min(max(span), len(text))
    )
    cut = segments(text, marks, (), ui_words("en"))
    shown = "".join(part if isinstance(part, str) else part[0] for part in cut)
    assert shown == lines_of(text)


def test_marks_that_overlap_end_where_they_end():
    marks = [Mark(0, 11, 1, "unsure"), Mark(6, 11, 2, "flag"), Mark(6, 8, 3, "healthy")]
    assert segments("please send now", marks, (), ui_words("en")) == [
        ["please", "unsure", []],
        [" s", "flag", [3]],
        ["end", "flag", [1, 2]],
        " now",
    ]


def test_what_others_wrote_is_left_out_and_counted():
    text = "Own words.\n> theirs, quoted\nOwn again."
    start = text.index(">")
    aside = Aside("quoted", start, start + len("> theirs, quoted"))
    assert segments(text, [], [aside], ui_words("en")) == [
        "Own words.",
        ["[… 3 words left out …]", "note", []],
        "Own again.",
    ]


def test_of_a_long_message_the_surroundings_of_its_marks_are_shown():
    text = "word " * WHOLE + "please forward my CV. " + "word " * WHOLE
    start = text.index("please")
    cut = segments(text, [Mark(start, start + 20, 1, "flag")], (), ui_words("en"))
    assert ["please forward my CV", "flag", [1]] in cut
    assert sum(len(part if isinstance(part, str) else part[0]) for part in cut) < WHOLE


# ------------------------------------------------------------------ bounded


def test_memory_stays_the_same_while_writing(tmp_path, monkeypatch):
    monkeypatch.setattr(page_sink, "_HELD", 10_000)
    entry = pages.blast()

    def peak(size):
        tracemalloc.start()
        pages.write(tmp_path / "page.html", (entry for _ in range(size)))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    few, many = peak(100), peak(600)
    assert many < few + 300_000, "the messages alone take twice that"


def test_a_page_lists_what_it_has_room_for_and_counts_the_rest(write, monkeypatch):
    monkeypatch.setattr(page_sink, "ROOM", 20_000)
    entries = [pages.fine(number=n) for n in range(100)] + [pages.blast(number=n) for n in range(5)]
    tree = parsed(write(entries))
    listed = block(tree, "messages")
    assert sum(one["outcome"] == "flag" for one in listed) == 5
    fine = len(listed) - 5
    assert 0 < fine < 100
    assert f"no room for {100 - fine} more messages" in tree.text_content()
    assert tree.find_class("tile")[2].find_class("count")[0].text == "100"


# ------------------------------------------------------------------ charts, clusters, slips


def test_bars_show_every_message_and_say_it_in_words(write):
    tree = parsed(write(pages.some()))
    chart = tree.get_element_by_id("histogram-cv_blast")
    assert chart.get("aria-label") == ("CV blast: 0 to 10%: 32; 50 to 60%: 1; 90 to 100%: 4")
    assert chart.xpath("./*[local-name()='text'][@class='value']/text()") == ["32", "1", "4"]


@given(st.lists(st.integers(0, 10**6), min_size=BINS, max_size=BINS))
def test_bars_stay_inside_their_drawing(counts):
    bins = [Counter(ok=count, flag=count % 3) for count in counts]
    for bar in charts.bars(bins, page_words("en")):
        assert bar.top > 0
        for piece in bar.pieces:
            assert 0 <= piece.x <= piece.x + piece.width <= charts.WIDTH
            assert 0 < piece.y <= piece.y + piece.height <= charts.HEIGHT


CLUSTER = {"id": "c1", "size": 40, "recipients": 1200, "personal_share": 0.07}
FACTS = {
    "clusters": [
        {**CLUSTER, "template": "Dear {1},\nplease send my CV round {2}. Yours {9}",
         "slots": [{"slot": 1, "examples": ["Dana", "נועה"]}, {"slot": 2, "examples": []}],
         "places": ["drafts/1.txt"], "job_search": True, "lang": "en"}
    ]
}  # fmt: skip


def test_clusters_show_the_letter_with_its_slots(write):
    tree = parsed(write([pages.blast(cluster=CLUSTER)], facts=FACTS))
    [cluster] = tree.find_class("cluster")
    facts = [fact.text for fact in cluster.find_class("facts")[0]]
    assert facts == [
        "40 messages",
        "1,200 recipients",
        "7% of the words differ from copy to copy",
        "about a job search",
    ]
    slots = [(slot.text_content(), slot.get("title")) for slot in cluster.find_class("slot")]
    assert slots == [("Dana", "Slot 1, for example: Dana · נועה"), ("2", "Slot 2")]
    letter = cluster.xpath(".//blockquote")[0].text_content()
    assert letter == "Dear Dana,\nplease send my CV round 2. Yours {9}"
    assert block(tree, "messages")[0]["cluster"] == CLUSTER


def test_only_the_biggest_clusters_are_shown(write):
    facts = {"clusters": [{**FACTS["clusters"][0], "id": f"c{n}"} for n in range(53)]}
    tree = parsed(write([], facts=facts))
    assert len(tree.find_class("cluster")) == 50
    assert "and 3 smaller groups" in tree.text_content()


def test_without_clusters_and_slips_nothing_speaks_of_them(write):
    tree = parsed(write(pages.some()))
    assert tree.xpath("//*[@id='clusters']") == []
    assert not any(set(one) & {"cluster", "slips"} for one in block(tree, "messages"))


def test_slips_are_marked_and_advised_on(write):
    text = "Dear {{name}}, could we talk on Thursday at ten?"
    slip = {"kind": "slot", "start": 5, "end": 13, "text": "{{name}}", "advice": "Fill it in."}
    elsewhere = {"kind": "cv", "start": None, "end": None, "text": "", "advice": "Attach it."}
    entry = pages.fine(text=text)
    entry = entry.with_report({**entry.report, "slips": [slip, elsewhere]})
    [found] = block(parsed(write([entry])), "messages")
    assert found["text"] == [
        "Dear ",
        ["{{name}}", "slip", []],
        ", could we talk on Thursday at ten?",
    ]
    assert found["slips"] == [["{{name}}", "Fill it in."], ["", "Attach it."]]


# ------------------------------------------------------------------ the command


def command(*args):
    return CliRunner().invoke(main, ["batch", "--no-config", "--jobs", "1", *map(str, args)])


def test_a_report_is_written_alone_or_beside_another_output(tmp_path):
    for args in ([], ["-o", tmp_path / "o.csv"]):
        report = tmp_path / "report.html"
        done = command(SAMPLES, "--report", report, *args)
        assert (done.exit_code, done.stderr) == (1, "")
        listed = block(parsed(report), "messages")
        assert [one["subject"] for one in listed if "subject" in one] != []
        report.unlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.csv"]


def test_the_end_of_a_name_may_ask_for_a_page(tmp_path):
    assert command(SAMPLES, "-o", tmp_path / "o.html", "--ui-lang", "he").exit_code == 1
    assert parsed(tmp_path / "o.html").get("dir") == "rtl"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "say where to write: -o FILE, --report FILE, or both"),
        (["--report", "r.html", "--format", "csv"], "--format is for -o FILE"),
        (["--report", "r.html", "-o", "r.html"], "need a file each; choose another"),
    ],
)
def test_wrong_usage_is_told_with_the_way_out(args, words):
    done = command("a.txt", *args)
    assert done.exit_code == 2
    assert words in done.stderr


def test_an_interrupted_report_can_be_resumed(tmp_path, monkeypatch):
    report = tmp_path / "r.html"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(document, "pieces", full)
    assert command(SAMPLES, "--report", report).exit_code == 3
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["r.html.partial"]
    assert command(SAMPLES, "--report", report, "--resume").exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
