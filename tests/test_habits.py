"""Contracts about the code base itself: what a reader of it may rely on."""

import ast
import inspect
import json
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from functools import cache

import click
import pytest

import classifier
from classifier.cli import main
from classifier.features.facts import FACTS
from classifier.readers import READERS
from tests.conftest import ROOT

MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 40
PACKAGE = ROOT / "classifier"
MODULES = sorted([*PACKAGE.rglob("*.py"), *(ROOT / "scripts").rglob("*.py")])
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def name_of(path):
    return str(path.relative_to(ROOT))


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def functions():
    """Yield (place, function) for every function of the package."""
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, FUNCTIONS):
                yield f"{name_of(path)}:{node.lineno} {node.name}", node


def length_of(function):
    """Count the lines of a function without decorators and docstring."""
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return lines
    docstring = function.body[0]
    return lines - (docstring.end_lineno - docstring.lineno + 1)


def test_no_module_is_long():
    lengths = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    assert {name: n for name, n in lengths.items() if n > MAX_MODULE_LINES} == {}


def test_no_function_is_long():
    lengths = {place: length_of(function) for place, function in functions()}
    assert {place: n for place, n in lengths.items() if n > MAX_FUNCTION_LINES} == {}


def test_half_of_the_functions_fit_in_eight_lines():
    lengths = sorted(length_of(function) for _, function in functions())
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[len(lengths) * 9 // 10] <= 20


def test_every_function_is_typed():
    def untyped(function):
        given = function.args
        named = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        asked = [arg for arg in named if arg and arg.arg not in {"self", "cls"}]
        silent = [arg.arg for arg in asked if arg.annotation is None]
        no_return = function.returns is None and function.name != "__init__"
        return silent + ["return"] * no_return

    assert {place: missing for place, f in functions() if (missing := untyped(f))} == {}


def test_no_input_is_checked_by_a_bare_assert():
    asserts = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Assert)
    ]
    assert asserts == []


def test_no_name_says_nothing():
    empty = {"utils", "util", "helpers", "helper", "core", "base", "common", "misc"}
    assert [name_of(p) for p in [*PACKAGE.rglob("*"), *MODULES] if p.stem in empty] == []


def test_every_module_says_what_it_is_for():
    assert [name_of(path) for path in MODULES if not ast.get_docstring(tree_of(path))] == []


def test_public_names_are_those_of_all_and_documented():
    assert classifier.__all__ == sorted(classifier.__all__)
    found = {name: getattr(classifier, name) for name in classifier.__all__}
    assert [name for name, item in found.items() if not inspect.getdoc(item)] == []
    members = [
        f"{name}.{member}"
        for name, item in found.items()
        if inspect.isclass(item)
        for member, value in vars(item).items()
        if not member.startswith("_") and callable(value) and not inspect.getdoc(value)
    ]
    assert members == []
    submodules = {module.name for module in pkgutil.iter_modules(classifier.__path__)}
    visible = {name for name in dir(classifier) if not name.startswith("_")}
    assert visible - submodules - {"TYPE_CHECKING", "Any", "annotations"} <= set(found)


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'Chekcer'"):
        _ = classifier.Chekcer


def commands():
    groups = {n: c for n, c in main.commands.items() if isinstance(c, click.Group)}
    inner = {f"{name} {n}": c for name, group in groups.items() for n, c in group.commands.items()}
    return {"blastcheck": main, **main.commands, **inner}


def test_every_argument_of_a_command_is_explained():
    """That every command and option has help is checked in test_cli.py."""
    unexplained = [
        f"{name} {param.human_readable_name}"
        for name, command in commands().items()
        for param in command.params
        if isinstance(param, click.Argument) and param.human_readable_name not in command.help
    ]
    assert unexplained == []


def test_options_are_written_alike_everywhere():
    kinds = {}
    for name, command in commands().items():
        for param in command.params:
            if isinstance(param, click.Option) and name != "blastcheck":
                kinds.setdefault(param.opts[-1], set()).add(type(param.type).__name__)
    assert {option: found for option, found in kinds.items() if len(found) > 1} == {}


HEAVY = ("spacy", "sklearn", "numpy", "scipy", "lxml", "joblib", "pandas")


@pytest.mark.parametrize("module", ["classifier", "classifier.schema", "classifier.cli"])
def test_importing_loads_nothing_heavy(module):
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


READ_LIKE_TEXT = {"txt", "md", "html", "htm"}
"""Formats without headers; their cases stand in test_readers.py and test_markup.py."""


def test_every_reader_has_a_case():
    folder = ROOT / "tests/cases/messages"
    inputs = {path for path in folder.iterdir() if path.suffix.lstrip(".") in READERS}
    assert READERS.keys() - {path.suffix.lstrip(".") for path in inputs} <= READ_LIKE_TEXT
    without = [path.name for path in inputs if not path.with_suffix(".json").exists()]
    alone = {path.stem for path in folder.glob("*.json")} - {path.stem for path in inputs}
    assert (without, alone) == ([], set())


UNIT = re.compile(
    r"\b1 if\b|\bnatural log\b|\bper token\b|\b0 at\b|\bcount\b|\bshare\b|\bnumber of\b",
    re.IGNORECASE,
)


def test_every_fact_names_its_unit():
    assert [fact.__name__ for fact in FACTS if not UNIT.search(inspect.getdoc(fact) or "")] == []


def test_every_top_level_module_has_a_layer():
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    [layers] = [contract for contract in contracts if contract["type"] == "layers"]
    assert layers["exhaustive"]
    named = {name.strip() for row in layers["layers"] for name in row.split("|")}
    present = {module.name for module in pkgutil.iter_modules(classifier.__path__)}
    assert present - set(layers["exhaustive_ignores"]) == named


def test_imports_point_down():
    pytest.importorskip("importlinter", reason="comes with the extra 'dev'")
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "0 broken" in done.stdout) == (0, True), done.stdout


def test_warnings_are_errors_and_solved_failures_are_noticed():
    options = PROJECT["tool"]["pytest"]["ini_options"]
    assert options["filterwarnings"][0] == "error"
    assert options["xfail_strict"]


@cache
def tracked():
    """Return the texts of the files that git keeps, by name; skip where there is no git."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone")
    texts = {}
    for name in filter(None, done.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".npz", ".eml", ".png"}:
            texts[name] = path.read_text(encoding="utf-8")
    return texts


MACHINE = re.compile(r"(?<![\w.])/(?:work|tmp/w|root|home/\w+|Users/\w+)\b")


def test_no_file_knows_the_machine_it_was_written_on():
    here = name_of(ROOT / "tests/test_habits.py")
    found = {name: MACHINE.findall(text) for name, text in tracked().items() if name != here}
    assert {name: places for name, places in found.items() if places} == {}


def test_text_files_end_in_one_line_feed_and_have_no_carriage_returns():
    wrong = [
        name
        for name, text in tracked().items()
        if text
        and not re.search("cases/(messages|imports)/", name)
        and (not text.endswith("\n") or "\r" in text)
    ]
    assert wrong == []


INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")


def test_no_code_hides_a_character():
    """An invisible character in a source file lies to its reader; write its escape or name."""
    found = [
        name for name, text in tracked().items() if name[-3:] == ".py" and INVISIBLE.search(text)
    ]
    assert found == []


def test_report_schema_lists_every_field():
    schema = json.loads((PACKAGE / "report.schema.json").read_text(encoding="utf-8"))
    fields = set(classifier.Report(classifier.Message(""), "en", "ok").to_dict())
    only_in_batches = {"cluster"}
    assert set(schema["required"]) == fields
    assert set(schema["properties"]) == fields | only_in_batches
    assert schema["additionalProperties"] is False
