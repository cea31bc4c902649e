"""A model in one file: there and back, and every hostile file refused with nothing left behind."""

import hashlib
import io
import json
import pickle
import shutil
import stat
import struct
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.model import shipped
from classifier.model.arrays import MEMBERS, npz_bytes
from classifier.schema import ModelError
from classifier.store import archive
from classifier.store.archive import FILES, pack_model, unpack_model
from classifier.store.models import Store
from classifier.store.places import Places


@pytest.fixture
def store(tmp_path):
    return Store(Places(tmp_path / "local"))


@pytest.fixture(scope="module")
def parts():
    return {name: (shipped() / name).read_bytes() for name in ("model.json", "weights.npz")}


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    """Return a ZIP of (ZipInfo or name, bytes) pairs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in members:
            made.writestr(name, content)
    return buffer.getvalue()


def test_there_and_back_are_the_same_bytes(store, tmp_path):
    file, again = tmp_path / "model.blastcheck", tmp_path / "again"
    for target in (file, again):
        store.export("default", target)
    assert file.read_bytes() == again.read_bytes()
    kept = store.where.models / store.keep(file, "copy")
    held = {path.name for path in kept.iterdir()}
    assert held == {path.name for path in shipped().iterdir()} & FILES.keys()
    assert all((kept / name).read_bytes() == (shipped() / name).read_bytes() for name in held)


def test_all_files_of_the_shipped_model_but_pictures_may_travel():
    stay = {path.name for path in shipped().iterdir()} - FILES.keys()
    assert {name for name in stay if not name.endswith(".svg")} == set()


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def manifest_with(parts, **changes):
    changed = json.loads(parts["model.json"]) | changes
    return [("model.json", json.dumps(changed)), ("weights.npz", parts["weights.npz"])]


def weights_with(parts, data):
    digest = hashlib.sha256(data).hexdigest()
    return [*manifest_with(parts, sha256=digest)[:1], ("weights.npz", data)]


def arrays_with(parts, **changes):
    with np.load(io.BytesIO(parts["weights.npz"])) as stored:
        arrays = {name: stored[name] for name in MEMBERS}
    return npz_bytes(arrays | {name: change(arrays[name]) for name, change in changes.items()})


def with_pickle(parts):
    """Return weights in which an array is a pickle that would leave a mark if it were run."""
    with zipfile.ZipFile(io.BytesIO(parts["weights.npz"])) as stored:
        members = [(n, stored.read(n)) for n in stored.namelist() if n != "idf.npy"]
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"shape": (3,), "fortran_order": False, "descr": "|O"}
    )
    return zipped([*members, ("idf.npy", head.getvalue() + pickle.dumps(Boom()))])


class Boom:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was run",))


def nan(array):
    changed = array.copy()
    changed.flat[-1] = np.nan
    return changed


def twice(parts):
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped([*parts.items(), ("model.json", b"{}")])


def lying(parts):
    """Return an archive whose directory claims that a member is smaller than it is."""
    data = zipped(list(parts.items()))
    true, told = struct.pack("<I", len(parts["weights.npz"])), struct.pack("<I", 100)
    assert data.count(true) >= 2
    return data.replace(true, told)


MORE = ("x.py", b"raise SystemExit")
HOSTILE = {
    "nothing": (lambda _: b"", "not a model file"),
    "no archive": (lambda _: b"GIF89a" * 100, "not a model file"),
    "an empty archive": (lambda _: zipped([]), r"lacks model\.json and weights\.npz"),
    "half of one": (lambda p: zipped(list(p.items()))[:90_000], "not a model file"),
    "a way out of the folder": (
        lambda p: zipped([*p.items(), ("../../evil.txt", b"x")]),
        r"holds '\.\./\.\./evil\.txt'",
    ),
    "an absolute path": (lambda p: zipped([*p.items(), ("/etc/x", b"x")]), "holds '/etc/x'"),
    "a path of Windows": (lambda p: zipped([*p.items(), (r"..\x", b"x")]), "holds"),
    "a folder": (lambda p: zipped([*p.items(), ("more/", b"")]), "holds 'more/'"),
    "a known name in a folder": (
        lambda p: zipped([*p.items(), ("a/metrics.json", b"{}")]),
        "holds 'a/metrics",
    ),
    "code": (lambda p: zipped([*p.items(), MORE]), r"holds 'x\.py'"),
    "a name that drives the terminal": (
        lambda p: zipped([*p.items(), ("\x1b[2J", b"x")]),
        r"holds '\\x1b\[2J'",
    ),
    "a link": (
        lambda p: zipped([(link("MODEL_CARD.md"), b"/etc/passwd"), *p.items()]),
        "is a link",
    ),
    "one name twice": (twice, r"model\.json more than once"),
    "a bomb": (
        lambda p: zipped([*p.items(), ("metrics.json", b" " * 900_000)]),
        "grows more than 50 times",
    ),
    "a file too large": (
        lambda p: zipped([*p.items(), ("BATCH.md", np.random.default_rng(0).bytes(200_001))]),
        "200,001 bytes, at most 200,000",
    ),
    "another way of packing": (
        lambda p: zipped(list(p.items()), zipfile.ZIP_BZIP2),
        "packed in an unusual way",
    ),
    "a size that lies": (lying, "not a model file"),
    "a newer schema": (lambda p: zipped(manifest_with(p, schema=7)), "upgrade blastcheck"),
    "an unknown key": (lambda p: zipped(manifest_with(p, run="rm -rf")), "run"),
    "other weights": (
        lambda p: zipped([("model.json", p["model.json"]), ("weights.npz", b"PK")]),
        "not the file",
    ),
    "a pickle": (lambda p: zipped(weights_with(p, with_pickle(p))), "values of type object"),
    "a wrong type": (
        lambda p: zipped(weights_with(p, arrays_with(p, idf=lambda a: a.astype(np.float64)))),
        "idf: values of type float64",
    ),
    "a wrong shape": (
        lambda p: zipped(weights_with(p, arrays_with(p, idf=lambda a: a[:-1]))),
        "idf has shape",
    ),
    "a NaN": (
        lambda p: zipped(weights_with(p, arrays_with(p, message=nan))),
        "not a finite number",
    ),
    "other golden scores": (
        lambda p: zipped(weights_with(p, arrays_with(p, intercepts=lambda a: a + 1))),
        "a golden message",
    ),
    "no golden message": (
        lambda p: zipped(manifest_with(p, golden=[])),
        "no golden message for en",
    ),
    "JSON without a floor": (
        lambda p: zipped([("model.json", b"[" * 90_000), ("weights.npz", p["weights.npz"])]),
        "grows|recursion|schema",
    ),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_file_is_refused_and_leaves_nothing(store, parts, tmp_path, name):
    make, complaint = HOSTILE[name]
    file = tmp_path / "hostile.blastcheck"
    file.write_bytes(make(parts))
    around = sorted(tmp_path.iterdir())
    with pytest.raises(ModelError, match=complaint) as caught:
        store.keep(file, "hostile")
    assert str(file) in str(caught.value)
    assert store.names() == ["default"]
    assert store.history() == []
    assert list(store.where.models.iterdir()) == []
    assert sorted(tmp_path.iterdir()) == [*around, store.where.folder]


def test_a_file_too_large_is_not_read(store, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 10)
    store.export("default", tmp_path / "m")
    with pytest.raises(ModelError, match="more than 10 bytes"):
        store.keep(tmp_path / "m")


def test_a_missing_file_is_told_by_name(store, tmp_path):
    with pytest.raises(ModelError, match=r"nowhere: No such file"):
        store.keep(tmp_path / "nowhere")


def test_a_link_in_a_folder_is_not_followed(store, tmp_path):
    folder = shutil.copytree(shipped(), tmp_path / "linked")
    (folder / "metrics.json").unlink()
    (folder / "metrics.json").symlink_to("/etc/hostname")
    with pytest.raises(ModelError, match="is a link"):
        store.keep(folder)
    assert store.names() == ["default"]


@settings(max_examples=200)
@given(st.data())
def test_damaged_files_are_refused_or_hold_known_names_only(tmp_path_factory, data):
    small = zipped([("model.json", b'{"schema": 1}' * 20), ("weights.npz", bytes(range(256)) * 4)])
    at = data.draw(st.integers(0, len(small)))
    junk = data.draw(st.binary(min_size=1, max_size=8))
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "file").write_bytes(small[:at] + junk + small[at + len(junk) :])
    (folder / "out").mkdir()
    with suppress(ModelError):
        unpack_model(folder / "file", folder / "out")
    assert {path.name for path in (folder / "out").iterdir()} <= FILES.keys()
    assert {path.name for path in folder.iterdir()} == {"file", "out"}


def test_exporting_to_nowhere_says_so(tmp_path):
    with pytest.raises(ModelError, match="No such file"):
        pack_model(shipped(), tmp_path / "no" / "file")
