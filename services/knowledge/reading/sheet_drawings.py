"""What a workbook holds beside its cells: charts, words in shapes, and comments, by the name of their sheet."""

from __future__ import annotations

from services.knowledge.reading.comments import authors_of, comments_of
from services.knowledge.reading.draft import Draft
from services.knowledge.reading.drawn import paragraphs_of, relation, write_chart
from services.knowledge.reading.package import Package, attribute, local
from services.knowledge.reading.refused import Refused


def beside_cells(package: Package) -> dict[str, str]:
    """Give the texts by sheet; a part that is damaged is left out, for the cells are what matters."""
    main = package.main
    workbook = package.tree(main) if main.endswith(".xml") else None
    if workbook is None:
        return {}
    related, authors = package.related(main), authors_of(package, main)
    found: dict[str, str] = {}
    for sheet in (each for each in workbook.iter() if local(each) == "sheet"):
        _, part = related.get(relation(sheet), ("", ""))
        draft = Draft()
        try:
            _write(draft, package, part)
            for said in comments_of(package, part, authors) if part else []:
                draft.paragraph(said)
        except Refused:
            continue
        if draft.text():
            found[attribute(sheet, "name")] = draft.text()
    return found


def _write(draft: Draft, package: Package, part: str) -> None:
    for kind, name in package.related(part).values() if part else []:
        if kind != "drawing" or (drawing := package.tree(name)) is None:
            continue
        within = package.related(name)
        for each in drawing.iter():
            if local(each) == "sp":
                draft.paragraph("\n".join(paragraphs_of(each)))
            elif local(each) == "chart" and relation(each) in within:
                chart = package.tree(within[relation(each)][1])
                if chart is not None:
                    write_chart(draft, chart)
