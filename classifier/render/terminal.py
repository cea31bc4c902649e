"""A report as text for a terminal, in the language of its message."""

from __future__ import annotations

from collections.abc import Iterator

from classifier.advice import advice_for
from classifier.render.characters import has_rtl, isolate, visible
from classifier.render.excerpt import left_out, shown_spans
from classifier.render.findings import Finding, marks_of
from classifier.render.marks import Mark, Marking, marked_lines
from classifier.render.page import Page, headline, name_of, score_line
from classifier.render.paragraphs import direction_of, joined_sections, paragraph
from classifier.render.words import counted, percent
from classifier.schema import LABELS, Advice, Report

_GUTTER = "  | "
_QUOTES = 3
"""Places quoted for one finding; the others are counted."""
_REASONS = 5
"""Reasons shown for one label."""
_LRM = "\N{LEFT-TO-RIGHT MARK}"
"""Keeps the sign on the left of its number between right-to-left words."""


def render_text(
    report: Report, *, color: bool, width: int, ui_lang: str | None = None, explain: bool = False
) -> str:
    """Return the report for people, ending in a line end.

    Nothing of the message reaches the terminal as a control: escapes, overrides and the like are
    shown as signs (`characters.shown`). Every line holds its own bidi isolates.

    Args:
        report: what to show.
        color: mark with SGR colours; otherwise with signs under or around the words.
        width: columns of the terminal.
        ui_lang: language of the report; None follows the message.
        explain: also show the message when nothing is marked, tactics that were noticed but did
            not count enough, and the strongest reasons.
    """
    page = Page.of(report, color=color, width=width, ui_lang=ui_lang, explain=explain)
    return joined_sections(
        [
            _verdict(page),
            _message(page),
            _offences(page),
            _minor(page),
            _signs(page),
            _slips(page),
            _changes(page),
            _reasons(page),
            _footer(page),
        ]
    )


def render_line(report: Report, *, ui_lang: str | None = None) -> str:
    """Return the verdict on one line, without a line end."""
    page = Page.of(report, color=False, width=80, ui_lang=ui_lang, explain=False)
    raised = (*report.flags, *report.unsure)
    said = "; ".join(score_line(page, label) for label in raised) or headline(page)
    name = isolate(visible(name_of(report)), direction_of("other"))
    return f"{name}: {isolate(said, direction_of(page.lang))}" if name else said


def _verdict(page: Page) -> list[str]:
    report = page.report
    styles = {"flag": "flag", "unsure": "unsure", "ok": "healthy", "not_judged": "unsure"}
    name = name_of(report)
    lines = paragraph(name, width=page.width) if name not in ("", "-") else []
    lines += page.own(headline(page), style=styles[report.verdict])
    if report.not_judged:
        lines += paragraph(report.not_judged, width=page.width)
    for label in (label for label in LABELS if label in report.scores):
        lines += page.own(score_line(page, label), indent=2)
    return lines


def _message(page: Page) -> list[str]:
    """Show the message where something in it is to be seen, or when asked."""
    report = page.report
    if not page.explain and all(finding.style == "healthy" for finding in page.findings):
        return []
    text, marks = report.message.text, marks_of(page.findings)
    spans = shown_spans(text, marks, report.asides)
    lines = page.own(page.words["message"], style="head") if spans else []
    for n, span in zip(left_out(text, spans), [*spans, None], strict=True):
        if n:
            lines += page.own(counted(page.words, "left_out", n), indent=2, style="note")
        if span:
            lines += _shown(page, span, marks)
    return lines


def _shown(page: Page, span: tuple[int, int], marks: list[Mark]) -> Iterator[str]:
    text, direction = page.report.message.text, direction_of(page.report.lang)
    rtl = has_rtl(text[slice(*span)])
    plain = Marking.BRACKET if rtl else Marking.UNDERLINE
    lines = marked_lines(
        text,
        span,
        marks,
        marking=Marking.COLOR if page.color else plain,
        width=max(20, page.width - len(_GUTTER)),
    )
    return (f"{_GUTTER}{isolate(line, direction)}".rstrip(" ") for line in lines)


def _offences(page: Page) -> list[str]:
    if not page.report.flags and not page.report.unsure:
        return []
    found = [finding for finding in page.findings if finding.style in ("flag", "unsure")]
    return _advised(page, "findings", found) or page.own(page.words["whole"])


def _minor(page: Page) -> list[str]:
    return _advised(page, "minor", [finding for finding in page.findings if not finding.style])


def _advised(page: Page, heading: str, findings: list[Finding]) -> list[str]:
    """Return each finding with why it matters, what to do instead, and a better sentence."""
    words = page.words
    lines = page.own(words[heading], style="head") if findings else []
    for finding in findings:
        advice = _advice(page, finding.tactic)
        example = words["quote"].format(text=advice.example)
        lines += ["", *_heading(page, finding, advice)]
        lines += page.own(words["why"].format(text=advice.why), indent=3)
        lines += page.own(words["instead"].format(text=advice.text), indent=3)
        lines += page.own(words["example"].format(text=example), indent=3)
    return lines


def _heading(page: Page, finding: Finding, advice: Advice) -> list[str]:
    """Return the number, the tactic, and the words it was found in."""
    style = finding.style or "note"
    lines = page.own(f"{finding.number}. {advice.title}", style=style)
    for span in finding.spans[:_QUOTES]:
        lines += page.quoted(*span)
    if (more := len(finding.spans) - _QUOTES) > 0:
        lines += page.own(counted(page.words, "more", more), indent=3)
    return lines


def _advice(page: Page, tactic: str) -> Advice:
    """Return the report's own advice when it is in the language of the page."""
    if page.lang == page.report.lang:
        for advice in page.report.advice:
            if advice.tactic == tactic:
                return advice
    return advice_for(tactic, page.lang)


def _signs(page: Page) -> list[str]:
    signs = [finding for finding in page.findings if finding.style == "healthy"]
    lines = page.own(page.words["signs"], style="head") if signs else []
    for finding in signs:
        advice = advice_for(finding.tactic, page.lang)
        lines += _heading(page, finding, advice)
        lines += page.own(advice.why, indent=3)
    return lines


def _slips(page: Page) -> list[str]:
    slips = page.report.slips
    lines = page.own(page.words["slips"], style="head") if slips else []
    for slip in slips:
        lines += page.own(slip.advice, indent=2)
    return lines


def _changes(page: Page) -> list[str]:
    words, changes = page.words, page.report.changes
    lines = page.own(words["changes"], style="head") if changes else []
    for change in changes:
        lines += page.quoted(change.start, change.end)
        line = words["change"].format(
            before=percent(words, change.before),
            after=percent(words, change.after),
            label=words[f"label_{change.label}"],
        )
        lines += page.own(line, indent=3)
    return lines


def _reasons(page: Page) -> list[str]:
    """Return the strongest reasons of each label, in log-odds, when they are asked for."""
    reasons = page.report.reasons if page.explain else ()
    lines = page.own(page.words["reasons"], style="head") if reasons else []
    for label in LABELS:
        own = [reason for reason in reasons if reason.label == label]
        if own:
            lines += page.own(page.words[f"label_{label}"], indent=2)
        for reason in sorted(own, key=lambda reason: -abs(reason.weight))[:_REASONS]:
            weight = f"{reason.weight:+.2f}"
            signed = f"{_LRM}{weight}{_LRM}" if page.lang == "he" else weight
            lines += page.own(f"{signed} {reason.name}", indent=4)
    return lines


def _footer(page: Page) -> list[str]:
    words, report = page.words, page.report
    kinds = dict.fromkeys(words[f"aside_{aside.kind}"] for aside in report.asides)
    lines = page.own(words["aside"].format(kinds=", ".join(kinds))) if kinds else []
    if report.limits:
        lines += page.own(words["limits"], style="head")
        for limit in report.limits:
            lines += paragraph(limit, width=page.width, indent=2)
    return lines


def render_marked(report: Report, *, color: bool, width: int, ui_lang: str | None = None) -> str:
    """Return the whole message with its marked words, and what each mark stands for."""
    page = Page.of(report, color=color, width=width, ui_lang=ui_lang, explain=True)
    text = report.message.text
    lines = [*_shown(page, (0, len(text)), marks_of(page.findings))]
    titles = [f"{f.number}. {advice_for(f.tactic, page.lang).title}" for f in page.findings]
    return joined_sections(
        [lines, [line for title in titles for line in page.own(title, indent=2)]]
    )
