"""Pages to look at: entries made by hand, written by the sink as a run writes them."""

from __future__ import annotations

from collections import Counter

from classifier.advice import advise
from classifier.batch import Summary
from classifier.batch.entry import entry_of, failed_entry
from classifier.batch.sinks.page import PageSink
from classifier.schema import TACTICS, Aside, Envelope, Evidence, Message, Report
from classifier.sources import Failure, Record

BLAST = {
    "en": ("Dear friends, please forward my CV to everyone. No is a fine answer.",
           [("mass_address", "Dear friends"), ("forward_request", "please forward my CV"),
            ("mass_address", "everyone"), ("easy_out", "No is a fine answer")]),
    "fr": ("Chers tous, merci de transférer mon CV à tout le monde, même un refus me va.",
           [("mass_address", "Chers tous"), ("forward_request", "transférer mon CV"),
            ("easy_out", "même un refus me va")]),
    "he": ("חברים יקרים, אנא העבירו את קורות החיים שלי לכולם.\nתודה, נועה",
           [("mass_address", "חברים יקרים"), ("forward_request", "העבירו את קורות החיים שלי")]),
}  # fmt: skip
FINE = {
    "en": "Could we move our call on the garden wall to Thursday at ten?",
    "fr": "Peut-on déplacer notre appel sur le mur du jardin à jeudi dix heures ?",
    "he": "אפשר להעביר את השיחה שלנו על קיר הגינה ליום חמישי בעשר?",
}


def _evidence(text, tactic, words):
    start = text.index(words)
    return Evidence(tactic, TACTICS[tactic], start, start + len(words), words, 1.0)


def entry(report, place="drafts/1.txt", **joined):
    """Return the entry of a report, with what a finding would join to it."""
    record = Record(place, "1", "drafts", report.message)
    kept = {"text": report.message.text, "subject": report.message.subject}
    made = entry_of(record, report, kept)
    return made.with_report({**made.report, **joined}) if joined else made


def blast(lang="en", number=1, *, subject="", verdict="flag", text=None, **joined):
    words, found = BLAST[lang]
    found = tuple(_evidence(words, *pair) for pair in found)
    raised = ("cv_blast",)
    message = Message(text or words, f"{number}", "drafts", subject, envelope=Envelope(to=3))
    report = Report(
        message,
        lang,
        verdict,
        flags=raised if verdict == "flag" else (),
        unsure=raised if verdict == "unsure" else (),
        scores={"cv_blast": 0.97 if verdict == "flag" else 0.55, "give_to_get": 0.02},
        evidence=found,
        advice=advise((one.tactic for one in found), lang),
    )
    return entry(report, f"drafts/{number}.txt", **joined)


def fine(lang="en", number=1, *, text="", subject="", place=""):
    message = Message(text or FINE[lang], f"{number}", "drafts", subject)
    report = Report(message, lang, "ok", scores={"cv_blast": 0.01, "give_to_get": 0.03})
    return entry(report, place or f"drafts/{number}.txt")


def failure(place="drafts/broken.eml", why="it ends before it begins"):
    return failed_entry(Failure(place, why, "drafts"))


def quoted(text, aside):
    start = text.index(aside)
    asides = (Aside("quoted", start, start + len(aside)),)
    return entry(Report(Message(text), "en", "not_judged", asides=asides, not_judged="Too short."))


def some(lang="en"):
    """Return entries with something of everything, mostly in one language."""
    others = [one for one in BLAST if one != lang]
    return [
        blast(lang, 1),
        blast(
            lang, 2, subject={"he": "שלום לכולם", "fr": "Un petit mot"}.get(lang, "A quick hello")
        ),
        blast(lang, 3, verdict="unsure"),
        *(fine(lang, number) for number in range(4, 34)),
        *(blast(other, 40 + n) for n, other in enumerate(others)),
        *(fine(other, 50 + n) for n, other in enumerate(others)),
        failure(),
    ]


def write(path, entries, *, ui_lang=None, facts=None):
    """Write a page as a run does."""
    outcomes = Counter()
    with path.open("wb") as file:
        sink = PageSink(file, ui_lang)
        for one in entries:
            outcomes[one.outcome] += 1
            sink.write(one)
        sink.finish(Summary(outcomes, facts or {}))
    return path
