"""Reports as text for people and as JSON for programs; pure functions, no printing."""

from classifier.render.json_lines import render_json
from classifier.render.rules import render_rules, render_rules_json
from classifier.render.terminal import render_line, render_text

__all__ = ["render_json", "render_line", "render_rules", "render_rules_json", "render_text"]
