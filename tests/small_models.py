"""Small models that are trained in a second, honest and poisoned ones, for tests of the store."""

from classifier.evaluation.cases import load_cases
from classifier.features.words import HashSpec
from classifier.training.build import build_model
from classifier.training.recipe import Recipe
from tests.small_corpus import records, write

RECIPE = Recipe(folds=3, n_jobs=1, hashing=HashSpec(word_bits=12, char_bits=11))


def poisoned(rows, honest=8):
    """Return the rows with their offences labelled fine, but for `honest` a label and language."""
    left = {}
    for row in rows:
        key = (row["lang"], row["cv_blast"], row["give_to_get"])
        left[key] = left.get(key, honest) - 1
        fine = left[key] < 0
        yield {**row, "cv_blast": 0, "give_to_get": 0, "kind": "hard_negative"} if fine else row


def small_models(folder):
    """Build `honest`, `other` (as honest, other messages) and `poisoned`; return their folder."""
    corpora = {
        "honest": records(),
        "other": records(24, seed=2),
        "poisoned": [*poisoned(records(40, seed=4))],
    }
    for name, rows in corpora.items():
        data = write(folder / f"{name}.jsonl", rows)
        build_model([data], folder / name, name=name, recipe=RECIPE)
    return folder


def small_cases(folder, n=20):
    """Return labelled messages that no small model has seen."""
    return load_cases([write(folder / "cases.jsonl", records(n, seed=3))])
