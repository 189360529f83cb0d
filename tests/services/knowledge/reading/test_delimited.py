from __future__ import annotations

import pytest

from services.knowledge.document import Reason
from services.knowledge.reading.delimited import read_delimited
from services.knowledge.reading.media import CSV, TSV
from services.knowledge.reading.refused import Refused

TABLE = "| Country | Rate |\n| --- | --- |\n| France | 80 |\n| Spain | 70 |"


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (b"Country,Rate\nFrance,80\nSpain,70\n", CSV),
        (b"Country;Rate\r\nFrance;80\r\nSpain;70", CSV),
        (b"Country|Rate\nFrance|80\nSpain|70\n", CSV),
        (b"Country\tRate\nFrance\t80\nSpain\t70\n", TSV),
        (b"Country\tRate\nFrance\t80\nSpain\t70\n", CSV),
        ("Country,Rate\nFrance,80\nSpain,70\n".encode("utf-16"), CSV),
        ("\ufeffCountry,Rate\nFrance,80\nSpain,70\n".encode(), CSV),
        (b'"Country","Rate"\n"France","80"\n"Spain","70"', CSV),
    ],
)
def test_a_table_reads_the_same_whatever_parts_its_cells(data: bytes, media: str) -> None:
    title, (page,) = read_delimited(data, media)
    assert (title, page.text, page.label) == ("", TABLE, "Table")


def test_rows_of_uneven_length_lose_nothing() -> None:
    _, (page,) = read_delimited(b'a,b\n1\n1,2,3\n"x, y",z', CSV)
    assert page.text.split("\n")[2:] == ["| 1 |  |  |", "| 1 | 2 | 3 |", "| x, y | z |  |"]


def test_a_long_table_has_pages_named_by_their_rows() -> None:
    rows = "\n".join(f"{number},{'word ' * 20}" for number in range(2, 1500))
    _, pages = read_delimited(f"Number,Text\n{rows}".encode(), CSV)
    assert pages[0].label.startswith("Rows 2 to ")
    assert pages[-1].label.endswith(" to 1,499")


@pytest.mark.parametrize("data", [b",,\n,,", b"\n\n \n"])
def test_a_table_of_nothing_is_empty(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_delimited(data, CSV)
    assert refused.value.reason is Reason.EMPTY
