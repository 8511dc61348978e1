"""Parts are given to devices: the named one, the first free ones, or all of a type."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from simulators.cast import cast
from simulators.credentials import Broker, Credentials, Login
from simulators.scenario import Scenario
from simulators.trouble import CannotRun


def login(device: str, kind: str | None) -> Login:
    return Login(device=device, user=device, password="p", type=kind)


KNOWN = Credentials(
    Path("var/simulators.json"),
    Broker("127.0.0.1", 1),
    (
        *(login(f"pendant-000{i}", "pendant") for i in (1, 2, 3)),
        login("band-0001", "band"),
        login("demo-0001", None),
    ),
)


def chosen(*parts: Mapping[str, object]) -> list[list[str]]:
    roles = cast(Scenario.model_validate({"title": "t", "devices": parts}), KNOWN)
    return [[login.device for login in role.logins] for role in roles]


def test_a_part_gets_the_first_free_device_of_its_type() -> None:
    assert chosen({"type": "band"}, {"type": "pendant"}) == [["band-0001"], ["pendant-0001"]]


def test_two_parts_never_share_a_device() -> None:
    parts = ({"type": "pendant", "name": "a"}, {"type": "pendant", "name": "b"})
    assert chosen(*parts) == [["pendant-0001"], ["pendant-0002"]]


def test_a_device_named_later_is_kept_free_for_its_part() -> None:
    parts = ({"type": "pendant", "name": "a"}, {"type": "pendant", "device": "pendant-0001"})
    assert chosen(*parts) == [["pendant-0002"], ["pendant-0001"]]


def test_all_of_a_type_is_all_that_is_left() -> None:
    parts = ({"type": "pendant", "device": "pendant-0002"}, {"type": "pendant", "count": "all"})
    assert chosen(*parts)[1] == ["pendant-0001", "pendant-0003", "demo-0001"]


def test_a_device_without_a_type_plays_any() -> None:
    assert chosen({"type": "band", "count": 2}) == [["band-0001", "demo-0001"]]


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ({"type": "pendant", "count": 9}, "pendant: wants 9 of type pendant, .* has 4 left"),
        ({"type": "pendant", "device": "nobody"}, "no device 'nobody'"),
        ({"type": "pendant", "device": "band-0001"}, "band-0001 is a band, not a pendant"),
    ],
)
def test_a_part_without_its_device_is_refused(part: dict[str, object], why: str) -> None:
    with pytest.raises(CannotRun, match=why):
        chosen(part)
