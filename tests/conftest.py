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

# The same examples in every run, so that a change is red for what it changed.
settings.register_profile("default", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def local_data(tmp_path_factory):
    """Let no test see or touch what is kept on this machine; give the folder that stands for it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("local")
        patch.setenv("BLASTCHECK_DATA", str(folder))
        patch.delenv("BLASTCHECK_MODEL", raising=False)
        yield folder


@pytest.fixture(scope="session")
def pipelines():
    return {lang: pipeline_for(lang) for lang in LANGUAGES}


@pytest.fixture(scope="session")
def checker():
    return Checker.load()
