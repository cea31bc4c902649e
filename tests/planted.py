"""Planted mass sends: copies of a letter with changed fields and light paraphrase."""

from __future__ import annotations

import random

NAMES = {
    "en": [
        "Weil",
        "Tan",
        "Okafor",
        "Haddad",
        "Novak",
        "Silva",
        "Meyer",
        "Lindqvist",
        "Rossi",
        "Kaur",
    ],
    "fr": [
        "Durand",
        "Lefèvre",
        "Benali",
        "Marchand",
        "Nguyen",
        "Garnier",
        "Petit",
        "Roux",
        "Colin",
        "Faure",
    ],
    "he": ["דנה", "יוסי", "מיכל", "אבי", "רונית", "גלעד", "תמר", "עומר", "הילה", "נדב"],
}
FIRMS = {
    "en": [
        "Acme",
        "Globex",
        "Harrow and Pike",
        "Norlab",
        "Vitalis",
        "Beta Rail",
        "Orbit",
        "Brackley Foods",
    ],
    "fr": [
        "Acmé",
        "Globex",
        "Maison Perrin",
        "Norlab",
        "Vitalis",
        "Rail Plus",
        "Orbite",
        "Delmas Conseil",
    ],
    "he": [
        "אקמה",
        "גלובקס",
        "נורלב",
        "ויטליס",
        "אורביט",
        "בטא רכבות",
        "תנובות הצפון",
        "כרמל יועצים",
    ],
}
ROLES = {
    "en": [
        "analyst",
        "project manager",
        "site director",
        "payroll clerk",
        "data engineer",
        "night shift nurse",
    ],
    "fr": [
        "analyste",
        "chef de projet",
        "directeur de site",
        "gestionnaire de paie",
        "ingénieur données",
    ],
    "he": ["אנליסט", "מנהל פרויקטים", "מנהל אתר", "חשב שכר", "מהנדס נתונים", "אח במשמרת לילה"],
}
CITIES = {
    "en": ["Leeds", "Boston", "Dublin", "Haifa"],
    "fr": ["Lyon", "Nantes", "Lille", "Genève"],
    "he": ["חיפה", "תל אביב", "באר שבע", "ירושלים"],
}
OPENINGS = {"en": "Dear {name},\n\n", "fr": "Bonjour {name},\n\n", "he": "שלום {name},\n\n"}
CLOSINGS = {
    "en": "\n\nBest regards,\nSam Ellery",
    "fr": "\n\nBien cordialement,\nBertrand Caze",
    "he": "\n\nבברכה,\nיואב כץ",
}
FIELDS = ("name", "firm", "role", "city", "number")
SYNONYMS = {
    "en": {
        "very": "really",
        "help": "assist",
        "team": "group",
        "work": "job",
        "because": "since",
        "small": "little",
        "good": "fine",
        "many": "several",
        "but": "yet",
        "also": "too",
        "get": "receive",
        "think": "believe",
    },
    "fr": {
        "très": "vraiment",
        "aide": "appui",
        "équipe": "groupe",
        "travail": "emploi",
        "car": "puisque",
        "petit": "modeste",
        "mais": "pourtant",
        "aussi": "également",
        "plusieurs": "quelques",
        "bien": "volontiers",
    },
    "he": {
        "מאוד": "ממש",
        "עזרה": "סיוע",
        "צוות": "קבוצה",
        "עבודה": "משרה",
        "אבל": "אך",
        "גם": "אף",
        "הרבה": "המון",
        "רק": "אך ורק",
        "כל": "כלל",
        "טוב": "נהדר",
    },
}


def values(lang, chance):
    """Return one value for each field."""
    lists = (NAMES, FIRMS, ROLES, CITIES)
    chosen = [chance.choice(known[lang]) for known in lists]
    return dict(zip(FIELDS, [*chosen, str(chance.randrange(100, 9999))], strict=True))


def with_slots(text, chance, count):
    """Put `count` fields between the words of a letter, a sentence's middle each."""
    words = text.split(" ")
    for field in chance.sample(FIELDS[1:], max(0, min(count, 4))):
        at = chance.randrange(1, len(words))
        words.insert(at, "{" + field + "}")
    return " ".join(words)


def paraphrased(text, lang, chance, share):
    """Change some words for synonyms, and leave out or double a few."""
    words = []
    for word in text.split(" "):
        known = SYNONYMS[lang].get(word)
        if known and chance.random() < 0.5:
            words.append(known)
        elif chance.random() < share and "{" not in word and "\n" not in word:
            words += [] if chance.random() < 0.5 else [word, chance.choice(list(SYNONYMS[lang]))]
        else:
            words.append(word)
    return " ".join(words)


def copies(body, lang, size, fields, chance, share=0.04):
    """Return `size` copies of a letter: `fields` (0 to 5) changed in each, lightly paraphrased."""
    letter = with_slots(body.replace("{", "(").replace("}", ")"), chance, fields - 1)
    same = values(lang, chance)
    made = []
    for _ in range(size):
        own = values(lang, chance) if fields else same
        text = paraphrased(letter, lang, chance, share)
        for field, value in own.items():
            text = text.replace("{" + field + "}", value)
        greeting = OPENINGS[lang].format(name=own["name"] if fields else "all")
        made.append(greeting + text + CLOSINGS[lang])
    return made


def planted(bodies, *, seed, clusters, biggest=500, share=0.04):
    """Return texts and the number of each one's letter, shuffled.

    Args:
        bodies: language -> letters that have nothing in common, each used once.
        seed: what the same texts come from.
        clusters: letters that are copied, for each language.
        biggest: the most copies of one.
        share: words that are left out or doubled in each copy.
    """
    chance = random.Random(seed)
    texts = []
    for lang, letters in sorted(bodies.items()):
        for number, body in enumerate(letters):
            size = min(biggest, int(2 * 1.7 ** chance.randrange(0, 11))) if number < clusters else 1
            name = f"{lang}{number}"
            made = copies(body, lang, size, chance.randrange(6), chance, share)
            texts += [(text, name) for text in made]
    chance.shuffle(texts)
    return [text for text, _ in texts], [name for _, name in texts]


def pairwise_f1(found, wanted):
    """Return the F1 of the pairs that two groupings put together."""

    def pairs(labels):
        counts = {}
        for label in labels:
            counts[label] = counts.get(label, 0) + 1
        return sum(n * (n - 1) // 2 for n in counts.values())

    both = pairs(list(zip(found, wanted, strict=True)))
    one, other = pairs(found), pairs(wanted)
    return 2 * both / (one + other) if one + other else 1.0
