"""The errors a user may see; import them from `schema`."""

from __future__ import annotations


class BlastcheckError(Exception):
    """Base of every error a user may see; its text names the place, the value and the way out."""


class InputError(BlastcheckError):
    """Some input cannot be read. Other inputs are not affected."""


class ConfigError(BlastcheckError):
    """A configuration file or option is wrong."""


class LanguageDataError(BlastcheckError):
    """The rules of a language (`classifier/languages/`) are broken."""


class ModelError(BlastcheckError):
    """A model folder is missing, damaged, or of another schema."""


class DataError(BlastcheckError):
    """Labelled data is broken; the text lists every fault with its place."""
