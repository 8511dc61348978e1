import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.contract import PLAUSIBLE
from device_gateway.plausible import is_id, is_moment, value_fault


@given(st.dictionaries(st.sampled_from(sorted(PLAUSIBLE)), st.floats() | st.integers(), min_size=1))
def test_a_value_passes_exactly_within_its_bounds(values: dict[str, float]) -> None:
    inside = all(
        PLAUSIBLE[name][0] <= value <= PLAUSIBLE[name][1] for name, value in values.items()
    )
    assert (value_fault(values) is None) == inside


@pytest.mark.parametrize(
    ("at", "holds"),
    [
        ("2026-11-24T08:00:00Z", True),
        ("2026-11-24t08:00:00.123456789z", True),
        ("2026-11-24 16:00:00+08:00", True),
        ("2026-11-24T08:00:00", False),
        ("2026-11-24T08:00Z", False),
        ("20261124T080000Z", False),
        ("2026-02-30T08:00:00Z", False),
        ("2026-11-24T08:00:00+25:00", False),
        ("9999-12-31T23:59:59-12:00", False),
        ("2026-11-24T08:00:00Z\n", False),
        ("٢٠٢٦-11-24T08:00:00Z", False),
        ("", False),
        (None, False),
        (1764000000, False),
    ],
)
def test_a_moment_has_a_date_a_time_and_an_offset(at: object, holds: bool) -> None:
    assert is_moment(at) is holds


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("e-1", True),
        ("按钮 1", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("", False),
        ("a\x00b", False),
        ("a\nb", False),
        (1, False),
        (None, False),
    ],
)
def test_an_id_is_a_short_printable_text(value: object, holds: bool) -> None:
    assert is_id(value) is holds
