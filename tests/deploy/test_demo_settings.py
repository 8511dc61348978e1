"""The settings of a demo are right for every program and reach nobody real."""

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

import settings_file
from alerts.channels.settings import real_channels
from alerts.settings import Settings as HubSettings
from deploy.demo_places import ROOT, Places
from deploy.demo_settings import Choices, render
from deploy.example_settings import SHAPES

DEMO = Places(ROOT / "var")


def settings(places: Places = DEMO) -> dict[str, dict[str, object]]:
    return tomllib.loads(render(places, Choices(desk_port=1, broker_port=2, broker_owner=None)))


@pytest.mark.parametrize(("name", "shape"), SHAPES.items())
def test_every_program_accepts_them(name: str, shape: type[BaseModel]) -> None:
    settings_file.parse(name, shape, settings())


def test_demo_reaches_nobody_real() -> None:
    hub = settings_file.parse("alerts", HubSettings, settings())
    assert (hub.demo, hub.channels.siren.enabled) == (True, True)
    assert real_channels(hub.channels) == []


def test_paths_in_the_repository_may_be_moved_with_it() -> None:
    assert settings()["alerts"]["database"] == "sqlite:///var/hub.db"


def test_other_folder_is_named_in_full(tmp_path: Path) -> None:
    assert settings(Places(tmp_path))["alerts"]["database"] == f"sqlite:///{tmp_path}/hub.db"
