"""Input made to hang or to exhaust: each measured on usual libraries (design of the readers).

Every row runs in a process of its own, whose memory and processor time the system limits.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

SECONDS = 2
MEGABYTES = 500

RUN = """
import json, resource, time
from classifier.readers import read_bytes
from classifier.quoting import own_spans
def peak():
    # ru_maxrss of a child starts from its parent's; the high-water mark of Linux does not.
    try:
        lines = open("/proc/self/status").read().splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
HEAD = b"From: a@x.example\\r\\nTo: b@x.example\\r\\n"
HTML = HEAD + b"Content-Type: text/html\\r\\n\\r\\n"
format, data = {format!r}, ({data})
resource.setrlimit(resource.RLIMIT_AS, ({bytes}, {bytes}))
begin = time.process_time()
message = read_bytes(data, format=format)
own, asides = own_spans(message)
print(json.dumps({{
    "seconds": time.process_time() - begin, "characters": len(message.text), "own": len(own),
    "limits": message.limits, "subject": message.subject[:9], "asides": len(asides),
    "recipients": message.envelope.recipients if message.envelope else None,
    "peak": peak() // 1024,
}}))
"""

ROWS = {
    "20,000 exclamation marks": ("txt", "b'!' * 20_000", None),
    "20,000 emoji": ("txt", "('\\N{GRINNING FACE}' * 20_000).encode()", None),
    "20,000 open tags": ("html", "b'<a ' * 20_000", "ends inside a tag"),
    "20,000 open tags in mail": ("eml", "HTML + b'<a ' * 20_000", "ends inside a tag"),
    "60,000 less-than signs": ("html", "b'<' * 60_000", None),
    "100,000 nested divs": ("html", "b'<div>' * 100_000 + b'deep'", "1,000 deep"),
    "divs closed by spans": ("html", "b'<div>' * 50_000 + b'</span>' * 50_000", "1,000 deep"),
    "50,000 attributes": ("html", "b'<a ' + b' '.join(b'a%d' % i for i in range(50_000))", "tag"),
    "200,000 blockquotes": ("html", "b'<blockquote>a</blockquote>b' * 200_000", "quotes in the"),
    "4 MB of elements": ("html", "b'<p>a' * 1_000_000", "cut to 2,000,000"),
    "20,000 encoded words": (
        "eml",
        "b'Subject: ' + b' '.join([b'=?utf-8?B?w6k=?='] * 20_000) + b'\\r\\n\\r\\nx'",
        "Subject cut to 16,384",
    ),
    "a subject of 20 MB": ("eml", "b'Subject: ' + b'a' * 20_000_000 + b'\\n\\nx'", "Subject cut"),
    "2,000,000 headers": ("eml", "b'X: y\\n' * 2_000_000 + b'\\nx'", "header block was too long"),
    "3,000,000 folded lines": ("eml", "b'X: y\\n' + b' z\\n' * 3_000_000 + b'\\nx'", "too long"),
    "300,000 tiny parts": (
        "eml",
        "HEAD + b'Content-Type: multipart/mixed; boundary=b\\n\\n' + b'--b\\n\\nx\\n' * 300_000",
        "first 500 parts",
    ),
    "3,000,000 false boundaries": (
        "eml",
        "HEAD + b'Content-Type: multipart/mixed; boundary=b\\n\\n' + b'--bx\\n' * 3_000_000",
        "parts",
    ),
    "parts nested 5,000 deep": (
        "eml",
        "HEAD + b''.join(b'Content-Type: multipart/mixed; boundary=b%d\\n\\n--b%d\\n' % (i, i)"
        " for i in range(5_000))",
        "nested over 50 deep",
    ),
    "mails in mails 5,000 deep": ("eml", "b'Content-Type: message/rfc822\\n\\n' * 5_000", None),
    "20,000 recipients": (
        "eml",
        "b'To: ' + b',\\n '.join(b'\"D, %d\" <u%d@x.example>' % (i, i) for i in range(20_000))",
        None,
    ),
    "a quoted name without end": ("eml", "b'To: \"' + b'\\\\\"' * 500_000 + b'\\n\\nx'", None),
    "500,000 parentheses": ("eml", "b'To: ' + b'(' * 500_000 + b'\\n\\nx'", None),
    "5,000 parameters": (
        "eml",
        "b'Content-Type: a/b' + b';x=\"' * 5_000 + b'\\n\\nx'",
        "Content-Type",
    ),
    "48 MB of base64": (
        "eml",
        "HEAD + b'Content-Transfer-Encoding: base64\\n\\n' + b'QUJD' * 12_000_000",
        "cut to 1,000,000",
    ),
    "200,000 uuencoded files": ("eml", "HEAD + b'\\n' + b'begin 644 a\\nM\\n' * 60_000", None),
    "iso-8859-8-i everywhere": (
        "eml",
        "b'Subject: =?iso-8859-8-i?B?+ezl7Q==?=\\nContent-Type: text/plain; charset=iso-8859-8-i'"
        " b'\\n\\n\\xf9\\xec\\xe5\\xed'",
        None,
    ),
    "lone surrogates": (
        "eml",
        "b'Content-Type: text/plain; charset=utf-7\\n\\n' + b'+2AA-' * 9",
        None,
    ),
    "over 1,000,000 characters": ("txt", "b'word ' * 300_000", "cut to 1,000,000"),
    "1,000,000 blank lines": ("txt", "b'\\n' * 1_000_000", None),
    "1,000,000 quote marks": ("txt", "b'>' * 1_000_000", None),
    "attributions without end": ("txt", "b'On 1/1/2026 10:00 a@b.example\\n' * 33_000", None),
    "header fields without end": ("txt", "b'From: a@b.example\\nTo: c\\n' * 38_000", None),
    "legal talk without end": ("txt", "b'confidential intended recipient ' * 31_000", None),
    "64 MB of zeros": ("eml", "bytes(64 * 1024 * 1024)", "cut"),
}


@pytest.mark.parametrize("row", ROWS)
def test_row(row):
    name, data, limit = ROWS[row]
    script = textwrap.dedent(RUN).format(format=name, data=data, bytes=2 * MEGABYTES * 1024**2)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    found = json.loads(done.stdout)

    assert found["seconds"] <= SECONDS
    assert found["peak"] <= MEGABYTES
    assert found["characters"] <= 1_000_000
    assert (limit is None) == (found["limits"] == [])
    assert limit is None or any(limit in said for said in found["limits"])
    if row == "20,000 recipients":
        assert found["recipients"] == 20_000
    if row == "iso-8859-8-i everywhere":
        assert found["subject"] == "שלום"
