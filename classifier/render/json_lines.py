"""JSON Lines: one report, one line."""

from __future__ import annotations

import json
import re
from typing import Any

from classifier.schema import Report

_UNSAFE = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Legal inside JSON, yet some programs split lines at U+2028, terminals obey U+009B and bidi
controls, and a lone surrogate cannot be encoded at all."""


def render_json(report: Report) -> str:
    """Return the report as one line that `report.schema.json` describes, without a line end."""
    return json_line(report.to_dict())


def json_line(value: dict[str, Any]) -> str:
    r"""Return `value` as one printable line of JSON.

    >>> print(json_line({"text": "קו״ח" + chr(0x2028)}))
    {"text": "קו״ח\u2028"}
    """
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def without_tags(line: str) -> str:
    r"""Return JSON in which a web page sees no tag, comment or entity.

    >>> print(without_tags('"</script><!--&amp;"'))
    "\u003c/script\u003e\u003c!--\u0026amp;"
    """
    return line.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
