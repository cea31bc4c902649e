"""The words of the project: messages, evidence, reports, and the errors (`errors`).

Everything here is frozen data. Read it first, it is the glossary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from classifier.errors import *  # noqa: F403 - words of the project, kept in a file of their own

Label = Literal["cv_blast", "give_to_get"]
Verdict = Literal["ok", "unsure", "flag", "not_judged"]
ThreadKind = Literal["new", "reply", "fake_reply", "forward", "fake_forward"]
AsideKind = Literal["quoted", "forwarded", "signature", "disclaimer"]

LABELS: tuple[Label, ...] = ("cv_blast", "give_to_get")
"""The two independent labels, in the order of every array and table."""

LANGUAGES: tuple[str, ...] = ("en", "fr", "he")
"""The languages a message is judged in (ISO 639-1); anything else is reported as `other`."""

TACTICS: Mapping[str, Label | None] = {
    **dict.fromkeys(
        ("forward_request", "mass_address", "desperation", "cv_push", "untargeted_ask",
         "stranger_ask", "gift_wrap", "open_favour", "indiscretion"), "cv_blast"),
    **dict.fromkeys(
        ("quid_pro_quo", "debt_reminder", "bait_and_ask", "false_selflessness"), "give_to_get"),
    **dict.fromkeys(
        ("advice_request", "specific_target", "shared_context", "easy_out", "genuine_offer",
         "cv_on_request")),
}  # fmt: skip
"""Tactic id -> the label it speaks for; None marks a healthy sign (data/GUIDELINES.md)."""

CODES: Mapping[str, str] = {
    "P1": "forward_request", "P2": "mass_address", "P3": "desperation",
    "S1": "cv_push", "S2": "untargeted_ask", "S3": "stranger_ask", "S4": "gift_wrap",
    "S5": "open_favour", "I": "indiscretion",
    "L1": "quid_pro_quo", "L2": "debt_reminder", "L3": "bait_and_ask", "L4": "false_selflessness",
}  # fmt: skip
"""Annotators' code -> tactic id. P: primary, S and I: secondary, L: link."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a message's headers say about how it is sent (RFC 5322)."""

    to: int = 0
    """Addresses in To."""
    cc: int = 0
    """Addresses in Cc."""
    bcc: int = 0
    """Addresses in Bcc."""
    to_self: bool = False
    """The only address in To is the sender's own: the real readers stand in Bcc."""
    attachments: tuple[str, ...] = ()
    """File names of the attachments, in order."""
    cv_attached: bool = False
    """An attachment is a CV by its name or type."""
    thread: ThreadKind = "new"
    """`fake_reply`: the subject says Re: but nothing is answered (no In-Reply-To, no quote)."""

    @property
    def recipients(self) -> int:
        """Addresses in To, Cc and Bcc together."""
        return self.to + self.cc + self.bcc


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a message is addressed to, as far as its headers say."""

    name: str = ""
    address: str = ""
    """In lower case. Either may be empty."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A stretch of `Message.text` that is not the sender's own words, so it is not judged."""

    kind: AsideKind
    start: int
    """Offset in code points into `Message.text`, inclusive."""
    end: int
    """Offset in code points, exclusive."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as its sender would send it."""

    text: str
    """The visible text. Never changed: every offset of the project points into it."""
    id: str = ""
    """Unique in its source, for instance `drafts.mbox#3`."""
    source: str = ""
    """Where it was read: a path as the user gave it, or `-`."""
    subject: str = ""
    lang: str | None = None
    """The language if the caller knows it; None lets blastcheck find out."""
    envelope: Envelope | None = None
    """None when the format has no headers."""
    asides: tuple[Aside, ...] = ()
    """Stretches the reader already knows to be foreign (an HTML blockquote, say)."""
    limits: tuple[str, ...] = ()
    """What was cut or guessed while reading, one English sentence each; never silent."""
    recipients: tuple[Recipient, ...] = ()
    """Those in To, Cc and Bcc, in this order, at most 50."""
    cvs: tuple[str, ...] | None = None
    """A fingerprint of each attached CV; None when the format does not tell what is attached."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of `Message.text` that speaks for a label, or a healthy sign."""

    tactic: str
    """A key of TACTICS."""
    label: Label | None
    """The label the tactic speaks for; None for a healthy sign."""
    start: int
    """Offset in code points into `Message.text`, inclusive."""
    end: int
    """Offset in code points, exclusive."""
    text: str
    """`Message.text[start:end]`."""
    weight: float
    """Share of the label's score, in log-odds; for a healthy sign what it takes off (<= 0)."""
    cue: str = ""
    """Id of the cue that matched, empty when the model alone found it."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A share of one label's score. The reasons of a label and its intercept sum to the score."""

    label: Label
    name: str
    """What carried the weight, in words of the message's language."""
    weight: float
    """In log-odds; negative speaks against the label."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do instead, in the writer's language."""

    tactic: str
    title: str
    """The tactic in a few plain words."""
    why: str
    """What it does to the person who reads the message."""
    text: str
    """What to do instead."""
    example: str
    """A better sentence."""


@dataclass(frozen=True, slots=True)
class Change:
    """What taking one sentence out would do: the score is computed again without it."""

    label: Label
    start: int
    end: int
    text: str
    before: float
    """Probability as it stands."""
    after: float
    """Probability without the sentence."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip of mail-merge or haste: no offence, but embarrassing. It changes no verdict."""

    kind: str
    """One of `slips.KINDS`."""
    start: int
    end: int
    """Offsets as in Evidence; both are 0 for words of the subject."""
    text: str
    advice: str
    """What it is and what to do, in the language of the advice."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that blastcheck has to say about one message."""

    message: Message
    lang: str
    """`en`, `fr`, `he` or `other`."""
    verdict: Verdict
    flags: tuple[Label, ...] = ()
    """Labels whose probability reached the flag threshold."""
    unsure: tuple[Label, ...] = ()
    """Labels in the band below their flag threshold."""
    scores: Mapping[Label, float] = field(default_factory=dict)
    """Calibrated probability per label; empty when not judged."""
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    advice: tuple[Advice, ...] = ()
    changes: tuple[Change, ...] = ()
    slips: tuple[Slip, ...] = ()
    asides: tuple[Aside, ...] = ()
    limits: tuple[str, ...] = ()
    not_judged: str = ""
    """Why the verdict is `not_judged`, one sentence; else empty."""
    model: str = ""
    """`name@` and the first 12 hex digits of the SHA-256 of the weights."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form of `classifier/report.schema.json`."""
        envelope = self.message.envelope
        return {
            "schema": 1,
            "id": self.message.id,
            "source": self.message.source,
            "lang": self.lang,
            "verdict": self.verdict,
            "flags": list(self.flags),
            "unsure": list(self.unsure),
            "scores": dict(self.scores),
            "evidence": [_fields(e) for e in self.evidence],
            "reasons": [_fields(r) for r in self.reasons],
            "advice": [_fields(a) for a in self.advice],
            "changes": [_fields(c) for c in self.changes],
            "slips": [_fields(s) for s in self.slips],
            "envelope": envelope and _envelope_dict(envelope),
            "set_aside": [_fields(a) for a in self.asides],
            "limits": list(self.limits),
            "not_judged": self.not_judged,
            "model": self.model,
        }


def _fields(item: Any) -> dict[str, Any]:
    """Shallow `dataclasses.asdict`; the deep copy of the original costs more than judging."""
    return {name: getattr(item, name) for name in item.__slots__}


def _envelope_dict(envelope: Envelope) -> dict[str, Any]:
    listed = {"attachments": list(envelope.attachments)}
    return {"recipients": envelope.recipients, **_fields(envelope), **listed}
