"""Make the export files of Label Studio and doccano anew, by their real servers. See README.md.

python make.py label-studio http://localhost:8097 TOKEN
python make.py doccano http://localhost:8098 USER PASSWORD
python make.py argilla        # needs no server: `pip install argilla requests`
"""

from __future__ import annotations

import io
import json
import sys
import time
import unicodedata
import zipfile
from pathlib import Path
from urllib.request import Request, urlopen

HERE = Path(__file__).resolve().parent
MESSAGES = [*map(json.loads, (HERE / "messages.jsonl").read_text(encoding="utf-8").splitlines())]
TITLES = {"cv_blast": "CV blast", "give_to_get": "Give to get"}
CONFIG = """<View>
  <Text name="text" value="$text"/>
  <Choices name="verdict" toName="text" choice="multiple">
    <Choice value="CV blast"/><Choice value="Give to get"/><Choice value="Fine"/>
  </Choices>
  <Labels name="tactic" toName="text">{labels}</Labels>
</View>"""


def units(text):
    """Count as a browser does."""
    return len(text.encode("utf-16-le")) // 2


def graphemes(text):
    """Count what a reader takes for one character (enough for these messages)."""
    joined = ("\U0001f3fd", "\u200d", "\ufe0f")
    return sum(not unicodedata.combining(c) and c not in joined for c in text)


def call(base, path, *, headers, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers}
    with urlopen(Request(base + path, data, headers, method=method)) as answer:
        return answer.read()


def verdicts(message):
    return [TITLES[label] for label in message["labels"]] or ["Fine"]


def tactics():
    return sorted({tactic for message in MESSAGES for _, _, tactic in message["spans"]})


def label_studio(base, token):
    headers = {"Authorization": f"Token {token}"}
    config = CONFIG.format(labels="".join(f'<Label value="{t}"/>' for t in tactics()))
    body = {"title": "blastcheck", "label_config": config}
    project = json.loads(call(base, "/api/projects/", headers=headers, body=body))["id"]
    for message in MESSAGES:
        data = {key: message[key] for key in ("text", "lang")}
        body = {"project": project, "data": {**data, "message": message["id"]}}
        task = json.loads(call(base, "/api/tasks/", headers=headers, body=body))["id"]
        path = f"/api/tasks/{task}/annotations/"
        call(base, path, headers=headers, body={"result": label_studio_result(message)})
    names = {"JSON": "label_studio.json", "JSON_MIN": "label_studio_min.json",
             "CSV": "label_studio.csv"}  # fmt: skip
    for kind, name in names.items():
        path = f"/api/projects/{project}/export?exportType={kind}"
        (HERE / name).write_bytes(call(base, path, headers=headers))


def label_studio_result(message):
    text = message["text"]
    names = {"from_name": "verdict", "to_name": "text", "type": "choices"}
    result = [{**names, "value": {"choices": verdicts(message)}}]
    for number, (start, end, tactic) in enumerate(message["spans"]):
        value = {"start": units(text[:start]), "end": units(text[:end]),
                 "text": text[start:end], "labels": [tactic]}  # fmt: skip
        names = {"from_name": "tactic", "to_name": "text", "type": "labels"}
        result.append({"id": f"span{number}", **names, "value": value})
    return result


def doccano(base, user, password):
    body = {"username": user, "password": password}
    key = json.loads(call(base, "/v1/auth/login/", headers={}, body=body))["key"]
    headers = {"Authorization": f"Token {key}"}
    classified = {"CSV": "doccano.csv", "JSONL": "doccano_classes.jsonl", "fastText": "doccano.txt"}
    doccano_project(base, headers, "DocumentClassification", None, classified)
    plain = {"JSONL": "doccano_spans.jsonl"}
    doccano_project(base, headers, "SequenceLabeling", units, plain)
    counted = {"JSONL": "doccano_graphemes.jsonl"}
    doccano_project(base, headers, "SequenceLabeling", graphemes, counted, grapheme_mode=True)
    both = {"JSONL": "doccano_both.jsonl"}
    doccano_project(base, headers, "IntentDetectionAndSlotFilling", units, both)


def doccano_project(base, headers, kind, count, names, **options):
    """Make a project of a kind, label it and export it; `count` measures offsets as it does."""
    body = {"name": kind, "description": "blastcheck", "project_type": kind,
            "resourcetype": f"{kind}Project", "collaborative_annotation": True}  # fmt: skip
    body |= options
    if kind == "DocumentClassification":
        body["resourcetype"] = "TextClassificationProject"
    if kind == "SequenceLabeling":
        body["allow_overlapping"] = True

    def ask(path, **more):
        answer = call(base, path, headers=headers, **more)
        return json.loads(answer) if answer else None

    project = f"/v1/projects/{ask('/v1/projects', body=body)['id']}"
    classes = {} if kind == "SequenceLabeling" else made(ask, f"{project}/category-types",
                                                         [*TITLES.values(), "Fine"])  # fmt: skip
    marks = {} if count is None else made(ask, f"{project}/span-types", tactics())
    for message in MESSAGES:
        body = {"text": message["text"], "meta": {"message": message["id"]}}
        example = f"{project}/examples/{ask(f'{project}/examples', body=body)['id']}"
        number = int(example.rsplit("/", 1)[1])
        for title in verdicts(message) if classes else ():
            body = {"label": classes[title], "example": number}
            ask(f"{example}/categories", body=body)
        for start, end, tactic in message["spans"] if marks else ():
            body = {"label": marks[tactic], "example": number,
                    "start_offset": count(message["text"][:start]),
                    "end_offset": count(message["text"][:end])}  # fmt: skip
            ask(f"{example}/spans", body=body)
    for form, name in names.items():
        (HERE / name).write_bytes(doccano_export(base, headers, project, form))


def made(ask, path, titles):
    """Make label types; return title -> id."""
    colours = [f"#{40 + 25 * number:02x}8080" for number in range(len(titles))]
    bodies = [{"text": t, "background_color": c} for t, c in zip(titles, colours, strict=True)]
    return {body["text"]: ask(path, body=body)["id"] for body in bodies}


def doccano_export(base, headers, project, form):
    """Return the one file in the archive that doccano packs when its task is done."""
    body = {"format": form, "exportApproved": False}
    task = json.loads(call(base, f"{project}/download", headers=headers, body=body))["task_id"]
    while (packed := call(base, f"{project}/download?taskId={task}", headers=headers))[:2] != b"PK":
        time.sleep(0.5)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read(archive.namelist()[0])


def argilla():
    """Write what Argilla's own export functions make of records."""
    import argilla as rg  # noqa: PLC0415 - each tool has an environment of its own
    from argilla.records._io._generic import GenericIO  # noqa: PLC0415

    user = "7a6a7c9e-1111-4444-8888-000000000001"
    records = []
    for message in MESSAGES:
        text = message["text"]
        marks = [{"start": units(text[:start]), "end": units(text[:end]), "label": tactic}
                 for start, end, tactic in message["spans"]]  # fmt: skip
        answers = {"verdict": verdicts(message), **({"tactic": marks} if marks else {})}
        responses = [rg.Response(name, value, user_id=user, status="submitted")
                     for name, value in answers.items()]  # fmt: skip
        metadata = {"lang": message["lang"]}
        record = rg.Record(message["id"], {"text": text}, metadata, responses=responses)
        records.append(record)
    made = {
        "argilla_list.json": GenericIO.to_list(records),
        "argilla_dict.json": GenericIO.to_dict(records),
        "argilla_flat.json": GenericIO.to_dict(records, flatten=True),
    }
    for name, found in made.items():
        text = json.dumps(found, ensure_ascii=False, indent=1)
        (HERE / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    {"label-studio": label_studio, "doccano": doccano, "argilla": argilla}[sys.argv[1]](
        *sys.argv[2:]
    )
