"""A corpus of a few hundred invented lines whose classes are clear, made anew by each test run."""

from __future__ import annotations

import json
from itertools import product
from random import Random

from classifier.languages import load_cues
from classifier.schema import CODES, TACTICS
from curation.labelling import labels_of
from curation.records import unmark

LINES = {
    "en": {
        "forward_request": (
            "Hi {who}, the {place} let me go. ⟦forward_request|Please pass my CV on to everyone you"
            " know{much}⟧. Thanks!",
            "Dear {who}, I was at the {place}. ⟦forward_request|Send my CV to all your contacts"
            "{much}⟧. Bye.",
        ),
        "quid_pro_quo": (
            "Hi {who}, I praised your {place}. ⟦quid_pro_quo|Now write me a recommendation in"
            " return{much}⟧.",
            "{who}, ⟦quid_pro_quo|I endorsed the {place}, so you owe me one{much}⟧. Fair is fair.",
        ),
        "hard_negative": (
            "Hi {who}, I was at the {place}. ⟦specific_target|May I apply for the post of clerk⟧"
            "{much}? ⟦easy_out|No is fine⟧.",
            "Hi {who}, ⟦genuine_offer|here is an article on the {place}{much}⟧. Nothing wanted.",
        ),
        "ordinary": (
            "Hi {who}, the {place} opens on Monday{much}. See you there.",
            "{who}, lunch at the {place} was lovely{much}. Kisses to the children.",
        ),
    },
    "fr": {
        "forward_request": (
            "Bonjour {who}, licencié de {place}. ⟦forward_request|Merci de transférer mon CV à tous"
            " vos contacts{much}⟧.",
            "Salut {who}, j'étais à {place}. ⟦forward_request|Faites suivre mon CV à tout votre"
            " réseau{much}⟧.",
        ),
        "quid_pro_quo": (
            "{who}, j'ai loué {place}. ⟦quid_pro_quo|En échange, écris-moi une recommandation"
            "{much}⟧.",
            "{who}, ⟦quid_pro_quo|j'ai recommandé {place}, tu me dois bien ça{much}⟧. Merci.",
        ),
        "hard_negative": (
            "Bonjour {who}, j'étais à {place}. ⟦specific_target|Puis-je postuler au poste de"
            " commis⟧{much} ? ⟦easy_out|Un non me va⟧.",
            "Bonjour {who}, ⟦genuine_offer|voici un article sur {place}{much}⟧. Rien à demander.",
        ),
        "ordinary": (
            "Bonjour {who}, {place} ouvre lundi{much}. À bientôt là-bas.",
            "{who}, le repas à {place} était bon{much}. Bises aux enfants.",
        ),
    },
    "he": {
        "forward_request": (
            "שלום {who}, פוטרתי מן {place}. ⟦forward_request|תעבירו את קורות החיים שלי לכל מי שאתם"
            " מכירים{much}⟧.",
            "היי {who}, עבדתי אצל {place}. ⟦forward_request|אנא שלחו את קורות החיים לכל אנשי הקשר"
            " שלכם{much}⟧.",
        ),
        "quid_pro_quo": (
            "{who}, שיבחתי את {place}. ⟦quid_pro_quo|עכשיו תכתוב לי המלצה בתמורה{much}⟧.",
            "{who}, ⟦quid_pro_quo|המלצתי על {place} אז אתה חייב לי{much}⟧. רק הוגן.",
        ),
        "hard_negative": (
            "שלום {who}, עבדתי אצל {place}. ⟦specific_target|אפשר להגיש מועמדות לתפקיד הפקיד⟧"
            "{much}? ⟦easy_out|גם לא זו תשובה⟧.",
            "שלום {who}, ⟦genuine_offer|הנה מאמר על {place}{much}⟧. לא צריך כלום בחזרה.",
        ),
        "ordinary": (
            "שלום {who}, {place} נפתח ביום שני{much}. נתראה שם בקרוב.",
            "{who}, הארוחה אצל {place} הייתה טובה{much}. נשיקות לילדים.",
        ),
    },
}
WHO = {"en": ("Ann", "Bob", "all", "team"), "fr": ("Anne", "Luc", "Zoé", "tous"),
       "he": ("דנה", "רון", "נועה", "כולם")}  # fmt: skip
PLACE = {"en": ("mill", "bank", "port", "farm"), "fr": ("Lyon", "Lille", "Nantes", "Brest"),
         "he": ("חיפה", "לוד", "נמל", "בנק")}  # fmt: skip
MUCH = {"en": ("", " today", " this week"), "fr": ("", " bientôt", " cette semaine"),
        "he": ("", " היום", " השבוע")}  # fmt: skip
CODE_OF = {tactic: code for code, tactic in CODES.items()}


def records(n=20, *, seed=1, tactics=tuple(TACTICS)):
    """Return `n` labelled records of each of four kinds in each language, and two a tactic."""
    random, made = Random(seed), []
    for lang, kinds in LINES.items():
        slots = list(product(WHO[lang], PLACE[lang], MUCH[lang]))
        for kind, lines in kinds.items():
            chosen = random.sample([(line, *slot) for line in lines for slot in slots], n)
            made += [
                record(lang, kind, number, line.format(who=who, place=place, much=much))
                for number, (line, who, place, much) in enumerate(chosen)
            ]
        for tactic in tactics:
            cues = [cue for cue in load_cues(lang) if cue.tactic == tactic]
            hits = [cue.hits[0] for cue in cues if len(cue.hits[0].split()) > 3][:2]
            made += [
                record(lang, tactic, f"cue-{number}", f"⟦{tactic}|{hit}⟧")
                for number, hit in enumerate(hits)
            ]
    return made


def record(lang, kind, number, marked):
    """Return a labelled record of a marked line; each is its own group."""
    text, spans = unmark(marked)
    codes = sorted({CODE_OF[span["tactic"]] for span in spans if span["tactic"] in CODE_OF})
    cv_blast, give_to_get = labels_of(codes)
    id_ = f"{lang}-{kind}-{number}"
    fine = "ordinary" if kind == "ordinary" else "hard_negative"
    return {
        "id": id_,
        "lang": lang,
        "text": text,
        "cv_blast": cv_blast,
        "give_to_get": give_to_get,
        "spans": spans,
        "codes": codes,
        "group": f"g-{id_}",
        "kind": "offence" if cv_blast or give_to_get else fine,
        "channel": "mail",
        "sender_kind": "other",
        "register_kind": "neutral",
        "variety_kind": "other",
    }


def write(path, rows):
    """Write rows as JSON Lines; a string is written as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
