import json

import pytest

from classifier.corpus import load_examples, message_of
from classifier.schema import DataError

GOOD = {"id": "a", "lang": "en", "text": "Hi there", "cv_blast": 0, "give_to_get": 1,
        "codes": ["L1"], "spans": [{"start": 0, "end": 2, "tactic": "quid_pro_quo"}]}  # fmt: skip


def write(tmp_path, *records):
    path = tmp_path / "data.jsonl"
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_examples_are_read(tmp_path):
    [example] = load_examples([write(tmp_path, GOOD)])

    assert example.labels == (0, 1)
    assert example.group == "a"
    assert example.spans[0].tactic == "quid_pro_quo"


def test_a_line_separator_inside_a_text_does_not_end_the_record(tmp_path):
    [example] = load_examples([write(tmp_path, GOOD | {"text": "Hi\u2028there"})])
    assert example.message.text == "Hi\u2028there"


FAULTS = [
    ("{", "not JSON"),
    ("[1]", "not a JSON object"),
    (GOOD | {"text": " "}, "non-empty string field 'text'"),
    (GOOD | {"lang": "de"}, "'de' is none of en, fr, he"),
    (GOOD | {"cv_blast": "yes"}, "cv_blast must be 0 or 1, not 'yes'"),
    (GOOD | {"codes": ["X9"]}, "code 'X9'"),
    (GOOD | {"spans": [{"start": 0, "end": 99, "tactic": "easy_out"}]}, "span 0..99"),
    (GOOD | {"spans": [{"start": 0, "end": 1, "tactic": "rude"}]}, "tactic 'rude'"),
]


@pytest.mark.parametrize(("record", "says"), FAULTS, ids=[says for _, says in FAULTS])
def test_a_fault_is_named_with_its_line(tmp_path, record, says):
    path = write(tmp_path, GOOD, record)
    with pytest.raises(DataError) as caught:
        load_examples([path])
    assert f"{path}:2: " in str(caught.value)
    assert says in str(caught.value)


def test_all_faults_are_told_at_once(tmp_path):
    path = write(tmp_path, *(record for record, _ in FAULTS))
    with pytest.raises(DataError) as caught:
        load_examples([path])
    assert len(str(caught.value).splitlines()) == len(FAULTS)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        load_examples([tmp_path / "nowhere.jsonl"])


def test_a_cv_is_told_by_its_attachment_name():
    message = message_of(GOOD | {"envelope": {"to": 1, "bcc": 3, "attachments": ["CV_Dana.pdf"]}})
    assert message.envelope.cv_attached
    assert message.envelope.recipients == 4
