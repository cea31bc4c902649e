"""Settings: thresholds, language of the report, tactics switched off, model, colour.

They come from `config.toml` in the user's configuration folder, then from the nearest
`blastcheck.toml`, or `[tool.blastcheck]` of a `pyproject.toml`, in the working directory or above
it. Later wins, key by key.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from classifier.schema import LABELS, LANGUAGES, TACTICS, ConfigError, Label, ModelError

Color = Literal["auto", "always", "never"]
MODEL_VARIABLE = "BLASTCHECK_MODEL"
"""Environment variable that names a model folder."""
COLORS: tuple[Color, ...] = ("auto", "always", "never")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may choose. The defaults hold where there is no settings file."""

    thresholds: Mapping[Label, float] = field(default_factory=dict)
    """Label -> probability in 0..1 from which it is flagged; the model's own when missing."""
    ui_lang: str | None = None
    """Language of the report, one of `schema.LANGUAGES`; None follows the message."""
    off: frozenset[str] = frozenset()
    """Tactics (keys of `schema.TACTICS`) that are neither marked nor advised on."""
    model: Path | None = None
    """Model folder; None leaves the choice to whoever loads it."""
    color: Color = "auto"


def load_settings(start: Path, *, file: Path | None = None) -> Settings:
    """Return the settings that hold in the folder `start`.

    Args:
        start: folder from which project files are looked for, upwards.
        file: read this file only, in place of the user's and the project's.

    Raises:
        ConfigError: every fault of a file at once, each with key, value and way out.
    """
    merged: dict[str, Any] = {}
    for path in [file] if file else _files(start):
        found = _read(path)
        if "thresholds" in found:
            found["thresholds"] = {**merged.get("thresholds", {}), **found["thresholds"]}
        merged |= found
    return Settings(**merged)


def _files(start: Path) -> list[Path]:
    """Return the files that count, the user's first; at most two."""
    from platformdirs import user_config_path  # noqa: PLC0415 - 5 ms that --config does not need

    folder = start.resolve()
    project = (
        above / name
        for above in (folder, *folder.parents)
        for name in ("blastcheck.toml", "pyproject.toml")
        if _speaks_of_us(above / name)
    )
    user = user_config_path("blastcheck") / "config.toml"
    found = (user if user.is_file() else None, next(project, None))
    return [path for path in found if path]


def _speaks_of_us(path: Path) -> bool:
    """Tell whether `path` is a settings file of ours; a `pyproject.toml` may be another's."""
    if path.name != "pyproject.toml":
        return path.is_file()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    if "blastcheck" not in text:
        return False  # so that a broken file of another project is not our business
    return _tool_table(_parse(path, text)) is not None


def _tool_table(project: dict[str, Any]) -> Any:
    """Return `[tool.blastcheck]` of a parsed `pyproject.toml`, None when it has none."""
    tool = project.get("tool")
    return tool.get("blastcheck") if isinstance(tool, dict) else None


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}; correct it or use --no-config") from error


def _read(path: Path) -> dict[str, Any]:
    """Return the checked settings of one file, ready for `Settings(**...)`."""
    try:
        table: Any = _parse(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    if path.name == "pyproject.toml":
        table = {} if (own := _tool_table(table)) is None else own
    if problems := list(_problems(table)):
        raise ConfigError("\n  ".join([f"{path}:", *problems]))
    return {key: _converted(key, value, path.parent) for key, value in table.items()}


def _converted(key: str, value: Any, folder: Path) -> Any:
    """Return `value` as Settings keeps it; a relative model path starts at the file's folder."""
    if key == "off":
        return frozenset(value)
    return folder / Path(value).expanduser() if key == "model" else value


def _problems(table: Any) -> Iterator[str]:
    if not isinstance(table, dict):
        yield f"blastcheck = {table!r}: a table is needed, as in [tool.blastcheck]"
        return
    for key, value in table.items():
        if key in CHECKS:
            yield from CHECKS[key](key, value)
        else:
            yield f"{key} = {value!r}: unknown key; {_nearest(key, CHECKS)}"


def _nearest(word: str, known: Collection[str]) -> str:
    """Return what to write in place of `word`.

    >>> _nearest("ui-lnag", ["ui_lang", "color"])
    "did you mean 'ui_lang'?"
    """
    close = difflib.get_close_matches(word.lower().replace("-", "_"), known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"


def _one_of(key: str, value: Any, known: Collection[str]) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{key} = {value!r}: text is needed, one of {', '.join(known)}"
    elif value not in known:
        yield f"{key} = {value!r}: unknown; {_nearest(value, known)}"


def _ui_lang_problems(key: str, value: Any) -> Iterator[str]:
    return _one_of(key, value, LANGUAGES)


def _color_problems(key: str, value: Any) -> Iterator[str]:
    return _one_of(key, value, COLORS)


def _threshold_problems(key: str, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{key} = {value!r}: a table is needed, as in {key} = {{ {LABELS[0]} = 0.8 }}"
        return
    for label, threshold in value.items():
        place = f"{key}.{label} = {threshold!r}"
        if label not in LABELS:
            yield f"{place}: unknown label; {_nearest(label, LABELS)}"
        elif isinstance(threshold, bool) or not isinstance(threshold, int | float):
            yield f"{place}: a number from 0 to 1 is needed"
        elif not 0 <= threshold <= 1:  # also true of nan, which TOML can write
            yield f"{place}: outside 0 to 1"


def _off_problems(key: str, value: Any) -> Iterator[str]:
    if not isinstance(value, list):
        yield f'{key} = {value!r}: a list of tactics is needed, as in {key} = ["gift_wrap"]'
        return
    for i, tactic in enumerate(value):
        yield from _one_of(f"{key}[{i}]", tactic, TACTICS)


def _model_problems(key: str, value: Any) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{key} = {value!r}: the path of a model folder is needed, as text"


CHECKS: Mapping[str, Callable[[str, Any], Iterator[str]]] = {
    "thresholds": _threshold_problems,
    "ui_lang": _ui_lang_problems,
    "off": _off_problems,
    "model": _model_problems,
    "color": _color_problems,
}
"""Key -> what is wrong with its value, if anything. The keys are the fields of Settings."""


def find_model(folder: Path | None = None) -> Path:
    """Return the model folder to use: `folder`, else the variable's, else the shipped one.

    Raises:
        ModelError: it is nowhere; the text lists the places.
    """
    if folder is not None:
        return _first(folder)
    if named := os.environ.get(MODEL_VARIABLE):
        return _first(Path(named))
    return shipped_model()


def shipped_model() -> Path:
    """Return the folder of the model that comes with blastcheck.

    Raises:
        ModelError: it is missing.
    """
    package = Path(str(resources.files("classifier")))
    return _first(package / "default_model", package.parent / "models" / "default")


def _first(*places: Path) -> Path:
    for place in places:
        if (place / "model.json").is_file():
            return place
    listed = ", ".join(map(str, places))
    raise ModelError(f"no model.json in {listed}; name a model folder with --model")
