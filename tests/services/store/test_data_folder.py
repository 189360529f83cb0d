"""The data folder is private, and one process has it at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.errors import Unavailable
from services.store.data_folder import open_data_folder


def test_the_folder_and_its_secret_are_for_one_person_alone(tmp_path: Path) -> None:
    folder = open_data_folder(tmp_path / "data")
    folder.secret()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600
    folder.close()


def test_a_folder_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    open_data_folder(tmp_path / "data").close()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_the_secret_stays_the_same_after_a_restart(tmp_path: Path) -> None:
    first = open_data_folder(tmp_path)
    secret = first.secret()
    first.close()
    second = open_data_folder(tmp_path)
    assert second.secret() == secret
    assert len(secret) == 64
    second.close()


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    one, two = open_data_folder(tmp_path / "one"), open_data_folder(tmp_path / "two")
    assert one.secret() != two.secret()
    one.close()
    two.close()


def test_a_second_process_is_told_where_the_first_runs(tmp_path: Path) -> None:
    first = open_data_folder(tmp_path)
    first.announce("at http://127.0.0.1:8501")
    with pytest.raises(Unavailable) as caught:
        open_data_folder(tmp_path)
    assert caught.value.message == f"Accelerate already runs on the data folder {tmp_path}: at http://127.0.0.1:8501."
    first.close()


def test_before_it_says_where_it_runs_its_process_is_named(tmp_path: Path) -> None:
    first = open_data_folder(tmp_path)
    with pytest.raises(Unavailable, match=f"in process {os.getpid()}"):
        open_data_folder(tmp_path)
    first.close()


def test_a_closed_folder_can_be_opened_again(tmp_path: Path) -> None:
    first = open_data_folder(tmp_path)
    first.close()
    first.close()
    open_data_folder(tmp_path).close()
