"""The labelling page in a real Chromium: keys, marks made with the mouse, every direction."""

from __future__ import annotations

import threading

import pytest

pytest.importorskip("playwright.sync_api", reason="extra 'browser'")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="extra 'browser'")

import chromium  # noqa: E402
from classifier.labelling.answers import Answers  # noqa: E402
from classifier.labelling.pool import Candidate  # noqa: E402
from classifier.labelling.session import Session  # noqa: E402
from classifier.labelling.web import Server  # noqa: E402

pytestmark = pytest.mark.browser
if chromium.missing():
    pytest.skip(chromium.missing(), allow_module_level=True)

TEXTS = {
    "en": "📚 I praised your book <b>last night</b>, so now it is your turn to praise mine.",
    "he": "פרגנתי לספר שלך, אז עכשיו תורך לכתוב עליי משהו.",
}


@pytest.fixture
def page(tmp_path, checker):
    pool = [
        Candidate(f"{lang}.txt", text, "", lang, None, {"cv_blast": 0.1, "give_to_get": 0.7}, None)
        for lang, text in TEXTS.items()
    ]
    answers = Answers(tmp_path / "out.jsonl")
    said = []
    with Server(Session(pool, answers, checker)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with chromium.browser() as context:
            context.set_offline(False)  # its own server is on this machine
            tab = context.new_page()
            tab.on("console", lambda message: said.append(message.text))
            tab.on("pageerror", lambda error: said.append(str(error)))
            tab.goto(server.url)
            tab.wait_for_selector("#message:not(:empty)")
            yield tab, answers
        server.shutdown()
    # The browser itself tells of an answer that was refused.
    assert [text for text in said if "400 (Bad Request)" not in text] == []


def choose(tab, words):
    """Select words of the message, as a mouse would."""
    tab.evaluate(
        """(words) => {
          const message = document.getElementById("message");
          const pieces = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          let at = 0;
          const start = message.textContent.indexOf(words);
          for (let node; (node = pieces.nextNode()); at += node.length) {
            if (at <= start && start < at + node.length) range.setStart(node, start - at);
            const end = start + words.length;
            if (at < end && end <= at + node.length) range.setEnd(node, end - at);
          }
          const selection = window.getSelection();
          selection.removeAllRanges();
          selection.addRange(range);
        }""",
        words,
    )


def test_a_message_is_marked_and_answered(page):
    tab, answers = page
    assert tab.locator("#message").inner_text() == TEXTS["en"]
    choose(tab, "I praised your book")
    tab.select_option("#tactic", "quid_pro_quo")
    tab.click("button[data-key=m]")
    assert "I praised your book" in tab.locator("#marks").inner_text()
    tab.keyboard.press("n")
    tab.locator("#said", has_text="give_to_get").wait_for()
    tab.keyboard.press("k")
    tab.keyboard.press("g")
    tab.wait_for_selector("#message[lang=he]")
    [row] = answers.rows
    [span] = row["spans"]
    assert row["text"][span["start"] : span["end"]] == "I praised your book"
    assert (row["cv_blast"], row["give_to_get"], row["difficulty"]) == (0, 1, "borderline")


def test_hebrew_reads_from_the_right_and_answers_can_be_undone(page):
    tab, answers = page
    tab.click("button[data-key=n]")
    tab.wait_for_selector("#message[lang=he]")
    direction = "getComputedStyle(document.getElementById('message')).direction"
    assert tab.evaluate(direction) == "rtl"
    tab.keyboard.press("u")
    tab.wait_for_selector("#message[lang=en]")
    assert answers.rows == []


def test_the_end_is_said(page):
    tab, answers = page
    tab.keyboard.press("n")
    tab.wait_for_selector("#message[lang=he]")
    tab.keyboard.press("c")
    tab.locator("#progress", has_text="Nothing").wait_for()
    assert len(answers.rows) == 2


def test_everybody_can_use_it(page):
    tab, _ = page
    found = axe.Axe().run(tab).response
    assert [violation["id"] for violation in found["violations"]] == []
