"""What a page holds of one message, as JSON; `assets/*.js` shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classifier.batch.entry import Entry
from classifier.batch.sinks.page.advice import AdviceTable
from classifier.batch.sinks.page.clusters import cluster_id
from classifier.batch.sinks.page.segments import lines_of, segments
from classifier.render.characters import visible
from classifier.render.findings import Finding, marks_of
from classifier.render.marks import Mark
from classifier.render.page import Page, headline, score_line
from classifier.render.paragraphs import shortened
from classifier.render.words import percent
from classifier.schema import LABELS, Aside, Evidence, Message, Report

_QUOTE = 160
"""Code points of a quote."""


def message_on_page(entry: Entry, ui_lang: str | None, advice: AdviceTable) -> dict[str, Any]:
    """Return what is shown of an entry; what it does not have is left out.

    Args:
        entry: with `text` and `subject` in its extra, unless it failed.
        ui_lang: language of our words; None follows the message.
        advice: gets the texts that the findings refer to by number.
    """
    report = entry.report
    page = Page.of(_report(entry), color=False, width=0, ui_lang=ui_lang, explain=False)
    envelope = report["envelope"] or {}
    cluster, slips = report.get("cluster"), report.get("slips") or ()
    shown = {
        "outcome": entry.outcome,
        "lang": report["lang"],
        "voice": page.lang,
        "place": visible(entry.place),
        "subject": visible(entry.extra.get("subject") or ""),
        "headline": headline(page),
        "scores": [round(report["scores"][label], 4) for label in LABELS if report["scores"]],
        "told": [score_line(page, label) for label in LABELS if report["scores"]],
        "text": _text(page, slips),
        "findings": [_finding(found, page, report, advice) for found in page.findings],
        "changes": [_change(change, page) for change in report["changes"]],
        "asides": list(dict.fromkeys(f"aside_{aside['kind']}" for aside in report["set_aside"])),
        "limits": [visible(limit) for limit in report["limits"]],
        "why": visible(report["not_judged"]),
        "recipients": envelope.get("recipients"),
        "attachments": [visible(name) for name in envelope.get("attachments", ())],
        "cluster": cluster and {**cluster, "id": cluster_id(cluster)},
        "slips": [_slip(slip) for slip in slips],
    }
    return {key: value for key, value in shown.items() if value not in (None, "", [], ())}


def _report(entry: Entry) -> Report:
    """Return as much of the report as showing its findings takes."""
    report = entry.report
    return Report(
        Message(entry.extra.get("text") or ""),
        report["lang"],
        report["verdict"],
        flags=tuple(report["flags"]),
        unsure=tuple(report["unsure"]),
        scores=report["scores"],
        evidence=tuple(_evidence(found) for found in report["evidence"]),
        asides=tuple(Aside(**aside) for aside in report["set_aside"]),
    )


def _evidence(found: Mapping[str, Any]) -> Evidence:
    """Return evidence without the note that only batches have."""
    return Evidence(**{key: value for key, value in found.items() if key != "note"})


def _text(page: Page, slips: Any) -> list[Any]:
    text = page.report.message.text
    places = [(slip.get("start"), slip.get("end")) for slip in slips]
    marks = [
        Mark(start, end, 0, "slip")
        for start, end in places
        if start is not None and end is not None and 0 <= start < end <= len(text)
    ]
    return segments(
        text, sorted([*marks_of(page.findings), *marks]), page.report.asides, page.words
    )


def _finding(
    found: Finding, page: Page, report: Mapping[str, Any], advice: AdviceTable
) -> dict[str, Any]:
    notes = [e["note"] for e in report["evidence"] if "note" in e and e["tactic"] == found.tactic]
    shown = {
        "number": found.number,
        "tactic": found.tactic,
        "style": found.style,
        "advice": advice.number(found.tactic, page.lang, report),
    }
    return {**shown, "note": lines_of("; ".join(notes))} if notes else shown


def _change(change: Mapping[str, Any], page: Page) -> list[str]:
    """Return the sentence, and what taking it out would do, in our words."""
    told = page.words["change"].format(
        before=percent(page.words, change["before"]),
        after=percent(page.words, change["after"]),
        label=page.words[f"label_{change['label']}"],
    )
    return [visible(shortened(change["text"], _QUOTE)), told]


def _slip(slip: Mapping[str, Any]) -> list[str]:
    """Return the words that slipped, possibly none, and the advice."""
    return [visible(shortened(slip.get("text") or "", _QUOTE)), lines_of(slip["advice"])]
