"""Mails as pairs of files (the bytes, and what they say), and the parts of reading them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.mail import names_a_cv, read_mail
from classifier.mail.headers import count_addresses, decode_field, parameters, sole_address
from classifier.quoting import own_spans

PAIRS = sorted((Path(__file__).parent / "cases" / "messages").glob("*.eml"))
CVS = [
    *(
        "cv.pdf",
        "CV_Dupont.pdf",
        "MyCV2026.docx",
        "resume.doc",
        "Resume-John-Reed (2).pdf",
        "RESUME",
    ),
    *("résumé.pdf", "re\u0301sume\u0301.pdf", "Résumé_Petit.odt", "Curriculum Vitae.pdf", "CV.jpg"),
    *("curriculum-vitae_2026.rtf", "JohnReedResume.pdf", "CVDupont.pdf", "dana-levy-cv.pages"),
    *('קו"ח.pdf', "קו״ח דנה.docx", "קוח.pdf", "קו_ח.pdf", "קורות חיים.pdf", "קורות_חיים_תום.docx"),
    *("הקו״ח שלי.pdf", "cv2026.txt", "cv - Jean Petit.html", "cv_en_fr.PDF"),
]
NOT_CVS = [
    *("cvs_report.xlsx", "resume_upload.log", "canvas.pdf", "recv.pdf", "curriculum.pdf", "cv.exe"),
    *("Résumé de la réunion.pdf", "résumé_du_projet.docx", "CVs.pdf", "presume.pdf", "", "invoice"),
    *("חיים.pdf", "מקורות.pdf", "cv.zip", "lebenslauf.pdf", "photo.png", "קוחות.pdf"),
]


@pytest.mark.parametrize("path", PAIRS, ids=lambda path: path.stem)
def test_pair(path):
    want = json.loads(path.with_suffix(".json").read_text("utf-8"))
    message = read_mail(path.read_bytes())
    own, asides = own_spans(message)

    assert [message.text[a:b] for a, b in own] == want["own"]
    assert [a.kind for a in asides] == [kind for kind, _ in want["asides"]]
    starts = [message.text[a.start : a.end].lstrip("\u202b") for a in asides]
    begins = [start for _, start in want["asides"]]
    assert [s for s, begin in zip(starts, begins, strict=True) if not s.startswith(begin)] == []
    assert message.subject == want["subject"]
    assert (
        asdict(message.envelope) | {"attachments": list(message.envelope.attachments)}
        == want["envelope"]
    )
    assert len(message.limits) == len(want["limits"])
    assert [w for w in want["limits"] if not any(w in limit for limit in message.limits)] == []


def test_there_are_pairs_enough():
    assert len(PAIRS) >= 25


@pytest.mark.parametrize("name", CVS)
def test_a_cv_is_known_by_its_name(name):
    assert names_a_cv(name)


@pytest.mark.parametrize("name", NOT_CVS)
def test_other_files_are_no_cv(name):
    assert not names_a_cv(name)


def test_a_name_without_suffix_needs_a_document_type():
    assert names_a_cv("cv", "application/pdf")
    assert not names_a_cv("cv", "application/zip")


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (b"", 0),
        (b"a@x.example", 1),
        (b'"Levy, Dana" <d@x.example>, b@x.example', 2),
        (b"Levy, Dana <d@x.example>", 1),
        (b"a@x.example; b@x.example;", 2),
        (b"undisclosed-recipients:;", 0),
        (b"Undisclosed recipients", 0),
        (b"<Undisclosed-Recipient:@mail.example;>", 0),
        (b"Friends: a@x.example, b@x.example;", 2),
        (b"Friends:;", 0),
        (b"a@x.example (one, two)", 1),
        (b"Dana Levy; Tom Reed", 2),
        (b"=?utf-8?Q?Levy=2C_Dana?= <d@x.example>", 1),
        (b",,, ,", 0),
    ],
)
def test_counting_addresses(value, count):
    assert count_addresses([value]) == count


def test_the_sole_address_is_compared_without_case_and_tag():
    assert sole_address([b'"Reed, Tom" <Tom+list@Reed.example>']) == b"tom@reed.example"
    assert sole_address([b"a@x.example, b@x.example"]) == b""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?caf=C3=A9?= time", "café time"),
        (b"=?utf-8?B?w6k=?= =?utf-8?B?w6k=?=", "éé"),
        (b"=?utf-8?B?ww==?= =?utf-8?B?qQ==?=", "é"),
        (b"=?iso-8859-8-i?B?+ezl7Q==?=", "שלום"),
        (b"=?utf-8*fr?Q?=C3=A9?=", "é"),
        (b"=?nonsense?Q?abc?=", "abc"),
        (b"=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"),
        ("שלום".encode(), "שלום"),
        ("שלום".encode("cp1255"), "שלום"),
    ],
)
def test_decoding_a_field(value, text):
    assert decode_field(value) == text


def test_parameters_of_all_kinds():
    value = b'text/plain; charset="utf-8"; NAME*0=a; name*1=b.pdf; x*=utf-8\'fr\'%C3%A9; y="p;q\\""'
    assert parameters(value) == {"charset": "utf-8", "name": "ab.pdf", "x": "é", "y": 'p;q"'}


@given(st.binary(max_size=400))
@example(b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n")
@example(
    b"Content-Type: multipart/a; boundary=a\n\n--a\nContent-Type: multipart/x; boundary=a\n\n--a"
)
def test_any_bytes_are_a_mail(data):
    for mail in (data, b"Content-Type: text/html\r\nSubject: " + data + b"\r\n\r\n" + data):
        message = read_mail(mail)
        assert all(0 <= a.start < a.end <= len(message.text) for a in message.asides)
        own_spans(message)


@given(st.text(alphabet=" ;=\"*'%?:,<>@a0\\()", max_size=200))
def test_any_header_is_read(value):
    raw = value.encode()
    parameters(b"text/plain;" + raw)
    decode_field(b"=?utf-8?" + raw)
    assert count_addresses([raw]) >= 0
