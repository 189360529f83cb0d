"""Who is here: the cards, and cookies that fail closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.bootstrap import CONTENT, build
from services.errors import NotFound
from services.people.people import SIGNED_IN_FOR, People, read_people, read_secret
from services.people.user import Role
from services.settings import Settings
from tests.conftest import SettableClock

SECRET = b"a secret of the tests"


@pytest.fixture
def people(clock: SettableClock) -> People:
    return People(read_people(CONTENT / "people.toml"), SECRET, clock)


def test_four_people_in_three_lines_of_business_have_a_card(people: People) -> None:
    assert [(each.id, each.line.name, each.role) for each in people.personas()] == [
        ("ana", "Claims", Role.CITIZEN),
        ("ben", "People & Culture", Role.CITIZEN),
        ("sam", "People & Culture", Role.STEWARD),
        ("cleo", "Data Office", Role.CDO),
    ]


def test_a_signed_cookie_says_who_it_is(people: People) -> None:
    assert people.read(people.sign(people.user("ben"))) == people.user("ben")


@pytest.mark.parametrize("cookie", [None, "", "ana", 1, True, b"ana", ["ana"], {"person": "ana"}, object()])
def test_anything_that_is_not_a_signed_text_is_nobody(people: People, cookie: object) -> None:
    assert people.read(cookie) is None


def test_a_cookie_changed_by_one_character_is_nobody(people: People) -> None:
    cookie = people.sign(people.user("ana"))
    changed = [cookie[:at] + ("A" if cookie[at] != "A" else "B") + cookie[at + 1 :] for at in range(len(cookie))]
    # The last character of base64 holds bits that are not used: a change there can leave the same signature.
    assert [people.read(each) for each in changed[:-1]] == [None] * (len(cookie) - 1)


def test_a_cookie_signed_with_another_secret_is_nobody(people: People, clock: SettableClock) -> None:
    other = People(people.everyone, b"another secret", clock)
    assert people.read(other.sign(people.user("ana"))) is None


def test_a_cookie_of_somebody_who_left_is_nobody(people: People, clock: SettableClock) -> None:
    later = People(people.everyone[1:], SECRET, clock)
    assert later.read(people.sign(people.user("ana"))) is None
    assert later.name_of("ana") == "somebody who left"


def test_a_visit_ends_after_twelve_hours(people: People, clock: SettableClock) -> None:
    cookie = people.sign(people.user("ana"))
    clock.go_on(seconds=SIGNED_IN_FOR.total_seconds() - 1)
    assert people.read(cookie) == people.user("ana")
    clock.go_on(seconds=1)
    assert people.read(cookie) is None


def test_signing_out_ends_one_visit_and_not_another_of_the_same_person(people: People) -> None:
    here, elsewhere = people.sign(people.user("ana")), people.sign(people.user("ana"))
    people.sign_out(here)
    assert people.read(here) is None
    assert people.read(elsewhere) == people.user("ana")


def test_signing_out_with_a_cookie_that_is_nobody_changes_nothing(people: People) -> None:
    cookie = people.sign(people.user("ana"))
    people.sign_out("nobody's")
    people.sign_out(None)
    assert people.read(cookie) == people.user("ana")


def test_a_visit_that_was_signed_out_stays_ended_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "embedded")
    first = build(settings)
    cookie, other = (first.people.sign(first.people.user("ana")) for _ in range(2))
    first.people.sign_out(cookie)
    first.close()

    second = build(settings)
    assert second.people.read(cookie) is None
    assert second.people.read(other) == second.people.user("ana")
    second.close()


def test_somebody_unknown_is_not_found(people: People) -> None:
    with pytest.raises(NotFound, match="nobody here"):
        people.user("eve")


def test_a_person_of_an_unknown_line_stops_the_reading(tmp_path: Path) -> None:
    file = tmp_path / "people.toml"
    file.write_text('line = []\n[[person]]\nid = "x"\nname = "X"\ntitle = "x"\nline = "none"\nrole = "citizen"\n')
    with pytest.raises(KeyError, match="none"):
        read_people(file)


def test_the_secret_is_made_once_for_one_person_alone(tmp_path: Path) -> None:
    secret = read_secret(tmp_path / "secret")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert read_secret(tmp_path / "secret") == secret
    assert read_secret(tmp_path / "another") != secret
    assert len(secret) == 64
