"""The models of this machine: kept under names, one of them in use."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from classifier.model import Model, load, shipped, verify
from classifier.schema import ConfigError, ModelError
from classifier.store.archive import FILES, REQUIRED, pack_model, unpack_model
from classifier.store.durable import new_folder, put_in_place, take_away, writing
from classifier.store.history import Entry, note, read_history, used_in_turn
from classifier.store.places import DEFAULT, NAME, Places, places


@dataclass(frozen=True)
class Store:
    """The models kept in the local data, and the shipped one."""

    where: Places = field(default_factory=places)

    def names(self) -> list[str]:
        """Return the names of all models, the shipped one first."""
        folder = self.where.models
        kept = [p.name for p in folder.iterdir()] if folder.is_dir() else []
        return [DEFAULT, *sorted(name for name in kept if NAME.fullmatch(name))]

    def folder(self, name: str) -> Path:
        """Return the folder of the model `name`, or the folder that `name` is a path of.

        Raises:
            ModelError: there is none.
        """
        if name == DEFAULT:
            return shipped()
        if name in self.names():
            return self.where.models / name
        if (Path(name) / "model.json").is_file():
            return Path(name)
        raise ModelError(
            f"{name}: neither a model of `blastcheck models list` ({', '.join(self.names())}) nor"
            " a model folder"
        )

    def in_use(self) -> str:
        """Return the name of the model in use."""
        return used_in_turn(self.history())[-1]

    def history(self) -> list[Entry]:
        """Return what was done, the first deed first."""
        return read_history(self.where.history)

    def keep(self, source: Path, name: str | None = None, *, feedback: Collection[str] = ()) -> str:
        """Keep a copy of a model folder, or of what a model file holds; return its name.

        It is checked whole, golden scores included, before it is kept. A name that was ever taken
        gets a number, so that a name means one model for good, and the history stays true; the
        same model again is not kept twice.

        Args:
            source: a model folder, or a file of `export`.
            name: what to call it; by default what the model calls itself.
            feedback: ids of local messages that it was trained on.

        Raises:
            ModelError: it is broken; nothing was kept.
            ConfigError: the name will not do.
        """
        with writing(self.where), new_folder(self.where.models) as folder:
            _fetch(source, folder)
            model = _checked(folder, source)
            wanted = checked_name(name or _plain_name(model.manifest.name))
            had = {entry.model for entry in self.history()} | {*self.names()}
            for chosen in _numbered(wanted):
                target = self.where.models / chosen
                if _same(folder, target):
                    return chosen
                if chosen not in had:
                    break
            # Noted first: a model that is there without its entry could not tell whom it knows.
            entry = Entry("kept", chosen, model.tag, feedback=tuple(sorted(feedback)))
            note(self.where.history, entry)
            put_in_place(folder, target)
        return chosen

    def export(self, name: str, file: Path) -> None:
        """Write the model `name` into one file; see `archive`."""
        pack_model(self.folder(name), file)

    def rollback(self) -> str:
        """Go back to the model that was in use before, and return its name.

        Models that were removed since, or that are broken, are passed over.

        Raises:
            ConfigError: there was none before.
        """
        with writing(self.where):
            turn = used_in_turn(self.history())
            for name in reversed(turn[:-1]):
                if name in self.names() and (tag := _tag_if_whole(self.folder(name))):
                    entry = Entry("rolled_back", name, tag, before=turn[-1])
                    note(self.where.history, entry)
                    return name
        raise ConfigError(f"{turn[-1]} is in use, and nothing was before it: nothing to go back to")

    def remove(self, name: str) -> None:
        """Delete the model `name`.

        Raises:
            ConfigError: it is the shipped one, or in use.
            ModelError: there is none of that name.
        """
        if name == DEFAULT:
            raise ConfigError(f"{DEFAULT} comes with blastcheck, and stays")
        with writing(self.where):
            if name not in self.names():
                raise ModelError(f"{name}: no such model; there are {', '.join(self.names())}")
            if name == self.in_use():
                raise ConfigError(
                    f"{name} is in use; first `blastcheck models rollback`, or use another"
                )
            note(self.where.history, Entry("removed", name))
            take_away(self.where.models / name)

    def trained_on(self, message: str) -> list[str]:
        """Return the kept models that were trained on the local message of this id."""
        trained = {entry.model for entry in self.history() if message in entry.feedback}
        return [name for name in self.names() if name in trained]


def checked_name(name: str) -> str:
    """Return `name`, if a model may be called so.

    Raises:
        ConfigError: it may not.
    """
    if name == DEFAULT:
        raise ConfigError(f"{DEFAULT} is the model that comes with blastcheck; choose another name")
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r:.80}: a model's name has 1 to 64 of a-z, 0-9, dot, - and _, with a letter or"
            " digit at both ends"
        )
    return name


def _plain_name(name: str) -> str:
    """Return a name that will do for what a model calls itself.

    >>> _plain_name("Coach Noa, 2026"), _plain_name("default"), _plain_name("מודל")
    ('coach-noa-2026', 'model', 'model')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return "model" if plain == DEFAULT or not NAME.fullmatch(plain) else plain


def _numbered(name: str) -> Iterator[str]:
    return (name if number == 1 else f"{name}.{number}" for number in count(1))


def _fetch(source: Path, folder: Path) -> None:
    if source.is_dir():
        for name in (n for n in FILES if n in REQUIRED or (source / n).is_file()):
            if (source / name).is_symlink():
                raise ModelError(f"{source / name}: is a link, not a file of a model")
            shutil.copyfile(source / name, folder / name)
    else:
        unpack_model(source, folder)


def _checked(folder: Path, source: Path) -> Model:
    """Return the model just fetched; what is wrong with it is told of where it came from."""
    try:
        model = load(folder)
        verify(model)
    except ModelError as error:
        raise ModelError(str(error).replace(str(folder), str(source))) from error
    return model


def _same(folder: Path, other: Path) -> bool:
    return other.is_dir() and all(
        (folder / name).read_bytes() == (other / name).read_bytes() for name in REQUIRED
    )


def _tag_if_whole(folder: Path) -> str:
    """Return the tag of a model, or nothing if it is broken."""
    try:
        model = load(folder)
        verify(model)
    except ModelError:
        return ""
    return model.tag
