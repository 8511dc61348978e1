"""A scenario is understood whole before anything is played, or a sentence says what is wrong."""

import re
from pathlib import Path

import pytest

from simulators.scenario import load, shipped
from simulators.trouble import CannotRun

PENDANT = 'title = "t"\n[[devices]]\ntype = "pendant"\n'
BAND = 'title = "t"\n[[devices]]\ntype = "band"\n'


def story(device: str, does: str, more: str = "") -> str:
    return f'[[story]]\nat_s = 1\ndevice = "{device}"\ndoes = "{does}"\n{more}\n'


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_scenario_loads_by_its_bare_name(name: str) -> None:
    assert load(name).title == shipped()[name]
    assert load(f"{name}.toml") == load(name)


def test_the_promised_scenarios_are_shipped() -> None:
    promised = {"quiet_morning", "night_two_falls", "broken_button", "fleet", "residents"}
    assert promised <= set(shipped())


@pytest.mark.parametrize("name", ["quiet_morning", "residents", "fleet"])
def test_quiet_scenarios_hold_nothing_that_alarms(name: str) -> None:
    quiet = {"measure", "self_test"}
    assert {line.does for line in load(name).story} <= quiet


def test_a_file_of_ones_own_is_found_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(BAND + 'name = "wrist"\nevery_s = [15, 30]\n' + story("wrist", "press"))
    scenario = load(str(path))
    assert scenario.cast[0].options.model_dump()["every_s"] == (15, 30)
    assert scenario.story[0].does == "press"


def test_a_fleet_measures_at_its_rate(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text('title = "t"\n[fleet]\ncount = 500\nreadings_per_s = 250\n')
    (part,) = load(str(path)).cast
    assert (part.type, part.count, part.options.model_dump()["every_s"]) == ("band", 500, (2, 2))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("title = ", "not TOML"),
        ('title = "t"', "neither devices nor a fleet"),
        (PENDANT.replace("pendant", "toaster"), "no type 'toaster'; known are pendant"),
        (PENDANT + "every_s = 5\n", "pendant: every_s"),
        (PENDANT + "beat_every_s = 0\n", "beat_every_s"),
        (PENDANT + 'count = "some"\n', "count"),
        (BAND + 'every_s = "often"\n', "every_s"),
        (BAND + "every_s = 0\n", "every_s"),
        (BAND + "every_s = [30, 15]\n", "every_s"),
        (PENDANT + '[[devices]]\ntype = "pendant"\n', "two parts of the same name"),
        (
            PENDANT + 'device = "p-1"\n[[devices]]\ntype = "pendant"\nname = "b"\ndevice = "p-1"\n',
            "one device plays two parts",
        ),
        (PENDANT + "colour = 1\n", "colour"),
        ("colour = 1\n" + PENDANT, "colour"),
        (PENDANT + story("band", "press"), "no device is called 'band'"),
        (PENDANT + story("pendant", "fall"), "'fall' is not one of"),
        (PENDANT + story("pendant", "press", "hard = true"), "press: "),
        (PENDANT + story("pendant", "low_battery", 'percent = "few"'), "percent"),
        (BAND + story("band", "episode"), "episode: missing a required argument: 'kind'"),
        (BAND + story("band", "episode", 'kind = "love"'), "kind"),
        (PENDANT + story("pendant", "press").replace("at_s = 1", "at_s = -1"), "at_s"),
        ("round_s = 1\n" + PENDANT + story("pendant", "press"), "longer than its round"),
    ],
)
def test_a_wrong_scenario_is_refused_on_one_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(CannotRun, match=re.escape(why)) as refusal:
        load(str(path))
    assert "\n" not in str(refusal.value)
    assert "wrong.toml" in str(refusal.value)


@pytest.mark.parametrize("name", ["no_such", "../quiet_morning", "/nowhere/fleet.toml", ""])
def test_an_unknown_scenario_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(CannotRun, match=r"no scenario .*quiet_morning"):
        load(name)
