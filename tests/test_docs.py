"""The documents say what the code does: commands, options, settings, links, and the format."""

import doctest
import json
import re
import subprocess
import tomllib
import unicodedata

import click
import numpy as np
import pytest

from classifier import text
from classifier.cli import Exit, main
from classifier.config import CHECKS, load_settings
from classifier.features import message, passages, relations, sums, words
from classifier.features.facts import FACT_NAMES, MANY
from classifier.languages import Cue, load_forms, phrase_variants
from classifier.model import arrays, checks, folder, npz, word_table
from classifier.pipeline import build_pipeline, pipeline_for, read, sentences
from classifier.pipeline.cues import CueFinder
from classifier.pipeline.tokenizer import token_pattern
from classifier.preparation import MIN_WORDS
from classifier.schema import CODES, LANGUAGES
from classifier.store import archive
from classifier.text import MAX_OWN_CHARS, clean, detect_language
from curation import gates, records
from tests.conftest import ROOT

DOCUMENTS = [
    path
    for pattern in ("*.md", "data/*.md", "models/*.md", "models/default/MODEL_CARD.md")
    for path in sorted(ROOT.glob(pattern))
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)```.*?^\1```", re.DOTALL | re.MULTILINE)


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


README, FORMAT = text_of("README.md"), text_of("models/FORMAT.md")


def fence_after(text, mark):
    """Return the content of the fenced block that follows the comment `mark`."""
    block = rf"<!-- {re.escape(mark)} -->\n```\w*\n(.*?)^```"
    found = re.search(block, text, re.DOTALL | re.MULTILINE)
    assert found, f"no block after <!-- {mark} -->"
    return found[1]


def rows_after(text, mark):
    """Return the cells of the first table after `mark`, without its head."""
    table = re.search(r"(?:^ *\|.*\n)+", text[text.index(mark) :], re.MULTILINE)[0]
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in table.splitlines()[2:]
    ]


# ------------------------------------------------------------------ links


def anchors(path):
    """Return the anchors of a Markdown file's headings, as GitHub makes them."""
    prose = FENCE.sub("", path.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    broken = []
    for link in LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


# ------------------------------------------------------------------ README


@pytest.fixture
def set_up(tmp_path):
    """Return a function that runs a set-up command with stand-ins of given exit statuses."""

    def run(mark, **statuses):
        for name, status in statuses.items():
            stand_in = tmp_path / name
            stand_in.write_text(f"#!/bin/sh\necho {name} $*\nexit {status}\n", encoding="utf-8")
            stand_in.chmod(0o755)
        command, *more = fence_after(README, f"setup: {mark}").splitlines()
        assert not more, "set-up commands are one line: .ci/run takes the first only"
        script = f'PATH="{tmp_path}:$PATH"\n{command}'
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    return run


def test_first_command_installs_and_judges_each_language(set_up):
    status, output = set_up("judge", pip=0, blastcheck=1)
    assert status == 0
    installed, judged = output.splitlines()
    assert installed.startswith("pip install")
    samples = judged.split()[1:]
    assert [s.split("/")[2] for s in samples] == list(LANGUAGES)
    assert [s for s in samples if not (ROOT / s).is_file()] == []


@pytest.mark.parametrize(("pip", "blastcheck"), [(1, 1), (0, 2), (0, 3)])
def test_first_command_hides_no_failure(set_up, pip, blastcheck):
    assert set_up("judge", pip=pip, blastcheck=blastcheck)[0] != 0


def test_second_command_runs_the_tests(set_up):
    status, output = set_up("test", pip=0, python=0)
    assert status == 0
    assert re.search(r"pip install .*\[test\].*\npython -m pytest", output)
    assert set_up("test", pip=1, python=0)[0] != 0
    assert set_up("test", pip=0, python=1)[0] != 0


def all_commands(group=main, before=""):
    """Return every command by the words that call it, those of groups too."""
    found = {}
    for name, command in group.commands.items():
        found[before + name] = command
        if isinstance(command, click.Group):
            found |= all_commands(command, f"{before}{name} ")
    return found


@pytest.mark.parametrize("name", sorted(all_commands()))
def test_commands_and_options_are_documented(name):
    assert f"`blastcheck {name}" in README
    options = [p for p in all_commands()[name].params if isinstance(p, click.Option)]
    spelled = [option for p in options for option in p.opts]
    assert [o for o in spelled if not re.search(rf"`[^`\n]*(?<![\w-]){o}(?![\w-])", README)] == []


def test_exit_statuses_are_documented():
    documented = {int(status) for status, _ in rows_after(README, "### Exit status")}
    assert documented == {status for status in Exit if status < 128}


def test_every_field_of_a_report_is_documented():
    schema = json.loads(text_of("classifier/report.schema.json"))
    told = {f for names, _ in rows_after(README, "### For programs") for f in names.split(", ")}
    assert told == {f"`{name}`" for name in schema["properties"]}


def test_every_setting_is_documented_and_valid(tmp_path):
    block = fence_after(README, "settings")
    file = tmp_path / "blastcheck.toml"
    file.write_text(block, encoding="utf-8")
    load_settings(tmp_path, file=file)
    assert tomllib.loads(block).keys() == CHECKS.keys()


def test_python_snippets_run():
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert results.attempted > 0
    assert results.failed == 0


# ------------------------------------------------------------------ ARCHITECTURE, CONTRIBUTING


def test_the_layers_are_drawn_as_they_are():
    project = tomllib.loads(text_of("pyproject.toml"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    drawn = fence_after(text_of("ARCHITECTURE.md"), "layers").splitlines()
    assert [re.split(r"\s{2,}", line)[0] for line in drawn] == layers


def test_the_cue_to_copy_works():
    block = re.search(r"```toml\n(\[\[cue\]\].*?)```", text_of("CONTRIBUTING.md"), re.DOTALL)[1]
    [entry] = tomllib.loads(block)["cue"]
    entry["with_"] = entry.pop("with")
    tokenizer = build_pipeline("en").tokenizer
    find = CueFinder(tokenizer, [Cue(**entry)], {}, load_forms("en").lists)

    def found(text):
        return len(find(tokenizer(clean(text).text)).spans["cues"]) > 0

    assert [text for text in entry["hits"] if not found(text)] == []
    assert [text for text in entry["misses"] if found(text)] == []


def test_the_message_to_copy_is_taken():
    row = json.loads(re.search(r"```json\n(.*?)```", text_of("CONTRIBUTING.md"), re.DOTALL)[1])
    assert list(gates.faults([records.labelled(row)], [])) == []


# ------------------------------------------------------------------ FORMAT: vectors


def sentence_numbers(lang, text):
    return read(pipeline_for(lang), text).sentence_of.tolist()


def spec_of(word_bits, char_bits=17, char_ngrams=(3, 5)):
    return words.HashSpec(word_bits, char_bits, tuple(char_ngrams))


def pair_columns(words_, word_bits):
    hashes = np.array([words.crc(word) for word in words_], dtype=np.uint32)
    return words.pair_columns(hashes, spec_of(word_bits)).tolist()


STEPS = {
    "clean": lambda given: clean(given).text,
    "language": detect_language,
    "tokens": lambda given: pipeline_for(given["lang"]).tokenizer.words(given["text"]),
    "sentences": lambda given: sentence_numbers(**given),
    "norms": lambda given: pipeline_for(given["lang"]).tokenizer.folder(given["word"]),
    "variants": lambda given: phrase_variants(**given),
    "feature_word": words.feature_word,
    "crc": words.crc,
    "word_column": lambda g: words.word_column(words.crc(g["word"]), spec_of(g["word_bits"])),
    "pair_columns": lambda g: pair_columns(g["words"], g["word_bits"]),
    "char_columns": lambda g: words.char_columns(g.pop("word"), spec_of(**g)),
}


def vectors():
    for name in re.findall(r"<!-- vectors: (\w+) -->", FORMAT):
        for number, line in enumerate(fence_after(FORMAT, f"vectors: {name}").splitlines(), 1):
            yield pytest.param(name, json.loads(line), id=f"{name}-{number}")


@pytest.mark.parametrize(("step", "vector"), [*vectors()])
def test_format_vectors(step, vector):
    assert STEPS[step](vector["in"]) == vector["out"]


def test_every_step_has_vectors():
    assert set(re.findall(r"<!-- vectors: (\w+) -->", FORMAT)) == STEPS.keys()


# ------------------------------------------------------------------ FORMAT: expressions, tables


def test_format_prints_the_token_expression():
    block = fence_after(FORMAT, "expression: token")
    elision = fence_after(FORMAT, "expression: elision").strip()
    lines = fence_after(FORMAT, "expression: endings").splitlines()
    endings = dict(line.split(None, 1) for line in lines)
    assert endings.keys() == set(LANGUAGES)
    for lang in LANGUAGES:
        printed = block.replace("ENDINGS", endings[lang])
        printed = printed.replace("ELISION", elision if lang == "fr" else "")
        assert printed.split() == token_pattern(lang).pattern.split()


def test_format_lists_the_abbreviations():
    listed = fence_after(FORMAT, "list: abbreviations").split()
    assert [w for w in listed if sentences.sentence_starts(["A", w, ".", "B"])[3]] == []
    assert sorted(sentences._ABBREVIATIONS) == listed


def expand(cell):
    """Return the characters of `U+0041 to U+0043 U+0050`."""
    found = re.findall(r"U\+([0-9A-F]+)(?: to U\+([0-9A-F]+))?", cell)
    return {chr(c) for a, b in found for c in range(int(a, 16), int(b or a, 16) + 1)}


def test_format_lists_the_plain_characters():
    """What else becomes plain does so by NFKC: full-width and small forms, spacing accents."""
    named = {"space": " ", "line feed": "\n"}
    rows = rows_after(FORMAT, "   | by | what |")
    listed = {c: named.get(by, by.strip("`")) for by, cell in rows for c in expand(cell)}
    everything = map(chr, [*range(10), *range(11, 0xD800), *range(0xE000, 0x110000)])
    cleaned = {c: to for c in everything if (to := clean(c).text) in {"'", '"', "-", " ", "\n"}}
    assert {c: to for c, to in listed.items() if cleaned.get(c) != to} == {}
    others = cleaned.keys() - listed.keys()
    by_nfkc = {c: unicodedata.normalize("NFKC", c)[0] for c in others}
    assert {c for c, to in by_nfkc.items() if listed.get(to, to) != cleaned[c]} == set()


def test_format_lists_the_invisible_characters():
    printed = re.search(r"Drop the \*invisible\*: (.*?)\.\n", FORMAT, re.DOTALL)[1]
    listed = expand(re.sub(r"\s+", " ", printed))
    everything = map(chr, [*range(0xD800), *range(0xE000, 0x110000)])
    gone = {c for c in everything if clean(f"a{c}b").text == "ab"}
    assert listed - gone == set()
    others = {unicodedata.normalize("NFKC", c) for c in gone - listed}
    assert {c for c in others if unicodedata.category(c) not in ("Mn", "Me")} <= listed


def test_format_lists_the_unusual_characters():
    printed = re.search(r"invisible\* ones below, (.*?)\.\n", FORMAT, re.DOTALL)[1]
    invisible = re.search(r"Drop the \*invisible\*: (.*?)\.\n", FORMAT, re.DOTALL)[1]
    listed = expand(re.sub(r"\s+", " ", f"{printed}, {invisible}"))
    assert {c for c in map(chr, range(0x110000)) if text._UNUSUAL.match(c)} == listed


def test_format_lists_the_look_alikes():
    fancy, plain = re.search(r"```text\n +(\S+)\n +([A-Za-z]+)\n", FORMAT).groups()
    assert clean("abc abc abc abc " * 20 + fancy).text[-len(fancy) :] == plain


def test_format_lists_the_arrays():
    rows = rows_after(FORMAT, "<!-- table of arrays")
    assert {row[0].strip("`"): np.dtype(row[1]) for row in rows} == arrays.MEMBERS


def test_format_lists_the_files_of_a_model():
    rows = rows_after(FORMAT, "<!-- table of files")
    listed = {name.strip("`"): int(size.replace(",", "")) for name, size, _ in rows}
    assert listed == archive.FILES
    assert [n.strip("`") for n, _, told in rows if told == "required"] == [*archive.REQUIRED]


def test_format_lists_the_facts():
    assert [row[0].strip("`") for row in rows_after(FORMAT, "<!-- table of facts")] == [*FACT_NAMES]


def test_format_lists_the_families_of_columns():
    families = [row[0].strip("`") for row in rows_after(FORMAT, "<!-- table of families")]
    assert families == list(dict.fromkeys(c.split(":")[0] for c in message.MESSAGE_COLUMNS))


@pytest.mark.parametrize(
    ("name", "kinds"), [("primaries", "P"), ("secondaries", "SI"), ("links", "L")]
)
def test_format_lists_the_tactics_of_each_rule(name, kinds):
    listed = ", ".join(tactic for code, tactic in CODES.items() if code[0] in kinds)
    assert f"the {name} ({listed})" in re.sub(r"\s+", " ", FORMAT)


@pytest.mark.parametrize(
    "words_of_the_page",
    [
        f"after {MAX_OWN_CHARS:,} code points",
        f"fewer than {MIN_WORDS} of its tokens",
        f"shorter than {sentences.WRAP_COLUMN}",
        f"+ {word_table.CHAR_WEIGHT} × Σ A[character n-gram, t]",
        f"sqrt((k + {sums.ACT_SMOOTHING}) × max(1, k / {sums.LONG_SENTENCE}))",
        f"sqrt(max(W, 1) × max(1, n / {sums.LONG_MESSAGE}))",
        f"sqrt(max(C, 1) × max(1, n / {sums.LONG_MESSAGE}))",
        f"{message.ACT_SCALE} × max(0, max logit + {-message.ACT_FLOOR:g})",
        f"{message.ACT_SCALE} × max(0, r + {-message.RULE_FLOOR:g})",
        f"{message.RELATION_SCALE} × ln(1 + Σ relation)",
        f"{message.ACT_SCALE} × max(0, max passage + {-message.PASSAGE_FLOOR:g})",
        f"a passage of {passages.SENTENCES} sentences",
        f"sqrt(max(D, 1) × max(1, m / {sums.LONG_MESSAGE}))",
        f"{message.LANGUAGE_SCALE} for the message's language",
        f"{message.FACT_SCALE} × fact",
        f"h₁ × {words.PAIR_MULTIPLIER:#010X}".replace("0X", "0x"),
        f"1 with {MANY} or more addresses in Bcc",
        f"within {folder.GOLDEN_TOLERANCE:.6f}",
        f"`schema` is {folder.SCHEMA}.",
        f"more than {archive.MAX_FILE_BYTES:,} bytes, a member over",
        f"more than {archive.SMALL:,} bytes that grows more than {archive.MAX_RATIO} times",
        f"`char_bits` outside 1 to {checks.MAX_BITS}, n-grams outside 1 to {checks.MAX_CHAR_NGRAM}",
        f"a `name` over {checks.NAME_CHARS} characters",
        f"more than {checks.MAX_GOLDEN}, or one over {checks.MAX_GOLDEN_CHARS:,} characters",
        f"a member of more than {npz.MAX_MEMBER_BYTES:,} bytes",
    ],
)
def test_format_names_the_constants(words_of_the_page):
    assert words_of_the_page in re.sub(r"\s+", " ", FORMAT)


def test_half_is_what_neighbours_count():
    assert "half those of the sentence before" in re.sub(r"\s+", " ", FORMAT)
    assert relations.NEIGHBOUR_SCALE == 1 / 2
