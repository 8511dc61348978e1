"""hub.example.toml shows every setting, and copying it changes nothing."""

import tomllib

import pytest
from pydantic import BaseModel

import settings_file
from deploy.example_settings import FILE, SHAPES, example


def test_file_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == example(), "run: python -m deploy.example_settings"


def test_every_table_is_shown() -> None:
    assert set(SHAPES) == set(settings_file.TABLES)


@pytest.mark.parametrize(("name", "shape"), SHAPES.items())
def test_copied_as_it_is_it_says_the_defaults(name: str, shape: type[BaseModel]) -> None:
    document = tomllib.loads(FILE.read_text("utf-8"))
    assert settings_file.parse(name, shape, document) == shape()


@pytest.mark.parametrize(("name", "shape"), SHAPES.items())
def test_every_setting_says_what_it_is_for(name: str, shape: type[BaseModel]) -> None:
    lines = example().splitlines()
    keys = [number for number, line in enumerate(lines) if " =" in line]
    assert [lines[number] for number in keys if not lines[number - 1].startswith("# ")] == []
