"""Imported by the process that workers are forked from: builds once what all of them hold."""

from __future__ import annotations

import gc

import classifier.batch.judging  # noqa: F401 - spaCy and the model's code
from classifier.pipeline import pipeline_for
from classifier.schema import LANGUAGES

for _lang in LANGUAGES:
    pipeline_for(_lang)
gc.freeze()  # a collection would write to every object, and so copy what is shared
