"""Who works where: whom a rung tells, and who may see what."""

import pytest

from alerts import register
from alerts.directory import Directory
from alerts.ladder import Target
from tests.alerts.stand import DISTRICT, NINE, OTHER_VILLAGE, TOWN, VILLAGE, Stand

EMPTY_VILLAGE = "330211001002"


def directory(hub: Stand) -> Directory:
    with hub.engine.database.reading() as tx:
        return hub.engine.directory.get(tx)


def told(hub: Stand, target: Target, area: str) -> list[str]:
    return [person.display for person in directory(hub).people(target, area, NINE)]


@pytest.mark.parametrize(
    ("target", "area", "people"),
    [
        (Target.NEAR, VILLAGE, ["王网格员"]),
        (Target.NEAR, EMPTY_VILLAGE, ["张社工"]),  # nobody there: the town answers
        (Target.NEAR, "330211003", ["陈社工"]),  # nor at this town: the district answers
        (Target.NEAR, DISTRICT, ["陈社工"]),
        (Target.TOWN_ONE, VILLAGE, ["张社工"]),
        (Target.TOWN_ONE, EMPTY_VILLAGE, ["李社工"]),  # the first was called already
        (Target.TOWN_ONE, TOWN, ["李社工"]),
        (Target.TOWN_ONE, OTHER_VILLAGE, ["陈社工"]),  # one colleague only: the district
        (Target.TOWN_ONE, DISTRICT, ["赵科长"]),
        (Target.TOWN_ALL, VILLAGE, ["张社工", "李社工"]),
        (Target.TOWN_ALL, "330211003", ["陈社工"]),
        (Target.DISTRICT, VILLAGE, ["陈社工"]),
        (Target.DISTRICT_ALL, VILLAGE, ["陈社工", "赵科长"]),
        (Target.SIREN, VILLAGE, []),
        (Target.DEVICE, VILLAGE, []),
    ],
)
def test_a_rung_finds_its_people_with_the_fall_back_of_the_rota(
    lite: Stand, target: Target, area: str, people: list[str]
) -> None:
    assert told(lite, target, area) == people


def test_whoever_left_is_told_no_more(lite: Stand) -> None:
    lite.change(lambda work: register.set_active(work, "wang", False))
    assert told(lite, Target.NEAR, VILLAGE) == ["张社工"]


def test_with_nobody_at_all_nobody_is_invented(lite: Stand) -> None:
    for login in ("wang", "zhang", "li", "chen", "zhao"):
        lite.change(lambda work, who=login: register.set_active(work, who, False))  # type: ignore[misc]
    assert [told(lite, target, VILLAGE) for target in Target] == [[]] * len(Target)


@pytest.mark.parametrize(
    ("area", "name"),
    [
        (VILLAGE, "招宝山街道 城东社区"),
        (TOWN, "招宝山街道"),
        (DISTRICT, "镇海区"),
        ("999", ""),
    ],
)
def test_a_place_has_a_name_for_the_screen(lite: Stand, area: str, name: str) -> None:
    assert directory(lite).path(area) == name


@pytest.mark.parametrize(
    ("login", "area", "sees"),
    [
        ("wang", VILLAGE, True),
        ("wang", EMPTY_VILLAGE, False),
        ("wang", TOWN, False),
        ("zhang", VILLAGE, True),
        ("zhang", OTHER_VILLAGE, False),
        ("chen", OTHER_VILLAGE, True),
    ],
)
def test_staff_see_their_area_and_what_lies_below(
    lite: Stand, login: str, area: str, sees: bool
) -> None:
    assert lite.person(login).sees(area) == sees


def test_nothing_secret_is_in_it(lite: Stand) -> None:
    assert "argon2" not in repr(directory(lite))


def test_it_is_read_again_only_after_a_change(hub: Stand) -> None:
    before = directory(hub)
    assert directory(hub) is before
    hub.change(lambda work: register.set_active(work, "wang", False))
    assert not directory(hub).staff[1].active
