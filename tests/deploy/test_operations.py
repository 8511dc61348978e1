"""docs/operations.md: what is to be copied from it is accepted by the programs."""

import re
import shlex
import tomllib

import pytest
from pydantic import BaseModel

import settings_file
from deploy import broker_conf
from deploy.demo_places import ROOT
from deploy.example_settings import SHAPES

TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8")


@pytest.mark.parametrize(("name", "shape"), SHAPES.items())
def test_settings_of_the_installation_are_accepted(name: str, shape: type[BaseModel]) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    settings_file.parse(name, shape, tomllib.loads(block))


def test_broker_command_writes_a_whole_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    (command,) = re.findall(r"-m deploy\.broker_conf (.*?) >", TEXT, re.DOTALL)
    broker_conf.main(shlex.split(command.replace("\\\n", " ")))
    written = capsys.readouterr().out
    assert "\nuser yijian\n" in written
    assert "$" not in written


def test_named_files_are_there() -> None:
    named = re.findall(r"(?:deploy|docs)/[\w./-]+[\w]", TEXT)
    missing = [name for name in named if not (ROOT / name).exists() and "benchmarks" not in name]
    assert missing == []
