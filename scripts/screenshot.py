"""Take the picture of the README: the page that `blastcheck batch` writes about the samples.

usage: python scripts/screenshot.py [OUT.png]
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PIL import Image

import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("data/samples/en", "data/samples/fr", "data/samples/he")
OUT = ROOT / "data/samples/report.png"
WIDTH, HEIGHT = 1180, 940
COLORS = 256
_GAP = 28


def written(folder: Path) -> Path:
    """Judge the samples; return the page about them."""
    page = folder / "report.html"
    command = [sys.executable, "-m", "classifier", "batch", "--no-config", *SOURCES]
    command += ["--report", str(page), "--ui-lang", "en"]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)  # 1: some flagged
    return page


def taken(page: Path) -> list[Image.Image]:
    """Return two views of the page: its head with the charts, and a message that was opened."""
    with chromium.browser(viewport={"width": WIDTH, "height": HEIGHT}) as context:
        tab = context.pages[0]
        tab.goto(page.as_uri())
        head = tab.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": charts_end(tab)})
        tab.locator(".open").first.click()
        tab.locator("#list").evaluate("list => list.scrollIntoView()")
        return [Image.open(io.BytesIO(shot)) for shot in (head, tab.screenshot())]


def charts_end(tab: Page) -> float:
    """Return where the charts end, in pixels from the top."""
    box = tab.locator(".legend").bounding_box()
    return box["y"] + box["height"] if box else HEIGHT


def main() -> int:
    """Write the picture: both views, one below the other, in few colours to keep it small."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    if missing := chromium.missing():
        print(missing, file=sys.stderr)
        return 1
    with TemporaryDirectory() as scratch:
        views = taken(written(Path(scratch)))
    whole = Image.new("RGB", (WIDTH, sum(view.height for view in views) + _GAP), "#f8f6f1")
    at = 0
    for view in views:
        whole.paste(view, (0, at))
        at += view.height + _GAP
    whole.quantize(COLORS, dither=Image.Dither.NONE).save(out, optimize=True)
    print(f"{out}: {out.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
