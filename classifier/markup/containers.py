"""The elements in which mail programs put what the writer did not write."""

from __future__ import annotations

from collections.abc import Mapping

from classifier.schema import AsideKind

_CLASSES: Mapping[str, AsideKind] = {
    "gmail_quote": "quoted",
    "gmail_quote_container": "quoted",
    "gmail_attr": "quoted",
    "ecxgmail_quote": "quoted",
    "moz-cite-prefix": "quoted",
    "moz-email-headers-table": "forwarded",
    "moz-forward-container": "forwarded",
    "yahoo_quoted": "quoted",
    "protonmail_quote": "quoted",
    "tutanota_quote": "quoted",
    "zmail_extra": "quoted",
    "front-blockquote": "quoted",
    "gmail_signature": "signature",
    "gmail_signature_prefix": "signature",
    "moz-signature": "signature",
    "protonmail_signature_block": "signature",
}
_IDS: Mapping[str, AsideKind] = {
    "olk_src_body_section": "quoted",
    "mail-editor-reference-message-container": "quoted",
    "ms-outlook-mobile-reference-message": "quoted",
    "reply-intro": "quoted",
    "signature": "signature",
    "ms-outlook-mobile-signature": "signature",
    "applemailsignature": "signature",
}
_FROM_HERE_ON = ("appendonsend", "divrplyfwdmsg", "divrpf", "zwchr", "stopspelling")
"""Ids of the empty marks after which Outlook and Zimbra put the older message."""

_LOOSE = frozenset(("gmail_quote", "gmail_quote_container", "ecxgmail_quote"))


def foreign_kind(tag: str, attributes: Mapping[str, str]) -> AsideKind | None:
    """Return what kind of foreign words an element holds; None when they are the writer's."""
    for name in _classes(attributes):
        if kind := _CLASSES.get(name):
            return kind
    if kind := _IDS.get(_id(attributes)):
        return kind
    if _id(attributes).startswith("yahoo_quoted") or attributes.get("name") == "quote":
        return "quoted"
    return "quoted" if tag == "blockquote" and not _indents(attributes) else None


def may_hold_answers(tag: str, attributes: Mapping[str, str]) -> bool:
    """Whether answers may follow the first blockquote in here, as in Gmail's inline replies."""
    return tag != "blockquote" and not _LOOSE.isdisjoint(_classes(attributes))


def ends_own_words(attributes: Mapping[str, str]) -> bool:
    """Whether all that follows this element is an older message."""
    if _id(attributes).startswith(_FROM_HERE_ON):
        return True
    return "outlookmessageheader" in _classes(attributes)


def _classes(attributes: Mapping[str, str]) -> list[str]:
    """Class names, lower case; Outlook on the web puts `x_` before those it quotes."""
    names = attributes.get("class", "")
    return [name.removeprefix("x_") for name in names[:500].lower().split()] if names else []


def _id(attributes: Mapping[str, str]) -> str:
    return attributes.get("id", "")[:100].lower().removeprefix("x_")


def _indents(attributes: Mapping[str, str]) -> bool:
    """Gmail's indent button makes a blockquote, without the line that marks a quotation."""
    style = attributes.get("style", "")[:500].replace(" ", "").lower()
    return "type" not in attributes and "border:none" in style
