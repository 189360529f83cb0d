"""Charts can be read in both themes, and what they show can be taken along."""

from __future__ import annotations

import tomllib

import pytest

from components.charts import COLOURS, OTHERS, as_csv
from tests.servers import ROOT


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", sorted({*COLOURS.values(), *OTHERS}))
def test_every_colour_stands_out_from_the_background_of_either_theme(theme: str, colour: str) -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    darker, lighter = sorted(luminance(each) for each in (colour, config["theme"][theme]["backgroundColor"]))

    assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_no_cell_of_a_download_is_taken_for_a_formula() -> None:
    assert as_csv(("name", "number"), [("=cmd", 3), ("a, b", "+1")]) == "name,number\n'=cmd,3\n\"a, b\",'+1\n"
