"""The page of a batch in a real Chromium: does it open, look right, listen, and let everyone read?

`UPDATE_GOLDEN=1 pytest tests/browser` takes the golden pictures anew; look at them.
"""

from __future__ import annotations

import io
import os
import re

import pytest

pytest.importorskip("playwright.sync_api", reason="extra 'browser'")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="extra 'browser'")
from PIL import Image, ImageChops, ImageStat  # noqa: E402

import chromium  # noqa: E402
from tests import pages  # noqa: E402
from tests.conftest import ROOT  # noqa: E402
from tests.test_page import CLUSTER, FACTS, HOSTILE  # noqa: E402

pytestmark = pytest.mark.browser
if chromium.missing():
    pytest.skip(chromium.missing(), allow_module_level=True)

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def context():
    with chromium.browser(viewport=WIDE) as running:
        yield running


@pytest.fixture
def view(context, tmp_path):
    """Write a page and open it; nothing it says to the console, asks for or throws is let pass."""
    said = []
    tab = context.new_page()
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: said.append(request.url) if "file:" not in request.url else 0)

    def go(entries, **options):
        path = pages.write(tmp_path / "page.html", entries, **options)
        tab.goto(path.as_uri())
        return tab

    yield go
    tab.close()
    assert said == []


def places(tab):
    """Return the titles of the rows, as they are read."""
    return tab.locator(".open .title").all_inner_texts()


def found(tab):
    return tab.locator("#found").inner_text()


def slipped():
    text = "Dear {{name}}, could we talk on Thursday at ten?"
    entry = pages.fine(text=text, number=90)
    slip = {"kind": "slot", "start": 5, "end": 13, "text": "{{name}}", "advice": "Fill it in."}
    return entry.with_report({**entry.report, "slips": [slip]})


def everything(lang="en"):
    return [*pages.some(lang), pages.blast(lang, 91, cluster=CLUSTER), slipped()]


# ------------------------------------------------------------------ listening


def test_rows_come_worst_first_and_a_page_at_a_time(view):
    tab = view(pages.some())
    assert found(tab) == "38 of 38 messages"
    badges = tab.locator("#rows .badge").all_inner_texts()
    assert badges[:6] == ["flagged"] * 4 + ["hard to say", "could not be read"]
    assert len(badges) == 25
    tab.locator("#next").click()
    assert len(places(tab)) == 13
    assert tab.locator("#span").inner_text() == "26 to 38 of 38"
    assert tab.locator("#next").is_disabled()
    tab.locator("#previous").click()
    assert len(places(tab)) == 25


@pytest.mark.parametrize(
    ("query", "count"),
    [("garden WALL", 30), ("wall garden", 30), ("déplacer", 1), ("deplacer", 1), ("לְכֻלָּם", 0),
     ("קוֹרות החיים", 1), ("drafts/7.txt", 1), ("quick hello", 1), ("ends before", 1), ("<b>", 0)],
)  # fmt: skip
def test_search_finds_words_whatever_their_case_and_accents(view, query, count):
    tab = view(pages.some())
    tab.locator("#query").fill(query)
    assert len(places(tab)) == min(count, 25)
    assert re.search(rf"^{count} of 38" if count else "^No message fits", found(tab))
    tab.locator("#reset").click()
    assert found(tab) == "38 of 38 messages"
    assert tab.locator("#query").input_value() == ""


def test_filters_narrow_together_and_are_undone(view):
    tab = view(pages.some())
    tab.locator("#outcome").select_option("flag")
    assert found(tab).startswith("4 of")
    tab.locator("#lang").select_option("he")
    assert found(tab).startswith("1 of")
    tab.locator("#lang").select_option("")
    tab.locator("#tactic").select_option("easy_out")
    assert found(tab).startswith("3 of")
    assert tab.locator("button[data-tactic=easy_out]").get_attribute("aria-pressed") == "true"
    tab.locator("#reset").click()
    assert found(tab).startswith("38 of")


def test_tiles_and_tactics_are_filters_too(view):
    tab = view(pages.some())
    tile = tab.locator(".tile.unsure")
    tile.click()
    assert found(tab).startswith("1 of")
    assert (tile.get_attribute("aria-pressed"), tab.locator("#outcome").input_value()) == (
        "true",
        "unsure",
    )
    tile.click()
    tab.locator("button[data-tactic=forward_request]").click()
    assert found(tab).startswith("5 of")


def test_a_cluster_shows_its_messages(view):
    tab = view(everything(), facts=FACTS)
    tab.locator("button[data-cluster]").click()
    assert found(tab) == "1 of 40 messages. Only one group of like messages is shown."
    tab.locator(".open").click()
    assert (
        "One of 40 messages in nearly the same words, to 1,200 recipients"
        in tab.locator(".detail").inner_text()
    )


@pytest.mark.parametrize(
    ("key", "first", "way"),
    [("message", "A quick hello", "ascending"), ("lang", "drafts/broken.eml", "ascending"),
     ("cv_blast", "Dear friends", "descending"), ("give_to_get", "Could we move", "descending")],
)  # fmt: skip
def test_columns_sort_both_ways(view, key, first, way):
    tab = view([*pages.some()])
    head = tab.locator(f"th.{key}")
    head.locator("button").click()
    assert places(tab)[0].startswith(first)
    assert head.get_attribute("aria-sort") == way
    assert tab.locator("th[aria-sort=none]").count() == 4
    before = places(tab)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") != way
    assert places(tab)[0] != before[0] or key == "cv_blast"


def test_a_row_opens_into_the_message_its_findings_and_advice(view):
    tab = view(pages.some())
    row = tab.locator(".open").first
    row.press("Enter")
    assert row.get_attribute("aria-expanded") == "true"
    detail = tab.locator(".detail")
    assert detail.locator("mark.flag").all_inner_texts()[:2] == [
        "Dear friends1",
        "please forward my CV2",
    ]
    assert detail.locator("mark.healthy").inner_text() == "No is a fine answer3"
    assert detail.locator("h4").all_inner_texts()[:2] == [
        "1Writing to everyone at once",
        "2Asking people to pass it on",
    ]
    assert "Instead: Choose five people" in detail.inner_text()
    row.press("Enter")
    assert tab.locator(".detail").count() == 0


def test_slips_are_shown_where_there_are_some(view):
    tab = view(everything())
    tab.locator("#query").fill("{{name}}")
    assert tab.locator("#rows .tag").all_inner_texts() == ["slip"]
    tab.locator(".open").click()
    assert tab.locator("mark.slip").inner_text() == "{{name}}"
    assert tab.locator(".findings .slip").inner_text().split("\n") == [
        "“{{name}}”",
        "",
        "Fill it in.",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_read_not_run(view, text):
    words = pages.BLAST["en"][0] + text
    facts = {"clusters": [{**FACTS["clusters"][0], "template": text, "slots": []}]}
    tab = view([pages.blast(subject=text, text=words), pages.failure(text, text)], facts=facts)
    for place in (0, 1):
        tab.locator(".open").nth(place).click()
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.title() == "A second look before you send · blastcheck"
    assert tab.locator("main :is(img, iframe, object, [onload], [onerror])").count() == 0
    assert tab.locator("script").count() == 3


# ------------------------------------------------------------------ reading


def test_a_message_reads_in_its_own_direction_whatever_the_page(view):
    tab = view(pages.some("en"))
    tab.locator("#query").fill("קורות")
    tab.locator(".open").click()
    letter, said = tab.locator(".letter"), tab.locator(".said")
    assert (letter.get_attribute("dir"), letter.get_attribute("lang")) == ("rtl", "he")
    assert (said.get_attribute("dir"), said.get_attribute("lang")) == ("rtl", "he")
    assert "במקום זה:" in said.inner_text()
    first = letter.evaluate(
        "e => { const r = document.createRange(); r.selectNodeContents(e);"
        " const a = [...r.getClientRects()], b = e.getBoundingClientRect();"
        " return [Math.min(...a.map(x => b.right - x.right)), b.width]; }"
    )
    assert first[0] < 2, "Hebrew begins at the right edge"


def box(tab, selector):
    found = tab.locator(selector).first.bounding_box()
    return found["x"], found["x"] + found["width"], found["y"]


@pytest.mark.parametrize("lang", ["en", "fr", "he"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_overflows(view, lang, size):
    tab = view([*everything(lang), pages.fine(text="w" * 500 + " and more words")], facts=FACTS)
    tab.set_viewport_size(size)
    for place in range(3):
        tab.locator(".open").nth(place).click()
    inside = tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert inside


def test_right_to_left_is_the_mirror_of_left_to_right(view):
    english = view(everything("en"), facts=FACTS)
    tiles = [box(english, f".tile.{name}") for name in ("flag", "ok")]
    heads = [box(english, f"th.{name}") for name in ("outcome", "message", "give_to_get")]
    assert tiles[0][0] < tiles[1][0]
    assert heads[0][0] < heads[1][0] < heads[2][0]
    hebrew = view(everything("he"), facts=FACTS)
    mirrored = [box(hebrew, f".tile.{name}") for name in ("flag", "ok")]
    width = WIDE["width"]
    for left, right in zip(tiles, mirrored, strict=True):
        assert (left[0], left[1]) == pytest.approx((width - right[1], width - right[0]), abs=1)
    heads = [box(hebrew, f"th.{name}") for name in ("outcome", "message", "give_to_get")]
    assert heads[0][0] > heads[1][0] > heads[2][0]


def test_on_a_wide_screen_words_and_advice_stand_side_by_side(view):
    tab = view(pages.some())
    tab.locator(".open").first.click()
    letter, said = box(tab, ".letter"), box(tab, ".said")
    assert letter[1] <= said[0]
    tab.set_viewport_size(NARROW)
    letter, said = box(tab, ".letter"), box(tab, ".said")
    assert letter[2] < said[2]
    assert letter[0] == said[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "he"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_one_is_kept_out(view, lang, scheme, size):
    """Zero violations of axe, with everything open that can be opened."""
    tab = view(everything(lang), facts=FACTS)
    tab.set_viewport_size(size)
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for place in range(6):
        tab.locator(".open").nth(place).click()
    tab.locator("#query").fill("a")
    tab.locator("#query").fill("")
    tab.locator(".open").first.click()
    result = axe.Axe().run(tab).response
    assert [(one["id"], one["nodes"][0]["html"]) for one in result["violations"]] == []
    assert len(result["passes"]) > 20


def test_on_paper_stand_the_summary_and_what_is_worth_another_look(view):
    tab = view(everything(), facts=FACTS)
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")
    assert not tab.locator("#list").is_visible()
    assert tab.locator(".tile.flag").is_visible()
    assert tab.locator(".sheet").count() == 6
    assert "Instead: Choose five people" in tab.locator(".sheet").first.inner_text()
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    tab.emulate_media(media="screen")
    assert tab.locator(".sheet").count() == 0
    assert tab.pdf().startswith(b"%PDF")


# ------------------------------------------------------------------ looking

GOLDEN = ROOT / "tests/golden/page"
UNWRITTEN = "* { color: transparent !important } text { fill: transparent !important }"
"""Fonts differ from machine to machine; what is compared are shapes and colours."""


@pytest.mark.parametrize(("lang", "scheme"), [("en", "light"), ("he", "dark")])
@pytest.mark.parametrize("what", ["histogram-cv_blast", "share", "ranks"])
def test_drawings_look_as_they_did(context, tmp_path, lang, scheme, what):
    tab = context.new_page()
    tab.set_viewport_size(WIDE)
    tab.emulate_media(color_scheme=scheme)
    path = pages.write(tmp_path / "page.html", pages.some(lang))
    tab.goto(path.as_uri())
    tab.evaluate(
        "css => { const s = new CSSStyleSheet(); s.replaceSync(css);"
        " document.adoptedStyleSheets = [s]; }",
        UNWRITTEN,
    )
    selector = {"share": ".share", "ranks": ".ranks .bar"}.get(what, f"#{what}")
    taken = Image.open(io.BytesIO(tab.locator(selector).first.screenshot())).convert("RGB")
    tab.close()
    file = GOLDEN / f"{what}.{lang}.{scheme}.png"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        taken.save(file, optimize=True)
    golden = Image.open(file).convert("RGB")
    assert abs(taken.width - golden.width) <= 1
    assert abs(taken.height - golden.height) <= 1
    apart = ImageChops.difference(taken.resize(golden.size), golden)
    assert sum(ImageStat.Stat(apart).mean) / 3 < 2, "of 255, on average"
