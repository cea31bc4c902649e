"""Slips: each kind is found where it is sure, and left alone where it may be right."""

from __future__ import annotations

import tomllib
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.languages import read_toml
from classifier.mail import read_mail
from classifier.mail.people import people_in
from classifier.quoting import own_spans
from classifier.render import render_text
from classifier.schema import LANGUAGES, Message, Recipient
from classifier.slips import KINDS, slips_in
from classifier.slips.greeting import greeting_in
from classifier.slips.kinds import FINDERS
from classifier.slips.names import may_be
from classifier.slips.rules import pattern, rules
from classifier.sources.rows import RowReader
from tests.conftest import ROOT

CASES = tomllib.loads((ROOT / "tests/cases/slips.toml").read_text("utf-8"))["case"]


def message_of(case):
    """Return a message as it would be read: a mail where the case has recipients."""
    if "to" not in case:
        return Message(case["text"], subject=case.get("subject", ""))
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "sam@sender.example"
    mail["To"] = case["to"]
    mail["Subject"] = case.get("subject", "A question")
    mail.set_content(case["text"])
    for name in case.get("files", ()):
        mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=name)
    return read_mail(mail.as_bytes())


def slips(message, lang="en"):
    return slips_in(message, own_spans(message)[0], lang)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_case(case):
    message = message_of(case)
    found = slips(message)
    assert [f"{slip.kind}: {slip.text}" for slip in found] == case["slips"]
    for slip in found:
        if slip.end:
            assert message.text[slip.start : slip.end] == slip.text


def test_every_kind_has_a_case_and_a_finder():
    told = {slip.partition(":")[0] for case in CASES for slip in case["slips"]}
    assert told == set(KINDS) == set(FINDERS)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "case", [case for case in CASES if case["slips"]], ids=lambda c: c["label"]
)
def test_advice_is_whole_in_every_language(case, lang):
    for slip in slips(message_of(case), lang):
        assert slip.advice
        assert "{found}" not in slip.advice
        assert "{known}" not in slip.advice
        assert "  " not in slip.advice


def test_lists_are_written_as_they_are_compared():
    for lang in LANGUAGES:
        for table, lists in read_toml(lang, "slips").items():
            for phrases in lists.values() if table != "kinds" else ():
                assert [p for p in phrases if p != p.casefold()] == []
    known = rules()
    assert known.feminine_names & known.masculine_names == frozenset()
    assert known.feminine & known.masculine == frozenset()
    for phrases in (known.promised, known.phrases, known.greeting_pairs):
        assert pattern(phrases).search("nothing of this") is None


ADDRESSES = st.text(alphabet="abc.,;<>@\"'()= ?\\", max_size=60)


@given(st.text(max_size=300), st.text(max_size=60), ADDRESSES)
@example("Dear [Name],\n{{", "Re: [", '"a" <b@c>')
@example("שלום דנה,\nאתה", "", "")
def test_slips_lie_in_any_text(text, subject, to):
    message = Message(text, subject=subject, recipients=people_in([to.encode()]), cvs=())
    for slip in slips(message):
        assert slip.kind in KINDS
        assert 0 <= slip.start <= slip.end <= len(text)
        assert not slip.end or text[slip.start : slip.end] == slip.text


@given(st.text(max_size=200))
def test_a_greeting_lies_in_any_text(text):
    greeting = greeting_in(text, [(0, len(text))])
    if greeting:
        assert 0 <= greeting.start <= greeting.span[0] <= greeting.span[1] <= len(text)
        assert greeting.start <= greeting.end <= len(text)


@example(["0", "µ"], "µ")
@given(st.lists(st.text(min_size=1, max_size=8), max_size=3), st.text(max_size=20))
def test_the_person_greeted_may_be_anybody_with_that_name(names, surname):
    recipient = Recipient(" ".join([*names, surname]), "x@mail.example")
    assert all(may_be([name], recipient) for name in names)


def test_no_training_message_is_accused_of_what_cannot_be_known():
    """Nothing but blanks and gender can show in a text alone."""
    text = "Dear Ms Weil, my CV is attached. Re: your vacancy at Acme"
    assert slips(Message(text)) == ()


def test_rows_know_their_recipients_and_attachments():
    reader = RowReader()
    row = {"text": "Dear Ms Weil, my CV is attached.", "to": '"David Tan" <david.tan@x.example>'}
    message = reader.message(row)
    assert message.recipients == (Recipient("David Tan", "david.tan@x.example"),)
    assert [slip.kind for slip in slips(message)] == ["greeting_name"]
    message = reader.message({**row, "attachments": ""})
    assert [slip.kind for slip in slips(message)] == ["greeting_name", "cv_missing"]
    message = reader.message({**row, "attachments": "CV.pdf", "to": "Tan"})
    assert (message.cvs, message.recipients) == (("cv.pdf",), (Recipient("Tan"),))


def test_the_same_cv_has_the_same_fingerprint_in_two_mails():
    case = {"to": "a@x.example", "text": "Hello", "files": ["CV Sam.pdf"]}
    one, other = message_of(case), message_of({**case, "to": "b@y.example"})
    assert len(one.cvs) == 1
    assert one.cvs == other.cvs
    assert message_of({**case, "files": ["plan.pdf"]}).cvs == ()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_report_shows_slips_under_a_heading(checker, lang):
    report = checker.check(message_of(CASES[0]), ui_lang=lang)
    page = render_text(report, color=False, width=88, ui_lang=lang)
    assert read_toml(lang, "ui")["slips"] in page
    assert report.to_dict()["slips"][0]["text"] == "[First Name]"
    assert report.verdict != "flag" or report.flags
