"""A file that stands nowhere is named, and so is a pure module that is not pure."""

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.check_layout import Layout, impure, misplaced, problems, read_layout

LAYOUT = Layout(
    top=frozenset({"alerts", "README.md"}),
    layers={"alerts": {"pure": ["rota"], "plug-ins": ["channels"]}},
    io_modules=frozenset({"time", "sqlalchemy"}),
    longest=3,
    longer={},
    no_text_check=("vendor/",),
)


@pytest.mark.parametrize("file", ["README.md", "alerts/rota.py", "alerts/channels/siren.py"])
def test_file_in_its_layer_passes(file: str) -> None:
    assert list(misplaced([file], LAYOUT)) == []


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("alerts/utils.py", "fits no layer of alerts"),
        ("alerts/deep/siren.py", "fits no layer of alerts"),
        ("notes.txt", "no entry of [top]"),
    ],
)
def test_file_that_fits_nowhere_is_named(file: str, says: str) -> None:
    (found,) = misplaced([file], LAYOUT)
    assert file in found
    assert says in found


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import time", "imports time"),
        ("from sqlalchemy.orm import Session", "imports sqlalchemy"),
        ("def f(): return datetime.now(UTC)", "calls now()"),
        ("def f(): return open('x')", "calls open()"),
    ],
)
def test_pure_module_does_no_io_and_reads_no_clock(source: str, says: str) -> None:
    (found,) = impure("alerts/rota.py", source, LAYOUT)
    assert says in found


def test_pure_module_may_be_given_the_time() -> None:
    source = "from datetime import datetime\ndef late(now: datetime) -> bool: return now > NINE"
    assert list(impure("alerts/rota.py", source, LAYOUT)) == []


def found_in(tmp_path: Path, text: str, layout: Layout = LAYOUT) -> list[str]:
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts/rota.py").write_text(text)
    return list(problems(tmp_path, ["alerts/rota.py"], layout))


def test_file_beyond_its_length_is_named_unless_listed(tmp_path: Path) -> None:
    (found,) = found_in(tmp_path, "a = 1\n" * 4)
    assert "4 lines, at most 3" in found
    listed = replace(LAYOUT, longer={"alerts/rota.py": 4})
    assert list(problems(tmp_path, ["alerts/rota.py"], listed)) == []


@pytest.mark.parametrize("text", ['x = "/home/li/hub"', "# see https://pypi.example.org/simple"])
def test_path_of_one_machine_and_registry_are_named(tmp_path: Path, text: str) -> None:
    (found,) = found_in(tmp_path, text)
    assert found.startswith("alerts/rota.py:1: names one machine's path or a package registry")


def test_table_of_this_repository_can_be_read() -> None:
    assert "alerts" in read_layout().layers
