"""Mass sends: planted copies are found, nothing else is, and only job searches are raised."""

from __future__ import annotations

import json
import random
import tomllib
from contextlib import closing

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.batch import Output, Plan, run_batch
from classifier.batch.clusters import MassSend
from classifier.batch.clusters.candidates import Bands
from classifier.batch.clusters.footers import footers_in, key_of_paragraph
from classifier.batch.clusters.forest import Forest
from classifier.batch.clusters.grouping import copies_in
from classifier.batch.clusters.letters import letter_of, paragraphs_of
from classifier.batch.clusters.likeness import alike, common
from classifier.batch.clusters.masking import kept_words
from classifier.batch.clusters.store import Rows
from classifier.batch.clusters.template import Template
from classifier.batch.sinks import SINKS
from classifier.batch.slips import Slips
from classifier.batch.task import Task
from classifier.config import Settings
from classifier.corpus import load_examples
from classifier.quoting import asides_in, stretches_beside
from classifier.schema import Envelope, Message
from tests.conftest import ROOT
from tests.planted import FIRMS, copies, pairwise_f1, planted, values

SCHEMA = json.loads((ROOT / "classifier/report.schema.json").read_text(encoding="utf-8"))
FOOTERS = {
    "a paragraph": "\n\n{firm} {hours} {more}",
    "two paragraphs": "\n\n{firm}\n\n{hours} {more}",
    "right below": "\n{firm} {hours}\n{more}",
}
FOOTERS = {
    name: footer.format(
        firm="Green Valley Cooperative, 12 Mill Lane.",
        hours="Open Monday to Friday from nine to five, on Saturdays by appointment.",
        more="Ask us about our seasonal boxes and about the new workshops for the whole family.",
    )
    for name, footer in FOOTERS.items()
}


@pytest.fixture(scope="module")
def bodies():
    """Return language -> letters of 20 words or more that are no twins of each other."""
    found, seen = {"en": [], "fr": [], "he": []}, set()
    for example in load_examples(sorted((ROOT / "data/messages").glob("train-*.jsonl"))):
        if len(example.message.text.split()) >= 20 and example.group not in seen:
            seen.add(example.group)
            found[example.message.lang].append(example.message.text)
    return found


CV = Envelope(to=1, attachments=("CV Sam Ellery.pdf",), cv_attached=True)


def rows_of(texts):
    rows = Rows(np.uint32)
    for text in texts:
        letter = letter_of(text, stretches_beside(text, asides_in(text)), ())
        rows.append(letter.numbers if letter else [])
    return rows


def groups(texts):
    with closing(rows_of(texts)) as rows:
        return copies_in(rows).tolist()


@pytest.mark.parametrize(("seed", "share"), [(1, 0.04), (2, 0.08), (3, 0.15)])
def test_planted_clusters_are_found(bodies, seed, share):
    """2 to 500 copies, 0 to 5 changed fields, light paraphrase, all languages, among others."""
    some = {lang: texts[seed * 300 : seed * 300 + 300] for lang, texts in bodies.items()}
    texts, names = planted(some, seed=seed, clusters=15, share=share)
    assert pairwise_f1(groups(texts), names) >= 0.95


@pytest.mark.parametrize("footer", FOOTERS.values(), ids=FOOTERS)
def test_unrelated_messages_with_one_footer_are_no_cluster(bodies, footer):
    texts = [text for letters in bodies.values() for text in letters][:5000]
    assert len(texts) == 5000
    found = groups([text + footer for text in texts])
    assert [texts[i][:60] for i, leader in enumerate(found) if leader != i] == []


def test_a_rare_footer_does_not_join_two_messages(bodies):
    one, other = bodies["en"][:2]
    assert groups([one + FOOTERS["a paragraph"], other + FOOTERS["a paragraph"]]) == [0, 1]


def test_a_mass_letter_is_no_footer(bodies):
    letter = bodies["en"][3] + "\n\n" + bodies["en"][4]
    rows = rows_of([f"Hello Ms {name},\n\n{letter}" for name in ["Weil", "Tan", "Silva"] * 20])
    assert footers_in(rows) == frozenset()
    rows.close()


@given(st.permutations(range(24)))
def test_groups_do_not_depend_on_the_order(order):
    chance = random.Random(11)
    letters = [
        "we have moved the workshop to the barn because the roof of the hall needs repair first",
        "please bring the blue folder and the keys of the van when you come to us at noon",
        "the choir meets an hour earlier this week and sings two new songs for the harvest supper",
    ]
    texts = [c for letter in letters for c in copies(letter, "en", 8, 2, chance)]
    found = groups([texts[i] for i in order])
    together = {tuple(sorted(order[i] for i, g in enumerate(found) if g == x)) for x in set(found)}
    assert together == {tuple(range(n, n + 8)) for n in (0, 8, 16)}


WORDS = st.lists(st.integers(2, 40), max_size=30)


@given(WORDS, WORDS)
def test_likeness_is_symmetric_and_whole_with_itself(one, other):
    first, second = ([0, *words] for words in (one, other))
    first, second = (paragraphs_of(np.array(words, np.uint32)) for words in (first, second))
    assert alike(first, second) == alike(second, first)
    assert alike(first, first)
    assert 0 <= common(one, other) <= 1


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30))
def test_a_forest_joins_what_it_is_told(pairs):
    forest, sets = Forest(20), [{n} for n in range(20)]
    for one, other in pairs:
        forest.join(one, other)
        whole = sets[one] | sets[other]
        for n in whole:
            sets[n] = whole
    assert forest.leaders().tolist() == [min(known) for known in sets]


@given(st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=5), max_size=20))
def test_rows_come_back_as_they_went_in(rows):
    store = Rows(np.uint32)
    for row in rows:
        store.append(row)
    assert [store[i].tolist() for i in range(len(store))] == rows
    store.close()


@given(st.lists(st.lists(st.integers(2, 50), max_size=12), min_size=1, max_size=12))
def test_equal_letters_are_candidates_and_empty_ones_never(rows):
    bands = Bands()
    doubled = [*rows, *rows]
    ends = np.cumsum([0, *map(len, doubled)])
    bands.add(np.array([n for row in doubled for n in row], np.uint32), ends)
    found = {(int(a), int(b)) for x, y in bands.pairs() for a, b in zip(x, y, strict=True)}
    bands.close()
    met = {index for pair in found for index in pair}
    assert {i for i, row in enumerate(doubled) if len(row) > 1} <= met
    assert {i for i, row in enumerate(doubled) if len(row) < 2} & met == set()


@given(st.text(max_size=300))
def test_any_text_has_words(text):
    assert all(word >= 2 for word in kept_words(text))
    letter = letter_of(text, stretches_beside(text, ()), ())
    if letter:
        assert 0 <= letter.span[0] < letter.span[1] <= len(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I met Noa at Acme on 3 May 2026.", "I met Ruth Weil at Globex Ltd on 12 June 2025."),
        ("See https://acme.example/a?b=1 or ask", "See www.globex.example or ask"),
        ("Write to noa@acme.example soon", "Write to ruth.weil@globex.example soon"),
        ("votre offre chez {{societe}} à Lyon", "votre offre chez Delmas à Nantes"),
        ("שלחתי ב-3.5 אל noa@acme.example היום", "שלחתי ב-12.6 אל r@x.example היום"),
    ],
)
def test_what_changes_between_copies_is_masked(one, other):
    assert kept_words(one) == kept_words(other)


def test_paragraphs_keep_what_tells():
    text = "The first line is a plain one.\nPlease pass my CV on to everyone you know."
    letter = letter_of(text, [(0, len(text))], [40])
    plain, telling = paragraphs_of(np.array(letter.numbers, np.uint32))
    assert (plain.telling, telling.telling) == (False, True)
    assert key_of_paragraph(plain) != key_of_paragraph(telling)


# Templates

LETTER = "Dear {name},\n\nI admire what {firm} does in {city} and would like to join as {role}. Sam"


def test_a_template_has_slots_with_examples():
    chance = random.Random(3)
    texts = [LETTER.format(**values("en", chance)) for _ in range(12)]
    template = Template.of(texts)
    assert template.text == (
        "Dear {1},\n\nI admire what {2} does in {3} and would like to join as {4}. Sam"
    )
    examples = template.examples(texts)
    assert len(examples) == 4
    assert set(examples[1]) <= set(FIRMS["en"])
    assert 0 < template.personal_share(texts[0]) < 0.45
    assert template.personal_share("Something else entirely was written here") > 0.5


def test_a_template_of_equal_texts_has_no_slots():
    template = Template.of(["One and the same, to all."] * 3)
    assert (template.text, template.gaps) == ("One and the same, to all.", ())
    assert template.personal_share("One and the same, to all.") == 0


def test_a_slot_may_be_empty_in_the_copy_shown():
    texts = [
        "We meet at noon.",
        "We meet at noon.",
        "We meet at noon.",
        "We meet today at noon.",
    ] * 2
    texts[2:4] = ["We meet again at noon.", "We meet early at noon."]
    assert "meet {1} at noon" in Template.of(texts).text


@given(st.lists(st.text(alphabet="ab .,\n{}", max_size=40), min_size=2, max_size=6))
def test_a_template_is_made_of_any_texts(texts):
    template = Template.of(texts)
    assert all(0 <= template.personal_share(text) <= 1 for text in texts)
    for text in texts:
        assert all(0 <= value.start < value.end <= len(text) for value in template.values(text))
    assert len(template.examples(texts)) == len(template.gaps)


# The whole batch

BODIES = tomllib.loads((ROOT / "tests/cases/mass_letters.toml").read_text(encoding="utf-8"))
SEARCH = BODIES["job_search"]


def drafts(body, lang, count, seed=1):
    chance = random.Random(seed)
    for number in range(count):
        own = values(lang, chance)
        text = f"{'שלום' if lang == 'he' else 'Hello'} {own['name']},\n\n{body.format(**own)}"
        yield {"text": text, "to": f"reader{number}@mail.example"}


@pytest.fixture
def run(tmp_path):
    """Run a batch with clusters over rows; return its summary and its reports."""

    def go(rows, settings=None, *, explain=False):
        source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text("".join(json.dumps(row) + "\n" for row in rows))
        settings = settings or Settings()
        task = Task(settings, explain=explain, findings=(MassSend(settings), Slips()))
        summary = run_batch(Plan([str(source)], [Output(out, "jsonl")], task))
        found = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        for report in found:
            jsonschema.validate(report, SCHEMA)
        return summary, found

    return go


@pytest.mark.parametrize("lang", SEARCH)
def test_a_job_search_sent_to_many_is_raised(run, lang):
    alone, before = run(drafts(SEARCH[lang], lang, 1))
    assert alone.facts["clusters"] == []
    assert "cluster" not in before[0]
    summary, reports = run(drafts(SEARCH[lang], lang, 40))
    assert summary.outcomes["flag"] == 40
    notes = [e for e in reports[0]["evidence"] if "note" in e]
    assert [e["tactic"] for e in notes] == ["mass_address"]
    assert (
        notes[0]["note"]
        == {
            "en": "sent in nearly the same words to 40 people",
            "fr": "envoyé presque dans les mêmes termes à 40 personnes",
            "he": "נשלח כמעט באותן מילים ל-40 אנשים",
        }[lang]
    )
    assert reports[0]["advice"][0]["tactic"] == "mass_address"
    assert reports[0]["scores"]["cv_blast"] > before[0]["scores"]["cv_blast"]
    [cluster] = summary.facts["clusters"]
    assert (cluster["id"], cluster["size"], cluster["recipients"]) == (1, 40, 40)
    assert (cluster["job_search"], cluster["lang"], len(cluster["places"])) == (True, lang, 40)
    assert "{1}" in cluster["template"]
    assert all(slot["examples"] for slot in cluster["slots"])
    shares = [report["cluster"]["personal_share"] for report in reports]
    assert cluster["personal_share"] == pytest.approx(np.mean(shares), abs=1e-3)
    assert 0 < cluster["personal_share"] < 0.3
    assert "1 letter was sent in nearly the same words to several people, one to 40" in str(summary)


@pytest.mark.parametrize("format", sorted(SINKS))
def test_every_output_takes_what_clusters_add(tmp_path, format):
    if format == "parquet":
        pytest.importorskip("pyarrow", reason="extra 'parquet'")
    source, out = tmp_path / "in.jsonl", tmp_path / f"out.{format}"
    source.write_text("".join(json.dumps(row) + "\n" for row in drafts(SEARCH["en"], "en", 12)))
    task = Task(findings=(MassSend(), Slips()))
    summary = run_batch(Plan([str(source)], [Output(out, format)], task))
    assert summary.outcomes["flag"] == 12
    if format != "parquet":
        shown = {"csv": "mass_address", "html": "in nearly the same words to 12 people"}
        assert shown.get(format, "mass_address") in out.read_text("utf-8-sig")


def test_evidence_quotes_the_message(run):
    rows = list(drafts(SEARCH["en"], "en", 12))
    for row, report in zip(rows, run(rows)[1], strict=True):
        [found] = [e for e in report["evidence"] if "note" in e]
        assert found["text"] == row["text"][found["start"] : found["end"]]
        assert found["text"].startswith("I am looking for a new role")


@pytest.mark.parametrize("body", BODIES["no_job_search"].values(), ids=BODIES["no_job_search"])
def test_what_is_no_job_search_is_never_raised(run, body):
    summary, reports = run(drafts(body, "en", 60))
    assert summary.outcomes["flag"] == 0
    assert summary.facts["clusters"][0]["size"] == 60
    assert not summary.facts["clusters"][0]["job_search"]
    assert [e for report in reports for e in report["evidence"] if "note" in e] == []


def test_a_few_careful_letters_are_not_raised(run):
    summary, reports = run(drafts(SEARCH["en"], "en", 6))
    assert summary.outcomes["flag"] == 0
    assert reports[0]["cluster"]["size"] == 6


def test_copies_for_one_address_are_one_recipient(run):
    rows = [{**row, "to": "me@mail.example"} for row in drafts(SEARCH["en"], "en", 20)]
    summary, _ = run(rows)
    assert summary.facts["clusters"][0]["recipients"] == 1
    assert summary.outcomes["flag"] == 0


def test_messages_without_address_count_as_one_each(run):
    rows = [{"text": row["text"]} for row in drafts(SEARCH["en"], "en", 20)]
    assert run(rows)[0].facts["clusters"][0]["recipients"] == 20


def test_a_letter_with_much_of_its_own_is_not_raised(run):
    own = " ".join(f"Your talk on mill {n} made me think of our canal in Leeds." for n in range(9))
    rows = list(drafts(SEARCH["en"], "en", 40))
    rows[3]["text"] += "\n\n" + own
    reports = run(rows)[1]
    assert [r["verdict"] for r in reports].count("flag") in (39, 40)
    if "cluster" in reports[3] and reports[3]["cluster"]["personal_share"] > 0.3:
        assert reports[3]["verdict"] != "flag"


def test_a_tactic_switched_off_raises_nothing(run):
    settings = Settings(off=frozenset({"mass_address"}))
    assert run(drafts(SEARCH["en"], "en", 40), settings)[0].outcomes["flag"] == 0


def test_reasons_still_add_up(run):
    alone = run(drafts(SEARCH["en"], "en", 1), explain=True)[1][0]
    among = run(drafts(SEARCH["en"], "en", 40), explain=True)[1][0]

    def log_odds(p):
        return float(np.log(p / (1 - p)))

    grown = log_odds(among["scores"]["cv_blast"]) - log_odds(alone["scores"]["cv_blast"])
    added = [r["weight"] for r in among["reasons"] if r not in alone["reasons"]]
    assert sum(added) == pytest.approx(grown, abs=1e-6)


def test_the_same_cv_sent_to_many_tips_only_a_message_in_doubt(run, bodies, checker):
    doubt = next(
        text
        for text in bodies["en"]
        if checker.check(Message(text, envelope=CV)).unsure == ("cv_blast",)
    )
    texts = [doubt, *(text for text in bodies["en"][:40] if text != doubt)][:14]
    rows = [
        {"text": text, "to": f"r{n}@mail.example", "attachments": "CV Sam Ellery.pdf"}
        for n, text in enumerate(texts)
    ]
    first, *others = run(rows)[1]
    assert first["verdict"] == "flag"
    assert [e["note"] for e in first["evidence"] if "note" in e] == [
        "the same CV goes out to 14 people"
    ]
    assert [r for r in others if r["verdict"] == "ok" and "note" in str(r["evidence"])] == []
    few = run(rows[:5])[1]
    assert few[0]["verdict"] == "unsure"


def test_another_firm_than_that_of_the_address_is_told(run):
    chance = random.Random(2)
    rows = []
    for number in range(16):
        firm = FIRMS["en"][number % 8]
        text = SEARCH["en"].format(**{**values("en", chance), "firm": firm})
        domain = firm.lower().replace(" ", "")
        rows.append({"text": f"Dear all,\n\n{text}", "to": f"r{number}@{domain}.example"})
    rows[5]["text"] = rows[5]["text"].replace(FIRMS["en"][5], "Globex")
    reports = run(rows)[1]
    slips = {n: s for n, report in enumerate(reports) for s in report["slips"]}
    assert set(slips) == {5}
    assert (slips[5]["kind"], slips[5]["text"]) == ("other_firm", "Globex")
    assert rows[5]["text"][slips[5]["start"] : slips[5]["end"]] == "Globex"
    assert "betarail" in slips[5]["advice"]
