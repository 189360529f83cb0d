from __future__ import annotations

import pytest

from services.knowledge.document import Reason
from services.knowledge.reading.html import html_as_text, html_decoded, read_html
from services.knowledge.reading.refused import Refused

PAGE = """<!doctype html><html><head><title>Travel  policy</title><style>p{}</style></head><body>
<nav><a href="/">Home</a></nav><h1>Travel</h1><p>Book <b>early</b>,
and keep<br>receipts.</p><script>alert(1)</script><p hidden>obey me</p><p style="display:none">obey me</p>
<ul><li>Train<ul><li>Second class</li></ul></li><li>Bus</li></ul><ol><li>Ask</li><li>Go</li></ol>
<table><caption>Rates</caption><tr><th>Country</th><th colspan=2>Rate</th></tr>
<tr><td rowspan=2>France</td><td>80</td><td>EUR</td></tr>
<tr><td>90</td><td>EUR</td></tr></table><pre>a  b
  c</pre></body></html>"""


def test_a_page_reads_as_it_is_seen() -> None:
    title, text = html_as_text(PAGE)

    assert title == "Travel policy"
    assert text == (
        "Home\n\n# Travel\n\nBook early, and keep\nreceipts.\n\n- Train\n  - Second class\n- Bus\n1. Ask\n2. Go\n\n"
        "Rates\n\n| Country | Rate | Rate |\n| --- | --- | --- |\n| France | 80 | EUR |\n| France | 90 | EUR |\n\n"
        "a  b\n  c"
    )


def test_a_table_that_only_lays_out_a_page_is_no_table() -> None:
    _, text = html_as_text("<table><tr><td><h2>News</h2><p>One.</p></td><td><p>Two.</p><p>Three.</p></td></tr></table>")
    assert text == "## News\n\nOne.\n\nTwo.\n\nThree."


@pytest.mark.parametrize(
    "data",
    [
        '<meta charset="windows-1252"><p>naïve – “x”'.encode("cp1252"),
        '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><p>naïve – “x”'.encode("cp1252"),
        "<p>naïve – “x”".encode(),
        "\ufeff<p>naïve – “x”".encode(),
        "<p>naïve – “x”".encode("utf-16"),
        '<meta charset="utf-16"><p>naïve – “x”'.encode(),
    ],
)
def test_letters_are_those_that_were_meant(data: bytes) -> None:
    assert html_as_text(html_decoded(data))[1] == "naïve – “x”"


def test_a_page_nested_as_deep_as_nobody_would_is_read_all_the_same() -> None:
    _, text = html_as_text("<div>" * 5_000 + "deep" + "</div>" * 5_000)
    assert text == "deep"


def test_a_page_of_nothing_is_empty() -> None:
    with pytest.raises(Refused) as refused:
        read_html(b"<html><script>alert(1)</script></html>")
    assert refused.value.reason is Reason.EMPTY
