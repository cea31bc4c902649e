"""A keyword list, as somebody would write it in an hour: the score is how many phrases are met."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from classifier.corpus import Example
from classifier.schema import LABELS, Message
from peers import Peer, Trained, text_of

WORDS = {
    "cv_blast": (
        "my cv", "my resume", "my résumé", "cv attached", "attached my cv", "pass it on",
        "pass on my", "pass my", "forward my", "forward this", "circulate", "share my",
        "your network", "your contacts", "everyone you know", "anyone you know", "whoever",
        "any job", "any opening", "any role", "anything at all", "open to anything",
        "mon cv", "ci-joint mon", "faire suivre", "faites suivre", "transférer", "transférez",
        "faire circuler", "diffuser", "partager mon", "votre réseau", "ton réseau", "vos contacts",
        "tes contacts", "autour de vous", "autour de toi", "n'importe quel poste",
        "tout poste", "la moindre piste", "ouvert à tout", "ouverte à tout",
        'קורות החיים שלי', 'קו"ח', 'קו״ח', "קורות חיים", "להעביר הלאה", "תעבירו", "העבירו",
        "להפיץ", "תפיצו", "לשתף את", "לכל מי", "אנשי הקשר", "הקשרים שלכם", "כל משרה", "כל עבודה",
        "כל תפקיד", "כל דבר", "פתוח להכל", "פתוחה להכל",
    ),
    "give_to_get": (
        "in return", "in exchange", "return the favor", "return the favour", "owe me",
        "i endorsed", "i recommended", "i wrote you", "endorse me", "recommend me",
        "write me a recommendation", "leave me a", "least you can do", "now it's your turn",
        "scratch my back", "fair is fair",
        "en échange", "en retour", "renvoyer l'ascenseur", "me dois", "me devez",
        "je t'ai recommandé", "je vous ai recommandé", "recommande-moi", "recommandez-moi",
        "une recommandation", "la moindre des choses", "à ton tour", "à votre tour",
        "donnant-donnant", "un prêté pour un rendu",
        "בתמורה", "טובה תחת טובה", "יד רוחצת יד", "חייב לי", "חייבת לי", "חייבים לי",
        "המלצתי עליך", "המלצתי עלייך", "תמליץ עליי", "תמליצי עליי", "להחזיר טובה", "תורך",
        "המלצה בלינקדאין", "המינימום שאתה", "המינימום שאת",
    ),
}  # fmt: skip
"""Label -> phrases of all three languages, in small letters. Nothing is learned from messages."""


def train(_: Sequence[Example], folder: Path) -> Trained:
    """Return the list; there is nothing to learn."""
    patterns = [re.compile("|".join(map(re.escape, WORDS[label]))) for label in LABELS]
    stored = folder / "keywords.txt"
    stored.write_text("\n".join(phrase for label in LABELS for phrase in WORDS[label]), "utf-8")

    def scores(messages: Sequence[Message]) -> np.ndarray:
        texts = [text_of(message).lower() for message in messages]
        return np.array([[len(set(p.findall(text))) for p in patterns] for text in texts], float)

    return Trained(scores, stored.stat().st_size)


PEER = Peer("keyword list", explains=True, train=train)
