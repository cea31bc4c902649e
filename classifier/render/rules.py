"""The tactics and cues of a language, as text and as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from classifier.advice import advice_for
from classifier.languages import Cue
from classifier.render.json_lines import json_line
from classifier.render.paragraphs import direction_of, joined_sections, paragraph
from classifier.render.words import ui_words
from classifier.schema import TACTICS, Advice


def render_rules(lang: str, cues: Iterable[Cue], *, tactics: Iterable[str], width: int) -> str:
    """Return the tactics of `lang` for people: title, why it matters, then each of its cues."""
    by_tactic = _by_tactic(cues)
    return joined_sections(
        _tactic_lines(advice_for(tactic, lang), lang, by_tactic.get(tactic, []), width=width)
        for tactic in tactics
    )


def render_rules_json(lang: str, cues: Iterable[Cue], *, tactics: Iterable[str]) -> Iterator[str]:
    """Yield one line of JSON a tactic, its cues inside."""
    by_tactic = _by_tactic(cues)
    for tactic in tactics:
        advice = advice_for(tactic, lang)
        yield json_line(
            {
                "lang": lang,
                "tactic": tactic,
                "label": TACTICS[tactic],
                "title": advice.title,
                "why": advice.why,
                "cues": [_cue_dict(cue) for cue in by_tactic.get(tactic, [])],
            }
        )


def _by_tactic(cues: Iterable[Cue]) -> dict[str, list[Cue]]:
    found: dict[str, list[Cue]] = {}
    for cue in cues:
        found.setdefault(cue.tactic, []).append(cue)
    return found


def _cue_dict(cue: Cue) -> dict[str, object]:
    return {"id": cue.id, "phrases": list(cue.phrases), "why": cue.why, "source": cue.source}


def _tactic_lines(advice: Advice, lang: str, cues: Iterable[Cue], *, width: int) -> list[str]:
    words, direction = ui_words(lang), direction_of(lang)
    label = TACTICS[advice.tactic]
    kind = words[f"label_{label}"] if label else words["rule_healthy"]
    lines = paragraph(f"{lang}  {advice.tactic}", width=width)
    lines += paragraph(f"{advice.title} ({kind})", width=width, direction=direction)
    lines += paragraph(advice.why, width=width, direction=direction)
    for cue in cues:
        lines += paragraph(cue.id, width=width, indent=2)
        lines += paragraph(" · ".join(cue.phrases), width=width, direction=direction, indent=4)
        lines += paragraph(cue.why, width=width, indent=4)
        source = words["rule_source"].format(text=cue.source)
        lines += paragraph(source, width=width, direction=direction, indent=4)
    return lines
