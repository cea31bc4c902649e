"""Where messages come from: every format, every fault with its place, and nothing lost after it."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import mailbox
import os
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.schema import Message
from classifier.sources import FORMATS, Failure, Notice, ReadOptions, Record, read_sources, size_of

ONE = b"From: a@x.example\nTo: b@y.example\nSubject: One\n\nThe first message.\n"
TWO = b"From: a@x.example\nTo: c@y.example\nSubject: Two\n\nThe second message.\n"
MARK = b"From a@x.example Sun Nov 29 10:00:00 2026\n"


def read(path, **options):
    return list(read_sources([str(path)], ReadOptions(**options)))


def texts(found):
    return [item.message().text for item in found if isinstance(item, Record)]


def failures(found):
    return [(item.place, item.why) for item in found if isinstance(item, Failure)]


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


# Files and folders


def test_a_folder_is_read_in_order_of_names_and_says_what_it_left_out(write, tmp_path):
    write("d/b.txt", "Second")
    write("d/a.eml", ONE)
    write("d/c/d.md", "Third")
    write("d/cv.pdf", b"%PDF-1.7")
    write("d/.hidden.txt", "Never")
    found = read(tmp_path / "d")
    assert [text.strip() for text in texts(found)] == ["The first message.", "Second", "Third"]
    [notice] = [item for item in found if isinstance(item, Notice)]
    assert "1 files of other kinds left out (1 .pdf)" in notice.text


def test_an_empty_folder_is_a_notice(tmp_path):
    [notice] = read(tmp_path)
    assert (notice.place, notice.text) == (str(tmp_path), "no messages in this folder")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing.txt", "No such file or directory; check the name and your right to read it"),
        ("cut.mbox.gz", "the compressed data is damaged or ends too early"),
        ("no.mbox.bz2", "the compressed data is damaged or ends too early"),
        ("no.mbox.xz", "the compressed data is damaged or ends too early"),
        ("no.mbox.zst", "the compressed data is damaged or ends too early"),
        ("no.zip", "the compressed data is damaged or ends too early"),
        ("damaged.parquet", "no whole Parquet file; get a whole copy"),
        ("bad.csv", "no column for the text; name it with --column, one of 'a', 'b'"),
    ],
)
def test_a_source_that_cannot_be_read_is_one_failure_and_the_next_is_read(write, name, why):
    write("cut.mbox.gz", gzip.compress(MARK + ONE * 1000)[:60])
    for packed in ("no.mbox.bz2", "no.mbox.xz", "no.mbox.zst", "no.zip"):
        write(packed, b"neither of them")
    needed = {".zst": "zstandard", ".parquet": "pyarrow"}.get(Path(name).suffix)
    if needed:
        pytest.importorskip(needed, reason="an extra")
    write("damaged.parquet", b"PAR1 PAR1")
    good = write("bad.csv", "a,b\n1,2\n").with_name("good.txt")
    good.write_text("Fine")
    found = list(read_sources([str(good.with_name(name)), str(good)], ReadOptions()))
    [(place, said)] = failures(found)
    assert place == str(good.with_name(name))
    assert said.startswith(why)
    assert texts(found)[-1] == "Fine"


def test_a_file_without_permission_is_a_failure(write, monkeypatch):
    path = write("a.txt", "words")

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert failures(read(path)) == [
        (str(path), "Permission denied; check the name and your right to read it")
    ]


def test_a_folder_without_permission_costs_only_itself(write, tmp_path, monkeypatch):
    write("d/a.txt", "words")
    write("d/closed/b.txt", "unseen")
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = read(tmp_path / "d")
    assert texts(found) == ["words"]
    [(place, why)] = failures(found)
    assert (place, why[:17]) == (str(tmp_path / "d/closed"), "Permission denied")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(write, tmp_path):
    write("d/a.txt", "words")
    os.mkfifo(tmp_path / "d/b.txt")
    assert texts(read(tmp_path / "d")) == ["words"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", ["a.mbox", "a.csv", "a.txt"])
def test_a_pipe_that_is_named_is_read(tmp_path, name):
    os.mkfifo(tmp_path / name)
    content = {"a.mbox": MARK + ONE, "a.csv": b"text\nwords\n", "a.txt": b"words"}[name]
    writer = threading.Thread(target=(tmp_path / name).write_bytes, args=(content,))
    writer.start()
    found = read(tmp_path / name)
    writer.join()
    assert [type(item) for item in found] == [Record]


def test_a_source_named_twice_is_read_once(write):
    path = str(write("a.txt", "words"))
    assert len(list(read_sources([path, path], ReadOptions()))) == 1


def zstandard(content):
    return pytest.importorskip("zstandard", reason="extra 'zstd'").compress(content)


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zst", zstandard)],
)
def test_compressed_files_read_like_plain_ones(write, suffix, pack):
    content = MARK + ONE + b"\n" + MARK + TWO
    plain, packed = write("a.mbox", content), write("b.mbox" + suffix, pack(content))
    assert texts(read(packed)) == texts(read(plain))
    assert [item.id for item in read(packed)] == ["b.mbox#1", "b.mbox#2"]


@pytest.mark.parametrize(
    ("module", "source", "extra"),
    [
        ("zstandard", "a.mbox.zst", "zstd"),
        ("pyarrow", "a.parquet", "parquet"),
        ("imapclient.exceptions", "imaps://me@127.0.0.1:1", "imap"),
    ],
)
def test_a_missing_extra_is_told_with_the_command_that_installs_it(
    write, monkeypatch, module, source, extra
):
    monkeypatch.setitem(sys.modules, module, None)
    path = source if "://" in source else write(source, b"")
    [(_, why)] = failures(read(path, password=lambda *_: "secret"))
    assert f"pip install 'blastcheck[{extra}]'" in why


def test_an_archive_member_that_is_encrypted_is_a_failure(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.txt", "words")
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1  # the flag of encryption
    path.write_bytes(data)
    [(place, why)] = failures(read(path))
    assert place == f"{path}/one.txt"
    assert "unpack it first" in why


def test_the_files_of_an_archive_are_read(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("drafts/one.eml", ONE)
        archive.writestr("two.mbox", MARK + TWO)
        archive.writestr("picture.png", b"\x89PNG")
    found = read(path)
    assert [item.place for item in found] == [
        f"{path}/drafts/one.eml",
        f"{path}/two.mbox, message 1 at byte 0",
    ]


def test_sizes_add_up_to_the_files(write, tmp_path):
    write("d/a.mbox", (MARK + ONE + b"\n") * 50)
    write("d/b.csv", "text\n" + "some words\n" * 50)
    write("d/c.txt", "text")
    found = read(tmp_path / "d")
    total = size_of([str(tmp_path / "d")])
    assert total * 0.95 <= sum(item.size for item in found) <= total


# Mailboxes


def test_mbox_messages_have_their_place(write):
    path = write("a.mbox", MARK + ONE + b"\n" + MARK + TWO)
    first, second = read(path)
    assert (first.place, first.id) == (f"{path}, message 1 at byte 0", "a.mbox#1")
    offset = len(MARK + ONE) + 1
    assert (second.place, second.id) == (f"{path}, message 2 at byte {offset}", "a.mbox#2")
    assert second.message().subject == "Two"


def test_a_mailbox_without_a_suffix_is_told_by_its_content(write):
    assert len(read(write("Drafts", MARK + ONE + b"\n" + MARK + TWO))) == 2


FROM_IN_BODY = (
    b"From: a@x.example\nSubject: x\n\nHello\n\nFrom the desk of Noa\nFrom noon on I am free.\n"
)


@pytest.mark.parametrize(
    "content",
    [
        MARK + FROM_IN_BODY + b"\n" + MARK + TWO,
        MARK + FROM_IN_BODY.replace(b"\nFrom ", b"\n>From ") + b"\n" + MARK + TWO,
    ],
    ids=["unquoted", "mboxrd"],
)
def test_from_lines_in_a_body_do_not_end_it(write, content):
    found = read(write("a.mbox", content))
    one, two = texts(found)
    assert "From the desk of Noa\nFrom noon on I am free." in one
    assert two.strip() == "The second message."


def test_content_length_is_believed_when_a_separator_stands_at_its_end(write):
    body = b"Look at this:\n" + MARK + b"Subject: inside\n\nquoted mail\n"
    head = b"From: a@x.example\nContent-Length: %d\n\n" % len(body)
    right = write("right.mbox", MARK + head + body + b"\n" + MARK + TWO)
    assert len(read(right)) == 2
    wrong = write(
        "wrong.mbox", MARK + head.replace(b": %d" % len(body), b": 9999") + body + MARK + TWO
    )
    assert len(read(wrong)) == 3


def test_what_stands_before_the_first_message_is_told(write):
    path = write("a.mbox", b"garbage\n\n" + MARK + ONE)
    found = read(path)
    assert [place for place, _ in failures(found)] == [f"{path}, byte 0"]
    assert texts(found) == ["The first message."]


def test_a_mailbox_that_ends_after_a_separator_has_an_empty_message(write):
    found = read(write("a.mbox", MARK + ONE + b"\n" + MARK))
    assert texts(found)[1] == ""
    assert len(found) == 2


def test_a_truncated_mailbox_says_so(write):
    first, second = read(write("a.mbox", MARK + ONE + b"\n" + MARK + TWO[:-9]))
    assert first.limits == ()
    assert "may be cut" in second.message().limits[0]


def test_an_empty_mailbox_is_a_notice(write):
    assert [item.text for item in read(write("a.mbox", b""))] == ["an empty mailbox"]


def test_too_large_a_message_is_cut_and_the_next_is_read(write, monkeypatch):
    for module in ("mailboxes", "streams"):
        monkeypatch.setattr(f"classifier.sources.{module}.MAX_BYTES", 200)
    monkeypatch.setattr("classifier.readers.MAX_BYTES", 200)
    found = read(write("a.mbox", MARK + ONE + b"word\n" * 100 + b"\n" + MARK + TWO))
    assert "only the first 200 bytes were read" in found[0].message().limits
    assert found[1].message().text.strip() == "The second message."


lines = st.sampled_from(
    ["", "words", "From noon on", ">From noon on", ">> quoted", MARK.decode().strip(), "Subject: x"]
)


@given(bodies=st.lists(st.lists(lines), min_size=1, max_size=4))
def test_what_the_standard_library_writes_is_read_back(tmp_path_factory, bodies):
    path = tmp_path_factory.mktemp("mbox") / "a.mbox"
    box = mailbox.mbox(path)
    for body in bodies:
        box.add("\n".join(["Subject: x", "", *body]))
    box.close()
    read_back = [item.content.decode().split("\n")[2:] for item in read(path)]
    # The standard library quotes as mboxo does, where `>From ` is not told from a quoted `From `.
    assert [without_ends(body) for body in read_back] == [without_ends(body) for body in bodies]


def without_ends(body):
    return "\n".join(line.replace(">From", "From") for line in body).strip()


def maildir(path, *mails):
    box = mailbox.Maildir(path)
    for mail in mails:
        box.add(mail)
    return box


def test_maildir_and_its_folders_are_read(tmp_path):
    box = maildir(tmp_path / "M", ONE)
    box.add_folder("Drafts").add(TWO)
    found = read(tmp_path / "M")
    assert [text.strip() for text in texts(found)] == ["The first message.", "The second message."]
    assert found[1].id.startswith(".Drafts/")


def test_flags_do_not_change_a_place(tmp_path):
    maildir(tmp_path / "M", ONE)
    [new] = (tmp_path / "M/new").iterdir()
    [before] = read(tmp_path / "M")
    new.rename(tmp_path / "M/cur" / f"{new.name}:2,S")
    [after] = read(tmp_path / "M")
    assert before.place == after.place


def test_a_mail_that_vanishes_is_a_failure_of_its_own(tmp_path):
    maildir(tmp_path / "M", ONE, TWO, ONE)
    reading = read_sources([str(tmp_path / "M")], ReadOptions())
    next(reading)
    [_, gone, _] = sorted((tmp_path / "M/new").iterdir(), key=lambda path: path.name)
    gone.unlink()
    middle, last = reading
    assert (type(middle), type(last)) == (Failure, Record)
    assert middle.why.startswith("gone before it was read")


# Tables

CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n",;\t'))
ROW = st.fixed_dictionaries({"text": CELL, "subject": CELL})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_with_any_usual_delimiter(write, delimiter):
    rows = [["Objet", "Texte"], ["a", f"one{delimiter} two\nthree"], ["b", 'with "quotes"']]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    found = read(write("a.csv", out.getvalue()))
    assert texts(found) == [row[1] for row in rows[1:]]
    assert [item.message().subject for item in found] == ["a", "b"]


@given(rows=st.lists(ROW, min_size=1, max_size=5))
def test_csv_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["subject", "text"])
        writer.writeheader()
        writer.writerows(rows)
    found = read(path, columns={"text": "text"})
    kept = [row for row in rows if row["text"].strip() or row["subject"].strip()]
    for item, row in zip((f for f in found if isinstance(f, Record)), kept, strict=True):
        if "<" not in row["text"]:  # HTML is another test
            assert item.content.text == row["text"]


def test_rows_have_their_place_as_in_a_spreadsheet(write):
    path = write("a.csv", 'text\n"one\ntwo"\nthree\n')
    assert [item.place for item in read(path)] == [
        f"{path}, row 2 at line 2",
        f"{path}, row 3 at line 4",
    ]


def test_a_quotation_mark_that_is_never_closed_costs_one_row(write):
    path = write("a.csv", 'text,to\nfirst,a@x\n"second,b@x\nthird,c@x\n')
    found = read(path)
    assert texts(found) == ["first", "third"]
    [(place, why)] = failures(found)
    assert place == f"{path}, row 3 at line 3"
    assert "never closed" in why


@pytest.mark.parametrize("rest", ["\n" * 100_050, "x" * 16_000_050 + "\n"], ids=["lines", "chars"])
def test_a_row_that_never_ends_costs_one_row(write, rest):
    path = write("a.csv", f'text\nfirst\n"{rest}last\n')
    found = read(path)
    assert texts(found) == ["first", "last"]
    [(place, why)] = failures(found)
    assert place == f"{path}, row 3 at line 3"
    assert why.startswith("not CSV: ")


def test_a_row_with_too_many_cells_is_a_failure_and_not_half_a_message(write):
    found = read(write("a.csv", "text,to\nHello, dear all,a@x\nfine,b@x,,\n"))
    assert texts(found) == ["fine"]
    assert "3 cells under 2 columns" in failures(found)[0][1]


def test_a_field_of_ten_megabytes_is_read_and_cut(write):
    long = "word " * 2_000_000
    found = read(write("a.csv", f'text\n"{long}"\nshort\n'))
    message, short = (item.message() for item in found)
    assert len(message.text) == 1_000_000
    assert message.limits == ("text of 10,000,000 characters cut to 1,000,000",)
    assert short.text == "short"


def test_mixed_encodings_are_read_line_by_line(write):
    content = "text\nשלום לך וברכה\n".encode() + "שלום לך וברכה\n".encode("cp1255")
    found = read(write("a.csv", content + "café crème\n".encode("cp1252")))
    assert texts(found) == ["שלום לך וברכה", "שלום לך וברכה", "café crème"]
    assert [bool(item.limits) for item in found] == [False, True, True]


def test_a_utf16_table_of_a_spreadsheet(write):
    found = read(write("a.tsv", "subject\ttext\r\na\tשלום\r\n".encode("utf-16")))
    assert texts(found) == ["שלום"]


def test_columns_by_option(write):
    path = write("a.csv", "a,b,text\n1,the words,no\n")
    assert texts(read(path, columns={"text": "B"})) == ["the words"]
    assert "no column 'zzz'" in failures(read(path, columns={"text": "zzz"}))[0][1]


def test_recipients_and_attachments_of_a_row_are_its_envelope(write):
    path = write(
        "a.csv", 'text,to,cc,attachments\nwords,"a@x.example, b@x.example",c@x.example,My CV.pdf\n'
    )
    [envelope] = [item.message().envelope for item in read(path)]
    assert (envelope.to, envelope.cc, envelope.cv_attached) == (2, 1, True)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{oops", "not JSON at column 2"),
        ("[1]", "a JSON list and not an object"),
        ("[" * 100_000, "not JSON"),
        ('{"a": 1}', "no column for the text"),
        ('{"text": 5}', "'text' holds a int, not text"),
        ('{"text": null}', "'text' holds nothing, not text"),
    ],
)
def test_a_broken_line_is_one_failure(write, line, why):
    path = write("a.jsonl", f'{{"text": "first"}}\n{line}\n\n{{"text": "last"}}\n')
    found = read(path)
    assert texts(found) == ["first", "last"]
    [(place, said)] = failures(found)
    assert place == f"{path}, line 2"
    assert why in said or "nested too deep" in said


def test_a_line_that_is_too_long_is_one_failure(write, monkeypatch):
    monkeypatch.setattr("classifier.sources.streams.MAX_BYTES", 50)
    path = write("a.jsonl", '{"text": "%s"}\n{"text": "last"}\n' % ("x" * 170))
    found = read(path)
    assert [place for place, _ in failures(found)] == [f"{path}, line 1"]
    assert [item.place for item in found if isinstance(item, Record)] == [f"{path}, line 2"]


def test_json_lines_with_lists_and_counts(write):
    row = {"text": "words", "to": ["a@x", "b@x"], "bcc": 40, "attachments": ["cv.pdf"], "id": 7}
    [record] = read(write("a.jsonl", json.dumps(row) + "\n"))
    envelope = record.message().envelope
    assert (envelope.to, envelope.bcc, envelope.cv_attached, record.id) == (2, 40, True, "7")


def test_ids_that_are_given_twice_are_told_apart(write, monkeypatch):
    monkeypatch.setattr("classifier.sources.ids._RECENT", 2)
    names = ["x", "y", "z", "x", "z", "w", "", "w"]
    found = read(write("a.csv", "id,text\n" + "".join(f"{name},words\n" for name in names)))
    assert [item.id for item in found] == ["x", "y", "z", "x#5", "z#6", "w", "a.csv#8", "w#9"]
    assert [item.id for item in found if item.limits] == ["x#5", "z#6", "w#9"]


LINKEDIN = """CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,\
DATE,SUBJECT,CONTENT,FOLDER
1,,Noa Tal,https://l.example/noa,Ben Lev,https://l.example/ben,2026-11-29,Hi,\
"<p class=""x"">Dear Ben,</p><p>could we talk?</p>",INBOX
1,,Ben Lev,https://l.example/ben,Noa Tal,https://l.example/noa,2026-11-29,,Sure,INBOX
"""


def test_a_linkedin_export_is_read_and_can_be_kept_to_one_sender(write):
    path = write("messages.csv", LINKEDIN)
    assert " ".join(texts(read(path))[0].split()) == "Dear Ben, could we talk?"
    [mine] = read(path, sender="Noa Tal")
    assert (mine.message().subject, mine.message().envelope.to) == ("Hi", 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "from,text\nBen,words\n"),
        ("a.jsonl", '{"from": "Ben", "text": "words"}\n'),
        ("a.txt", "29.11.26, 22:48 - Ben: words\n29.11.26, 22:49 - Ben: words\n"),
    ],
)
def test_nothing_by_the_person_asked_for_is_a_notice(write, name, content):
    [notice] = read(write(name, content), sender="Noa")
    assert notice.text.startswith("no messages by 'Noa' in this ")


def test_a_table_that_does_not_say_who_wrote_is_no_source_for_one_sender(write):
    [(_, why)] = failures(read(write("a.csv", "text\nwords\n"), sender="Noa"))
    assert why.startswith("no column for who wrote it; name it with --column")
    [(_, why)] = failures(read(write("a.jsonl", '{"text": "words"}\n'), sender="Noa"))
    assert why.startswith("no column for who wrote it; name it with --column")


def test_what_is_attached_to_the_letter_goes_with_every_row(write):
    attached = b"Content-Disposition: attachment; filename=My_CV.pdf\n\nx\n--b--\n"
    head = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nDear {{Name}}\n--b\n"
    letter = write("letter.eml", head + b"Content-Type: application/pdf\n" + attached)
    [record] = read(write("rows.csv", "Name,Email\nNoa,a@x\n"), template=letter)
    envelope = record.message().envelope
    assert (envelope.to, envelope.cv_attached) == (1, True)


def test_mail_merge_fills_each_row_into_the_letter(write):
    letter = write(
        "letter.eml", b"Subject: For {{Firm}}\n\nDear <<Name>>, I like {{ firm }}. {{x}}"
    )
    found = read(write("rows.csv", "Name,Firm,Email\nNoa,Acme,a@x\nBen,Ubi,b@x\n"), template=letter)
    assert texts(found) == ["Dear Noa, I like Acme. {{x}}", "Dear Ben, I like Ubi. {{x}}"]
    assert [item.message().subject for item in found] == ["For Acme", "For Ubi"]
    assert [item.message().envelope.to for item in found] == [1, 1]


def test_a_missing_letter_is_told_by_its_name(write, tmp_path):
    found = read(write("rows.csv", "Name\nNoa\n"), template=tmp_path / "none.txt")
    assert "none.txt: No such file" in failures(found)[0][1]


CHATS = [
    "[29/11/2026, 22:48:04] {}: {}",
    "\u200e[11/29/26, 10:48:04\u202fPM] {}: {}",
    "29/11/2026, 22:48 - {}: {}",
    "29/11/2026 à 22:48 - {}: {}",
    "29.11.26, 22:48 - {}: {}",
]


@pytest.mark.parametrize("form", CHATS)
def test_chats_of_many_phones(write, form):
    lines = [form.format("דנה", "שלום"), "line two: more", form.format("Ben", "ok"), ""]
    path = write("chat.txt", "\n".join(lines))
    assert texts(read(path)) == ["שלום\nline two: more", "ok"]
    assert texts(read(path, sender="Ben")) == ["ok"]


def parquet(path, **columns):
    pyarrow = pytest.importorskip("pyarrow", reason="extra 'parquet'")
    writer = pytest.importorskip("pyarrow.parquet", reason="extra 'parquet'")
    writer.write_table(pyarrow.table(columns), path)
    return path


def test_parquet_rows(tmp_path):
    path = parquet(tmp_path / "a.parquet", body=["one", "two"], to=[["a@x", "b@x"], None])
    found = read(path)
    assert texts(found) == ["one", "two"]
    assert [item.message().envelope.to for item in found] == [2, 0]
    assert found[1].place == f"{path}, row 2"


def test_parquet_of_another_column_type(tmp_path):
    found = read(parquet(tmp_path / "a.parquet", text=[1, 2]))
    assert "column 'text' holds int64, not text" in failures(found)[0][1]


def test_parquet_with_a_missing_text(tmp_path):
    path = parquet(tmp_path / "a.parquet", text=["one", None])
    assert failures(read(path))[0][0] == f"{path}, row 2"


# All of them


@pytest.mark.parametrize("format", sorted(FORMATS))
@given(data=st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(tmp_path_factory, format, data):
    path = tmp_path_factory.mktemp("any") / f"a.{format}"
    for content in (data, MARK + data, b"text\n" + data):
        path.write_bytes(content)
        for item in read(path, format=format):
            assert not isinstance(item, Failure) or "internal error" not in item.why
            if isinstance(item, Record):
                assert isinstance(item.message(), Message)


def test_places_are_unique(write, tmp_path):
    write("d/a.mbox", (MARK + ONE + b"\n") * 3)
    write("d/b.csv", "text\nsame\nsame\n")
    write("d/c.jsonl", '{"text": "same", "id": "x"}\n' * 2)
    places = [item.place for item in read(tmp_path / "d")]
    assert len(set(places)) == len(places) == 7
