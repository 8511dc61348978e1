"""A payload template is checked at start and stays JSON whatever is filled in."""

import json
from string import Template

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.payload import check, fill
from tests.alerts.channels.notices import notice

JSON = '{"n": $alert, "d": "$device", "k": "$kind", "s": $severity, "a": "$area", "t": $attempt}'


def test_a_template_is_filled_with_the_alert() -> None:
    filled = json.loads(fill(Template(JSON), notice()))
    assert filled == {
        "n": 12, "d": "pendant-0001", "k": "sos", "s": 1, "a": "330211101", "t": 1,
    }  # fmt: skip


def test_an_alert_without_a_device_leaves_the_place_empty() -> None:
    assert json.loads(fill(Template(JSON), notice(device=None)))["d"] == ""


@given(st.text())
def test_whatever_a_device_is_called_the_payload_stays_json(name: str) -> None:
    assert json.loads(fill(Template(JSON), notice(device=name)))["d"] == name


@pytest.mark.parametrize("template", [JSON, "ON", '{"price": "$$"}', '["$kind"]', "ring ${alert}"])
def test_a_right_template_passes(template: str) -> None:
    check(template)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ('{"n": $number}', r"\$number.*\$alert"),
        ('{"d": $device}', "not JSON"),
        ('{"n": $alert', "not JSON"),
        ("costs 5 $", "dollar"),
    ],
)
def test_a_wrong_template_says_what_is_wrong(template: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check(template)
