"""A real Chromium, without a window, for the tests, the picture and the benchmark of the page."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE = 20_000
"""Milliseconds to wait for anything."""


def binary() -> str:
    """Return the path of a Chromium, or nothing where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), "")


def missing() -> str:
    """Say what is missing to start a browser, or nothing."""
    return "" if binary() else "no Chromium here: apt-get install chromium"


@contextmanager
def browser(**options: Any) -> Iterator[BrowserContext]:
    """Start a browser with a profile of its own, offline; `options` are Playwright's."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - extra 'browser'

    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=binary(), args=list(_ARGUMENTS), offline=True, **options
        )
        context.set_default_timeout(_PATIENCE)
        try:
            yield context
        finally:
            context.close()
