"""Drafts on a mail server: a real Dovecot, and what goes wrong on the way to it."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys

import pytest

from classifier.sources import Address, Failure, Notice, ReadOptions, Record, read_sources
from tests.conftest import ROOT

pytestmark = pytest.mark.servers

imapclient = pytest.importorskip("imapclient", reason="extra 'imap'")
from tests.servers import dovecot  # noqa: E402
from tests.servers.proxy import Proxy  # noqa: E402

if dovecot.missing():
    pytest.skip(dovecot.missing(), allow_module_level=True)

HEBREW = "טיוטות"


def mail(number, text="Could we move our call on the garden wall to Thursday at ten?"):
    head = f"From: a@x.example\nTo: b@y.example\nSubject: Draft {number}\n"
    return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text} {number}\n".encode()


@pytest.fixture(scope="module")
def server():
    running = dovecot.Dovecot()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def trust(server, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    monkeypatch.setattr("classifier.sources.imap.connection.TIMEOUT", 3.0)


@pytest.fixture
def folder(server, request):
    """Fill a folder of its own with drafts."""
    name = re.sub(r"\W", "-", request.node.name)

    def fill(count):
        server.fill(name, [mail(n) for n in range(count)])
        return f"{server.address}/{name}"

    return fill


def client(server):
    context = ssl.create_default_context(cafile=server.authority)
    connection = imapclient.IMAPClient("127.0.0.1", server.tls_port, ssl_context=context)
    connection.login(dovecot.USER, dovecot.PASSWORD)
    return connection


def reading(address, password=dovecot.PASSWORD, **options):
    return read_sources([address], ReadOptions(password=lambda *_: password, **options))


def numbers(found):
    return [int(item.message().subject.split()[1]) for item in found if isinstance(item, Record)]


def failures(found):
    return [item for item in found if isinstance(item, Failure)]


def test_the_folder_for_drafts_is_found_by_itself(server):
    server.fill("Entw&APw-rfe", [mail(1), mail(2)])
    found = list(reading(server.address))
    assert numbers(found) == [1, 2]
    assert re.fullmatch(
        r"imaps://noa@mail\.example@127\.0\.0\.1/Entw%C3%BCrfe;UIDVALIDITY=\d+/;UID=1",
        found[0].place,
    )
    assert (found[0].id, found[0].source) == ("Entwürfe#1", server.address)


def test_a_folder_in_hebrew(server):
    with client(server) as connection:
        connection.create_folder(HEBREW)
        connection.append(HEBREW, mail(7, "שלום, אשמח לשמוע מה דעתך על המכתב"))
    [record] = reading(f"{server.address}/{HEBREW}")
    assert "אשמח לשמוע" in record.message().text


def test_nothing_becomes_read(server, folder):
    address = folder(3)
    assert len(list(reading(address))) == 3
    with client(server) as connection:
        connection.select_folder(address.rpartition("/")[2], readonly=True)
        assert set(connection.get_flags([1, 2, 3]).values()) <= {(), (b"\\Recent",)}


def test_two_thousand_drafts_in_order(folder):
    assert numbers(reading(folder(2000))) == list(range(2000))


def test_what_arrives_while_reading_comes_last_and_what_disappears_is_told(server, folder):
    address = folder(120)
    name = address.rpartition("/")[2]
    items = reading(address)
    found = [next(items)]
    with client(server) as connection:
        connection.append(name, mail(999))
        connection.select_folder(name)
        connection.delete_messages([110])
        connection.expunge()
    found += items
    [gone] = failures(found)
    assert gone.place.endswith(";UID=110")
    assert gone.why.startswith("gone before it was read")
    assert numbers(found) == [n for n in range(120) if n != 109] + [999]


def test_only_what_is_new_is_fetched_when_resuming(folder):
    address = folder(60)
    places = {item.place for item in list(reading(address))[:50]}
    asked = list(reading(address, held=places.__contains__))
    assert numbers(asked) == list(range(50, 60))


def test_an_empty_folder_is_a_notice(server):
    [notice] = reading(f"{server.address}/Sent")
    assert isinstance(notice, Notice)
    assert notice.text == "an empty mailbox"


@pytest.mark.parametrize(
    ("path", "password", "why"),
    [
        ("", "wrong", "login refused for noa@mail.example; check the user and the password"),
        ("/Nowhere", dovecot.PASSWORD, "no folder 'Nowhere'; name one of "),
    ],
)
def test_what_is_wrong_is_told_with_the_way_out(server, path, password, why):
    [failure] = reading(server.address + path, password)
    assert failure.place == server.address + path
    assert failure.why.startswith(why)
    assert password not in failure.why


def test_an_untrusted_certificate_is_refused_before_the_password_is_sent(server, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    before = server.log()
    [failure] = reading(server.address)
    assert failure.why.startswith("certificate not trusted (")
    assert "nothing was sent" in failure.why
    assert "user=<noa" not in server.log().removeprefix(before)


def test_starttls(server):
    address = server.address_of(server.port, "imap")
    assert isinstance(next(reading(f"{address}/Sent")), Notice)


def test_a_server_that_is_not_there(server):
    [failure] = reading(server.address_of(dovecot.free_port()))
    assert failure.why.startswith("no connection: Connection refused; check host and port")


@pytest.fixture
def through(server):
    """Return an address of the server behind a proxy that spoils what it says."""
    proxies = []

    def address(folder, spoil):
        proxy = Proxy(server.tls_port, server.certificate(), spoil)
        proxies.append(proxy)
        return folder.replace(str(server.tls_port), str(proxy.port))

    yield address
    for proxy in proxies:
        proxy.close()


def cut_after(count, *, then):
    """Hang up after `count` bytes on the first connection; answer to later ones if `then`."""
    passed = 0

    def spoil(data, number):
        nonlocal passed
        passed += len(data)
        return data if (then if number > 1 else passed <= count) else None

    return spoil


def test_a_connection_that_is_cut_half_way_is_made_again_and_loses_nothing(folder, through):
    address = through(folder(200), cut_after(30_000, then=True))
    assert numbers(reading(address)) == list(range(200))


def test_a_connection_that_is_cut_for_good_is_told_after_what_was_read(folder, through):
    address = through(folder(200), cut_after(30_000, then=False))
    found = list(reading(address))
    assert numbers(found) == list(range(len(numbers(found))))
    *_, last = found
    assert last.why.startswith("no connection: ")
    assert last.why.endswith(f"({len(found) - 1} messages before that were read)")


def test_a_server_that_breaks_at_every_message_is_given_up(folder, through):
    def spoil(data, _number):
        return None if b"BODY[]" in data else data

    *failed, last = reading(through(folder(60), spoil))
    assert [item.place[-6:] for item in failed] == [f";UID={n}" for n in range(1, 5)]
    assert last.why == "the connection breaks at every message; run it again later"


def test_a_broken_literal_costs_its_message_only(folder, through):
    broken = re.compile(rb"UID 42 BODY\[\]<0> \{\d+\}")

    def spoil(data, _number):
        return broken.sub(b"UID 42 BODY[]<0> {99999999}", data)

    found = list(reading(through(folder(60), spoil)))
    assert numbers(found) == [n for n in range(60) if n != 41]
    [failure] = failures(found)
    assert failure.place.endswith(";UID=42")
    assert failure.why.startswith("the server cannot send it whole")


def test_the_command_takes_the_password_from_the_environment(folder, tmp_path):
    address = folder(30)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    command = [sys.executable, "-m", "classifier", "batch", "--no-config", address]
    command += ["-o", str(tmp_path / "out.jsonl"), "--jobs", "1"]

    def run(**more):
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**environment, **more},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    done = run(BLASTCHECK_IMAP_PASSWORD=dovecot.PASSWORD)
    assert (done.returncode, done.stderr) == (0, "")
    assert "30 judged" in done.stdout
    done = run()
    assert done.returncode == 2
    assert "set BLASTCHECK_IMAP_PASSWORD, or run: keyring set blastcheck" in done.stderr


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("imaps://me:secret@host/", "a password does not belong in an address"),
        ("imaps://host/Drafts", "no user or host"),
        ("imaps://me@host:x/", "not an address"),
    ],
)
def test_a_wrong_address(address, why):
    [failure] = reading(address)
    assert why in failure.why
    assert "secret" not in failure.why


def test_an_address_may_have_a_mail_address_as_its_user():
    address = Address.parse("imaps://me@mail.example@imap.mail.example:1993/My%20Drafts")
    assert (address.user, address.host, address.port, address.folder) == (
        "me@mail.example",
        "imap.mail.example",
        1993,
        "My Drafts",
    )
