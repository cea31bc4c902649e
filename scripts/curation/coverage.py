"""What the messages cover: tactic by length, channel, sender, register and variety."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from classifier.schema import LANGUAGES, TACTICS
from curation import Record, traits
from curation.kinds import CHANNELS, REGISTERS, SENDERS, VARIETIES
from curation.tables import cross

BANDS = {"up to 25": 25, "26 to 80": 80, "81 to 200": 200, "over 200": 10**9}
"""Name -> the most words a message of this length has."""
MIN_SHARE = 0.03
"""No channel and no job seeker's sender kind may have less of a language."""
MIN_TWINS = 180
"""Groups a language with members on both sides of a label."""
MIN_ENVELOPES = 0.2
"""Share of mails that say how many addresses they go to."""

CHATS = "whatsapp"
MATRIX_CHANNELS = tuple(name for name in CHANNELS if name != "chat")


def band_of(record: Record) -> str:
    """Return the length band of a message."""
    n_words = len(record["text"].split())
    return next(name for name, most in BANDS.items() if n_words <= most)


def channel_of(record: Record) -> str:
    """Return the channel in the matrix, where every chat stands with WhatsApp."""
    return CHATS if record["channel"] == "chat" else str(record["channel"])


def tactics_of(record: Record) -> set[str]:
    """Return the tactics marked in a message."""
    return {span["tactic"] for span in record["spans"]}


def _field(key: str) -> Callable[[Record], str]:
    return lambda record: str(record.get(key))


def _dimensions(lang: str) -> dict[str, tuple[Callable[[Record], str], Sequence[str]]]:
    """Return name -> (what to ask of a message, the possible answers)."""
    return {
        "words": (band_of, tuple(BANDS)),
        "channel": (channel_of, MATRIX_CHANNELS),
        "sender": (_field("sender_kind"), SENDERS),
        "register": (_field("register_kind"), REGISTERS),
        "variety": (_field("variety_kind"), VARIETIES[lang]),
    }


def matrix(records: Sequence[Record]) -> str:
    """Return the coverage matrix as Markdown: for each language a table for each dimension."""
    parts = []
    for lang in LANGUAGES:
        mine = [record for record in records if record["lang"] == lang]
        for name, (ask, answers) in _dimensions(lang).items():
            pairs = [(tactic, ask(r)) for r in mine for tactic in tactics_of(r)]
            pairs += [("*all messages*", ask(r)) for r in mine]
            parts.append(f"### {lang}: tactic by {name}\n")
            parts.append(cross("tactic", pairs, [*TACTICS, "*all messages*"], answers))
    return "\n".join(parts)


def gaps(records: Sequence[Record]) -> Iterator[str]:
    """Yield where the coverage falls short, each with its number."""
    for lang in LANGUAGES:
        mine = [record for record in records if record["lang"] == lang]
        yield from _empty_cells(lang, mine)
        yield from _rare(f"{lang}: channel", [channel_of(r) for r in mine], MATRIX_CHANNELS)
        yield from _rare(f"{lang}: sender", list(map(seeker_of, mine)), SENDERS[:-1])
        twins = traits.twin_groups(mine)
        if len(twins) < MIN_TWINS:
            yield f"{lang}: {len(twins)} groups of twins, fewer than {MIN_TWINS}"
        mails = [record for record in mine if record["channel"] == "mail"]
        told = sum("envelope" in mail for mail in mails)
        if told < MIN_ENVELOPES * len(mails):
            yield f"{lang}: {told} of {len(mails)} mails have an envelope, less than a fifth"


def seeker_of(record: Record) -> str:
    """Return the sender kind that counts for the share of job seekers: else nothing.

    Ordinary messages and senders of no kind are outside the count.
    """
    counts = record["kind"] != "ordinary" and record["sender_kind"] != "other"
    return str(record["sender_kind"]) if counts else ""


def _empty_cells(lang: str, records: Sequence[Record]) -> Iterator[str]:
    present = {(tactic, band_of(r)) for r in records for tactic in tactics_of(r)}
    for tactic in TACTICS:
        for band in BANDS:
            if (tactic, band) not in present:
                yield f"{lang}: no message of {band} words shows {tactic}"


def _rare(what: str, answers: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """Yield the names that make up less than MIN_SHARE of the answers that are not empty."""
    counted = Counter(answer for answer in answers if answer)
    for name in names:
        if counted[name] < MIN_SHARE * counted.total():
            yield (
                f"{what} {name} has {counted[name]} of {counted.total()} messages,"
                f" less than {MIN_SHARE:.0%}"
            )
