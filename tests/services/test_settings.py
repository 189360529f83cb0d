"""Settings: declared once, and wrong ones stop the start with one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.errors import Misconfigured
from services.settings import described, read_settings


def test_without_any_variable_the_defaults_hold() -> None:
    settings = read_settings({})
    assert (settings.data, settings.backend) == (Path("data"), "embedded")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read_settings({"APP_DATA": "", "APP_BACKEND": ""}) == read_settings({})


def test_a_variable_changes_its_setting(tmp_path: Path) -> None:
    assert read_settings({"APP_DATA": str(tmp_path)}).data == tmp_path


def test_variables_of_other_programs_are_not_looked_at() -> None:
    assert read_settings({"PATH": "/bin", "APPDATA": "x", "MY_APP_X": "1"}) == read_settings({})


def test_an_unknown_variable_is_named_with_its_value_and_the_known_ones() -> None:
    with pytest.raises(Misconfigured) as caught:
        read_settings({"APP_DATE": "here"})
    assert caught.value.message == "APP_DATE is not a setting of Accelerate, but it is set to 'here'."
    known = "APP_DATA, APP_BACKEND, APP_CHAT_URL, APP_CHAT_MODEL, APP_CHAT_KEY, APP_BEDROCK_REGION"
    assert caught.value.hint == f"Known are {known}."


def test_a_wrong_value_is_named_with_the_rule() -> None:
    with pytest.raises(Misconfigured) as caught:
        read_settings({"APP_BACKEND": "aws"})
    assert caught.value.message == "APP_BACKEND must be embedded, but it is 'aws'."
    assert caught.value.hint == "Set APP_BACKEND=embedded."


def test_a_file_in_the_place_of_the_data_folder_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(Misconfigured, match=r"APP_DATA must be a folder, but '.*file' is a file\."):
        read_settings({"APP_DATA": str(file)})


def test_every_setting_has_a_default_that_it_accepts_and_a_sentence_of_help() -> None:
    for each in described():
        assert read_settings({each.variable: each.default}) == read_settings({})
        assert each.help.endswith(".")
