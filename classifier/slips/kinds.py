"""Each kind of slip that one message can show: a small function, and the table that names them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from classifier.schema import Message
from classifier.slips.firms import firm_of, may_be_firm
from classifier.slips.gender import wrong_gender
from classifier.slips.greeting import Greeting
from classifier.slips.names import may_be
from classifier.slips.rules import pattern, plain, rules

_SLOT = re.compile(
    r"\{\{[^{}\n]{1,60}\}\}|<<[^<>\n]{1,60}>>|\$\{[^{}\n]{1,60}\}|%%?(?P<percent>[A-Za-zÀ-ÿ]\w{2,30})%%?"
    r"|\[(?P<square>[^\[\]\n]{2,40})\]|\{(?P<curly>[^{}\n]{2,40})\}|«\s?(?P<angle>[^«»\n]{2,40}?)\s?»"
    r"|(?<!\w)\*\|(?P<star>\w{2,30})\|\*"
)
_MARKS = ("percent", "square", "curly", "angle", "star")
_RE = re.compile(r"[^\W\d_]{1,10}\s?(?:\[\d+\]|\(\d+\))?\s?[:\uff1a]")
_SENTENCE_END = re.compile(r"[.!?](?=\s)|\n")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Found:
    """A slip before it is put into words."""

    start: int
    end: int
    """0 when it stands in the subject."""
    known: str = ""
    """What the address or the greeting says."""
    text: str = ""
    """The words, where no offsets say them."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What the functions below look at."""

    message: Message
    own: Sequence[tuple[int, int]]
    """The sender's own words."""
    greeting: Greeting | None


def unfilled_slot(letter: Letter) -> Iterator[Found]:
    """A blank that the merge did not fill, in the text or the subject."""
    for start, end in letter.own:
        for slot in _SLOT.finditer(letter.message.text, start, end):
            if _is_blank(slot) and not _is_quoted(slot):
                yield Found(slot.start(), slot.end())
    for slot in _SLOT.finditer(letter.message.subject):
        if _is_blank(slot):
            yield Found(0, 0, text=slot[0])


def _is_blank(slot: re.Match[str]) -> bool:
    """`{{x}}` and `<<x>>` are nothing else; `[x]` and the like only with the name of a field."""
    said = next((slot[mark] for mark in _MARKS if slot[mark]), None)
    if said is None:
        return True
    name = plain(said).strip(" *_").replace("_", " ")
    bare = plain(said).replace("_", "").replace(" ", "")
    known = rules()
    if name in known.names or bare in known.names:
        return True
    return bool(slot["square"]) and name.startswith(known.begin)


def _is_quoted(slot: re.Match[str]) -> bool:
    """Tell whether a blank stands inside quotation marks that its line opens."""
    text = slot.string
    before = text[text.rfind("\n", 0, slot.start()) + 1 : slot.start()]
    opened = before.rfind("\N{LEFT DOUBLE QUOTATION MARK}")
    closed = before.rfind("\N{RIGHT DOUBLE QUOTATION MARK}")
    return before.count('"') % 2 == 1 or opened > closed


def greeting_name(letter: Letter) -> Iterator[Found]:
    """A greeting by name that cannot be the name of the only person it goes to."""
    recipients, greeting = letter.message.recipients, letter.greeting
    if len(recipients) != 1 or not greeting or not greeting.names or not _only(letter.message):
        return
    if not may_be(greeting.names, recipients[0]):
        known = recipients[0].name or recipients[0].address
        yield Found(*greeting.span, known=known)


def _only(message: Message) -> bool:
    return message.envelope is None or message.envelope.recipients <= 1


def other_firm(letter: Letter) -> Iterator[Found]:
    """A greeting of a firm's team that goes to another firm's address."""
    recipients = letter.message.recipients
    if len(recipients) != 1 or not letter.own:
        return
    firm = firm_of(recipients[0].address)
    start, end = letter.own[0]
    greeted = _team().match(letter.message.text, start, min(end, start + 2 * _SHOWN))
    if not firm or not greeted:
        return
    group = next(name for name, value in greeted.groupdict().items() if value)
    words, shown = greeted[group], plain(recipients[0].name)
    if _names_a_firm(words) and not may_be_firm(words, firm) and plain(words) not in shown:
        yield Found(*greeted.span(group), known=recipients[0].address.rpartition("@")[2])


def _names_a_firm(words: str) -> bool:
    """Tell `Acme` from `Hiring` and `Talent`."""
    known = {*rules().nobody, *rules().no_person}
    return words[0].isupper() and known.isdisjoint(plain(words).split())


@cache
def _team() -> re.Pattern[str]:
    """`Dear Acme team`, in every language; the firm is a group."""
    firm = r"(?P<firm{}>[A-ZÀ-Þ\u05d0-\u05ea][^\s,;:!?]*(?:[ ][A-ZÀ-Þ&][^\s,;:!?]*){{0,2}}?)"
    parts = [
        re.escape(phrase).replace(r"\ ", r"\s").replace(re.escape("{firm}"), firm.format(number))
        for number, phrase in enumerate(rules().teams)
    ]
    insensitive = [re.sub(r"^(.*?)(?=\(\?P|$)", r"(?i:\1)", part) for part in parts]
    return re.compile(rf"\s*(?:{'|'.join(insensitive)})\s?[,!:;\n]")


def gender(letter: Letter) -> Iterator[Found]:
    """Words for a woman in a letter to a man, or the other way round."""
    for start, end in wrong_gender(letter.message.text, letter.own, letter.greeting):
        greeted = letter.greeting
        known = letter.message.text[slice(*greeted.span)] if greeted else ""
        yield Found(start, end, known=known)


def no_thread(letter: Letter) -> Iterator[Found]:
    """`Re:` before the subject of a message that answers nothing."""
    envelope = letter.message.envelope
    if envelope and envelope.thread == "fake_reply":
        found = _RE.search(letter.message.subject)
        yield Found(0, 0, text=found[0] if found else letter.message.subject[:_SHOWN])


def cv_missing(letter: Letter) -> Iterator[Found]:
    """A CV that is said to be attached to a message without attachments."""
    message = letter.message
    if message.cvs != () or (message.envelope and message.envelope.attachments):
        return
    if message.envelope and message.envelope.thread in ("forward", "fake_forward"):
        return
    for start, end in letter.own:
        for found in _promised().finditer(message.text, start, end):
            if not _unless().search(_sentence(message.text, start, end, found)):
                yield Found(*found.span())
                return


def _sentence(text: str, start: int, end: int, found: re.Match[str]) -> str:
    ends = [m.end() for m in _SENTENCE_END.finditer(text, start, found.start())]
    after = _SENTENCE_END.search(text, found.end(), end)
    return plain(text[ends[-1] if ends else start : after.end() if after else end])


@cache
def _promised() -> re.Pattern[str]:
    return pattern(rules().promised)


@cache
def _unless() -> re.Pattern[str]:
    return re.compile(
        "|".join(
            re.escape(word) if word in ("n't", "http") else rf"(?<!\w){re.escape(word)}(?!\w)"
            for word in rules().unless
        )
    )


FINDERS: dict[str, Callable[[Letter], Iterator[Found]]] = {
    finder.__name__: finder
    for finder in (unfilled_slot, greeting_name, other_firm, gender, no_thread, cv_missing)
}
"""Kind -> what finds it in one message."""
