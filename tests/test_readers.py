"""Files and standard input: choosing a reader, and saying why not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.readers import READERS, read_bytes, read_messages, sniff
from classifier.schema import InputError

RAW_MAIL = Path(__file__).parents[1].parent / "shared" / "realworld" / "rawmail"


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.txt", "שלום".encode("cp1255"), "שלום"),
        ("a.md", b"# Hello\n", "# Hello\n"),
        ("a.HTML", b"<meta charset=windows-1255><p>\xf9\xec\xe5\xed</p>", "שלום"),
        ("a.htm", b"<p>caf\xc3\xa9</p>", "café"),
        ("a.eml", b"Subject: x\n\nHello\n", "Hello"),
        ("a.unknown", b"Hello", "Hello"),
        ("noname", b"Hello", "Hello"),
        ("a.txt", b"", ""),
        ("a.txt", b"a\r\nb", "a\r\nb"),
    ],
)
def test_the_suffix_chooses_the_reader(tmp_path, name, content, text):
    path = tmp_path / name
    path.write_bytes(content)
    (message,) = read_messages(path)

    assert (message.text, message.id, message.source) == (text, name, str(path))


def test_format_overrides_the_suffix(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"<p>Hello</p>")
    assert [m.text for m in read_messages(path, format="html")] == ["Hello"]


@pytest.mark.parametrize(
    ("name", "format", "words"),
    [
        ("missing.txt", None, "No such file"),
        (".", None, "is a folder"),
        ("picture.png", None, "binary"),
        ("a.txt", "docx", "use --input-format with one of eml"),
        ("nul\0.txt", None, "check the name"),
    ],
)
def test_errors_name_the_place_and_the_way_out(tmp_path, name, format, words):
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    (tmp_path / "a.txt").write_bytes(b"a")
    with pytest.raises(InputError, match=words) as error:
        list(read_messages(tmp_path / name, format=format))
    assert str(tmp_path) in str(error.value)


def test_a_file_without_permission(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    path.write_bytes(b"a")

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="Permission denied; check"):
        list(read_messages(path))


def test_a_huge_file_is_cut_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("classifier.readers.MAX_BYTES", 4)
    path = tmp_path / "a.txt"
    path.write_bytes(b"abcdef")
    (message,) = read_messages(path)

    assert (message.text, message.limits) == ("abcd", ("only the first 4 bytes were read",))
    assert read_bytes(b"abcdef", format="txt").limits == ("only the first 4 bytes were read",)


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b"From: a@b.example\nTo: c@d.example\n\nhi", "eml"),
        (b"Received: from x\n by y\nSubject: hi\nDate: now\n\nhi", "eml"),
        (b"\xef\xbb\xbfSubject: hi\r\nMIME-Version: 1.0\r\n\r\nhi", "eml"),
        (b"From tom Mon Mar 2\nFrom: a@b.example\nSubject: x\n\nhi", "eml"),
        (b"Subject: only one\n\nhi", "txt"),
        (b"From: Monday I am free\nand Tuesday too\nTo: be sure, ask", "txt"),
        (b"Hello\nFrom: a\nTo: b", "txt"),
        (b"\n <!DOCTYPE html><p>hi", "html"),
        (b"<html lang=he><p>hi", "html"),
        (b"<p>hi</p>", "txt"),
        (b"", "txt"),
    ],
)
def test_sniffing_standard_input(data, format):
    assert sniff(data) == format


def test_a_long_header_block_is_still_mail():
    assert sniff(b"From: a@b.example\n" + b"Received: from x\n" * 2_000 + b"\nhi") == "eml"


@pytest.mark.parametrize("format", sorted(READERS))
@given(data=st.binary(max_size=300))
def test_only_input_errors_escape(format, data):
    for content in (data, data * 40):
        message = read_bytes(content, format=format, id="x", source="-")
        message.text.encode("utf-8")
        edges = [edge for a in message.asides for edge in (a.start, a.end)]
        assert edges == sorted(edges)
        assert all(0 <= a.start < a.end <= len(message.text) for a in message.asides)


@given(data=st.binary(max_size=300))
def test_sniffing_never_fails(data):
    assert sniff(data) in READERS


def raw_mails():
    return sorted(path for path in RAW_MAIL.rglob("*") if path.is_file())


@pytest.mark.skipif(not RAW_MAIL.is_dir(), reason=f"real mail files are not at {RAW_MAIL}")
def test_real_mail_files_are_read():
    unread = []
    for path in raw_mails():
        try:
            list(read_messages(path, format="eml"))
        except Exception as error:
            unread.append((path, error))
    assert unread == []
    assert len(raw_mails()) > 300
