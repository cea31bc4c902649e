"""The page of one report: its words, its width, and the lines that every section shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifier.render.findings import Finding, findings_of
from classifier.render.paragraphs import direction_of, paragraph, shortened
from classifier.render.words import percent, report_lang, ui_words
from classifier.schema import Label, Report

_QUOTE_LENGTH = 160
"""Code points of a quote."""
_VERY_LIKELY = 0.9


@dataclass(frozen=True, slots=True)
class Page:
    """What every section needs to know."""

    report: Report
    lang: str
    words: Mapping[str, str]
    width: int
    color: bool
    explain: bool
    findings: tuple[Finding, ...]

    @classmethod
    def of(
        cls, report: Report, *, color: bool, width: int, ui_lang: str | None, explain: bool
    ) -> Page:
        """Return the page for `report`, as `terminal.render_text` takes it."""
        lang = report_lang(report, ui_lang)
        findings = findings_of(report, explain=explain)
        return cls(report, lang, ui_words(lang), width, color, explain, findings)

    def own(self, text: str, *, indent: int = 0, style: str = "") -> list[str]:
        """Return a paragraph of our words."""
        style = style if self.color else ""
        direction = direction_of(self.lang)
        return paragraph(text, width=self.width, direction=direction, indent=indent, style=style)

    def quoted(self, start: int, end: int) -> list[str]:
        """Return a paragraph that quotes the message."""
        quote = shortened(self.report.message.text[start:end], _QUOTE_LENGTH)
        return paragraph(self.words["quote"].format(text=quote), width=self.width, indent=3)


def name_of(report: Report) -> str:
    """Return what to call the message: its path, or its id within it; possibly nothing."""
    message = report.message
    return message.source if message.source.endswith(message.id) else message.id


def headline(page: Page) -> str:
    """Return the verdict as one sentence."""
    flags = page.report.flags
    if len(flags) > 1:
        return page.words["flag_both"]
    return page.words[f"flag_{flags[0]}" if flags else f"verdict_{page.report.verdict}"]


def _likelihood(report: Report, label: Label) -> str:
    """Return the key of the plain word; `likely` is only said of what was flagged."""
    if label in report.flags:
        return "very_likely" if report.scores[label] >= _VERY_LIKELY else "likely"
    return "unclear" if label in report.unsure else "unlikely"


def score_line(page: Page, label: Label) -> str:
    """Return a label with its probability, as number and in a plain word."""
    return page.words["score"].format(
        label=page.words[f"label_{label}"],
        percent=percent(page.words, page.report.scores[label]),
        likelihood=page.words[_likelihood(page.report, label)],
    )
