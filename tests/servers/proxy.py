"""A man in the middle: passes bytes between a client and a real server, and spoils some."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

Spoil = Callable[[bytes, int], bytes | None]
"""(bytes from the server, number of the connection from 1) -> what to pass on; None hangs up."""


class Proxy:
    """Speaks TLS on both sides."""

    def __init__(self, port: int, certificate: tuple[Path, Path], spoil: Spoil) -> None:
        self._target = port
        self._spoil = spoil
        self.connections = 0
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._context.load_cert_chain(*certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client, self.connections)).start()

    def _serve(self, client: socket.socket, number: int) -> None:
        inner = ssl.create_default_context()
        inner.check_hostname, inner.verify_mode = False, ssl.CERT_NONE
        with (
            contextlib.suppress(OSError),
            self._context.wrap_socket(client, server_side=True) as left,
            inner.wrap_socket(socket.create_connection(("127.0.0.1", self._target))) as right,
        ):
            upward = threading.Thread(target=_pass, args=(left, right))
            upward.start()
            while data := right.recv(65536):
                spoiled = self._spoil(data, number)
                if spoiled is None:
                    break
                left.sendall(spoiled)
            for end in (left, right):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            upward.join()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _pass(source: ssl.SSLSocket, target: ssl.SSLSocket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
