"""Bytes to text: marks, declarations, guesses, and that each guess is said."""

from __future__ import annotations

import codecs
from encodings.aliases import aliases

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.encodings import MAX_TEXT, cap, decode, meta_charset

HEBREW = "שלום, אני מחפש עבודה"
FRENCH = "Déjà vu à Orléans, cœur à cœur"
JAPANESE = "日本語のメール"


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (HEBREW, "utf-8", None),
        (HEBREW, "utf-8", "iso-8859-1"),
        (HEBREW, "utf-8-sig", None),
        (HEBREW, "utf-16", None),
        (HEBREW, "utf-16-le", None),
        (HEBREW, "utf-16-be", None),
        (HEBREW, "utf-32", None),
        (HEBREW, "cp1255", "windows-1255"),
        (HEBREW, "cp1255", "ISO-8859-8-I"),
        (HEBREW, "iso8859-8", "iso-8859-8-e"),
        (HEBREW, "iso8859-8", "iso-8859-8"),
        (HEBREW, "cp1255", "logical"),
        (HEBREW, "cp862", "dos-862"),
        (FRENCH, "cp1252", "windows-1252"),
        (FRENCH, "cp1252", "iso-8859-1"),
        (FRENCH, "cp1252", '"us-ascii"'),
        (FRENCH, "iso8859-15", "iso-8859-15"),
        ("Déjà vu", "mac-roman", "x-mac-roman"),
        (FRENCH, "utf-16-le", None),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        (JAPANESE, "shift_jis", "x-sjis"),
        ("été", "utf-7", "utf-7"),
        ("", "utf-8", None),
    ],
)
def test_what_is_declared_or_marked_is_read_without_a_word(text, codec, declared):
    assert decode(text.encode(codec), declared=declared) == (text, ())


@pytest.mark.parametrize(
    ("text", "codec", "declared", "limit"),
    [
        (HEBREW, "cp1255", None, "no charset declared and not UTF-8; read as windows-1255"),
        (FRENCH, "cp1252", None, "no charset declared and not UTF-8; read as windows-1252"),
        (HEBREW, "cp1255", "x-foo", "declared charset 'x-foo' is unknown; read as windows-1255"),
        (FRENCH, "cp1252", "idna", "declared charset 'idna' is unknown; read as windows-1252"),
        (FRENCH, "cp1252", "hex", "declared charset 'hex' is unknown; read as windows-1252"),
        (FRENCH, "cp1252", "\x1b[1m", "declared charset '?[1m' is unknown; read as windows-1252"),
        (FRENCH, "cp1252", "utf-8", "declared charset 'utf-8' is wrong; read as windows-1252"),
        (FRENCH, "cp1252", "utf-16", "declared charset 'utf-16' is wrong; read as windows-1252"),
        (HEBREW, "cp1255", "latin1", "declared charset 'latin1' is wrong; read as windows-1255"),
    ],
)
def test_every_guess_is_said(text, codec, declared, limit):
    assert decode(text.encode(codec), declared=declared) == (text, (limit,))


def test_a_few_broken_bytes_do_not_spoil_utf8():
    text, limits = decode((HEBREW * 3).encode() + b"\xd7")
    assert text == HEBREW * 3 + "\N{REPLACEMENT CHARACTER}"
    assert limits == ("some bytes are not valid UTF-8 and were replaced",)


def test_bytes_a_windows_page_leaves_undefined_are_tolerated():
    assert decode(b"caf\xe9 \x81", declared="windows-1252") == ("café \x81", ())


def test_lone_surrogates_are_replaced():
    data = "a\ud800b".encode("utf-16-le", "surrogatepass")
    assert decode(codecs.BOM_UTF16_LE + data)[0] == "a\N{REPLACEMENT CHARACTER}b"
    assert "\ud800" not in decode(b"+2AA-", declared="utf-7")[0]


def test_long_text_is_cut_and_the_cut_is_said():
    assert cap("a" * MAX_TEXT) == ("a" * MAX_TEXT, ())
    assert cap("a" * (MAX_TEXT + 1))[1] == ("text of 1,000,001 characters cut to 1,000,000",)


@pytest.mark.parametrize(
    ("html", "charset"),
    [
        (b'<meta charset="windows-1255">', "windows-1255"),
        (b"<META http-equiv=x content='text/html; charset=ISO-8859-8-I'>", "ISO-8859-8-I"),
        (b'<?xml version="1.0" encoding="utf-8"?><html>', "utf-8"),
        (b"<p>charset=x</p>", None),
        (b" " * 5_000 + b"<meta charset=x>", None),
    ],
)
def test_the_charset_of_a_page(html, charset):
    assert meta_charset(html) == charset


CHARSETS = (
    st.none()
    | st.text(max_size=12)
    | st.sampled_from(sorted({*aliases.values(), "iso-8859-8-i", "x-mac-hebrew"}))
)


@given(st.binary(max_size=200), CHARSETS)
@example(b"\xff\xfe\x00\xd8", None)
@example(b"xn--" * 50, "idna")
def test_never_raises_and_always_gives_text_that_can_be_written(data, declared):
    text, limits = decode(data, declared=declared)
    text.encode("utf-8")
    assert [limit for limit in limits if not limit.isprintable()] == []
