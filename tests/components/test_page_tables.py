from __future__ import annotations

from components.text import marked, quoted, readable

HEAD, RULE, BOSTON, DENVER = "| City | Rate |", "| --- | --- |", "| Boston | 180 |", "| Denver | 1\\|2 |"
OPENED = '<div class="wide" tabindex="0"><table>'
CITY = "<tr><th>City</th><th>Rate</th></tr>"


def table(*rows: str) -> str:
    return f"{OPENED}{''.join(rows)}</table></div>"


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{each}</td>' for each in cells)}</tr>"


def test_lines_of_cells_are_shown_as_a_table() -> None:
    shown = str(readable("\n".join(["Above <b>", "", HEAD, RULE, BOSTON, DENVER, "", "Below"])))
    assert shown == f"Above &lt;b&gt;\n\n{table(CITY, row('Boston', '180'), row('Denver', '1|2'))}\nBelow"


def test_a_single_line_with_bars_stays_a_line() -> None:
    assert readable("a | b") == "a | b"
    assert readable("| alone |") == "| alone |"
    assert readable("") == ""


def test_a_quoted_row_is_marked_cell_by_cell() -> None:
    shown = str(quoted(f"{HEAD}\n{RULE}\n", BOSTON, f"\n{DENVER}"))
    assert shown == table(CITY, row("<mark>Boston</mark>", "<mark>180</mark>"), row("Denver", "1|2"))


def test_a_quote_that_begins_above_a_table_and_ends_below_is_marked_throughout() -> None:
    shown = str(quoted("One ", f"two\n\n{BOSTON}\n{BOSTON}\n\nthree", " four"))
    rows = row("<mark>Boston</mark>", "<mark>180</mark>") * 2
    assert shown == f"One <mark>two\n\n</mark>{table(rows)}<mark>\nthree</mark> four"


def test_a_quote_within_a_cell_marks_its_words_alone() -> None:
    shown = str(quoted(f"{HEAD}\n{RULE}\n| Bos", "ton | 1", "80 |"))
    assert shown == table(CITY, row("Bos<mark>ton</mark>", "<mark>1</mark>80"))


def test_words_that_were_searched_are_marked_in_their_cells() -> None:
    assert "<td><mark>Boston</mark></td><td>180</td>" in marked(f"{HEAD}\n{RULE}\n{BOSTON}", {"boston"})


def test_signs_of_our_own_in_a_text_are_no_marks() -> None:
    assert quoted("a\ue000", "b\ue001", "c\ue001") == "a<mark>b</mark>c"
