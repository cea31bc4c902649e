"""The page itself: the template filled, with its style and scripts inside and nothing from outside.

Everything that comes from a message is escaped by Jinja2, or is JSON without tags; and what the
browser may run or fetch is fixed by a policy that names the page's own style and script by hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from classifier.advice import tactic_title
from classifier.batch.entry import Outcome
from classifier.batch.sinks.page import charts
from classifier.batch.sinks.page.clusters import clusters_on_page
from classifier.batch.sinks.page.tally import Tally
from classifier.batch.summary import Summary
from classifier.render.json_lines import json_line, without_tags
from classifier.render.words import FALLBACK, number, page_words
from classifier.schema import LABELS, LANGUAGES, TACTICS

SCRIPTS = ("messages.js", "elements.js", "detail.js", "table.js", "filters.js", "start.js")
"""In this order they make the one script of the page."""
_TILES: tuple[Outcome, ...] = ("flag", "unsure", "ok", "not_judged", "failed")


def pieces(
    summary: Summary,
    tally: Tally,
    advice: Sequence[Mapping[str, str]],
    messages: Iterable[str],
    ui_lang: str | None,
) -> Iterator[str]:
    """Yield the page, piece by piece.

    Args:
        summary: of the run; `facts["clusters"]` is shown when it is there.
        tally: what was counted.
        advice: the texts that messages refer to by number.
        messages: a line of JSON without tags each, as `message_on_page` gives it.
        ui_lang: language of the page; None takes the one most messages are in.
    """
    lang = ui_lang or next((lang for lang, _ in tally.voices.most_common(1)), FALLBACK)
    words = page_words(lang)
    style, script = _asset("page.css"), _script()
    environment = Environment(
        loader=PackageLoader(__package__, "assets"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["count"] = lambda n: number(words, n)
    yield from environment.get_template("page.html").generate(
        lang=lang,
        direction=direction(lang),
        words=words,
        policy=_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        outcomes=summary.outcomes,
        tiles=[name for name in _TILES if summary.outcomes[name] or name in _TILES[:3]],
        charts=_charts(tally, words),
        drawing=charts,
        tactics=_ranked(tally.tactics, lang),
        signs=_ranked(tally.signs, lang),
        langs=[name for name, _ in tally.langs.most_common()],
        clusters=clusters_on_page(summary.facts.get("clusters") or (), words),
        unlisted=tally.unlisted,
        messages=_separated(messages),
        told=_json({"lang": lang, "words": _all_words(), "tactics": _titles(), "advice": advice}),
    )


def direction(lang: str) -> str:
    """Return the HTML `dir` of a language; of a language not ours the first letter decides."""
    return {"he": "rtl", "other": "auto"}.get(lang, "ltr")


def _asset(name: str) -> str:
    file = resources.files(__package__) / "assets" / name
    return file.read_text(encoding="utf-8")


def _script() -> str:
    return "".join(['"use strict";\n(() => {\n', *map(_asset, SCRIPTS), "})();\n"])


def _policy(style: str, script: str) -> str:
    """Return a Content-Security-Policy under which only this style and script count."""
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    ]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _charts(tally: Tally, words: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "bars": charts.bars(tally.bins[label], words),
            "told": charts.in_words(tally.bins[label], words),
        }
        for label in LABELS
    ]


def _ranked(counts: Counter[str], lang: str) -> list[dict[str, Any]]:
    """Return tactics, the commonest first, with their share of the commonest in percent."""
    ranked = counts.most_common()
    return [
        {
            "tactic": tactic,
            "title": tactic_title(tactic, lang),
            "count": count,
            "share": round(100 * count / ranked[0][1], 1),
        }
        for tactic, count in ranked
    ]


def _all_words() -> dict[str, Mapping[str, str]]:
    return {lang: page_words(lang) for lang in LANGUAGES}


def _titles() -> dict[str, dict[str, str]]:
    return {lang: {name: tactic_title(name, lang) for name in TACTICS} for lang in LANGUAGES}


def _json(value: dict[str, Any]) -> Markup:
    return Markup(without_tags(json_line(value)))


def _separated(lines: Iterable[str]) -> Iterator[Markup]:
    """Yield the elements of a JSON array."""
    for place, line in enumerate(lines):
        yield Markup((",\n" if place else "\n") + line.rstrip("\n"))
