"""Write the generated parts of the documents; with --check only say whether they are fresh.

A part stands between `<!-- run: COMMAND -->` (or `<!-- table: NAME -->`) and `<!-- end -->`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from curation import agreement, counts, coverage, diversity, mix, probes, traits  # noqa: E402
from curation.records import load  # noqa: E402

DOCUMENTS = (
    "README.md",
    "data/README.md",
    "data/COVERAGE.md",
    "models/README.md",
    "CONTRIBUTING.md",
)
PART = re.compile(r"(<!-- (run|table): (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
WIDTH = "88"


def run_command(command: str) -> str:
    """Return a command's output in a fence; `blastcheck` is the one of this interpreter.

    What it writes into the folder `out/` is thrown away.
    """
    with TemporaryDirectory() as scratch:
        return _run(command, Path(scratch))


def _run(command: str, scratch: Path) -> str:
    words = [
        str(scratch / word.removeprefix("out/")) if word.startswith("out/") else word
        for word in shlex.split(command)
    ]
    program = [sys.executable, "-m", "classifier"] if words[0] == "blastcheck" else words[:1]
    environment = {**os.environ, "COLUMNS": WIDTH, "NO_COLOR": "1", "PYTHONUTF8": "1"}
    environment.pop("BLASTCHECK_MODEL", None)
    environment["BLASTCHECK_DATA"] = str(scratch / "data")
    done = subprocess.run(
        [*program, *words[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command}: exit status {done.returncode}\n{done.stderr}")
    output = done.stdout.replace("Usage: python -m classifier", "Usage: blastcheck")
    return f"```console\n$ {command}\n{output.rstrip()}\n```\n"


def metrics_table() -> str:
    """Return the default model's measures on the held-out split."""
    metrics = json.loads((ROOT / "models/default/metrics.json").read_text(encoding="utf-8"))
    return metrics["table"]


def benchmark_table() -> str:
    """Return the table that scripts/benchmark.py wrote last."""
    return (ROOT / "models/default/BENCHMARK.md").read_text(encoding="utf-8")


def batch_table() -> str:
    """Return the table that scripts/benchmark_batch.py wrote last."""
    return (ROOT / "models/default/BATCH.md").read_text(encoding="utf-8")


def comparison_table() -> str:
    """Return what scripts/compare_models.py wrote last, without the tables by language."""
    path = ROOT / "models/default/COMPARISON.md"
    if not path.exists():
        return "*Not measured yet: run `python scripts/compare_models.py --write`.*"
    return path.read_text(encoding="utf-8").split("\n## ", 1)[0]


TABLES: dict[str, Callable[[], str]] = {
    "metrics": metrics_table,
    "corpus": counts.counts_table,
    "mix": lambda: mix.mix_table(load("train")),
    "traits": lambda: traits.traits_table(load("train")),
    "address": lambda: traits.address_tables(load("train")),
    "probes": lambda: probes.probes_table(load("train")),
    "diversity": lambda: diversity.diversity_table(load("train")),
    "coverage": lambda: coverage.matrix(load("train")),
    "agreement": agreement.agreement_table,
    "benchmark": benchmark_table,
    "batch": batch_table,
    "comparison": comparison_table,
}


def generated(match: re.Match[str]) -> str:
    """Return a part with its content made anew."""
    head, kind, name, tail = match.groups()
    made = run_command(name) if kind == "run" else TABLES[name]()
    return f"{head}{made.rstrip()}\n{tail}"


def main() -> int:
    """Refresh every document, or with --check list the stale ones."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name in DOCUMENTS:
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        fresh = PART.sub(generated, text)
        if fresh != text:
            stale.append(name)
            if not check:
                path.write_text(fresh, encoding="utf-8")
    if check and stale:
        print(f"stale: {', '.join(stale)}; run python scripts/docs.py", file=sys.stderr)
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
