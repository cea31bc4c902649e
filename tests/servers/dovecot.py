"""A real Dovecot on loopback: own folder, configuration and certificate, gone after the test."""

from __future__ import annotations

import mailbox
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

trustme = pytest.importorskip("trustme", reason="extra 'servers'")

USER, PASSWORD = "noa@mail.example", "correct horse"
OWNER = "nobody"
"""Dovecot opens no mail as root."""

CONFIGURATION = """\
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/log
protocols = imap
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{root}/server.pem
ssl_key = <{root}/server.key
disable_plaintext_auth = yes
mail_location = maildir:{root}/mail
mail_max_userip_connections = 100
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/home
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Entwürfe {{
    auto = create
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {tls_port}
    ssl = yes
  }}
}}
service auth {{
  user = {internal}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
"""


def missing() -> str:
    """Return what keeps Dovecot from running here; empty when nothing does."""
    if not shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return "dovecot is not installed (apt-get install dovecot-imapd)"
    return (
        ""
        if os.geteuid() == 0
        else "dovecot is started as root here, so that it can drop to others"
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Dovecot:
    """A running server with one user."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="bc-"))  # short: a socket's path has 108 bytes
        self.port, self.tls_port = free_port(), free_port()
        self._authority = trustme.CA()
        self.authority = self.root / "ca.pem"
        self._write_files()
        self._process = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F", "-c", str(self.root / "dovecot.conf")]
        )
        self._wait()

    def _write_files(self) -> None:
        self.root.chmod(0o755)
        owner = pwd.getpwnam(OWNER)
        certificate = self._authority.issue_cert("127.0.0.1", "localhost")
        self._authority.cert_pem.write_to_path(self.authority)
        certificate.private_key_pem.write_to_path(self.root / "server.key")
        for number, part in enumerate(certificate.cert_chain_pems):
            part.write_to_path(self.root / "server.pem", append=number > 0)
        (self.root / "users").write_text(f"{USER}:{PASSWORD}\n")
        for name in ("mail", "home"):
            (self.root / name).mkdir()
            os.chown(self.root / name, owner.pw_uid, owner.pw_gid)
        (self.root / "dovecot.conf").write_text(
            CONFIGURATION.format(
                root=self.root,
                port=self.port,
                tls_port=self.tls_port,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                internal="dovecot",
                group="dovecot",
                login="dovenull",
            )
        )

    def _wait(self) -> None:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.tls_port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        log = self.root / "log"
        raise RuntimeError(log.read_text() if log.exists() else "dovecot did not start")

    @property
    def address(self) -> str:
        return self.address_of(self.tls_port)

    def address_of(self, port: int, scheme: str = "imaps") -> str:
        return f"{scheme}://{USER}@127.0.0.1:{port}"

    def certificate(self) -> tuple[Path, Path]:
        """Return the server's certificate and key, for a proxy in front of it."""
        return self.root / "server.pem", self.root / "server.key"

    def fill(self, folder: str, mails: list[bytes]) -> list[Path]:
        """Put mails into a folder behind the server's back, as deliveries do."""
        owner = pwd.getpwnam(OWNER)
        path = self.root / "mail" / (f".{folder}" if folder != "INBOX" else "")
        box = mailbox.Maildir(path)
        paths = [path / "new" / box.add(mail) for mail in mails]
        for made in (path, *path.rglob("*")):
            os.chown(made, owner.pw_uid, owner.pw_gid)
        return paths

    def log(self) -> str:
        return (self.root / "log").read_text(errors="replace")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self.root)
