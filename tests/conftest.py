"""Shared fixtures: pipelines once a run, Hypothesis profiles, the shipped model."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from classifier.checker import Checker
from classifier.pipeline import pipeline_for
from classifier.schema import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile("default", deadline=None, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def pipelines():
    return {lang: pipeline_for(lang) for lang in LANGUAGES}


@pytest.fixture(scope="session")
def checker():
    return Checker.load()
