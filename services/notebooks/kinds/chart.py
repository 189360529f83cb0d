"""The Chart cell: a table drawn; without further choice as the table offers itself to be."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from services.errors import BadInput
from services.notebooks.kinds.kind import Form, Kind, Making, check_fields
from services.notebooks.markup import in_markdown
from services.notebooks.output import Gives, Output, digest_of
from services.notebooks.references import REFERENCE, key_of, reference_to
from services.notebooks.tabular.chart_form import ChartForm, chart_of
from services.notebooks.tabular.figures import draw
from services.notebooks.tabular.suggestions import suggest
from services.notebooks.tabular.table import Table

WORDS = MappingProxyType(
    {
        "table": "the table that is drawn",
        "type": "how it is drawn",
        "dimension": "what stands along the chart",
        "measure": "what is measured",
        "how": "how it is measured",
        "split": "what it is split by",
    }
)


def table_of(form: Form) -> str:
    """Give the name of the cell whose table is drawn, "" where none is chosen."""
    found = REFERENCE.search(str(form.get("table") or ""))
    return found[1] if found else ""


def drawn_as(form: Form) -> ChartForm | None:
    """Give how it is drawn, None where that is left to the table. Raises BadInput where it is not complete."""
    return chart_of(form) if form.get("type") else None


def _check(form: Form) -> dict[str, object]:
    check_fields(form, frozenset(WORDS))
    if not table_of(form):
        raise BadInput("It is not said which table to draw.", "Choose a step that gives a table.")
    chart = drawn_as(form)
    return {"table": str(form["table"])} | (chart.form if chart else {})


def _sentence(form: Form, _names: Mapping[str, str]) -> str:
    of = f" of **{in_markdown(table_of(form))}**" if table_of(form) else ""
    try:
        chart = drawn_as(form)
    except BadInput:
        chart = None
    return f"{in_markdown(chart.sentence)}{of}" if chart else f"Chart{of}"


def _make(making: Making) -> Output:
    name = table_of(making.form)
    given = next((output for each, output in making.inputs.items() if key_of(each) == key_of(name)), None)
    if given is None or not isinstance(given.content, Table):
        raise BadInput(f"“{name}” gives no table." if name else "No table is chosen.", "Choose one to draw.")
    chart = drawn_as(making.form) or next(iter(suggest(given.content)), None)
    if chart is None:
        raise BadInput(f"“{name}” offers nothing to draw: it has no rows.", "Choose another table, or fewer filters.")
    figure = draw(given.content, chart)
    digest = digest_of(Gives.FIGURE.value, chart.form, given.digest)
    return Output(Gives.FIGURE, figure.finding, digest, figure, in_markdown(figure.finding))


def _follows(name: str, gives: Gives) -> Form | None:
    return {"table": reference_to(name)} if gives is Gives.TABLE else None


KIND = Kind(
    name="chart",
    noun="Chart",
    adds="Draw a chart",
    place=30,
    gives=Gives.FIGURE,
    words=WORDS,
    check=_check,
    text=table_of,
    sentence=_sentence,
    make=_make,
    refers=frozenset({"table"}),
    chip="Draw it",
    chip_place=1,
    follows=_follows,
)
