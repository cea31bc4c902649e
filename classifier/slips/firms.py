"""Whether a firm's name can be that of a domain."""

from __future__ import annotations

import re

from rapidfuzz.distance import Indel

from classifier.languages import word_list
from classifier.slips.names import fold

_ALIKE = 0.5
_SHORTEST = 3
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "gouv", "asso", "muni", "k12"})


def firm_of(address: str) -> str:
    """Return what the domain of an address calls the firm; nothing for mail providers.

    >>> firm_of("dana@hr.acme.co.il"), firm_of("dana@gmail.com")
    ('acme', '')
    """
    labels = address.rpartition("@")[2].split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels = labels[:-1]
    firm = labels[-1] if labels else ""
    free = word_list("free_mail.txt")
    return "" if free.intersection(labels) or not re.search("[a-z]", firm) else firm


def may_be_firm(words: str, firm: str) -> bool:
    """Tell whether a firm in words may be the one that a domain names.

    >>> may_be_firm("Harrow & Pike", "hplegal"), may_be_firm("Globex", "acme")
    (True, False)
    """
    name = fold(words)
    domain = fold(firm)
    if min(len(name), len(domain)) < _SHORTEST or not name.isascii():
        return True
    initials = "".join(word[0] for word in re.findall(r"[^\W\d_]+", words.casefold()))
    begins = len(initials) > 1 and (domain.startswith(initials) or initials.startswith(domain))
    inside = name in domain or domain in name or name[:_SHORTEST] == domain[:_SHORTEST]
    parts = any(fold(part) in domain for part in words.split() if len(fold(part)) >= _SHORTEST)
    return begins or inside or parts or Indel.normalized_similarity(name, domain) >= _ALIKE


def is_firm(words: str, firm: str) -> bool:
    """Tell whether a firm in words is surely the one that a domain names.

    >>> is_firm("Beta Rail", "betarail"), is_firm("Acme Ltd", "acme"), is_firm("the team", "acme")
    (True, True, False)
    """
    parts = [fold(words), *map(fold, words.split())]
    return len(firm) >= _SHORTEST and fold(firm) in parts
