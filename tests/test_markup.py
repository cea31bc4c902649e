"""HTML: what can be seen of it, where lines break, and whose words they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.markup import MAX_ASIDES, MAX_DEPTH, visible_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br>Two<br><br><br>Three", "One\nTwo\n\nThree"),
        ("<ul><li>One<li>Two</ul>", "- One\n- Two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<a href='https://x.example/cv.pdf'>my page</a>", "my page"),
        ("a \n\t b", "a b"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<div style='white-space:pre-wrap'>a\nb</div>", "a\nb"),
        ("&eacute; &amp; &#x5e9; &nbsp;&lt;b&gt;", "é & ש <b>"),
        ("<p>a</p><p>&nbsp;</p><p>b</p>", "a\n\nb"),
        ("<b>bo</b>ld", "bold"),
        ("a<!-- b -->c<![if !mso]>d<![endif]>", "acd"),
        ("<head><title>t</title><style>p{}</style></head><script>x</script>a", "a"),
        ("<template>x</template>a", "a"),
        ("<html><head><p>no body", "no body"),
        ("2 < 3 and 4 > 3", "2 < 3 and 4 > 3"),
        ('<?xml version="1.0" encoding="iso-8859-1"?><p>é</p>', "é"),
        ("<meta charset=iso-8859-8><p>שלום</p>", "שלום"),
        ("", ""),
    ],
)
def test_visible_text(html, text):
    assert visible_text(html)[0] == text


@pytest.mark.parametrize(
    "attributes",
    [
        "hidden",
        'style="display:none"',
        'style="DISPLAY : none !important"',
        'style="visibility:hidden"',
        'style="font-size:0"',
        'style="font-size:0px;line-height:0"',
        'style="font-size:1px"',
        'style="opacity:0"',
        'style="max-height:0;overflow:hidden"',
        'style="width:0;height:0"',
        'style="mso-hide:all"',
        'style="color:#fff;background-color:#ffffff"',
        'style="color:white;background:rgb(255, 255, 255)"',
        'style="color:#fefefe" bgcolor="white"',
        'style="color:transparent"',
        'style="color:rgba(0,0,0,0)"',
        'style="position:absolute;left:-9999px"',
        'style="text-indent:-9999em"',
    ],
)
def test_hidden_elements_are_left_out_and_counted(attributes):
    text, _, limits = visible_text(f"<p>seen</p><div {attributes}>un<b>seen</b></div>")
    assert text == "seen"
    assert limits == ("6 characters of hidden HTML text were left out",)


@pytest.mark.parametrize(
    "html",
    [
        '<p aria-hidden="true">seen</p>',
        '<div style="font-size:0"><p style="font-size:14px">seen</p></div>',
        '<div style="visibility:hidden"><p style="visibility:visible">seen</p></div>',
        '<div style="background:#000"><p style="color:#fff">seen</p></div>',
        '<p style="color:#fff">seen</p>',
        '<div bgcolor="#ffffff"><p class="dark" style="color:#fff">seen</p></div>',
        '<div style="width:0">seen</div>',
        '<p style="opacity:0.5">seen</p>',
        '<p style="background:#fff url(x.png);color:#fff">seen</p>',
        '<p style=";;:;color">seen</p>',
    ],
)
def test_visible_elements_stay(html):
    assert visible_text(html)[0] == "seen"


def test_white_on_an_inherited_white_is_hidden():
    assert visible_text('<div style="background:#fff">a<i style="color:#fff">b</i></div>')[0] == "a"


@pytest.mark.parametrize(
    ("html", "asides"),
    [
        ("a<blockquote>q</blockquote>b", [("quoted", "q")]),
        ("a<blockquote type=cite>q<blockquote>r</blockquote></blockquote>", [("quoted", "q\nr")]),
        ('a<blockquote style="margin:0 0 0 40px;border:none">b</blockquote>', []),
        ('a<div class="gmail_quote x">q</div>b', [("quoted", "q")]),
        (
            "<div class=moz-cite-prefix>On</div><blockquote>q</blockquote>b",
            [("quoted", "On"), ("quoted", "q")],
        ),
        ("a<div class=moz-forward-container>q</div>", [("forwarded", "q")]),
        ("a<div class=yahoo_quoted>q</div>", [("quoted", "q")]),
        ("a<div id=yahoo_quoted_1>q</div>", [("quoted", "q")]),
        ("a<div class=protonmail_quote>q</div>", [("quoted", "q")]),
        ("a<div id=appendonsend></div><p>q</p><p>r</p>", [("quoted", "q\n\nr")]),
        ("a<div id=x_divRplyFwdMsg>From</div><p>q</p>", [("quoted", "From\n\nq")]),
        ("a<span class=gmail_signature>s</span>", [("signature", "s")]),
        ("a<pre class=moz-signature>-- \ns</pre>", [("signature", "-- \ns")]),
        ("a<div id=Signature>s<blockquote>q</blockquote></div>", [("signature", "s\nq")]),
        ("a<div class=gmail_signature></div>b", []),
        ("a<blockquote hidden>q</blockquote>b", []),
        (
            'a<div class="gmail_quote">On<blockquote>q</blockquote><p>b</p></div>',
            [("quoted", "On\nq")],
        ),
        (
            'a<div class="gmail_quote">--- On<blockquote>q</blockquote>r</div>',
            [("quoted", "--- On\nq\nr")],
        ),
    ],
)
def test_asides(html, asides):
    text, found, _ = visible_text(html)
    assert [(a.kind, text[a.start : a.end]) for a in found] == asides


@pytest.mark.parametrize(
    ("html", "text", "limit"),
    [
        ("<div>" * 5_000 + "deep", "deep", "nested over 1,000 deep"),
        ("<div>a" * 1_500, "\n".join("a" * 1_500), "nested over 1,000 deep"),
        ("seen<a href='x", "seen", "ends inside a tag"),
        ("seen<!-- never closed", "seen", "ends inside a tag"),
        ("seen<script>never closed", "seen", "ends inside a <script>"),
        ("a" * 2_000_001, "a" * 1_000_000, "cut to 2,000,000"),
    ],
)
def test_what_is_cut_is_said(html, text, limit):
    found, _, limits = visible_text(html)
    assert found == text
    assert [said for said in limits if limit in said]


def test_a_quote_deeper_than_the_cap_stays_a_quote():
    text, asides, _ = visible_text("own<blockquote>" + "<div>q" * (MAX_DEPTH + 500))
    assert [(a.start, a.end) for a in asides] == [(4, len(text))]


def test_countless_quotes_become_one():
    text, asides, limits = visible_text("<blockquote>q</blockquote>a" * (2 * MAX_ASIDES))
    assert len(asides) == MAX_ASIDES
    assert asides[-1].end == len(text)
    assert any("quotes in the HTML" in limit for limit in limits)


def test_a_picture_inside_the_page_does_not_count():
    page = f'<p>a</p><img src="data:image/png;base64,{"QUJD" * 600_000}"><p>b</p>'
    assert visible_text(page) == ("a\n\nb", (), ())


TAGS = st.sampled_from(
    [
        *("<p>", "</p>", "<div>", "</div>", "<br>", "<blockquote>", "</blockquote>", "<b>", "</b>"),
        *(
            "<pre>",
            "</pre>",
            "<table>",
            "<td>",
            "</table>",
            "<li>",
            "<div class=gmail_quote>",
            "<a ",
        ),
        *("<div hidden>", "<script>", "</script>", "<!--", "-->", "<![CDATA[", "&", "&#0;", "\0"),
        *(
            "<div id=appendonsend>",
            "<i style='font-size:0'>",
            "<i style=color:",
            "<",
            ">",
            "text",
            " ",
        ),
    ]
)


@given(st.lists(TAGS | st.text(max_size=5), max_size=40).map("".join))
def test_any_html_gives_text_and_asides_inside_it(html):
    text, asides, _ = visible_text(html)
    edges = [edge for a in asides for edge in (a.start, a.end)]
    assert edges == sorted(edges)
    assert all(0 <= a.start < a.end <= len(text) for a in asides)
