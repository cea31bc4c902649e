"""Hostile archives of arrays: refused by what they are, never by running out of memory."""

import io
import json
import pickle
import shutil
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from classifier.model import find, load, npz, verify
from classifier.model.arrays import MEMBERS, npz_bytes
from classifier.model.folder import SCHEMA
from classifier.schema import ModelError
from tests.test_model import rehash, rewrite

NAMES = {"a": np.float64, "b": np.int8}


def archive(compression=zipfile.ZIP_STORED, **members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in members.items():
            made.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def npy(array):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array)
    return buffer.getvalue()


def claiming(shape, descr="<f8"):
    """Return a member whose header claims what does not follow."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        buffer, {"shape": shape, "fortran_order": False, "descr": descr}
    )
    return buffer.getvalue()


GOOD_B = npy(np.zeros(2, np.int8))


@given(
    arrays.arrays(np.float64, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0)),
    arrays.arrays(np.int8, arrays.array_shapes(max_dims=2)),
    st.booleans(),
)
def test_what_numpy_writes_is_read_as_numpy_reads_it(a, b, by_columns):
    given_arrays = {"a": np.asfortranarray(a) if by_columns else a, "b": b}
    data = npz_bytes(given_arrays)
    found = npz.read_arrays(data, NAMES)
    for name, array in np.load(io.BytesIO(data)).items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


HOSTILE = {
    "no archive": b"PK",
    "an empty archive": archive(),
    "another member": archive(a=npy(np.zeros(2)), c=GOOD_B),
    "a member too many": archive(a=npy(np.zeros(2)), b=GOOD_B, c=GOOD_B),
    "another type": archive(a=npy(np.zeros(2, np.float32)), b=GOOD_B),
    "another byte order": archive(a=npy(np.zeros(2, ">f8")), b=GOOD_B),
    "a claim of terabytes": archive(a=claiming((2**40,)), b=GOOD_B),
    "a negative size": archive(a=claiming((-1, -2)), b=GOOD_B),
    "values left over": archive(a=npy(np.zeros(2)) + b"more", b=GOOD_B),
    "no array": archive(a=b"just words", b=GOOD_B),
    "a header that is code": archive(
        a=b"\x93NUMPY\x01\x00\x1c\x00__import__('os').abort()    \n", b=GOOD_B
    ),
    "a pickle": archive(a=npy(np.zeros(2)), b=pickle.dumps(np.zeros(2))),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_archive_is_refused(name):
    with pytest.raises(ValueError, match=r".{10}"):
        npz.read_arrays(HOSTILE[name], NAMES)


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(npz, "MAX_MEMBER_BYTES", 1000)
    bomb = archive(zipfile.ZIP_DEFLATED, a=npy(np.zeros(100_000)), b=GOOD_B)
    assert len(bomb) < 2000
    with pytest.raises(ValueError, match="bytes, at most 1,000"):
        npz.read_arrays(bomb, NAMES)
    lying = bomb.replace((800_128).to_bytes(4, "little"), (500).to_bytes(4, "little"))
    assert lying != bomb
    with pytest.raises(ValueError, match=r"readable|bytes of values"):
        npz.read_arrays(lying, NAMES)


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_damaged_bytes_are_a_value_error_or_the_arrays(junk, at):
    good = archive(a=npy(np.arange(3.0)), b=GOOD_B)
    for data in (junk, good[:at], good[:at] + junk + good[at + len(junk) :]):
        try:
            assert npz.read_arrays(data, NAMES).keys() == NAMES.keys()
        except ValueError:
            continue


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(find(), tmp_path / "model")
    return tmp_path / "model"


def with_array(folder, name, change):
    """Rewrite one array of a model."""
    with np.load(folder / "weights.npz") as stored:
        members = {key: stored[key].copy() for key in MEMBERS}
    members[name] = change(members[name])
    (folder / "weights.npz").write_bytes(npz_bytes(members))
    rehash(folder)


def spoilt(array, value):
    array.flat[0] = value
    return array


WRONG = {
    "a NaN": lambda f: with_array(f, "message", lambda a: spoilt(a, np.nan)),
    "an endless weight": lambda f: with_array(f, "grams", lambda a: spoilt(a, np.inf)),
    "columns from nowhere": lambda f: with_array(
        f, "columns", lambda a: spoilt(a[::-1].copy(), 2**30)),
    "negative columns": lambda f: with_array(f, "columns", lambda a: spoilt(a, -5)),
    "intercepts of another shape": lambda f: with_array(f, "intercepts", lambda a: a[:1]),
    "a vast hash": lambda f: rewrite(
        f, hashing={"word_bits": 60, "char_bits": 17, "char_ngrams": [3, 5]}),
    "a hash of words": lambda f: rewrite(f, hashing="sha256"),
    "thresholds beyond 1": lambda f: rewrite(f, thresholds={"cv_blast": 2, "give_to_get": 0.5}),
    "thresholds that are NaN": lambda f: rewrite(
        f, unsure={"cv_blast": float("nan"), "give_to_get": 0.5}),
    "thresholds missing": lambda f: rewrite(f, thresholds={}),
    "no golden message": lambda f: rewrite(f, golden=[]),
    "a name that moves the cursor": lambda f: rewrite(f, name="\x1b[2J"),
    "a golden message of another shape": lambda f: rewrite(f, golden=[{"lang": "en"}]),
    "JSON without a floor": lambda f: (f / "model.json").write_text("[" * 100_000),
}  # fmt: skip


@pytest.mark.parametrize("wrong", list(WRONG))
def test_a_model_with_wrong_values_is_refused(folder, wrong):
    WRONG[wrong](folder)
    with pytest.raises(ModelError) as caught:
        verify(load(folder))
    assert str(folder) in str(caught.value)


def test_a_newer_schema_says_what_to_do(folder):
    rewrite(folder, schema=SCHEMA + 1)
    said = rf"schema {SCHEMA + 1}, this version reads {SCHEMA}\); upgrade blastcheck"
    with pytest.raises(ModelError, match=said):
        load(folder)


def test_a_vast_manifest_is_not_read(folder):
    manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    rewrite(folder, training={**manifest["training"], "more": "x" * 1_000_001})
    with pytest.raises(ModelError, match="more than 1,000,000 bytes"):
        load(folder)


def test_the_shipped_model_holds():
    verify(load(find()))
