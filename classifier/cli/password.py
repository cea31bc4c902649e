"""The password of a mail server: from the environment, the keyring, or whoever is there."""
# ruff: noqa: PLC0415 - imports inside functions keep --help fast

from __future__ import annotations

import os
import sys

import click

from classifier.schema import ConfigError

VARIABLE = "BLASTCHECK_IMAP_PASSWORD"
SERVICE = "blastcheck"
"""Under this name the keyring holds it: `keyring set blastcheck user@host`."""


def password_for(user: str, host: str) -> str:
    """Return the password of `user`. It is never taken from the command line, where others see it.

    Raises:
        ConfigError: there is none, and nobody to ask.
    """
    account = f"{user}@{host}"
    found = os.environ.get(VARIABLE) or _from_keyring(account)
    if found:
        return found
    if sys.stdin.isatty():
        return str(click.prompt(f"Password of {account}", hide_input=True, err=True))
    way_out = f"set {VARIABLE}, or run: keyring set {SERVICE} {account}"
    raise ConfigError(f"no password for {account}; {way_out}")


def _from_keyring(account: str) -> str | None:
    """Ask the keyring, where there is one."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, account)
    except KeyringError:
        return None
