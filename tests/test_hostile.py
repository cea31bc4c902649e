"""Input made to hang, to exhaust or to deceive, through the whole command in a process of its own.

`test_hostile_reading.py` does the same to the readers alone, with many more shapes of input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from classifier.checker import Checker
from classifier.cli.shell import Exit
from classifier.evaluation.disguises import HTML_DISGUISES, TEXT_DISGUISES, as_html, letters
from classifier.preparation import prepare
from classifier.readers import READERS, read_bytes
from classifier.schema import Message
from tests.conftest import ROOT

SECONDS = 2
"""Processor time that judging may take beyond what a plain message takes."""
MEGABYTES = 500

LAUNCH = """
import json, os, resource, subprocess, sys
out, err, *command = sys.argv[1:]
def limit():
    resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
    resource.setrlimit(resource.RLIMIT_CPU, (40, 40))
with open(out, "wb") as stdout, open(err, "wb") as stderr:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                             preexec_fn=limit)
_, status, used = os.wait4(child.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime,
                  used.ru_maxrss // 1024]))
"""
"""Runs a command and measures it; small itself, since a child inherits its parent's peak."""


class Run(NamedTuple):
    """What a run of the command gave."""

    status: int
    seconds: float
    megabytes: int
    reports: list[dict]
    complaints: str


def run(folder, *paths):
    out, err = folder / "stdout", folder / "stderr"
    command = [sys.executable, "-m", "classifier", "--no-config", "--format", "json", *paths]
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", LAUNCH, out, err, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        timeout=120,
        check=True,
    )
    lines = out.read_text(encoding="utf-8").splitlines()
    return Run(
        *json.loads(done.stdout), list(map(json.loads, lines)), err.read_text(encoding="utf-8")
    )


BLAST = (
    "Dear all, I was let go on Friday. Please forward my CV to everyone in your network, I will"
    " take any job. "
)
HEAD = "From: a@x.example\r\nTo: b@x.example\r\n"
MULTIPART = f"{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{BLAST}\r\n"
NESTED = "".join(
    f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n" for i in range(1_500)
)
CROWD = ",\r\n ".join(f'"D, {i}" <u{i}@x.example>' for i in range(20_000))
HEBREW = "שלום לכולם, אנא העבירו את קורות החיים שלי לכל מי שאתם מכירים, אקח כל עבודה."
RUBBISH = bytes(range(256)) * 4_000


class Row(NamedTuple):
    """An input, the exit status it must get (None: any), and what its report must say was cut."""

    suffix: str
    content: str | bytes
    status: int | None
    limit: str | None = None


PLAIN = Row("txt", BLAST, Exit.FLAGGED)
ROWS = {
    "20,000 exclamation marks": Row("txt", "!" * 20_000, Exit.NOT_JUDGED),
    "20,000 emoji": Row("txt", "\N{GRINNING FACE}" * 20_000, Exit.NOT_JUDGED),
    "a blast and 20,000 exclamation marks": Row("txt", BLAST + "!" * 20_000, None),
    "a blast and 20,000 emoji": Row("txt", BLAST + "\N{GRINNING FACE}" * 20_000, None),
    "a blast and 20,000 open tags": Row(
        "html", BLAST + "<a " * 20_000, Exit.FLAGGED, "ends inside a tag"
    ),
    "a blast 5,000 elements deep": Row("html", "<div>" * 5_000 + BLAST, Exit.FLAGGED, "1,000 deep"),
    "a Subject of 20,000 encoded words": Row(
        "eml",
        f"{HEAD}Subject: {' '.join(['=?utf-8?B?w6k=?='] * 20_000)}\r\n\r\n{BLAST * 9}",
        Exit.FLAGGED,
        "Subject cut to 16,384",
    ),
    "300,000 parts": Row(
        "eml", MULTIPART + "--b\r\n\r\n\r\n" * 300_000, Exit.FLAGGED, "first 500 parts"
    ),
    "parts nested 1,500 deep": Row("eml", HEAD + NESTED, Exit.NOT_JUDGED, "over 50 deep"),
    "20,000 recipients": Row(
        "eml", f"From: a@x.example\r\nTo: {CROWD}\r\n\r\n{BLAST}", Exit.FLAGGED
    ),
    "iso-8859-8-i": Row(
        "eml",
        b"Subject: =?iso-8859-8-i?B?+ezl7Q==?=\nContent-Type: text/plain; charset=iso-8859-8-i\n\n"
        + HEBREW.encode("iso-8859-8"),
        Exit.FLAGGED,
    ),
    "lone surrogates as UTF-8": Row(
        "txt",
        (BLAST + "\ud83d").encode("utf-8", "surrogatepass"),
        Exit.FLAGGED,
        "read as windows-1252",
    ),
    "lone surrogates as UTF-7": Row(
        "eml",
        f"{HEAD}Content-Type: text/plain; charset=utf-7\r\n\r\n{BLAST}+2AA-",
        Exit.FLAGGED,
    ),
    "1,500,000 characters": Row("txt", BLAST * 14_000, Exit.FLAGGED, "cut to 1,000,000"),
    "50,000 characters of cues": Row(
        "txt", "pass on my cv to everyone you know " * 1_428, Exit.FLAGGED
    ),
    "200,000 different words": Row(
        "txt", " ".join(f"w{chr(97 + i % 26)}{i:x}" for i in range(200_000)), Exit.OK, "50,000"
    ),
    "900,000 zero-width spaces": Row("txt", BLAST + "\N{ZERO WIDTH SPACE}" * 900_000, Exit.FLAGGED),
    "40,000 accents on one letter": Row(
        "txt", BLAST + "e" + "\N{COMBINING ACUTE ACCENT}" * 40_000, Exit.FLAGGED
    ),
}


def written(folder, name, suffix, content):
    path = folder / f"{name}.{suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Start all rows, two at a time; a test waits only for its own."""

    def one(row):
        folder = tmp_path_factory.mktemp("row")
        return run(folder, written(folder, "message", row.suffix, row.content))

    pool = ThreadPoolExecutor(2)
    yield {name: pool.submit(one, row) for name, row in {"plain": PLAIN, **ROWS}.items()}
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", ROWS)
def test_row(runs, name):
    row, done = ROWS[name], runs[name].result()
    assert done.complaints == ""
    assert done.seconds - runs["plain"].result().seconds <= SECONDS
    assert done.megabytes <= MEGABYTES
    assert row.status in (None, done.status)

    [report] = done.reports
    assert (row.limit is None) == (report["limits"] == [])
    assert row.limit is None or any(row.limit in said for said in report["limits"])
    assert bool(report["not_judged"]) == (done.status == Exit.NOT_JUDGED)
    json.dumps(report, ensure_ascii=False).encode()  # no lone surrogate got through


def test_20_000_recipients_are_counted(runs):
    [report] = runs["20,000 recipients"].result().reports
    assert report["envelope"]["recipients"] == 20_000


def test_hebrew_in_an_old_charset_is_quoted_in_letters(runs):
    [report] = runs["iso-8859-8-i"].result().reports
    assert report["lang"] == "he"
    assert [item for item in report["evidence"] if item["text"] not in HEBREW] == []


NOTHING_TO_JUDGE = {
    "rubbish.txt": (RUBBISH, "50,000"),
    "rubbish.eml": (RUBBISH, "50,000"),
    "rubbish.html": (RUBBISH, "windows-1252"),
    "empty.txt": ("", None),
    "empty.eml": ("", None),
    "empty.html": ("", None),
    "blank.md": (" \n\t\n", None),
    "quotes.txt": (f"> {BLAST}\n" * 50, None),
    "quotes.eml": (f"{HEAD}\r\n" + f"> {BLAST}\n" * 50, None),
}


def test_nothing_to_judge_is_a_report_that_says_so(tmp_path):
    paths = [
        written(tmp_path, *name.split("."), content)
        for name, (content, _) in NOTHING_TO_JUDGE.items()
    ]
    done = run(tmp_path, *paths)
    assert (done.status, done.complaints) == (Exit.NOT_JUDGED, "")
    assert [report["id"] for report in done.reports] == list(NOTHING_TO_JUDGE)
    for report, (_, limit) in zip(done.reports, NOTHING_TO_JUDGE.values(), strict=True):
        assert (report["verdict"], report["scores"]) == ("not_judged", {})
        assert report["not_judged"]
        assert (limit or "") in " ".join(report["limits"])


NO_FILES = {
    "folder": "is a folder; name the files in it",
    "missing.txt": "No such file",
    "rubbish.bin": "looks like binary data",
}


@pytest.fixture
def no_files(tmp_path):
    (tmp_path / "folder").mkdir()
    written(tmp_path, "rubbish", "bin", RUBBISH)
    return tmp_path


def test_what_is_no_message_is_one_line_each(no_files):
    done = run(no_files, *(no_files / name for name in NO_FILES))
    assert (done.status, done.reports) == (Exit.NOT_JUDGED, [])
    for line, (name, says) in zip(done.complaints.splitlines(), NO_FILES.items(), strict=True):
        assert line.startswith(f"blastcheck: {no_files / name}: ")
        assert says in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_one_line(tmp_path):
    locked = written(tmp_path, "locked", "txt", BLAST)
    locked.chmod(0)
    done = run(tmp_path, locked)
    assert (done.status, done.reports) == (Exit.NOT_JUDGED, [])
    assert done.complaints.startswith(f"blastcheck: {locked}: Permission denied")


def test_a_broken_file_does_not_stop_the_others(no_files, tmp_path):
    good = written(tmp_path, "good", "txt", BLAST)
    done = run(tmp_path, no_files / "missing.txt", good, no_files / "rubbish.bin")
    assert (done.status, done.complaints.count("\n")) == (Exit.FLAGGED, 2)
    assert [report["source"] for report in done.reports] == [str(good)]


# Disguises: what a reader sees stays the same, so the verdict must.

CLEAR = {
    "en": (
        "Dear all,\n\nI was let go on Friday and I am looking for work, anything at all. Please"
        " forward my CV to everyone in your network, and if you hear of any opening in any field,"
        " think of me.\n\nThank you,\nNorma",
        "Hi everyone! My son has just finished his degree and needs a job. His CV is attached,"
        " please pass it on to all your contacts and colleagues. Any sector, any town. Every share"
        " helps!",
        "Hi Tom, I wrote you a glowing recommendation last month and shared all your posts. Now it"
        " is your turn: I expect you to endorse me too. After all I have done for you, it is the"
        " least you can do.",
    ),
    "fr": (
        "Bonjour à tous,\n\nJ'ai été licenciée vendredi et je cherche du travail, n'importe quoi."
        " Merci de transférer mon CV à tout votre réseau, et si vous entendez parler d'un poste,"
        " dans n'importe quel secteur, pensez à moi.\n\nMerci d'avance,\nNorma",
        "Salut tout le monde ! Mon fils vient de finir ses études et cherche un emploi. Son CV est"
        " en pièce jointe, faites-le suivre à tous vos contacts et collègues. Tous secteurs,"
        " toutes régions. Chaque partage compte !",
        "Bonjour Thomas, je t'ai écrit une belle recommandation le mois dernier et j'ai partagé"
        " tous tes articles. Maintenant c'est à ton tour : j'attends que tu me recommandes aussi."
        " Après tout ce que j'ai fait pour toi, c'est la moindre des choses.",
    ),
    "he": (
        "שלום לכולם,\n\nפוטרתי ביום שישי ואני מחפשת עבודה, כל דבר. אנא העבירו את קורות החיים שלי"
        " לכל מי שאתם מכירים, ואם אתם שומעים על משרה, בכל תחום, תחשבו עליי.\n\nתודה מראש,\nנורמה",
        "היי לכולם! הבן שלי סיים עכשיו תואר ומחפש עבודה. קורות החיים שלו מצורפים, אנא העבירו"
        " אותם לכל אנשי הקשר והקולגות שלכם. הוא מתאים לכל תפקיד, בכל אזור בארץ.",
        "היי תומר, כתבתי לך המלצה חמה בחודש שעבר ושיתפתי את כל הפוסטים שלך. עכשיו תורך: אני מצפה"
        " שתכתוב גם עליי המלצה. אחרי כל מה שעשיתי בשבילך, זה המינימום.",
    ),
}
OPEN_DISGUISES = {"mirrored lines": "text inside an override is not turned round"}
"""Disguises that still work, and why. One that fails turns the run red: delete it here."""


@pytest.fixture(scope="module")
def disguised(tmp_path_factory):
    """Return file name -> report on it, for all clear messages, plain and disguised."""
    folder = tmp_path_factory.mktemp("disguised")
    paths = []
    for lang, texts in CLEAR.items():
        for number, text in enumerate(texts):
            key = f"{lang}{number}"
            paths.append(written(folder, f"plain-{key}", "txt", text))
            for name, change in TEXT_DISGUISES.items():
                paths.append(written(folder, f"{slug(name)}-{key}", "txt", change(text)))
            for name in HTML_DISGUISES:
                page = as_html(name, text, lang)
                paths.append(written(folder, f"{slug(name)}-{key}", "html", page))
    done = run(folder, *paths)
    return {report["id"].rpartition(".")[0]: report for report in done.reports}


def slug(name):
    return "".join(char if char.isalnum() else "_" for char in name)


KEYS = [f"{lang}{number}" for lang, texts in CLEAR.items() for number in range(len(texts))]


def test_the_clear_messages_are_clear(disguised):
    flags = {key: disguised[f"plain-{key}"]["flags"] for key in KEYS}
    assert flags == {key: ["give_to_get" if key[-1] == "2" else "cv_blast"] for key in KEYS}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            n, marks=pytest.mark.xfail(reason=OPEN_DISGUISES[n]) if n in OPEN_DISGUISES else ()
        )
        for n in (*TEXT_DISGUISES, *HTML_DISGUISES)
    ],
)
def test_a_disguise_changes_no_verdict(disguised, name):
    changed = {}
    for key in KEYS:
        plain, other = disguised[f"plain-{key}"], disguised.get(f"{slug(name)}-{key}")
        wanted = [plain["lang"], plain["flags"]]
        if (found := other and [other["lang"], other["flags"]]) != wanted:
            changed[key] = found
    assert changed == {}


@pytest.mark.parametrize("char", ["!", "\N{GRINNING FACE}", "-", "z"])
def test_a_tail_of_one_character_weighs_little(checker, char):
    for lang, texts in CLEAR.items():
        for text in texts:
            plain, longer = Message(text, lang=lang), Message(f"{text} {char * 20_000}", lang=lang)
            counts = [len(prepare(message).reading.words) for message in (plain, longer)]
            assert counts[1] < counts[0] + 25
            assert checker.check(longer).flags == checker.check(plain).flags


FAR_FETCHED = {
    "negative circled letters": letters(0x1F150, 0x1F150),
    "flag letters": letters(0x1F1E6, 0x1F1E6),
}


@pytest.mark.parametrize("name", FAR_FETCHED)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_letters_we_do_not_know_are_never_called_ok(checker, lang, name):
    for text in CLEAR[lang]:
        message = Message(text=FAR_FETCHED[name](text.upper()))
        assert checker.check(message).verdict != "ok"


# Properties: no bytes at all may raise.

CHECKER = Checker.load()
FORMATS = st.sampled_from(sorted(READERS))
SNIPPETS = st.sampled_from(
    [*"\n<>&;=?\"'/-", BLAST, HEBREW, "<p>", "</p>", '<div style="', "<!--", "&#x", "--b\r\n",
     "=?utf-8?B?", "=E9", "> ", "-----Original Message-----\n", "-- \n", "Subject: ", "\r\n\r\n",
     "Content-Type: multipart/mixed; boundary=b\r\n", "Content-Type: text/html\r\n\r\n",
     "\N{ZERO WIDTH SPACE}", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{GRINNING FACE}", "{{name}}"]
)  # fmt: skip
LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JOINED = st.lists(SNIPPETS | LETTERS, max_size=20).map(lambda pieces: "".join(pieces).encode())


def checked(data, format):
    message = read_bytes(data, format=format)
    report = CHECKER.check(message)
    assert report.verdict in {"ok", "unsure", "flag", "not_judged"}
    assert (report.verdict == "not_judged") == (report.scores == {})
    for item in (*report.evidence, *report.changes, *report.asides):
        assert 0 <= item.start < item.end <= len(message.text)
    json.dumps(report.to_dict(), ensure_ascii=False).encode()


@given(FORMATS, st.binary(max_size=400) | JOINED)
@example("txt", f"{BLAST} e\N{COMBINING ACUTE ACCENT}\N{COMBINING ACUTE ACCENT}".encode())
@example("txt", f"{BLAST} \N{ZERO WIDTH SPACE}\N{MACRON}".encode())
def test_any_bytes_get_a_report(format, data):
    checked(data, format)
