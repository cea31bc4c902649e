"""Labelling: what is asked next, and answers that survive anything."""

from __future__ import annotations

import http.client
import json
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.corpus import TacticSpan
from classifier.imports import ImportOptions, read_labelled
from classifier.labelling.answers import Answer, Answers, alone_with, contradiction
from classifier.labelling.choice import RANDOM_EVERY, Chooser
from classifier.labelling.exports import EXPORTS
from classifier.labelling.marking import span_of, tactic_named
from classifier.labelling.pool import Candidate, Search, gather
from classifier.labelling.session import Session
from classifier.labelling.web import Server
from classifier.schema import ConfigError
from tests.conftest import ROOT

TEXTS = (
    "Dear all, please forward my CV to everyone you know, anything at all helps.",
    "Could we move our call on the garden wall to Thursday at ten?",
    "I left your shop five stars 🌟 last night, so now you write me a review, yes?",
    "Bonjour à tous, quelqu'un embauche du côté de Nantes ? Je prends tout.",
    "שלום לכולם, מישהו מכיר משרה באזור חיפה? אשמח לכל עזרה.",
    "The minutes of Monday are in the shared folder, with the two open points marked.",
)
THRESHOLDS = {"cv_blast": 0.8, "give_to_get": 0.8}


def candidate(text="A message of some words.", lang="en", cv=0.1, cluster=None):
    scores = {"cv_blast": cv, "give_to_get": 0.0}
    return Candidate(f"in.jsonl:{text}", text, "", lang, None, scores, cluster)


def asked(chooser, count):
    """Return what is picked when everything is answered at once."""
    done, why = [], []
    for _ in range(count):
        place, picked = chooser.pick(done)
        done.append(place)
        why.append(picked)
    return done, why


@pytest.fixture
def drafts(tmp_path):
    path = tmp_path / "drafts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS), "utf-8")
    return path


@pytest.fixture
def session(drafts, tmp_path, checker):
    pool = gather(Search((str(drafts),)), pytest.fail)
    return Session(pool, Answers(tmp_path / "out.jsonl"), checker)


# ---------------------------------------------------------------- what is asked


def test_the_message_nearest_to_its_threshold_is_asked_first():
    pool = [candidate("far", cv=0.01), candidate("near", cv=0.79), candidate("sure", cv=0.999)]
    assert Chooser(pool, THRESHOLDS).pick([]) == (1, "uncertain")


def test_a_message_judged_unlike_its_neighbours_is_asked_early():
    alike = [candidate(f"the garden wall is wet again on day {n}", cv=0.001) for n in range(12)]
    odd = candidate("the garden wall is wet again on day 99", cv=1.0)
    other = [candidate(f"tax form number {n} was sent to Lyon", cv=0.001) for n in range(12)]
    assert Chooser([*alike, odd, *other], THRESHOLDS).pick([]) == (12, "neighbours")


def test_one_question_in_five_is_drawn_by_chance():
    pool = [candidate(f"message {n} about things", cv=n / 100) for n in range(60)]
    _, why = asked(Chooser(pool, THRESHOLDS), 40)
    assert [n for n, picked in enumerate(why, 1) if picked == "random"] == [5, 10, 15, 20, 25, 30,
                                                                           35, 40]  # fmt: skip
    assert RANDOM_EVERY == 5


def test_languages_are_asked_in_turn():
    pool = [candidate(f"{lang} {n}", lang) for lang in ("en", "fr", "he") for n in range(9)]
    done, why = asked(Chooser(pool, THRESHOLDS), 12)
    chosen = [pool[i].lang for i, picked in zip(done, why, strict=True) if picked != "random"]
    assert max(map(chosen.count, ("en", "fr", "he"))) <= 4


def test_of_a_mass_send_one_message_is_asked():
    sent = [candidate(f"letter {n}", cv=0.8, cluster=7) for n in range(20)]
    pool = [*sent, candidate("alone", cv=0.1), candidate("another", cv=0.1)]
    done, why = asked(Chooser(pool, THRESHOLDS), 3)
    assert why.count("random") == 0
    assert sum(pool[i].cluster == 7 for i in done) == 1


@given(st.integers(0, 25))
def test_everything_outside_mass_sends_is_asked_once(size):
    pool = [candidate(f"message {n}", cv=n / 30) for n in range(size)]
    chooser = Chooser(pool, THRESHOLDS)
    done, _ = asked(chooser, size)
    assert sorted(done) == list(range(size))
    assert chooser.pick(done) is None


def test_what_was_skipped_comes_back_last():
    pool = [candidate(f"message {n}", cv=0.5) for n in range(3)]
    chooser = Chooser(pool, THRESHOLDS)
    first, _ = chooser.pick([])
    others = [i for i in range(3) if i != first]
    assert chooser.pick([], {first})[0] in others
    assert chooser.pick(others, {first})[0] == first


# ---------------------------------------------------------------- the pool


def test_the_pool_keeps_own_words_and_counts_only(tmp_path, drafts):
    mail = tmp_path / "mail.eml"
    mail.write_text(
        "To: a@example.org, b@example.org\nSubject: Wall\nContent-Type: text/plain\n\n"
        "The wall is wet again, could you come on Friday?\n\n"
        "On Monday Ann <ann@example.org> wrote:\n> The secret of the other side\n"
    )
    said = []
    pool = gather(Search((str(mail), str(drafts), str(drafts))), said.append)
    [found] = [one for one in pool if one.subject == "Wall"]
    assert "secret" not in found.text
    assert found.envelope["to"] == 2
    assert len(pool) == len(TEXTS) + 1  # none twice


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path, drafts):
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"text": "The wall is wet again on Friday."}\n{"text": \n', "utf-8")
    said = []
    assert len(gather(Search((str(broken), str(drafts))), said.append)) == len(TEXTS) + 1
    assert len(said) == 1
    assert "broken.jsonl" in said[0]


# ---------------------------------------------------------------- answers


def test_answers_are_what_train_takes(session, tmp_path):
    labels = (("cv_blast",), (), ("cv_blast", "give_to_get"))
    for n in range(6):
        text = session.question().candidate.text
        mark = TacticSpan(0, len(text) // 2, "easy_out")
        session.answer(Answer(labels[n % 3], borderline=n == 0, spans=(mark,) if n == 1 else ()))
    assert session.question() is None
    found = read_labelled([tmp_path / "out.jsonl"], ImportOptions())
    assert found.faults == []
    assert [e.labels for _, e in found.examples] == [(1, 0), (0, 0), (1, 1)] * 2
    assert sorted(e.message.text for _, e in found.examples) == sorted(TEXTS)
    assert [len(e.spans) for _, e in found.examples] == [0, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(("tool", "suffix"), [("label-studio", "json"), ("doccano", "jsonl")])
def test_answers_come_back_from_other_tools(session, tmp_path, tool, suffix):
    while question := session.question():
        text = question.candidate.text
        at = text.find("five stars 🌟 last night")
        marked = (TacticSpan(at, at + 23, "quid_pro_quo"),) if at >= 0 else ()
        session.answer(Answer(("give_to_get",) if marked else (), spans=marked))
    out = tmp_path / f"export.{suffix}"
    out.write_text(EXPORTS[tool](Answers(tmp_path / "out.jsonl").rows), "utf-8")
    plain = read_labelled([tmp_path / "out.jsonl"], ImportOptions())
    found = read_labelled([out], ImportOptions())
    assert found.faults == []
    kept = [(e.message.text, e.message.lang, e.labels, e.spans) for _, e in found.examples]
    assert kept == [(e.message.text, e.message.lang, e.labels, e.spans) for _, e in plain.examples]
    assert sum(len(e.spans) for _, e in found.examples) == 1


def test_undo_takes_the_last_answer_back(session, tmp_path):
    first = session.question().candidate
    session.answer(Answer(()))
    assert session.question().candidate != first
    assert session.undo()
    assert session.question().candidate == first
    assert Answers(tmp_path / "out.jsonl").rows == []
    assert not session.undo()


def test_a_session_goes_on_where_it_stopped(session, tmp_path, drafts, checker):
    answered = session.question().candidate.text
    session.answer(Answer(("cv_blast",)))
    again = Session(gather(Search((str(drafts),)), pytest.fail), Answers(tmp_path / "out.jsonl"),
                    checker)  # fmt: skip
    texts = []
    while question := again.question():
        texts.append(question.candidate.text)
        again.answer(Answer(()))
    assert sorted([answered, *texts]) == sorted(TEXTS)
    assert len(Answers(tmp_path / "out.jsonl").rows) == len(TEXTS)


def test_answers_of_another_pool_are_not_taken_back(session, tmp_path, checker):
    session.answer(Answer(()))
    other = Session([candidate("Some other words here.")], Answers(tmp_path / "out.jsonl"), checker)
    assert not other.undo()
    assert len(Answers(tmp_path / "out.jsonl").rows) == 1


def test_what_a_crash_left_of_a_line_is_cut_off(tmp_path, session):
    session.answer(Answer(()))
    path = tmp_path / "out.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id": "lb-torn", "te')
    assert len(Answers(path).rows) == 1
    assert path.read_bytes() == whole


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.jsonl"
    path.write_text('{"text": "a labelled message", "cv_blast": 1}\n')
    with pytest.raises(ConfigError, match="line 1: not an answer"):
        Answers(path)


def test_two_sessions_do_not_share_a_file(tmp_path):
    path = tmp_path / "out.jsonl"
    with alone_with(path), pytest.raises(ConfigError, match="another `blastcheck label`"):  # noqa: SIM117
        with alone_with(path):
            pass
    assert list(tmp_path.iterdir()) == []


ANSWERING = """
import sys
from pathlib import Path
from classifier.labelling.answers import Answer, Answers
from classifier.labelling.pool import Candidate
answers = Answers(Path(sys.argv[1]))
for n in range(100_000):
    text = f"message {n} " * 200
    answers.add(Candidate("x", text, "", "en", None, {}, None), Answer(()), "random")
    print(n, flush=True)
"""


def test_no_answer_is_lost_to_kill_9(tmp_path):
    path = tmp_path / "out.jsonl"
    kept = 0
    for round_ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", ANSWERING, str(path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        told = [process.stdout.readline() for _ in range(10 + 7 * round_)]
        process.send_signal(signal.SIGKILL)
        told += process.communicate()[0].splitlines()
        rows = Answers(path).rows
        # All that was acknowledged is there; one more may have been on its way.
        assert len(told) <= len(rows) - kept <= len(told) + 1
        kept = len(rows)


# ---------------------------------------------------------------- marks


TEXT = "Hi Dana, I praised your book 📚. So NOW write one for me, please."


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("praised your book", "praised your book"),
        ("so now write", "So NOW write"),
        ("I praised ... for me", "I praised your book 📚. So NOW write one for me"),
        ("praised…please", "praised your book 📚. So NOW write one for me, please"),
    ],
)
def test_words_are_found_as_they_are_typed(typed, words):
    span = span_of(TEXT, typed, "quid_pro_quo")
    assert TEXT[span.start : span.end] == words


@pytest.mark.parametrize("typed", ["", "not there", "for me ... praised"])
def test_words_that_are_not_there_are_told(typed):
    with pytest.raises(ConfigError, match="does not stand in the message"):
        span_of(TEXT, typed, "quid_pro_quo")


@pytest.mark.parametrize(
    ("typed", "tactic"), [("l1", "quid_pro_quo"), ("P2", "mass_address"), ("easy", "easy_out")]
)
def test_tactics_go_by_code_or_beginning(typed, tactic):
    assert tactic_named(typed) == tactic


@pytest.mark.parametrize("typed", ["", "zebra", "s"])
def test_a_name_of_no_tactic_or_of_many_is_told(typed):
    with pytest.raises(ConfigError, match="tactic"):
        tactic_named(typed)


def test_marks_and_answer_must_agree():
    lever = TacticSpan(0, 5, "quid_pro_quo")
    assert "give_to_get" in contradiction(Answer((), spans=(lever,)))
    assert contradiction(Answer(("give_to_get",), spans=(lever,))) is None
    assert contradiction(Answer((), spans=(TacticSpan(0, 5, "cv_push"),))) is None


# ---------------------------------------------------------------- the terminal


def typed(keys, *args, columns="80"):
    """Run the command on a real terminal, type each key at its prompt; return what is shown."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": columns, "NO_COLOR": "1", "TERM": "xterm"}
    command = [sys.executable, "-m", "classifier", "label", *args, "--no-config"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown, waiting = b"", list(keys)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.3)[0]:
            # Only what is typed while a prompt waits counts, as with people.
            if waiting and shown.rstrip().endswith((b"?]", b"):")):
                os.write(ours, waiting.pop(0).encode())
            continue
        try:
            shown += os.read(ours, 65536)
        except OSError:  # the command has ended
            break
    process.kill()
    os.close(ours)
    return process.wait(timeout=10), shown.decode("utf-8", "replace")


def test_labelling_on_a_terminal(tmp_path, drafts):
    out = tmp_path / "out.jsonl"
    keys = ["c", "u", "k", "c", "?", "s", "m", "no such words\n", "l1\n", "n", "q"]
    status, shown = typed(keys, str(drafts), "-o", str(out))
    assert status == 0, shown
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(row["cv_blast"], row.get("difficulty")) for row in rows] == [
        (1, "borderline"),
        (0, None),
    ]
    assert "does not stand in the message" in shown
    assert "2 answers in" in shown


def test_without_a_terminal_it_says_what_to_do(tmp_path, drafts):
    found = subprocess.run(
        [sys.executable, "-m", "classifier", "label", str(drafts), "-o", str(tmp_path / "o.jsonl")],
        cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert found.returncode == 2
    assert "--web" in found.stderr


def test_a_source_without_messages_is_told(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    status, shown = typed([], str(empty), "-o", str(tmp_path / "out.jsonl"))
    assert status == 3
    assert "nothing to label" in shown


# ---------------------------------------------------------------- the page's server


@pytest.fixture
def server(session):
    with Server(session) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def request(server, name, body=None, *, token=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    path = f"/{server.token if token is None else token}/{name}"
    if body is not None:
        headers = {"Content-Type": "application/json"} | headers
    connection.request("GET" if body is None else "POST", path, body, headers)
    response = connection.getresponse()
    text = response.read().decode("utf-8")
    connection.close()
    return response, text


def test_the_page_is_served_with_a_policy_that_fetches_nothing(server):
    response, text = request(server, "")
    assert response.status == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "http" not in text.replace("http-equiv", "")
    assert server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("token", "headers"), [("wrong", {}), ("", {}), (None, {"Host": "evil.example.org"})]
)
def test_a_stranger_gets_nothing(server, token, headers):
    response, text = request(server, "question", token=token, **headers)
    assert response.status == 404
    assert json.loads(text) == {"error": "there is nothing here"}


def test_an_answer_is_kept_and_the_next_question_comes(server, tmp_path):
    first = json.loads(request(server, "question")[1])
    body = {"place": first["place"], "labels": ["cv_blast"], "borderline": False, "spans": []}
    response, text = request(server, "answer", json.dumps(body))
    assert response.status == 200
    assert json.loads(text)["place"] != first["place"]
    [row] = Answers(tmp_path / "out.jsonl").rows
    assert (row["text"], row["cv_blast"]) == (first["text"], 1)


@pytest.mark.parametrize(
    "change",
    [
        {"place": "elsewhere"},
        {"spans": [{"start": 5, "end": 99_999, "tactic": "easy_out"}]},
        {"spans": [{"start": 0, "end": 5, "tactic": "zebra"}]},
        {"spans": [{"start": 0, "end": 5, "tactic": "quid_pro_quo"}]},
        {"spans": 3},
    ],
)
def test_a_wrong_answer_is_refused_and_the_question_stays(server, tmp_path, change):
    first = json.loads(request(server, "question")[1])
    body = {"place": first["place"], "labels": [], "borderline": False, "spans": []} | change
    response, text = request(server, "answer", json.dumps(body))
    assert response.status == 400
    assert json.loads(text)["error"]
    assert json.loads(request(server, "question")[1]) == first
    assert Answers(tmp_path / "out.jsonl").rows == []


@pytest.mark.parametrize("body", ["{", "[]", "null"])
def test_nonsense_is_refused(server, body):
    assert request(server, "answer", body)[0].status == 400


def test_a_form_of_another_page_is_refused(server):
    response, _ = request(server, "skip", "{}", **{"Content-Type": "text/plain"})
    assert response.status == 404
