"""How good the verdicts are: measures on labelled messages, and suites of harder questions.

Messages in, reports in, figures out; who judges is handed in as a function.
"""

from __future__ import annotations

from classifier.evaluation.cases import Case, load_cases
from classifier.evaluation.intervals import Estimate, grouped_mean
from classifier.evaluation.measures import (
    MEASURES,
    Measures,
    Rows,
    evaluate,
    measures_table,
    pairs_right,
)
from classifier.evaluation.results import Judge, Result, results_table
from classifier.evaluation.suites import SUITES, default_files, run_suite

__all__ = [
    "MEASURES",
    "SUITES",
    "Case",
    "Estimate",
    "Judge",
    "Measures",
    "Result",
    "Rows",
    "default_files",
    "evaluate",
    "grouped_mean",
    "load_cases",
    "measures_table",
    "pairs_right",
    "results_table",
    "run_suite",
]
