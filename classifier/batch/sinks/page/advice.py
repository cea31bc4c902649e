"""Advice on a page: every text stands there once, however many messages it is given to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from classifier.advice import advice_for

_FIELDS = ("title", "why", "text", "example")


class AdviceTable:
    """The texts met so far, numbered from 0; as many as the language files hold, not more."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self._numbers: dict[tuple[str, ...], int] = {}

    def number(self, tactic: str, lang: str, report: Mapping[str, Any]) -> int:
        """Return the number of a message's advice on a tactic: its own, else that of `lang`."""
        own = next((given for given in report["advice"] if given["tactic"] == tactic), None)
        told = own or asdict(advice_for(tactic, lang))
        texts = tuple(str(told[field]) for field in _FIELDS)
        if texts not in self._numbers:
            self._numbers[texts] = len(self.rows)
            self.rows.append(dict(zip(_FIELDS, texts, strict=True)))
        return self._numbers[texts]
