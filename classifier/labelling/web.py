"""The same loop as a page, served to this machine alone.

On the loopback address, on a port and under a path nobody can guess; a request that names another
host is refused, so that no page of the web can reach it under a name of its own (DNS rebinding).
The page fetches nothing from anywhere else, and runs only its own script.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from secrets import token_urlsafe
from typing import Any

from classifier.advice import tactic_title
from classifier.corpus import TacticSpan
from classifier.labelling.answers import Answer, contradiction
from classifier.labelling.session import Question, Session
from classifier.schema import CODES, LABELS, TACTICS, BlastcheckError, ConfigError

MAX_BODY = 1_000_000
"""Bytes of a request: an answer holds offsets, no text."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_FILES = {
    "": ("label.html", "text/html; charset=utf-8"),
    "label.js": ("label.js", "text/javascript; charset=utf-8"),
    "label.css": ("label.css", "text/css; charset=utf-8"),
}


class Server(ThreadingHTTPServer):
    """Serves one session on 127.0.0.1."""

    daemon_threads = True

    def __init__(self, session: Session, port: int = 0) -> None:
        """Listen on `port`, by default one that is free."""
        self.session, self.lock = session, threading.Lock()
        self.token = token_urlsafe(24)
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def host(self) -> str:
        """Return the only host that requests may name."""
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"http://{self.host}/{self.token}/"


class _Handler(BaseHTTPRequestHandler):
    """One request. Nothing is logged: paths hold the token."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send the page, its parts, or the question."""
        name = self._name()
        if name == "question":
            with self.server.lock:
                self._send_json(HTTPStatus.OK, _shown(self.server.session.question()))
        elif name in _FILES:
            file, kind = _FILES[name]
            self._send(
                HTTPStatus.OK, kind, files("classifier.labelling").joinpath(file).read_bytes()
            )
        else:
            self._send_json(HTTPStatus.NOT_FOUND, {"error": "there is nothing here"})

    def do_POST(self) -> None:
        """Take an answer, a skip or an undo, and send the next question."""
        name, size = self._name(), self.headers.get("Content-Length", "")
        kind = self.headers.get("Content-Type", "")
        if name not in ("answer", "skip", "undo") or kind != "application/json":
            self.close_connection = True
            self._send_json(HTTPStatus.NOT_FOUND, {"error": "there is nothing here"})
            return
        if not size.isdigit() or int(size) > MAX_BODY:
            self.close_connection = True
            self._send_json(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "the answer is too big"})
            return
        try:
            with self.server.lock:
                _do(self.server.session, name, json.loads(self.rfile.read(int(size)) or b"null"))
                self._send_json(HTTPStatus.OK, _shown(self.server.session.question()))
        except (BlastcheckError, ValueError, KeyError, TypeError) as error:
            self._send_json(HTTPStatus.BAD_REQUEST, {"error": str(error)})

    def _name(self) -> str | None:
        """Return what is wanted; None for a request that is not our page's."""
        head = f"/{self.server.token}/"
        ours = self.headers.get("Host") == self.server.host and self.path.startswith(head)
        return self.path.removeprefix(head) if ours else None

    def _send_json(self, status: HTTPStatus, value: Mapping[str, Any]) -> None:
        body = json.dumps(value, ensure_ascii=False).encode("utf-8")
        self._send(status, "application/json; charset=utf-8", body)

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _do(session: Session, name: str, said: Any) -> None:
    """Carry out what the page asks.

    Raises:
        BlastcheckError: it cannot be done; the question stays.
        KeyError, TypeError, ValueError: it is no answer.
    """
    question = session.question()
    if name == "undo":
        if not session.undo():
            raise ConfigError("there is no answer to take back")
    elif question is None or said["place"] != question.candidate.place:
        raise ConfigError("this message was answered elsewhere; here is the next one")
    elif name == "skip":
        session.skip()
    else:
        answer = _answer(question, said)
        if wrong := contradiction(answer):
            raise ConfigError(wrong)
        session.answer(answer)


def _answer(question: Question, said: Mapping[str, Any]) -> Answer:
    length = len(question.candidate.text)
    spans = [TacticSpan(int(s["start"]), int(s["end"]), s["tactic"]) for s in said["spans"]]
    if any(not 0 <= s.start < s.end <= length or s.tactic not in TACTICS for s in spans):
        raise ConfigError("a mark lies outside the message, or names no tactic")
    labels = tuple(label for label in LABELS if label in said["labels"])
    return Answer(labels, bool(said["borderline"]), tuple(spans))


def _shown(question: Question | None) -> dict[str, Any]:
    """Return what the page shows, as JSON; offsets count code points."""
    if question is None:
        return {"done": True}
    one = question.candidate
    codes = {tactic: code for code, tactic in CODES.items()}
    return {
        "done": False,
        "place": one.place,
        "text": one.text,
        "subject": one.subject,
        "lang": one.lang,
        "picked": question.picked,
        "answered": question.answered,
        "left": question.left,
        "evidence": [
            {key: value for key, value in asdict(e).items() if key in ("start", "end", "label")}
            | {"title": tactic_title(e.tactic, one.lang)}
            for e in question.report.evidence
        ],
        "tactics": [
            {"id": tactic, "code": codes.get(tactic, ""), "title": tactic_title(tactic, one.lang)}
            for tactic in TACTICS
        ],
    }
