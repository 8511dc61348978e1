"""The tree 区 → 镇街 → 村社: a code begins with the code of its parent."""

from collections import Counter

from alerts import areas
from alerts.directory import DISTRICT, TOWN, VILLAGE
from tests.alerts.stand import Stand


def test_the_tree_has_one_district_seven_towns_and_their_villages() -> None:
    levels = Counter(row["level"] for row in areas.tree())
    assert levels == {DISTRICT: 1, TOWN: 7, VILLAGE: 99}


def test_parents_come_first_and_their_code_begins_their_childrens() -> None:
    seen: set[str] = set()
    for row in areas.tree():
        assert row["code"] not in seen
        if row["parent"] is not None:
            assert row["parent"] in seen
            assert row["code"].startswith(row["parent"])
        assert row["name"].strip()
        seen.add(row["code"])


def test_what_is_missing_is_added_and_nothing_twice(hub: Stand) -> None:
    assert hub.change(lambda work: areas.install(work.tx)) == 0
